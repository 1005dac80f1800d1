"""Measures of a ranking, against precision and gains written out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tailgraph.benchmarks.measures.ranking import average_precision, ndcg


def test_average_precision_is_the_mean_over_right_items() -> None:
    """By hand: right at places 1, 3 and 4; equal scores keep the order of the file."""
    scores = np.array([0.1, 0.9, 0.5, 0.5, 0.2])
    is_right = np.array([False, True, False, True, True])
    assert average_precision(scores, is_right) == pytest.approx((1 / 1 + 2 / 3 + 3 / 4) / 3)
    assert average_precision(scores, np.zeros(5, dtype=np.bool_)) == 0


def test_ndcg_is_the_gain_by_the_best_possible() -> None:
    """By hand: right at places 2 and 3 of the first three, with four right in all."""
    gain = 1 / math.log2(3) + 1 / math.log2(4)
    most = sum(1 / math.log2(place + 1) for place in (1, 2, 3))
    found = ndcg(np.array([8, 1, 2, 3]), {1, 2, 3, 4}, depth=3)
    assert found == pytest.approx(gain / most)
    assert ndcg(np.array([1, 2]), {1, 2}) == pytest.approx(1)
    assert ndcg(np.array([1, 2]), set()) == 0
