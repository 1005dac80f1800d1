"""Statements gathered to facts: what counts, how surely, in which order."""

from __future__ import annotations

import pytest

from tailgraph.graph.facts.aggregation import Argument, Fact, Statement, gather_facts

Row = tuple[int, int, str, str, str, bool, float]


def said(*rows: Row) -> list[Statement]:
    """Return statements of (sentence, document, subject, relation, object, negated, confidence)."""
    return [
        Statement(
            i,
            sentence,
            document,
            Argument(subject, i),
            relation,
            Argument(object, 100 + i),
            negated,
            confidence,
        )
        for i, (sentence, document, subject, relation, object, negated, confidence) in enumerate(
            rows
        )
    ]


def test_a_fact_counts_sentences_documents_and_denials() -> None:
    """Two statements of one sentence count once, and a denial is counted for itself."""
    rows = said(
        (0, 0, "aspirin", "treats", "pain", False, 0.5),
        (0, 0, "aspirin", "treats", "pain", False, 0.6),
        (1, 0, "aspirin", "treats", "pain", False, 0.4),
        (2, 1, "aspirin", "treats", "pain", False, 0.5),
        (3, 2, "aspirin", "treats", "pain", True, 0.9),
    )
    [found] = gather_facts(rows)
    expected = 1 - (1 - 0.9 * 0.6) * (1 - 0.9 * 0.5)
    assert found.fact == Fact(
        0, "aspirin", "treats", "pain", False, 3, 2, 1, 0.9, pytest.approx(expected)
    )
    assert found.statements == (0, 1, 2, 3, 4)
    assert found.subject_phrases == dict.fromkeys(range(5), 1)


def test_what_is_only_denied_has_no_confidence() -> None:
    """A fact that every sentence denies has support 0 and confidence 0, and comes last."""
    facts = gather_facts(
        said((0, 0, "a", "treats", "b", True, 0.9), (1, 0, "a", "treats", "c", False, 0.1))
    )
    assert [(f.fact.object, f.fact.support, f.fact.n_negated) for f in facts] == [
        ("c", 1, 0),
        ("b", 0, 1),
    ]
    assert facts[1].fact.confidence == 0.0


def test_facts_are_numbered_from_the_surest_on() -> None:
    """Confidence decides, then support, then the words."""
    facts = gather_facts(
        said(
            (0, 0, "z", "r", "a", False, 0.5),
            (1, 0, "b", "r", "c", False, 0.5),
            (2, 0, "b", "r", "a", False, 0.5),
            (3, 0, "z", "r", "a", False, 0.5),
            (4, 0, "c", "r", "d", False, 0.6),
        )
    )
    pairs = [(f.fact.subject, f.fact.object) for f in facts]
    assert pairs == [("c", "d"), ("z", "a"), ("b", "a"), ("b", "c")]
    assert [f.fact.id for f in facts] == [0, 1, 2, 3]


def test_a_symmetric_relation_has_one_fact_for_both_orders() -> None:
    """The arguments are put in order, with their phrases; other relations keep their direction."""
    rows = said((0, 0, "b", "binds", "a", False, 0.5), (1, 1, "a", "binds", "b", False, 0.5))
    [found] = gather_facts(rows, symmetric={"binds"})
    assert (found.fact.subject, found.fact.object, found.fact.symmetric) == ("a", "b", True)
    assert (found.fact.support, sorted(found.subject_phrases)) == (2, [1, 100])
    assert len(gather_facts(rows)) == 2


def test_a_thing_is_in_no_relation_to_itself() -> None:
    """A statement whose arguments have one name is no fact."""
    assert gather_facts(said((0, 0, "a", "binds", "a", False, 0.5))) == []
