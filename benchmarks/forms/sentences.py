"""Sentences of gold tokens: CoNLL-U trees, and words with BIO tags.

What is written has a line for each line that was read, so that it can be scored line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from .lines import Line, read_lines, write_lines

_FORM, _UPOS, _HEAD, _DEPREL = 1, 3, 6, 7
_BLANK = "_"


@dataclass(frozen=True)
class Tree:
    """One sentence of a treebank.

    Parameters
    ----------
    comments
        Its comment lines as they stand.
    rows
        The ten columns of each line as text, ranges (``1-2``) and empty nodes (``1.1``) included.
    """

    comments: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The syntactic words; all that follows is aligned with them."""
        return self._column(_FORM)

    @property
    def tags(self) -> tuple[str, ...]:
        """The universal part of speech of each word."""
        return self._column(_UPOS)

    @property
    def heads(self) -> tuple[int, ...]:
        """The number of each word's head: 0 for the root, -1 where the file does not tell."""
        return tuple(-1 if head == _BLANK else int(head) for head in self._column(_HEAD))

    @property
    def labels(self) -> tuple[str, ...]:
        """The relation of each word to its head."""
        return self._column(_DEPREL)

    def predicted(
        self,
        *,
        tags: Sequence[str] = (),
        heads: Sequence[int] = (),
        labels: Sequence[str] = (),
    ) -> Tree:
        """Return the same tokens with predicted columns; every gold column is blanked.

        What is given needs a value for each word; what is left out stays blank.
        """
        given = {_UPOS: tags, _HEAD: [str(head) for head in heads], _DEPREL: labels}
        n_words = len(self.words)
        if any(len(values) not in (0, n_words) for values in given.values()):
            counts = ", ".join(str(len(values)) for values in given.values())
            raise ValueError(f"expected a prediction for each of {n_words} words, got {counts}")
        rows = []
        n_done = 0
        for row in self.rows:
            cells = [*row[: _FORM + 1], *[_BLANK] * 8]
            if _is_word(row):
                for column, values in given.items():
                    cells[column] = values[n_done] if values else _BLANK
                n_done += 1
            rows.append(tuple(cells))
        return replace(self, rows=tuple(rows))

    def _column(self, column: int) -> tuple[str, ...]:
        return tuple(row[column] for row in self.rows if _is_word(row))


@dataclass(frozen=True)
class TaggedSentence:
    """The words of a sentence and the BIO tag of each; both are empty between two blank lines."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class TypedSpan:
    """The words from ``start`` up to ``stop`` and the type of what they name."""

    start: int
    stop: int
    type: str


def read_trees(path: Path) -> Iterator[Tree]:
    """Yield the sentences of a CoNLL-U file.

    Raises
    ------
    FormError
        A line has not ten columns, a word has no number, or a head is no word of the sentence.
    """
    for block in _blocks(path):
        comments = [line.text for line in block if line.text.startswith("#")]
        lines = [line for line in block if not line.text.startswith("#")]
        rows = [tuple(line.columns("the 10 columns of CoNLL-U", at_least=10)) for line in lines]
        n_words = sum(map(_is_word, rows))
        for line, row in zip(lines, rows, strict=True):
            _check_row(line, row, n_words)
        if rows:
            yield Tree(tuple(comments), tuple(rows))


def write_trees(path: Path | None, trees: Iterable[Tree]) -> None:
    """Write sentences as CoNLL-U."""
    write_lines(
        path,
        chain.from_iterable((*t.comments, *map("\t".join, t.rows), "") for t in trees),
    )


def read_tagged(path: Path) -> Iterator[TaggedSentence]:
    """Yield the sentences of a file of words and BIO tags, the first and the last column.

    Two blank lines in a row stand for a sentence of no words, so that every line is accounted for.

    Raises
    ------
    FormError
        A line has no tag, or one that is not O, B-type or I-type.
    """
    for block in _blocks(path):
        rows = [line.columns("a word and its BIO tag", at_least=2) for line in block]
        for line, row in zip(block, rows, strict=True):
            if row[-1] != "O" and (row[-1][:2] not in ("B-", "I-") or len(row[-1]) < 3):
                raise line.error("O, B-type or I-type in the last column")
        yield TaggedSentence(tuple(row[0] for row in rows), tuple(row[-1] for row in rows))


def write_tagged(path: Path | None, sentences: Iterable[TaggedSentence]) -> None:
    """Write words and tags between TABs, a blank line after each sentence."""
    lines = ((*map("\t".join, zip(s.words, s.tags, strict=True)), "") for s in sentences)
    write_lines(path, chain.from_iterable(lines))


def tag_spans(tags: Sequence[str]) -> list[TypedSpan]:
    """Return the spans that BIO tags mark; an I that continues nothing begins a span.

    Examples
    --------
    >>> tag_spans(["B-Drug", "I-Drug", "O", "I-Gene"])
    [TypedSpan(start=0, stop=2, type='Drug'), TypedSpan(start=3, stop=4, type='Gene')]
    """
    spans: list[TypedSpan] = []
    for i, tag in enumerate(tags):
        mark, _, kind = tag.partition("-")
        if mark == "I" and spans and spans[-1].stop == i and spans[-1].type == kind:
            spans[-1] = replace(spans[-1], stop=i + 1)
        elif mark != "O":
            spans.append(TypedSpan(i, i + 1, kind))
    return spans


def span_tags(n_words: int, spans: Iterable[TypedSpan]) -> tuple[str, ...]:
    """Return the BIO tags of spans that do not overlap.

    Examples
    --------
    >>> span_tags(3, [TypedSpan(1, 3, "Drug")])
    ('O', 'B-Drug', 'I-Drug')
    """
    tags = ["O"] * n_words
    for span in spans:
        if any(tag != "O" for tag in tags[span.start : span.stop]):
            raise ValueError(f"{span} overlaps another span")
        tags[span.start : span.stop] = [f"I-{span.type}"] * (span.stop - span.start)
        tags[span.start] = f"B-{span.type}"
    return tuple(tags)


def _blocks(path: Path) -> Iterator[list[Line]]:
    """Yield the lines before each blank line, and those that end the file."""
    block: list[Line] = []
    for line in read_lines(path):
        if line.is_blank:
            yield block
            block = []
        else:
            block.append(line)
    if block:
        yield block


def _is_word(row: Sequence[str]) -> bool:
    return row[0].isdigit()


def _check_row(line: Line, row: Sequence[str], n_words: int) -> None:
    if not row[0].replace("-", "", 1).replace(".", "", 1).isdigit():
        raise line.error("the number of a token in column 1")
    head = row[_HEAD]
    if _is_word(row) and head != _BLANK and not (head.isdigit() and int(head) <= n_words):
        raise line.error(f"a head from 0 to {n_words} in column 7")
