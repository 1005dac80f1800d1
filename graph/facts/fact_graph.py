"""FactGraph: the tails of terms and phrases and the facts about them, walked together.

The weights of two kinds of edges are not comparable. So nothing here ranks an edge of one kind
among those of another by weight: facts come first, then the tails of terms, then those of phrases,
each kind in its own order. Only a path has to add them up, and `step_costs` says how.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...errors import NoPathError
from ..database import as_int
from ..schema import EdgeKind
from ..store import GraphStore
from ..tail_graph import Ints, TailGraph

CERTAIN_FACT = 0.25
"""What a step over a certain fact costs: as much as one to a neighbor of cosine .75, about where
the first members of a tail lie."""

_TAILS = (EdgeKind.TERM_TAIL, EdgeKind.PHRASE_TAIL)
_ORDER = np.array([1, 2, 9, 9, 0], np.int64)
"""The place of each kind of edge among the kinds: facts, tails of terms, tails of phrases."""


@dataclass(frozen=True, slots=True)
class Step:
    """One edge of a walk: from `parent` to `node`, over a tail, or over a fact if `fact` is not -1.

    A backward step goes against the edge: it leads from an object to its subject.
    """

    parent: int
    node: int
    hops: int
    kind: EdgeKind
    weight: float
    fact: int


@dataclass(frozen=True)
class FactGraph:
    """A graph of tails and facts; `facts` holds the fact of each edge, -1 for a tail's.

    Make one with `from_store`.
    """

    graph: TailGraph
    facts: Ints

    @classmethod
    def from_store(
        cls,
        store: GraphStore,
        graph: TailGraph,
        *,
        relations: Sequence[str] = (),
        with_tails: bool = True,
    ) -> FactGraph:
        """Take the tails of terms and phrases and the facts out of the whole graph of a store.

        Parameters
        ----------
        relations
            Only facts of these relations; all if there is none.
        """
        is_fact = graph.kinds == EdgeKind.FACT
        facts = np.full(graph.n_edges, -1, np.int64)
        statement = "SELECT rank - 1 FROM edge WHERE kind = ? ORDER BY src, rank"
        rows = store.database.stream(statement, (int(EdgeKind.FACT),))
        facts[is_fact] = np.fromiter((as_int(row[0]) for row in rows), np.int64)
        kept = is_fact
        if relations:
            chosen = store.database.rows_in(
                "SELECT id FROM fact WHERE relation IN (%s)", list(relations)
            )
            kept = is_fact & np.isin(facts, [as_int(row[0]) for row in chosen])
        if with_tails:
            kept = kept | np.isin(graph.kinds, _TAILS)
        return cls(graph.keep(kept), facts[kept])

    def steps_from(self, node: int, hops: int = 1) -> list[Step]:
        """Return the steps along the edges of a node: facts, then its tail."""
        edges = self.graph.out_edges(node)
        return [self._step(edge, hops) for edge in self._in_order(edges)]

    def steps_to(self, node: int) -> list[Step]:
        """Return the steps against the edges that lead to a node: facts, then who lists it."""
        edges = self.graph.in_edges(node)
        return [self._backward(edge) for edge in self._in_order(edges)]

    def leads_back(self, step: Step) -> bool:
        """Say whether an edge of the same kind leads from the end of a step to its beginning."""
        edges = self.graph.out_edges(step.node)
        is_back = self.graph.indices[edges] == step.parent
        return bool((is_back & (self.graph.kinds[edges] == step.kind)).any())

    def expand(self, start: int, hops: int = 2) -> Iterator[Step]:
        """Yield a step to each node around a node, hop by hop.

        Within a hop the facts come first, the surest in front, then the tails of terms and those of
        phrases, the nearest in front. Each node is met once, over the first such step; ties go to
        the lower id.
        """
        met = {start}
        frontier = [start]
        for hop in range(1, hops + 1):
            best: dict[int, Step] = {}
            for parent in frontier:
                for step in self.steps_from(parent, hop):
                    before = best.get(step.node)
                    if step.node not in met and (before is None or _rank(step) < _rank(before)):
                        best[step.node] = step
            found = sorted(best.values(), key=lambda step: (*_rank(step), step.node))
            yield from found
            frontier = [step.node for step in found]
            met.update(frontier)

    def cheapest_path(self, starts: Sequence[int], goals: Sequence[int]) -> list[Step]:
        """Return the steps of the path of least `step_costs` from one of some nodes to another.

        Raises
        ------
        NoPathError
            No goal can be reached along the edges.
        """
        distance = dict.fromkeys(starts, 0.0)
        came: dict[int, int] = {}
        done: set[int] = set()
        queue = [(0.0, node) for node in sorted(starts)]
        while queue:
            cost, node = heapq.heappop(queue)
            if node in done:
                continue
            if node in goals:
                return self._unwind(came, node)
            done.add(node)
            edges = self.graph.out_edges(node)
            totals = cost + step_costs(self.graph.kinds[edges], self.graph.weights[edges])
            columns = (edges, self.graph.indices[edges], totals)
            for edge, target, total in zip(*(c.tolist() for c in columns), strict=True):
                if total < distance.get(target, np.inf):
                    distance[target] = total
                    came[target] = edge
                    heapq.heappush(queue, (total, target))
        raise NoPathError(
            f"no path of facts and tails leads from nodes {list(starts)} to {list(goals)}"
        )

    def _unwind(self, came: dict[int, int], node: int) -> list[Step]:
        edges = []
        while node in came:
            edges.append(came[node])
            node = int(self.graph.sources[came[node]])
        return [self._step(edge, hop) for hop, edge in enumerate(reversed(edges), start=1)]

    def _in_order(self, edges: Ints) -> list[int]:
        """Order edges by kind, and within a kind by falling weight, ties as they come."""
        kinds, weights = _ORDER[self.graph.kinds[edges]], self.graph.weights[edges]
        ordered: list[int] = edges[np.lexsort((-weights, kinds))].tolist()
        return ordered

    def _step(self, edge: int, hops: int) -> Step:
        graph = self.graph
        ends = int(graph.sources[edge]), int(graph.indices[edge])
        kind, weight = EdgeKind(graph.kinds[edge]), float(graph.weights[edge])
        return Step(*ends, hops, kind, weight, int(self.facts[edge]))

    def _backward(self, edge: int) -> Step:
        step = self._step(edge, 1)
        return Step(step.node, step.parent, 1, step.kind, step.weight, step.fact)


def step_costs(
    kinds: npt.NDArray[np.uint8], weights: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """Return what steps over edges cost, float64 of shape (n_edges,).

    A step along a tail costs 1 - cosine. One over a fact costs `CERTAIN_FACT` + 1 - confidence.
    The two are put on one scale by that convention, and by nothing that was measured: it makes a
    fact of confidence .9 as dear as a neighbor of cosine .65.

    Examples
    --------
    >>> kinds = np.array([EdgeKind.PHRASE_TAIL, EdgeKind.FACT], np.uint8)
    >>> step_costs(kinds, np.array([0.5, 0.5], np.float32)).tolist()
    [0.5, 0.75]
    """
    missing = np.maximum(0.0, 1.0 - weights.astype(np.float64))
    return missing + np.where(kinds == EdgeKind.FACT, CERTAIN_FACT, 0.0)


def _rank(step: Step) -> tuple[int, float]:
    return int(_ORDER[step.kind]), -step.weight
