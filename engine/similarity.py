"""How alike two texts are, by any pooling, and how well that agrees with what people say.

What all texts have in common says nothing about any two of them. An adjustment takes it out of the
vectors; it is fitted on the texts at hand and needs no label.

References
----------
Mu and Viswanath, "All-but-the-Top", 2018, and Arora, Liang and Ma, 2017: the common component.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from ..errors import ParameterError, ShapeError
from .encoder import Encoder
from .pooling import POOLINGS, Pooling, check_poolings, own_tokens, pool_texts, token_weights
from .tokenizer import check_texts

FloatArray = npt.NDArray[np.float32]
DoubleArray = npt.NDArray[np.float64]

Adjustment = Literal["raw", "centered", "common_removed", "half_whitened"]
"""What is done to vectors before they are compared.

- ``raw``: nothing.
- ``centered``: the mean is subtracted.
- ``common_removed``: and the first principal component is taken out.
- ``half_whitened``: the mean is subtracted, and each principal component divided by the square
  root of its standard deviation, which is half of the way to equal variances.
"""

ADJUSTMENTS: tuple[Adjustment, ...] = get_args(Adjustment)

TERMS = "terms"
"""A channel without a pooling: the word pieces that two texts share, weighted by rarity."""

MIXES = (
    (TERMS,),
    ("cls_head", TERMS),
    ("static_sif", TERMS),
    ("static_whitened", TERMS),
    ("cls_head", "static_sif", TERMS),
)
"""Channels that `compare_similarities` tries beside each pooling alone."""

_LEAST_SPREAD = 1e-3
"""Components of less standard deviation, relative to the largest, are divided as if they had it."""


@dataclass(frozen=True)
class Agreement:
    """Correlation of scores with grades; 0 where one of them does not vary.

    Attributes
    ----------
    spearman, pearson
        Of ranks, equal ones sharing their mean rank; of the numbers themselves.
    n_pairs
        Pairs compared.
    """

    spearman: float
    pearson: float
    n_pairs: int


@dataclass(frozen=True)
class SimilarityScore:
    """How well one way to compare texts agrees with people.

    Attributes
    ----------
    channels
        Poolings, or `TERMS`, joined by ``+``.
    adjustment
        What was taken out of the vectors.
    spearman, pearson
        As in `Agreement`.
    """

    channels: str
    adjustment: Adjustment
    spearman: float
    pearson: float


def compare_similarities(
    encoder: Encoder,
    firsts: Sequence[str],
    seconds: Sequence[str],
    grades: Sequence[float],
    *,
    poolings: Sequence[Pooling] = POOLINGS,
) -> tuple[SimilarityScore, ...]:
    """Hold every way to compare two texts against the grades that people gave.

    Parameters
    ----------
    encoder
        The model.
    firsts, seconds, grades
        The two texts of each pair, and how alike they are.
    poolings
        Those to try; all of `MIXES` have to be among them.

    Returns
    -------
    Each pooling, and each of `MIXES`, by each adjustment.
    """
    texts, wanted = [*firsts, *seconds], np.asarray(grades, dtype=np.float64)
    pooled = pool_texts(encoder, texts, poolings)
    shared = term_cosines(encoder, texts)
    found = []
    for adjustment in ADJUSTMENTS:
        cosines: dict[str, DoubleArray] = {TERMS: shared}
        for name, vectors in pooled.items():
            cosines[name] = pair_cosines(adjust_vectors(vectors, adjustment))
        for channels in (*((name,) for name in poolings), *MIXES):
            mean = channel_mean([cosines[name] for name in channels])
            agreed = agreement(mean, wanted)
            found.append(
                SimilarityScore("+".join(channels), adjustment, agreed.spearman, agreed.pearson)
            )
    return tuple(found)


def pair_similarities(
    encoder: Encoder,
    firsts: Sequence[str],
    seconds: Sequence[str],
    *,
    channels: Sequence[str] = ("cls_head",),
    adjustment: Adjustment = "raw",
) -> DoubleArray:
    """Score how alike the texts of each pair are.

    Parameters
    ----------
    encoder
        The model.
    firsts, seconds
        The two texts of each pair.
    channels
        Poolings, and `TERMS` for the cosine of the two texts' word pieces, each counted by its
        weight (`token_weights`); several are averaged, pair by pair.
    adjustment
        How pooled vectors are adjusted; it is fitted on all texts together. With few texts only
        ``raw`` makes sense.

    Returns
    -------
    float64 array of shape (n_pairs,): cosines, or their mean over the channels. The cosine with an
    empty text is 0.

    Raises
    ------
    ParameterError
        If a channel or the adjustment is unknown, or something is not a text.
    ShapeError
        If there are not as many first as second texts.
    """
    poolings = _check_channels(encoder, channels)
    if len(firsts) != len(seconds):
        raise ShapeError(f"Got {len(firsts)} first and {len(seconds)} second texts; give pairs.")
    check_texts(firsts)
    check_texts(seconds)
    texts = [*firsts, *seconds]
    pooled = pool_texts(encoder, texts, poolings) if poolings and texts else {}
    return channel_mean(
        [
            term_cosines(encoder, texts)
            if name == TERMS
            else pair_cosines(adjust_vectors(pooled[name], adjustment))
            for name in channels
        ]
    )


def adjust_vectors(vectors: FloatArray, adjustment: Adjustment) -> FloatArray:
    """Take out of vectors what they have in common.

    Parameters
    ----------
    vectors
        float32 array of shape (n_texts, dim).
    adjustment
        What to do.

    Returns
    -------
    float32 array of shape (n_texts, dim).

    Raises
    ------
    ParameterError
        If the adjustment is unknown.

    Examples
    --------
    >>> adjust_vectors(np.array([[1, 5], [3, 5]], dtype=np.float32), "centered").tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    if adjustment not in ADJUSTMENTS:
        raise ParameterError(f"Got {adjustment!r}; expected one of {', '.join(ADJUSTMENTS)}.")
    if adjustment == "raw" or not len(vectors):
        return vectors
    centered = vectors.astype(np.float64)
    centered -= centered.mean(axis=0)
    if adjustment == "centered":
        return centered.astype(np.float32)
    variances, axes = np.linalg.eigh(centered.T @ centered / len(centered))
    if adjustment == "common_removed":
        first = axes[:, -1]
        return np.asarray(centered - np.outer(centered @ first, first), dtype=np.float32)
    spread = np.sqrt(np.maximum(variances, 0))
    spread = np.maximum(spread, _LEAST_SPREAD * spread[-1])
    return np.asarray(centered @ (axes / np.sqrt(np.where(spread > 0, spread, 1))), np.float32)


