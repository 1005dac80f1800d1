"""Treebank sentences as spaCy documents: groups to train on, and parses of gold words.

Sentences are trained on as they will be parsed: alone or a few neighbors together, their
boundaries given.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import cast

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.vocab import Vocab
from thinc.types import Ints2d

from .treebank_words import TreebankSentence

_BATCH = 64
_MAX_TRAINED = 4  # words of further sentences are beyond what a network of a few layers sees
_CLOSING = frozenset({".", "!", "?"})


def make_example(
    vocab: Vocab,
    sentences: Sequence[TreebankSentence],
    *,
    norms: Sequence[int] = (),
    with_boundaries: bool = True,
) -> Example:
    """Pair the bare words of neighboring sentences with what is known of them.

    Parameters
    ----------
    vocab
        The vocabulary of the pipeline.
    sentences
        Neighbors in their order.
    norms
        For each word the hash that stands for its normal form, 0 where it stands for itself.
    with_boundaries
        Whether the bare words tell where sentences start, or leave that to the parser.
    """
    words, spaces = _words(sentences), _spaces(sentences)
    starts = np.cumsum([0, *(len(sentence.words) for sentence in sentences)]).tolist()
    annotated = Doc(
        vocab,
        words=words,
        spaces=spaces,
        tags=_join(sentence.xpos for sentence in sentences),
        pos=_join(sentence.upos for sentence in sentences),
        lemmas=_join(sentence.lemmas for sentence in sentences),
        heads=[
            start + head
            for start, sentence in zip(starts, sentences, strict=False)
            for head in sentence.heads
        ],
        deps=_join(
            ("ROOT" if dep == "root" else dep for dep in sentence.deps) for sentence in sentences
        ),
    )
    plain = Doc(vocab, words=words, spaces=spaces)
    if with_boundaries:
        plain = _bounded(plain, starts[:-1])
    if any(norms):
        plain = plain.from_array(["NORM"], cast("Ints2d", np.array(norms, dtype=np.uint64)))
    return Example(plain, annotated)


def group_sentences(
    document: Sequence[TreebankSentence], *, single_share: float, draw: random.Random
) -> Iterator[tuple[TreebankSentence, ...]]:
    """Cut a document into single sentences and groups of two to four neighbors, at random.

    Parameters
    ----------
    document
        Sentences in their order.
    single_share
        What part of all sentences stands alone, as expected for long documents.
    draw
        Where the random numbers come from.
    """
    mean_length = (2 + _MAX_TRAINED) / 2
    alone = mean_length * single_share / (1 + (mean_length - 1) * single_share)
    rest = iter(document)
    while group := tuple(
        islice(rest, 1 if draw.random() < alone else draw.randint(2, _MAX_TRAINED))
    ):
        yield group


def without_closing(sentence: TreebankSentence) -> TreebankSentence:
    """Drop the mark that closes a sentence, as in headings, notes and messages."""
    last = len(sentence.words) - 1
    if last < 1 or sentence.words[last] not in _CLOSING or last in sentence.heads:
        return sentence
    return TreebankSentence(
        sentence.words[:last],
        sentence.spaces[:last],
        sentence.upos[:last],
        sentence.xpos[:last],
        sentence.lemmas[:last],
        sentence.heads[:last],
        sentence.deps[:last],
    )


def without_masked_lemmas(sentence: TreebankSentence) -> TreebankSentence:
    """Forget lemmas whose digits were masked by the treebank, such as ``bmp0`` for *BMP2*."""
    return replace(
        sentence,
        lemmas=tuple(
            "" if _is_masked(word, lemma) else lemma
            for word, lemma in zip(sentence.words, sentence.lemmas, strict=True)
        ),
    )


def in_lower_case(sentence: TreebankSentence) -> TreebankSentence:
    """Write a sentence without capitals, as in messages."""
    return replace(sentence, words=tuple(word.lower() for word in sentence.words))


def parse_words(
    pipeline: Language, sentences: Iterable[Sequence[str]], *, with_boundaries: bool = True
) -> Iterator[TreebankSentence]:
    """Parse sentences whose words are given, each a document of its own.

    Parameters
    ----------
    pipeline
        Any spaCy pipeline with a parser.
    sentences
        The words of each.
    with_boundaries
        Whether the pipeline is told, as `Parser` tells it, that each is one sentence; if not, it
        may find several.

    Yields
    ------
    TreebankSentence
        What the pipeline found, with every tag, lemma, head and label predicted.
    """
    docs = (Doc(pipeline.vocab, words=list(words)) for words in sentences)
    if with_boundaries:
        docs = (_bounded(doc, [0] if len(doc) else []) for doc in docs)
    return map(_read, pipeline.pipe(docs, batch_size=_BATCH))


def _is_masked(word: str, lemma: str) -> bool:
    """Tell whether every digit of a lemma is a zero while the word has others."""
    digits, others = set(filter(str.isdigit, lemma)), set(filter(str.isdigit, word))
    return digits == {"0"} != others


def _read(doc: Doc) -> TreebankSentence:
    heads = tuple(token.head.i for token in doc)
    return TreebankSentence(
        words=tuple(token.text for token in doc),
        spaces=tuple(bool(token.whitespace_) for token in doc),
        upos=tuple(token.pos_ for token in doc),
        xpos=tuple(token.tag_ for token in doc),
        lemmas=tuple(token.lemma_ for token in doc),
        heads=heads,
        deps=tuple(
            "root" if head == place else doc[place].dep_ or "dep"
            for place, head in enumerate(heads)
        ),
    )


def _bounded(doc: Doc, starts: Sequence[int]) -> Doc:
    """Mark where sentences start, and that none starts elsewhere."""
    boundaries: npt.NDArray[np.int64] = np.full((len(doc), 1), -1, dtype=np.int64)
    boundaries[list(starts)] = 1
    return doc.from_array(["SENT_START"], cast("Ints2d", boundaries.astype(np.uint64)))


def _words(sentences: Sequence[TreebankSentence]) -> list[str]:
    return _join(sentence.words for sentence in sentences)


def _spaces(sentences: Sequence[TreebankSentence]) -> list[bool]:
    """Say after which words a space stands; one stands between two sentences."""
    return [
        space or place == len(sentence.words) - 1
        for sentence in sentences
        for place, space in enumerate(sentence.spaces)
    ]


def _join(columns: Iterable[Iterable[str]]) -> list[str]:
    return list(chain.from_iterable(columns))
