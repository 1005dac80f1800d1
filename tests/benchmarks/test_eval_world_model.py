"""eval_world_model.py as a user runs it: facts of held-out sentences, answers and figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tailgraph.reading.reader import Reader
from tailgraph.reading.world_model.expectations import Question, ask

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_world_model.py"
TRAIN = ("The drug treats disease.", "Aspirin treats melanoma.", "The gene causes disease.")
HELD_OUT = ("Aspirin treats disease.", "The gene causes melanoma.")


def documents(sentences: tuple[str, ...]) -> str:
    """Write one sentence a document."""
    return "\n\n".join(sentences) + "\n"


def test_held_out_facts_are_asked_on_both_sides(tiny_bert: Path, tmp_path: Path) -> None:
    """Each line holds the hidden term and the guesses; the figures count those, and baselines."""
    data, train, out = (tmp_path / name for name in ("data.txt", "train.txt", "out.tsv"))
    data.write_text(documents(HELD_OUT))
    train.write_text(documents(TRAIN))
    options = ["--data", data, "--train", train, "--model", tiny_bert, "--predictions", out]
    command = [sys.executable, str(SCRIPT), *map(str, options), "--min-support", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])

    reader = Reader.from_pretrained(tiny_bert)
    link = " treats "
    gold = ("disease", "aspirin")
    asked = [Question("Aspirin", link, "right"), Question("disease", link, "left")]
    expected = [[guess.text for guess in a.guesses] for a in ask(reader, asked, k=20)]
    rows = [line.split("\t") for line in out.read_text().splitlines()]
    assert rows == [[term, *words] for term, words in zip(gold, expected, strict=True)]
    found = figures["all"]
    assert (figures["fragments"], found["n"]) == (1, 2)
    right = sum(term in words for term, words in zip(gold, expected, strict=True))
    assert found["predicted"]["recall@20"] == pytest.approx(right / 2)
    assert found["counted"]["recall@20"] == pytest.approx(1)
    assert found.keys() >= {"fragment alone", "shuffled", "type prior", "prior"}
    assert sum(row["n"] for row in figures["by_entropy"]) == 2
    assert (figures["train_sentences"], figures["held_out_sentences"]) == (3, 2)
