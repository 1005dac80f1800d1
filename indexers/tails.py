"""Neighbor tails: for each row of a matrix, the rows that stand out of its cosine distribution.

Most cosines of a row lie in one hill. To its right runs a thin tail of a few rows per bin of .01:
the near neighbors. Where the tail ends differs from row to row, so the graph that tails make is
directed. The rules in `tail_rules` say where: `BinRule` for a vocabulary of about 30,000 terms,
`DensityRule` for any number of rows, `ZRule` for a cut at a number of standard deviations.

A tail is no proof of likeness: random vectors have tails too. `null_floor` tells which cosines
arise without any likeness, and a rule may ask that members exceed it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from ..engine.matmul import PackedMatrix
from ..errors import ParameterError
from .cosines import N_BINS, BinArray, UnitRows, check_vectors, count_bins
from .tail_rules import (
    ABOVE_ALL,
    BinRule,
    DensityRule,
    TailRule,
    ZRule,
    counted_thresholds,
    z_first_bins,
)

__all__ = [
    "BinRule",
    "DensityRule",
    "TailRule",
    "Tails",
    "ZRule",
    "cosine_histogram",
    "neighbor_tails",
    "null_floor",
]

FloatArray = npt.NDArray[np.float32]
IndexArray = npt.NDArray[np.int64]

_Pairs = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], FloatArray]
"""Row, column and float32 product of pairs of rows, three arrays of one length."""

_BLOCK_ELEMENTS = 1 << 21
"""Cosines held at one time where whole rows are needed."""

_SAMPLE_RANK = 8
_PAIRS_PER_COUNT = 8
"""A row's search goes down to its 8th highest cosine in a sample of all rows, taken so large that
about 8 * max_count of all rows lie above: three times as many as most scans visit."""

_WORKERS = 2
"""Threads over blocks: one lists pairs while the other multiplies."""

_DEFAULT_RULE = BinRule()


@dataclass(frozen=True, eq=False)
class Tails:
    """The tails of all rows, one after another (compressed sparse rows).

    Attributes
    ----------
    indptr
        int64 array of shape (n_rows + 1,); row i's members lie at ``indptr[i]:indptr[i + 1]``.
    indices
        int32 array of shape (n_edges,), row numbers of the members, the row itself excluded.
    cosines
        float32 array of shape (n_edges,), falling along each row; equal ones by row number.
    thresholds
        float32 array of shape (n_rows,). Cosines of members, rounded to .01, are above it (for a
        `ZRule` also at it). Never below the floor. A zero vector has 1.01 and no members.
    floor
        The null floor; cosines of members are above it. -1.0 when the rule asks for none.
    rule
        The rule that ended the tails.
    """

    indptr: IndexArray
    indices: npt.NDArray[np.int32]
    cosines: FloatArray
    thresholds: FloatArray
    floor: float
    rule: TailRule

    def __len__(self) -> int:
        return len(self.thresholds)

    @property
    def lengths(self) -> IndexArray:
        """int64 array of shape (n_rows,), the number of members of each tail."""
        return np.diff(self.indptr)

    def row(self, index: int) -> tuple[npt.NDArray[np.int32], FloatArray]:
        """Return the members of one tail, nearest first, and their cosines."""
        members = slice(self.indptr[index], self.indptr[index + 1])
        return self.indices[members], self.cosines[members]


def neighbor_tails(
    vectors: npt.ArrayLike,
    *,
    rule: TailRule = _DEFAULT_RULE,
    progress: Callable[[int], None] | None = None,
) -> Tails:
    """Find the tail of every row, in one pass over blocks of products.

    The result is that of cosines computed in float64. Memory grows with the number of rows, a few
    times that of the vectors and the result; the n_rows x n_rows cosines never exist together.

    Parameters
    ----------
    vectors
        float32 array of shape (n_rows, dim). A zero row has no tail and is in none.
    rule
        Where tails end.
    progress
        Called with the number of rows done since the last call.

    Raises
    ------
    ShapeError
        If `vectors` has not two axes.
    ParameterError
        If a vector holds NaN or infinity.

    Examples
    --------
    >>> vectors = np.array([[3, 1], [3, 1.2], [-1, 3]], dtype=np.float32)
    >>> tails = neighbor_tails(vectors)
    >>> [tails.row(i)[0].tolist() for i in range(3)]
    [[1], [0, 2], [1]]
    """
    array = check_vectors(vectors)
    kept = np.flatnonzero(array.any(axis=1))
    unit = UnitRows(array if len(kept) == len(array) else array[kept])
    floor = null_floor(array, seed=rule.seed) if rule.null_floor else -1.0
    blocks = _z_blocks(unit, rule) if isinstance(rule, ZRule) else _counted_blocks(unit, rule)
    n_members = np.zeros(len(array), dtype=np.int64)
    thresholds = np.full(len(array), ABOVE_ALL / 100.0, dtype=np.float32)
    indices, cosines = [np.empty(0, np.int32)], [np.empty(0, np.float32)]
    for block in blocks:
        left, right, members_cosines = _ordered_members(unit, block, floor)
        rows = kept[block.rows]
        n_members[rows] = np.bincount(left - block.rows[0], minlength=len(rows))
        thresholds[rows] = np.maximum(block.thresholds / 100.0, floor)
        indices.append(kept[right].astype(np.int32))
        cosines.append(members_cosines)
        if progress is not None:
            progress(len(rows))
    if progress is not None and len(kept) < len(array):
        progress(len(array) - len(kept))
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(n_members)])
    return Tails(indptr, np.concatenate(indices), np.concatenate(cosines), thresholds, floor, rule)


def null_floor(
    vectors: npt.ArrayLike, *, quantile: float = 0.999, seed: int = 0, n_samples: int = 2000
) -> float:
    """Return the cosine that unrelated rows rarely exceed.

    The rows' directions are taken apart: each column is permuted over the rows on its own. This
    keeps the distribution of each coordinate, and so the mean direction that all rows share, and
    destroys everything that made two rows alike.

    Parameters
    ----------
    vectors
        float32 array of shape (n_rows, dim). Zero rows are left out.
    quantile
        Share of the permuted pairs that lie below the floor, 0 to 1.
    seed
        Seed of the sample and of the permutations.
    n_samples
        Rows drawn; all pairs of them are compared.

    Returns
    -------
    The floor; -1.0 when there are not two rows to compare.

    Raises
    ------
    ShapeError
        If `vectors` has not two axes.
    ParameterError
        If `quantile` or `n_samples` is outside its range, or a vector holds NaN or infinity.
    """
    if not 0 <= quantile <= 1 or n_samples < 2:
        raise ParameterError(
            f"Got quantile={quantile} and n_samples={n_samples}; the quantile lies between 0 and "
            "1, and two samples are the fewest."
        )
    array = check_vectors(vectors)
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(array.any(axis=1))
    if len(rows) > n_samples:
        rows = np.sort(rng.choice(rows, n_samples, replace=False))
    permuted = UnitRows(rng.permuted(UnitRows(array[rows]).directions, axis=0))
    if len(permuted) < 2:
        return -1.0
    unit = permuted.vectors / permuted.lengths[:, None]
    cosines = (unit @ unit.T)[np.triu_indices(len(unit), 1)]
    return float(np.float32(np.quantile(cosines, quantile)))


def cosine_histogram(vectors: npt.ArrayLike, rows: npt.ArrayLike | None = None) -> IndexArray:
    """Count for each row the cosines to all rows, itself included, in bins of .01.

    Parameters
    ----------
    vectors
        float32 array of shape (n_rows, dim). Cosines with a zero row count as 0.
    rows
        int64 array of shape (n_chosen,), the rows to count for; all rows by default.

    Returns
    -------
    int64 array of shape (n_chosen, 201): column b counts the cosines that round to
    ``(b - 100) / 100``, computed in float64.

    Raises
    ------
    ShapeError
        If `vectors` has not two axes.
    ParameterError
        If a vector holds NaN or infinity.
    """
    unit = UnitRows(check_vectors(vectors))
    chosen = np.arange(len(unit)) if rows is None else np.asarray(rows, dtype=np.int64)
    histograms = [np.empty((0, N_BINS), dtype=np.int64)]
    for few in _in_blocks(chosen, len(unit)):
        histograms.append(_count_rows(unit.all_bins(few)))
    return np.concatenate(histograms)


@dataclass(frozen=True, eq=False)
class _Block:
    """The members of consecutive rows, in any order, the rows themselves among them."""

    rows: IndexArray
    thresholds: IndexArray
    left: IndexArray
    right: IndexArray


def _counted_blocks(unit: UnitRows, rule: BinRule | DensityRule) -> Iterator[_Block]:
    """Scan the bins of each row, from its highest cosines down."""
    limits = rule.limits(len(unit))
    lowest = _lowest_bins(unit, limits[0])
    for rows, pairs in _pairs_from(unit, lowest):
        thresholds, stopped, left, right = _scan_pairs(unit, rows, pairs, lowest[rows], limits)
        lefts, rights = [left], [right]
        for few in _in_blocks(rows[~stopped], len(unit)):
            bins = unit.all_bins(few)
            whole, _ = counted_thresholds(_count_rows(bins), limits)
            thresholds[few - rows[0]] = whole
            position, right = np.nonzero(bins > whole[:, None])
            lefts.append(few[position])
            rights.append(right)
        yield _Block(rows, thresholds, np.concatenate(lefts), np.concatenate(rights))


def _z_blocks(unit: UnitRows, rule: ZRule) -> Iterator[_Block]:
    """Take the bins above each row's mean and deviations."""
    for rows in _in_blocks(np.arange(len(unit)), len(unit)):
        bins = unit.all_bins(rows)
        first = z_first_bins(_count_rows(bins), rule)
        position, right = np.nonzero(bins >= first[:, None])
        yield _Block(rows, first, rows[position], right)


