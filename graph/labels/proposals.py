"""Which cluster to label next: the one whose label would cover most text that has none yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...engine.importance import find_words
from ..database import as_int
from ..store import GraphStore
from .entity_vectors import EntityVectors

_N_SUGGESTIONS = 3
_N_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A label that the neighbors of a cluster's members have, and its share among theirs."""

    label: str
    share: float


@dataclass(frozen=True, slots=True)
class CountedTerm:
    """A term and how often it stands in the noun phrases of the stored text."""

    term: str
    n_words: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A cluster that is worth labeling.

    Attributes
    ----------
    key
        The name of the cluster.
    n_words
        Words of stored noun phrases that its label would cover and that have none yet.
    share
        Their part of all such words that have no label.
    unlabeled
        The members without a label, the most frequent first.
    labeled
        The other members.
    suggestions
        The labels that the neighbors of the unlabeled members have, each member counted by its
        words, the largest share first.
    examples
        Sentences that hold the most frequent of the unlabeled members.
    """

    key: str
    n_words: int
    share: float
    unlabeled: tuple[CountedTerm, ...]
    labeled: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]
    examples: tuple[str, ...]


def propose_clusters(store: GraphStore, vectors: EntityVectors, *, k: int = 1) -> list[Proposal]:
    """Choose the clusters to label next, best first.

    The text that counts is that of the noun phrases, which is what labels are for: every word of a
    phrase as often as the phrase is mentioned. Each cluster after the first is chosen as if those
    before it were labeled. Clusters that would cover nothing are not proposed.

    Parameters
    ----------
    vectors
        The present labels, spread over the vocabulary of the knowledge base.
    k
        Clusters to choose.
    """
    counts = _count_phrase_words(store)
    surfaces = vectors.vocabulary.surfaces
    words = np.array([counts.get(surface.lower(), 0) for surface in surfaces], dtype=np.int64)
    is_open = ~(vectors.is_seed | vectors.vocabulary.is_piece | vectors.vocabulary.is_special)
    n_open = int(words[is_open].sum())
    keys, starts, members = _clusters(store)
    chosen = []
    for _ in range(min(k, len(keys))):
        gains = np.add.reduceat(np.where(is_open[members], words[members], 0), starts[:-1])
        best = int(gains.argmax())
        if gains[best] == 0:
            break
        rows = members[starts[best] : starts[best + 1]]
        chosen.append(_proposal(store, keys[best], rows, is_open, words, vectors, n_open))
        is_open[rows] = False
    return chosen


def _proposal(
    store: GraphStore,
    key: str,
    rows: npt.NDArray[np.int64],
    is_open: npt.NDArray[np.bool_],
    words: npt.NDArray[np.int64],
    vectors: EntityVectors,
    n_open: int,
) -> Proposal:
    """Describe a chosen cluster by its members."""
    surface = vectors.vocabulary.surface
    unlabeled = rows[is_open[rows]]
    unlabeled = unlabeled[np.argsort(-words[unlabeled], kind="stable")]
    shares = np.average(vectors.distributions[unlabeled], axis=0, weights=words[unlabeled])
    best = np.argsort(-shares, kind="stable")[:_N_SUGGESTIONS]
    named = [CountedTerm(surface(row), int(words[row])) for row in unlabeled.tolist()]
    n_words = int(words[unlabeled].sum())
    return Proposal(
        key=key,
        n_words=n_words,
        share=n_words / n_open,
        unlabeled=tuple(named),
        labeled=tuple(surface(row) for row in rows[~is_open[rows]].tolist()),
        suggestions=tuple(
            Suggestion(vectors.labels[column], float(shares[column]))
            for column in best.tolist()
            if shares[column] > 0
        ),
        examples=_examples(store, [member.term.lower() for member in named if member.n_words]),
    )


def _count_phrase_words(store: GraphStore) -> Mapping[str, int]:
    """Count the words of the noun phrases, each as often as its phrase is mentioned."""
    counts: Counter[str] = Counter()
    for key, n_mentions in store.database.stream("SELECT key, n_mentions FROM phrase"):
        text = str(key)
        for start, end in find_words(text):
            counts[text[start:end]] += as_int(n_mentions)
    return counts


def _clusters(
    store: GraphStore,
) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the keys of the clusters, where each one's members begin, and the members' rows."""
    keys = [str(row[0]) for row in store.database.rows("SELECT key FROM cluster ORDER BY id")]
    fields = np.dtype([("cluster", "i8"), ("node", "i8")])
    statement = "SELECT cluster_id, node_id FROM cluster_member ORDER BY cluster_id, position"
    rows = np.fromiter(store.database.stream(statement), fields)
    starts = np.searchsorted(rows["cluster"], np.arange(len(keys) + 1))
    return keys, starts, np.ascontiguousarray(rows["node"])


def _examples(store: GraphStore, words: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence for each of the first words, the first one that mentions it in a phrase."""
    statement = (
        "SELECT n.text FROM mention m JOIN sentence s ON s.id = m.sentence_id "
        "JOIN node n ON n.id = s.node_id JOIN phrase p ON p.id = m.phrase_id "
        "WHERE ' ' || p.key || ' ' LIKE ? ORDER BY m.sentence_id LIMIT 1"
    )
    found: dict[str, None] = {}
    for word in words[:_N_EXAMPLES]:
        for row in store.database.rows(statement, (f"% {word} %",)):
            found[str(row[0])] = None
    return tuple(found)
