"""eval_fill.py as a user runs it: sentences in, answers out, figures beside counts of words."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tailgraph.reading.reader import Reader

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_fill.py"
SENTENCES = [
    "the drug inhibits kinase proteins in mice",
    "the gene causes cancer in patients",
    "aspirin treats the disease of patients in london",
    "a receptor binds the protein of the tumor",
    "the queen and the king of paris",
    "by the river the mouse is active",
]
N = 4


def test_answers_stand_line_by_line_and_the_figures_are_theirs(
    tiny_bert: Path, tmp_path: Path
) -> None:
    """Each line holds a word of its sentence and the answers; the figures count those."""
    data, out = tmp_path / "sentences.txt", tmp_path / "answers.tsv"
    data.write_text("\n".join(SENTENCES) + "\n\n" + SENTENCES[0] + "\n")
    options = ["--data", data, "--model", tiny_bert, "--predictions", out, "--limit", N]
    command = [sys.executable, str(SCRIPT), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    rows = [line.split("\t") for line in out.read_text().splitlines()]
    gold, answers = [row[0] for row in rows], [row[1:] for row in rows]

    # A sentence with a gold word in it for each line, in the order of the file.
    left = iter(SENTENCES)
    sampled = [next(s for s in left if word in s.split()) for word in gold]
    assert (figures["n"], len(rows)) == (N, N)
    assert figures["train_sentences"] == len(SENTENCES) - N

    reader = Reader.from_pretrained(tiny_bert)
    spans = [
        (s.index(f" {word} ") + 1 if f" {word} " in s else s.index(word))
        for s, word in zip(sampled, gold, strict=True)
    ]
    predicted = reader.encoder.predict(
        sampled, [[(at, at + len(word))] for at, word in zip(spans, gold, strict=True)], k=500
    )
    types = dict(zip(reader.encoder.vocabulary.surfaces, reader.term_types.mains, strict=True))
    for row, [best] in zip(answers, predicted, strict=True):
        order = {p.term: place for place, p in enumerate(best)}
        assert len(row) == 10
        assert all(types[word] for word in row)
        assert [order[word] for word in row] == sorted(order[word] for word in row)

    def accuracy(k: int) -> float:
        return sum(word in row[:k] for word, row in zip(gold, answers, strict=True)) / N

    assert figures["predicted"]["instance@1"] == pytest.approx(accuracy(1))
    assert figures["predicted"]["instance@10"] == pytest.approx(accuracy(10))
    rest = [s for s in SENTENCES if s not in sampled]
    counts = Counter(word for s in rest for word in s.split() if types.get(word))
    frequent = sorted(counts, key=lambda word: (-counts[word], word))
    right = sum(word in frequent[:10] for word in gold) / N
    assert figures["unigram"]["instance@10"] == pytest.approx(right)
    majority = Counter(types[word] for word in gold).most_common(1)[0][1] / N
    assert figures["majority_type"] == pytest.approx(majority)
    assert figures.keys() >= {"bigram", "labels", "seed", "train"}
