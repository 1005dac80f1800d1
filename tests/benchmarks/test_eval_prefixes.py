"""eval_prefixes.py as a user runs it: documents in, change points out, figures checked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tailgraph.reading.reader import Reader

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_prefixes.py"
WINDOW = 4
DOCUMENTS = [
    ["the drug binds a protein in mice", "the active drug treats the melanoma", "too short"],
    [f"a {word} of the cell is active in the tumor" for word in ("gene", "receptor", "kinase")],
    ["the king was in london by the river", "a queen was in paris with the king"] * 2,
]


def test_predictions_and_figures_agree(tiny_bert: Path, tmp_path: Path) -> None:
    """Texts join two documents that have three fit sentences; figures are those of the points."""
    data, out = tmp_path / "corpus.txt", tmp_path / "points.tsv"
    data.write_text("\n\n".join("\n".join(document) for document in DOCUMENTS))
    command = [sys.executable, SCRIPT, "--data", data, "--model", tiny_bert, "--predictions", out]
    command += ["--window", str(WINDOW)]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    [line] = out.read_text().splitlines()
    number, turn, points = line.split("\t")
    assert (figures["n"], number) == (1, "0")
    first, second = (" ".join(document[:3]) for document in DOCUMENTS[1:])
    text = f"{first} {second}" if int(turn) == len(first.split()) else f"{second} {first}"
    states = Reader.from_pretrained(tiny_bert).prefixes(text, window=WINDOW, k=1)
    near = range(int(turn), int(turn) + 6)
    found = [int(point) for point in points.split()]
    assert found == [i for i, state in enumerate(states) if state.is_change_point]
    hits = [point in near for point in found]
    assert figures["window"]["precision"] == pytest.approx(sum(hits) / max(len(hits), 1))
    assert (figures["window"]["recall"], figures["window"]["points"]) == (any(hits), len(hits))
    n_words = len(text.split())
    chance = len(set(near) & set(range(WINDOW, n_words))) / (n_words - WINDOW)
    assert figures["any_word"]["highest"] == pytest.approx(chance)
    assert figures["sentence_start"]["highest"] == pytest.approx(1 / 5)
