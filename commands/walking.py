"""The commands that walk from node to node, along tails and facts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import Direction, Folder, Json, Kind, Limit, OfKind

if TYPE_CHECKING:
    from ..graph.schema import NodeKind
    from ..walking import Walker


class OnFacts(StrEnum):
    """What a walk follows besides tails."""

    none = "none"
    also = "also"
    only = "only"


WithFacts = Annotated[
    OnFacts,
    typer.Option("--facts", help="Follow tails alone, facts too, or facts alone."),
]
OfRelations = Annotated[
    list[str] | None,
    typer.Option("--relation", metavar="NAME", help="Only these facts; can be repeated."),
]


def neighbors(
    kb: Folder,
    term: Annotated[str, typer.Argument(help="A term, a phrase or a sentence that is stored.")],
    direction: Annotated[
        Direction, typer.Option(help="out: its own tail; in: who lists it; mutual: both.")
    ] = Direction.out,
    kind: OfKind = None,
    facts: WithFacts = OnFacts.none,
    relation: OfRelations = None,
    limit: Limit = 20,
    as_json: Json = False,
) -> None:
    """List the neighbours of a node in the directed tail graph."""
    from .terminal import show_neighbors

    with open_walker(kb) as walker:
        found = walker.neighbors(
            term,
            kind=optional_kind(kind),
            direction=direction.value,
            k=limit,
            facts=facts.value,
            relations=relation or (),
        )
        show_neighbors(found, as_json=as_json)


def expand(
    kb: Folder,
    term: Annotated[str, typer.Argument(help="A term, a phrase or a sentence that is stored.")],
    hops: Annotated[int, typer.Option(min=1, help="How many steps away at most.")] = 2,
    kind: OfKind = None,
    facts: WithFacts = OnFacts.none,
    relation: OfRelations = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """Walk outwards from a node along its tails, hop by hop."""
    from .terminal import show_neighbors

    with open_walker(kb) as walker:
        found = walker.expand(
            term,
            kind=optional_kind(kind),
            hops=hops,
            limit=limit,
            facts=facts.value,
            relations=relation or (),
        )
        show_neighbors(found, as_json=as_json)


def path(
    kb: Folder,
    start: Annotated[str, typer.Argument(help="Where the path begins.")],
    goal: Annotated[str, typer.Argument(help="Where it ends.")],
    kind: OfKind = None,
    facts: WithFacts = OnFacts.none,
    relation: OfRelations = None,
    as_json: Json = False,
) -> None:
    """Find the shortest path of tails between two nodes."""
    from .terminal import show_neighbors

    with open_walker(kb) as walker:
        found = walker.path(
            start,
            goal,
            kind=optional_kind(kind),
            facts=facts.value,
            relations=relation or (),
        )
        show_neighbors(found, as_json=as_json)


@contextmanager
def open_walker(folder: Path) -> Iterator[Walker]:
    """Open what walks the graph alone: no model, no parser."""
    from ..opening import open_store
    from ..walking import Walker

    with open_store(folder) as store:
        yield Walker(store)


def optional_kind(kind: Kind | None) -> NodeKind | None:
    """Return the kind of node that an option names, None where it was not given."""
    return None if kind is None else node_kind(kind)


def node_kind(kind: Kind) -> NodeKind:
    """Return the kind of node that an option names."""
    from ..graph.schema import NodeKind

    return NodeKind[kind.name.upper()]
