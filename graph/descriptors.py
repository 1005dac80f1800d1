"""The words by which a masked language model describes a phrase, and how they vote on its type.

A phrase is described from two sides: by the words that the model predicts where the phrase stood
in its sentence, and by those that it has for the phrase alone. Each word votes with its entity
vector (`labels`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder
from ..engine.matmul import top_k
from .labels.entity_vectors import EntityVectors
from .labels.seeds import UNTAGGED, main_type

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
Place = tuple[str, tuple[int, int]]
Share = tuple[str, float]
"""A label or a main type, and its share."""

CONTEXT_WORDS = 7
"""Words on either side of a phrase that its context is read from.

More words cost more time and type hardly more phrases right: benchmarks/README.md has the figures.
"""

_N_DESCRIPTORS = 20
_GLUE_QUANTILE = 0.99
_CACHED_PHRASES = 1 << 14
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """Words and how they vote.

    Attributes
    ----------
    terms
        The words.
    scores
        Their logits; None for a word of the phrase itself, which is not predicted.
    shares
        float32 array of shape (n_words, n_types): what each word gives to each type. All of it
        adds up to 1, or to 0 when no word has a type.
    by_type
        float32 array of shape (n_types,): what all words together give to each type.
    """

    terms: tuple[str, ...]
    scores: tuple[float | None, ...]
    shares: FloatArray
    by_type: FloatArray


class Describer:
    """Describes phrases by a masked language model and entity vectors over its vocabulary.

    What is said of a phrase alone is remembered for some thousand phrases. Calls from several
    threads are safe.

    Parameters
    ----------
    encoder, vectors
        The model, and what the words of its vocabulary vote for.
    window
        Words on either side of a phrase that the model reads.

    Attributes
    ----------
    types
        The labels that are voted on, with their sub-types: all but `UNTAGGED`.
    main_types
        Their main types, in alphabetical order.
    is_of_main
        float32 array of shape (n_main_types, n_types), 1 where a label is of a main type: products
        with it add the shares of sub-types up.
    """

    def __init__(
        self, encoder: Encoder, vectors: EntityVectors, *, window: int = CONTEXT_WORDS
    ) -> None:
        vocabulary = encoder.vocabulary
        self._encoder = encoder
        self._vectors = vectors
        self._window = window
        self._columns = [c for c, label in enumerate(vectors.labels) if label != UNTAGGED]
        self.types = tuple(vectors.labels[column] for column in self._columns)
        mains = [main_type(label) for label in self.types]
        self.main_types = tuple(sorted(set(mains)))
        belongs = [[main == name for main in mains] for name in self.main_types]
        self.is_of_main = np.array(belongs, dtype=np.float32).reshape(
            len(self.main_types), len(self.types)
        )
        self._is_descriptor = find_descriptors(vectors)
        # A word piece takes one of the places of the predicted words, and votes for nothing.
        self._shares = np.where(
            vocabulary.is_piece[:, None], np.float32(0), vectors.distributions[:, self._columns]
        )
        self._remembered: dict[str, Votes] = {}

    def context_votes(self, places: Sequence[Place]) -> list[Votes]:
        """Let the words vote that the model predicts in place of each phrase, masked as a whole.

        The model reads a few words on either side of the phrase. That is cheaper than whole
        sentences, and what lies further away says little about the phrase.

        Parameters
        ----------
        places
            Texts, each with the characters (start, end) of a phrase.
        """
        windows = [_window(text, span, self._window) for text, span in places]
        states = self._encoder.mask_states(
            [text for text, _ in windows], [(span,) for _, span in windows]
        )
        return self.predicted_votes(states.vectors)

    def phrase_votes(self, phrases: Sequence[str]) -> list[Votes]:
        """Let each phrase speak for itself.

        A single word that is known votes with its own entity vector. For any other phrase three
        sources count alike: the words that complete "X is a ...", the words nearest to the phrase's
        own vector, and the entity vector of its last word, where that is known.
        """
        keys = [self._key(phrase) for phrase in phrases]
        remembered = self._remembered  # another thread may begin a new one
        votes = {key: remembered[key] for key in keys if key in remembered}
        new = {key: phrase for key, phrase in zip(keys, phrases, strict=True) if key not in votes}
        votes |= (made := dict(zip(new, self._spoken(list(new.values())), strict=True)))
        if len(self._remembered) + len(made) > _CACHED_PHRASES:
            self._remembered = {}
        self._remembered.update(made)
        return [votes[key] for key in keys]

    def _key(self, phrase: str) -> str:
        """Return what phrases that the model cannot tell apart have in common."""
        folded = " ".join(phrase.split())
        return folded.lower() if self._encoder.vocabulary.lowercase else folded

    def _spoken(self, phrases: Sequence[str]) -> list[Votes]:
        """Put together what each phrase says of itself."""
        own = {phrase: self._own_word(phrase) for phrase in phrases}
        unread = [p for p in phrases if len(p.split()) > 1 or not own[p].by_type.any()]
        completing = dict(zip(unread, self._completing(unread), strict=True))
        nearest = dict(zip(unread, self._nearest(unread), strict=True))
        sources = (own, completing, nearest)
        return [_pool([votes[p] for votes in sources if p in votes]) for p in phrases]

    def _own_word(self, phrase: str) -> Votes:
        """Let a word vote with its own entity vector, in a longer phrase the last but numbers."""
        words = [word for word in phrase.split() if not word.isdecimal()] or [phrase]
        shares = self._vectors.look_up(words[-1])[self._columns]
        total = shares.sum()
        shares = shares / (total if total > 0 else 1)
        return Votes((words[-1],), (None,), shares[None], shares)

    def _completing(self, phrases: Sequence[str]) -> list[Votes]:
        """Let the words vote that complete "X is a ..."."""
        prompts = [f"{phrase} is a {self._encoder.mask_token}" for phrase in phrases]
        slots = [((len(p) - len(self._encoder.mask_token), len(p)),) for p in prompts]
        return self.predicted_votes(self._encoder.mask_states(prompts, slots).vectors)

    def _nearest(self, phrases: Sequence[str]) -> list[Votes]:
        """Let the words vote that have the highest logits for the vector of the phrase alone."""
        return self.predicted_votes(self._encoder.encode(phrases).vectors)

    def predicted_votes(self, vectors: FloatArray) -> list[Votes]:
        """Let the 20 descriptors vote that have the highest logits for each vector.

        A vote counts by how far its logit lies above the first one left out. The logits themselves
        are below 0 as a rule, and their exponentials would leave one word to decide.

        Parameters
        ----------
        vectors
            float32 array of shape (n, dim), from the head of the model.
        """
        rows, scores = top_k(
            vectors,
            self._encoder.output,
            _N_DESCRIPTORS + 1,
            bias=self._encoder.vocabulary.biases,
            allowed=self._is_descriptor,
        )
        lowest = np.where(rows >= 0, scores, np.inf).min(axis=1, keepdims=True)
        rows, scores = rows[:, :-1], scores[:, :-1]
        margins = np.where(rows >= 0, scores - lowest, 0).astype(np.float32)
        shares = margins[:, :, None] * self._shares[rows]
        totals = shares.sum(axis=(1, 2), keepdims=True)
        shares /= np.where(totals > 0, totals, 1)
        surface = self._encoder.vocabulary.surface
        return [
            Votes(tuple(map(surface, terms)), tuple(logits), *of_phrase)
            for terms, logits, *of_phrase in zip(
                rows.tolist(), scores.tolist(), shares, shares.sum(axis=1), strict=True
            )
        ]

    def by_type(self, votes: Sequence[Votes]) -> FloatArray:
        """Put together what each one's words give to each type: shape (n_votes, n_types)."""
        rows = np.array([v.by_type for v in votes], dtype=np.float32)
        return rows.reshape(len(votes), len(self.types))

    def rank_types(self, shares: FloatArray) -> list[tuple[Share, ...]]:
        """Name for each row of shares (n, n_types) the labels that have one, the largest first."""
        return _ranked(self.types, shares)

    def rank_main_types(self, shares: FloatArray) -> list[tuple[Share, ...]]:
        """Name for each row of shares (n, n_types) the main types that have one, largest first."""
        return _ranked(self.main_types, shares @ self.is_of_main.T)


