"""How much each word of a text says, by the model alone, beside the IDF of a knowledge base."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..engine.importance import find_words, spell_words, term_importance, word_importance
from ..engine.vocabulary import Vocabulary
from ..errors import ParameterError
from ..graph.word_counts import WordCount
from .given_text import require_text

if TYPE_CHECKING:
    from .reader import Reader

WordCounter = Callable[[Iterable[str]], Mapping[str, WordCount]]
"""Counts the stored documents and sentences that hold words, by the word in lower case."""


@dataclass(frozen=True, slots=True)
class WeighedWord:
    """A word of a text and how much it says.

    Attributes
    ----------
    word, start, end
        The characters ``text[start:end]``.
    pieces, biases
        The terms that the tokenizer makes of it, and the output bias of each.
    importance
        How far the biases lie below that of the commonest term, in nats, summed over the pieces:
        0 for the commonest term.
    rank
        The share of the vocabulary that is less important, 0 to 1.
    has_unknown
        The tokenizer cannot spell it, so nothing is known of it.
    counts
        How often it stands in the knowledge base; None without one.
    """

    word: str
    start: int
    end: int
    pieces: tuple[str, ...]
    biases: tuple[float, ...]
    importance: float
    rank: float
    has_unknown: bool
    counts: WordCount | None


@dataclass(frozen=True, slots=True)
class TermWeight:
    """A term of the vocabulary, its output bias and its importance."""

    term: str
    bias: float
    importance: float


@dataclass(frozen=True, slots=True)
class ExtremeTerms:
    """The terms with the highest biases and those with the lowest, the most extreme first."""

    commonest: tuple[TermWeight, ...]
    rarest: tuple[TermWeight, ...]


def weigh_text(reader: Reader, text: str) -> tuple[WeighedWord, ...]:
    """Weigh each word of a text, in order; marks are passed over.

    Raises
    ------
    ParameterError
        If the text holds no word.
    """
    require_text(text)
    spans = find_words(text)
    if not spans:
        raise ParameterError("The text holds no word, only marks; give a word or more.")
    words = [text[start:end] for start, end in spans]
    counts = reader.count_words(words) if reader.count_words is not None else {}
    vocabulary = reader.encoder.vocabulary
    spelled = spell_words(reader.encoder, words)
    weights = term_importance(vocabulary)
    known = np.sort(weights[~vocabulary.is_special])
    importance = word_importance(weights, spelled)
    ranks = np.searchsorted(known, importance) / max(1, len(known))
    found = []
    for number, (word, (start, end)) in enumerate(zip(words, spans, strict=True)):
        rows = spelled.pieces(number)
        found.append(
            WeighedWord(
                word=word,
                start=start,
                end=end,
                pieces=tuple(vocabulary.terms[row] for row in rows),
                biases=tuple(vocabulary.biases[rows].tolist()),
                importance=float(importance[number]),
                rank=float(ranks[number]),
                has_unknown=reader.encoder.tokenizer.unknown_id in rows,
                counts=counts.get(word.lower()),
            )
        )
    return tuple(found)


def extreme_terms(vocabulary: Vocabulary, k: int) -> ExtremeTerms:
    """Return the k commonest and the k rarest terms that start a word, by their biases.

    Raises
    ------
    ParameterError
        If k is below 1.
    """
    if k < 1:
        raise ParameterError(f"{k} terms were asked for; ask for at least one.")
    weights = term_importance(vocabulary)
    rows = np.flatnonzero(~vocabulary.is_piece & ~vocabulary.is_special)
    rising = rows[np.argsort(weights[rows], kind="stable")]

    def listed(chosen: np.ndarray[tuple[int], np.dtype[np.int64]]) -> tuple[TermWeight, ...]:
        return tuple(
            TermWeight(vocabulary.surface(row), float(vocabulary.biases[row]), float(weights[row]))
            for row in chosen.tolist()
        )

    return ExtremeTerms(listed(rising[:k]), listed(rising[::-1][:k]))
