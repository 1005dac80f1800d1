"""eval_senses.py as a user runs it: a corpus in, occurrences with clusters out, figures checked."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from tailgraph.benchmarks.measures.groupings import v_measure
from tailgraph.reading.sense_groups import adjusted_rand

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_senses.py"
SENTENCES = [
    *(
        f"The {kind} patient {took} the drug {when}."
        for kind, took, when in product(("old", "young"), ("took", "needed"), tuple("abcdefg"))
    ),
    *(
        f"A {size} river {ran} through the city {when}."
        for size, ran, when in product(("wide", "long"), ("ran", "went"), tuple("abcdefg"))
    ),
]


def test_predictions_and_figures_agree(tiny_bert: Path, tmp_path: Path) -> None:
    """ARI and V-measure are those of the written clusters; baselines stand beside them."""
    data, out = tmp_path / "corpus.txt", tmp_path / "senses.tsv"
    data.write_text("\n".join(SENTENCES))
    command = [sys.executable, SCRIPT, "--data", data, "--model", tiny_bert, "--each", "20"]
    command += ["--predictions", out, "--limit", "2"]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    by_word: dict[str, list[tuple[str, str]]] = {}
    for line in out.read_text().splitlines():
        name, gold, cluster = line.split("\t")
        word, number = name.split("/")
        assert gold in word.split("+")
        assert cluster.startswith(f"{word}/")
        assert int(number) == len(by_word.setdefault(word, []))
        by_word[word].append((gold, cluster))
    assert len(by_word) == figures["n_pseudo_words"] == 2
    nouns = {noun for word in by_word for noun in word.split("+")}
    assert nouns <= {"patient", "drug", "river", "city"}
    assert len(nouns) == 4
    assert [len(rows) for rows in by_word.values()] == [40, 40]
    pairs = [tuple(zip(*rows, strict=True)) for rows in by_word.values()]
    numbers = [[np.unique(names, return_inverse=True)[1] for names in pair] for pair in pairs]
    expected = np.mean([adjusted_rand(gold, found) for gold, found in numbers])
    assert figures["predicted"]["ari"] == pytest.approx(expected)
    assert figures["predicted"]["v"] == pytest.approx(np.mean([v_measure(*p) for p in pairs]))
    assert figures["one_sense"] == {"ari": 0.0, "v": 0.0, "senses": 1.0}
    assert {"two_given", "bag_of_words_two_given", "random", "shared_bag_auc"} <= set(figures)
