"""Terms, texts and blanks in one space, on one footing, so that they can be added."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder
from ..engine.landmarks import content_terms
from ..engine.matmul import PackedMatrix, top_k
from ..engine.vocabulary import unit_rows

FloatArray = npt.NDArray[np.float32]

_N_TEXTS = 1000
"""Terms that are encoded as texts of their own, to find what all texts have in common."""


class SharedSpace:
    """Terms, texts and blanks on one footing: of length 1, without what their kind has in common.

    A term has its own vector without the mean of all terms; a text its [CLS] state without the mean
    of such states; a blank the state of its mask as it is.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        vocabulary = encoder.vocabulary
        units = vocabulary.unit_vectors
        self.terms = unit_rows(units - units[~vocabulary.is_special].mean(axis=0))
        self.is_word = ~vocabulary.is_piece & ~vocabulary.is_special

    @cached_property
    def _packed(self) -> PackedMatrix:
        return PackedMatrix.pack(self.terms)

    @cached_property
    def _sample(self) -> FloatArray:
        """Unit [CLS] states of terms that are texts of their own, spread over the vocabulary."""
        vocabulary = self.encoder.vocabulary
        rows = np.flatnonzero(content_terms(vocabulary))
        chosen = rows[:: max(1, len(rows) // _N_TEXTS)].tolist()
        return unit_rows(self.encoder.encode([vocabulary.surface(row) for row in chosen]).vectors)

    @cached_property
    def text_mean(self) -> FloatArray:
        """What the [CLS] states of all texts have in common: float32 array of shape (dim,)."""
        if not len(self._sample):
            return np.zeros(self.encoder.dim, dtype=np.float32)
        return np.asarray(self._sample.mean(axis=0), dtype=np.float32)

    @cached_property
    def text_spread(self) -> float:
        """How far unit [CLS] states lie from their mean, on average."""
        away = np.linalg.norm(self._sample - self.text_mean, axis=1)
        return float(away.mean()) if len(away) else 1.0

    def texts(self, vectors: FloatArray) -> FloatArray:
        """Bring [CLS] states of shape (n, dim) into the space."""
        return unit_rows(unit_rows(vectors) - self.text_mean)

    def as_text(self, vector: FloatArray) -> FloatArray:
        """Turn a vector of shape (dim,) of the space into a [CLS] state of its direction."""
        return np.asarray(
            self.text_mean + self.text_spread * unit_rows(vector[None])[0], dtype=np.float32
        )

    def nearest_terms(
        self, vectors: FloatArray, k: int, *, without: Sequence[int] = ()
    ) -> list[list[tuple[int, float]]]:
        """Return the rows of the k words nearest to each vector, with their cosines.

        Parameters
        ----------
        vectors
            float32 array of shape (n, dim), of any length.
        without
            Rows to leave out.
        """
        allowed = self.is_word.copy()
        allowed[np.asarray(without, dtype=np.int64)] = False
        rows, cosines = top_k(unit_rows(vectors), self._packed, k, allowed=allowed)
        return [
            [(row, cosine) for row, cosine in zip(*best, strict=True) if row >= 0]
            for best in zip(rows.tolist(), cosines.tolist(), strict=True)
        ]
