"""A prediction score taken apart: the angle, two lengths and a bias.

A masked language model scores a term by ``t . E + b = |t| |E| cos(t, E) + b``, where t is the
head-transformed vector of a position, E the term's vector and b its bias. The ranks that a term
would have by parts of that sum show what put it where it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import ParameterError, ShapeError
from .vocabulary import Vocabulary

FloatArray = npt.NDArray[np.float32]


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
    if not 0 <= row < len(vocabulary):
        raise ParameterError(
            f"Row {row} given; the vocabulary has rows 0 to {len(vocabulary) - 1}."
        )
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


def _rank(values: npt.NDArray[np.floating], row: int) -> int:
    """Return the place of a row, 1 for the highest value; equal values in order of rows."""
    is_tied_before = values[:row] == values[row]
    return 1 + int((values > values[row]).sum()) + int(is_tied_before.sum())
