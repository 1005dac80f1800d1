"""Pairs of texts with a grade, and pairs of words with a relation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .lines import FormError, Line, read_filled_lines

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_POS_MARK = re.compile(r"-[a-z]\Z")
_LABELS = {"True": True, "1": True, "hyper": True, "False": False, "0": False, "-1": False}


@dataclass(frozen=True)
class GradedPair:
    """Two texts and how alike people find them; the scale is the file's own."""

    first: str
    second: str
    score: float


@dataclass(frozen=True)
class WordPair:
    """Two words, whether the first is a kind of the second, and the relation if the file tells."""

    first: str
    second: str
    is_hypernym: bool
    relation: str


def read_graded_pairs(path: Path) -> list[GradedPair]:
    """Return the pairs of a file whose columns are found by what they hold.

    Columns stand between TABs, or between blanks where the file has no TAB. A first row without any
    number is the header. The texts are the first two columns that are not numbers; the score is the
    first column whose name says so, or else the last column of numbers. A pair with an empty score
    is passed over, as the scorer does.

    Raises
    ------
    FormError
        There are not two columns of text and one of numbers, or a row breaks the pattern.
    """
    lines = list(read_filled_lines(path))
    separator = "\t" if lines and "\t" in lines[0].text else None
    rows = [line.text.split(separator) for line in lines]
    header: list[str] = []
    if rows and not any(map(_NUMBER.fullmatch, rows[0])):
        header, rows, lines = rows[0], rows[1:], lines[1:]
    first, second, score = _graded_columns(path, header, rows)
    pairs = []
    for line, row in zip(lines, rows, strict=True):
        if len(row) <= max(first, second, score):
            raise line.error("two texts and a score")
        if row[score]:
            pairs.append(GradedPair(row[first], row[second], line.number_in(row[score])))
    return pairs


def _graded_columns(
    path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[int, int, int]:
    """Return which columns hold the first text, the second text and the score."""
    width = min(map(len, rows), default=0)
    counts = [sum(_NUMBER.fullmatch(row[c]) is not None for row in rows) for c in range(width)]
    is_number = [2 * count > len(rows) for count in counts]
    texts = [column for column in range(width) if not is_number[column]]
    named = [c for c, name in enumerate(header[:width]) if "score" in name.lower()]
    numbers = [column for column in range(width) if is_number[column]]
    if len(texts) < 2 or not numbers:
        raise FormError(f"{path}:1: expected two columns of text and one of numbers")
    return texts[0], texts[1], named[0] if named else numbers[-1]


def read_word_pairs(path: Path) -> list[WordPair]:
    """Return the word pairs of a file: word1, word2, label, and perhaps the relation.

    The columns are found by a header that begins with ``word1``; without one the third is the label
    and the fourth the relation. The mark of a part of speech (``tool-n``) is cut where every word
    has one, and an underscore stands for a blank.

    Raises
    ------
    FormError
        A row has too few columns, or a label that is not known.
    """
    lines = list(read_filled_lines(path))
    names = ["word1", "word2", "label", "relation"]
    if lines and lines[0].text.lower().startswith("word1\t"):
        names = lines.pop(0).text.lower().split("\t")
        if "label" not in names:
            raise FormError(f"{path}:1: expected a column with the name label, found {names}")
    rows = [
        dict(zip(names, line.columns("two words and a label", at_least=3), strict=False))
        for line in lines
    ]
    has_marks = all(_POS_MARK.search(row[name]) for row in rows for name in names[:2])
    return [
        WordPair(
            _word(row[names[0]], has_marks),
            _word(row[names[1]], has_marks),
            _is_hypernym(line, row["label"]),
            row.get("relation", ""),
        )
        for line, row in zip(lines, rows, strict=True)
    ]


def _word(text: str, has_mark: bool) -> str:
    return (_POS_MARK.sub("", text) if has_mark else text).replace("_", " ")


def _is_hypernym(line: Line, label: str) -> bool:
    if label not in _LABELS:
        raise line.error(f"a label out of {', '.join(_LABELS)}")
    return _LABELS[label]
