"""Histograms of cosines: of a term, of an output vector, and of many words at once.

Cosines are rounded to .01 and counted over the whole vocabulary, specials and word pieces included.
Beside each count stands that of random vectors of the same shape: what arises without any training.

References
----------
A. Rajasekharan, "Examining BERT's raw embeddings", 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..engine.vocabulary import Vocabulary
from ..errors import ParameterError, ShapeError
from ..indexers.cosines import N_BINS, UnitRows, check_vectors, count_bins
from ..indexers.tail_rules import BinRule, counted_thresholds
from ..indexers.tails import cosine_histogram
from .vocabulary_shape import random_vocabulary, sample_words

FloatArray = npt.NDArray[np.float32]
IndexArray = npt.NDArray[np.int64]

_MIDDLE = N_BINS // 2
_RIGHT_ANGLE = 5
"""Cosines of up to .05 either way count as none."""
_N_RANDOM = 100
"""Random vectors whose histograms are averaged."""
_LIMITS = BinRule().limits(0)


VectorKind = Literal["term", "text", "blank"]
"""What a vector is of."""


@dataclass(frozen=True, slots=True)
class Bin:
    """How many terms have a rounded cosine, and how many random vectors would, on average."""

    cosine: float
    n_terms: float
    n_random: float


@dataclass(frozen=True, slots=True)
class Member:
    """A term of a tail."""

    term: str
    cosine: float


@dataclass(frozen=True, slots=True)
class TailFigures:
    """Figures of one histogram, or means over many.

    Attributes
    ----------
    n_zero
        Terms whose rounded cosine is at most .05 from 0.
    tail_length
        Members of the tail.
    threshold
        The cosine above which the members lie.
    """

    n_zero: float
    tail_length: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """The cosines of one vector to all terms.

    Attributes
    ----------
    name, kind
        The term, or the text whose vector it is: the state of a whole text, or of a blank in it.
    bins
        From 1.00 down; bins where no term lies, and no random vector either, are left out. The
        term itself is counted.
    figures, random
        Of this vector, and means of random ones of the same shape.
    members
        The tail, nearest first, the term itself left out.
    has_unknown, truncated
        A part of the text is unknown to the model, or too long to be read.
    """

    name: str
    kind: VectorKind
    bins: tuple[Bin, ...]
    figures: TailFigures
    random: TailFigures
    members: tuple[Member, ...]
    has_unknown: bool = False
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class CumulativeHistogram:
    """The cosines of many words to all terms.

    Attributes
    ----------
    n_words, n_terms
        Words whose histograms are taken together, and terms that each is compared with.
    bins
        Means over the words, from 1.00 down.
    bands
        Bins gathered by rounding their cosine to .1: the mean count of those that are occupied, of
        all words together.
    figures, random
        Means over the words, and over as many random vectors.
    """

    n_words: int
    n_terms: int
    bins: tuple[Bin, ...]
    bands: tuple[Bin, ...]
    figures: TailFigures
    random: TailFigures


def term_histograms(
    vocabulary: Vocabulary, terms: Sequence[str], *, seed: int = 0
) -> tuple[Histogram, ...]:
    """Count the cosines of each of some terms to all terms, itself included.

    Parameters
    ----------
    vocabulary
        The terms.
    terms
        Some of them.
    seed
        Of the random vectors.

    Raises
    ------
    UnknownTermError
        If no term has one of these texts.
    """
    rows = [vocabulary.row(term) for term in terms]
    unit = UnitRows(check_vectors(vocabulary.vectors))
    random = _random_counts(vocabulary, seed)
    return tuple(
        _histogram(vocabulary, vocabulary.surface(row), "term", unit, row, random) for row in rows
    )


def vector_histogram(
    vocabulary: Vocabulary, vector: FloatArray, *, name: str, kind: VectorKind, seed: int = 0
) -> Histogram:
    """Count the cosines of an output vector to all terms.

    Parameters
    ----------
    vocabulary
        The terms.
    vector
        float32 array of shape (dim,).
    name, kind
        What the vector is of.
    seed
        Of the random vectors.

    Raises
    ------
    ShapeError
        If the vector has another width than the terms.
    """
    if vector.shape != (vocabulary.dim,):
        raise ShapeError(f"A vector of shape ({vocabulary.dim},) expected, got {vector.shape}.")
    unit = UnitRows(check_vectors(np.vstack([vocabulary.vectors, vector])))
    random = _random_counts(vocabulary, seed)
    random[:, -1] -= 1  # a random row is no term of its own vocabulary here
    return _histogram(vocabulary, name, kind, unit, len(vocabulary), random)


def cumulative_histogram(
    vocabulary: Vocabulary, *, n_words: int = 1000, seed: int = 0
) -> CumulativeHistogram:
    """Take the histograms of a sample of whole words together.

    Parameters
    ----------
    vocabulary
        The terms.
    n_words
        Words in the sample; all of them where there are no more.
    seed
        Of the sample, and of the random vectors.

    Raises
    ------
    ParameterError
        If the vocabulary holds no whole word.
    """
    words = sample_words(vocabulary, n_words=n_words, seed=seed)
    if not len(words):
        raise ParameterError("The vocabulary holds no whole word of three letters or more.")
    counts = cosine_histogram(vocabulary.vectors, words)
    random = cosine_histogram(random_vocabulary(vocabulary, seed=seed).vectors, words)
    return CumulativeHistogram(
        n_words=len(words),
        n_terms=len(vocabulary),
        bins=_bins(counts.mean(axis=0), random.mean(axis=0)),
        bands=_bands(counts, random),
        figures=_mean_figures(counts, itself=1),
        random=_mean_figures(random, itself=1),
    )


def _histogram(
    vocabulary: Vocabulary,
    name: str,
    kind: VectorKind,
    unit: UnitRows,
    row: int,
    random: IndexArray,
) -> Histogram:
    """Make the histogram of a row among the terms, which are the first rows."""
    here = np.array([row])
    bins = unit.all_bins(here)[:, : len(vocabulary)]
    counts = count_bins(np.zeros(1, np.int64)[:, None], bins, 1)
    threshold = int(counted_thresholds(counts, _LIMITS)[0][0])
    others = np.flatnonzero(bins[0] > threshold)
    others = others[others != row]
    cosines = unit.cosines(np.full(len(others), row), others)
    order = np.lexsort((others, -cosines))
    itself = int(row < len(vocabulary))
    return Histogram(
        name=name,
        kind=kind,
        bins=_bins(counts[0], random.mean(axis=0)),
        figures=_mean_figures(counts, itself=itself),
        random=_mean_figures(random, itself=itself),
        members=tuple(
            Member(vocabulary.surface(int(others[i])), round(float(cosines[i]), 4)) for i in order
        ),
    )


def _random_counts(vocabulary: Vocabulary, seed: int) -> IndexArray:
    """Count the cosines of a few random vectors: int64 array of shape (n_random, 201)."""
    random = random_vocabulary(vocabulary, seed=seed).vectors
    return cosine_histogram(random, np.arange(min(_N_RANDOM, len(random))))


def _mean_figures(counts: IndexArray, *, itself: int) -> TailFigures:
    """Return the means over histograms that count the row itself once, or not at all."""
    near = slice(_MIDDLE - _RIGHT_ANGLE, _MIDDLE + _RIGHT_ANGLE + 1)
    thresholds, _ = counted_thresholds(counts, _LIMITS)
    above = np.arange(N_BINS) - _MIDDLE > thresholds[:, None]
    # A zero vector is at a right angle to itself, so it does not stand in its own tail.
    lengths = np.maximum((counts * above).sum(axis=1) - itself, 0)
    return TailFigures(
        n_zero=float(counts[:, near].sum(axis=1).mean()),
        tail_length=float(lengths.mean()),
        threshold=float(thresholds.mean()) / 100,
    )


def _bins(counts: npt.NDArray[np.number], random: npt.NDArray[np.number]) -> tuple[Bin, ...]:
    """List the bins that either side occupies, the highest cosine first."""
    occupied = np.flatnonzero((counts > 0) | (random > 0))[::-1]
    return tuple(
        Bin((place - _MIDDLE) / 100, float(counts[place]), float(random[place]))
        for place in occupied.tolist()
    )


def _bands(counts: IndexArray, random: IndexArray) -> tuple[Bin, ...]:
    """Return the mean count of the occupied bins of each band of .1, the highest cosine first."""
    bands = np.rint((np.arange(N_BINS) - _MIDDLE) / 10).astype(np.int64)
    means = [_band_means(side, bands) for side in (counts, random)]
    return tuple(
        Bin(band / 10, means[0].get(band, 0.0), means[1].get(band, 0.0))
        for band in range(10, -11, -1)
        if band in means[0] or band in means[1]
    )


def _band_means(counts: IndexArray, bands: IndexArray) -> dict[int, float]:
    """Return the mean of the counts above 0 by the band of their column."""
    row, column = np.nonzero(counts)
    place = bands[column] - bands[0]
    totals = np.bincount(place, counts[row, column])
    n_occupied = np.bincount(place)
    occupied = np.flatnonzero(n_occupied)
    return {
        int(band + bands[0]): float(totals[band] / n_occupied[band]) for band in occupied.tolist()
    }
