"""Linear probes, against what makes a minimum a minimum, and counts by hand."""

from __future__ import annotations

import numpy as np

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


def test_the_strength_is_the_one_that_serves_items_kept_back() -> None:
    """Where one feature tells all, little penalty is best; where classes are chance, most is."""
    random = np.random.default_rng(1)
    features = random.normal(size=(200, 20))
    is_kept = np.arange(200) % 5 == 0
    planted = (features[:, 0] > 0).astype(int)
    chance = random.integers(0, 2, 200)
    told, untold = (
        Probe.fit_best(features, classes, n_classes=2, is_kept=is_kept)
        for classes in (planted, chance)
    )
    assert (told.logs(features).argmax(axis=1) == planted).mean() > 0.95
    assert told.strength < untold.strength == max(STRENGTHS)


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
