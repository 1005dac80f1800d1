"""What is known of the classes of words without their places: listed, spread, and by endings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder
from ..engine.importance import spell_words
from ..graph.labels.entity_vectors import EntityVectors, propagate_labels
from ..graph.labels.seeds import SeedLabels
from .word_shapes import Endings, class_by_rule

FloatArray = npt.NDArray[np.float32]
Source = Literal["list", "sign", "vector", "pieces"]
"""What is known of a word: it is listed, a sign or a number, a term, or pieces of terms."""

_OPEN = ("ADJ", "ADV", "NOUN", "VERB")
_NAME = "NOUN"
_NAME_WEIGHT = np.float32(1 / 3)
_FLOOR = np.float32(0.01)
"""Added to shares that are only likely, so that none of them rules a class out."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnShares:
    """What is known of a word by itself.

    ``shares`` is a float32 array of shape (n_classes,) that adds up to 1.
    """

    shares: FloatArray
    source: Source
    has_unknown: bool

    @property
    def is_certain(self) -> bool:
        """Whether a single class is possible."""
        return int(np.count_nonzero(self.shares)) == 1


class WordsAlone:
    """Says what is known of words by themselves.

    Listed words have the classes of the list in equal parts. Any other word has, multiplied, the
    shares of its term, by the listed terms near it, and of the words that end alike; a word that is
    no term has those of its last piece in place of the former.

    Parameters
    ----------
    encoder
        The model.
    seeds
        The list.
    """

    def __init__(self, encoder: Encoder, seeds: SeedLabels) -> None:
        self._encoder = encoder
        self._seeds = seeds
        self.classes = seeds.names

    @cached_property
    def vectors(self) -> EntityVectors:
        """The list, spread over the vocabulary."""
        vocabulary = self._encoder.vocabulary
        found = {t: c for t, c in self._seeds.labels.items() if len(t) > 1 and t in vocabulary}
        return propagate_labels(vocabulary, SeedLabels(found, self._seeds.source))

    @cached_property
    def endings(self) -> Endings:
        """The classes of words that end alike, from the terms that can be of an open class."""
        vocabulary = self._encoder.vocabulary
        is_word = ~vocabulary.is_piece & ~vocabulary.is_special
        surfaces = [surface.lower() for surface in vocabulary.surfaces]
        rows = [
            row
            for row in np.flatnonzero(is_word).tolist()
            if surfaces[row].isalpha()
            and set(self._seeds.labels.get(surfaces[row], ())) <= set(_OPEN)
        ]
        return Endings.of([surfaces[row] for row in rows], self._columns[rows])

    @cached_property
    def _columns(self) -> FloatArray:
        """The shares of the classes in each term: float32 array of shape (n_terms, n_classes)."""
        return self._aligned(self.vectors.distributions)

    def _aligned(self, shares: FloatArray) -> FloatArray:
        """Give shares of the labels that were spread a column for every class."""
        is_label = np.array(self.vectors.labels)[:, None] == np.array(self.classes)
        return np.asarray(shares @ is_label.astype(np.float32), dtype=np.float32)

    def read(self, words: Sequence[str], are_names: Sequence[bool]) -> list[OwnShares]:
        """Say what is known of each word by itself.

        Parameters
        ----------
        words
            The words.
        are_names
            For each word whether a capital marks it as a name: then one part in four is NOUN,
            unless the word is listed.
        """
        spelled = spell_words(self._encoder, words)
        unknown = self._encoder.tokenizer.unknown_id
        made: dict[tuple[str, bool], OwnShares] = {}
        for number, key in enumerate(zip(words, are_names, strict=True)):
            if key not in made:
                pieces = spelled.pieces(number)
                shares, source = self._own(*key, pieces[-1])
                made[key] = OwnShares(shares, source, unknown in pieces)
        return [made[key] for key in zip(words, are_names, strict=True)]

    def _own(self, word: str, is_name: bool, last_piece: int) -> tuple[FloatArray, Source]:
        """Say what is known of a word that ends with a certain piece."""
        lower = word.lower()
        listed = self._seeds.labels.get(lower) or self._seeds.labels.get(lower.rstrip("."))
        if listed:
            return self._equal(listed), "list"
        rule = class_by_rule(word)
        if rule in self.classes:
            # A run of one sign has the class of that sign.
            single = self._seeds.labels.get(word[0], ()) if len(set(word)) == 1 else ()
            return self._equal(single if len(single) == 1 else (str(rule),)), "sign"
        return self._likely(word, is_name, last_piece)

    def _likely(self, word: str, is_name: bool, last_piece: int) -> tuple[FloatArray, Source]:
        """Say what is likely of a word that is not listed."""
        source: Source
        near, source = self._aligned(self.vectors.look_up(word)), "vector"
        if not near.any():
            near, source = self._columns[last_piece], "pieces"
        shares = to_one((near + _FLOOR) * (self.endings.look_up(word) + _FLOOR))
        if is_name:
            shares = to_one(shares + _NAME_WEIGHT * self._equal((_NAME,)))
        return shares, source

    def _equal(self, names: Sequence[str]) -> FloatArray:
        """Share 1 between some classes."""
        return to_one(np.array([name in names for name in self.classes], dtype=np.float32))


def to_one(values: FloatArray) -> FloatArray:
    """Divide each row by its sum; a row of zeros stays."""
    total = values.sum(axis=-1, keepdims=True)
    return np.asarray(values / np.where(total > 0, total, 1), dtype=np.float32)
