"""Two names of which one is the short form of the other, each at its full length."""

from __future__ import annotations

from dataclasses import replace

from ..relations.triples import Span
from ..synonyms.abbreviations import find_abbreviations
from .typed_triple import TypedArgument


def spelled_out(
    text: str, one: TypedArgument, other: TypedArgument
) -> tuple[TypedArgument, TypedArgument] | None:
    """Give two names the spans of the long and short form that they stand in.

    Returns
    -------
    tuple of TypedArgument or None
        None where the text does not explain the one by the other.

    Examples
    --------
    >>> text = "The body mass index (BMI) rose."
    >>> index = TypedArgument(Span(9, 19, "mass index"), ())
    >>> short = TypedArgument(Span(21, 24, "BMI"), ())
    >>> [name.span.text for name in spelled_out(text, index, short)]
    ['body mass index', 'BMI']
    """
    for found in find_abbreviations(text):
        for spans in (
            (found.long_span, found.short_span),
            (found.short_span, found.long_span),
        ):
            if _overlaps(one.span, spans[0]) and _overlaps(other.span, spans[1]):
                first, second = (Span(start, end, text[start:end]) for start, end in spans)
                return replace(one, span=first), replace(other, span=second)
    return None


def _overlaps(span: Span, other: tuple[int, int]) -> bool:
    return span.start < other[1] and other[0] < span.end
