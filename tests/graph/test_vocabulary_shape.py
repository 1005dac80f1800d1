"""The shape of a vocabulary, held against all of its cosines at once."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.errors import ParameterError
from tailgraph.graph.clusters import Cluster, Clustering, cluster_tails, whole_words
from tailgraph.graph.vocabulary_shape import measure_purity, measure_shape, random_vocabulary
from tailgraph.indexers.tails import BinRule, neighbor_tails

N_WORDS = 700


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """Make words around planted centers, with a special term, pieces and a zero vector."""
    rng = np.random.default_rng(0)
    terms = ("[MASK]", *(f"word{i}" for i in range(N_WORDS)), *(f"##p{i}" for i in range(50)))
    centers = rng.normal(size=(100, 24))[rng.integers(0, 100, size=len(terms))]
    vectors = (centers + 0.5 * rng.normal(size=centers.shape) + 0.3).astype(np.float32)
    vectors[7] = 0
    return Vocabulary(
        terms=terms,
        vectors=vectors,
        biases=np.zeros(len(terms), dtype=np.float32),
        is_piece=np.array([term.startswith("##") for term in terms]),
        is_special=np.array([term.startswith("[") for term in terms]),
    )


def test_cosines_are_those_of_each_word_to_all_others(vocabulary: Vocabulary) -> None:
    """The mean, the spread and the histogram leave each word's cosine to itself out."""
    unit = vocabulary.unit_vectors.astype(np.float64)
    words = np.flatnonzero(whole_words(vocabulary))
    cosines = np.round(unit[words] @ unit.T, 2)
    others = np.ones(cosines.shape, dtype=np.bool_)
    others[np.arange(len(words)), words] = False
    shape, _ = measure_shape(vocabulary)
    assert shape.mean_cosine == pytest.approx(cosines[others].mean(), abs=1e-6)
    assert shape.cosine_deviation == pytest.approx(cosines[others].std(), abs=1e-6)
    assert shape.share_orthogonal == pytest.approx((abs(cosines[others]) <= 0.0501).mean())
    counts = np.histogram(cosines[others], bins=np.arange(-100.5, 101) / 100)[0] / len(words)
    np.testing.assert_allclose(shape.histogram, counts, atol=1e-9)
    assert (shape.n_zero_vectors, shape.n_words, shape.n_terms) == (1, N_WORDS, len(vocabulary))


def test_tails_and_clusters_are_those_of_the_graph(vocabulary: Vocabulary) -> None:
    """Lengths and shares come from the same tails and clusters that a knowledge base stores."""
    tails = neighbor_tails(vocabulary.vectors, rule=BinRule())
    words = whole_words(vocabulary)
    expected = cluster_tails(tails, vocabulary.unit_vectors, vocabulary.surfaces, eligible=words)
    shape, clustering = measure_shape(vocabulary)
    assert clustering == expected
    assert shape.mean_tail == pytest.approx(tails.lengths.mean())
    assert shape.tail_quantiles[5] == shape.median_tail == np.median(tails.lengths)
    members = {row for cluster in expected.clusters for row in cluster.members}
    assert shape.share_clustered == len(members) / N_WORDS
    assert (shape.n_clusters, shape.n_singletons) == (
        len(expected.clusters),
        expected.n_singletons,
    )


def test_random_vectors_are_at_right_angles(vocabulary: Vocabulary) -> None:
    """The control has the same terms, no common direction, and depends on the seed alone."""
    control = random_vocabulary(vocabulary, seed=1)
    assert control.terms == vocabulary.terms
    np.testing.assert_array_equal(control.vectors, random_vocabulary(vocabulary, seed=1).vectors)
    shape, _ = measure_shape(control)
    assert abs(shape.mean_cosine) < 0.01
    assert shape.cosine_deviation == pytest.approx(1 / np.sqrt(24), rel=0.03)


def clusters(*members: tuple[int, ...]) -> Clustering:
    """Make clusters of rows."""
    return Clustering(tuple(Cluster("", m[0], m[0], m, 1.0, 0.0) for m in members), 0, 0)


def test_purity_counts_the_commonest_class_of_each_cluster(vocabulary: Vocabulary) -> None:
    """By hand: 2 of 3, 2 of 2, and a cluster with one labeled member that does not count."""
    labels = dict(zip(vocabulary.terms[1:6], "AABBC", strict=True))
    found = measure_purity(vocabulary, clusters((1, 2, 3), (3, 4, 99), (5, 98)), labels)
    assert found.purity == pytest.approx(4 / 5)
    assert (found.n_clusters, found.n_members) == (2, 5)


def test_shuffled_purity_deals_the_same_labels_out(vocabulary: Vocabulary) -> None:
    """In one cluster of all labeled words, shuffling changes nothing."""
    labels = dict(zip(vocabulary.terms[1:41], "ABBBCCDDDD" * 4, strict=True))
    found = measure_purity(vocabulary, clusters(tuple(range(1, 41))), labels)
    expected = max(Counter(labels.values()).values()) / 40
    assert found.purity == found.shuffled == expected


def test_clusters_without_labels_have_no_purity(vocabulary: Vocabulary) -> None:
    """The message says how many labeled words there are."""
    with pytest.raises(ParameterError, match="two of the 1 labeled words"):
        measure_purity(vocabulary, clusters((1, 2)), {"word0": "A"})