def pair_cosines(vectors: FloatArray) -> DoubleArray:
    """Compare the first half of rows with the second: float64 cosines of shape (n_rows / 2,)."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    unit = vectors / np.where(lengths > 0, lengths, 1)[:, None]
    half = len(unit) // 2
    return np.asarray(np.einsum("pd,pd->p", unit[:half], unit[half:]), dtype=np.float64)


def channel_mean(channels: Sequence[DoubleArray]) -> DoubleArray:
    """Average the cosines of several channels.

    It is the cosine of the unit vectors of all channels, laid side by side.
    """
    return np.asarray(np.mean(channels, axis=0), dtype=np.float64)


def term_cosines(encoder: Encoder, texts: Sequence[str]) -> DoubleArray:
    """Compare the word pieces of the first half of texts with those of the second.

    Returns
    -------
    float64 array of shape (n_texts / 2,): cosines of counts, each times its `token_weights`; 0 with
    an empty text.
    """
    sequences = encoder.tokenizer.tokenize(texts, max_length=encoder.max_length).sequences
    is_own, starts = own_tokens(encoder, sequences)
    ids = sequences.ids[is_own]
    weights = token_weights(encoder.vocabulary).astype(np.float64)[ids]
    counts = csr_array((weights, ids, starts), shape=(len(texts), len(encoder.vocabulary)))
    counts.sum_duplicates()
    half = len(texts) // 2
    squares = np.asarray(counts.multiply(counts).sum(axis=1), dtype=np.float64)
    lengths = np.sqrt(squares[:half] * squares[half:])
    products = np.asarray(counts[:half].multiply(counts[half:]).sum(axis=1), dtype=np.float64)
    return np.divide(products, lengths, out=np.zeros(half), where=lengths > 0)


def agreement(scores: npt.NDArray[np.floating], grades: npt.NDArray[np.floating]) -> Agreement:
    """Correlate scores with the grades that people gave.

    Raises
    ------
    ShapeError
        If there are not as many scores as grades.

    Examples
    --------
    >>> agreement(np.array([.1, .2, .9]), np.array([1., 2., 3.])).spearman
    1.0
    """
    if scores.shape != grades.shape:
        raise ShapeError(f"Got {scores.shape} scores and {grades.shape} grades; give one each.")
    ranks = _correlation(_ranks(scores), _ranks(grades))
    return Agreement(ranks, _correlation(scores, grades), len(scores))


def _ranks(values: npt.NDArray[np.floating]) -> DoubleArray:
    """Rank numbers from 1 on, equal ones by their mean rank."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: DoubleArray = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return ranks


def _correlation(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> float:
    """Return Pearson's correlation; 0 where a side does not vary."""
    if len(a) < 2:
        return 0.0
    a, b = (values.astype(np.float64) - values.mean(dtype=np.float64) for values in (a, b))
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return round(float(a @ b) / lengths, 12) if lengths > 0 else 0.0


def _check_channels(encoder: Encoder, channels: Sequence[str]) -> list[Pooling]:
    """Return the poolings among the channels."""
    if not channels or isinstance(channels, str):
        raise ParameterError(
            f"Got the channels {channels!r}; give a list of poolings, or {TERMS!r}."
        )
    poolings = [name for name in dict.fromkeys(channels) if name != TERMS]
    check_poolings(encoder, poolings)
    return poolings
