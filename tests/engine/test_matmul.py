from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailgraph.engine.matmul import Device, PackedMatrix, cuda_available, log_totals, top_k
from tailgraph.errors import ParameterError, ShapeError

FloatArray = npt.NDArray[np.float32]

needs_cuda = pytest.mark.skipif(not cuda_available(), reason="no CUDA device")
DEVICES = [
    pytest.param("cpu", id="cpu"),
    pytest.param("cuda", id="cuda", marks=[pytest.mark.gpu, needs_cuda]),
]


def random_rows(n_rows: int, dim: int, seed: int) -> FloatArray:
    """Draw normally distributed rows."""
    return np.random.default_rng(seed).standard_normal((n_rows, dim), dtype=np.float32)


def slow_top_k(scores: npt.NDArray[np.float64], k: int) -> list[list[int]]:
    """Rank every row by (-score, row number) in plain Python."""
    return [sorted(range(len(row)), key=lambda j: (-row[j], j))[:k] for row in scores.tolist()]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(("m", "n", "dim"), [(1, 1, 1), (7, 300, 24), (300, 1000, 64)])
def test_product_equals_the_float64_product(device: Device, m: int, n: int, dim: int) -> None:
    """A float32 product lies within float32 rounding of the float64 one, for any number of rows."""
    x, matrix = random_rows(m, dim, 0), random_rows(n, dim, 1)
    expected = x.astype(np.float64) @ matrix.astype(np.float64).T
    product = PackedMatrix.pack(matrix, device=device).product(x)
    assert product.dtype == np.float32
    np.testing.assert_allclose(product, expected, rtol=0, atol=1e-6 * dim)


@pytest.mark.parametrize("device", DEVICES)
def test_bfloat16_product_is_the_product_of_rounded_numbers(device: Device) -> None:
    """Integers below 256 have an exact bfloat16, so their small products are exact."""
    x = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.float32)
    matrix = np.array([[7, 8, 9], [10, 11, 12]], dtype=np.float32)
    packed = PackedMatrix.pack(matrix, dtype="bfloat16", device=device)
    np.testing.assert_array_equal(packed.product(x), [[50, 68], [122, 167]])


def test_bfloat16_product_is_near_the_exact_one() -> None:
    """Rounding unit rows to eight bits moves a cosine by less than a hundredth."""
    rows = random_rows(200, 64, 2)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    product = PackedMatrix.pack(rows, dtype="bfloat16").product(rows[:20])
    np.testing.assert_allclose(product, rows[:20] @ rows.T, rtol=0, atol=0.01)


def test_product_writes_into_the_given_array() -> None:
    """With `out` the result lands there and the same array comes back."""
    x, matrix = random_rows(4, 8, 3), random_rows(6, 8, 4)
    packed = PackedMatrix.pack(matrix)
    out = np.empty((4, 6), dtype=np.float32)
    assert packed.product(x, out=out) is out
    np.testing.assert_array_equal(out, packed.product(x))


def test_packing_copies_the_matrix() -> None:
    """A change of the array after packing does not reach the products."""
    matrix = np.eye(3, dtype=np.float32)
    packed = PackedMatrix.pack(matrix)
    matrix[:] = 0
    np.testing.assert_array_equal(packed.product(np.eye(3, dtype=np.float32)), np.eye(3))


def test_read_only_and_strided_arrays_are_taken() -> None:
    """Arrays straight from a file or a slice are multiplied like any other."""
    matrix, x = random_rows(10, 6, 5)[::2], random_rows(3, 6, 6)
    matrix.flags.writeable = x.flags.writeable = False
    product = PackedMatrix.pack(matrix).product(x)
    np.testing.assert_allclose(product, x @ matrix.T, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("m", "n"), [(0, 4), (4, 0), (0, 0)])
def test_products_of_nothing_are_empty(m: int, n: int) -> None:
    """No rows on either side give an empty array of the right shape."""
    packed = PackedMatrix.pack(np.zeros((n, 5), dtype=np.float32))
    assert packed.product(np.zeros((m, 5), dtype=np.float32)).shape == (m, n)


