"""Names that are alike in letters, words, meaning or initials: candidates for synonyms, ranked.

Nothing is trained. Six numbers between -1 and 1 are added by fixed weights, and kept:

- ``letters``: the cosine of their runs of letters, weighed by rarity;
- ``words``: the soft cosine of their words, near words in part the same (`word_tails`);
- ``meaning``: the cosine of their [CLS] vectors, half whitened over all names;
- ``initials``: of a short form and a name, the cosine of letters and initials;
- ``short_form``: how well the one stands for the other (`short_forms`);
- ``numbers``: 1 for the same numbers, -1 for others, -0.5 where one name has none.

A name that is alike is a candidate and no more: co-hyponyms are alike too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from ...engine.encoder import Encoder
from ...engine.matmul import PackedMatrix
from ...engine.similarity import Adjustment, adjust_vectors
from ...engine.vocabulary import unit_rows
from ...errors import ParameterError, ShapeError
from .phrase_keys import phrase_words
from .short_forms import initials, is_short_form, short_form_score, short_letters
from .text_features import initial_runs, letter_runs, weighted_rows
from .word_tails import soft_rows

FloatArray = npt.NDArray[np.float32]
IndexArray = npt.NDArray[np.int64]

_POOL = 100
"""Names that are compared one by one with each name, found by the first four numbers."""

_MIN_WHITENED = 1000
"""Fewer vectors are only centered: their components cannot be told from noise."""

_BLOCK = 256


@dataclass(frozen=True, slots=True)
class Components:
    """What speaks for two names being one; see the module."""

    letters: float
    words: float
    meaning: float
    initials: float
    short_form: float
    numbers: float


WEIGHTS = Components(
    letters=1.5, words=1.0, meaning=1.0, initials=1.0, short_form=1.0, numbers=0.25
)
"""Chosen on the development files of benchmarks/eval_synonyms.py, by hand, and nothing more."""

_FULL = WEIGHTS.letters + WEIGHTS.words + WEIGHTS.meaning


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that is like another one.

    Attributes
    ----------
    text, row
        The name, and its number among all names.
    score
        The weighted sum of its components; 1 for a name that is the same without numbers.
    deviations
        How far the score without the last two components lies above the mean over all names, in
        standard deviations.
    components
        What the score is made of.
    """

    text: str
    row: int
    score: float
    deviations: float
    components: Components


