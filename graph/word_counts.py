"""In how many stored documents and sentences words stand: what an IDF is made of."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from ..engine.importance import find_words
from .store import GraphStore


@dataclass(frozen=True, slots=True)
class WordCount:
    """How often a word occurs in a knowledge base.

    Attributes
    ----------
    n_documents, n_sentences
        Documents and sentences that hold the word, in any case.
    document_idf, sentence_idf
        The logarithm of all documents (or sentences) by those that hold the word, 1 added to both:
        0 for a word that stands in all of them.
    """

    n_documents: int
    n_sentences: int
    document_idf: float
    sentence_idf: float


def count_words(store: GraphStore, words: Iterable[str]) -> dict[str, WordCount]:
    """Count the stored documents and sentences that hold each of some words.

    All stored sentences are read, which takes about a second for 50,000 of them.

    Returns
    -------
    The counts of each distinct word, by the word in lower case.
    """
    asked = {word.lower() for word in words}
    in_documents: Counter[str] = Counter()
    in_sentences: Counter[str] = Counter()
    n_documents = n_sentences = 0
    statement = (
        "SELECT s.document_id, n.text FROM sentence s JOIN node n ON n.id = s.node_id ORDER BY s.id"
    )
    for _, rows in groupby(store.database.stream(statement), key=itemgetter(0)):
        held: set[str] = set()
        for _, text in rows:
            here = _words(str(text)) & asked
            in_sentences.update(here)
            held |= here
            n_sentences += 1
        in_documents.update(held)
        n_documents += 1
    return {
        word: WordCount(
            in_documents[word],
            in_sentences[word],
            _idf(in_documents[word], n_documents),
            _idf(in_sentences[word], n_sentences),
        )
        for word in sorted(asked)
    }


def _words(text: str) -> set[str]:
    lower = text.lower()
    return {lower[start:end] for start, end in find_words(lower)}


def _idf(n_holding: int, n_all: int) -> float:
    return math.log((1 + n_all) / (1 + n_holding))
