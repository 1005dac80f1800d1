"""Linking fragments: the words that stand between two neighboring typed phrases, counted.

"X is used to treat Y" links two phrases by *is used to treat*. A fragment that links many pairs
says something of their types, and of what may stand on one side when the other is given.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from ..errors import ParameterError
from .descriptors import Share

MAX_WORDS = 6
"""Words of the longest fragment, if not told otherwise."""

MIN_SUPPORT = 3
"""How often a fragment has to occur, if not told otherwise."""

MAX_EXAMPLES = 5

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|\d+(?:[.,]\d+)*|[^\w\s]|_")
_SPACE = re.compile(r"\s+")
_NUMBER = "#"
_COPULAS = frozenset("is are was were be".split())
_SHORTEST = 3
_BREAKS = frozenset('( ) [ ] { } ; : . ? ! / = < > " “ ” _ | * %'.split())
_DETERMINERS = frozenset("a an the this that these those its their his her our some any".split())
_EMPTY = _DETERMINERS | frozenset(
    "about above across after against all along also among and another around as at before behind "
    "below beneath beside between beyond both but by down during each either every except for from "
    "in inside into near neither nor not of off on onto or other out outside over per respectively "
    "since than that through throughout to toward towards under until up upon versus via vs well "
    "when where which while who whom whose with within without".split()
)
"""Words that say nothing of what links two phrases: a fragment of these alone is none."""


@dataclass(frozen=True, slots=True)
class TypedPhrase:
    """A phrase of a sentence, ``sentence[start:end] == text``, with its main type."""

    start: int
    end: int
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class TypedSentence:
    """A sentence of a document with its typed phrases, in text order."""

    document: str
    text: str
    phrases: tuple[TypedPhrase, ...]


@dataclass(frozen=True, slots=True)
class LinkedPair:
    """Two neighboring typed phrases of a sentence; `link` is what stands between them."""

    sentence: TypedSentence
    left: TypedPhrase
    right: TypedPhrase

    @property
    def link(self) -> str:
        """The characters between the phrases."""
        return self.sentence.text[self.left.end : self.right.start]


@dataclass(frozen=True, slots=True)
class FragmentPlace:
    """Where a fragment stands: between two phrases of a sentence of a document."""

    document: str
    sentence: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """Words that link typed phrases.

    Attributes
    ----------
    text
        The words in lower case, numbers as ``#``, an article at the end cut.
    link
        The characters between two phrases as they stood most often, white space included.
    support, n_documents
        How often it occurred, and in how many documents.
    left_types, right_types
        The share of each main type among the phrases of a side, the largest first.
    lefts, rights
        The phrases of a side with how often they stood there, the most frequent first.
    examples
        Some of its places, the first ones.
    """

    text: str
    link: str
    support: int
    n_documents: int
    left_types: tuple[Share, ...]
    right_types: tuple[Share, ...]
    lefts: tuple[tuple[str, int], ...]
    rights: tuple[tuple[str, int], ...]
    examples: tuple[FragmentPlace, ...]


@dataclass(slots=True)
class _Count:
    """What has been seen of a fragment so far."""

    support: int = 0
    n_documents: int = 0
    last_document: str | None = None
    links: Counter[str] = field(default_factory=Counter)
    left_types: Counter[str] = field(default_factory=Counter)
    right_types: Counter[str] = field(default_factory=Counter)
    lefts: Counter[str] = field(default_factory=Counter)
    rights: Counter[str] = field(default_factory=Counter)
    examples: list[FragmentPlace] = field(default_factory=list)

    def add(self, pair: LinkedPair) -> None:
        """Count one place."""
        sentence, left, right = pair.sentence, pair.left, pair.right
        self.support += 1
        self.n_documents += sentence.document != self.last_document
        self.last_document = sentence.document
        self.links[_SPACE.sub(" ", pair.link)] += 1
        self.left_types[left.label] += 1
        self.right_types[right.label] += 1
        self.lefts[left.text] += 1
        self.rights[right.text] += 1
        if len(self.examples) < MAX_EXAMPLES:
            place = FragmentPlace(sentence.document, sentence.text, left.text, right.text)
            self.examples.append(place)

    def fragment(self, text: str) -> Fragment:
        """Return the fragment with all that was counted."""
        return Fragment(
            text=text,
            link=_ranked(self.links)[0][0],
            support=self.support,
            n_documents=self.n_documents,
            left_types=_shares(self.left_types),
            right_types=_shares(self.right_types),
            lefts=_ranked(self.lefts),
            rights=_ranked(self.rights),
            examples=tuple(self.examples),
        )


def normalize_fragment(link: str, *, max_words: int = MAX_WORDS) -> str:
    """Return the normal form of what stands between two phrases, "" where that links nothing.

    A fragment has at most `max_words` words, and one of three letters or more, or a copula, that is
    no article, preposition or conjunction. It has neither brackets nor a sign that ends a clause,
    and ends in no sign at all: that belongs to what follows.

    Examples
    --------
    >>> normalize_fragment(" is  used to treat the ")
    'is used to treat'
    >>> normalize_fragment(" rose 2.5 times in "), normalize_fragment(" and the ")
    ('rose # times in', '')
    """
    words = [word.lower() for word in _WORD.findall(link)]
    while words and words[-1] in _DETERMINERS:
        words.pop()
    n_words = sum(any(map(str.isalnum, word)) for word in words)
    if n_words > max_words or _BREAKS.intersection(words):
        return ""
    if not words or not words[-1][0].isalnum() or not any(map(_links, words)):
        return ""
    return " ".join(_NUMBER if word[0].isdecimal() else word for word in words)


def _links(word: str) -> bool:
    """Tell whether a word may say what links two phrases."""
    if word in _COPULAS:
        return True
    return word[0].isalpha() and len(word) >= _SHORTEST and word not in _EMPTY


def linked_pairs(
    sentences: Iterable[TypedSentence], *, max_words: int = MAX_WORDS
) -> Iterator[tuple[str, LinkedPair]]:
    """Yield every two neighboring typed phrases that a fragment links, with its normal form."""
    for sentence in sentences:
        for left, right in pairwise(sentence.phrases):
            pair = LinkedPair(sentence, left, right)
            if text := normalize_fragment(pair.link, max_words=max_words):
                yield text, pair


def collect_fragments(
    sentences: Iterable[TypedSentence],
    *,
    max_words: int = MAX_WORDS,
    min_support: int = MIN_SUPPORT,
) -> list[Fragment]:
    """Collect the fragments that link typed phrases, the most frequent first, ties by text.

    Parameters
    ----------
    sentences
        Read as a stream, those of one document in a row. Memory grows with the number of
        different fragments and of the phrases beside them.
    max_words
        Words of the longest fragment.
    min_support
        How often a fragment has to occur.

    Raises
    ------
    ParameterError
        If a number is below 1.
    """
    if max_words < 1 or min_support < 1:
        raise ParameterError(
            f"Got max_words={max_words} and min_support={min_support}; give at least 1 for each."
        )
    counts: dict[str, _Count] = {}
    for text, pair in linked_pairs(sentences, max_words=max_words):
        counts.setdefault(text, _Count()).add(pair)
    kept = [c.fragment(text) for text, c in counts.items() if c.support >= min_support]
    return sorted(kept, key=lambda fragment: (-fragment.support, fragment.text))


def _ranked(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Return what was counted, the most frequent first, ties by name."""
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _shares(counts: Counter[str]) -> tuple[Share, ...]:
    total = counts.total()
    return tuple((name, count / total) for name, count in _ranked(counts))