def _lowest_bins(unit: UnitRows, max_count: float) -> IndexArray:
    """Choose for each row the lowest bin to look at; `ABOVE_ALL` says that a choice is no help."""
    lowest = np.full(len(unit), ABOVE_ALL, dtype=np.int64)
    stride = max(1, round(_PAIRS_PER_COUNT * max_count / _SAMPLE_RANK))
    sample = PackedMatrix.pack(unit.directions[::stride])
    if sample.n_rows < 8 * _SAMPLE_RANK:
        return lowest
    for rows in _in_blocks(np.arange(len(unit)), sample.n_rows):
        products = sample.product(unit.directions[rows])
        kth = np.partition(products, -_SAMPLE_RANK, axis=1)[:, -_SAMPLE_RANK]
        bins = np.floor(100.0 * kth)
        n_above = np.count_nonzero(products >= ((bins - 0.5) / 100.0)[:, None], axis=1)
        lowest[rows] = np.where(n_above <= 8 * _SAMPLE_RANK, bins, ABOVE_ALL)
    return lowest


def _pairs_from(unit: UnitRows, lowest: IndexArray) -> Iterator[tuple[IndexArray, _Pairs]]:
    """Find the pairs of each row in its lowest bin and above, by panels of rows.

    A product serves both of its rows, so only panels on the diagonal and right of it are
    multiplied; what belongs to later rows waits. Rows of the pairs count from the panel's first.
    """
    cuts = ((lowest - 0.5) / 100.0 - unit.error).astype(np.float32)
    waiting: list[list[_Pairs]] = [[] for _ in unit.panels]
    with ThreadPoolExecutor(_WORKERS) as workers:
        for i, (upper, _) in enumerate(unit.panels):
            tile = partial(_tile_pairs, unit.directions[upper], upper, cuts)
            tiles = workers.map(tile, *zip(*unit.panels[i:], strict=True))
            for j, (of_upper, of_lower) in enumerate(tiles, start=i):
                waiting[i].append(of_upper)
                if j > i:
                    waiting[j].append(of_lower)
            rows, columns, products = (
                np.concatenate(part) for part in zip(*waiting[i], strict=True)
            )
            waiting[i].clear()
            yield np.arange(upper.start, upper.stop), (rows, columns, products)


