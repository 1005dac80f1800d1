from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tailgraph.engine.encoder import Encoder
from tailgraph.errors import ParameterError, ShapeError
from tailgraph.indexers.tails import (
    BinRule,
    DensityRule,
    TailRule,
    Tails,
    ZRule,
    cosine_histogram,
    neighbor_tails,
    null_floor,
)

FloatArray = npt.NDArray[np.float32]
DoubleArray = npt.NDArray[np.float64]

RULES = [
    BinRule(),
    BinRule(max_count=6, tail_count=3),
    BinRule(max_count=60, tail_count=40),
    BinRule(null_floor=True),
    DensityRule(),
    DensityRule(null_floor=False),
    ZRule(),
    ZRule(z=3.0, max_share=0.01, null_floor=True),
]


def all_cosines(vectors: FloatArray) -> DoubleArray:
    """Compute every cosine in float64."""
    unit = vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return unit @ unit.T


def scanned_threshold(rounded: DoubleArray, max_count: float, tail_count: float) -> float:
    """Scan one row's bins from high to low, as the rule is written down."""
    values, counts = np.unique(rounded, return_counts=True)
    previous_value, previous = 0.0, 0
    for value, count in zip(values[::-1].tolist(), counts[::-1].tolist(), strict=True):
        if count >= max_count or (count >= tail_count and previous >= tail_count):
            return previous_value if previous >= tail_count else value
        previous_value, previous = value, count
    return 0.0


def z_threshold(rounded: DoubleArray, rule: ZRule) -> float:
    """Take bins from high to low while they are high enough and few enough."""
    edge = rounded.mean() + rule.z * rounded.std()
    most = max(1, int(rule.max_share * len(rounded)))
    lowest = 1.01
    for hundredths in range(100, -101, -1):
        value = hundredths / 100
        if value < edge or np.count_nonzero(rounded >= value) - 1 > most:
            return lowest
        lowest = value
    return lowest


def slow_tail(
    cosines: DoubleArray, row: int, rule: TailRule, floor: float
) -> tuple[float, npt.NDArray[np.int64]]:
    """Find the threshold and the members of one row, nearest first."""
    rounded = np.round(cosines, 2)
    if isinstance(rule, ZRule):
        threshold = z_threshold(rounded, rule)
        members = rounded >= threshold
    else:
        limits = float(rule.max_count), float(rule.tail_count)
        if isinstance(rule, DensityRule):
            scale = len(cosines) / rule.reference
            limits = max(3.0, limits[0] * scale), max(2.0, limits[1] * scale)
        threshold = scanned_threshold(rounded, *limits)
        members = rounded > threshold
    members &= (cosines > floor) & (np.arange(len(cosines)) != row)
    found = np.flatnonzero(members)
    nearest_first = np.argsort(-cosines[found].astype(np.float32), kind="stable")
    return max(threshold, floor), found[nearest_first]


def assert_equals_slow_tails(tails: Tails, cosines: DoubleArray) -> None:
    """Hold every row of a result against `slow_tail`."""
    assert len(tails) == len(cosines)
    for row in range(len(cosines)):
        threshold, members = slow_tail(cosines[row], row, tails.rule, tails.floor)
        indices, found = tails.row(row)
        np.testing.assert_array_equal(indices, members)
        assert tails.thresholds[row] == np.float32(threshold)
        np.testing.assert_allclose(found, cosines[row, members], rtol=0, atol=1e-7)


@pytest.fixture(scope="module")
def term_vectors(default_encoder: Encoder) -> FloatArray:
    """2,500 rows of the embedded model's vocabulary: two panels, the second not full."""
    vectors = default_encoder.vocabulary.vectors
    return vectors[np.random.default_rng(0).choice(len(vectors), 2500, replace=False)]


@pytest.fixture(scope="module")
def term_cosines(term_vectors: FloatArray) -> DoubleArray:
    """All their cosines."""
    return all_cosines(term_vectors)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_tails_equal_the_slow_reference(
    rule: TailRule, term_vectors: FloatArray, term_cosines: DoubleArray
) -> None:
    """On 2,500 terms of a trained model each threshold, member and rank is the reference's."""
    assert_equals_slow_tails(neighbor_tails(term_vectors, rule=rule), term_cosines)


