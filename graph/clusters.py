"""Tails to overlapping clusters, each with a pivot: the member nearest to all the others."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..engine.vocabulary import Vocabulary

if TYPE_CHECKING:
    from ..indexers.tails import Tails


@dataclass(frozen=True)
class Cluster:
    """A set of rows that stands around a pivot.

    Parameters
    ----------
    key
        The pivot's name, or ``pivot++seed`` when an earlier cluster has the same pivot.
    seed
        Row whose tail this is.
    pivot
        Row with the highest mean cosine to the other members.
    members
        Rows, the seed's nearest first.
    strength
        Mean cosine of the pivot to the other members.
    deviation
        Population standard deviation of those cosines.
    """

    key: str
    seed: int
    pivot: int
    members: tuple[int, ...]
    strength: float
    deviation: float


@dataclass(frozen=True)
class Clustering:
    """The clusters in order of their seeds, and how many seeds stayed alone or with nothing."""

    clusters: tuple[Cluster, ...]
    n_singletons: int
    n_empty: int


def cluster_tails(
    tails: Tails,
    vectors: npt.NDArray[np.float32],
    names: Sequence[str],
    *,
    eligible: npt.NDArray[np.bool_] | None = None,
) -> Clustering:
    """Gather rows into overlapping clusters, greedily in row order.

    A row seeds a cluster if it is eligible and in no earlier seed's tail; every member of its tail
    then counts as picked, so it never seeds again, but it may be a member or the pivot of later
    clusters. Only eligible rows stay in the cluster: two or more make one.

    Parameters
    ----------
    tails
        The tail of each row, the row itself left out.
    vectors
        float32 array of shape (n_rows, dim), unit rows.
    names
        The text of each row, for the clusters' keys.
    eligible
        bool array of shape (n_rows,); all rows when left out. See `whole_words`.

    References
    ----------
    A. Rajasekharan, "Examining BERT's raw embeddings", 2019 (the adaptive clusters of its code).
    """
    keep = np.ones(len(names), bool) if eligible is None else eligible
    picked = np.zeros(len(names), bool)
    pivots: set[int] = set()
    clusters: list[Cluster] = []
    n_singletons = n_empty = 0
    for seed in range(len(names)):
        if picked[seed] or not keep[seed]:
            continue
        members = np.concatenate(([seed], tails.row(seed)[0]))
        picked[members] = True
        members = members[keep[members]]
        if len(members) >= 2:
            clusters.append(_cluster(seed, members, vectors, names, pivots))
        elif len(members) == 1:
            n_singletons += 1
        else:
            n_empty += 1
    return Clustering(tuple(clusters), n_singletons, n_empty)


def _cluster(
    seed: int,
    members: npt.NDArray[np.int64],
    vectors: npt.NDArray[np.float32],
    names: Sequence[str],
    pivots: set[int],
) -> Cluster:
    rows = vectors[members].astype(np.float64)
    cosines = rows @ rows.T
    others = len(members) - 1
    means = (cosines.sum(axis=1) - cosines.diagonal()) / others
    best = int(np.argmax(means))
    pivot = int(members[best])
    key = names[pivot] if pivot not in pivots else f"{names[pivot]}++{names[seed]}"
    pivots.add(pivot)
    deviation = float(np.delete(cosines[best], best).std())
    return Cluster(key, seed, pivot, tuple(members.tolist()), float(means[best]), deviation)


def whole_words(vocabulary: Vocabulary, *, shortest: int = 3) -> npt.NDArray[np.bool_]:
    """Return which terms may be in a cluster: no word pieces, specials, or terms below a length."""
    surfaces = (vocabulary.surface(row) for row in range(len(vocabulary)))
    long_enough = np.fromiter((len(s) >= shortest for s in surfaces), bool, len(vocabulary))
    bracket = np.fromiter(
        (term.startswith("[") for term in vocabulary.terms), bool, len(vocabulary)
    )
    words: npt.NDArray[np.bool_] = (
        long_enough & ~bracket & ~vocabulary.is_piece & ~vocabulary.is_special
    )
    return words


def cluster_signature(names: Sequence[str]) -> str:
    """Return a short hash of a cluster's members that does not depend on their order.

    >>> cluster_signature(["liver", "kidney"]) == cluster_signature(["kidney", "liver"])
    True
    """
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()[:16]
