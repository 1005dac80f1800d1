"""TailGraph: the directed neighbour-tail graph on CSR arrays, and the walks over it.

An edge u -> v says that v lies in u's own tail. Tails have different lengths, so v may well not
list u: the direction is the information, and nothing here symmetrizes it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..errors import ArtifactError, NoPathError, ParameterError

if TYPE_CHECKING:
    import networkx as nx

    from ..indexers.tails import Tails

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Adjacent:
    """The neighbours of one node: int64 ``nodes``, float32 ``weights`` and uint8 ``kinds``."""

    nodes: Ints
    weights: npt.NDArray[np.float32]
    kinds: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.nodes)


@dataclass(frozen=True)
class Reached:
    """A node met on a walk: how many hops away, from which node, over which edge."""

    node: int
    hops: int
    parent: int
    weight: float
    kind: int


@dataclass(frozen=True)
class TailGraph:
    """A directed graph on arrays: the edges of node u are rows ``indptr[u]:indptr[u + 1]``.

    Parameters
    ----------
    indptr
        int64 array of shape (n_nodes + 1,).
    indices
        int64 array of shape (n_edges,), the node that each edge leads to, in the source's order.
    weights
        float32 array of shape (n_edges,); cosines for tail edges.
    kinds
        uint8 array of shape (n_edges,); weights of two kinds are not comparable.
    """

    indptr: Ints
    indices: Ints
    weights: npt.NDArray[np.float32]
    kinds: npt.NDArray[np.uint8]

    @classmethod
    def from_edges(
        cls,
        n_nodes: int,
        sources: Ints,
        targets: Ints,
        weights: npt.NDArray[np.float32],
        kinds: npt.NDArray[np.integer],
    ) -> TailGraph:
        """Build a graph from edge arrays; the edges of one source keep their order."""
        order = np.argsort(sources, kind="stable")
        indptr = np.zeros(n_nodes + 1, np.int64)
        np.cumsum(np.bincount(sources, minlength=n_nodes), out=indptr[1:])
        columns = (targets[order].astype(np.int64), weights[order].astype(np.float32))
        return cls(indptr, *columns, kinds[order].astype(np.uint8))

    @property
    def n_nodes(self) -> int:
        """Number of nodes, with or without edges."""
        return len(self.indptr) - 1

    @property
    def n_edges(self) -> int:
        """Number of directed edges."""
        return len(self.indices)

    @cached_property
    def sources(self) -> Ints:
        """The node that each edge starts from, int64 of shape (n_edges,)."""
        return np.repeat(np.arange(self.n_nodes), np.diff(self.indptr))

    @cached_property
    def _reverse(self) -> tuple[Ints, Ints]:
        """Where each node's incoming edges begin, and the edges sorted by the node they lead to."""
        indptr = np.zeros(self.n_nodes + 1, np.int64)
        np.cumsum(np.bincount(self.indices, minlength=self.n_nodes), out=indptr[1:])
        return indptr, np.argsort(self.indices, kind="stable")

    def only(self, kinds: Sequence[int]) -> TailGraph:
        """Return the graph with the edges of some kinds alone."""
        return self.keep(np.isin(self.kinds, np.asarray(kinds, np.uint8)))

    def keep(self, edges: npt.NDArray[np.bool_]) -> TailGraph:
        """Return the graph with the edges marked in a bool array of shape (n_edges,) alone."""
        indptr = np.zeros(self.n_edges + 1, np.int64)
        np.cumsum(edges, out=indptr[1:])
        columns = (self.indices[edges], self.weights[edges], self.kinds[edges])
        return TailGraph(indptr[self.indptr], *columns)

    # ---- one step

    def out_edges(self, node: int) -> Ints:
        """Return the rows of the edges that start from a node, in its own order."""
        rows = self._rows(node)
        return np.arange(rows.start, rows.stop)

    def in_edges(self, node: int) -> Ints:
        """Return the rows of the edges that lead to a node, in order of their sources."""
        self._rows(node)
        indptr, order = self._reverse
        edges: Ints = order[indptr[node] : indptr[node + 1]]
        return edges

    def out_neighbors(self, node: int) -> Adjacent:
        """Return the members of a node's own tail, nearest first."""
        rows = self._rows(node)
        return Adjacent(self.indices[rows], self.weights[rows], self.kinds[rows])

    def in_neighbors(self, node: int) -> Adjacent:
        """Return the nodes that list this one in their tails, nearest first."""
        edges = self.in_edges(node)
        edges = edges[np.lexsort((self.sources[edges], -self.weights[edges]))]
        return Adjacent(self.sources[edges], self.weights[edges], self.kinds[edges])

    def mutual_neighbors(self, node: int) -> Adjacent:
        """Return the neighbours that list each other, nearest first."""
        out, back = self.out_neighbors(node), self.in_neighbors(node)
        both = np.isin(out.nodes, back.nodes)
        return Adjacent(out.nodes[both], out.weights[both], out.kinds[both])

    def has_edge(self, source: int, target: int) -> bool:
        """Say whether the source lists the target."""
        return bool((self.indices[self._rows(source)] == target).any())

    def weight(self, source: int, target: int) -> float:
        """Return the weight of an edge.

        Raises
        ------
        NoPathError
            There is no such edge.
        """
        rows = self._rows(source)
        found = np.flatnonzero(self.indices[rows] == target)
        if not len(found):
            raise NoPathError(f"node {source} does not list node {target}")
        return float(self.weights[rows][found[0]])

    def asymmetry(self, first: int, second: int) -> int:
        """Return [first -> second] - [second -> first]: 1, 0 or -1."""
        return int(self.has_edge(first, second)) - int(self.has_edge(second, first))

    def in_degrees(self) -> Ints:
        """Return how many nodes list each node, int64 of shape (n_nodes,)."""
        return np.diff(self._reverse[0])

    def out_degrees(self) -> Ints:
        """Return the length of each node's tail, int64 of shape (n_nodes,)."""
        return np.diff(self.indptr)

    def hubness(self, node: int) -> float:
        """Return in-degree / out-degree: above 1 when more nodes list it than it lists."""
        return float(self.in_degrees()[node] / max(1, self.out_degrees()[node]))

    def reciprocity(self) -> float:
        """Return the share of edges whose reverse is an edge too."""
        forward = self.sources * self.n_nodes + self.indices
        backward = self.indices * self.n_nodes + self.sources
        return float(np.isin(forward, backward).mean()) if self.n_edges else 0.0

    # ---- walks

    def reach(self, start: int, hops: int) -> Ints:
        """Return the distinct nodes within some hops of a node, in id order, itself left out.

        A breadth-first search on bitmaps: each hop marks the targets of the whole frontier at once.
        """
        self._rows(start)
        seen = np.zeros(self.n_nodes, bool)
        seen[start] = True
        frontier = np.array([start])
        for _ in range(hops):
            mark = np.zeros(self.n_nodes, bool)
            mark[self._targets(frontier)] = True
            frontier = np.flatnonzero(mark & ~seen)
            if not len(frontier):
                break
            seen[frontier] = True
        seen[start] = False
        return np.flatnonzero(seen)

    def expand(self, start: int, hops: int = 2) -> Iterator[Reached]:
        """Yield the nodes around a node, hop by hop, and within a hop the strongest edge first.

        Each node is met once, from the parent with the heaviest edge; ties go to the lower id.
        """
        self._rows(start)
        met = {start}
        frontier = [start]
        for hop in range(1, hops + 1):
            best: dict[int, Reached] = {}
            for parent in frontier:
                near = self.out_neighbors(parent)
                steps = zip(
                    near.nodes.tolist(), near.weights.tolist(), near.kinds.tolist(), strict=True
                )
                for node, weight, kind in steps:
                    if node not in met and (node not in best or weight > best[node].weight):
                        best[node] = Reached(node, hop, parent, weight, kind)
            found = sorted(best.values(), key=lambda reached: (-reached.weight, reached.node))
            yield from found
            frontier = [reached.node for reached in found]
            met.update(frontier)

    def shortest_path(self, start: int, goal: int) -> list[int]:
        """Return the nodes of the path of least total (1 - weight), both ends included.

        Raises
        ------
        NoPathError
            The goal cannot be reached along the edges.

        References
        ----------
        E. W. Dijkstra, "A note on two problems in connexion with graphs", 1959.
        """
        self._rows(goal)
        distance = {start: 0.0}
        parent: dict[int, int] = {}
        done: set[int] = set()
        queue = [(0.0, start)]
        while queue:
            cost, node = heapq.heappop(queue)
            if node in done:
                continue
            if node == goal:
                return _unwind(parent, start, goal)
            done.add(node)
            near = self.out_neighbors(node)
            steps = np.maximum(0.0, 1.0 - near.weights.astype(np.float64)) + cost
            for target, total in zip(near.nodes.tolist(), steps.tolist(), strict=True):
                if total < distance.get(target, np.inf):
                    distance[target] = total
                    parent[target] = node
                    heapq.heappush(queue, (total, target))
        raise NoPathError(f"no path leads from node {start} to node {goal} along the edges")

    # ---- other forms

    def to_networkx(self) -> nx.DiGraph[int]:
        """Return a networkx view with ``weight``, ``kind`` and ``rank`` on each edge (a copy)."""
        # Walks run on the arrays; only this view pays for the import.
        import networkx as nx

        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(range(self.n_nodes))
        ranks = np.arange(self.n_edges) - np.repeat(self.indptr[:-1], np.diff(self.indptr)) + 1
        columns = (self.sources, self.indices, self.weights, self.kinds, ranks)
        for source, target, weight, kind, rank in zip(*(c.tolist() for c in columns), strict=True):
            graph.add_edge(source, target, weight=weight, kind=kind, rank=rank)
        return graph

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the arrays that `from_arrays` takes, by name."""
        return {
            "indptr": self.indptr,
            "indices": self.indices,
            "weights": self.weights,
            "kinds": self.kinds,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> TailGraph:
        """Return the graph that `arrays` was taken of."""
        missing = {"indptr", "indices", "weights", "kinds"} - set(arrays)
        if missing:
            raise ArtifactError(f"the graph snapshot lacks {sorted(missing)}; rebuild the graph")
        return cls(
            arrays["indptr"].astype(np.int64, copy=False),
            arrays["indices"].astype(np.int64, copy=False),
            arrays["weights"].astype(np.float32, copy=False),
            arrays["kinds"].astype(np.uint8, copy=False),
        )

    def _rows(self, node: int) -> slice:
        if not 0 <= node < self.n_nodes:
            raise ParameterError(
                f"node {node} does not exist; nodes run from 0 to {self.n_nodes - 1}"
            )
        return slice(int(self.indptr[node]), int(self.indptr[node + 1]))

    def _targets(self, frontier: Ints) -> Ints:
        """Return the targets of all edges of some nodes, repeats included."""
        if len(frontier) == 1:
            return self.indices[self._rows(int(frontier[0]))]
        starts, stops = self.indptr[frontier], self.indptr[frontier + 1]
        if 4 * int((stops - starts).sum()) > self.n_edges:
            inside = np.zeros(self.n_nodes, bool)
            inside[frontier] = True
            marked: Ints = self.indices[np.repeat(inside, np.diff(self.indptr))]
            return marked
        spans = zip(starts.tolist(), stops.tolist(), strict=True)
        targets: Ints = np.concatenate([self.indices[a:b] for a, b in spans])
        return targets


def build_tail_graph(tails: Tails, *, kind: int = 0) -> TailGraph:
    """Return the graph with one node per row and an edge to each member of the row's tail."""
    kinds = np.full(len(tails.indices), kind, np.uint8)
    return TailGraph(tails.indptr, tails.indices.astype(np.int64), tails.cosines, kinds)


def _unwind(parent: Mapping[int, int], start: int, goal: int) -> list[int]:
    path = [goal]
    while path[-1] != start:
        path.append(parent[path[-1]])
    return path[::-1]
