"""The command that harvests synonyms from a knowledge base or from a text alone."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .arguments import Json, Limit, Model, ParserName
from .opening import open_reader, read_text


class SynonymKindName(StrEnum):
    """What kind of synonym is shown."""

    abbreviation = "abbreviation"
    alias = "alias"
    spelling = "spelling"
    inflection = "inflection"
    similar = "similar"
    apart = "apart"


def synonyms(
    kb: Annotated[
        str, typer.Argument(metavar="[KB]", help="Folder of the knowledge base; none with --text.")
    ] = "",
    phrase: Annotated[
        str, typer.Argument(metavar="[PHRASE]", help="A name; all names if not given.")
    ] = "",
    text: Annotated[
        str | None,
        typer.Option(metavar="TEXT|FILE", help="Read this instead: text, a file, or - for stdin."),
    ] = None,
    kind: Annotated[
        SynonymKindName | None,
        typer.Option(help="Show this kind alone; apart: antonyms and co-hyponyms."),
    ] = None,
    limit: Limit = 20,
    model: Model = None,
    parser: ParserName = None,
    as_json: Json = False,
) -> None:
    """List names of one thing, with what says so, and names that are held apart."""
    from ..knowledge_base import KnowledgeBase
    from ..reading.synonyms import find_synonyms
    from .synonym_reports import show_harvest

    if text is not None:
        if phrase:
            raise typer.BadParameter(f"{kb!r} and --text: give one of the two, then the phrase.")
        with open_reader(None, model=model, parser=parser) as reader:
            found = find_synonyms(reader, read_text(text), about=kb)
    elif not kb:
        raise typer.BadParameter("give the folder of a knowledge base, or --text.")
    else:
        with KnowledgeBase.open(Path(kb), model=model, parser=parser) as knowledge_base:
            found = knowledge_base.synonyms(phrase)
    show_harvest(found, kind.value if kind else "", limit, as_json=as_json)
