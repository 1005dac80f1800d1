"""Groups of vectors: planted ones are found, their number too, and nothing depends on names."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from tailgraph.errors import ParameterError
from tailgraph.reading.sense_groups import adjusted_rand, by_size, group_by_shared, group_vectors


def planted(sizes: list[int], *, spread: float, seed: int = 0) -> npt.NDArray[np.float32]:
    """Return vectors around one random direction for each group, all with a large common part."""
    random = np.random.default_rng(seed)
    centers = random.normal(size=(len(sizes), 32))
    rows = np.repeat(centers, sizes, axis=0) + spread * random.normal(size=(sum(sizes), 32))
    return (rows + 5).astype(np.float32)


@pytest.mark.parametrize("sizes", [[40], [30, 20], [25, 20, 15], [20, 18, 16, 14]], ids=str)
def test_planted_groups_and_their_number_are_found(sizes: list[int]) -> None:
    """Groups come out as they were put in, the largest first, without being told how many."""
    found = group_vectors(planted(sizes, spread=0.4))
    assert found.tolist() == np.repeat(np.arange(len(sizes)), sizes).tolist()


def test_a_number_of_groups_can_be_given() -> None:
    """Three groups asked for as two: no planted group is torn apart."""
    found = group_vectors(planted([20, 15, 10], spread=0.2), 2)
    assert found.max() == 1
    assert [len(set(part.tolist())) for part in np.split(found, [20, 35])] == [1, 1, 1]


def test_the_length_of_vectors_does_not_count() -> None:
    """Vectors along the same lines, of any length, give the same groups."""
    vectors = planted([20, 15], spread=0.5)
    lengths = np.linspace(0.1, 9, 35, dtype=np.float32)[:, None]
    assert group_vectors(vectors).tolist() == group_vectors(vectors * lengths).tolist()


def test_the_same_seed_gives_the_same_groups() -> None:
    """Noise has no groups; two calls still agree about every vector."""
    noise = planted([60], spread=1.0)
    np.testing.assert_array_equal(group_vectors(noise, 4, seed=3), group_vectors(noise, 4, seed=3))


def test_equal_vectors_are_one_group() -> None:
    """What is left of equal vectors without their mean is rounding, and no group."""
    assert group_vectors(np.full((30, 8), 0.3, dtype=np.float32)).tolist() == [0] * 30


@pytest.mark.parametrize("n_groups", [0, 4])
def test_more_groups_than_vectors_are_refused(n_groups: int) -> None:
    """Three occurrences have one to three senses."""
    with pytest.raises(ParameterError, match="there are 3 occurrences"):
        group_vectors(np.eye(3, dtype=np.float32), n_groups)


def test_the_adjusted_rand_index_counts_pairs() -> None:
    """The textbook form: pairs together in both, against what chance puts together."""
    random = np.random.default_rng(5)
    first, second = random.integers(0, 3, 30), random.integers(0, 4, 30)
    pairs = list(combinations(range(30), 2))
    in_first = np.array([first[i] == first[j] for i, j in pairs])
    in_second = np.array([second[i] == second[j] for i, j in pairs])
    expected = in_first.sum() * in_second.sum() / len(pairs)
    most = (in_first.sum() + in_second.sum()) / 2
    index = ((in_first & in_second).sum() - expected) / (most - expected)
    assert adjusted_rand(first, second) == pytest.approx(index)
    assert adjusted_rand(first, (first + 1) % 3) == 1.0


def test_groups_that_share_are_joined_over_others() -> None:
    """By hand: 0 and 3 share nothing and both share with 4; 2 stands alone."""
    found = group_by_shared([[1, 2], [8], [9], [3, 4], [2, 3], [8, 7]])
    assert found.tolist() == [0, 1, 2, 0, 0, 1]


def test_one_shared_word_does_not_join_large_groups() -> None:
    """Of nine pairs between two groups of three one shares a word, too few to join them."""
    found = group_by_shared([[1], [1], [1, 5], [2, 5], [2], [2]])
    assert found.tolist() == [0, 0, 0, 1, 1, 1]


def test_sizes_give_the_numbers() -> None:
    """The group of three is 0; of the two of two, the one that comes first."""
    assert by_size(np.array([5, 1, 9, 9, 1, 5, 9])).tolist() == [1, 2, 0, 0, 2, 1, 0]
