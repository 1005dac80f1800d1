"""The labels of every term, given and propagated, as rows: derived, and made anew when out of date.

They answer for any term whether a person gave a label or its neighbors suggest it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .. import schema
from ..database import Row, as_float
from ..store import GraphStore
from .layers import TermLabels

if TYPE_CHECKING:
    from .entity_vectors import EntityVectors

RULE = "propagation-2"
"""The version of `propagate_labels` with its defaults: raise it when either changes."""

PROPAGATED = "propagated"

_MANIFEST = "term_labels"
_N_PROPAGATED = 3


@dataclass(frozen=True, slots=True)
class TermLabel:
    """One label of a term.

    Attributes
    ----------
    term
        As the tokenizer spells it.
    label
        The label.
    source
        ``manual``, ``imported``, ``bundled`` or ``cluster`` where a person gave it, else
        ``propagated``.
    share
        Its part in the labels of that source: of propagated ones the three largest are kept.
    rule
        The version of the propagation, "" where a person gave the label.
    """

    term: str
    label: str
    source: str
    share: float
    rule: str


def is_current(store: GraphStore, fingerprint: str) -> bool:
    """Tell whether the stored rows were made of the labels with this fingerprint, by this rule."""
    return store.manifest().get(_MANIFEST) == _made_of(fingerprint)


def write_term_labels(
    store: GraphStore, given: Iterable[TermLabels], vectors: EntityVectors, fingerprint: str
) -> None:
    """Replace the stored labels of the terms, in one transaction.

    Parameters
    ----------
    given
        The labels that persons gave.
    vectors
        Those labels spread over the vocabulary of the knowledge base.
    fingerprint
        Of those labels.
    """
    with store.transaction():
        store.database.execute("DELETE FROM term_label")
        store.database.insert(schema.term_label, _given_rows(given, vectors))
        store.database.insert(schema.term_label, _propagated_rows(vectors))
        store.put_manifest({_MANIFEST: _made_of(fingerprint)})


def find_term_labels(
    store: GraphStore, *, term: str = "", label: str = "", source: str = "", limit: int = 50
) -> list[TermLabel]:
    """Return stored labels in the order of the vocabulary, given ones before propagated ones.

    Parameters
    ----------
    term, label, source
        Only those of this term in any case, with this label or a sub-type of it, from this source;
        all by default.
    """
    statement = (
        "SELECT n.text, t.label, t.source, t.share, t.rule FROM term_label t "
        "JOIN node n ON n.id = t.node_id WHERE ? IN ('', lower(n.text)) "
        "AND (? IN ('', t.label) OR t.label LIKE ? || '.%') AND ? IN ('', t.source) "
        "ORDER BY t.node_id, t.rule, t.share DESC, t.label LIMIT ?"
    )
    rows = store.database.rows(statement, (term.lower(), label, label, source, limit))
    return [
        TermLabel(str(text), str(name), str(origin), as_float(share), str(rule))
        for text, name, origin, share, rule in rows
    ]


def _made_of(fingerprint: str) -> dict[str, str]:
    return {"labels": fingerprint, "rule": RULE}


def _given_rows(given: Iterable[TermLabels], vectors: EntityVectors) -> Iterator[Row]:
    """Yield a row for each label of each whole word that a person labeled."""
    vocabulary = vectors.vocabulary
    rows_of: dict[str, list[int]] = {}
    for row in np.flatnonzero(~vocabulary.is_piece & ~vocabulary.is_special).tolist():
        rows_of.setdefault(vocabulary.surface(row).lower(), []).append(row)
    for entry in given:
        for row in rows_of.get(entry.term, ()):
            for label in entry.labels:
                yield row, entry.source, label, 1 / len(entry.labels), ""


def _propagated_rows(vectors: EntityVectors) -> Iterator[Row]:
    """Yield the largest propagated shares of each term, equal ones by name."""
    shares = vectors.propagated
    best = np.argsort(-shares, axis=1, kind="stable")[:, :_N_PROPAGATED]
    for row, columns in enumerate(best.tolist()):
        for column in columns:
            share = float(shares[row, column])
            if share > 0:
                yield row, PROPAGATED, vectors.labels[column], share, RULE
