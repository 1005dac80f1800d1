"""Facts asked of a store: they are found by index, and their evidence is in order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tailgraph.graph.facts.queries import (
    EVIDENCE,
    facts,
    facts_by_id,
    relation_names,
    unsearched,
)
from tailgraph.graph.store import GraphStore

from .drawn import SAID, draw


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    """The drawn store."""
    with draw(tmp_path / "kb.sqlite") as drawn:
        yield drawn


def test_the_evidence_of_a_fact_is_found_by_its_index(store: GraphStore) -> None:
    """Only the triples of the facts asked for are read, and each sentence by its id."""
    plan = store.database.rows(f"EXPLAIN QUERY PLAN {EVIDENCE % '?, ?'}", (False, 1, 0, 1))
    steps = [str(row[3]) for row in plan]
    scanned = {step.split()[1] for step in steps if step.startswith("SCAN")}
    assert any("t USING INDEX ix_typed_triple_fact" in step for step in steps)
    assert scanned.isdisjoint({"s", "d", "n", "typed_triple"})


def test_the_surest_statement_comes_first(store: GraphStore) -> None:
    """Of equals the one that was read first; no more than asked for."""
    [found] = facts(store, about="pain", relations=["treats"], n_evidence=1)
    assert [e.place.document for e in found.evidence] == ["note 2"]
    [found] = facts(store, about="pain", relations=["treats"], n_evidence=9)
    assert [e.place.document for e in found.evidence] == ["note 2", "note 3"]
    assert [e.triple.subject.span.text for e in found.evidence] == ["aspirin", "aspirin tablet"]


def test_facts_come_back_whole(store: GraphStore) -> None:
    """By id they are what the list says, and every relation with a fact is named."""
    listed = {item.fact.id: item.fact for item in facts(store, limit=99)}
    assert facts_by_id(store, list(listed)) == listed
    assert len(listed) == store.database.count("fact") == 7
    assert relation_names(store) == ["causes", "goes-with", "prevents", "treats"]


def test_sentences_that_were_not_searched_are_counted(store: GraphStore) -> None:
    """The watermark says how far the search has come."""
    assert unsearched(store) == 0
    with store.transaction():
        store.put_watermark("facts", "3")
    assert unsearched(store) == len(SAID) - 3
