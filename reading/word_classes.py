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
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder
from ..engine.matmul import PackedMatrix
from ..engine.sentences import split_sentences
from ..engine.tokenizer import Span
from ..errors import ParameterError
from ..graph.labels.seeds import SeedLabels, read_labels
from .given_text import require_text
from .word_alone import OwnShares, Source, WordsAlone, to_one
from .word_shapes import find_names, split_words

if TYPE_CHECKING:
    from .reader import Reader

FloatArray = npt.NDArray[np.float32]
Share = tuple[str, float]
Place = tuple[str, Span]
"""A text, and the characters (start, end) of a word in it."""

_SEEDS = Path(__file__).parent / "word_class_seeds.tsv"
_FLOOR = np.float32(0.01)
"""Added to the shares of a place, so that it rules no class out."""
_CONTEXT_POWER = np.float32(0.5)
"""The context alone is right less often than the word alone."""
_N_EVIDENCE = 5
_BLOCK_SENTENCES = 64
_WINDOW = 10


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


class WordClassTagger:
    """Tells the classes of words by a masked language model and a list of words.

    Make one with `of`. Calls from several threads are safe.

    Attributes
    ----------
    classes
        The classes, in alphabetical order.
    encoder, seeds
        The model and the list.
    alone
        What says what is known of a word by itself.
    voters
        int64 array of shape (n_voters,): rows of the terms that are listed with a single class.
    """

    def __init__(self, encoder: Encoder, seeds: SeedLabels) -> None:
        self.encoder = encoder
        self.seeds = seeds
        self.classes = seeds.names
        self.alone = WordsAlone(encoder, seeds)
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

    # ---- the place of the word

    def place_vectors(self, places: Sequence[Place]) -> FloatArray:
        """Compute what the model expects in some places: float32 array of shape (n_places, dim)."""
        spans = [(span,) for _, span in places]
        return self.encoder.mask_states([text for text, _ in places], spans).vectors

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
        return to_one(np.exp(logits))

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
        given = [(text, span) for text, row in zip(texts, spans, strict=True) for span in row]
        places = [p for text, row in zip(texts, spans, strict=True) for p in find_places(text, row)]
        sentences = [[text[slice(*s)] for s in row] for text, row in zip(texts, spans, strict=True)]
        own = self.alone.read(
            [word for words in sentences for word in words],
            [is_name for words in sentences for is_name in find_names(words)],
        )
        asked = [place for place, known in zip(places, own, strict=True) if not known.is_certain]
        votes = iter(self.votes(self.place_vectors(asked)))
        for (text, span), known in zip(given, own, strict=True):
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


def find_places(text: str, spans: Sequence[Span]) -> list[Place]:
    """Cut a sentence, for each of its words, to the ten words on either side.

    Whole sentences tell no more, and take half as long again.

    Examples
    --------
    >>> find_places("It works.", [(0, 2), (3, 8), (8, 9)])[1]
    ('It works.', (3, 8))
    """
    places = []
    for number, (start, end) in enumerate(spans):
        first = spans[max(0, number - _WINDOW)][0]
        last = spans[min(len(spans) - 1, number + _WINDOW)][1]
        places.append((text[first:last], (start - first, end - first)))
    return places


def pool(own: FloatArray, context: FloatArray) -> FloatArray:
    """Put together what a word and its place say: own shares times the root of the context's.

    A class that the word cannot have stays out.

    Parameters
    ----------
    own, context
        float32 arrays of shape (..., n_classes).
    """
    return to_one(own * (context + _FLOOR) ** _CONTEXT_POWER)


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
