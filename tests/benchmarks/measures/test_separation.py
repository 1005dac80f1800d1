"""Pairs won, against every pair looked at."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.benchmarks.measures.separation import area_under_curve, pairs_won


def test_pairs_are_those_of_every_right_and_every_wrong_item() -> None:
    """Ties count half, as in the plain double loop."""
    random = np.random.default_rng(4)
    scores = random.integers(0, 5, 40).astype(np.float64)
    is_right = random.random(40) < 0.3
    right, wrong = scores[is_right], scores[~is_right]
    won = sum((a > b) + (a == b) / 2 for a in right for b in wrong)
    assert pairs_won(scores, is_right) == (pytest.approx(won), len(right) * len(wrong))
    assert area_under_curve(scores, is_right) == pytest.approx(won / len(right) / len(wrong))


def test_without_a_pair_there_is_no_preference() -> None:
    """Only right items: nothing to win."""
    assert area_under_curve(np.ones(3), np.ones(3, dtype=bool)) == 0.5