def find_descriptors(vectors: EntityVectors) -> BoolArray:
    """Tell which terms may describe a phrase: bool array of shape (n_terms,).

    A descriptor is a word of at least two characters, one of them a letter, that is not glue: a
    seed without a type, or a term with one of the highest biases, likely anywhere, that is no seed.
    Word pieces are in it for the place that they take.
    """
    vocabulary = vectors.vocabulary
    is_word = np.array([len(s) > 1 and any(map(str.isalpha, s)) for s in vocabulary.surfaces])
    is_frequent = vocabulary.biases > np.quantile(vocabulary.biases, _GLUE_QUANTILE)
    is_glue = vectors.is_untyped | (is_frequent & ~vectors.is_seed)
    return np.asarray(
        ((is_word & ~is_glue) | vocabulary.is_piece) & ~vocabulary.is_special, dtype=np.bool_
    )


def _ranked(names: Sequence[str], shares: FloatArray) -> list[tuple[Share, ...]]:
    """Name for each row what has a share, the largest first, equal ones in the order given."""
    order = np.argsort(-shares, axis=1, kind="stable")
    ranked = np.take_along_axis(shares, order, axis=1)
    n_known = (shares > 0).sum(axis=1)
    return [
        tuple(zip((names[place] for place in places[:n]), values, strict=False))
        for places, values, n in zip(order.tolist(), ranked.tolist(), n_known.tolist(), strict=True)
    ]


def _window(text: str, span: tuple[int, int], n_words: int) -> Place:
    """Cut a text to some words on either side of a span; give it with the span's new place."""
    start, end = span
    before = [word.start() for word in _WORD.finditer(text, 0, start)]
    first = before[-n_words] if len(before) > n_words else 0
    after = [word.end() for word in islice(_WORD.finditer(text, end), n_words)]
    last = after[-1] if len(after) == n_words else len(text)
    return text[first:last], (start - first, end - first)


def _pool(parts: Sequence[Votes]) -> Votes:
    """Put the votes of several sources together, those that say something with equal weight."""
    speaking = [part for part in parts if part.by_type.any()] or parts[:1]
    share = np.float32(1 / len(speaking))
    return Votes(
        tuple(term for part in speaking for term in part.terms),
        tuple(score for part in speaking for score in part.scores),
        np.concatenate([part.shares for part in speaking]) * share,
        np.sum([part.by_type for part in speaking], axis=0) * share,
    )
