"""What a knowledge base answers with: hits, neighbours, descriptions, readings of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .engine.landmarks import Landmark
    from .graph.facts.aggregation import Fact
    from .graph.queries import Node, Place, StoredCluster
    from .graph.relations.triples import Triple
    from .graph.schema import EdgeKind


@dataclass(frozen=True)
class Hit:
    """A node found by a query; the nearer, the higher ``score``.

    The score of a phrase or a sentence is the cosine of the two [CLS] vectors, that of a term the
    dot product with its vector plus its bias. ``landmarks`` are the terms that its vector points
    at (of a term those nearest to it), ``shared`` those among them that the query's vector points
    at too: why it was found.
    """

    node: Node
    score: float
    places: tuple[Place, ...]
    landmarks: tuple[Landmark, ...]
    shared: tuple[str, ...]


@dataclass(frozen=True)
class Neighbor:
    """A node one or more steps away, over an edge of cosine ``weight`` from ``parent``.

    ``mutual`` says whether an edge of that kind leads back too. The weight of an edge of kind FACT
    is the confidence of its ``fact``, not to be compared with a cosine. ``incoming`` says that the
    step went against the edge: the node lists its parent, or is the subject of the fact.
    """

    node: Node
    weight: float
    hops: int
    parent: str
    mutual: bool
    edge: EdgeKind
    incoming: bool = False
    fact: Fact | None = None


@dataclass(frozen=True)
class Standing:
    """Where a node stands in the graph.

    ``threshold`` is the cosine where its tail begins, ``n_out`` how many nodes it lists, ``n_in``
    how many list it, ``clusters`` those that it is a member of.
    """

    node: Node
    threshold: float
    n_out: int
    n_in: int
    clusters: tuple[StoredCluster, ...]


@dataclass(frozen=True)
class Description:
    """What a text means to the model; ``standing`` is None when the text is no node.

    ``has_unknown`` says that the model has no pieces for some of the text, ``truncated`` that it is
    longer than the model reads: in both cases different texts can get the same vector.
    """

    text: str
    has_unknown: bool
    truncated: bool
    landmarks: tuple[Landmark, ...]
    phrases: tuple[Hit, ...]
    sentences: tuple[Hit, ...]
    standing: Standing | None


@dataclass(frozen=True)
class RelatedText:
    """A sentence and its triples; spans count characters of ``text``."""

    text: str
    triples: tuple[Triple, ...]
