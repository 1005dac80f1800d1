"""eval_ner.py as a user runs it, its measures against counts by hand, and the labels' overlap."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tailgraph.benchmarks.forms.sentences import TypedSpan, read_tagged, tag_spans
from tailgraph.benchmarks.measures.entities import TypedPhrase, exact_scores, lenient_f1
from tailgraph.engine.encoder import Encoder

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SENTENCES = """\
Metformin\tB-Chemical
lowers\tO
glucose\tB-Chemical
in\tO
diabetes\tB-Disease
.\tO

The\tO
day\tO
was\tO
long\tO
.\tO
"""


def run(script: str, *options: str | Path) -> dict[str, Any]:
    """Run a script in a process of its own; return its figures."""
    command = [sys.executable, str(BENCHMARKS / script), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def test_exact_scores_count_type_and_both_ends() -> None:
    """One of two Drug spans is found, one Gene span has a wrong end, one Drug span is invented."""
    gold = [[TypedSpan(0, 1, "Drug"), TypedSpan(2, 4, "Gene")], [TypedSpan(0, 2, "Drug")]]
    given = [[TypedSpan(0, 1, "Drug"), TypedSpan(2, 3, "Gene")], [TypedSpan(0, 1, "Drug")]]
    scores = exact_scores(gold, given)
    assert vars(scores["all"]) == pytest.approx({"precision": 1 / 3, "recall": 1 / 3, "f1": 1 / 3})
    assert vars(scores["Drug"]) == pytest.approx({"precision": 0.5, "recall": 0.5, "f1": 0.5})
    assert vars(scores["Gene"]) == {"precision": 0, "recall": 0, "f1": 0}
    assert scores["mean"].f1 == pytest.approx(0.25)


def test_lenient_scores_follow_the_rules_of_the_author() -> None:
    """By words, wrong types cost precision in silent sentences only, rounded, zero types left out.

    Drug: 3 of 4 words right, 1 wrong word elsewhere: P .75, R .75. Gene: nothing right: left out.
    With either type, the fourth word is right: P .80, R 1.
    """
    named = [
        ("Drug", TypedPhrase(3, ("CHEMICAL", "GENE"))),
        ("Drug", TypedPhrase(1, ("GENE", "CHEMICAL"))),
        ("Gene", TypedPhrase(2, ("CHEMICAL",))),
    ]
    other = [TypedPhrase(1, ("CHEMICAL", "")), TypedPhrase(5, ("PLACE", "CHEMICAL"))]
    aliases = {"Drug": {"CHEMICAL"}, "Gene": {"GENE"}}
    assert lenient_f1(named, other, aliases, either=False) == pytest.approx(0.75)
    assert lenient_f1(named, other, aliases, either=True) == pytest.approx(2 * 0.8 / 1.8)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Write two sentences, one of which names nothing."""
    path = tmp_path / "gold.bio"
    path.write_text(SENTENCES, encoding="utf-8")
    return path


@pytest.fixture
def tiny(tiny_bert: Path, tmp_path: Path) -> tuple[str | Path, ...]:
    """Read with the tiny model and three labels."""
    labels = tmp_path / "labels.tsv"
    labels.write_text("drug\tPILL\ndisease\tDISEASE\nriver\tPLACE\n", encoding="utf-8")
    return ("--model", tiny_bert, "--labels", labels, "--types", "Chemical=PILL")


def test_predicted_spans_are_written_line_by_line_and_scored(
    data: Path, tiny: tuple[str | Path, ...], tmp_path: Path
) -> None:
    """The predictions have the words of the data, and the figures are their exact scores."""
    out = tmp_path / "found.bio"
    figures = run("eval_ner.py", "--data", data, "--predictions", out, *tiny)
    gold, found = list(read_tagged(data)), list(read_tagged(out))
    assert [s.words for s in found] == [s.words for s in gold]
    scores = exact_scores([tag_spans(s.tags) for s in gold], [tag_spans(s.tags) for s in found])
    assert figures["strict"]["all"] == scores["all"].rounded()
    assert figures["strict"]["Chemical"] == scores["Chemical"].rounded()
    assert figures["strict_f1"] == round(scores["all"].f1, 4)


def test_gold_spans_are_typed_where_they_are(
    data: Path, tiny: tuple[str | Path, ...], tmp_path: Path
) -> None:
    """With gold spans of one type, what is written are those that got its type."""
    out = tmp_path / "found.bio"
    options = ("--spans", "gold", "--only", "Chemical")
    figures = run("eval_ner.py", "--data", data, "--predictions", out, *options, *tiny)
    first, second = (s.tags for s in read_tagged(out))
    assert set(first[:3:2]) <= {"B-Chemical", "O"}
    assert {*first[1::2], first[4], *second} == {"O"}
    n_right = first.count("B-Chemical")
    expected = 2 * n_right / (n_right + 2)
    assert figures["gold"] == 2
    assert figures["gold_span_f1"] == pytest.approx(expected, abs=1e-4)


def test_the_baselines_type_the_same_spans(
    data: Path, tiny_encoder: Encoder, tiny_bert: Path, tmp_path: Path
) -> None:
    """The nearest label is that of the nearest mean of seeds, a sub-type standing for its type."""
    seeds = {"drug": "PILL.SMALL", "disease": "DISEASE", "river": "PLACE"}
    labels = tmp_path / "labels.tsv"
    labels.write_text("".join(f"{term}\t{label}\n" for term, label in seeds.items()))
    options = ("--model", tiny_bert, "--labels", labels, "--types", "Chemical=PILL")
    figures = run("eval_ner.py", "--data", data, "--spans", "gold", *options)
    vocabulary = tiny_encoder.vocabulary
    terms = vocabulary.vectors - vocabulary.vectors.mean(axis=0)
    terms /= np.linalg.norm(terms, axis=1, keepdims=True)
    guesses = []
    for word in ("Metformin", "glucose", "diabetes"):
        [tokenized] = tiny_encoder.encode_tokens([word])
        mean = terms[tokenized.rows[1:-1]].mean(axis=0)
        cosines = {term: float(mean @ terms[vocabulary.row(term)]) for term in seeds}
        guesses.append(seeds[max(cosines, key=lambda term: cosines[term])])
    gold = ["PILL.SMALL", "PILL.SMALL", "DISEASE"]
    n_right = sum(guess == label for guess, label in zip(guesses, gold, strict=True))
    n_typed = sum(guess != "PLACE" for guess in guesses)
    assert figures["nearest_label_span_f1"] == pytest.approx(2 * n_right / (n_typed + 3), abs=1e-4)
    assert figures["majority_span_f1"] == pytest.approx(2 / 3, abs=1e-4)


def test_the_overlap_with_annotated_names_is_counted(tmp_path: Path) -> None:
    """Three of four strings are seeds, the one that comes twice too: four of five mentions."""
    data = tmp_path / "gold.bio"
    data.write_text(SENTENCES + "\nMetformin\tB-Chemical\nxyzzy\tB-Chemical\n", encoding="utf-8")
    figures = run("label_overlap.py", "--data", data)
    assert figures["gold.bio"] == {"strings": 0.75, "mentions": 0.8}
