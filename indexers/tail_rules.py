"""Rules that say where a row's tail of near neighbors ends, from its histogram of cosines.

Histograms have bins of .01; a bin is named by its cosine in hundredths, -100 to 100.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import ParameterError
from .cosines import N_BINS

IndexArray = npt.NDArray[np.int64]

ABOVE_ALL = 101
"""The bin above every cosine: a tail that begins there is empty."""


@dataclass(frozen=True, kw_only=True)
class BinRule:
    """End the tail where the bins of .01 fill up.

    Bins are visited from high to low cosine, the row itself included; empty bins are passed over.
    The scan stops at the first bin with at least `max_count` rows, or with at least `tail_count`
    when the bin before it had as many. The threshold is that bin, or the one before it if that
    had `tail_count` rows; members lie strictly above. A scan that never stops has threshold 0.

    Attributes
    ----------
    max_count, tail_count
        Rows in a bin, at least 1.
    null_floor
        Also ask that a member's cosine exceeds the null floor.
    seed
        Seed of the null floor's permutations.

    References
    ----------
    A. Rajasekharan, "Examining BERT's raw embeddings", 2019.
    """

    max_count: int = 20
    tail_count: int = 10
    null_floor: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        _check_counts(self.max_count, self.tail_count)

    def limits(self, n_rows: int) -> tuple[float, float]:
        """Return `max_count` and `tail_count` as they apply to any number of rows."""
        return self.max_count, self.tail_count


@dataclass(frozen=True, kw_only=True)
class DensityRule:
    """The scan of `BinRule` with counts in proportion to the number of rows.

    Twice the rows put twice as many into each bin, so fixed counts would end every tail sooner.
    The counts are those of `reference` rows, scaled, and never below 3 and 2: in a small set, a row
    and one near neighbor do not end the tail.

    Attributes
    ----------
    max_count, tail_count
        Rows in a bin among `reference` rows, at least 1.
    reference
        Number of rows that the counts are meant for, at least 1.
    null_floor
        Also ask that a member's cosine exceeds the null floor.
    seed
        Seed of the null floor's permutations.
    """

    max_count: int = 20
    tail_count: int = 10
    reference: int = 30_000
    null_floor: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        _check_counts(self.max_count, self.tail_count)
        if self.reference < 1:
            raise ParameterError(f"reference must be at least 1, got {self.reference}.")

    def limits(self, n_rows: int) -> tuple[float, float]:
        """Return `max_count` and `tail_count` as they apply to `n_rows` rows."""
        scale = n_rows / self.reference
        return max(3.0, self.max_count * scale), max(2.0, self.tail_count * scale)


@dataclass(frozen=True, kw_only=True)
class ZRule:
    """End the tail a number of standard deviations above the mean of the row's cosines.

    Mean and deviation are those of the cosines rounded to .01, the row itself included. Bins at or
    above mean + z * deviation are taken whole, from high to low, as long as the members are at
    most `max_share` of all rows (one is always allowed).

    Attributes
    ----------
    z
        Standard deviations above the mean.
    max_share
        Largest share of all rows that may be members, above 0 and at most 1.
    null_floor
        Also ask that a member's cosine exceeds the null floor.
    seed
        Seed of the null floor's permutations.

    References
    ----------
    A. Rajasekharan, "Unsupervised creation of interpretable sentence representations", 2020.
    """

    z: float = 2.0
    max_share: float = 0.05
    null_floor: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.max_share <= 1:
            raise ParameterError(f"max_share must be above 0 and at most 1, got {self.max_share}.")


TailRule = BinRule | DensityRule | ZRule


def counted_thresholds(
    counts: IndexArray, limits: tuple[float, float]
) -> tuple[IndexArray, npt.NDArray[np.bool_]]:
    """Scan histograms from high to low, as `BinRule` says.

    Parameters
    ----------
    counts
        int64 array of shape (n_rows, 201), column b for the cosine ``(b - 100) / 100``. Counts of
        bins below the one where the scan stops have no influence and may be missing.
    limits
        The largest count of any bin, and of two bins in a row.

    Returns
    -------
    thresholds
        int64 array of shape (n_rows,), in hundredths; members lie strictly above.
    stopped
        bool array of shape (n_rows,), False where no bin was full and the threshold is 0.
    """
    max_count, tail_count = limits
    falling = counts[:, ::-1].ravel()
    occupied = np.flatnonzero(falling)
    count, row, column = falling[occupied], occupied // N_BINS, occupied % N_BINS
    bins = N_BINS // 2 - column
    is_first = np.diff(row, prepend=-1) != 0
    before = np.where(is_first, 0, np.roll(count, 1))
    full = (count >= max_count) | ((count >= tail_count) & (before >= tail_count))
    full_at = np.flatnonzero(full)
    stopped_rows, first = np.unique(row[full_at], return_index=True)
    at = full_at[first]
    thresholds = np.zeros(len(counts), dtype=np.int64)
    thresholds[stopped_rows] = np.where(before[at] >= tail_count, bins[at - 1], bins[at])
    stopped = np.zeros(len(counts), dtype=np.bool_)
    stopped[stopped_rows] = True
    return thresholds, stopped


def z_first_bins(counts: IndexArray, rule: ZRule) -> IndexArray:
    """Find the lowest bin that a `ZRule` takes.

    Parameters
    ----------
    counts
        int64 array of shape (n_rows, 201), the row itself included; see `counted_thresholds`.

    Returns
    -------
    int64 array of shape (n_rows,), in hundredths; 101 where no bin is taken.
    """
    n = counts.sum(axis=1)
    bins = np.arange(N_BINS) - N_BINS // 2
    total, squares = counts @ bins, counts @ bins**2
    edge = (total + rule.z * np.sqrt(n * squares - total**2)) / n
    members = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1] - 1
    most = np.maximum(1, np.floor(rule.max_share * n))
    taken = (bins >= edge[:, None]) & (members <= most[:, None])
    return np.where(taken.any(axis=1), bins[taken.argmax(axis=1)], ABOVE_ALL)


def _check_counts(*counts: int) -> None:
    """Refuse counts that every bin reaches."""
    if min(counts) < 1:
        raise ParameterError(f"max_count and tail_count must be at least 1, got {counts}.")
