"""Relation sets: marked pairs in sentences, and abstracts with the ids of their mentions."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from .lines import FormError, Line, read_filled_lines, write_predictions

Span = tuple[int, int]
"""Where characters of a text begin and end."""

_MARKS = (("[[ ", " ]]"), ("<< ", " >>"))
_MARK_LENGTH = 3
_GENE_DISEASE = ("@GENE$", "@DISEASE$")
_PROTEINS = ("PROTEIN1", "PROTEIN2")
_HEADING = re.compile(r"([^|\t]+)\|([ta])\|(.*)")
_NO_ID = "-1"
NO_RELATION = "none"


@dataclass(frozen=True)
class RelationPair:
    """Two marked places of a text, and the relation between what stands there.

    A place is None where the file has lost its mark. ``id`` is the file's own, or the number of the
    pair.
    """

    id: str
    text: str
    first: Span | None
    second: Span | None
    label: str


@dataclass(frozen=True)
class Mention:
    """A place in an abstract, its type, and the ids of what it may name."""

    start: int
    stop: int
    text: str
    type: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Abstract:
    """An abstract with its mentions; ``relations`` holds the gold pairs, chemical before disease.

    Offsets count characters of ``text``, the title and the body with one blank between.
    """

    id: str
    text: str
    mentions: tuple[Mention, ...]
    relations: frozenset[tuple[str, str]]

    def pairs(self) -> list[tuple[str, str]]:
        """Return all pairs of a chemical's and a disease's id, in order of first mention."""
        chemicals, diseases = (self._ids(kind) for kind in ("Chemical", "Disease"))
        return [(chemical, disease) for chemical in chemicals for disease in diseases]

    def _ids(self, kind: str) -> list[str]:
        ids = (i for mention in self.mentions if mention.type == kind for i in mention.ids)
        return [i for i in dict.fromkeys(ids) if i != _NO_ID]


@dataclass(frozen=True)
class PredictedRelation:
    """The label and the score that a pair was given; ``ids`` say which pair."""

    ids: tuple[str, ...]
    label: str
    score: float


def is_pubtator(path: Path) -> bool:
    """Tell whether a file holds PubTator abstracts, by its first line."""
    line = next(read_filled_lines(path), None)
    return line is not None and _HEADING.fullmatch(line.text) is not None


def read_abstracts(path: Path) -> Iterator[Abstract]:
    """Yield the abstracts of a PubTator file.

    Raises
    ------
    FormError
        A line is no heading, mention or relation of the abstract that it stands in.
    """
    block: list[Line] = []
    for line in read_filled_lines(path):
        heading = _HEADING.fullmatch(line.text)
        if heading and heading[2] == "t" and block:
            yield _abstract(block)
            block = []
        block.append(line)
    if block:
        yield _abstract(block)


def _abstract(block: Sequence[Line]) -> Abstract:
    headings = [_HEADING.fullmatch(line.text) for line in block[:2]]
    if len(headings) < 2 or not all(headings):
        raise block[0].error("the lines id|t|title and id|a|abstract")
    parts = [heading.groups() for heading in headings if heading]
    mentions, relations = [], set()
    for line in block[2:]:
        columns = line.columns("a mention or a relation", at_least=4)
        if columns[0] != parts[0][0]:
            raise line.error(f"a line of abstract {parts[0][0]}")
        if columns[1].isdigit() and columns[2].isdigit() and len(columns) >= 6:
            ids = tuple(columns[5].split("|"))
            start, stop = int(columns[1]), int(columns[2])
            mentions.append(Mention(start, stop, columns[3], columns[4], ids))
        elif len(columns) == 4:
            relations.add((columns[2], columns[3]))
        else:
            raise line.error("a mention or a relation")
    text = f"{parts[0][2]} {parts[1][2]}"
    return Abstract(parts[0][0], text, tuple(mentions), frozenset(relations))


def read_relation_pairs(path: Path) -> Iterator[RelationPair]:
    """Yield the pairs of a file in one of four forms, told apart by its ending and first line.

    ``.jsonl`` with the first place in ``[[ ]]`` and the second in ``<< >>``; ``.csv`` with columns
    ``isValid`` and ``passage`` that holds PROTEIN1 and PROTEIN2; a TSV with columns ``e1_span`` and
    ``e2_span``; or text TAB label, the text with @GENE$ and @DISEASE$.

    Raises
    ------
    FormError
        A line is not in the form.
    """
    ending = path.with_suffix("").suffix if path.suffix in (".xz", ".gz") else path.suffix
    lines = read_filled_lines(path)
    if ending == ".jsonl":
        return map(_marked_pair, lines)
    header = next(lines, None)
    if header is None:
        raise FormError(f"{path}:1: expected pairs, found an empty file")
    if ending == ".csv":
        return _protein_pairs(header, lines)
    if "\te1_span\t" in header.text:
        return _offset_pairs(header, lines)
    return map(_gene_disease_pair, chain([header], lines))


def write_relations(path: Path | None, relations: Iterable[PredictedRelation]) -> None:
    """Write the ids of each pair with blanks between them, its label and its score."""
    write_predictions(path, ((" ".join(r.ids), r.label, r.score) for r in relations))


def _marked_pair(line: Line) -> RelationPair:
    """Take the marks out of a text, and remember where they stood."""
    try:
        record = json.loads(line.text)
        text, label = str(record["text"]), str(record["label"])
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise line.error("a JSON object with text and label") from error
    ends = []
    for opening, closing in _MARKS:
        start = text.find(opening)
        stop = text.find(closing, start)
        if min(start, stop) < 0:
            raise line.error(f"a text with {opening}and{closing}")
        ends += [start, stop]
    cuts = sorted(ends)
    pieces = zip([0, *(cut + _MARK_LENGTH for cut in cuts)], [*cuts, None], strict=True)
    plain = "".join(text[begin:end] for begin, end in pieces)
    a, b, c, d = (end - _MARK_LENGTH * cuts.index(end) for end in ends)
    return RelationPair(str(line.number), plain, (a, b), (c, d), label)


def _protein_pairs(header: Line, lines: Iterator[Line]) -> Iterator[RelationPair]:
    names = next(csv.reader([header.text]))
    if not {"isValid", "passage"} <= set(names):
        raise header.error("a CSV header with isValid and passage")
    for number, line in enumerate(lines, 1):
        row = dict(zip(names, next(csv.reader([line.text])), strict=False))
        if "passage" not in row:
            raise line.error(f"the columns {', '.join(names)}")
        text = row["passage"]
        first, second = (_place(text, name) for name in _PROTEINS)
        yield RelationPair(str(number), text, first, second, row["isValid"])


def _offset_pairs(header: Line, lines: Iterator[Line]) -> Iterator[RelationPair]:
    names = header.text.split("\t")
    for line in lines:
        columns = line.columns(f"the columns {', '.join(names)}", at_least=len(names))
        row = dict(zip(names, columns, strict=False))
        first, second = (_offsets(line, row[name]) for name in ("e1_span", "e2_span"))
        yield RelationPair(row["id"], row["sentence"], first, second, row["label"])


def _gene_disease_pair(line: Line) -> RelationPair:
    text, label = line.columns("a text and a label", at_least=2)[:2]
    first, second = (_place(text, name) for name in _GENE_DISEASE)
    return RelationPair(str(line.number), text, first, second, label)


def _place(text: str, mark: str) -> Span | None:
    start = text.find(mark)
    return None if start < 0 else (start, start + len(mark))


def _offsets(line: Line, text: str) -> Span:
    """Return the span of ``4-19`` or ``4-9;14-19``, whose ends are the last characters."""
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    if len(numbers) < 2:
        raise line.error("the offsets of a mention, such as 4-19")
    return numbers[0], numbers[-1] + 1
