"""How well the scores of right items stand above those of wrong ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

DoubleArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def pairs_won(scores: DoubleArray, is_right: BoolArray) -> tuple[float, int]:
    """Count the pairs of a right and a wrong item in which the right one has the higher score.

    Equal scores count half.

    Returns
    -------
    The count, and how many such pairs there are.

    Examples
    --------
    >>> pairs_won(np.array([3.0, 1.0, 2.0]), np.array([True, True, False]))
    (1.0, 2)
    """
    n_right = int(is_right.sum())
    n_pairs = n_right * (len(scores) - n_right)
    won = float(rankdata(scores)[is_right].sum()) - n_right * (n_right + 1) / 2
    return won, n_pairs


def area_under_curve(scores: DoubleArray, is_right: BoolArray) -> float:
    """Return the share of such pairs, the area under the ROC curve; .5 where there are none.

    Examples
    --------
    >>> area_under_curve(np.array([3.0, 1.0, 2.0]), np.array([True, True, False]))
    0.5
    """
    won, n_pairs = pairs_won(scores, is_right)
    return won / n_pairs if n_pairs else 0.5