@pytest.mark.parametrize(
    "rule", [BinRule(max_count=999, tail_count=999), ZRule(max_share=1.0)], ids=str
)
def test_long_tails_equal_the_slow_reference(
    rule: TailRule, term_vectors: FloatArray, term_cosines: DoubleArray
) -> None:
    """Where no bin is full, every positive cosine is a member; a share of 1 is no limit."""
    tails = neighbor_tails(term_vectors[:600], rule=rule)
    assert_equals_slow_tails(tails, term_cosines[:600, :600])


@pytest.mark.parametrize(
    ("rule", "n_rows"), [(BinRule(), 2100), (DensityRule(null_floor=False), 2100), (ZRule(), 500)]
)
def test_cosines_on_the_edges_of_bins_are_rounded_to_even(rule: TailRule, n_rows: int) -> None:
    """Vectors of sixteen signs have cosines .125 apart, every second of them on an edge."""
    signs = np.random.default_rng(1).choice([-1, 1], (n_rows, 16)).astype(np.float32)
    assert_equals_slow_tails(neighbor_tails(signs, rule=rule), all_cosines(signs))


@pytest.mark.parametrize(
    ("rule", "n_rows"), [(BinRule(), 2100), (BinRule(max_count=201, tail_count=201), 600)]
)
def test_many_equal_rows_are_counted_right(
    rule: TailRule, n_rows: int, term_vectors: FloatArray
) -> None:
    """A bin with a third of all rows is counted whole although no sample would reach below it."""
    vectors = term_vectors[:n_rows].copy()
    vectors[: n_rows // 3] = vectors[0]
    cosines = all_cosines(vectors)
    cosines[: n_rows // 3, : n_rows // 3] = 1.0
    assert_equals_slow_tails(neighbor_tails(vectors, rule=rule), cosines)


small_vectors = arrays(
    np.float32,
    st.tuples(st.integers(0, 40), st.just(3)),
    elements=st.integers(-3, 3).map(float),
)
small_rules = st.sampled_from(
    [
        BinRule(max_count=3, tail_count=2),
        BinRule(max_count=5, tail_count=3, null_floor=True),
        DensityRule(),
        ZRule(z=1.0, max_share=0.3),
    ]
)


@settings(deadline=None, max_examples=60)
@given(vectors=small_vectors, rule=small_rules, seed=st.integers(0, 1000))
def test_permuted_rows_give_the_permuted_graph(
    vectors: FloatArray, rule: TailRule, seed: int
) -> None:
    """Row numbers mean nothing but the order of equal cosines."""
    order = np.random.default_rng(seed).permutation(len(vectors))
    rule = replace(rule, null_floor=False)
    tails, permuted = (neighbor_tails(rows, rule=rule) for rows in (vectors, vectors[order]))
    np.testing.assert_array_equal(permuted.thresholds, tails.thresholds[order])
    for row, source in enumerate(order.tolist()):
        indices, cosines = permuted.row(row)
        expected, expected_cosines = tails.row(source)
        assert set(order[indices].tolist()) == set(expected.tolist())
        np.testing.assert_array_equal(cosines, expected_cosines)


@settings(deadline=None, max_examples=60)
@given(vectors=small_vectors, rule=small_rules)
def test_every_result_is_well_formed(vectors: FloatArray, rule: TailRule) -> None:
    """Cosines fall, ties rise by number, no row is its own member, and none is not a number."""
    tails = neighbor_tails(vectors, rule=rule)
    assert tails.indptr[0] == 0
    assert tails.indptr[-1] == len(tails.indices) == len(tails.cosines)
    assert [tails.indptr.dtype, tails.indices.dtype] == [np.dtype(np.int64), np.dtype(np.int32)]
    assert np.isfinite(tails.cosines).all()
    assert np.isfinite(tails.thresholds).all()
    for row in range(len(tails)):
        indices, cosines = tails.row(row)
        keys = list(zip((-cosines).tolist(), indices.tolist(), strict=True))
        assert keys == sorted(keys)
        assert row not in indices
        assert (cosines > tails.floor).all()
        assert vectors[indices].any(axis=1).all()
        assert vectors[row].any() or not len(indices)


def test_members_come_and_go_with_the_threshold() -> None:
    """A tail drawn by hand: seven near vectors, then a crowd that ends the scan."""
    near = np.deg2rad([0, 10, 12, 14, 16, 18, 20, 22])
    crowd = np.deg2rad(np.full(25, 60.0))
    angles = np.concatenate([near, crowd])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    tails = neighbor_tails(vectors)
    assert tails.row(0)[0].tolist() == [1, 2, 3, 4, 5, 6, 7]
    np.testing.assert_allclose(tails.row(0)[1], np.cos(near[1:]), rtol=1e-6)
    assert tails.thresholds[0] == np.float32(0.5)


@pytest.mark.parametrize("rule", [BinRule(), DensityRule(), ZRule()], ids=str)
@pytest.mark.parametrize("n_rows", [0, 1])
def test_too_few_rows_have_no_tails(n_rows: int, rule: TailRule) -> None:
    """Nothing, or one row alone, has no neighbors."""
    tails = neighbor_tails(np.ones((n_rows, 4), dtype=np.float32), rule=rule)
    assert tails.indptr.tolist() == [0] * (n_rows + 1)
    assert tails.lengths.tolist() == [0] * n_rows


def test_two_rows_are_neighbors_when_their_cosine_is_positive() -> None:
    """Two rows fill no bin, so the threshold is 0."""
    tails = neighbor_tails(np.array([[1, 0], [1, 1]], dtype=np.float32))
    assert [tails.row(i)[0].tolist() for i in range(2)] == [[1], [0]]
    assert neighbor_tails(np.array([[1, 0], [-1, 1]], dtype=np.float32)).lengths.tolist() == [0, 0]


def test_zero_rows_are_left_out(term_vectors: FloatArray) -> None:
    """Rows of zeros change no other tail: they are in none, and count in no bin."""
    vectors = term_vectors[:1200].copy()
    vectors[::3] = 0
    tails = neighbor_tails(vectors)
    kept = np.flatnonzero(vectors.any(axis=1))
    without = neighbor_tails(vectors[kept])
    np.testing.assert_array_equal(tails.indices, kept[without.indices])
    np.testing.assert_array_equal(tails.lengths[kept], without.lengths)
    assert not tails.lengths[::3].any()
    assert (tails.thresholds[::3] == np.float32(1.01)).all()


def test_lengths_of_vectors_do_not_matter(term_vectors: FloatArray) -> None:
    """Powers of two scale float32 exactly, so every tail stays the same."""
    vectors = term_vectors[:1000]
    scales = np.exp2(np.random.default_rng(2).integers(-60, 60, (1000, 1))).astype(np.float32)
    tails, scaled = neighbor_tails(vectors), neighbor_tails(vectors * scales)
    np.testing.assert_array_equal(scaled.indices, tails.indices)
    np.testing.assert_array_equal(scaled.cosines, tails.cosines)


def test_density_rule_is_the_bin_rule_at_its_reference(term_vectors: FloatArray) -> None:
    """With as many rows as the reference, nothing is scaled."""
    density = DensityRule(reference=len(term_vectors), null_floor=False)
    by_density, by_count = neighbor_tails(term_vectors, rule=density), neighbor_tails(term_vectors)
    np.testing.assert_array_equal(by_density.indices, by_count.indices)
    np.testing.assert_array_equal(by_density.thresholds, by_count.thresholds)


def planted_rows(n_clusters: int, size: int, seed: int) -> FloatArray:
    """Draw clusters of rows with cosines of about .6 inside, in 256 dimensions."""
    rng = np.random.default_rng(seed)
    centers = rng.standard_normal((n_clusters, 1, 256))
    rows = centers + 0.8 * rng.standard_normal((n_clusters, size, 256))
    return rows.reshape(-1, 256).astype(np.float32)


def test_the_null_floor_keeps_planted_clusters_and_drops_noise() -> None:
    """Members are the five cluster mates, most of them; pure noise has next to no members."""
    tails = neighbor_tails(planted_rows(60, 6, 3), rule=DensityRule())
    clusters = np.repeat(np.arange(360), tails.lengths) // 6
    assert (clusters == tails.indices // 6).mean() > 0.95
    assert tails.lengths.mean() > 4
    noise = np.random.default_rng(4).standard_normal((360, 256)).astype(np.float32)
    assert neighbor_tails(noise, rule=DensityRule()).lengths.mean() < 0.5


def test_null_floor_of_noise_is_the_quantile_of_a_normal_distribution() -> None:
    """Cosines of random 256-d directions have deviation 1/16; .999 of them lie below 3.09."""
    noise = np.random.default_rng(5).standard_normal((3000, 256)).astype(np.float32)
    assert null_floor(noise) == pytest.approx(3.09 / 16, rel=0.02)


def test_null_floor_keeps_the_shared_direction_and_forgets_the_clusters(
    term_vectors: FloatArray,
) -> None:
    """The floor equals that of rows drawn coordinate by coordinate, far below real neighbors."""
    unit = term_vectors / np.linalg.norm(term_vectors, axis=1, keepdims=True)
    rng = np.random.default_rng(6)
    drawn = np.stack([rng.choice(column, 1500) for column in unit.T], axis=1)
    pairs = all_cosines(drawn)[np.triu_indices(1500, 1)]
    floor = null_floor(term_vectors)
    assert floor == pytest.approx(np.quantile(pairs, 0.999), abs=0.005)
    assert pairs.mean() < floor < np.sort(all_cosines(term_vectors), axis=1)[:, -2].mean()


def test_null_floor_depends_on_the_seed_alone(term_vectors: FloatArray) -> None:
    """The same seed gives the same number, and another seed nearly the same."""
    first, again, other = (null_floor(term_vectors, seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first != other
    assert first == pytest.approx(other, abs=0.005)


def test_histogram_equals_the_slow_count(
    term_vectors: FloatArray, term_cosines: DoubleArray
) -> None:
    """Counts per bin are those of float64 cosines, for all rows and for chosen ones."""
    bins = np.rint(100 * term_cosines).astype(int) + 100
    expected = np.stack([np.bincount(row, minlength=201) for row in bins])
    np.testing.assert_array_equal(cosine_histogram(term_vectors), expected)
    chosen = np.array([7, 2499, 7])
    np.testing.assert_array_equal(cosine_histogram(term_vectors, chosen), expected[chosen])


def test_histogram_counts_a_zero_row_at_zero() -> None:
    """A zero vector is orthogonal to everything."""
    counts = cosine_histogram(np.array([[0, 0], [3, 4]], dtype=np.float32))
    assert counts[:, [100, 200]].tolist() == [[2, 0], [1, 1]]
    assert counts.sum() == 4


def test_progress_adds_up_to_all_rows() -> None:
    """Zero rows are reported too."""
    vectors = planted_rows(50, 6, 7)
    vectors[5] = 0
    done: list[int] = []
    neighbor_tails(vectors, progress=done.append)
    assert sum(done) == len(vectors)


def test_memory_stays_far_below_all_pairs() -> None:
    """12,000 rows have 576 MB of float32 cosines; a tenth of that is enough."""
    vectors = planted_rows(2000, 6, 8)[:, :32].copy()
    tracemalloc.start()
    try:
        neighbor_tails(vectors)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 150e6


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4)], ids=str)
def test_vectors_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    """Vectors have two axes."""
    with pytest.raises(ShapeError, match="were expected, got"):
        neighbor_tails(np.ones(shape, dtype=np.float32))


def test_numbers_that_are_not_finite_are_refused() -> None:
    """The error names the row."""
    with pytest.raises(ParameterError, match="Row 2 of the vectors holds NaN or infinity"):
        neighbor_tails(np.array([[1, 1], [0, 0], [np.inf, 1]], dtype=np.float32))


@pytest.mark.parametrize(("quantile", "n_samples"), [(1.5, 100), (0.9, 1)])
def test_a_null_floor_that_makes_no_sense_is_refused(quantile: float, n_samples: int) -> None:
    """A quantile lies between 0 and 1, and a pair takes two rows."""
    with pytest.raises(ParameterError, match="the quantile lies between 0 and 1"):
        null_floor(np.eye(3), quantile=quantile, n_samples=n_samples)
