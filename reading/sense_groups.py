"""Occurrences of a word in groups of one sense each, by the vectors at their masks.

What the model expects in the place of an occurrence does not know the word, only its context, so
occurrences in like contexts have like vectors. Cosines between contextual vectors have no fixed
scale; groups are found by what separates these vectors from each other, and their number is the
one that two halves of the occurrences agree on.

References
----------
T. Lange, V. Roth, M. Braun and J. Buhmann, "Stability-Based Validation of Clustering Solutions",
2004: the number of clusters is the one at which clusterings of two halves agree most.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from ..errors import ParameterError

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

FEW = 12
"""Occurrences below this number are grouped by the words that they share."""

_LEAST_SHARED = 0.25
_N_AXES = 10
_MOST = 6
_LEAST_AGREEMENT = 0.5
_AS_GOOD = 0.05
_N_SPLITS = 16
_N_STARTS = 4
_N_ROUNDS = 30


def group_vectors(vectors: FloatArray, n_groups: int | None = None, *, seed: int = 0) -> IntArray:
    """Group vectors at masks.

    The vectors are brought to length 1 and centered, so that what all occurrences have in common
    does not count, and again to length 1; their 10 principal axes go to k-means.

    Parameters
    ----------
    vectors
        float32 array of shape (n, dim).
    n_groups
        How many groups. By default up to 6: the number at which k-means on two random halves
        agrees most about all vectors, by the mean adjusted Rand index of 16 splits, or the largest
        that comes within 0.05 of it; one group where no number reaches 0.5.
    seed
        Seeds the splits and the starts.

    Returns
    -------
    int64 array of shape (n,): the group of each vector. Groups are numbered from 0, the largest
    first, equal ones in order of their first vector.

    Raises
    ------
    ParameterError
        If more groups are asked for than there are vectors, or fewer than 1.
    """
    if n_groups is not None and not 1 <= n_groups <= len(vectors):
        raise ParameterError(
            f"{n_groups} senses are asked for and there are {len(vectors)} occurrences; ask for at "
            "least 1 and no more than that."
        )
    random = np.random.default_rng(seed)
    points = _principal(_spread(vectors))
    wanted = _count_groups(points, random) if n_groups is None else n_groups
    return by_size(_nearest(points, _centers(points, wanted, random)))


def group_by_shared(words: Sequence[Sequence[int]]) -> IntArray:
    """Group a few occurrences that share words.

    Two groups are joined, the best two first, as long as a quarter of the pairs between them share
    a word or more. (Of the pairs of occurrences of one noun .41 to .47 share one of the 20 words
    that the embedded model expects most, of those of two nouns .08 to .11.)

    Parameters
    ----------
    words
        For each occurrence the words that describe it, by row of the vocabulary.

    Returns
    -------
    int64 array of shape (n,): groups as from `group_vectors`.

    Examples
    --------
    >>> group_by_shared([[1, 2], [3, 4], [2, 5], [5, 6]]).tolist()
    [0, 1, 0, 0]
    """
    sets = [set(row) for row in words]
    shares = np.array([[bool(one & other) for other in sets] for one in sets], dtype=np.float64)
    groups = [[number] for number in range(len(sets))]
    while len(groups) > 1:
        pairs = combinations(range(len(groups)), 2)
        of_pair = {(i, j): float(shares[np.ix_(groups[i], groups[j])].mean()) for i, j in pairs}
        (first, second), share = max(of_pair.items(), key=lambda item: item[1])
        if share < _LEAST_SHARED:
            break
        groups[first] += groups.pop(second)
    found = np.zeros(len(words), dtype=np.int64)
    for number, members in enumerate(groups):
        found[members] = number
    return by_size(found)


def by_size(groups: IntArray) -> IntArray:
    """Give groups new numbers: 0 to the largest, equal ones in order of their first member.

    Examples
    --------
    >>> by_size(np.array([4, 7, 7, 2])).tolist()
    [1, 0, 0, 2]
    """
    _, first, inverse, sizes = np.unique(
        groups, return_index=True, return_inverse=True, return_counts=True
    )
    ranks = np.empty(len(sizes), dtype=np.int64)
    ranks[np.lexsort((first, -sizes))] = np.arange(len(sizes))
    return ranks[inverse]


def adjusted_rand(first: IntArray, second: IntArray) -> float:
    """Compute how well two groupings agree: 1 for the same groups, 0 for chance.

    Two groupings of a single group each, or of groups of one member each, are the same.

    References
    ----------
    L. Hubert and P. Arabie, "Comparing partitions", 1985.

    Examples
    --------
    >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
    1.0
    """
    table = np.zeros((first.max() + 1, second.max() + 1), dtype=np.float64)
    np.add.at(table, (first, second), 1)
    together, in_first, in_second, pairs = (
        float((counts * (counts - 1)).sum() / 2)
        for counts in (table, table.sum(axis=1), table.sum(axis=0), table.sum())
    )
    expected = in_first * in_second / pairs if pairs else 0.0
    most = (in_first + in_second) / 2
    return (together - expected) / (most - expected) if most != expected else 1.0


def _spread(vectors: FloatArray) -> FloatArray:
    """Take the common direction out of vectors; all come to length 1, or 0 where nothing is left.

    What is left of equal vectors is rounding, which must not be blown up to length 1.
    """
    units = _unit(vectors, 0.0)
    return _unit(units - units.mean(axis=0), 1e-5)


def _unit(vectors: FloatArray, least: float) -> FloatArray:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    kept = norms > least
    return np.asarray(np.where(kept, vectors / np.where(kept, norms, 1), 0), dtype=np.float32)


def _principal(points: FloatArray) -> FloatArray:
    """Return the coordinates along the principal axes: shape (n, at most 10)."""
    centered = (points - points.mean(axis=0)).astype(np.float64)
    _, axes = np.linalg.eigh(centered.T @ centered)
    return np.asarray(centered @ axes[:, ::-1][:, :_N_AXES], dtype=np.float32)


def _count_groups(points: FloatArray, random: np.random.Generator) -> int:
    """Return the number of groups that two halves agree on most; see `group_vectors`."""
    candidates = range(2, min(_MOST, len(points) // 4) + 1)
    agreements = [_agreement(points, n_groups, random) for n_groups in candidates]
    if max(agreements, default=0.0) < _LEAST_AGREEMENT:
        return 1
    # Two well-parted groups of three are as stable as all three.
    good = max(agreements) - _AS_GOOD
    return max(n for n, agreed in zip(candidates, agreements, strict=True) if agreed >= good)


def _agreement(points: FloatArray, n_groups: int, random: np.random.Generator) -> float:
    """Compute how well groups found in one half and in the other agree about all points."""
    total = 0.0
    for _ in range(_N_SPLITS):
        order = random.permutation(len(points))
        halves = order[::2], order[1::2]
        first, second = (
            _nearest(points, _centers(points[half], n_groups, random)) for half in halves
        )
        total += adjusted_rand(first, second)
    return total / _N_SPLITS


def _centers(points: FloatArray, n_groups: int, random: np.random.Generator) -> FloatArray:
    """Find the centers of groups by k-means, the best of several starts: (n_groups, n_axes)."""
    best, least = points[:n_groups], np.inf
    for _ in range(_N_STARTS):
        centers = _first_centers(points, n_groups, random)
        for _ in range(_N_ROUNDS):
            moved = _move(points, centers)
            if np.array_equal(moved, centers):
                break
            centers = moved
        error = float(_distances(points, centers).min(axis=1).sum())
        if error < least:
            best, least = centers, error
    return best


def _first_centers(points: FloatArray, n_groups: int, random: np.random.Generator) -> FloatArray:
    """Choose points far from each other at random, the k-means++ way."""
    chosen = [int(random.integers(len(points)))]
    while len(chosen) < n_groups:
        far = _distances(points, points[chosen]).min(axis=1).astype(np.float64)
        far[chosen] = 0
        total = far.sum()
        chosen.append(int(random.choice(len(points), p=far / total if total > 0 else None)))
    return points[chosen]


def _move(points: FloatArray, centers: FloatArray) -> FloatArray:
    """Put each center into the middle of the points nearest to it; one without points stays."""
    is_in = (_nearest(points, centers) == np.arange(len(centers))[:, None]).astype(np.float32)
    counts = is_in.sum(axis=1, keepdims=True)
    moved = is_in @ points / np.maximum(counts, 1)
    return np.asarray(np.where(counts > 0, moved, centers), dtype=np.float32)


def _nearest(points: FloatArray, centers: FloatArray) -> IntArray:
    return np.asarray(_distances(points, centers).argmin(axis=1), dtype=np.int64)


def _distances(points: FloatArray, centers: FloatArray) -> FloatArray:
    """Compute squared distances: shape (n_points, n_centers)."""
    lengths = (points**2).sum(axis=1)[:, None] + (centers**2).sum(axis=1)
    return np.asarray(np.maximum(lengths - 2 * points @ centers.T, 0), dtype=np.float32)
