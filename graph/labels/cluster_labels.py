"""Where the label of a cluster lies now: on the cluster that has most of the same members.

Clusters have no name that lasts. One that was labeled is remembered by its members, and its label
is carried to the present cluster that they overlap most. A label that fits no cluster is dormant:
it labels nothing, is listed, and takes hold again when a cluster fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ..clusters import cluster_signature
from ..database import as_int
from ..store import GraphStore
from .events import LabelEvent, remembered_members

LEAST_OVERLAP = 0.5
"""Members in both by members in either, below which a label is not carried."""

State = Literal["same", "carried", "dormant"]


@dataclass(frozen=True, slots=True)
class ClusterLabel:
    """The labels of a cluster, and where they lie now.

    Attributes
    ----------
    event
        The event that gave them.
    labels
        The labels.
    signature
        The hash of the members when it was labeled.
    members
        Those members.
    state
        ``same``: a cluster has just these members; ``carried``: it lies on another one;
        ``dormant``: none fits, or a later label lies on the one that does.
    key
        The name of the present cluster, "" where it is dormant.
    overlap
        Members in both by members in either: that of the best cluster, also where it is too low.
    terms
        The members of the present cluster.
    """

    event: int
    labels: tuple[str, ...]
    signature: str
    members: tuple[str, ...]
    state: State
    key: str
    overlap: float
    terms: tuple[str, ...]


def place_labels(store: GraphStore, given: Mapping[str, LabelEvent]) -> list[ClusterLabel]:
    """Find the present cluster of each labeled one, in order of the events.

    Parameters
    ----------
    given
        The event that decides each signature; those without labels are passed over.
    """
    labeled = sorted((e for e in given.values() if e.labels), key=lambda event: event.id)
    members = remembered_members(store, [event.target for event in labeled])
    best = {event.target: _best_cluster(store, members[event.target]) for event in labeled}
    holders = {
        cluster: event.id
        for event in labeled
        for cluster, overlap in [best[event.target]]
        if overlap >= LEAST_OVERLAP
    }
    now = _clusters(store, list(holders))
    placed = []
    for event in labeled:
        cluster, overlap = best[event.target]
        fits = holders.get(cluster) == event.id
        key, terms = now[cluster] if fits else ("", ())
        is_same = cluster_signature(terms) == event.target
        state: State = "dormant" if not fits else "same" if is_same else "carried"
        placed.append(
            ClusterLabel(
                event.id,
                event.labels,
                event.target,
                members[event.target],
                state,
                key,
                overlap,
                terms,
            )
        )
    return placed


def _best_cluster(store: GraphStore, members: Sequence[str]) -> tuple[int, float]:
    """Return the cluster with the greatest overlap and that overlap; -1 and 0 when none has any."""
    shared: dict[int, int] = {}
    statement = (
        "SELECT m.cluster_id, count(*) FROM node n JOIN cluster_member m ON m.node_id = n.id "
        "WHERE n.kind = 0 AND n.text IN (%s) GROUP BY m.cluster_id"
    )
    for cluster, n_shared in store.database.rows_in(statement, members):
        shared[as_int(cluster)] = shared.get(as_int(cluster), 0) + as_int(n_shared)
    statement = (
        "SELECT cluster_id, count(*) FROM cluster_member WHERE cluster_id IN (%s) GROUP BY 1"
    )
    overlaps = {
        as_int(cluster): shared[as_int(cluster)]
        / (len(members) + as_int(size) - shared[as_int(cluster)])
        for cluster, size in store.database.rows_in(statement, list(shared))
    }
    return max(overlaps.items(), key=lambda item: (item[1], -item[0]), default=(-1, 0.0))


def _clusters(store: GraphStore, ids: Sequence[int]) -> dict[int, tuple[str, tuple[str, ...]]]:
    """Return the key and the members of clusters by id."""
    keys = {
        as_int(cluster): str(key)
        for cluster, key in store.database.rows_in(
            "SELECT id, key FROM cluster WHERE id IN (%s)", ids
        )
    }
    members: dict[int, list[str]] = {cluster: [] for cluster in keys}
    statement = (
        "SELECT m.cluster_id, n.text FROM cluster_member m JOIN node n ON n.id = m.node_id "
        "WHERE m.cluster_id IN (%s) ORDER BY m.cluster_id, m.position"
    )
    for cluster, text in store.database.rows_in(statement, ids):
        members[as_int(cluster)].append(str(text))
    return {cluster: (key, tuple(members[cluster])) for cluster, key in keys.items()}
