"""eval_labels.py as a user runs it: words with a class in, a class for each out, figures last."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.graph.labels.entity_vectors import propagate_labels
from tailgraph.graph.labels.seeds import SeedLabels

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_labels.py"
WORDS = {
    "BIO": ("cell", "cells", "protein", "kinase", "gene", "genes", "receptor", "tumor", "proteins"),
    "PLACE": ("london", "paris", "river", "queens"),
    "DRUG": ("aspirin", "drug", "drugs", "cancerin"),
}


def run(*options: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the script in a process of its own."""
    command = [sys.executable, str(SCRIPT), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_each_word_is_guessed_from_the_other_folds(
    tiny_bert: Path, tiny_encoder: Encoder, tmp_path: Path
) -> None:
    """Terms of the vocabulary get what spreads from the other folds; the figures agree."""
    data, out = tmp_path / "words.tsv", tmp_path / "guesses.tsv"
    lines = [(word, name) for name, words in WORDS.items() for word in words]
    data.write_text("".join(f"{word}\t{name}\n" for word, name in lines))
    done = run("--data", data, "--model", tiny_bert, "--predictions", out, "--draws", 1)
    assert done.returncode == 0, done.stderr
    guesses = [line.split("\t") for line in out.read_text().splitlines()]
    assert [word for word, _ in guesses] == [word for word, _ in lines]
    assert {name for _, name in guesses} <= set(WORDS)

    vocabulary, expected = tiny_encoder.vocabulary, {}
    words = sorted(word for word, _ in lines)
    for fold in np.array_split(np.random.default_rng(0).permutation(len(words)), 5):
        asked = {words[number] for number in fold}
        told = {w: (n,) for w, n in lines if w not in asked and w in vocabulary.terms}
        vectors = propagate_labels(vocabulary, SeedLabels(told, "told"))
        for word in asked & set(vocabulary.terms):
            shares = vectors.distributions[vocabulary.row(word)]
            expected[word] = vectors.labels[int(shares.argmax())]
    assert {w: n for w, n in guesses if w in expected} == expected

    figures = json.loads(done.stdout.splitlines()[-1])
    gold = dict(lines)
    right = [expected[word] == gold[word] for word in expected]
    assert (figures["n"], figures["n_terms"]) == (17, len(expected))
    assert figures["propagation_top_1"] == pytest.approx(np.mean(right))
    assert figures["accuracy"] == pytest.approx(np.mean([n == gold[w] for w, n in guesses]))
    assert figures["majority"] == pytest.approx(9 / 17)
    assert {point["method"] for point in figures["curve"]} >= {"propagation", "majority"}


def test_the_curve_can_be_left_out(tiny_bert: Path, tmp_path: Path) -> None:
    """Without draws the figures are those of the folds alone, on as many words as asked for."""
    data = tmp_path / "words.tsv"
    data.write_text("cell\tBIO\nlondon\tPLACE\nparis\tPLACE\ngene\tBIO\nkinase\tBIO\nriver\tX\n")
    done = run("--data", data, "--model", tiny_bert, "--draws", 0, "--limit", 5)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert (figures["n"], figures["curve"], figures["accuracy_of_other_words"]) == (5, [], None)
