"""The forms of synonym sets as queries and candidates, with what is right and what is near."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .lines import read_filled_lines
from .terms import SynonymSet


@dataclass(frozen=True)
class SynonymForms:
    """Forms, and for each of them the numbers of its synonyms.

    Attributes
    ----------
    forms
        Every different form, in order of first mention.
    right
        For each form the numbers of the others of its sets.
    """

    forms: tuple[str, ...]
    right: tuple[frozenset[int], ...]


def gather_forms(sets: Iterable[SynonymSet]) -> SynonymForms:
    """Collect the forms of sets; a form of several sets has the synonyms of all of them.

    Examples
    --------
    >>> gather_forms([SynonymSet("1", ("car", "auto")), SynonymSet("2", ("car", "wagon"))])
    ... # doctest: +NORMALIZE_WHITESPACE
    SynonymForms(forms=('car', 'auto', 'wagon'),
                 right=(frozenset({1, 2}), frozenset({0}), frozenset({0})))
    """
    sets = list(sets)
    numbers: dict[str, int] = {}
    for synonyms in sets:
        for form in synonyms.forms:
            numbers.setdefault(form, len(numbers))
    right: list[set[int]] = [set() for _ in numbers]
    for synonyms in sets:
        rows = {numbers[form] for form in synonyms.forms}
        for row in rows:
            right[row] |= rows - {row}
    return SynonymForms(tuple(numbers), tuple(map(frozenset, right)))


def read_siblings(path: Path, forms: Sequence[str]) -> tuple[frozenset[int], ...]:
    """Read from ``id TAB name TAB parent`` which forms have a parent in common with each form.

    Names are compared without case.

    Raises
    ------
    FormError
        A line has fewer than three columns.
    """
    numbers = {form.casefold(): row for row, form in enumerate(forms)}
    children: dict[str, set[int]] = {}
    for line in read_filled_lines(path):
        _, name, parent = line.columns("id, name, parent", at_least=3)[:3]
        if name.casefold() in numbers:
            children.setdefault(parent, set()).add(numbers[name.casefold()])
    siblings: list[set[int]] = [set() for _ in forms]
    for rows in children.values():
        for row in rows:
            siblings[row] |= rows - {row}
    return tuple(map(frozenset, siblings))
