"""eval_lexrel.py as a user runs it: word pairs in, a score a pair out, all measures at the end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from tailgraph.benchmarks.measures.ranking import average_precision
from tailgraph.engine.encoder import Encoder
from tailgraph.graph.asymmetry import Orders, word_vectors
from tailgraph.reading.kinds import kind_scores

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_lexrel.py"
PAIRS = [
    ("aspirin", "drug", "1", "hyper"),
    ("melanoma", "cancersed", "1", "hyper"),
    ("disease", "cancer", "-1", "rhyper"),
    ("cell", "river", "0", "other"),
    ("king", "kinase", "0", "other"),
]
FIRSTS, SECONDS = [a for a, *_ in PAIRS], [b for _, b, *_ in PAIRS]


def run(*options: str | Path) -> dict[str, object]:
    """Run the script in a process of its own and return its figures."""
    command = [sys.executable, str(SCRIPT), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("measure", ["kind", "tail", "cosine"])
def test_scores_and_figures_are_those_of_the_library(
    measure: str, tiny_bert: Path, tiny_encoder: Encoder, tmp_path: Path
) -> None:
    """Predictions stand line by line; average precision and direction are computed from them."""
    data, out = tmp_path / "pairs.tsv", tmp_path / "scores.txt"
    rows = [f"{a}\t{b}\t{relation}\t{label}\n" for a, b, label, relation in PAIRS]
    data.write_text("word1\tword2\trelation\tlabel\n" + "".join(rows))
    options = () if measure == "kind" else ("--measure", measure)
    figures = run("--data", data, "--model", tiny_bert, "--predictions", out, *options)
    scores = np.array([float(line) for line in out.read_text().splitlines()])

    words = sorted({*FIRSTS, *SECONDS})
    sides = [np.array([words.index(word) for word in side]) for side in (FIRSTS, SECONDS)]
    seen = Orders(tiny_encoder.vocabulary).compare(word_vectors(tiny_encoder, words), *sides)
    expected = {
        "kind": kind_scores(tiny_encoder, FIRSTS, SECONDS),
        "tail": seen.tail_rise(),
        "cosine": seen.cosines,
    }[measure]
    np.testing.assert_allclose(scores, expected, atol=1e-4)
    is_right = np.array([label == "1" for *_, label, _ in PAIRS])
    assert figures["average_precision"] == round(average_precision(scores, is_right), 4)
    assert (figures["measure"], figures["n"], figures["positives"]) == (measure, 5, 2)
    assert figures["both_words_are_terms"] == 0.8
    if measure == "cosine":
        assert "direction" not in figures
    else:
        turned = np.sign([scores[0], scores[1], -scores[2]])
        assert figures["direction"] == pytest.approx(((turned + 1) / 2).mean(), abs=1e-4)


def test_graded_pairs_are_correlated(tiny_bert: Path, tmp_path: Path) -> None:
    """A file without TABs holds grades, and the figures are scipy's correlations with them."""
    data, out = tmp_path / "graded.txt", tmp_path / "scores.txt"
    grades = [5.8, 5.5, 0.2, 1.0, 3.0]
    rows = [f"{a} {b} N {g}\n" for a, b, g in zip(FIRSTS, SECONDS, grades, strict=True)]
    data.write_text("WORD1 WORD2 POS AVG_SCORE\n" + "".join(rows))
    figures = run("--data", data, "--model", tiny_bert, "--predictions", out)
    scores = [float(line) for line in out.read_text().splitlines()]
    expected = scipy.stats.spearmanr(scores, grades).statistic
    assert figures["spearman"] == pytest.approx(expected, abs=1e-4)
