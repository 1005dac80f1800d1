"""The command about facts: what the sentences of a knowledge base come to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import Folder, Json, Limit, Model, ParserName
from .walking import OfRelations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..graph.facts.queries import FoundFact
    from ..graph.store import GraphStore


def facts(
    kb: Folder,
    find: Annotated[
        bool, typer.Option("--find", help="First search what was not searched yet.")
    ] = False,
    schema: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="With --find: the relations; as before if not given."),
    ] = None,
    about: Annotated[str, typer.Option(help="Only facts about this.")] = "",
    relation: OfRelations = None,
    negated: Annotated[
        bool, typer.Option("--negated", help="Only facts that a sentence denies.")
    ] = False,
    evidence: Annotated[
        int, typer.Option(min=0, metavar="N", help="How many sentences to show for each.")
    ] = 1,
    limit: Limit = 20,
    model: Model = None,
    parser: ParserName = None,
    as_json: Json = False,
) -> None:
    """List the facts of a knowledge base with the sentences that say so, or look for them first."""
    from ..graph.facts import queries
    from ..opening import open_store

    if find:
        _find(kb, schema, model, parser)
    elif schema or model or parser:
        raise typer.BadParameter("--schema, --model and --parser are for the search: add --find.")
    with open_store(kb) as store:
        _remark(store)
        found = queries.facts(
            store,
            about=about,
            relations=relation or (),
            negated=negated,
            limit=limit,
            n_evidence=evidence,
        )
    _show(found, as_json=as_json)


def _find(kb: Path, schema: Path | None, model: str | None, parser: str | None) -> None:
    from ..knowledge_base import KnowledgeBase
    from ..opening import bring_up_to_date
    from .console import progress_bars

    bring_up_to_date(kb)
    with KnowledgeBase.open(kb, model=model, parser=parser) as knowledge_base:
        with progress_bars() as progress:
            knowledge_base.find_facts(schema=schema, progress=progress)


def _remark(store: GraphStore) -> None:
    """Say how much of the text was not searched yet."""
    from ..graph.facts.queries import unsearched
    from .console import notes

    if n_unsearched := unsearched(store):
        notes.print(f"{n_unsearched:,} sentences were not searched for facts yet; --find does so")


def _show(found: Sequence[FoundFact], *, as_json: bool) -> None:
    """Print facts, with what speaks for them."""
    from rich.markup import escape

    from .console import out, print_json
    from .terminal import fact_arrow, fact_support

    if as_json:
        return print_json(found)
    for item in found:
        fact = item.fact
        arrow = escape(fact_arrow(fact))
        names = f"{escape(fact.subject)} [bold]{arrow}[/] {escape(fact.object)}"
        out.print(f"{fact.confidence:.2f}  {names}  [dim]{fact_support(fact)}[/]")
        for evidence in item.evidence:
            triple, place = evidence.triple, evidence.place
            marks = ", ".join(filter(None, ("denied" if triple.negated else "", triple.modality)))
            where = f"{escape(place.document)} {place.start}-{place.end}"
            said = f"{triple.confidence:.2f}{f' {escape(marks)}' if marks else ''}"
            out.print(f"        [dim]{where}  {said}  {escape(place.sentence)}[/]")
    if not found:
        out.print("no fact fits")
    return None
