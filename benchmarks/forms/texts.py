"""Texts with a label, and triples extracted from sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .lines import Cell, FormError, Line, read_filled_lines, write_predictions

_TEXT_NAMES = ("text", "title", "description")


@dataclass(frozen=True)
class LabelledText:
    """A text, or a word, and its class."""

    text: str
    label: str


@dataclass(frozen=True)
class Extraction:
    """A relation and its arguments out of a sentence; the subject is the first argument."""

    sentence: str
    confidence: float
    relation: str
    arguments: tuple[str, ...]


def read_labelled_texts(path: Path, *, label: str = "label") -> list[LabelledText]:
    """Return the texts of a TSV file and their labels.

    A first row with a column named text, title or description is the header; all columns of these
    names make the text, and ``label`` names the column of the label. Without a header there are two
    columns, and the label is the one with fewer distinct values (the second, if equal).

    Raises
    ------
    FormError
        There is no such column, or a row has too few.
    """
    lines = list(read_filled_lines(path))
    rows = [line.columns("a text and a label", at_least=2) for line in lines]
    header = rows[0] if rows and any(name in rows[0] for name in _TEXT_NAMES) else []
    if header and label not in header:
        raise FormError(f"{path}:1: expected a column with the name {label}, found {header}")
    if header:
        texts = [column for column, name in enumerate(header) if name in _TEXT_NAMES]
        labels = header.index(label)
        lines, rows = lines[1:], rows[1:]
    else:
        labels = min((1, 0), key=lambda column: len({row[column] for row in rows}))
        texts = [1 - labels]
    return [_labelled(line, row, texts, labels) for line, row in zip(lines, rows, strict=True)]


def _labelled(line: Line, row: Sequence[str], texts: Sequence[int], label: int) -> LabelledText:
    if len(row) <= max(*texts, label):
        raise line.error("as many columns as the first line has")
    return LabelledText(" ".join(row[column] for column in texts), row[label])


def read_extractions(path: Path) -> Iterator[Extraction]:
    """Yield extractions: sentence, confidence, relation, arguments.

    Raises
    ------
    FormError
        A line has no relation, or a confidence that is not a number.
    """
    for line in read_filled_lines(path):
        columns = line.columns("sentence, confidence, relation and arguments", at_least=3)
        sentence, confidence, relation, *arguments = columns
        yield Extraction(sentence, line.number_in(confidence), relation, tuple(arguments))


def write_extractions(path: Path | None, extractions: Iterable[Extraction]) -> None:
    """Write extractions in the form that `read_extractions` reads."""
    write_predictions(path, map(_columns, extractions))


def _columns(extraction: Extraction) -> Sequence[Cell]:
    e = extraction
    return e.sentence, e.confidence, e.relation, *e.arguments