def test_wrong_width_is_refused() -> None:
    """Rows of another dimension than the matrix raise a ShapeError that names both."""
    packed = PackedMatrix.pack(np.zeros((2, 5), dtype=np.float32))
    with pytest.raises(ShapeError, match=r"Rows of 5 numbers were expected, got shape \(1, 4\)"):
        packed.product(np.zeros((1, 4), dtype=np.float32))


@pytest.mark.skipif(cuda_available(), reason="a CUDA device is there")
def test_missing_cuda_is_said() -> None:
    """Asking for CUDA where there is none says so and names the alternative."""
    with pytest.raises(ParameterError, match="needs a CUDA device"):
        PackedMatrix.pack(np.zeros((2, 5), dtype=np.float32), device="cuda")


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("block_rows", [1, 3, None])
def test_top_k_equals_a_full_sort(device: Device, block_rows: int | None) -> None:
    """The k best of each row are those of a full sort, whatever the block."""
    queries, rows = random_rows(10, 16, 7), random_rows(500, 16, 8)
    scores = queries.astype(np.float64) @ rows.astype(np.float64).T
    packed = PackedMatrix.pack(rows, device=device)
    found, values = top_k(queries, packed, 12, block_rows=block_rows)
    assert found.tolist() == slow_top_k(scores, 12)
    np.testing.assert_allclose(values, np.take_along_axis(scores, found, 1), atol=1e-4)


@settings(deadline=None, max_examples=50)
@given(
    matrix=st.lists(st.lists(st.integers(-2, 2), min_size=2, max_size=2), min_size=1, max_size=40),
    query=st.tuples(st.integers(-2, 2), st.integers(-2, 2)),
    bias=st.integers(-1, 1),
    k=st.integers(1, 45),
    data=st.data(),
)
def test_ties_are_ordered_by_row_number(
    matrix: list[list[int]], query: tuple[int, int], bias: int, k: int, data: st.DataObject
) -> None:
    """Small integers tie all the time: the answer is still the sort by (-score, row)."""
    n = len(matrix)
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    biases = np.where(np.arange(n) % 3 == 0, bias, 0).astype(np.float32)
    rows = np.array(matrix, dtype=np.float32)
    queries = np.array([query], dtype=np.float32)
    scores = (queries @ rows.T + biases)[0]
    expected = sorted(np.flatnonzero(allowed).tolist(), key=lambda j: (-scores[j], j))[:k]
    found, values = top_k(queries, PackedMatrix.pack(rows), k, bias=biases, allowed=allowed)
    padding = k - len(expected)
    assert found[0].tolist() == expected + [-1] * padding
    assert values[0].tolist() == scores[expected].tolist() + [-np.inf] * padding


@pytest.mark.parametrize("name", ["bias", "allowed"])
def test_top_k_refuses_arrays_of_another_length(name: str) -> None:
    """Bias and mask must have one entry for each row of the matrix."""
    packed = PackedMatrix.pack(np.zeros((3, 2), dtype=np.float32))
    wrong = {"bias": np.zeros(4, np.float32), "allowed": np.zeros(4, np.bool_)}[name]
    with pytest.raises(ShapeError, match=rf"{name} of shape \(3,\) expected, got \(4,\)"):
        top_k(np.zeros((1, 2), dtype=np.float32), packed, 1, **{name: wrong})  # type: ignore[arg-type]


def test_top_k_refuses_a_k_below_one() -> None:
    """Nothing can be asked for less than one neighbor."""
    packed = PackedMatrix.pack(np.zeros((3, 2), dtype=np.float32))
    with pytest.raises(ParameterError, match="k and block_rows must be at least 1"):
        top_k(np.zeros((1, 2), dtype=np.float32), packed, 0)


def test_log_totals_are_those_of_the_softmax() -> None:
    """Large scores overflow nothing, over several blocks of queries."""
    queries, matrix = 30 * random_rows(600, 16, 0), random_rows(50, 16, 1)
    bias = random_rows(1, 50, 2)[0]
    scores = queries.astype(np.float64) @ matrix.T.astype(np.float64) + bias
    expected = np.log(np.exp(scores - 300).sum(axis=1)) + 300
    found = log_totals(queries, PackedMatrix.pack(matrix), bias)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
