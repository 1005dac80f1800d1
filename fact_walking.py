"""Walking tails and facts together, from name to name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Literal

from .answers import Neighbor
from .errors import NoPathError, ParameterError, UnknownTermError
from .graph import queries
from .graph.facts.fact_graph import FactGraph, Step
from .graph.facts.queries import check_relations, facts_by_id
from .graph.queries import Node
from .graph.schema import NodeKind
from .graph.store import GraphStore
from .graph.tail_graph import TailGraph

Facts = Literal["none", "also", "only"]
"""Whether a walk follows tails alone, tails and facts, or facts alone."""


class FactWalker:
    """Walks the facts of a store, with the tails of terms and phrases or without them.

    Parameters
    ----------
    relations
        Only facts of these relations; all if there is none.

    Raises
    ------
    ParameterError
        There is no fact at all, or none of a relation.
    """

    def __init__(
        self, store: GraphStore, graph: TailGraph, *, facts: Facts, relations: Sequence[str] = ()
    ) -> None:
        check_relations(store, relations)
        self.store = store
        self.with_tails = facts == "also"
        self.walks = FactGraph.from_store(
            store, graph, relations=relations, with_tails=self.with_tails
        )

    def neighbors(
        self, text: str, *, kind: NodeKind | None, direction: str, k: int
    ) -> tuple[Neighbor, ...]:
        """Return one step from a node: first its facts, the surest first, then its tail.

        Against the edges, facts of which a term or a phrase with this text is the object count.
        """
        nodes = self._starts(text, kind)
        forward: Callable[[int], list[Step]] = self.walks.steps_from
        steps = {
            "out": lambda: forward(nodes[0].id),
            "in": lambda: self._incoming(nodes),
            "mutual": lambda: [s for s in forward(nodes[0].id) if self.walks.leads_back(s)],
        }
        if direction not in steps:
            raise ParameterError(f"direction {direction!r} is none of {', '.join(steps)}")
        return self._named(steps[direction]()[:k], incoming=direction == "in")

    def expand(
        self, text: str, *, kind: NodeKind | None, hops: int, limit: int
    ) -> tuple[Neighbor, ...]:
        """Return the nodes around a node, hop by hop; see `FactGraph.expand`."""
        start = self._starts(text, kind)[0]
        return self._named(list(islice(self.walks.expand(start.id, hops), limit)))

    def path(self, start: str, goal: str, *, kind: NodeKind | None) -> tuple[Neighbor, ...]:
        """Return the steps of the cheapest path between two nodes, whatever their kinds.

        Raises
        ------
        NoPathError
            The goal cannot be reached.
        """
        first, last = self._starts(start, kind), self._starts(goal, kind)
        try:
            steps = self.walks.cheapest_path([n.id for n in first], [n.id for n in last])
        except NoPathError as error:
            edges = "facts and tails" if self.with_tails else "facts"
            raise NoPathError(
                f"no path of {edges} leads from {start!r} to {goal!r}; edges have a direction: "
                "try the other way round"
            ) from error
        return self._named(steps)

    def _starts(self, text: str, kind: NodeKind | None) -> list[Node]:
        """Return the term and the phrase of a text, or the one asked for."""
        found = queries.find_nodes(self.store, text)
        nodes = [node for node in found if node.kind is not NodeKind.SENTENCE]
        if not nodes:
            raise ParameterError(f"{text!r} is a sentence; facts join terms and phrases alone")
        chosen = [node for node in nodes if kind is None or node.kind is kind]
        if not chosen:
            kinds = " and a ".join(node.kind.name.lower() for node in nodes)
            wanted = "" if kind is None else kind.name.lower()
            raise UnknownTermError(f"{text!r} is a {kinds} here, not a {wanted}")
        return chosen

    def _incoming(self, nodes: Sequence[Node]) -> list[Step]:
        """Return the facts that lead to any of some nodes, each once, and who lists the first."""
        steps = self.walks.steps_to(nodes[0].id)
        others = (step for node in nodes[1:] for step in self.walks.steps_to(node.id))
        facts = {s.fact: s for s in [*steps, *others] if s.fact >= 0}
        ranked = [facts[fact] for fact in sorted(facts)]
        return [*ranked, *(step for step in steps if step.fact < 0)]

    def _named(self, steps: Sequence[Step], *, incoming: bool = False) -> tuple[Neighbor, ...]:
        ids = sorted({end for step in steps for end in (step.parent, step.node)})
        names = {node.id: node for node in queries.nodes(self.store, ids)}
        facts = facts_by_id(self.store, sorted({s.fact for s in steps if s.fact >= 0}))
        return tuple(
            Neighbor(
                names[step.node],
                step.weight,
                step.hops,
                names[step.parent].text,
                self.walks.leads_back(step),
                step.kind,
                incoming,
                facts.get(step.fact),
            )
            for step in steps
        )
