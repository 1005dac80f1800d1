"""The commands that read a text word by word: senses, states after each word, its own words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .arguments import Json, Limit, Model
from .opening import InKb, Labels, open_reader, read_text

Text = Annotated[
    str, typer.Argument(metavar="TEXT|FILE", help="Text, a file, or - for standard input.")
]


def senses(
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="[TEXT|FILE]",
            help="Text, a file, or - for stdin; the sentences of --kb if not given.",
        ),
    ] = None,
    word: Annotated[
        str, typer.Option(metavar="WORD", help="The word; all that the text repeats if not given.")
    ] = "",
    n_senses: Annotated[
        int | None,
        typer.Option("--senses", min=1, metavar="N", help="How many; found out if not given."),
    ] = None,
    unmasked: Annotated[
        bool, typer.Option("--unmasked", help="Read the word itself instead of hiding it.")
    ] = False,
    kb: InKb = None,
    limit: Limit = 10,
    model: Model = None,
    labels: Labels = None,
    as_json: Json = False,
) -> None:
    """Tell the senses of a word apart by what the model expects in its place."""
    from .reading_reports import show_senses

    with open_reader(kb, model=model, labels=labels) as reader:
        if text is None:
            read = reader.stored_senses(word, n_senses=n_senses, masked=not unmasked, k=limit)
            show_senses((read,), as_json=as_json)
        else:
            given = read_text(text)
            found = reader.senses(
                given, word or None, n_senses=n_senses, masked=not unmasked, k=limit
            )
            show_senses(found, as_json=as_json)


def prefixes(
    text: Text,
    window: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Read only the last N words at each word."),
    ] = None,
    kb: InKb = None,
    limit: Limit = 5,
    model: Model = None,
    labels: Labels = None,
    as_json: Json = False,
) -> None:
    """Say after each word of a text what it is about so far, and where that changes."""
    from .reading_reports import show_prefixes

    with open_reader(kb, model=model, labels=labels) as reader:
        show_prefixes(reader.prefixes(read_text(text), window=window, k=limit), as_json=as_json)


def own_tokens(
    text: Text,
    masked: Annotated[
        bool, typer.Option("--masked", help="Hide the word at each position before it is read.")
    ] = False,
    centered: Annotated[
        bool, typer.Option("--centered", help="Take out what each position and word average.")
    ] = False,
    symmetric: Annotated[
        bool, typer.Option("--symmetric", help="Take the mean of both directions.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the heat map, as PNG.")
    ] = None,
    kb: InKb = None,
    limit: Limit = 8,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Rank the words of a text at each of its positions: which of them point at which."""
    from .reading_reports import plot_own_tokens, show_own_tokens

    with open_reader(kb, model=model) as reader:
        found = reader.own_tokens(
            read_text(text), masked=masked, centered=centered, symmetric=symmetric
        )
        plot_own_tokens(found, plot)
        show_own_tokens(found, limit, as_json=as_json)
