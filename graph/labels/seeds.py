"""Seed labels: the types that persons gave to terms, and the list that comes with the package.

A label is a main type, as FOOD, or a main type and a sub-type with a dot between, as CHEMICAL.DRUG.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import ArtifactError, ParameterError

if TYPE_CHECKING:
    from ...engine.vocabulary import Vocabulary

UNTAGGED = "UNTAGGED"
"""The label of terms that were looked at and have no type."""

LABEL = re.compile(r"[A-Z][A-Z0-9_]*(\.[A-Z][A-Z0-9_]*)?")
"""The form of a label: a main type, or one with a sub-type behind a dot."""

LEAST_COVERAGE = 0.01
"""Share of a list's terms that a vocabulary must hold for the list to be for it."""

_SEEDS = Path(__file__).parent / "seed_labels.tsv"


def main_type(label: str) -> str:
    """Return the main type of a label.

    Examples
    --------
    >>> main_type("CHEMICAL.DRUG"), main_type("FOOD")
    ('CHEMICAL', 'FOOD')
    """
    return label.partition(".")[0]


def check_known(names: Iterable[str], labels: Iterable[str]) -> None:
    """Refuse names that are neither labels nor main types of labels.

    Raises
    ------
    ParameterError
        The message names the labels there are: those of the same main type, or all main types.
    """
    known = set(labels)
    mains = {main_type(label) for label in known}
    for name in sorted(set(names) - known - mains):
        main = main_type(name)
        within = {label for label in known if main_type(label) == main and label != main}
        there_are = ", ".join(sorted(within or mains))
        raise ParameterError(f"No label is called {name}; the labels are {there_are}.")


@dataclass(frozen=True)
class SeedLabels:
    """Terms that a person has given types.

    Attributes
    ----------
    labels
        The labels of each term, which is in lower case.
    source
        Where they were read, for messages.
    """

    labels: Mapping[str, tuple[str, ...]]
    source: str

    def __len__(self) -> int:
        """Count the terms."""
        return len(self.labels)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the terms and their labels, in hexadecimal."""
        lines = sorted(f"{term}\t{'/'.join(names)}" for term, names in self.labels.items())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every label in use, in alphabetical order."""
        return tuple(sorted({name for names in self.labels.values() for name in names}))

    @cached_property
    def untyped(self) -> frozenset[str]:
        """The terms that were looked at and have no type."""
        return frozenset(term for term, names in self.labels.items() if names == (UNTAGGED,))


def check_coverage(n_found: int, n_terms: int, source: str | Path) -> None:
    """Refuse a list of which less than 1 % is in a vocabulary.

    Raises
    ------
    ParameterError
        The message tells both numbers.
    """
    if n_found < LEAST_COVERAGE * n_terms:
        raise ParameterError(
            f"{source}: {n_found} of its {n_terms} terms are in the vocabulary, less than "
            f"{LEAST_COVERAGE:.0%}: the list is for another model; choose one in its language."
        )


def read_labels(
    path: str | Path | None = None, *, vocabulary: Vocabulary | None = None
) -> SeedLabels:
    """Read a list of seed labels: lines of a lower-case term, a tab, and its labels.

    Several labels are joined by a slash; empty lines and lines that begin with ``#`` are skipped.

    Parameters
    ----------
    path
        The list that comes with the package by default.
    vocabulary
        What the list is for; the one that comes with the package serves any that has its words.

    Raises
    ------
    ArtifactError
        If the file cannot be read, a line is not of that form, a term comes twice, or there is no
        term; the message names the line.
    ParameterError
        If less than 1 % of the terms are in the vocabulary.

    Examples
    --------
    >>> read_labels().labels["aspirin"]
    ('CHEMICAL.DRUG',)
    """
    source = Path(_SEEDS if path is None else path)
    try:
        lines = source.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactError(
            f"{source}: the seed labels cannot be read ({error}); give a text file in UTF-8."
        ) from error
    labels: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            term, names = _read_line(line, f"{source}, line {number}")
            if term in labels:
                raise ArtifactError(f"{source}, line {number}: {term!r} came before; keep one line")
            labels[term] = names
    if not labels:
        raise ArtifactError(f"{source}: no seed labels; give lines of a term, a tab and a label.")
    if path is not None and vocabulary is not None:
        is_word = ~vocabulary.is_piece & ~vocabulary.is_special
        words = {vocabulary.surface(row).lower() for row in is_word.nonzero()[0].tolist()}
        check_coverage(len(words & labels.keys()), len(labels), source)
    return SeedLabels(labels, str(source))


def _read_line(line: str, place: str) -> tuple[str, tuple[str, ...]]:
    """Split a line into a term and its labels."""
    term, tab, column = line.partition("\t")
    names = tuple(column.rstrip().split("/"))
    if not tab or not term.strip() or term != term.strip().lower():
        raise ArtifactError(f"{place}: {line!r} is not a lower-case term, a tab and a label")
    if len(set(names)) < len(names) or not all(map(LABEL.fullmatch, names)):
        raise ArtifactError(
            f"{place}: {column!r} are not labels; write upper-case names as FOOD or CHEMICAL.DRUG, "
            "joined by '/', each once"
        )
    return term, names
