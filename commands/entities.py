"""The command about names and their types."""

from __future__ import annotations

from typing import Annotated

import typer

from .arguments import Folder, Json, Limit, Model, ParserName, read_span
from .opening import read_text


def entities(
    kb: Folder,
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEXT|FILE]",
            help="Text, a file, or - for stdin; stored mentions if not given.",
        ),
    ] = None,
    label: Annotated[
        str, typer.Option(help="Only entities with this label, as DISEASE or DISEASE.CANCER.")
    ] = "",
    spans: Annotated[
        list[str] | None,
        typer.Option("--span", metavar="START:END", help="Type these characters; can be repeated."),
    ] = None,
    label_free: Annotated[
        bool, typer.Option("--label-free", help="Tell clusters of the vocabulary for types.")
    ] = False,
    limit: Limit = 50,
    model: Model = None,
    parser: ParserName = None,
    as_json: Json = False,
) -> None:
    """Type the names in a text, or list the typed mentions of the knowledge base."""
    from ..knowledge_base import KnowledgeBase
    from .console import progress_bars
    from .terminal import show_finely_typed, show_mentions, show_typed

    places = [read_span(span) for span in spans or ()]
    if text is None and (places or label_free):
        raise typer.BadParameter("--span and --label-free are about a TEXT; give one.")
    if label and label_free:
        raise typer.BadParameter("--label-free has no labels to choose by; leave --label out.")
    with KnowledgeBase.open(kb, model=model, parser=parser) as knowledge_base:
        if text is None:
            with progress_bars() as progress:
                knowledge_base.type_mentions(progress=progress)
            show_mentions(knowledge_base.mentions(label=label, limit=limit), as_json=as_json)
        elif label_free:
            fine = knowledge_base.fine_types_of(read_text(text), spans=places)
            show_finely_typed(fine, as_json=as_json)
        else:
            typed = knowledge_base.entities_of(read_text(text), label=label, spans=places)
            show_typed(typed, as_json=as_json)
