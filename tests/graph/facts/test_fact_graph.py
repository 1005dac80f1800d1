"""Tails and facts walked together, on the drawn store; every answer is worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from tailgraph.errors import NoPathError
from tailgraph.graph.facts.fact_graph import FactGraph, Step, step_costs
from tailgraph.graph.schema import EdgeKind
from tailgraph.graph.store import GraphStore

from .drawn import draw, names


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    """The drawn store."""
    with draw(tmp_path / "kb.sqlite") as drawn:
        yield drawn


def shown(store: GraphStore, steps: list[Step]) -> list[tuple[str, str, str]]:
    """Return steps as (from, edge, to): the relation of a fact, the cosine of a tail."""
    relations = dict(store.database.rows("SELECT id, relation FROM fact"))  # type: ignore[arg-type]
    ends = names(store, [end for step in steps for end in (step.parent, step.node)])
    edges = [
        str(relations[step.fact]) if step.fact >= 0 else f"{step.weight:.2f}" for step in steps
    ]
    return [(ends[2 * i], edge, ends[2 * i + 1]) for i, edge in enumerate(edges)]


ASPIRIN, PAIN, ASPIRIN_PHRASE, CLOT, STROKE = 0, 1, 4, 5, 7


def test_facts_come_before_the_tail_whatever_they_weigh(store: GraphStore) -> None:
    """The surest fact is first, and a cosine of .80 does not pass a fact of confidence .70."""
    walks = FactGraph.from_store(store, store.graph())
    assert shown(store, walks.steps_from(ASPIRIN_PHRASE)) == [
        ('"aspirin"', "prevents", '"blood clot"'),
        ('"aspirin"', "treats", '"pain"'),
        ('"aspirin"', "0.80", '"pain"'),
    ]


def test_steps_against_the_edges_find_the_subjects(store: GraphStore) -> None:
    """What leads to a stroke: two facts, then the phrases that list it, nearest first."""
    walks = FactGraph.from_store(store, store.graph())
    assert shown(store, walks.steps_to(STROKE)) == [
        ('"stroke"', "causes", '"blood clot"'),
        ('"stroke"', "prevents", "statins"),
        ('"stroke"', "0.95", '"pain"'),
        ('"stroke"', "0.60", '"blood clot"'),
    ]


def test_a_walk_of_facts_alone_follows_no_tail(store: GraphStore) -> None:
    """From aspirin along facts: two things after one hop, the stroke after two."""
    walks = FactGraph.from_store(store, store.graph(), with_tails=False)
    steps = list(walks.expand(ASPIRIN_PHRASE, 2))
    assert shown(store, steps) == [
        ('"aspirin"', "prevents", '"blood clot"'),
        ('"aspirin"', "treats", '"pain"'),
        ('"blood clot"', "causes", '"stroke"'),
    ]
    assert [step.hops for step in steps] == [1, 1, 2]


def test_each_node_is_met_once_and_by_a_fact_if_there_is_one(store: GraphStore) -> None:
    """The stroke is met over the fact of the clot, not over the nearer tail of pain."""
    walks = FactGraph.from_store(store, store.graph())
    steps = list(walks.expand(ASPIRIN_PHRASE, 2))
    assert shown(store, steps) == [
        ('"aspirin"', "prevents", '"blood clot"'),
        ('"aspirin"', "treats", '"pain"'),
        ('"blood clot"', "causes", '"stroke"'),
    ]


def test_only_the_relations_asked_for_are_followed(store: GraphStore) -> None:
    """With prevents alone, nothing leads on from the clot but its tail."""
    walks = FactGraph.from_store(store, store.graph(), relations=["prevents"])
    assert shown(store, walks.steps_from(ASPIRIN)) == [
        ("aspirin", "prevents", '"blood clot"'),
        ("aspirin", "0.70", "pain"),
    ]
    assert shown(store, walks.steps_from(CLOT)) == [('"blood clot"', "0.60", '"stroke"')]


def test_a_symmetric_fact_leads_back(store: GraphStore) -> None:
    """A clot goes with pain both ways, and causes a stroke one way."""
    walks = FactGraph.from_store(store, store.graph(), with_tails=False)
    backs = {s.fact: walks.leads_back(s) for s in walks.steps_from(CLOT)}
    assert list(backs.values()) == [False, True]


def test_the_cheapest_path_adds_up_what_each_kind_of_step_costs(store: GraphStore) -> None:
    """From aspirin to stroke: the tails by way of pain cost .25, the two facts .97.

    The tails are .80 and .95 near: .20 + .05. The facts have the confidences .81 and .72:
    .44 + .53. Without tails the facts are all there is.
    """
    walks = FactGraph.from_store(store, store.graph())
    path = walks.cheapest_path([ASPIRIN, ASPIRIN_PHRASE], [STROKE])
    assert shown(store, path) == [('"aspirin"', "0.80", '"pain"'), ('"pain"', "0.95", '"stroke"')]
    facts = FactGraph.from_store(store, store.graph(), with_tails=False)
    path = facts.cheapest_path([ASPIRIN, ASPIRIN_PHRASE], [STROKE])
    kinds = np.array([step.kind for step in path], np.uint8)
    weights = np.array([step.weight for step in path], np.float32)
    assert step_costs(kinds, weights).tolist() == pytest.approx([0.44, 0.53])
    assert [step[1] for step in shown(store, path)] == ["prevents", "causes"]
    assert [step.hops for step in path] == [1, 2]


def test_paths_cost_what_networkx_finds(store: GraphStore) -> None:
    """Between all nodes the cheapest path costs as much as Dijkstra's over the same edges."""
    walks = FactGraph.from_store(store, store.graph())
    graph, costs = walks.graph, step_costs(walks.graph.kinds, walks.graph.weights)
    oracle: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    oracle.add_nodes_from(range(9))
    for edge in zip(graph.sources.tolist(), graph.indices.tolist(), costs.tolist(), strict=True):
        oracle.add_edge(edge[0], edge[1], weight=edge[2])
    n_paths = 0
    for start in range(9):
        reached = nx.single_source_dijkstra_path_length(oracle, start)
        for goal in range(9):
            if goal not in reached:
                with pytest.raises(NoPathError, match="no path of facts and tails"):
                    walks.cheapest_path([start], [goal])
                continue
            path = walks.cheapest_path([start], [goal])
            kinds = np.array([step.kind for step in path], np.uint8)
            weights = np.array([step.weight for step in path], np.float32)
            assert step_costs(kinds, weights).sum() == pytest.approx(reached[goal])
            assert all(a.node == b.parent for a, b in pairwise(path))
            n_paths += len(path) > 1
    assert n_paths > 5


def test_a_fact_weighs_its_confidence(store: GraphStore) -> None:
    """The weight of every edge of a fact is the confidence that the fact has in its table."""
    walks = FactGraph.from_store(store, store.graph(), with_tails=False)
    rows = store.database.rows("SELECT confidence FROM fact ORDER BY id")
    confidences = np.array([float(str(row[0])) for row in rows])
    assert walks.graph.weights == pytest.approx(confidences[walks.facts])
    assert set(walks.graph.kinds.tolist()) == {EdgeKind.FACT}
