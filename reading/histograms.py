"""Histograms of cosines to the vocabulary: of its own terms, and of the vector of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..engine.encoder import Encoder
from ..graph.histograms import Histogram, term_histograms, vector_histogram
from .text_vector import read_text_vector


def read_histograms(
    encoder: Encoder, terms: Sequence[str], text: str | None
) -> tuple[Histogram, ...]:
    """Count the cosines of terms, and of the vector of a text, to the whole vocabulary.

    The vector of a text is that of its blank if it has one.

    Raises
    ------
    UnknownTermError
        If a term is none of the vocabulary.
    ParameterError
        If the text is empty or has several blanks.
    """
    vocabulary = encoder.vocabulary
    found = term_histograms(vocabulary, terms) if terms else ()
    if text is None:
        return found
    read = read_text_vector(encoder, text)
    histogram = vector_histogram(vocabulary, read.vector, name=text, kind=read.kind)
    return (*found, replace(histogram, has_unknown=read.has_unknown, truncated=read.truncated))
