from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from tailgraph.errors import ParameterError
from tailgraph.indexers.tail_rules import (
    BinRule,
    DensityRule,
    ZRule,
    counted_thresholds,
    z_first_bins,
)


def histogram(counts: dict[int, int]) -> npt.NDArray[np.int64]:
    """Lay out one row's counts by bin, named in hundredths."""
    result = np.zeros((1, 201), dtype=np.int64)
    for hundredths, count in counts.items():
        result[0, hundredths + 100] = count
    return result


@pytest.mark.parametrize(
    ("counts", "threshold"),
    [
        pytest.param({100: 1, 70: 9, 60: 9, 50: 20, 40: 99}, 50, id="first full bin"),
        pytest.param({100: 1, 70: 10, 60: 9, 50: 10, 40: 10}, 50, id="second of two tail bins"),
        pytest.param({100: 1, 70: 10, 60: 25}, 70, id="full bin after a tail bin"),
        pytest.param({100: 1, 70: 10, 30: 10}, 70, id="empty bins are passed over"),
        pytest.param({100: 20, 70: 3}, 100, id="full at once"),
        pytest.param({100: 1, 70: 19, 60: 3, -20: 20}, -20, id="below zero"),
        pytest.param({100: 1, 70: 19, 60: 3, -20: 19}, 0, id="never full"),
    ],
)
def test_tail_stops_at_the_first_full_bin(counts: dict[int, int], threshold: int) -> None:
    """Thresholds of histograms drawn by hand, for the limits 20 and 10."""
    thresholds, stopped = counted_thresholds(histogram(counts), (20, 10))
    assert thresholds.tolist() == [threshold]
    assert stopped.tolist() == [threshold != 0]


@pytest.mark.parametrize(
    ("counts", "first"),
    [
        pytest.param({100: 1, 60: 4, 50: 5, 0: 990}, 13, id="down to .0059 + 2 * .0605"),
        pytest.param({100: 1, 60: 4, 50: 60, 0: 935}, 51, id="a bin that is too full is left out"),
        pytest.param({100: 100, 0: 900}, 101, id="the highest bin is too full"),
        pytest.param({100: 1, 10: 1}, 101, id="no bin is so far from the mean"),
    ],
)
def test_z_takes_whole_bins_down_to_the_edge(counts: dict[int, int], first: int) -> None:
    """Lowest bins of histograms drawn by hand, for z = 2 and a share of 5 %."""
    assert z_first_bins(histogram(counts), ZRule()).tolist() == [first]


@pytest.mark.parametrize(
    ("n_rows", "limits"),
    [(30_000, (20, 10)), (90_000, (60, 30)), (6_000, (4, 2)), (10, (3, 2))],
)
def test_density_scales_the_counts(n_rows: int, limits: tuple[float, float]) -> None:
    """Counts are in proportion to the rows, and never below 3 and 2."""
    assert DensityRule().limits(n_rows) == pytest.approx(limits)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: BinRule(max_count=0), id="max_count"),
        pytest.param(lambda: DensityRule(tail_count=0), id="tail_count"),
        pytest.param(lambda: DensityRule(reference=0), id="reference"),
        pytest.param(lambda: ZRule(max_share=0), id="max_share"),
    ],
)
def test_rules_that_make_no_sense_are_refused(make: object) -> None:
    """Counts start at 1, and a share lies between 0 and 1."""
    assert callable(make)
    with pytest.raises(ParameterError):
        make()
