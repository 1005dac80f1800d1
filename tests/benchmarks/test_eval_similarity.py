"""eval_similarity.py as a user runs it: pairs in, one score a pair out, figures at the end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.similarity import pair_similarities

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_similarity.py"
PAIRS = [("the drug", "drugs", 4.0), ("a king", "a queen", 3.5), ("cell", "river", 0.5)]


def run(*options: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the script in a process of its own."""
    command = [sys.executable, str(SCRIPT), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("options", "channels"),
    [((), ["cls_head"]), (("--pooling", "static_sif+terms"), ["static_sif", "terms"])],
    ids=["default", "two channels"],
)
def test_scores_and_figures_are_those_of_the_model(
    options: tuple[str, ...],
    channels: list[str],
    tiny_bert: Path,
    tiny_encoder: Encoder,
    tmp_path: Path,
) -> None:
    """Predictions stand line by line; the figures are scipy's correlations of them."""
    data, out = tmp_path / "pairs.tsv", tmp_path / "scores.txt"
    data.write_text("score\ta\tb\n" + "".join(f"{grade}\t{a}\t{b}\n" for a, b, grade in PAIRS))
    done = run("--data", data, "--model", tiny_bert, "--predictions", out, *options)
    assert done.returncode == 0, done.stderr
    scores = np.array([float(line) for line in out.read_text().splitlines()])
    firsts, seconds = [a for a, _, _ in PAIRS], [b for _, b, _ in PAIRS]
    expected = pair_similarities(tiny_encoder, firsts, seconds, channels=channels)
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    figures = json.loads(done.stdout.splitlines()[-1])
    grades = [grade for _, _, grade in PAIRS]
    assert figures["spearman"] == pytest.approx(scipy.stats.spearmanr(scores, grades).statistic)
    assert figures["pearson"] == pytest.approx(scipy.stats.pearsonr(scores, grades).statistic)
    assert (figures["n"], figures["pooling"]) == (3, "+".join(channels))


def test_all_poolings_stand_beside_baselines(
    tiny_bert: Path, tiny_encoder: Encoder, tmp_path: Path
) -> None:
    """The table holds what each pooling gives alone; words are counted without the model."""
    data, out = tmp_path / "pairs.tsv", tmp_path / "scores.txt"
    pairs = [*PAIRS, ("The cell of the mouse", "mice", 1.0), ("drugs treat", "a drug treats", 4.5)]
    data.write_text("score\ta\tb\n" + "".join(f"{grade}\t{a}\t{b}\n" for a, b, grade in pairs))
    done = run("--data", data, "--model", tiny_bert, "--predictions", out, "--pooling", "all")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    firsts, seconds, grades = (list(side) for side in zip(*pairs, strict=True))
    assert set(figures["poolings"]) >= {"cls_head", "max_top", "concat_last4", "layer:2", "terms"}
    for name in ("cls_head", "layer:1", "static_sif+terms"):
        scores = pair_similarities(
            tiny_encoder, firsts, seconds, channels=name.split("+"), adjustment="centered"
        )
        expected = scipy.stats.spearmanr(scores, grades).statistic
        assert figures["poolings"][name]["centered"] == pytest.approx(expected, abs=1e-3)
    plain = []
    for a, b in zip(firsts, seconds, strict=True):
        left, right = a.lower().split(), b.lower().split()
        dot = sum(left.count(word) * right.count(word) for word in set(left))
        lengths = [sum(side.count(word) ** 2 for word in set(side)) for side in (left, right)]
        plain.append(dot / np.sqrt(np.prod(lengths)))
    expected = scipy.stats.spearmanr(plain, grades).statistic
    assert figures["baselines"]["shared words"] == pytest.approx(expected, abs=1e-4)
    written = [float(line) for line in out.read_text().splitlines()]
    np.testing.assert_allclose(written, pair_similarities(tiny_encoder, firsts, seconds), atol=1e-5)
