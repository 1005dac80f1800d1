"""Linear probes, against what makes a minimum a minimum, and counts by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.benchmarks.measures.probes import STRENGTHS, Probe, standardized, word_counts


def test_at_the_minimum_errors_and_penalty_balance() -> None:
    """In a plain loop over items: the mean of (probability - truth) * feature is -s * weight."""
    random = np.random.default_rng(0)
    features, classes = random.normal(size=(40, 3)), random.integers(0, 3, 40)
    probe = Probe.fit(features, classes, n_classes=3, strength=0.1)
    slope, rest = np.zeros((3, 3)), np.zeros(3)
    for row, gold in zip(features, classes, strict=True):
        scores = np.exp(row @ probe.weights + probe.offsets)
        error = scores / scores.sum() - np.eye(3)[gold]
        slope += np.outer(row, error) / 40
        rest += error / 40
    np.testing.assert_allclose(slope, -0.1 * probe.weights, atol=1e-4)
    np.testing.assert_allclose(rest, 0, atol=1e-4)
    logs = probe.logs(features)
    np.testing.assert_allclose(np.exp(logs).sum(axis=1), 1)


@pytest.mark.parametrize(("noise", "best"), [(0.0, 1e-2), (3.0, 1e-1)], ids=["told", "hardly told"])
def test_the_strength_is_the_one_that_serves_items_kept_back(noise: float, best: float) -> None:
    """Counted here item by item: its cost is the least on them; it is then fitted on all."""
    random = np.random.default_rng(1)
    features = random.normal(size=(100, 20))
    classes = (features[:, 0] + noise * random.normal(size=100) > 0).astype(int)
    is_kept = np.arange(100) % 5 == 0
    costs = {}
    for strength in STRENGTHS:
        probe = Probe.fit(features[~is_kept], classes[~is_kept], n_classes=2, strength=strength)
        scores = features[is_kept] @ probe.weights + probe.offsets
        pairs = zip(np.exp(scores), classes[is_kept], strict=True)
        costs[strength] = -sum(np.log(row[gold] / row.sum()) for row, gold in pairs)
    found = Probe.fit_best(features, classes, n_classes=2, is_kept=is_kept)
    assert found.strength == min(costs, key=costs.__getitem__) == best
    whole = Probe.fit(features, classes, n_classes=2, strength=best)
    np.testing.assert_array_equal(found.weights, whole.weights)


def test_features_are_scaled_by_the_training_items() -> None:
    """By hand: mean 2 and deviation 1; a feature that never changes stays 0."""
    train, data = standardized(np.array([[1.0, 5.0], [3.0, 5.0]]), np.array([[4.0, 5.0]]))
    assert (train.tolist(), data.tolist()) == ([[-1, 0], [1, 0]], [[2, 0]])


def test_words_count_once_and_only_if_two_lists_hold_them() -> None:
    """Columns in order: "drug" and "the"; "cell" stands in one training list alone."""
    lists = [["the", "drug", "the"], ["the", "cell"], ["drug"], []]
    train, data = word_counts(lists, [["cell", "drug", "river"], ["the", "the"]])
    assert train.toarray().tolist() == [[1, 1], [0, 1], [1, 0], [0, 0]]
    assert data.toarray().tolist() == [[1, 0], [0, 1]]
