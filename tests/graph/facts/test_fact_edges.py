"""Between which nodes a fact leads, on a store drawn by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tailgraph.graph.facts.aggregation import gather_facts
from tailgraph.graph.facts.fact_edges import write_facts
from tailgraph.graph.store import GraphStore
from tailgraph.graph.verification import content_hash, verify_store

from .drawn import draw, names, statements


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    """The drawn store."""
    with draw(tmp_path / "kb.sqlite") as drawn:
        yield drawn


def edges(store: GraphStore) -> set[tuple[str, str, str]]:
    """Return every edge of a fact by the names of its ends."""
    rows = store.database.rows(
        "SELECT e.src, f.relation, e.dst FROM edge e JOIN fact f ON f.id = e.rank - 1 "
        "WHERE e.kind = 4"
    )
    ends = names(store, [int(str(i)) for src, _, dst in rows for i in (src, dst)])
    return {(ends[2 * i], str(row[1]), ends[2 * i + 1]) for i, row in enumerate(rows)}


def test_a_fact_leads_from_every_node_of_its_subject_to_the_best_of_its_object(
    store: GraphStore,
) -> None:
    """The term, the phrase and the variant all lead on; the end is of the kind of the start."""
    assert edges(store) == {
        ("aspirin", "prevents", '"blood clot"'),
        ('"aspirin"', "prevents", '"blood clot"'),
        ('"blood clot"', "causes", '"stroke"'),
        ("aspirin", "treats", "pain"),
        ('"aspirin"', "treats", '"pain"'),
        ('"aspirin tablet"', "treats", '"pain"'),
        ("statins", "prevents", '"stroke"'),
        ('"blood clot"', "goes-with", '"pain"'),
        ("pain", "goes-with", '"blood clot"'),
        ('"pain"', "goes-with", '"blood clot"'),
    }


def test_facts_that_have_no_edge_are_kept_in_their_table(store: GraphStore) -> None:
    """One is only denied, the subject of the other has no node."""
    rows = store.database.rows(
        "SELECT subject, relation, object FROM fact WHERE id + 1 NOT IN "
        "(SELECT rank FROM edge WHERE kind = 4) ORDER BY id"
    )
    assert rows == [("old age", "causes", "stroke"), ("aspirin", "treats", "stroke")]


def test_the_snapshot_is_the_rows_also_when_facts_are_replaced(store: GraphStore) -> None:
    """The arrays equal those read from the rows, before and after facts are taken back."""
    for facts in (gather_facts(statements()[:3]), []):
        with store.transaction():
            write_facts(store, facts)
        stored, read = store.graph().arrays(), store.edges().arrays()
        assert all(np.array_equal(stored[name], read[name]) for name in read)
    assert store.database.count("edge", "kind = 4") == 0
    assert store.database.count("typed_triple", "fact_id IS NOT NULL") == 0


def test_facts_do_not_change_the_content_hash(store: GraphStore) -> None:
    """They are made on demand, so a knowledge base with them is the same as one without."""
    before = content_hash(store)
    with store.transaction():
        write_facts(store, [])
    assert content_hash(store) == before


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        ("UPDATE fact SET support = support + 1 WHERE id = 2", "1 facts do not say"),
        ("UPDATE edge SET weight = .1 WHERE kind = 4 AND rank = 1", "edges lead along no such"),
        ("UPDATE typed_triple SET object_start = 0 WHERE id = 3", "1 typed triples do not stand"),
    ],
    ids=["support", "weight", "span"],
)
def test_damaged_facts_are_found(store: GraphStore, damage: str, finding: str) -> None:
    """The check of the facts passes on the drawn store, and names what was changed."""
    assert {f.check: f.sound for f in verify_store(store)}["facts"]
    with store.transaction():
        store.database.execute(damage)
    assert finding in {f.check: f.detail for f in verify_store(store)}["facts"]
