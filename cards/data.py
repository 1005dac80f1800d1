"""What a model card is measured on: held-out text, words with classes, mentions, graded pairs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..engine.corpus import Document, read_documents
from ..engine.decoding import read_blocks, split_lines
from ..engine.masked_types import Mention
from ..engine.sources import find_files
from ..errors import CorpusError

_MOST_CHARACTERS = 20_000_000
"""Held-out text is read up to the document that ends beyond this."""

_Numbered = tuple[str, list[str]]
"""Where a line stands, for messages, and its columns."""


@dataclass(frozen=True)
class GradedPair:
    """Two texts and how alike people find them."""

    first: str
    second: str
    grade: float


@dataclass(frozen=True)
class CardData:
    """What there is to measure a model on; what is empty is not measured.

    Attributes
    ----------
    documents
        Text that the model was not trained on.
    labels
        The class of each word.
    mentions
        Phrases of known type in their sentences.
    pairs
        Pairs of texts with grades.
    """

    documents: tuple[Document, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    pairs: tuple[GradedPair, ...] = ()

    @classmethod
    def read(
        cls,
        *,
        corpus: str | Path | None = None,
        labels: str | Path | None = None,
        mentions: str | Path | None = None,
        pairs: str | Path | None = None,
    ) -> CardData:
        """Read what is given; every file may end in ``.gz`` or ``.xz``.

        Parameters
        ----------
        corpus
            A source of documents, see `read_documents`; at most the first 20 million characters.
        labels, mentions, pairs
            See `read_word_classes`, `read_mentions` and `read_graded_pairs`.

        Raises
        ------
        CorpusError
            If a file is missing, unreadable, or in another form.
        """
        return cls(
            documents=() if corpus is None else tuple(_first_documents(corpus)),
            labels={} if labels is None else read_word_classes(labels),
            mentions=() if mentions is None else tuple(read_mentions(mentions)),
            pairs=() if pairs is None else tuple(read_graded_pairs(pairs)),
        )


def read_word_classes(path: str | Path) -> dict[str, str]:
    """Read a list of words: a line is a word, a tab and its class.

    Raises
    ------
    CorpusError
        If a line is not of that form, or there is none.
    """
    classes: dict[str, str] = {}
    for place, columns in _rows(path):
        if len(columns) != 2 or not all(columns):
            raise CorpusError(f"{place}: expected a word, a tab and its class, found {columns}")
        classes.setdefault(columns[0], columns[1])
    if not classes:
        raise CorpusError(f"{path}: no labeled words; give lines of a word, a tab and its class")
    return classes


def read_mentions(path: str | Path) -> list[Mention]:
    r"""Read the mentions of a file of tokens, each with a tab and ``B-TYPE``, ``I-TYPE`` or ``O``.

    A blank line ends a sentence. Tokens are joined by spaces.

    Raises
    ------
    CorpusError
        If a line is not of that form, or there is no mention.
    """
    mentions: list[Mention] = []
    tokens: list[str] = []
    tags: list[str] = []
    for place, columns in _rows(path, with_blank=True):
        if not any(columns):
            mentions += _mentions_of(tokens, tags)
            tokens, tags = [], []
        elif len(columns) < 2 or not (columns[-1] == "O" or columns[-1][:2] in ("B-", "I-")):
            raise CorpusError(
                f"{place}: expected a token, a tab and B-TYPE, I-TYPE or O, found {columns}"
            )
        else:
            tokens.append(columns[0])
            tags.append(columns[-1])
    mentions += _mentions_of(tokens, tags)
    if not mentions:
        raise CorpusError(f"{path}: no mention; some token has to have a tag such as B-Disease")
    return mentions


def read_graded_pairs(path: str | Path) -> list[GradedPair]:
    """Read pairs of texts with grades from columns between tabs.

    The first two columns without numbers are the texts; the grade is the column whose name in the
    first row has ``score`` in it, or else the last column of numbers. A first row without any
    number is the header.

    Raises
    ------
    CorpusError
        If there are no such columns, or a row breaks the pattern.
    """
    rows = list(_rows(path))
    header = [name.lower() for name in rows[0][1]] if rows else []
    has_header = not any(map(_is_number, header))
    rows = rows[1:] if has_header else rows
    width = min((len(columns) for _, columns in rows), default=0)
    n_numbers = [sum(_is_number(columns[c]) for _, columns in rows) for c in range(width)]
    texts = [c for c in range(width) if 2 * n_numbers[c] <= len(rows)]
    numbers = [c for c in range(width) if 2 * n_numbers[c] > len(rows)]
    named = [c for c in numbers if has_header and "score" in header[c]]
    if len(texts) < 2 or not numbers:
        raise CorpusError(f"{path}: expected two columns of text and one of numbers between tabs")
    grade = named[0] if named else numbers[-1]
    pairs = []
    for place, columns in rows:
        if not _is_number(columns[grade]):
            raise CorpusError(f"{place}: expected a number, found {columns[grade]!r}")
        pairs.append(GradedPair(columns[texts[0]], columns[texts[1]], float(columns[grade])))
    return pairs


def _first_documents(corpus: str | Path) -> Iterator[Document]:
    """Read the first documents of a source."""
    n_characters = 0
    for document in read_documents(corpus):
        yield document
        n_characters += len(document.text)
        if n_characters >= _MOST_CHARACTERS:
            return


def _rows(path: str | Path, *, with_blank: bool = False) -> Iterator[_Numbered]:
    """Yield the columns of each line of a file."""
    for file in find_files(path):
        number = 0
        for block in read_blocks(file):
            for line in split_lines(block):
                number += 1
                if with_blank or line.strip():
                    yield f"{file.label}, line {number}", line.strip("\n ").split("\t")


def _mentions_of(tokens: Sequence[str], tags: Sequence[str]) -> Iterator[Mention]:
    """Find the mentions of one sentence; an I without its B begins one."""
    text = " ".join(tokens)
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(token) + 1)
    place = 0
    while place < len(tags):
        first, place = place, place + 1
        if tags[first] == "O":
            continue
        name = tags[first][2:]
        while place < len(tags) and tags[place] == f"I-{name}":
            place += 1
        yield Mention(text, starts[first], starts[place] - 1, name)


def _is_number(text: str) -> bool:
    """Tell whether a column holds a finite number."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
