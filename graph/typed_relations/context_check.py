"""What a masked language model expects in the place of a trigger: the context's word on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ...engine.encoder import Encoder
from ...engine.matmul import log_totals
from ..parsing import ParsedSentence
from .schema import RelationSchema

FloatArray = npt.NDArray[np.float32]

Question = tuple[ParsedSentence, int, str]
"""A sentence, a word of it, and the name of the relation that the word may name."""

_WINDOW = 12  # words on either side that the model reads
_HALF_MASS = 0.02  # of all probability: where the model is as much for as against
_LEAST = 0.25
_MAX_REMEMBERED = 1 << 14


class ContextCheck:
    """Masks triggers and adds up what the model gives to the terms of their relations.

    Parameters
    ----------
    schema
        The relations.
    encoder
        The model.
    """

    def __init__(self, schema: RelationSchema, encoder: Encoder) -> None:
        self._encoder = encoder
        vocabulary = encoder.vocabulary
        self._rows: dict[str, npt.NDArray[np.int64]] = {}
        for name, relation in schema.relations.items():
            given = (*relation.triggers, *relation.inverse)
            terms = {term for term in given if term.isalpha() and term in vocabulary}
            self._rows[name] = np.array(sorted(map(vocabulary.row, terms)), dtype=np.int64)
        self._remembered: dict[tuple[str, int, str], float] = {}

    def components(self, questions: Sequence[Question]) -> list[float]:
        """Say for each trigger how well its relation fits into its place, 0.25 to 1.

        All new questions are put to the model in one batch.
        """
        keys = [(sentence.text, word, name) for sentence, word, name in questions]
        new = dict(
            (key, question)
            for key, question in zip(keys, questions, strict=True)
            if key not in self._remembered
        )
        if len(self._remembered) + len(new) > _MAX_REMEMBERED:
            new = dict(zip(keys, questions, strict=True))
            self._remembered = {}
        if new:
            self._remembered.update(zip(new, self._ask(list(new.values())), strict=True))
        return [self._remembered[key] for key in keys]

    def _ask(self, questions: Sequence[Question]) -> list[float]:
        fits = self.fits([(sentence, word) for sentence, word, _ in questions])
        return [max(_LEAST, fit[name]) for fit, (_, _, name) in zip(fits, questions, strict=True)]

    def fits(self, places: Sequence[tuple[ParsedSentence, int]]) -> list[dict[str, float]]:
        """Say for each place how well each relation fits there, 0 to 1: a half at 2 % of all."""
        return [
            {name: mass / (mass + _HALF_MASS) for name, mass in masses.items()}
            for masses in self.masses(places)
        ]

    def masses(self, places: Sequence[tuple[ParsedSentence, int]]) -> list[dict[str, float]]:
        """Give the probability of the terms of each relation where a word stood.

        Returns
        -------
        For each place the share of each relation's terms in the softmax over the vocabulary.
        """
        distinct = {(sentence.text, word): (sentence, word) for sentence, word in places}
        windows = [_window(*place) for place in distinct.values()]
        vectors = self._encoder.mask_states(
            [text for text, _ in windows], [(span,) for _, span in windows]
        ).vectors
        vocabulary = self._encoder.vocabulary
        totals = log_totals(vectors, self._encoder.output, vocabulary.biases)
        found: dict[tuple[str, int], dict[str, float]] = {}
        for key, vector, total in zip(distinct, vectors, totals.tolist(), strict=True):
            found[key] = {
                name: float(
                    np.exp(
                        vocabulary.vectors[rows] @ vector + vocabulary.biases[rows] - total
                    ).sum()
                )
                for name, rows in self._rows.items()
            }
        return [found[sentence.text, word] for sentence, word in places]


def _window(sentence: ParsedSentence, word: int) -> tuple[str, tuple[int, int]]:
    """Cut a sentence to the words around one; give that word's place in it."""
    first, last = max(0, word - _WINDOW), min(len(sentence.words), word + _WINDOW + 1) - 1
    start, end = sentence.offsets[first], sentence.offsets[last] + len(sentence.words[last])
    place = sentence.offsets[word]
    return sentence.text[start:end], (place - start, place + len(sentence.words[word]) - start)
