"""Histograms of cosines, held against plain loops over rounded cosines."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.errors import ParameterError, ShapeError, UnknownTermError
from tailgraph.graph.histograms import (
    Bin,
    cumulative_histogram,
    term_histograms,
    vector_histogram,
)
from tailgraph.graph.vocabulary_shape import random_vocabulary, sample_words
from tailgraph.indexers.tails import BinRule, neighbor_tails

N_TERMS = 400


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """Make words around planted centers, a special term, pieces, and a zero vector."""
    rng = np.random.default_rng(3)
    terms = ("[MASK]", *(f"word{i}" for i in range(N_TERMS)), *(f"##p{i}" for i in range(40)))
    centers = rng.normal(size=(60, 16))[rng.integers(0, 60, size=len(terms))]
    vectors = (centers + 0.6 * rng.normal(size=centers.shape) + 0.2).astype(np.float32)
    vectors[9] = 0
    return Vocabulary(
        terms=terms,
        vectors=vectors,
        biases=np.zeros(len(terms), dtype=np.float32),
        is_piece=np.array([term.startswith("##") for term in terms]),
        is_special=np.array([term.startswith("[") for term in terms]),
    )


def rounded_cosines(vocabulary: Vocabulary, vector: np.ndarray) -> list[float]:
    """Round the cosine of a vector with each term, one by one."""
    found = []
    for term in vocabulary.vectors.astype(np.float64):
        lengths = np.linalg.norm(term) * np.linalg.norm(vector.astype(np.float64))
        found.append(float(np.round(term @ vector / lengths, 2)) if lengths else 0.0)
    return found


def occupied(bins: tuple[Bin, ...]) -> dict[float, float]:
    """Return the counts of the bins that hold a term."""
    return {found.cosine: found.n_terms for found in bins if found.n_terms}


def test_bins_of_a_term_are_counts_of_rounded_cosines(vocabulary: Vocabulary) -> None:
    """Every term counts, the term itself too, from the highest cosine down."""
    [found] = term_histograms(vocabulary, ["word5"])
    expected = Counter(rounded_cosines(vocabulary, vocabulary.vectors[vocabulary.row("word5")]))
    assert occupied(found.bins) == {cosine + 0.0: n for cosine, n in expected.items()}
    cosines = [b.cosine for b in found.bins]
    assert cosines == sorted(cosines, reverse=True)
    assert found.figures.n_zero == sum(n for cosine, n in expected.items() if abs(cosine) <= 0.051)
    assert sum(b.n_random for b in found.bins) == pytest.approx(len(vocabulary))


def test_the_tail_of_a_term_is_that_of_the_graph(vocabulary: Vocabulary) -> None:
    """Threshold, members and their order are those that a knowledge base stores."""
    tails = neighbor_tails(vocabulary.vectors, rule=BinRule())
    names = ["word0", "word77", "##p3"]
    for name, found in zip(names, term_histograms(vocabulary, names), strict=True):
        row = vocabulary.row(name)
        members, cosines = tails.row(row)
        assert [m.term for m in found.members] == [vocabulary.surface(i) for i in members]
        np.testing.assert_allclose([m.cosine for m in found.members], cosines, atol=1e-4)
        assert found.figures.tail_length == len(members)
        assert found.figures.threshold == pytest.approx(float(tails.thresholds[row]))


def test_a_zero_vector_has_no_tail(vocabulary: Vocabulary) -> None:
    """It is at a right angle to everything, itself included."""
    [found] = term_histograms(vocabulary, [vocabulary.terms[9]])
    assert occupied(found.bins) == {0.0: len(vocabulary)}
    assert found.members == ()
    assert found.figures.tail_length == 0


def test_random_figures_are_means_of_random_terms(vocabulary: Vocabulary) -> None:
    """The null is that of vectors of the same shape, through the same rule."""
    [found] = term_histograms(vocabulary, ["word1"], seed=4)
    random = random_vocabulary(vocabulary, seed=4)
    tails = neighbor_tails(random.vectors, rule=BinRule())
    assert found.random.tail_length == pytest.approx(tails.lengths[:100].mean())
    assert found.random.threshold == pytest.approx(float(tails.thresholds[:100].mean()))


def test_an_output_vector_is_no_term_of_its_own(vocabulary: Vocabulary) -> None:
    """The cosines are those with the terms alone; the length of the vector does not matter."""
    vector = np.random.default_rng(8).normal(size=vocabulary.dim).astype(np.float32)
    found = vector_histogram(vocabulary, 7 * vector, name="a text", kind="text")
    expected = Counter(rounded_cosines(vocabulary, vector))
    assert occupied(found.bins) == {cosine + 0.0: n for cosine, n in expected.items()}
    near = [m.term for m in found.members]
    order = np.argsort(-(vocabulary.unit_vectors @ vector), kind="stable")
    assert near == [vocabulary.surface(row) for row in order[: len(near)]]
    assert sum(b.n_random for b in found.bins) == pytest.approx(len(vocabulary) - 1)


def test_bands_are_means_over_occupied_bins(vocabulary: Vocabulary) -> None:
    """A loop over every word and bin: a band's mean counts only bins that hold a term."""
    found = cumulative_histogram(vocabulary, n_words=50, seed=2)
    counts: dict[float, list[int]] = defaultdict(list)
    for row in sample_words(vocabulary, n_words=50, seed=2):
        histogram = Counter(rounded_cosines(vocabulary, vocabulary.vectors[row]))
        for cosine, n in histogram.items():
            counts[float(np.round(cosine, 1)) + 0.0].append(n)
    expected = {band: np.mean(values) for band, values in counts.items()}
    assert {b.cosine: pytest.approx(b.n_terms) for b in found.bands if b.n_terms} == expected
    assert (found.n_words, found.n_terms) == (50, len(vocabulary))


def test_cumulative_figures_are_means_over_the_words(vocabulary: Vocabulary) -> None:
    """Tail lengths, zero counts and bins are averages of the single histograms."""
    found = cumulative_histogram(vocabulary, n_words=30, seed=1)
    rows = sample_words(vocabulary, n_words=30, seed=1)
    single = term_histograms(vocabulary, [vocabulary.terms[row] for row in rows])
    for name in ("n_zero", "tail_length", "threshold"):
        mean = np.mean([getattr(histogram.figures, name) for histogram in single])
        assert getattr(found.figures, name) == pytest.approx(mean)
    totals: Counter[float] = Counter()
    for histogram in single:
        totals.update(occupied(histogram.bins))
    assert occupied(found.bins) == {cosine: pytest.approx(n / 30) for cosine, n in totals.items()}


def test_what_is_asked_for_has_to_exist(vocabulary: Vocabulary) -> None:
    """A term that is none, a vector of another width, a vocabulary without words."""
    with pytest.raises(UnknownTermError, match="nowhere"):
        term_histograms(vocabulary, ["nowhere"])
    with pytest.raises(ShapeError, match=r"\(16,\) expected, got \(3,\)"):
        vector_histogram(vocabulary, np.ones(3, dtype=np.float32), name="x", kind="text")
    pieces = Vocabulary(
        terms=("##a",),
        vectors=np.ones((1, 2), dtype=np.float32),
        biases=np.zeros(1, dtype=np.float32),
        is_piece=np.ones(1, dtype=np.bool_),
        is_special=np.zeros(1, dtype=np.bool_),
    )
    with pytest.raises(ParameterError, match="no whole word"):
        cumulative_histogram(pieces)
