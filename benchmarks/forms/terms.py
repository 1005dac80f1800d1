"""Terms: hypernym queries, synonym sets and analogy questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .lines import read_filled_lines

_ID = re.compile(r"([A-Z]+:)?[A-Z]*\d[\w|+:.-]*")


@dataclass(frozen=True)
class HypernymQuery:
    """A term, what it is (``Concept`` or ``Entity``), and its hypernyms if the file tells them."""

    term: str
    kind: str
    hypernyms: tuple[str, ...]


@dataclass(frozen=True)
class SynonymSet:
    """Forms of one meaning; ``id`` is what the file calls it, or the number of its line."""

    id: str
    forms: tuple[str, ...]


@dataclass(frozen=True)
class Analogy:
    """``a`` is to ``b`` as ``c`` is to ``d``, out of a named section."""

    section: str
    a: str
    b: str
    c: str
    d: str


def read_hypernym_queries(path: Path) -> Iterator[HypernymQuery]:
    """Yield the queries of a SemEval-2018 task 9 list: term, kind, hypernyms.

    Raises
    ------
    FormError
        A line has no kind.
    """
    for line in read_filled_lines(path):
        term, kind, *hypernyms = line.columns("a term and its kind", at_least=2)
        yield HypernymQuery(term, kind, tuple(filter(None, map(str.strip, hypernyms))))


def read_synonym_sets(path: Path) -> list[SynonymSet]:
    """Return the synonym sets of a file, one a line.

    Before the forms may stand an id, or a class and an id: the columns up to one that holds an id
    (such as ``DOID:0014667`` or ``D003286``) in every line. Without any id, a third column
    of a file of pairs is the topic of the pair and not a form.

    Raises
    ------
    FormError
        A set has fewer than two forms.
    """
    lines = list(read_filled_lines(path))
    rows = [line.columns("two forms or more", at_least=2) for line in lines]
    n_before = next((c + 1 for c in (0, 1) if all(_ID.fullmatch(row[c]) for row in rows)), 0)
    is_pairs = not n_before and all(len(row) == 3 for row in rows)
    sets = []
    for line, row in zip(lines, rows, strict=True):
        forms = tuple(filter(None, row[n_before : 2 if is_pairs else None]))
        if len(forms) < 2:
            raise line.error("two forms or more")
        sets.append(SynonymSet(row[n_before - 1] if n_before else str(line.number), forms))
    return sets


def read_analogies(path: Path) -> Iterator[Analogy]:
    """Yield the questions of a file in the questions-words format, sections opened by ``: name``.

    Raises
    ------
    FormError
        A question has not four words.
    """
    section = ""
    for line in read_filled_lines(path):
        words = line.text.split()
        if words[0].startswith(":"):
            section = line.text.lstrip(": ").rstrip()
        elif len(words) != 4:
            raise line.error("the four words of a question")
        else:
            yield Analogy(section, *words)
