"""eval_hypernyms.py as a user runs it: queries in, answers among candidates out, all measures."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tailgraph.benchmarks.measures.hypernyms import discovery_scores
from tailgraph.engine.encoder import Encoder
from tailgraph.graph.asymmetry import Orders, word_vectors
from tailgraph.graph.parsing import Parser
from tailgraph.reading.kinds import kind_scores

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SCRIPT = BENCHMARKS / "eval_hypernyms.py"


def run(*options: str | Path) -> dict[str, object]:
    """Run the script in a process of its own and return its figures."""
    command = [sys.executable, str(SCRIPT), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


CANDIDATES = ["drug", "Disease", "disease", "cancer", "clinical finding", "protein", "zyx", "river"]
QUERIES = {
    "aspirin": ("drug",),
    "skin cancer": ("disease", "cancer", "clinical finding"),
    "Protein": (),
    "tp53": ("protein", "drug"),
}
CORPUS = """Aspirin is a drug.
Paris is not a drug.

Cancer is a disease.
"""
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


def merged(first: list[str], second: list[str]) -> list[str]:
    """Sum the reciprocal ranks, 5 added to each; the first ranking decides between equal sums."""
    names = [*first, *(name for name in second if name not in first)]
    ranks = [{name: 1 / (6 + n) for n, name in enumerate(row)} for row in (first, second)]
    return sorted(names, key=lambda name: -sum(rank.get(name, 0) for rank in ranks))


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
    answers["ends"] = [[], ["cancer"], [], []]
    answers["stated"] = [["drug"], ["cancer", "disease"], [], []]
    for name in ("ends", "stated"):
        answers[f"predicted+{name}"] = [
            merged(*pair) for pair in zip(answers["predicted"], answers[name], strict=True)
        ]
    answers["frequent"] = [
        ["drug", "disease", "cancer", "clinical finding", "protein"],
        ["drug", "protein"],
        ["drug", "disease", "cancer", "clinical finding", "protein"],
        ["drug", "disease", "cancer", "clinical finding"],
    ]
    return answers


@pytest.mark.parametrize("measure", ["predicted", "kind", "predicted+stated"])
def test_hypernyms_are_found_among_candidates(
    measure: str, tiny_bert: Path, tiny_encoder: Encoder, tmp_path: Path
) -> None:
    """Answers stand query by query, those of one piece; figures are those of the answers."""
    data, out = write_queries(tmp_path / "queries.tsv"), tmp_path / "answers.tsv"
    candidates = tmp_path / "candidates.txt"
    candidates.write_text("\n".join(CANDIDATES))
    corpus = tmp_path / "corpus.txt"
    corpus.write_text(CORPUS)
    figures = run(
        *("--data", data, "--vocabulary", candidates, "--train", data, "--measure", measure),
        *("--corpus", corpus),
        *("--model", tiny_bert, "--predictions", out),
    )
    expected = best_answers(tiny_encoder)
    assert [line.split("\t") for line in out.read_text().split("\n")[:-1]] == expected[measure]
    told = [0, 1, 3]
    gold = [list(QUERIES.values())[i] for i in told]
    for name, answers in expected.items():
        scores = discovery_scores(gold, [answers[i] for i in told])
        assert (name, figures["measures"][name]) == (name, scores)
    assert figures["map"] == figures["measures"][measure]["map"]
    assert (figures["n"], figures["n_told"], figures["n_candidates"]) == (4, 3, 5)
    assert figures["covered"] == {"queries": 0.75, "candidates": 5 / 8, "hypernyms": 0.8333}
    assert figures["possible"]["mrr"] == 1
    assert (figures["corpus_sentences"], figures["statements"]) == (3, 2)


@pytest.fixture
def patterns(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The patterns as a module; it imports its neighbors by their bare names."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("hypernym_patterns")


def test_statements_are_read_off_sentences(patterns: ModuleType, default_parser: Parser) -> None:
    """What something is said to be is kept, without articles and plurals; denials are not."""
    sentences = [
        "Aspirin is an old drug.",
        "Insulin, a hormone, lowers blood sugar.",
        "Leprosy is not a cancer.",
    ]
    read = patterns.Statements.read(default_parser, sentences)
    assert read.kinds == {
        "aspirin": Counter({"old drug": 1}),
        "insulin": Counter({"hormone": 1}),
    }
    assert (read.n_sentences, read.n_statements) == (3, 2)


def test_ends_of_kinds_and_of_queries_count(patterns: ModuleType) -> None:
    """A kind counts by its ends, a query by what is said of its ends, less with every word cut."""
    kinds = {"cancer": Counter({"malignant disease": 3}), "lung cancer": Counter({"tumor": 1})}
    statements = patterns.Statements(kinds, 1, 4)
    listed = {name: name for name in ("disease", "cancer", "tumor")}
    [found] = patterns.stated(statements, ["Small lung cancer"], listed)
    expected = {"cancer": 1 / 2, "tumor": np.log(2) / 2, "disease": np.log(4) / 3}
    assert found == pytest.approx(expected)
    assert patterns.ranked(found, 2) == ["cancer", "disease"]


def test_a_measure_that_was_not_asked_for_is_refused(tiny_bert: Path, tmp_path: Path) -> None:
    """Without a corpus nothing is stated, and a list without a term has no candidates."""
    data, candidates = write_queries(tmp_path / "queries.tsv"), tmp_path / "candidates.txt"
    candidates.write_text("zyx\n")
    command = [sys.executable, SCRIPT, "--data", data, "--model", tiny_bert]
    for options, complaint in (
        (["--measure", "stated"], "--measure stated: here it is one of"),
        (["--measure", "frequent"], "--measure frequent: here it is one of"),
        ([], "expected candidates that are terms of the model"),
    ):
        done = subprocess.run(
            [*map(str, [*command, "--vocabulary", candidates, *options])],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode != 0
        assert complaint in done.stderr
