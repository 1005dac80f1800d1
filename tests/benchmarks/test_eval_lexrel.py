"""eval_lexrel.py as a user runs it: word pairs in, a score a pair out, all measures at the end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from tailgraph.benchmarks.measures.hypernyms import discovery_scores
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


CANDIDATES = ["drug", "Disease", "disease", "cancer", "clinical finding", "protein", "zyx", "river"]
QUERIES = {
    "aspirin": ("drug",),
    "skin cancer": ("disease", "cancer", "clinical finding"),
    "Protein": (),
    "tp53": ("protein", "drug"),
}
KNOWN = ["drug", "Disease", "cancer", "protein", "river"]


def write_queries(path: Path) -> Path:
    """Write the queries with their hypernyms."""
    rows = ("\t".join((query, "Concept", *names)) for query, names in QUERIES.items())
    path.write_text("\n".join(rows) + "\n")
    return path


def predicted_scores(encoder: Encoder, query: str) -> list[float]:
    """Score the known candidates one by one, pattern by pattern."""
    rows = [encoder.vocabulary.row(name) for name in KNOWN]
    total = np.zeros(len(KNOWN))
    for text in (
        f"{query} is a [MASK].",
        f"{query} is a kind of [MASK].",
        f"[MASK] such as {query}",
    ):
        state = encoder.mask_states([text]).vectors[0]
        total += [float(state @ encoder.vocabulary.vectors[r]) for r in rows]
        total += encoder.vocabulary.biases[rows]
    return total.tolist()


def best_answers(encoder: Encoder) -> dict[str, list[list[str]]]:
    """Answer the queries by some measures: each candidate scored by itself, then sorted."""
    orders = Orders(encoder.vocabulary)
    first, second = np.array([0]), np.array([1])
    scorers = {
        "predicted": lambda query: predicted_scores(encoder, query),
        "kind": lambda query: kind_scores(encoder, [query] * len(KNOWN), KNOWN),
        "cosine": lambda query: [
            orders.compare(word_vectors(encoder, [query, name]), first, second).cosines[0]
            for name in KNOWN
        ],
    }
    answers = {}
    for measure, scorer in scorers.items():
        orders_of = [np.argsort(-np.array(scorer(query)), kind="stable") for query in QUERIES]
        answers[measure] = [
            [KNOWN[i] for i in order if KNOWN[i] != query.lower()]
            for query, order in zip(QUERIES, orders_of, strict=True)
        ]
    answers["frequent"] = [
        ["drug", "disease", "cancer", "clinical finding", "protein"],
        ["drug", "protein"],
        ["drug", "disease", "cancer", "clinical finding", "protein"],
        ["drug", "disease", "cancer", "clinical finding"],
    ]
    return answers


@pytest.mark.parametrize("measure", ["predicted", "kind"])
def test_hypernyms_are_found_among_candidates(
    measure: str, tiny_bert: Path, tiny_encoder: Encoder, tmp_path: Path
) -> None:
    """Answers stand query by query, those of one piece; figures are those of the answers."""
    data, out = write_queries(tmp_path / "queries.tsv"), tmp_path / "answers.tsv"
    candidates = tmp_path / "candidates.txt"
    candidates.write_text("\n".join(CANDIDATES))
    figures = run(
        *("--data", data, "--vocabulary", candidates, "--train", data, "--measure", measure),
        *("--model", tiny_bert, "--predictions", out),
    )
    expected = best_answers(tiny_encoder)
    assert [line.split("\t") for line in out.read_text().split("\n")[:-1]] == expected[measure]
    told = [0, 1, 3]
    gold = [list(QUERIES.values())[i] for i in told]
    for name, answers in expected.items():
        scores = discovery_scores(gold, [answers[i] for i in told])
        assert figures["measures"][name] == scores
    assert figures["map"] == figures["measures"][measure]["map"]
    assert (figures["n"], figures["n_told"], figures["n_candidates"]) == (4, 3, 5)
    assert figures["covered"] == {"queries": 0.75, "candidates": 5 / 8, "hypernyms": 0.8333}
    assert figures["possible"]["mrr"] == 1


def test_what_does_not_fit_is_refused(tiny_bert: Path, tmp_path: Path) -> None:
    """Pairs have no most frequent hypernyms, and a list without a term has no candidates."""
    data, candidates = write_queries(tmp_path / "queries.tsv"), tmp_path / "candidates.txt"
    candidates.write_text("zyx\n")
    command = [sys.executable, SCRIPT, "--data", data, "--model", tiny_bert]
    for options, complaint in (
        (["--measure", "frequent"], "--measure frequent: here it is one of"),
        (["--vocabulary", candidates], "expected candidates that are terms of the model"),
    ):
        done = subprocess.run(
            [*map(str, command + options)], capture_output=True, text=True, check=False
        )
        assert done.returncode != 0
        assert complaint in done.stderr
