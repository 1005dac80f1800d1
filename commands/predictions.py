"""The commands that read what a model predicts and why: blanks, scores, landmarks, signatures."""

from __future__ import annotations

from typing import Annotated

import typer

from .arguments import Json, Kind, Limit, Model
from .opening import InKb, Labels, open_reader

Text = Annotated[str, typer.Argument(help="A word, a phrase or a sentence.")]


def fill(
    text: Annotated[str, typer.Argument(help="A text with one or more blanks: ___ or [MASK].")],
    kb: InKb = None,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="LABEL", help="Only terms of this type; can be repeated."),
    ] = None,
    terms: Annotated[
        str, typer.Option(help="Only these words and phrases, with commas between them.")
    ] = "",
    limit: Limit = 10,
    model: Model = None,
    labels: Labels = None,
    as_json: Json = False,
) -> None:
    """Say what may stand at the blanks of a text: kinds of things, and candidates (no facts)."""
    from .prediction_reports import show_filled

    with open_reader(kb, model=model, labels=labels) as reader:
        given = [term.strip() for term in terms.split(",") if term.strip()]
        show_filled(reader.fill(text, types=types or (), terms=given, k=limit), as_json=as_json)


def score(
    text: Text,
    terms: Annotated[
        list[str] | None,
        typer.Argument(help="Terms to score; those with the highest score if not given."),
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="WORD", help="Score at this word of the text.")
    ] = None,
    masked: Annotated[bool, typer.Option("--masked", help="With --at: hide the word.")] = False,
    kb: InKb = None,
    limit: Limit = 10,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Take the model's scores apart: lengths, cosine, dot product, bias, and the ranks by each."""
    from .prediction_reports import show_scores

    with open_reader(kb, model=model) as reader:
        found = reader.score(text, terms or (), at=at, masked=masked, k=limit)
        show_scores(found, as_json=as_json)


def explain(
    text: Text,
    kb: InKb = None,
    kind: Annotated[
        Kind | None,
        typer.Option(help="Explain the stored node of this kind; the text itself if not given."),
    ] = None,
    limit: Limit = 20,
    model: Model = None,
    labels: Labels = None,
    as_json: Json = False,
) -> None:
    """Say in words what the vector of a text points at, by label and by cluster."""
    from .prediction_reports import show_explanation

    with open_reader(kb, model=model, labels=labels) as reader:
        found = reader.explain(text, kind=None if kind is None else kind.value, k=limit)
        show_explanation(found, as_json=as_json)


def compare(
    first: Annotated[str, typer.Argument(metavar="TEXT_A", help="A text, of any length.")],
    second: Annotated[str, typer.Argument(metavar="TEXT_B", help="Another one.")],
    kb: InKb = None,
    limit: Limit = 10,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Compare two texts as bags of terms, in both directions, and by their vectors."""
    from .prediction_reports import show_comparison

    with open_reader(kb, model=model) as reader:
        show_comparison(reader.compare(first, second, k=limit), as_json=as_json)
