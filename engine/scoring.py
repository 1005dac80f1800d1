"""A prediction score taken apart: the angle, two lengths and a bias.

A masked language model scores a term by ``t . E + b = |t| |E| cos(t, E) + b``, where t is the
head-transformed vector of a position, E the term's vector and b its bias. The ranks that a term
would have by parts of that sum show what put it where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import ParameterError, ShapeError
from .vocabulary import Vocabulary

FloatArray = npt.NDArray[np.float32]
DoubleArray = npt.NDArray[np.float64]

_BLOCK_VECTORS = 32
"""Vectors whose products are held at one time: 6 MB for a vocabulary of 24,000 terms."""


@dataclass(frozen=True)
class Score:
    """The score of one term for one vector, in parts.

    ``dot == vector_norm * term_norm * cosine`` up to rounding, and ``score == dot + bias``. Ranks
    run over the whole vocabulary; 1 is the best, and equal terms are ordered by row.

    Attributes
    ----------
    term, row
        The term as the tokenizer spells it, and its row in the vocabulary.
    dot
        Dot product of the vector and the term's vector.
    vector_norm, term_norm
        Lengths of the two.
    cosine
        Cosine of the angle between them; 0 where one of them has no length.
    bias
        The term's output bias.
    score
        The model's logit.
    rank_by_cosine, rank_by_dot, rank_by_score
        Place of the term if terms were ranked by the angle alone, with lengths, and with biases.
    """

    term: str
    row: int
    dot: float
    vector_norm: float
    term_norm: float
    cosine: float
    bias: float
    score: float
    rank_by_cosine: int
    rank_by_dot: int
    rank_by_score: int


def decompose_score(vector: FloatArray, vocabulary: Vocabulary, term: str | int) -> Score:
    """Take the score of a term for a vector apart.

    Parameters
    ----------
    vector
        float32 array of shape (dim,): a head-transformed vector, not normalized.
    vocabulary
        The terms to rank.
    term
        A term's text, or its row.

    Raises
    ------
    ShapeError
        If the vector has another width than the vocabulary.
    UnknownTermError
        If no term has this text.
    ParameterError
        If there is no such row.

    Examples
    --------
    >>> vocabulary = Vocabulary(
    ...     terms=("cell", "the"),
    ...     vectors=np.array([[3, 4], [1, 0]], dtype=np.float32),
    ...     biases=np.array([-1, 22], dtype=np.float32),
    ...     is_piece=np.zeros(2, dtype=np.bool_),
    ...     is_special=np.zeros(2, dtype=np.bool_),
    ... )
    >>> score = decompose_score(np.array([3, 4], dtype=np.float32), vocabulary, "cell")
    >>> score.dot, score.bias, score.score, score.rank_by_dot, score.rank_by_score
    (25.0, -1.0, 24.0, 1, 2)
    """
    if vector.shape != (vocabulary.dim,):
        raise ShapeError(f"A vector of shape ({vocabulary.dim},) expected, got {vector.shape}.")
    row = vocabulary.row(term) if isinstance(term, str) else term
    _check_rows([row], vocabulary)
    # Double precision, so that the parts add up and ranks do not hang on how a product was blocked.
    dots = vocabulary.vectors @ vector.astype(np.float64)
    norms = vocabulary.norms.astype(np.float64)
    vector_norm = float(np.linalg.norm(vector.astype(np.float64)))
    lengths = norms * vector_norm
    cosines = np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 0)
    scores = dots + vocabulary.biases
    return Score(
        term=vocabulary.terms[row],
        row=row,
        dot=float(dots[row]),
        vector_norm=vector_norm,
        term_norm=float(norms[row]),
        cosine=float(cosines[row]),
        bias=float(vocabulary.biases[row]),
        score=float(scores[row]),
        rank_by_cosine=_rank(cosines, row),
        rank_by_dot=_rank(dots, row),
        rank_by_score=_rank(scores, row),
    )


def decompose_scores(
    vectors: FloatArray, vocabulary: Vocabulary, rows: Sequence[Sequence[int]]
) -> list[tuple[Score, ...]]:
    """Take the scores of many terms for many vectors apart, as `decompose_score` does for one.

    Parameters
    ----------
    vectors
        float32 array of shape (n_vectors, dim): head-transformed vectors, not normalized.
    vocabulary
        The terms to rank.
    rows
        For each vector the rows of the terms whose scores are asked for.

    Returns
    -------
    For each vector the scores of its terms, in the order of its rows.

    Raises
    ------
    ShapeError
        If the vectors have another width than the vocabulary, or not each has its rows.
    ParameterError
        If there is no such row.
    """
    if vectors.ndim != 2 or vectors.shape[1] != vocabulary.dim or len(rows) != len(vectors):
        raise ShapeError(
            f"Vectors of shape (n, {vocabulary.dim}) and n lists of rows expected, got shape "
            f"{vectors.shape} and {len(rows)} lists."
        )
    for asked in rows:
        _check_rows(asked, vocabulary)
    terms = vocabulary.vectors.astype(np.float64)
    found: list[tuple[Score, ...]] = []
    for first in range(0, len(vectors), _BLOCK_VECTORS):
        block = slice(first, first + _BLOCK_VECTORS)
        left = vectors[block].astype(np.float64)
        lengths = np.linalg.norm(left, axis=1)
        parts = zip(left @ terms.T, lengths.tolist(), rows[block], strict=True)
        found += [_decomposed(dots, norm, vocabulary, asked) for dots, norm, asked in parts]
    return found


def _decomposed(
    dots: DoubleArray, vector_norm: float, vocabulary: Vocabulary, rows: Sequence[int]
) -> tuple[Score, ...]:
    """Take the scores of some terms for one vector apart, given its products with all terms."""
    lengths = vocabulary.norms.astype(np.float64) * vector_norm
    cosines = np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 0)
    scores = dots + vocabulary.biases
    parts = (dots, vocabulary.norms, cosines, vocabulary.biases, scores)
    ranks = (_ranks(cosines), _ranks(dots), _ranks(scores))
    asked = np.asarray(rows, dtype=np.int64)
    columns = [values[asked].tolist() for values in (*parts, *ranks)]
    return tuple(
        Score(
            term=vocabulary.terms[row],
            row=int(row),
            dot=dot,
            vector_norm=vector_norm,
            term_norm=norm,
            cosine=cosine,
            bias=bias,
            score=score,
            rank_by_cosine=by_cosine,
            rank_by_dot=by_dot,
            rank_by_score=by_score,
        )
        for row, dot, norm, cosine, bias, score, by_cosine, by_dot, by_score in zip(
            rows, *columns, strict=True
        )
    )


def _check_rows(rows: Sequence[int], vocabulary: Vocabulary) -> None:
    """Refuse rows that the vocabulary lacks."""
    for row in rows:
        if not 0 <= row < len(vocabulary):
            raise ParameterError(
                f"Row {row} given; the vocabulary has rows 0 to {len(vocabulary) - 1}."
            )


def _rank(values: npt.NDArray[np.floating], row: int) -> int:
    """Return the place of a row, 1 for the highest value; equal values in order of rows."""
    is_tied_before = values[:row] == values[row]
    return 1 + int((values > values[row]).sum()) + int(is_tied_before.sum())


def _ranks(values: DoubleArray) -> npt.NDArray[np.int64]:
    """Return the place of every row, as `_rank` does for one."""
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
    return ranks
