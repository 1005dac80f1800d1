"""How well right items come before wrong ones when all are ordered by a score."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

DoubleArray = npt.NDArray[np.float64]


def average_precision(scores: DoubleArray, is_right: npt.NDArray[np.bool_]) -> float:
    """Return the mean precision at each right item; equal scores keep the order of the file.

    Examples
    --------
    >>> average_precision(np.array([0.9, 0.5, 0.1]), np.array([True, False, True]))
    0.8333333333333333
    """
    right = is_right[np.argsort(-scores, kind="stable")]
    places = np.flatnonzero(right) + 1
    return float(np.mean(np.arange(1, len(places) + 1) / places)) if len(places) else 0.0


def ndcg(ranked: npt.NDArray[np.int64], right: Collection[int], *, depth: int = 10) -> float:
    """Return the normalized discounted gain of the first items, each right one counting 1.

    Parameters
    ----------
    ranked
        int64 array of shape (n_items,), the best item first.
    right
        The items that are right.
    depth
        How many items are looked at.

    Examples
    --------
    >>> ndcg(np.array([7, 4, 9]), {7, 9, 1})
    0.7039180890341347
    """
    gains = 1 / np.log2(np.arange(2, depth + 2))
    is_right = np.isin(ranked[:depth], list(right))
    most = gains[: len(right)].sum()
    return float(gains[: len(is_right)][is_right].sum() / most) if len(right) else 0.0
