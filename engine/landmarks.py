"""Landmarks: the vocabulary terms that a vector points at, so that every vector can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .matmul import PackedMatrix, top_k
from .vocabulary import Vocabulary

BIAS_SHARE = 1 / 3
"""How much of a term's bias counts when landmarks are ranked.

With all of it, words that are likely anywhere come first; with none, words that are likely nowhere.
"""


@dataclass(frozen=True)
class Landmark:
    """A vocabulary term near a vector.

    ``weight`` is what it is ranked by: t . E + b / 3 for a vector of the output space, the cosine
    for the vector of a term. ``score`` is the dot product plus b, for a vector of the output space
    the logit; ``bias`` is b.
    """

    term: str
    row: int
    weight: float
    score: float
    bias: float


class Landmarks:
    """Reads vectors of the encoder's output space against the vocabulary.

    Terms are ranked by t . E + b / 3, never by cosine: in this space the length of a vector carries
    information. Only `near`, which compares terms with terms, goes by the cosine. Specials, word
    pieces, single characters and the terms that are likely everywhere are not read.

    References
    ----------
    A. Rajasekharan, "Unsupervised creation of interpretable sentence representations", 2020.
    """

    def __init__(
        self, vocabulary: Vocabulary, matrix: PackedMatrix, readable: npt.NDArray[np.bool_]
    ) -> None:
        self.vocabulary = vocabulary
        self._matrix = matrix
        self._readable = readable

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Landmarks:
        """Prepare a vocabulary for reading."""
        return cls(vocabulary, PackedMatrix.pack(vocabulary.vectors), content_terms(vocabulary))

    def read(self, vectors: npt.NDArray[np.float32], k: int = 10) -> list[tuple[Landmark, ...]]:
        """Return the k readable terms that each vector points at most, in order.

        Parameters
        ----------
        vectors
            float32 array of shape (n, dim), as the encoder gives them: not normalized.
        """
        biases = self.vocabulary.biases
        counted = biases * np.float32(BIAS_SHARE)
        rows, weights = top_k(vectors, self._matrix, k, bias=counted, allowed=self._readable)
        return self._listed(rows, weights, weights - counted[rows] + biases[rows])

    def near(self, terms: Sequence[int], k: int = 10) -> list[tuple[Landmark, ...]]:
        """Return the k readable terms nearest to each term by cosine, itself left out, in order.

        The vector of a term is no output of the model: terms are compared with terms by the angle
        alone.

        Parameters
        ----------
        terms
            Rows of the vocabulary.
        """
        vectors, units = self.vocabulary.vectors, self.vocabulary.unit_vectors
        asked = np.asarray(terms, dtype=np.int64)
        rows, cosines = top_k(units[asked], self._units, k + 1, allowed=self._readable)
        dots = np.einsum("tkd,td->tk", vectors[rows], vectors[asked])
        listed = self._listed(rows, cosines, dots + self.vocabulary.biases[rows])
        return [
            tuple(mark for mark in marks if mark.row != term)[:k]
            for term, marks in zip(asked.tolist(), listed, strict=True)
        ]

    @cached_property
    def _units(self) -> PackedMatrix:
        """The terms at length 1, laid out for products."""
        return PackedMatrix.pack(self.vocabulary.unit_vectors)

    def _listed(
        self,
        rows: npt.NDArray[np.int64],
        weights: npt.NDArray[np.float32],
        scores: npt.NDArray[np.float32],
    ) -> list[tuple[Landmark, ...]]:
        """Make landmarks of arrays of shape (n, k); row -1 stands for none."""
        columns = (rows, weights, scores, self.vocabulary.biases[rows])
        return [
            tuple(
                Landmark(self.vocabulary.surface(row), row, weight, score, bias)
                for row, weight, score, bias in zip(*values, strict=True)
                if row >= 0
            )
            for values in zip(*(column.tolist() for column in columns), strict=True)
        ]


def content_terms(vocabulary: Vocabulary, *, commonest: float = 0.005) -> npt.NDArray[np.bool_]:
    """Return which terms say something, bool of shape (n_terms,).

    They are whole words of two letters or more, without the share ``commonest`` of the terms that
    have the highest bias: the output bias says how likely a term is before anything is known.
    """
    surfaces = [vocabulary.surface(row) for row in range(len(vocabulary))]
    wordy = np.fromiter((len(s) > 1 and s[0].isalpha() for s in surfaces), bool, len(surfaces))
    rare = vocabulary.biases <= np.quantile(vocabulary.biases, 1.0 - commonest)
    readable: npt.NDArray[np.bool_] = wordy & rare & ~vocabulary.is_piece & ~vocabulary.is_special
    return readable
