"""Blocked products and the k best of each row, on the fastest backend that the machine has.

Arrays come in and arrays go out; tensors stay in this file. Three backends serve one interface:

- oneDNN on the processor, with the matrix laid out once for its kernels (about twice as fast as a
  plain product where the default library does not use the widest vector instructions);
- plain torch on the processor, where oneDNN is missing;
- CUDA, when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch

from ..errors import ParameterError, ShapeError

Precision = Literal["float32", "bfloat16"]
Device = Literal["cpu", "cuda"]
FloatArray = npt.NDArray[np.float32]

_BLOCK_ELEMENTS = 1 << 23
"""Products held at one time when the caller does not say: 32 MiB of float32."""

_PACKING_ROWS = 256
"""Rows of the left side that the oneDNN layout is chosen for; any other number works too."""


@dataclass(frozen=True, eq=False)
class PackedMatrix:
    """A matrix made ready to be multiplied many times from the left.

    Build one with `pack`. Nothing in it changes afterwards, so threads may share it.

    Attributes
    ----------
    n_rows, dim
        Shape of the matrix that was packed.
    precision
        ``"float32"``, or ``"bfloat16"`` for products of rounded numbers (8 bits of mantissa).
    """

    n_rows: int
    dim: int
    precision: Precision
    _weight: torch.Tensor
    _is_onednn: bool

    @classmethod
    def pack(
        cls, matrix: FloatArray, *, dtype: Precision = "float32", device: Device = "cpu"
    ) -> PackedMatrix:
        """Lay a matrix out for repeated products.

        Parameters
        ----------
        matrix
            float32 array of shape (n_rows, dim). It is copied.
        dtype
            ``"bfloat16"`` halves the memory and about doubles the speed where the processor has
            instructions for it; elsewhere the rounded numbers are multiplied in float32.
        device
            ``"cuda"`` keeps the matrix on the graphics card.

        Raises
        ------
        ShapeError
            If `matrix` is not two-dimensional.
        ParameterError
            If CUDA is asked for and missing, or a name is not one of those above.
        """
        if dtype not in ("float32", "bfloat16") or device not in ("cpu", "cuda"):
            raise ParameterError(
                f"Got dtype={dtype!r}, device={device!r}; dtype is 'float32' or 'bfloat16' and "
                "device is 'cpu' or 'cuda'."
            )
        if device == "cuda" and not cuda_available():
            raise ParameterError("device='cuda' needs a CUDA device and found none; use 'cpu'.")
        if matrix.ndim != 2:
            raise ShapeError(f"A matrix of shape (n_rows, dim) was expected, got {matrix.shape}.")
        n_rows, dim = matrix.shape
        weight = _to_tensor(matrix, copy=True).to(device=device, dtype=getattr(torch, dtype))
        is_onednn = device == "cpu" and weight.numel() > 0 and _has_onednn(dtype)
        if is_onednn:
            weight = torch.ops.mkldnn._reorder_linear_weight(weight, _PACKING_ROWS)
        elif device == "cpu":
            weight = weight.float()
        return cls(n_rows, dim, dtype, weight, is_onednn)

    @property
    def device(self) -> Device:
        """Where the products are computed."""
        return "cuda" if self._weight.is_cuda else "cpu"

    def product(self, x: FloatArray, *, out: FloatArray | None = None) -> FloatArray:
        """Multiply ``x @ matrix.T``.

        Parameters
        ----------
        x
            float32 array of shape (m, dim).
        out
            float32 array of shape (m, n_rows) to write the result into; a new one by default.

        Returns
        -------
        float32 array of shape (m, n_rows).

        Raises
        ------
        ShapeError
            If `x` or `out` has another shape.
        """
        with torch.inference_mode():
            result = self._multiply(self._left(x)).cpu().numpy()
        if out is None:
            return result
        if out.shape != result.shape:
            raise ShapeError(f"out of shape {result.shape} was expected, got {out.shape}.")
        out[...] = result
        return out

    def _left(self, x: FloatArray) -> torch.Tensor:
        """Check `x` and bring it to the device and precision of the matrix."""
        if x.ndim != 2 or x.shape[1] != self.dim:
            raise ShapeError(f"Rows of {self.dim} numbers were expected, got shape {x.shape}.")
        return _to_tensor(x).to(self._weight.device)

    def _multiply(self, x: torch.Tensor) -> torch.Tensor:
        """Multiply a float32 tensor on the device: float32 of shape (m, n_rows)."""
        if len(x) == 0:
            return x.new_empty((0, self.n_rows))
        if self.precision == "bfloat16":
            x = x.bfloat16()
        if self._is_onednn:
            product = torch.ops.mkldnn._linear_pointwise(x, self._weight, None, "none", [], "")
        else:
            product = torch.mm(x.to(self._weight.dtype), self._weight.T)
        return torch.as_tensor(product).float()


def top_k(
    queries: FloatArray,
    matrix: PackedMatrix,
    k: int,
    *,
    bias: FloatArray | None = None,
    allowed: npt.NDArray[np.bool_] | None = None,
    block_rows: int | None = None,
) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Find for each query the k rows of a matrix with the highest dot product.

    Equal scores are ordered by row number, also at the cut, so the answer does not depend on the
    backend's sorting. Where fewer than `k` rows can be given, the rest is row -1, score -inf.

    Parameters
    ----------
    queries
        float32 array of shape (n_queries, dim).
    matrix
        The rows to rank.
    k
        How many rows to return for each query, at least 1.
    bias
        float32 array of shape (n_rows,), added to the products.
    allowed
        bool array of shape (n_rows,); rows that are False are never returned.
    block_rows
        Queries multiplied at one time: memory is ``block_rows * n_rows`` numbers. Chosen by
        default so that a block takes about 32 MiB.

    Returns
    -------
    rows
        int64 array of shape (n_queries, k).
    scores
        float32 array of shape (n_queries, k), falling along each row.

    Raises
    ------
    ShapeError
        If an array does not fit the matrix.
    ParameterError
        If `k` or `block_rows` is below 1.

    Examples
    --------
    >>> matrix = PackedMatrix.pack(np.eye(3, dtype=np.float32))
    >>> rows, scores = top_k(np.array([[0, 2, 1]], dtype=np.float32), matrix, 2)
    >>> rows.tolist(), scores.tolist()
    ([[1, 2]], [[2.0, 1.0]])
    """
    if block_rows is None:
        block_rows = max(1, _BLOCK_ELEMENTS // max(1, matrix.n_rows))
    if k < 1 or block_rows < 1:
        raise ParameterError(f"k and block_rows must be at least 1, got {k} and {block_rows}.")
    for name, array in (("bias", bias), ("allowed", allowed)):
        if array is not None and array.shape != (matrix.n_rows,):
            raise ShapeError(f"{name} of shape ({matrix.n_rows},) expected, got {array.shape}.")
    rows = np.full((len(queries), k), -1, dtype=np.int64)
    scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
    n_best = min(k, matrix.n_rows)
    if n_best == 0:
        return rows, scores
    with torch.inference_mode():
        left = matrix._left(queries)
        shift = _row_shift(bias, allowed, left.device)
        for start in range(0, len(queries), block_rows):
            block = slice(start, start + block_rows)
            product = matrix._multiply(left[block])
            if shift is not None:
                product += shift
            values, columns = _best_columns(product, n_best)
            columns = columns.masked_fill(values == -torch.inf, -1)
            rows[block, :n_best] = columns.cpu().numpy()
            scores[block, :n_best] = values.cpu().numpy()
    return rows, scores


def log_totals(queries: FloatArray, matrix: PackedMatrix, bias: FloatArray) -> FloatArray:
    """Compute the logarithm of the softmax's denominator for each query.

    Parameters
    ----------
    queries
        float32 array of shape (n_queries, dim).
    matrix, bias
        The rows, and float32 of shape (n_rows,) to add: scores are ``queries @ matrix.T + bias``.

    Returns
    -------
    float32 array of shape (n_queries,).
    """
    totals = np.empty(len(queries), dtype=np.float32)
    for first in range(0, len(queries), _PACKING_ROWS):
        block = slice(first, first + _PACKING_ROWS)
        scores = matrix.product(queries[block]) + bias
        highest = scores.max(axis=1)
        totals[block] = highest + np.log(np.exp(scores - highest[:, None]).sum(axis=1))
    return totals


def cuda_available() -> bool:
    """Tell whether torch can use a CUDA device here."""
    return torch.cuda.is_available()


def _best_columns(scores: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the k highest scores of each row and their columns, equal scores by column."""
    values, columns = torch.topk(scores, min(k + 1, scores.shape[1]), dim=1)
    last, beyond = values[:, k - 1], values[:, k:]
    columns = columns[:, :k]
    cut_ties = (beyond == last[:, None]).any(dim=1) & (last > -torch.inf)
    for row in cut_ties.nonzero()[:, 0].tolist():
        # topk took an arbitrary few of those that tie at the cut; a stable sort takes the first.
        columns[row] = torch.sort(scores[row], descending=True, stable=True).indices[:k]
    columns = columns.sort(dim=1).values
    values, order = scores.gather(1, columns).sort(dim=1, descending=True, stable=True)
    return values, columns.gather(1, order)


def _row_shift(
    bias: FloatArray | None, allowed: npt.NDArray[np.bool_] | None, device: torch.device
) -> torch.Tensor | None:
    """Join bias and mask into one number to add to each column; -inf shuts it out."""
    if bias is None and allowed is None:
        return None
    shift = np.float32(0) if bias is None else bias
    if allowed is not None:
        shift = np.where(allowed, shift, np.float32(-np.inf))
    return _to_tensor(np.asarray(shift, dtype=np.float32)).to(device)


def _to_tensor(array: FloatArray, *, copy: bool = False) -> torch.Tensor:
    """View an array as a float32 tensor; a read-only one is copied, since torch cannot hold it."""
    array = np.ascontiguousarray(array, dtype=np.float32)
    return torch.from_numpy(array.copy() if copy or not array.flags.writeable else array)


def _has_onednn(dtype: Precision) -> bool:
    """Tell whether this torch has the packed oneDNN product, and the processor the instructions."""
    if not torch._C._has_mkldnn or not hasattr(torch.ops.mkldnn, "_reorder_linear_weight"):
        return False
    return dtype == "float32" or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
