"""Greedy clusters, held against a direct transcription of the rule."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.graph.clusters import cluster_signature, cluster_tails
from tailgraph.indexers.tails import BinRule, Tails, neighbor_tails


@pytest.fixture(scope="module")
def units() -> np.ndarray:
    """Three hundred unit rows around sixty centres."""
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((60, 24)).repeat(5, axis=0) + 0.4 * rng.standard_normal((300, 24))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def tails(units: np.ndarray) -> Tails:
    """Their tails."""
    return neighbor_tails(units, rule=BinRule(max_count=6, tail_count=3))


def transcribed(tails: Tails, units: np.ndarray, eligible: np.ndarray) -> list[tuple]:
    """Follow the rule word by word, with Python's own lists and sums."""
    picked: set[int] = set()
    pivots: set[int] = set()
    found = []
    for seed in range(len(units)):
        if seed in picked or not eligible[seed]:
            continue
        members = [seed, *tails.row(seed)[0].tolist()]
        picked.update(members)
        members = [m for m in members if eligible[m]]
        if len(members) < 2:
            continue
        means = []
        for i in members:
            others = [float(np.dot(units[i].astype(float), units[j])) for j in members if j != i]
            means.append((sum(others) / len(others), others))
        best = max(range(len(members)), key=lambda i: means[i][0])
        pivot = members[best]
        key = f"t{pivot}" if pivot not in pivots else f"t{pivot}++t{seed}"
        pivots.add(pivot)
        found.append((key, seed, pivot, members, means[best][0], float(np.std(means[best][1]))))
    return found


@pytest.mark.parametrize("share", [1.0, 0.7], ids=["all eligible", "some not"])
def test_clusters_follow_the_rule_to_the_letter(
    tails: Tails, units: np.ndarray, share: float
) -> None:
    """Seeds, members, pivots, keys, strengths and deviations equal the transcription."""
    eligible = np.random.default_rng(1).random(len(units)) < share
    names = [f"t{i}" for i in range(len(units))]
    clustering = cluster_tails(tails, units, names, eligible=eligible)
    expected = transcribed(tails, units, eligible)
    assert len(clustering.clusters) == len(expected) > 20
    for cluster, (key, seed, pivot, members, strength, deviation) in zip(
        clustering.clusters, expected, strict=True
    ):
        assert (cluster.key, cluster.seed, cluster.pivot) == (key, seed, pivot)
        assert list(cluster.members) == members
        assert cluster.strength == pytest.approx(strength, abs=1e-6)
        assert cluster.deviation == pytest.approx(deviation, abs=1e-6)


def test_a_picked_term_never_seeds_but_may_join_again() -> None:
    """Of a chain 0 - 1 - 2 - 3 the second row is in two clusters and seeds none."""
    lists = [[1], [0, 2], [1, 3], [2]]
    tails = Tails(
        indptr=np.array([0, 1, 3, 5, 6]),
        indices=np.array([n for row in lists for n in row], np.int32),
        cosines=np.full(6, 0.9, np.float32),
        thresholds=np.zeros(4, np.float32),
        floor=-1.0,
        rule=BinRule(),
    )
    units = np.eye(4, dtype=np.float32)
    clustering = cluster_tails(tails, units, ["a", "b", "c", "d"])
    assert [cluster.seed for cluster in clustering.clusters] == [0, 2]
    assert [cluster.members for cluster in clustering.clusters] == [(0, 1), (2, 1, 3)]


def test_a_seed_without_eligible_company_is_a_singleton() -> None:
    """Rows whose tail is empty are counted, not clustered."""
    tails = Tails(
        indptr=np.zeros(4, np.int64),
        indices=np.empty(0, np.int32),
        cosines=np.empty(0, np.float32),
        thresholds=np.zeros(3, np.float32),
        floor=-1.0,
        rule=BinRule(),
    )
    clustering = cluster_tails(tails, np.eye(3, dtype=np.float32), ["a", "b", "c"])
    assert (clustering.clusters, clustering.n_singletons, clustering.n_empty) == ((), 3, 0)


def test_a_signature_depends_on_the_members_alone() -> None:
    """The order of the members makes no difference, one member more does."""
    assert cluster_signature(["liver", "kidney"]) == cluster_signature(["kidney", "liver"])
    assert cluster_signature(["liver", "kidney"]) != cluster_signature(["liver"])
