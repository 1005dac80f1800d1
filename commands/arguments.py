"""The arguments and options that several commands share, each with its word of help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..engine.corpus import SourceOptions


class Kind(StrEnum):
    """What kind of node a command is about."""

    term = "term"
    phrase = "phrase"
    sentence = "sentence"


class Direction(StrEnum):
    """Which way edges are followed."""

    out = "out"
    into = "in"
    mutual = "mutual"


class TextLayout(StrEnum):
    """How plain text files are laid out."""

    auto = "auto"
    document = "document"
    lines = "lines"


Sources = Annotated[
    list[str],
    typer.Argument(
        help="Files, folders or patterns (.txt .jsonl .csv .parquet, .gz .xz); - is stdin."
    ),
]
Folder = Annotated[Path, typer.Argument(metavar="KB", help="Folder of the knowledge base.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Model = Annotated[
    str | None,
    typer.Option(help="Masked language model: a folder or a name; embedded if not given."),
]
ParserName = Annotated[
    str | None,
    typer.Option("--parser", help="spaCy pipeline: a folder or a name; embedded if not given."),
]
Layout = Annotated[
    TextLayout, typer.Option(help="Text files: one document each, or a sentence a line.")
]
TextField = Annotated[str, typer.Option(help="Records: the field that holds the text.")]
IdField = Annotated[str, typer.Option(help="Records: the field that holds the document's id.")]
Types = Annotated[bool, typer.Option("--types", help="Also type every mention (slower).")]
Limit = Annotated[int, typer.Option("-k", "--limit", min=1, help="How many results at most.")]
OfKind = Annotated[
    Kind | None,
    typer.Option(help="Kind of node; if not given the first of term, phrase, sentence."),
]


def read_span(text: str) -> tuple[int, int]:
    """Return the characters that ``START:END`` names.

    Raises
    ------
    typer.BadParameter
        If it is not of that form.
    """
    start, _, end = text.partition(":")
    if not (start.isdecimal() and end.isdecimal()):
        raise typer.BadParameter(f"{text!r} is no span; give START:END, for example 0:9.")
    return int(start), int(end)


def source_options(layout: TextLayout, text_field: str, id_field: str) -> SourceOptions:
    """Return how sources are read, as the command line says it."""
    from ..engine.corpus import SourceOptions

    return SourceOptions(layout.value, text_field, id_field)
