"""Similarities of pairs, held against loops, singular values and scipy's correlations."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import scipy.stats

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.pooling import POOLINGS, pool_texts, token_weights
from tailgraph.engine.similarity import (
    ADJUSTMENTS,
    MIXES,
    adjust_vectors,
    agreement,
    compare_similarities,
    pair_cosines,
    pair_similarities,
    term_cosines,
)
from tailgraph.errors import ParameterError, ShapeError

from ..conftest import TINY_TERMS

FIRSTS = ["the cell binds the drug", "a king", "", "braf inhibits the kinase", "cells"]
SECONDS = ["the drug binds", "a queen", "cell", "egfr inhibits the kinase", "cells"]


def random_vectors(n_texts: int = 60, dim: int = 8) -> np.ndarray:
    """Make vectors with a mean and with axes of different lengths."""
    rng = np.random.default_rng(1)
    return (rng.normal(size=(n_texts, dim)) * np.arange(1, dim + 1) + 3).astype(np.float32)


def test_a_pair_is_scored_by_the_cosine_of_its_vectors(tiny_encoder: Encoder) -> None:
    """The default is the cosine of what the encoder gives."""
    a, b = (tiny_encoder.encode(texts).vectors for texts in (FIRSTS, SECONDS))
    expected = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    found = pair_similarities(tiny_encoder, FIRSTS, SECONDS)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_shared_terms_are_counted_by_weight(tiny_encoder: Encoder) -> None:
    """The cosine of weighted counts is that of dictionaries; with an empty text it is 0."""
    weights = token_weights(tiny_encoder.vocabulary)
    expected = []
    for pair in zip(FIRSTS, SECONDS, strict=True):
        a, b = (
            {word: n * weights[TINY_TERMS.index(word)] for word, n in Counter(text.split()).items()}
            for text in pair
        )
        lengths = [np.sqrt(sum(value**2 for value in bag.values())) for bag in (a, b)]
        dot = sum(value * b.get(word, 0) for word, value in a.items())
        expected.append(dot / np.prod(lengths) if all(lengths) else 0)
    np.testing.assert_allclose(term_cosines(tiny_encoder, FIRSTS + SECONDS), expected, atol=1e-6)
    assert expected[2] == 0
    assert expected[4] == pytest.approx(1)


def test_several_channels_are_one_long_vector(tiny_encoder: Encoder) -> None:
    """The mean of cosines is the cosine of the unit vectors laid side by side."""
    pooled = pool_texts(tiny_encoder, FIRSTS + SECONDS, ["cls_head", "cls_top"])
    unit = [v / np.linalg.norm(v, axis=1, keepdims=True) for v in pooled.values()]
    found = pair_similarities(tiny_encoder, FIRSTS, SECONDS, channels=["cls_head", "cls_top"])
    np.testing.assert_allclose(found, pair_cosines(np.hstack(unit)), atol=1e-6)


def test_centered_vectors_have_no_mean() -> None:
    """Only the mean is taken out."""
    vectors = random_vectors()
    np.testing.assert_allclose(
        adjust_vectors(vectors, "centered"), vectors - vectors.mean(axis=0), atol=1e-5
    )


def test_removal_leaves_every_component_but_the_first() -> None:
    """What is left is the sum of the other singular components."""
    vectors = random_vectors()
    left, values, right = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    expected = (left[:, 1:] * values[1:]) @ right[1:]
    np.testing.assert_allclose(adjust_vectors(vectors, "common_removed"), expected, atol=1e-4)


def test_half_whitening_divides_by_the_root_of_the_deviation() -> None:
    """Dot products are those of components divided by the square root of their deviation."""
    vectors = random_vectors()
    left, values, _ = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    expected = left * values / np.sqrt(values / np.sqrt(len(vectors)))
    found = adjust_vectors(vectors, "half_whitened")
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("adjustment", ADJUSTMENTS)
def test_equal_vectors_are_adjusted_to_numbers(adjustment: str) -> None:
    """Texts that are all alike leave nothing to divide by, and no NaN."""
    found = adjust_vectors(np.ones((4, 3), dtype=np.float32), adjustment)  # type: ignore[arg-type] # parametrized
    assert np.isfinite(pair_cosines(found)).all()


def test_agreement_is_that_of_scipy() -> None:
    """Both correlations agree, ties included."""
    rng = np.random.default_rng(2)
    grades = rng.integers(0, 6, size=200).astype(np.float64)
    scores = grades + rng.normal(size=200) * 3
    found = agreement(scores, grades)
    assert found.spearman == pytest.approx(scipy.stats.spearmanr(scores, grades).statistic)
    assert found.pearson == pytest.approx(scipy.stats.pearsonr(scores, grades).statistic)
    assert found.n_pairs == 200


def test_scores_that_do_not_vary_agree_with_nothing() -> None:
    """A constant has no correlation, which is told as 0."""
    found = agreement(np.ones(5), np.arange(5.0))
    assert (found.spearman, found.pearson) == (0, 0)


def test_every_way_to_compare_is_scored_as_it_is_alone(tiny_encoder: Encoder) -> None:
    """The table holds each pooling and mix by each adjustment, with the figures of single runs."""
    grades = [3.0, 2.0, 0.0, 4.0, 5.0]
    table = compare_similarities(tiny_encoder, FIRSTS, SECONDS, grades)
    names = [*POOLINGS, *("+".join(mix) for mix in MIXES)]
    assert [(s.channels, s.adjustment) for s in table] == [
        (name, adjustment) for adjustment in ADJUSTMENTS for name in names
    ]
    for score in table:
        single = pair_similarities(
            tiny_encoder,
            FIRSTS,
            SECONDS,
            channels=score.channels.split("+"),
            adjustment=score.adjustment,
        )
        expected = agreement(single, np.array(grades))
        assert score.pearson == pytest.approx(expected.pearson, abs=1e-4)


def test_channels_that_are_unknown_are_named(tiny_encoder: Encoder) -> None:
    """The message says what there is."""
    with pytest.raises(ParameterError, match="words"):
        pair_similarities(tiny_encoder, FIRSTS, SECONDS, channels=["words"])
    with pytest.raises(ShapeError, match="5 first and 1 second"):
        pair_similarities(tiny_encoder, FIRSTS, ["cell"])
