"""The commands about the geometry of a vocabulary: histograms, importance, arithmetic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .arguments import Json, Limit, Model
from .opening import InKb, open_reader


def histogram(
    terms: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TERM]...", help="Terms; a sample of all words if not given."),
    ] = None,
    text: Annotated[
        str | None,
        typer.Option(help="Also the vector of a text, or of the blank (___ or [MASK]) in it."),
    ] = None,
    kb: InKb = None,
    model: Model = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the histograms, as PNG.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Count the cosines of terms to the whole vocabulary, beside those of random vectors."""
    from ..graph.histograms import cumulative_histogram
    from .geometry_reports import plot_histograms, show_cumulative, show_histograms

    with open_reader(kb, model=model) as reader:
        if terms or text is not None:
            found = reader.histograms(terms or (), text)
            plot_histograms(found, plot)
            show_histograms(found, as_json=as_json)
        else:
            summary = cumulative_histogram(reader.encoder.vocabulary)
            plot_histograms(summary, plot)
            show_cumulative(summary, as_json=as_json)


def importance(
    text: Annotated[
        str | None, typer.Argument(help="A text; the extremes of the vocabulary if not given.")
    ] = None,
    top: Annotated[
        int, typer.Option(min=1, metavar="N", help="Without a text: how many terms of either end.")
    ] = 10,
    kb: InKb = None,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Say how much each word of a text says, by the model alone; with --kb beside its IDF there."""
    from ..reading.importance import extreme_terms
    from .geometry_reports import show_extremes, show_weighed

    with open_reader(kb, model=model) as reader:
        if text is None:
            show_extremes(extreme_terms(reader.encoder.vocabulary, top), as_json=as_json)
        else:
            show_weighed(reader.weigh(text), as_json=as_json)


def arithmetic(
    expression: Annotated[
        str,
        typer.Argument(help='Such as: king - man + woman, or: 2*"heart attack" - heart + brain.'),
    ],
    kb: InKb = None,
    limit: Limit = 10,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Add and subtract terms, phrases and blanks; beside it what the last operand alone is near."""
    from .geometry_reports import show_result

    with open_reader(kb, model=model) as reader:
        show_result(reader.compute(expression, k=limit), as_json=as_json)
