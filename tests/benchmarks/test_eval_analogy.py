"""eval_analogy.py as a user runs it: questions in, five answers a line out, figures at the end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tailgraph.reading.reader import Reader

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_analogy.py"
QUESTIONS = [
    ("plural", "cell", "cells", "drug", "drugs"),
    ("plural", "mouse", "mice", "gene", "genes"),
    ("royal", "London", "Paris", "king", "queen"),
    ("royal", "cell", "cells", "king", "kings"),
    ("royal", "cell", "cells", "dukes", "queen"),
]


def test_answers_and_accuracies_are_those_of_arithmetic(tiny_bert: Path, tmp_path: Path) -> None:
    """``b - a + c`` for each question; only questions of terms count as covered."""
    data, out = tmp_path / "questions.txt", tmp_path / "answers.tsv"
    lines = []
    for section, *words in QUESTIONS:
        if f": {section}" not in lines:
            lines.append(f": {section}")
        lines.append(" ".join(words))
    data.write_text("\n".join(lines) + "\n")
    command = [sys.executable, str(SCRIPT), "--data", str(data), "--model", str(tiny_bert)]
    command += ["--predictions", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    answers = [line.split("\t") for line in out.read_text().splitlines()]

    reader = Reader.from_pretrained(tiny_bert)
    added, alone = [], []
    for _, a, b, c, _ in QUESTIONS:
        given = c if c != "dukes" else '"dukes"'
        found = reader.compute(f"{b} - {a} + {given}", k=5)
        added.append([answer.text for answer in found.terms])
        alone.append([answer.text for answer in found.terms_alone])
    assert answers[2] == [word.capitalize() for word in added[2]]
    assert [answers[i] for i in (0, 1, 3, 4)] == [added[i] for i in (0, 1, 3, 4)]

    gold = [d for *_, d in QUESTIONS]
    for group, numbers in (("covered", [0, 1, 2]), ("all", [0, 1, 2, 3, 4])):
        row = figures[group]
        assert row["n"] == len(numbers)
        for method, best in (("add", added), ("nearest", alone)):
            for k in (1, 5):
                n_right = sum(gold[i] in best[i][:k] for i in numbers)
                assert row[f"{method}@{k}"] == round(n_right / len(numbers), 4)
    assert {name: row["n"] for name, row in figures["sections"].items()} == {
        "plural": 2,
        "royal": 1,
    }