class SimilarNames:
    """Names ready to be compared with each other; make one with `from_texts`.

    Attributes
    ----------
    texts
        The names.
    meanings
        float32 array of shape (n_texts, dim), unit rows: their [CLS] vectors, adjusted.
    """

    def __init__(
        self,
        texts: Sequence[str],
        *,
        meanings: FloatArray,
        letters: csr_array,
        words: tuple[csr_array, csr_array],
        firsts: csr_array,
    ) -> None:
        self.texts = tuple(texts)
        self.meanings = meanings
        self._packed = PackedMatrix.pack(meanings)
        self._letters = letters
        self._words = words
        self._firsts = firsts
        self._is_short = np.array([is_short_form(text) for text in texts], dtype=np.bool_)
        self._numbers = [frozenset(filter(str.isdigit, phrase_words(text))) for text in texts]

    @classmethod
    def from_texts(
        cls, encoder: Encoder, texts: Sequence[str], *, vectors: FloatArray | None = None
    ) -> SimilarNames:
        """Prepare names to be compared.

        Parameters
        ----------
        encoder
            The model.
        texts
            Different names.
        vectors
            float32 array of shape (n_texts, dim): their vectors by `Encoder.encode`, where they are
            known.

        Raises
        ------
        ShapeError
            If there is not one vector for each text.
        """
        if vectors is None:
            vectors = encoder.encode(texts).vectors
        if vectors.shape != (len(texts), encoder.dim):
            raise ShapeError(
                f"Vectors of shape ({len(texts)}, {encoder.dim}) were expected, got "
                f"{vectors.shape}; give one for each text."
            )
        bags = [Counter(phrase_words(text) or [text]) for text in texts]
        adjustment: Adjustment = "half_whitened" if len(texts) >= _MIN_WHITENED else "centered"
        return cls(
            texts,
            meanings=unit_rows(adjust_vectors(vectors, adjustment)),
            letters=weighted_rows([letter_runs(" ".join(phrase_words(t))) for t in texts]),
            words=soft_rows(encoder.vocabulary, bags),
            firsts=weighted_rows(
                [initial_runs(short_letters(t) if is_short_form(t) else initials(t)) for t in texts]
            ),
        )

    def rank(self, rows: Sequence[int], *, k: int = 10) -> Iterator[list[Candidate]]:
        """Yield for each of some names the k others most like it, best first, equal ones by row.

        Raises
        ------
        ParameterError
            If `k` is below 1 or a row is no name.
        """
        if k < 1 or any(not 0 <= row < len(self.texts) for row in rows):
            raise ParameterError(
                f"Got k={k} and rows {list(rows)[:3]}...; k is at least 1, and a row the number of "
                f"one of {len(self.texts)} names."
            )
        wanted = np.asarray(rows, dtype=np.int64)
        for first in range(0, len(wanted), _BLOCK):
            yield from self._rank_block(wanted[first : first + _BLOCK], k)

    def _rank_block(self, rows: IndexArray, k: int) -> Iterator[list[Candidate]]:
        """Rank the names for a block of rows."""
        parts = self._products(rows)
        weights = astuple(WEIGHTS)
        total = np.sum([w * part for w, part in zip(weights, parts, strict=False)], axis=0)
        means, spreads = total.mean(axis=1), total.std(axis=1)
        total[np.arange(len(rows)), rows] = -np.inf
        n_pool = min(max(_POOL, k), total.shape[1] - 1)
        if n_pool == 0:
            yield from ([] for _ in rows)
            return
        pools = np.argpartition(-total, n_pool - 1, axis=1)[:, :n_pool]
        for number, row in enumerate(rows.tolist()):
            pool = np.sort(pools[number])
            found = [part[number, pool].tolist() for part in parts]
            spread = float(spreads[number]) or 1.0
            deviations = ((total[number, pool] - means[number]) / spread).tolist()
            yield self._scored(row, pool.tolist(), found, deviations)[:k]

    def _scored(
        self,
        row: int,
        pool: Sequence[int],
        parts: Sequence[Sequence[float]],
        deviations: Sequence[float],
    ) -> list[Candidate]:
        """Compare a name with each of a pool, and order them."""
        found = []
        for place, other in enumerate(pool):
            letters, words, meaning, firsts = (part[place] for part in parts)
            components = Components(
                letters,
                words,
                meaning,
                firsts,
                short_form=self._short_form(row, other),
                numbers=self._same_numbers(row, other),
            )
            summed = sum(w * c for w, c in zip(astuple(WEIGHTS), astuple(components), strict=True))
            score = summed / _FULL
            found.append(Candidate(self.texts[other], other, score, deviations[place], components))
        return sorted(found, key=lambda candidate: (-candidate.score, candidate.row))

    def _products(self, rows: IndexArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Compare names with all others by the first four components, in their order."""
        left, right = self._words
        firsts = (self._firsts[rows] @ self._firsts.T).toarray()
        firsts *= self._is_short[rows][:, None] != self._is_short[None]
        return (
            (self._letters[rows] @ self._letters.T).toarray(),
            (left[rows] @ right.T).toarray(),
            self._packed.product(self.meanings[rows]),
            firsts,
        )

    def _short_form(self, row: int, other: int) -> float:
        if self._is_short[row] == self._is_short[other]:
            return 0.0
        short, name = (row, other) if self._is_short[row] else (other, row)
        return short_form_score(self.texts[short], self.texts[name])

    def _same_numbers(self, row: int, other: int) -> float:
        """Compare the numbers of two names; those of a short form and a name say nothing."""
        one, two = self._numbers[row], self._numbers[other]
        if self._is_short[row] != self._is_short[other] or not (one or two):
            return 0.0
        if one == two:
            return 1.0
        return -1.0 if one and two else -0.5
