"""Which labels a term has: those of its own events, then the bundled ones, then its clusters'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .cluster_labels import ClusterLabel
from .events import LabelEvent
from .seeds import UNTAGGED

Origin = Literal["manual", "imported", "bundled", "cluster"]

_WORD_MARKS = "\u0120\u2581"
"""What tokenizers other than WordPiece put before a term that begins a word."""


@dataclass(frozen=True, slots=True)
class TermLabels:
    """The labels of a term that a person gave.

    Attributes
    ----------
    term
        In lower case.
    labels
        At least one.
    source
        ``manual`` or ``imported`` in this knowledge base, ``bundled`` with the package, or given to
        a ``cluster`` that holds the term.
    event
        The last event that gave them; None for a bundled one.
    """

    term: str
    labels: tuple[str, ...]
    source: Origin
    event: int | None = None


def lay_labels(
    bundled: Mapping[str, tuple[str, ...]],
    own: Mapping[str, LabelEvent],
    clusters: Sequence[ClusterLabel],
) -> list[TermLabels]:
    """Decide the labels of every term, in alphabetical order; those that have none are left out.

    Parameters
    ----------
    bundled
        The labels that come with the package.
    own
        The event that decides each term that has one; it may have taken the labels away.
    clusters
        The labels of clusters and where they lie now.
    """
    entries = _of_clusters(clusters)
    entries |= {term: TermLabels(term, names, "bundled") for term, names in bundled.items()}
    entries |= {term: TermLabels(term, e.labels, e.source, e.id) for term, e in own.items()}
    return [entry for _, entry in sorted(entries.items()) if entry.labels]


def _of_clusters(clusters: Sequence[ClusterLabel]) -> dict[str, TermLabels]:
    """Label the members of clusters; one in several of them has the labels of all."""
    entries: dict[str, TermLabels] = {}
    for cluster in clusters:
        for term in map(as_word, cluster.terms):
            before = entries[term].labels if term in entries else ()
            names = dict.fromkeys((*before, *cluster.labels))
            if len(names) > 1:
                names.pop(UNTAGGED, None)
            entries[term] = TermLabels(term, tuple(names), "cluster", cluster.event)
    return entries


def as_word(text: str) -> str:
    """Return a term as labels know it: in lower case, without a tokenizer's mark of a new word.

    >>> as_word(" EGFR "), as_word("\u0120cell")
    ('egfr', 'cell')
    """
    return text.strip().lstrip(_WORD_MARKS).lower()
