"""V-measure against its definition by conditional entropies."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from tailgraph.benchmarks.measures.groupings import v_measure


def test_it_is_the_harmonic_mean_of_what_each_explains_of_the_other() -> None:
    """Entropies from the table of counts, written out."""
    random = np.random.default_rng(2)
    gold, found = random.integers(0, 3, 50), random.integers(0, 4, 50)
    table = np.zeros((3, 4))
    np.add.at(table, (gold, found), 1)
    shares = table / 50

    def left(rows: np.ndarray) -> float:
        """Return the entropy of the columns that is left when the row is known, as a share."""
        known = -sum(p * log(p / row.sum()) for row in rows for p in row if p)
        return 1 - known / -sum(p * log(p) for p in rows.sum(axis=0))

    completeness, homogeneity = left(shares), left(shares.T)
    expected = 2 * homogeneity * completeness / (homogeneity + completeness)
    assert v_measure(gold.tolist(), found.tolist()) == pytest.approx(expected)


def test_names_do_not_matter_and_a_single_group_says_nothing() -> None:
    """The same groups under other names score 1; one group of two kinds 0; one kind of one 1."""
    assert v_measure("aabbc", [7, 7, 1, 1, 3]) == pytest.approx(1)
    assert v_measure("aabb", "xxxx") == 0
    assert v_measure("aa", "xx") == 1
