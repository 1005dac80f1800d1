"""The walks of TailGraph, held against networkx and against a graph drawn by hand."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from tailgraph.errors import NoPathError, ParameterError
from tailgraph.graph.tail_graph import TailGraph, build_tail_graph
from tailgraph.indexers.tails import BinRule, neighbor_tails


def drawn() -> TailGraph:
    """0 lists 1 and 2, 1 lists 0 and 3, 2 lists 3, 3 lists nothing, 4 stands alone."""
    edges = [(0, 1, 0.9), (0, 2, 0.5), (1, 0, 0.9), (1, 3, 0.2), (2, 3, 0.8)]
    sources, targets, weights = (np.array(column) for column in zip(*edges, strict=True))
    return TailGraph.from_edges(
        5, sources, targets, weights.astype(np.float32), np.zeros(5, np.uint8)
    )


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    """Four hundred rows around forty centres."""
    rng = np.random.default_rng(7)
    centres = rng.standard_normal((40, 16)).repeat(10, axis=0)
    return (centres + 0.5 * rng.standard_normal(centres.shape)).astype(np.float32)


@pytest.fixture(scope="module")
def graph(vectors: np.ndarray) -> TailGraph:
    """The tail graph of those rows."""
    return build_tail_graph(neighbor_tails(vectors, rule=BinRule(max_count=8, tail_count=4)))


def test_out_neighbors_are_the_members_of_the_tail_in_order(vectors: np.ndarray) -> None:
    """An edge exists exactly for each member of each tail, nearest first."""
    tails = neighbor_tails(vectors, rule=BinRule(max_count=8, tail_count=4))
    graph = build_tail_graph(tails)
    for node in range(graph.n_nodes):
        assert graph.out_neighbors(node).nodes.tolist() == tails.row(node)[0].tolist()


def test_in_neighbors_are_those_who_list_the_node(graph: TailGraph) -> None:
    """The incoming side agrees with networkx for every node, nearest first."""
    oracle = graph.to_networkx()
    for node in range(graph.n_nodes):
        near = graph.in_neighbors(node)
        assert sorted(near.nodes.tolist()) == sorted(oracle.predecessors(node))
        assert (np.diff(near.weights) <= 0).all()


def test_mutual_neighbors_list_each_other(graph: TailGraph) -> None:
    """Mutual means an edge both ways, as networkx sees it."""
    oracle = graph.to_networkx()
    for node in range(0, graph.n_nodes, 7):
        expected = {v for v in oracle.successors(node) if oracle.has_edge(v, node)}
        assert set(graph.mutual_neighbors(node).nodes.tolist()) == expected


@pytest.mark.parametrize("hops", [1, 2, 3])
def test_reach_finds_what_breadth_first_search_finds(graph: TailGraph, hops: int) -> None:
    """The bitmap walk reaches the same nodes as networkx within the same number of hops."""
    oracle = graph.to_networkx()
    for node in range(0, graph.n_nodes, 13):
        lengths = nx.single_source_shortest_path_length(oracle, node, cutoff=hops)
        assert graph.reach(node, hops).tolist() == sorted(set(lengths) - {node})


def test_expand_meets_each_node_once_at_its_least_distance(graph: TailGraph) -> None:
    """The walk yields every reachable node at its breadth-first distance, by a real edge."""
    oracle = graph.to_networkx()
    lengths = nx.single_source_shortest_path_length(oracle, 0, cutoff=3)
    reached = list(graph.expand(0, 3))
    assert {r.node: r.hops for r in reached} == {n: d for n, d in lengths.items() if n != 0}
    assert [r.hops for r in reached] == sorted(r.hops for r in reached)
    assert all(graph.weight(r.parent, r.node) == pytest.approx(r.weight) for r in reached)


def test_shortest_path_costs_what_networkx_finds(graph: TailGraph) -> None:
    """The sum of 1 - cosine along the path equals Dijkstra's of networkx."""
    oracle = graph.to_networkx()
    cost = {(u, v): max(0.0, 1.0 - d["weight"]) for u, v, d in oracle.edges(data=True)}
    n_paths = 0
    for goal in range(0, graph.n_nodes, 29):
        try:
            expected = nx.dijkstra_path_length(oracle, 3, goal, lambda u, v, _: cost[u, v])
        except nx.NetworkXNoPath:
            with pytest.raises(NoPathError):
                graph.shortest_path(3, goal)
            continue
        path = graph.shortest_path(3, goal)
        n_paths += 1
        assert (path[0], path[-1]) == (3, goal)
        assert sum(cost[step] for step in pairwise(path)) == pytest.approx(expected, abs=1e-6)
    assert n_paths >= 2


def test_the_drawn_graph_has_the_answers_worked_out_by_hand() -> None:
    """Direction, asymmetry, degrees, hubness and the detour that is cheaper than the short way."""
    graph = drawn()
    assert graph.asymmetry(0, 1) == 0
    assert (graph.asymmetry(0, 2), graph.asymmetry(2, 0)) == (1, -1)
    assert graph.in_degrees().tolist() == [1, 1, 1, 2, 0]
    assert graph.out_degrees().tolist() == [2, 2, 1, 0, 0]
    assert graph.hubness(3) == 2.0
    assert graph.reciprocity() == pytest.approx(2 / 5)
    assert graph.shortest_path(0, 3) == [0, 2, 3]
    assert graph.reach(0, 1).tolist() == [1, 2]


def test_there_is_no_path_against_the_edges() -> None:
    """A path follows directions only: from 3 nothing leads anywhere."""
    with pytest.raises(NoPathError, match="from node 3 to node 0"):
        drawn().shortest_path(3, 0)


def test_a_node_that_does_not_exist_is_refused() -> None:
    """The message names the range of the nodes."""
    with pytest.raises(ParameterError, match="from 0 to 4"):
        drawn().out_neighbors(5)


def test_only_keeps_the_edges_of_the_kinds_asked_for() -> None:
    """Edges of another kind are left out, and their order among themselves stays."""
    graph = drawn()
    mixed = TailGraph(
        graph.indptr, graph.indices, graph.weights, np.array([0, 3, 0, 3, 0], np.uint8)
    )
    assert mixed.only([3]).out_neighbors(0).nodes.tolist() == [2]
    assert mixed.only([0]).n_edges == 3
    assert mixed.only([0, 3]).indices.tolist() == mixed.indices.tolist()


def test_arrays_bring_back_the_same_graph(graph: TailGraph) -> None:
    """Walks are the same before and after a trip through arrays."""
    again = TailGraph.from_arrays(graph.arrays())
    assert [r.node for r in again.expand(5, 2)] == [r.node for r in graph.expand(5, 2)]
