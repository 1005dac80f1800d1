"""The command that tells the coarse classes of words."""

from __future__ import annotations

from typing import Annotated

import typer

from .arguments import Json, Model
from .opening import InKb, open_reader, read_text


def pos(
    text: Annotated[
        str, typer.Argument(metavar="TEXT|FILE", help="Text, a file, or - for standard input.")
    ],
    kb: InKb = None,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Tell the coarse class of each word of a text, such as noun or verb, without training."""
    from .word_class_reports import show_word_classes

    with open_reader(kb, model=model) as reader:
        show_word_classes(reader.word_classes(read_text(text)), as_json=as_json)