def _tile_pairs(
    block: FloatArray, upper: slice, cuts: FloatArray, lower: slice, packed: PackedMatrix
) -> tuple[_Pairs, _Pairs]:
    """Multiply the rows of two panels; list what reaches the cuts of either, its rows first."""
    products = packed.product(block)
    row, column, found = _entries(products, products >= cuts[upper, None])
    of_upper = row, column + lower.start, found
    row, column, found = _entries(products, products >= cuts[lower])
    return of_upper, (column, row + upper.start, found)


def _entries(products: FloatArray, chosen: npt.NDArray[np.bool_]) -> _Pairs:
    """List the chosen entries of a matrix: row, column and value."""
    flat = np.flatnonzero(chosen)
    row, column = np.divmod(flat, products.shape[1])
    return row.astype(np.int32), column.astype(np.int32), products.ravel()[flat]


def _scan_pairs(
    unit: UnitRows,
    rows: IndexArray,
    pairs: _Pairs,
    lowest: IndexArray,
    limits: tuple[float, float],
) -> tuple[IndexArray, npt.NDArray[np.bool_], IndexArray, IndexArray]:
    """Scan the pairs of consecutive rows: thresholds, whether they are final, and the members."""
    row, column, products = pairs[0].astype(np.int64), pairs[1].astype(np.int64), pairs[2]
    bins = unit.pair_bins(rows[row], column, products)
    # Below the lowest bin some pairs were not listed, so nothing can be counted there.
    listed = bins >= lowest[row]
    row, column, bins = row[listed], column[listed], bins[listed]
    thresholds, stopped = counted_thresholds(count_bins(row, bins, len(rows)), limits)
    members = stopped[row] & (bins > thresholds[row])
    return thresholds, stopped, rows[row[members]], column[members]


def _ordered_members(
    unit: UnitRows, block: _Block, floor: float
) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Order members by row, falling cosine and number; leave out selves and those at the floor."""
    others = block.left != block.right
    left, right = block.left[others], block.right[others]
    cosines = unit.cosines(left, right).astype(np.float32)
    above = cosines > np.float32(floor)
    left, right, cosines = left[above], right[above], cosines[above]
    order = np.lexsort((right, -cosines, left))
    return left[order], right[order], cosines[order]


def _in_blocks(rows: IndexArray, n_columns: int) -> Iterator[IndexArray]:
    """Split rows into blocks that have a bounded number of products with all columns."""
    step = max(1, _BLOCK_ELEMENTS // max(1, n_columns))
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


def _count_rows(bins: BinArray) -> IndexArray:
    """Count the bins of each row: int64 array of shape (n_rows, 201)."""
    return count_bins(np.arange(len(bins))[:, None], bins, len(bins))
