"""StoredKnowledge: what a knowledge base answers from its rows alone, without model or parser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Self

from .answers import Neighbor
from .building import BuildConfig
from .fact_walking import Facts
from .graph import queries
from .graph.facts import queries as fact_queries
from .graph.facts.queries import FoundFact
from .graph.labels.book import LabelBook
from .graph.labels.seeds import SeedLabels, check_known
from .graph.queries import Found, Mention, StoredCluster
from .graph.schema import NodeKind
from .graph.store import GraphStore
from .graph.tail_graph import TailGraph
from .graph.verification import Finding, content_hash, verify_store
from .opening import describe_folder
from .walking import Walker


class StoredKnowledge:
    """The stored part of a knowledge base; close it or use it in a ``with``."""

    def __init__(self, folder: Path, store: GraphStore) -> None:
        self.folder = folder
        self.store = store

    def close(self) -> None:
        """Close the knowledge base."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @cached_property
    def config(self) -> BuildConfig:
        """How the knowledge base was built."""
        return BuildConfig.from_json(self.store.manifest()["config"])

    @cached_property
    def labels(self) -> LabelBook:
        """The labels that persons gave, with all that was done to them."""
        return LabelBook(self.store)

    @cached_property
    def seeds(self) -> SeedLabels:
        """The terms that a person has labelled."""
        return self.labels.current()

    @property
    def graph(self) -> TailGraph:
        """The directed tail graph over terms, phrases and sentences; node ids are its rows."""
        return self.walker.graph

    @cached_property
    def walker(self) -> Walker:
        """What walks the tail graph from node to node."""
        return Walker(self.store)

    # ---- walking

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
        """Return the neighbours of a node, nearest first; see `Walker.neighbors`."""
        return self.walker.neighbors(
            text, kind=kind, direction=direction, k=k, facts=facts, relations=relations
        )

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
        """Return the nodes around a node along its tails; see `Walker.expand`."""
        return self.walker.expand(
            text, kind=kind, hops=hops, limit=limit, facts=facts, relations=relations
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
        """Return the steps of the shortest path between two nodes; see `Walker.path`."""
        return self.walker.path(start, goal, kind=kind, facts=facts, relations=relations)

    def clusters(self, term: str = "", *, limit: int = 20) -> list[StoredCluster]:
        """Return the clusters of the vocabulary, the largest first, or those of one term."""
        return self.walker.clusters(term, limit=limit)

    # ---- what the texts say

    def triples(
        self,
        *,
        about: str = "",
        relation: str = "",
        min_confidence: float = 0.0,
        limit: int = 20,
    ) -> list[Found]:
        """Return stored triples, the most confident first; see `queries.triples`."""
        return queries.triples(
            self.store,
            about=about,
            relation=relation,
            min_confidence=min_confidence,
            limit=limit,
        )

    def mentions(self, *, label: str = "", limit: int = 50) -> list[Mention]:
        """Return typed phrases of the knowledge base, the most often mentioned first.

        Raises
        ------
        ParameterError
            If no label is called so.
        """
        check_known([label] if label else [], self.seeds.names)
        return queries.mentions(self.store, label=label, limit=limit)

    def facts(
        self,
        *,
        about: str = "",
        relations: Sequence[str] = (),
        negated: bool = False,
        limit: int = 20,
        n_evidence: int = 1,
    ) -> list[FoundFact]:
        """Return the facts that were found, the surest first; see `graph.facts.queries.facts`."""
        return fact_queries.facts(
            self.store,
            about=about,
            relations=relations,
            negated=negated,
            limit=limit,
            n_evidence=n_evidence,
        )

    # ---- about itself

    def info(self) -> dict[str, object]:
        """Return what the knowledge base was made with and how much it holds."""
        return describe_folder(self.folder, self.store)

    def verify(self) -> Iterator[Finding]:
        """Yield the outcome of each check of the stored content; see `verify_store`."""
        return verify_store(self.store)

    def content_hash(self) -> str:
        """Return the sha256 of everything read and computed, vectors included."""
        return content_hash(self.store)
