"""Which of two words is the more general one, by where they stand among the other terms.

The cosine of two words is the same from either side, but their places are not. A general word has
near neighbors everywhere, so its tail begins at a higher cosine, many terms list it, and it stands
early in the order of a special word, which stands late in its own. All of this is read off the
directions of the vocabulary, for any vector in its space: a term, or a word of several pieces.

References
----------
A. Rajasekharan, "Swiss army knife for unsupervised task solving", 2021: the directed graph of
tails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder
from ..engine.importance import spell_words
from ..engine.matmul import PackedMatrix, top_k
from ..engine.vocabulary import Vocabulary, unit_rows
from ..errors import ShapeError
from ..indexers.cosines import count_bins
from ..indexers.tail_rules import BinRule, counted_thresholds

FloatArray = npt.NDArray[np.float32]
DoubleArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]

_BLOCK_ROWS = 256
_N_LISTED = 300
"""Terms that a term is said to list when in-degrees are counted."""
_EVERY = 8
"""Of so many terms one is asked whom it lists."""
_ROUNDOFF = np.float32(1e-5)


@dataclass(frozen=True, eq=False)
class Directions:
    """Pairs of words seen from both sides; every array has the shape (n_pairs,).

    Attributes
    ----------
    cosines
        float64, the same from either side.
    forward, backward
        float64: how many terms stand before the second word in the order of the first, and before
        the first in the order of the second.
    tails
        float64 array of shape (2, n_pairs): where the tail of the first and of the second begins.
    listed
        float64 array of shape (2, n_pairs): how many of the terms that are asked list the first
        and the second.
    """

    cosines: DoubleArray
    forward: DoubleArray
    backward: DoubleArray
    tails: DoubleArray
    listed: DoubleArray

    def asymmetry(self) -> DoubleArray:
        """Return [first -> second] - [second -> first]: 1, 0 or -1 by whose tail holds whom."""
        first, second = (self.cosines > self.tails).astype(np.float64)
        return np.asarray(first - second)

    def rank_ratio(self) -> DoubleArray:
        """Return log(backward / forward): above 0 where the first points at the second more."""
        return np.log1p(self.backward) - np.log1p(self.forward)

    def tail_rise(self) -> DoubleArray:
        """Return how much higher the tail of the second begins, in cosine."""
        return np.asarray(self.tails[1] - self.tails[0])

    def hub_rise(self) -> DoubleArray:
        """Return the logarithm of how many times more terms list the second than the first."""
        first, second = np.log1p(self.listed)
        return np.asarray(second - first, dtype=np.float64)


class Orders:
    """The whole words of a vocabulary, ready to say how any vector orders them.

    Cosines are taken after the mean of all terms is subtracted: what all have in common would make
    the terms that have most of it everybody's neighbor.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        units = vocabulary.unit_vectors
        self._mean = units[~vocabulary.is_special].mean(axis=0)
        words = ~vocabulary.is_piece & ~vocabulary.is_special
        self._terms = self._directions(units[words])

    def compare(self, vectors: FloatArray, firsts: IndexArray, seconds: IndexArray) -> Directions:
        """See pairs of vectors from both sides.

        Parameters
        ----------
        vectors
            float32 array of shape (n, dim): terms, or means of unit vectors of terms.
        firsts, seconds
            int64 arrays of shape (n_pairs,): rows of `vectors`.

        Raises
        ------
        ShapeError
            If the vectors have another width than the vocabulary.
        """
        if vectors.ndim != 2 or vectors.shape[1] != self.vocabulary.dim:
            raise ShapeError(
                f"Vectors of shape (n, {self.vocabulary.dim}) expected, got {vectors.shape}."
            )
        rows = self._directions(vectors)
        cosines = np.einsum("pd,pd->p", rows[firsts], rows[seconds]).astype(np.float32)
        places = np.zeros((2, len(firsts)))
        tails, listed = np.zeros(len(rows)), np.zeros(len(rows))
        for start in range(0, len(rows), _BLOCK_ROWS):
            block = slice(start, start + _BLOCK_ROWS)
            products = self._packed.product(rows[block])
            tails[block] = _tail_starts(products)
            listed[block] = (products[:, ::_EVERY] > self._list_ends).sum(axis=1)
            for side, own in enumerate((firsts, seconds)):
                here = np.flatnonzero((own >= start) & (own < start + _BLOCK_ROWS))
                before = products[own[here] - start] > cosines[here, None] + _ROUNDOFF
                places[side, here] = before.sum(axis=1)
        sides = np.stack([firsts, seconds])
        return Directions(
            cosines.astype(np.float64), places[0], places[1], tails[sides], listed[sides]
        )

    @cached_property
    def _packed(self) -> PackedMatrix:
        return PackedMatrix.pack(self._terms)

    @cached_property
    def _list_ends(self) -> FloatArray:
        """The cosine that a vector has to exceed to be listed by each of the terms asked."""
        n_listed = min(_N_LISTED + 1, len(self._terms))
        _, cosines = top_k(self._terms[::_EVERY], self._packed, n_listed)
        return np.ascontiguousarray(cosines[:, -1])

    def _directions(self, vectors: FloatArray) -> FloatArray:
        """Bring vectors to length 1, subtract the mean, and bring them to length 1 again."""
        return unit_rows(unit_rows(vectors) - self._mean)


def word_vectors(encoder: Encoder, words: Sequence[str]) -> FloatArray:
    """Give words the mean of the unit vectors of their pieces: float32 of shape (n_words, dim)."""
    if not len(words):
        return np.empty((0, encoder.dim), dtype=np.float32)
    spelled = spell_words(encoder, words)
    pieces = encoder.vocabulary.unit_vectors[spelled.ids]
    sums = np.add.reduceat(pieces, spelled.starts[:-1], axis=0)
    return np.asarray(sums / spelled.n_pieces[:, None], dtype=np.float32)


def _tail_starts(products: FloatArray) -> DoubleArray:
    """Return where the tails of rows of cosines begin."""
    bins = np.rint(100 * products).astype(np.int16)
    counts = count_bins(np.arange(len(bins))[:, None], bins, len(bins))
    return counted_thresholds(counts, BinRule().limits(products.shape[1]))[0] / 100
