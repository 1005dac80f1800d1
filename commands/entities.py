"""The commands about names and their types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from .arguments import Folder, Json, Limit, Model, ParserName, read_span
from .opening import InKb, Labels, open_reader, read_text

if TYPE_CHECKING:
    from ..reading.reader import Reader

OfLabel = Annotated[
    str, typer.Option("--label", help="Only names with this label, as DISEASE or DISEASE.CANCER.")
]
Spans = Annotated[
    list[str] | None,
    typer.Option("--span", metavar="START:END", help="Type these characters; can be repeated."),
]
LabelFree = Annotated[
    bool, typer.Option("--label-free", help="Tell clusters of the vocabulary for types.")
]


def ner(
    text: Annotated[
        str, typer.Argument(metavar="TEXT|FILE", help="Text, a file, or - for standard input.")
    ],
    label: OfLabel = "",
    spans: Spans = None,
    label_free: LabelFree = False,
    kb: InKb = None,
    model: Model = None,
    labels: Labels = None,
    parser: ParserName = None,
    as_json: Json = False,
) -> None:
    """Find the names in a text and type them; no knowledge base is needed."""
    places, given = _read_spans(spans, label, label_free), read_text(text)
    with open_reader(kb, model=model, labels=labels, parser=parser) as reader:
        _type_text(reader, given, label, places, label_free, as_json)


def entities(
    kb: Folder,
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEXT|FILE]",
            help="Text, a file, or - for stdin; stored mentions if not given.",
        ),
    ] = None,
    label: OfLabel = "",
    spans: Spans = None,
    label_free: LabelFree = False,
    limit: Limit = 50,
    model: Model = None,
    parser: ParserName = None,
    as_json: Json = False,
) -> None:
    """Type the names in a text, or list the typed mentions of the knowledge base."""
    from ..knowledge_base import KnowledgeBase
    from .console import progress_bars
    from .terminal import show_mentions

    places = _read_spans(spans, label, label_free)
    if text is None and (places or label_free):
        raise typer.BadParameter("--span and --label-free are about a TEXT; give one.")
    given = None if text is None else read_text(text)
    with KnowledgeBase.open(kb, model=model, parser=parser) as knowledge_base:
        if given is not None:
            return _type_text(knowledge_base.reader, given, label, places, label_free, as_json)
        with progress_bars() as progress:
            knowledge_base.type_mentions(progress=progress)
        show_mentions(knowledge_base.mentions(label=label, limit=limit), as_json=as_json)


def _read_spans(spans: Sequence[str] | None, label: str, label_free: bool) -> list[tuple[int, int]]:
    """Read the spans, and refuse options that say nothing together."""
    if label and label_free:
        raise typer.BadParameter("--label-free has no labels to choose by; leave --label out.")
    return [read_span(span) for span in spans or ()]


def _type_text(
    reader: Reader,
    text: str,
    label: str,
    places: Sequence[tuple[int, int]],
    label_free: bool,
    as_json: bool,
) -> None:
    """Type the names in a text, or what is at some places of it."""
    from .terminal import show_finely_typed, show_typed

    if label_free:
        show_finely_typed(reader.fine_type_text(text, spans=places), as_json=as_json)
    else:
        show_typed(reader.type_text(text, label=label, spans=places), as_json=as_json)
