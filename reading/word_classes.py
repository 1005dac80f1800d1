"""Coarse word classes of words in sentences, without a single tagged sentence.

A person names the classes of some words, once (`word_class_seeds.tsv`). A word that has one class
there has it everywhere. Any other word is read twice: by itself, from the words whose vectors are
near and from those that end alike; and by its place, which is masked, so that the words of the list
that the model expects there vote with their classes.

Words that stand in the same places are not told apart: singular and plural, or the tenses.

References
----------
A. Rajasekharan, "Swiss army knife for unsupervised task solving", 2021: parts of speech by labeled
clusters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder
from ..engine.importance import spell_words
from ..engine.matmul import PackedMatrix
from ..engine.sentences import split_sentences
from ..engine.tokenizer import Span
from ..errors import ParameterError
from ..graph.labels import EntityVectors, SeedLabels, propagate_labels, read_labels
from .given_text import require_text
from .word_shapes import Endings, class_by_rule, find_names, split_words

if TYPE_CHECKING:
    from .reader import Reader

FloatArray = npt.NDArray[np.float32]
Share = tuple[str, float]
Source = Literal["list", "sign", "vector", "pieces"]
"""What is known of a word by itself: it is listed, a sign or a number, a term, or pieces of terms.
"""

_SEEDS = Path(__file__).parent / "word_class_seeds.tsv"
_OPEN = ("ADJ", "ADV", "NOUN", "VERB")
_NAME = "NOUN"
_FLOOR = np.float32(0.01)
"""Added to shares that are only likely, so that none of them rules a class out."""
_CONTEXT_POWER = np.float32(0.5)
"""The context alone is right less often than the word alone."""
_N_EVIDENCE = 5
_BLOCK_SENTENCES = 64
_REACH = 1000
"""Characters on each side of a word that are read with it."""


@dataclass(frozen=True, slots=True)
class TaggedWord:
    """A word of a text with its class.

    Attributes
    ----------
    word, start, end
        The characters ``text[start:end]``.
    word_class
        The class with the largest share.
    source
        What is known of the word by itself.
    shares
        The share of each class, the largest first, word and context taken together.
    own, context
        The share of each class by the word itself, and by its place; no context where the word
        has one class anyway.
    evidence
        Listed words of that class that the model expects in this place, with the share of the
        context that each gives; none without a context.
    has_unknown
        The model has no pieces for a part of the word.
    """

    word: str
    start: int
    end: int
    word_class: str
    source: Source
    shares: tuple[Share, ...]
    own: tuple[Share, ...]
    context: tuple[Share, ...]
    evidence: tuple[Share, ...]
    has_unknown: bool


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
        return np.count_nonzero(self.shares) == 1


class WordClassTagger:
    """Tells the classes of words by a masked language model and a list of words.

    Make one with `of`. Calls from several threads are safe.

    Attributes
    ----------
    classes
        The classes, in alphabetical order.
    seeds
        The list.
    """

    def __init__(self, encoder: Encoder, seeds: SeedLabels) -> None:
        self.encoder = encoder
        self.seeds = seeds
        self.classes = seeds.names
        vocabulary = encoder.vocabulary
        is_word = ~vocabulary.is_piece & ~vocabulary.is_special
        names = [seeds.labels.get(surface.lower(), ()) for surface in vocabulary.surfaces]
        self.voters = np.array(
            [row for row in np.flatnonzero(is_word).tolist() if len(names[row]) == 1], np.int64
        )
        if not len(self.voters):
            raise ParameterError(
                f"None of the {len(seeds)} words of {seeds.source} is in the vocabulary of "
                f"{len(vocabulary)} terms; give a model of the language of the list."
            )
        self._voter_classes = np.array([self.classes.index(names[row][0]) for row in self.voters])
        self._voter_matrix = PackedMatrix.pack(vocabulary.vectors[self.voters])

    @classmethod
    def of(cls, encoder: Encoder, seeds: SeedLabels | None = None) -> WordClassTagger:
        """Make a tagger of a model and a list; the list that comes with the package by default.

        Raises
        ------
        ParameterError
            If no word of the list with a single class is in the vocabulary.
        """
        return cls(encoder, read_labels(_SEEDS) if seeds is None else seeds)

    # ---- the word by itself

    @cached_property
    def vectors(self) -> EntityVectors:
        """The list, spread over the vocabulary."""
        vocabulary = self.encoder.vocabulary
        found = {t: c for t, c in self.seeds.labels.items() if len(t) > 1 and t in vocabulary}
        return propagate_labels(vocabulary, SeedLabels(found, self.seeds.source))

    @cached_property
    def endings(self) -> Endings:
        """The classes of words that end alike, from the terms that can be of an open class."""
        vocabulary = self.encoder.vocabulary
        is_word = ~vocabulary.is_piece & ~vocabulary.is_special
        surfaces = [surface.lower() for surface in vocabulary.surfaces]
        rows = [
            row
            for row in np.flatnonzero(is_word).tolist()
            if surfaces[row].isalpha()
            and set(self.seeds.labels.get(surfaces[row], ())) <= set(_OPEN)
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

    def own_shares(self, words: Sequence[str], are_names: Sequence[bool]) -> list[OwnShares]:
        """Say what is known of each word by itself.

        Parameters
        ----------
        words
            The words.
        are_names
            For each word whether a capital marks it as a name: then half of what is not listed
            goes to NOUN.
        """
        spelled = spell_words(self.encoder, words)
        unknown = self.encoder.tokenizer.unknown_id
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
        listed = self.seeds.labels.get(lower) or self.seeds.labels.get(lower.rstrip("."))
        if listed:
            return self._equal(listed), "list"
        rule = class_by_rule(word)
        if rule is not None:
            # A run of one sign has the class of that sign.
            single = self.seeds.labels.get(word[0], ()) if len(set(word)) == 1 else ()
            return self._equal(single if len(single) == 1 else (rule,)), "sign"
        return self._likely(word, is_name, last_piece)

    def _likely(self, word: str, is_name: bool, last_piece: int) -> tuple[FloatArray, Source]:
        """Say what is likely of a word that is not listed."""
        source: Source
        near, source = self._aligned(self.vectors.look_up(word)), "vector"
        if not near.any():
            near, source = self._columns[last_piece], "pieces"
        shares = _to_one((near + _FLOOR) * (self.endings.look_up(word) + _FLOOR))
        return (shares + self._equal((_NAME,))) / 2 if is_name else shares, source

    def _equal(self, names: Sequence[str]) -> FloatArray:
        """Share 1 between some classes."""
        return _to_one(np.array([name in names for name in self.classes], dtype=np.float32))

    # ---- the place of the word

    def place_vectors(self, texts: Sequence[str], spans: Sequence[Span]) -> FloatArray:
        """Compute what the model expects in the place of each word: float32 (n_words, dim).

        Parameters
        ----------
        texts, spans
            For each word its text, and its characters (start, end) there.
        """
        cuts = [max(0, start - _REACH) for start, _ in spans]
        near = [
            text[cut : end + _REACH] for text, (_, end), cut in zip(texts, spans, cuts, strict=True)
        ]
        masks = [[(s - cut, e - cut)] for (s, e), cut in zip(spans, cuts, strict=True)]
        return self.encoder.mask_states(near, masks).vectors

    def votes(self, vectors: FloatArray) -> FloatArray:
        """Say how likely each voter is in some places, if it is one of them.

        Voters are the terms that are listed with a single class.

        Returns
        -------
        float32 array of shape (n_places, n_voters), rows that add up to 1.
        """
        logits = self._voter_matrix.product(vectors)
        logits += self.encoder.vocabulary.biases[self.voters]
        logits -= logits.max(axis=1, keepdims=True)
        return _to_one(np.exp(logits))

    def context_shares(self, votes: FloatArray) -> FloatArray:
        """Add up the votes for each class: float32 array of shape (n_places, n_classes)."""
        ballots = self._voter_classes[:, None] == np.arange(len(self.classes))
        return np.asarray(votes @ ballots.astype(np.float32), dtype=np.float32)

    # ---- both together

    def tag_words(self, sentences: Sequence[Sequence[str]]) -> list[list[TaggedWord]]:
        """Tag the words of sentences, which are read with a blank between any two.

        Raises
        ------
        ParameterError
            If a word is empty or blank.
        """
        texts, spans = [], []
        for number, words in enumerate(sentences):
            if not all(map(str.strip, words)):
                raise ParameterError(f"A word of sentence {number} is blank; leave it out.")
            ends = np.cumsum([len(word) + 1 for word in words]).tolist()
            texts.append(" ".join(words))
            spans.append([(e - 1 - len(w), e - 1) for w, e in zip(words, ends, strict=True)])
        return self.tag_spans(texts, spans)

    def tag_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> list[list[TaggedWord]]:
        """Tag the words of sentences.

        Parameters
        ----------
        texts
            The sentences.
        spans
            For each sentence the characters (start, end) of its words.
        """
        tagged: list[list[TaggedWord]] = []
        for first in range(0, len(texts), _BLOCK_SENTENCES):
            block = slice(first, first + _BLOCK_SENTENCES)
            words = self._tag_block(texts[block], spans[block])
            tagged += [list(islice(words, len(row))) for row in spans[block]]
        return tagged

    def _tag_block(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> Iterator[TaggedWord]:
        """Yield the words of a few sentences, with all places that are asked for in one batch."""
        places = [(text, span) for text, row in zip(texts, spans, strict=True) for span in row]
        sentences = [[text[slice(*s)] for s in row] for text, row in zip(texts, spans, strict=True)]
        own = self.own_shares(
            [word for words in sentences for word in words],
            [is_name for words in sentences for is_name in find_names(words)],
        )
        asked = [place for place, known in zip(places, own, strict=True) if not known.is_certain]
        votes = iter(self.votes(self.place_vectors(*_columns_of(asked))))
        for (text, span), known in zip(places, own, strict=True):
            yield self._tag(text, span, known, None if known.is_certain else next(votes))

    def _tag(self, text: str, span: Span, own: OwnShares, votes: FloatArray | None) -> TaggedWord:
        """Put together what is known of a word."""
        context = np.zeros_like(own.shares)
        shares = own.shares
        if votes is not None:
            context = self.context_shares(votes[None])[0]
            shares = pool(own.shares, context)
        best = int(shares.argmax())
        return TaggedWord(
            word=text[slice(*span)],
            start=span[0],
            end=span[1],
            word_class=self.classes[best],
            source=own.source,
            shares=self._ranked(shares),
            own=self._ranked(own.shares),
            context=self._ranked(context),
            evidence=() if votes is None else self._evidence(votes, best),
            has_unknown=own.has_unknown,
        )

    def _ranked(self, shares: FloatArray) -> tuple[Share, ...]:
        """Name what has a share, the largest first, equal ones in the order of the classes."""
        order = np.argsort(-shares, kind="stable").tolist()
        values = shares.tolist()
        return tuple((self.classes[place], values[place]) for place in order if values[place] > 0)

    def _evidence(self, votes: FloatArray, label: int) -> tuple[Share, ...]:
        """Name the voters that gave most to a class."""
        given = np.where(self._voter_classes == label, votes, 0)
        best = np.argsort(-given, kind="stable")[:_N_EVIDENCE].tolist()
        surface = self.encoder.vocabulary.surface
        return tuple((surface(int(self.voters[v])), float(given[v])) for v in best if given[v] > 0)


def pool(own: FloatArray, context: FloatArray) -> FloatArray:
    """Put together what a word and its place say: own shares times the root of the context's.

    A class that the word cannot have stays out.

    Parameters
    ----------
    own, context
        float32 arrays of shape (..., n_classes).
    """
    return _to_one(own * (context + _FLOOR) ** _CONTEXT_POWER)


def tag_text(reader: Reader, text: str) -> tuple[TaggedWord, ...]:
    """Tag the words of a text, sentence by sentence; see `WordClassTagger`.

    Raises
    ------
    ParameterError
        If the text is empty.
    """
    require_text(text)
    sentences = split_sentences(text)
    parts = [text[slice(*span)] for span in sentences]
    tagged = reader.word_tagger.tag_spans(parts, list(map(split_words, parts)))
    return tuple(
        replace(word, start=word.start + first, end=word.end + first)
        for (first, _), words in zip(sentences, tagged, strict=True)
        for word in words
    )


def _columns_of(places: Sequence[tuple[str, Span]]) -> tuple[list[str], list[Span]]:
    """Turn pairs into two lists."""
    return [text for text, _ in places], [span for _, span in places]


def _to_one(values: FloatArray) -> FloatArray:
    """Divide each row by its sum; a row of zeros stays."""
    total = values.sum(axis=-1, keepdims=True)
    return np.asarray(values / np.where(total > 0, total, 1), dtype=np.float32)
