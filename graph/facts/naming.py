"""Canonical names for the arguments of facts: one for all spellings of a name and its initials.

A short form stands for what the text itself says that it does: "tumor necrosis factor (TNF)".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from ..schema import NodeKind
from ..store import GraphStore
from ..synonyms.abbreviations import find_abbreviations
from ..synonyms.canonical import Canonicalizer
from .typed_rows import read_names

Naming = Callable[[str, str], tuple[str, str]]
"""Gives the two arguments of a relation their canonical names."""


def stored_naming(store: GraphStore) -> Naming:
    """Return what names the arguments of the typed triples of a store."""
    sentences = store.database.stream(
        "SELECT text FROM node WHERE kind = ? ORDER BY id", (int(NodeKind.SENTENCE),)
    )
    return make_naming(read_names(store), (str(row[0]) for row in sentences))


def make_naming(arguments: Iterable[tuple[str, str]], sentences: Iterable[str]) -> Naming:
    """Return what names arguments, by all that there are and the sentences that explain them.

    Two arguments of one statement that would get one name keep each its own: the statement is about
    the two names then, as in "TNF is short for tumor necrosis factor".

    Examples
    --------
    >>> naming = make_naming(
    ...     [("TNF", "fever"), ("Tumor necrosis factors", "fever")],
    ...     ["Tumor necrosis factor (TNF) brings fever."],
    ... )
    >>> naming("TNF", "fevers")
    ('tumor necrosis factor', 'fever')
    >>> naming("TNF", "tumor necrosis factor")
    ('TNF', 'tumor necrosis factor')
    """
    counts = Counter(text for pair in arguments for text in pair)
    explained: Counter[tuple[str, str]] = Counter()
    for sentence in sentences:
        explained.update((found.short, found.long) for found in find_abbreviations(sentence))
    pairs = sorted(explained, key=lambda pair: (-explained[pair], pair))
    spellings = Canonicalizer.from_pairs([], counts=counts)
    names = Canonicalizer.from_pairs(pairs, counts=counts)

    def name(subject: str, object: str) -> tuple[str, str]:
        pair = names.canonical(subject), names.canonical(object)
        if pair[0] == pair[1]:
            return spellings.canonical(subject), spellings.canonical(object)
        return pair

    return name
