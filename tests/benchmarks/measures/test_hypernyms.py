"""The scores of hypernym discovery, against precisions written out."""

from __future__ import annotations

import pytest

from tailgraph.benchmarks.measures.hypernyms import discovery_scores


def test_precisions_are_those_counted_by_hand() -> None:
    """Three gold: right at 1 and 3. Two gold: nothing right in the first two, so the third is lost.

    After 1, 2, 3 and more answers the precision of the first query is 1/1, 1/2, 2/3, 2/3, ...
    """
    gold = [("Disease", "illness", "tumor"), ("drug", "agent")]
    answers = [["disease", "cell", "Tumor", "illness"], ["cell", "river", "drug"]]
    first = (1 + 1 / 2 + 13 * 2 / 3) / 15
    found = discovery_scores(gold, answers)
    assert found == {
        "map": pytest.approx(first / 2, abs=1e-4),
        "mrr": 0.5,
        "p@5": pytest.approx(1 / 3, abs=1e-4),
    }


def test_no_more_than_fifteen_answers_count() -> None:
    """By hand: of twenty gold hypernyms the sixteenth answer is right, then the eighth too."""
    gold = [[f"name {number}" for number in range(20)]]
    wrong = [f"other {number}" for number in range(20)]
    late = [*wrong[:15], "name 0"]
    assert discovery_scores(gold, [late]) == {"map": 0.0, "mrr": 0.0, "p@5": 0.0}
    late[7] = "name 1"
    expected = sum(1 / k for k in range(8, 16)) / 15
    assert discovery_scores(gold, [late])["map"] == pytest.approx(expected, abs=1e-4)
    assert discovery_scores(gold, [late])["mrr"] == 1 / 8


def test_queries_without_answers_score_nothing() -> None:
    """They count as wrong, and no queries at all give 0."""
    assert discovery_scores([["drug"], ["cell"]], [[], ["cell"]])["map"] == 0.5
    assert discovery_scores([], []) == {"map": 0.0, "mrr": 0.0, "p@5": 0.0}
