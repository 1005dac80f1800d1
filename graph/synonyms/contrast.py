"""What a model expects in place of two names, apart and in sentences that hold both.

Four sets of words are collected by masking: D(a) and D(b) from sentences with one of the names
alone, D(a|b) and D(b|a) from sentences with both. Names of one thing are described alike where they
stand alone. In one sentence, co-hyponyms stand in like slots ("aspirin and ibuprofen"), and names
of one thing rarely do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ...engine.encoder import Encoder
from ...engine.landmarks import content_terms
from ...engine.matmul import PackedMatrix, top_k

FloatArray = npt.NDArray[np.float32]
Place = tuple[str, tuple[int, int]]
"""A sentence, and the characters of a name in it."""

_WORDS = 20
_TAIL = 20
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Contrast:
    """How alike two names are described.

    Attributes
    ----------
    overlap
        Soft overlap of D(a) and D(b), between 0 and 1.
    contrast
        That of D(a|b) and D(b|a); 0 where no sentence holds both.
    n_first, n_second, n_together
        Sentences that were read with the first name alone, the second alone, and both.
    shared
        Words of D(a) that are also in D(b) or in the tail of one of its words, the heaviest first.
    """

    overlap: float
    contrast: float
    n_first: int
    n_second: int
    n_together: int
    shared: tuple[str, ...] = field(default=())

    @property
    def is_contrastive(self) -> bool:
        """Whether the two fill each other's slots more than they describe one thing."""
        return self.n_together > 0 and self.contrast > self.overlap


class DescriptorSets:
    """Describes places of sentences by the words that a model expects there."""

    def __init__(self, encoder: Encoder) -> None:
        vocabulary = encoder.vocabulary
        self._encoder = encoder
        self._allowed = content_terms(vocabulary) & ~vocabulary.is_piece
        self._unit = PackedMatrix.pack(vocabulary.unit_vectors)
        self._tails: dict[int, float] = {}
        self._described: dict[Place, tuple[list[int], list[float]]] = {}

    def contrast(
        self,
        first_alone: Sequence[Place],
        second_alone: Sequence[Place],
        together: Sequence[tuple[Place, Place]],
    ) -> Contrast:
        """Compare two names by their places.

        Parameters
        ----------
        first_alone, second_alone
            Places of each name in sentences without the other.
        together
            Their places in sentences that hold both.
        """
        alone = [self._describe(first_alone), self._describe(second_alone)]
        both = [self._describe([pair[side] for pair in together]) for side in (0, 1)]
        overlap, shared = self._overlap(*alone)
        contrast, _ = self._overlap(*both)
        n_first, n_second = len(first_alone), len(second_alone)
        return Contrast(overlap, contrast, n_first, n_second, len(together), shared)

    def read(self, places: Sequence[Place]) -> None:
        """Read what the model expects at places, all at once; each is read once."""
        new = list(dict.fromkeys(place for place in places if place not in self._described))
        if not new:
            return
        vectors = self._encoder.mask_states(
            [text for text, _ in new], [(span,) for _, span in new]
        ).vectors
        rows, scores = top_k(
            vectors,
            self._encoder.output,
            _WORDS + 1,
            bias=self._encoder.vocabulary.biases,
            allowed=self._allowed,
        )
        is_real = rows >= 0
        lowest = np.where(is_real, scores, np.inf).min(axis=1, keepdims=True)
        margins = np.where(is_real, scores - lowest, 0)
        for place, terms, weights in zip(new, rows.tolist(), margins.tolist(), strict=True):
            kept = [(term, weight) for term, weight in zip(terms, weights, strict=True) if weight]
            self._described[place] = [t for t, _ in kept], [w for _, w in kept]

    def _describe(self, places: Sequence[Place]) -> dict[int, float]:
        """Return the rows of the words expected at places, with their shares of the weight."""
        if not places:
            return {}
        self.read(places)
        found: dict[int, float] = {}
        for place in places:
            for term, weight in zip(*self._described[place], strict=True):
                found[term] = found.get(term, 0.0) + weight
        total = sum(found.values())
        best = sorted(found, key=lambda term: (-found[term], term))
        return {term: found[term] / total for term in best}

    def _overlap(
        self, first: dict[int, float], second: dict[int, float]
    ) -> tuple[float, tuple[str, ...]]:
        """Return the soft overlap of two sets, and the words of the first that are in it.

        Each word counts by the nearest word of the other set: wholly for itself, and by how far
        inside its own tail a near one lies. The smaller of both directions counts.
        """
        if not first or not second:
            return 0.0, ()
        left, right = list(first), list(second)
        unit = self._encoder.vocabulary.unit_vectors
        inside = self._inside(left, unit[left] @ unit[right].T)
        back = self._inside(right, unit[right] @ unit[left].T)
        forward = float(np.dot(list(first.values()), inside))
        backward = float(np.dot(list(second.values()), back))
        shared = [term for term, near in zip(left, inside.tolist(), strict=True) if near > 0]
        surface = self._encoder.vocabulary.surface
        return round(min(forward, backward), 4), tuple(map(surface, shared[:_SHOWN]))

    def _inside(self, terms: Sequence[int], cosines: FloatArray) -> FloatArray:
        """Say how far inside the tail of each term the nearest of some cosines lies: 0 to 1."""
        new = [term for term in terms if term not in self._tails]
        if new:
            _, near = top_k(self._encoder.vocabulary.unit_vectors[new], self._unit, _TAIL + 2)
            begins = np.where(np.isfinite(near[:, -1]), near[:, -1], 0.0).tolist()
            self._tails.update(zip(new, begins, strict=True))
        tails = np.array([self._tails[term] for term in terms], dtype=np.float32)
        nearest = cosines.max(axis=1)
        return np.asarray(np.clip((nearest - tails) / np.maximum(1 - tails, 1e-6), 0, 1))
