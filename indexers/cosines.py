"""Cosines between all rows of a matrix: exact bins of .01, at the speed of float32 products.

A float32 product can lie on the wrong side of a bin's edge. Its error is bounded, so the few pairs
near an edge are known, and only those are computed again in float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ..engine.matmul import PackedMatrix
from ..errors import ParameterError, ShapeError

FloatArray = npt.NDArray[np.float32]
IndexArray = npt.NDArray[np.int64]
BinArray = npt.NDArray[np.int16]

N_BINS = 201
"""Bins of width .01 around -1.00, -0.99 ... 1.00. A bin is named by its cosine in hundredths."""

_PANEL_ROWS = 2048
_CHUNK_ELEMENTS = 1 << 17
"""Numbers of a chunk of pairs on either side: half a MiB, which stays in a core's cache."""

_ROUNDOFF = 2.0**-24


@dataclass(frozen=True, eq=False)
class UnitRows:
    """Rows brought to length 1, with the cosines of blocks and of pairs of them.

    Attributes
    ----------
    vectors
        float32 array of shape (n_rows, dim). Cosines with a zero row are 0.
    """

    vectors: FloatArray

    def __len__(self) -> int:
        return len(self.vectors)

    @cached_property
    def lengths(self) -> npt.NDArray[np.float64]:
        """float64 array of shape (n_rows,), Euclidean lengths; 1 for a zero row."""
        squares = np.einsum("nd,nd->n", self.vectors, self.vectors, dtype=np.float64)
        return np.where(squares > 0, np.sqrt(squares), 1.0)

    @cached_property
    def directions(self) -> FloatArray:
        """float32 array of shape (n_rows, dim), rows of length 1."""
        return (self.vectors / self.lengths[:, None]).astype(np.float32)

    @cached_property
    def panels(self) -> list[tuple[slice, PackedMatrix]]:
        """The rows in consecutive parts, each ready for products."""
        starts = range(0, len(self), _PANEL_ROWS)
        parts = [slice(start, min(len(self), start + _PANEL_ROWS)) for start in starts]
        return [(part, PackedMatrix.pack(self.directions[part])) for part in parts]

    @property
    def error(self) -> float:
        """Most by which a product of two float32 rows can differ from their cosine.

        Each row is off by a roundoff in every number, their dot product by at most `dim`
        roundoffs in any order of summation; the rest is a margin.
        """
        return float(self.vectors.shape[1] + 16) * _ROUNDOFF

    def products(self, chosen: IndexArray) -> FloatArray:
        """Multiply a few rows with all rows: float32 array of shape (n_chosen, n_rows)."""
        left = self.directions[chosen]
        result = np.empty((len(chosen), len(self)), dtype=np.float32)
        for part, packed in self.panels:
            result[:, part] = packed.product(left)
        return result

    def cosines(self, left: IndexArray, right: IndexArray) -> npt.NDArray[np.float64]:
        """Compute the cosines of pairs of rows in float64.

        Parameters
        ----------
        left, right
            int64 arrays of shape (n_pairs,), row numbers.

        Returns
        -------
        float64 array of shape (n_pairs,), within [-1, 1]; the same whichever row is left.
        """
        result = np.empty(len(left), dtype=np.float64)
        step = max(1, _CHUNK_ELEMENTS // max(1, self.vectors.shape[1]))
        for start in range(0, len(left), step):
            i, j = left[start : start + step], right[start : start + step]
            products = np.einsum(
                "pd,pd->p", self.vectors[i], self.vectors[j], dtype=np.float64, casting="safe"
            )
            result[start : start + step] = products / (self.lengths[i] * self.lengths[j])
        return np.clip(result, -1.0, 1.0, out=result)

    def pair_bins(self, left: IndexArray, right: IndexArray, products: FloatArray) -> BinArray:
        """Find the bins of pairs whose float32 products are known.

        Parameters
        ----------
        left, right
            int64 arrays of shape (n_pairs,), row numbers.
        products
            float32 array of shape (n_pairs,).

        Returns
        -------
        int16 array of shape (n_pairs,): ``rint(100 * cosine)`` of the float64 cosine.
        """
        bins, unsure = self._rounded(products)
        bins[unsure] = np.rint(100.0 * self.cosines(left[unsure], right[unsure]))
        return bins

    def all_bins(self, chosen: IndexArray) -> BinArray:
        """Find the bins of a few rows with all rows.

        Returns
        -------
        int16 array of shape (n_chosen, n_rows): ``rint(100 * cosine)`` of the float64 cosine.
        """
        bins, unsure = self._rounded(self.products(chosen).ravel())
        left, right = np.divmod(unsure, len(self))
        bins[unsure] = np.rint(100.0 * self.cosines(chosen[left], right))
        return bins.reshape(len(chosen), len(self))

    def _rounded(self, products: FloatArray) -> tuple[BinArray, IndexArray]:
        """Round products to bins, and name those that are too near an edge to be sure."""
        hundredths = products * np.float32(100)
        bins = np.rint(hundredths)
        hundredths -= bins
        to_edge = 0.5 - np.abs(hundredths, out=hundredths)
        # 2e-5: the roundoff of a float32 near 100, here and in the product by 100.
        return bins.astype(np.int16), np.flatnonzero(to_edge <= 100.0 * self.error + 2e-5)


def count_bins(rows: IndexArray, bins: BinArray, n_rows: int) -> IndexArray:
    """Count pairs by row and bin.

    Parameters
    ----------
    rows, bins
        Arrays of shapes that broadcast: the row and the bin of each pair.
    n_rows
        Rows are 0 to ``n_rows - 1``.

    Returns
    -------
    int64 array of shape (n_rows, 201), column b for the cosine ``(b - 100) / 100``.
    """
    slots = rows * N_BINS + bins + N_BINS // 2
    return np.bincount(slots.ravel(), minlength=n_rows * N_BINS).reshape(n_rows, N_BINS)


def check_vectors(vectors: npt.ArrayLike) -> FloatArray:
    """Return vectors as a contiguous float32 array of shape (n_rows, dim).

    Raises
    ------
    ShapeError
        If there are not two axes.
    ParameterError
        If a number is infinite or not a number.
    """
    array = np.ascontiguousarray(vectors, dtype=np.float32)
    if array.ndim != 2:
        raise ShapeError(f"Vectors of shape (n_rows, dim) were expected, got {array.shape}.")
    finite = np.isfinite(array).all(axis=1)
    if not finite.all():
        raise ParameterError(
            f"Row {int(np.argmin(finite))} of the vectors holds NaN or infinity; every number "
            "must be finite. Check the model that made them."
        )
    return array
