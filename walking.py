"""Walking: from node to node along the tails of the graph, and along the facts if asked to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import islice, pairwise

from .answers import Neighbor, Standing
from .errors import NoPathError, ParameterError, UnknownTermError
from .fact_walking import Facts, FactWalker
from .graph import queries
from .graph.queries import Node, StoredCluster
from .graph.schema import TAIL_OF_NODE, NodeKind
from .graph.store import GraphStore
from .graph.tail_graph import Adjacent, TailGraph


class Walker:
    """Walks the stored graph; a walk without facts stays within the tails of one kind of node."""

    def __init__(self, store: GraphStore) -> None:
        self.store = store
        self._tails: dict[NodeKind, TailGraph] = {}

    @cached_property
    def graph(self) -> TailGraph:
        """The directed tail graph over terms, phrases and sentences; node ids are its rows."""
        return self.store.graph()

    def find(self, text: str, kind: NodeKind | None = None) -> Node:
        """Return the node of a text: the term if there is one, else the phrase, else the sentence.

        Raises
        ------
        UnknownTermError
            There is no such node, or none of the kind asked for.
        """
        found = queries.find_nodes(self.store, text)
        if kind is None:
            return found[0]
        chosen = [node for node in found if node.kind is kind]
        if not chosen:
            kinds = " and ".join(node.kind.name.lower() for node in found)
            raise UnknownTermError(f"{text!r} is a {kinds} here, not a {kind.name.lower()}")
        return chosen[0]

    def standing(self, node: Node) -> Standing:
        """Say where a node stands in the graph of its kind."""
        graph = self.tails(node.kind)
        is_term = node.kind is NodeKind.TERM
        return Standing(
            node=node,
            threshold=queries.threshold(self.store, node.id),
            n_out=len(graph.out_neighbors(node.id)),
            n_in=len(graph.in_neighbors(node.id)),
            clusters=tuple(queries.clusters(self.store, term=node.text)) if is_term else (),
        )

    def tails(self, kind: NodeKind) -> TailGraph:
        """Return the graph of one kind of tail alone."""
        if kind not in self._tails:
            self._tails[kind] = self.graph.only([TAIL_OF_NODE[kind]])
        return self._tails[kind]

    def on_facts(self, facts: Facts, relations: Sequence[str]) -> FactWalker | None:
        """Return what walks facts, with the tails or without; None where they were not asked for.

        To name relations is to ask for facts too.
        """
        if facts == "none":
            if not relations:
                return None
            facts = "also"
        return FactWalker(self.store, self.graph, facts=facts, relations=relations)

    def neighbors(
        self,
        text: str,
        *,
        kind: NodeKind | None = None,
        direction: str = "out",
        k: int = 20,
        facts: Facts = "none",
        relations: Sequence[str] = (),
    ) -> tuple[Neighbor, ...]:
        """Return the neighbours of a node, nearest first.

        Parameters
        ----------
        direction
            ``out``: its own tail; ``in``: the nodes that list it; ``mutual``: both at once.
        facts, relations
            Whether to follow facts ``also`` or ``only``, and of which relations; see
            `FactWalker.neighbors`.
        """
        _check_limit(k)
        if on_facts := self.on_facts(facts, relations):
            return on_facts.neighbors(text, kind=kind, direction=direction, k=k)
        node = self.find(text, kind)
        graph = self.tails(node.kind)
        steps = {
            "out": graph.out_neighbors,
            "in": graph.in_neighbors,
            "mutual": graph.mutual_neighbors,
        }
        if direction not in steps:
            raise ParameterError(f"direction {direction!r} is none of {', '.join(steps)}")
        near: Adjacent = steps[direction](node.id)
        ids = near.nodes[:k].tolist()
        found = zip(queries.nodes(self.store, ids), near.weights.tolist(), strict=False)
        both = set(graph.mutual_neighbors(node.id).nodes.tolist())
        edge, incoming = TAIL_OF_NODE[node.kind], direction == "in"
        return tuple(Neighbor(n, w, 1, node.text, n.id in both, edge, incoming) for n, w in found)

    def expand(
        self,
        text: str,
        *,
        kind: NodeKind | None = None,
        hops: int = 2,
        limit: int = 50,
        facts: Facts = "none",
        relations: Sequence[str] = (),
    ) -> tuple[Neighbor, ...]:
        """Return the nodes around a node along its tails, hop by hop, up to a limit.

        With facts as in `neighbors`, and in the order of `FactGraph.expand`.
        """
        _check_limit(limit)
        if on_facts := self.on_facts(facts, relations):
            return on_facts.expand(text, kind=kind, hops=hops, limit=limit)
        node = self.find(text, kind)
        graph = self.tails(node.kind)
        reached = list(islice(graph.expand(node.id, hops), limit))
        ids = [r.node for r in reached]
        names = {n.id: n for n in queries.nodes(self.store, [node.id, *ids])}
        return tuple(
            Neighbor(
                names[r.node],
                r.weight,
                r.hops,
                names[r.parent].text,
                graph.has_edge(r.node, r.parent),
                TAIL_OF_NODE[node.kind],
            )
            for r in reached
        )

    def path(
        self,
        start: str,
        goal: str,
        *,
        kind: NodeKind | None = None,
        facts: Facts = "none",
        relations: Sequence[str] = (),
    ) -> tuple[Neighbor, ...]:
        """Return the steps of the shortest path between two nodes of a kind, by sum of 1 - cosine.

        With facts as in `neighbors`, the two may be of different kinds, and `step_costs` says what
        a step costs.

        Raises
        ------
        NoPathError
            The goal cannot be reached, or the two are nodes of different kinds.
        """
        if on_facts := self.on_facts(facts, relations):
            return on_facts.path(start, goal, kind=kind)
        pairs = [
            (a, b)
            for a in queries.find_nodes(self.store, start)
            for b in queries.find_nodes(self.store, goal)
            if a.kind is b.kind and (kind is None or a.kind is kind)
        ]
        if not pairs:
            raise NoPathError(
                f"{start!r} and {goal!r} are not nodes of one kind; `describe` shows what they are"
            )
        first, last = pairs[0]
        graph = self.tails(first.kind)
        try:
            ids = graph.shortest_path(first.id, last.id)
        except NoPathError as error:
            raise NoPathError(
                f"no path of tails leads from {start!r} to {goal!r}; edges have a direction: "
                "try the other way round"
            ) from error
        nodes = queries.nodes(self.store, ids)
        return tuple(
            Neighbor(
                b,
                graph.weight(a.id, b.id),
                hop,
                a.text,
                graph.has_edge(b.id, a.id),
                TAIL_OF_NODE[first.kind],
            )
            for hop, (a, b) in enumerate(pairwise(nodes), start=1)
        )

    def clusters(self, term: str = "", *, limit: int = 20) -> list[StoredCluster]:
        """Return the clusters of the vocabulary, the largest first, or those of one term."""
        _check_limit(limit)
        wanted = self.find(term, NodeKind.TERM).text if term else ""
        return queries.clusters(self.store, term=wanted, limit=limit)


def _check_limit(limit: int) -> None:
    if limit < 1:
        raise ParameterError(f"{limit} results were asked for; ask for at least one")
