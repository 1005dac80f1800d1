"""Words that are near each other, by the vectors of the vocabulary and by their letters.

Each word of the vocabulary lends part of its weight to the words of its own tail: "renal" to
"kidney". A word that is no term lends it to words that are spelled alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, eye_array, vstack

from ...engine.matmul import PackedMatrix, top_k
from ...engine.vocabulary import Vocabulary
from .text_features import letter_runs, rare_words, scale_rows, weighted_rows

FloatArray = npt.NDArray[np.float32]

_TAIL = 20
"""Terms in the tail of a word, about the mean length of the tails of a vocabulary."""

_LEAST_LETTERS = 0.3
"""From this cosine of their letters on, two words are spelled alike."""

_BLOCK = 2048
_MIN_LENGTH = 3


def soft_rows(
    vocabulary: Vocabulary, bags: Sequence[Mapping[str, int]]
) -> tuple[csr_array, csr_array]:
    """Make sparse rows whose products are soft cosines: near words count as partly the same.

    Parameters
    ----------
    vocabulary
        The terms and their vectors.
    bags
        The words of each text.

    Returns
    -------
    Two arrays of shape (n_texts, n_words), left and right: ``left[i] @ right[j]`` is the soft
    cosine of texts i and j, 1 for equal texts.

    References
    ----------
    Sidorov, Gelbukh, Gomez-Adorno and Pinto, "Soft similarity and soft cosine measure", 2014.
    """
    rows, words = rare_words(bags)
    near = csr_array(eye_array(len(words), format="csr", dtype=np.float32))
    if words:
        near = csr_array(near + near_words(vocabulary, words))
    spread = csr_array(rows @ near)
    squares = np.asarray(spread.multiply(rows).sum(axis=1), dtype=np.float64).ravel()
    factors = 1 / np.sqrt(np.where(squares > 0, squares, 1))
    return scale_rows(spread, factors), scale_rows(rows, factors)


def near_words(vocabulary: Vocabulary, words: Sequence[str]) -> csr_array:
    """Say how near words are to each other: float32 of shape (n_words, n_words), symmetric.

    Numbers and words of one or two letters are near to none, and no word to itself.
    """
    letters = weighted_rows([letter_runs(w) if _is_wordy(w) else Counter() for w in words])
    parts = []
    for first in range(0, len(words), _BLOCK):
        alike = (letters[first : first + _BLOCK] @ letters.T).toarray()
        parts.append(csr_array(_above(alike, np.float32(_LEAST_LETTERS))))
    return _symmetric(csr_array(vstack(parts)).maximum(_near_terms(vocabulary, words)))


def _near_terms(vocabulary: Vocabulary, words: Sequence[str]) -> csr_array:
    """Say how far inside the tail of each word the others lie, for words that are terms."""
    numbers = [n for n, word in enumerate(words) if _is_wordy(word) and word in vocabulary]
    column_of = np.full(len(vocabulary), -1, dtype=np.int64)
    terms = np.array([vocabulary.row(words[n]) for n in numbers], dtype=np.int64)
    column_of[terms] = numbers
    unit = vocabulary.unit_vectors
    # The term itself comes first, and the first one left out says where the tail begins.
    near, cosines = top_k(unit[terms], PackedMatrix.pack(unit), _TAIL + 2)
    is_known = near[:, :-1] >= 0
    inside = np.where(is_known, _above(cosines[:, :-1], cosines[:, -1:]), 0)
    columns = np.where(is_known, column_of[near[:, :-1]], -1)
    kept = (columns >= 0) & (inside > 0)
    rows = np.broadcast_to(np.array(numbers, dtype=np.int64)[:, None], columns.shape)
    return csr_array(
        (inside[kept].astype(np.float32), (rows[kept], columns[kept])),
        shape=(len(words), len(words)),
    )


def _above(cosines: FloatArray, floor: FloatArray | np.float32) -> FloatArray:
    """Scale cosines so that the floor is 0 and a cosine of 1 stays 1; less is 0."""
    room = np.maximum(1 - np.where(np.isfinite(floor), floor, 0), 1e-6)
    return np.asarray(np.maximum(cosines - np.where(np.isfinite(floor), floor, 0), 0) / room)


def _symmetric(near: csr_array) -> csr_array:
    """Take the larger of both directions, and nothing for a word with itself."""
    both = near.maximum(near.T).tocoo()
    own = both.row == both.col
    return csr_array(
        (both.data[~own].astype(np.float32), (both.row[~own], both.col[~own])), shape=both.shape
    )


def _is_wordy(word: str) -> bool:
    return len(word) >= _MIN_LENGTH and not any(map(str.isdigit, word))
