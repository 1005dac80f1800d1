"""Vectors from counts, held against dense matrices filled by loops."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from tailgraph.engine.pretraining.cooccurrence import cooccurrence_vectors
from tailgraph.engine.pretraining.token_corpus import TokenCorpus

N_TERMS = 14
Array = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def small() -> TokenCorpus:
    """Draw forty sentences of 1 to 12 tokens over 13 terms; the last term never occurs."""
    rng = np.random.default_rng(5)
    lengths = rng.integers(1, 13, size=40)
    sentences = np.concatenate([[0], np.cumsum(lengths)])
    ids = (rng.random(sentences[-1]) ** 2 * (N_TERMS - 1)).astype(np.uint16)
    return TokenCorpus(ids, sentences, np.arange(0, 41, 10))


def positive_information(corpus: TokenCorpus) -> Array:
    """Count pairs by the definition and turn them into smoothed positive information."""
    counts = np.zeros((N_TERMS, N_TERMS))
    for start, end in zip(corpus.sentences[:-1], corpus.sentences[1:], strict=True):
        for here in range(start, end):
            for there in range(max(start, here - 5), min(end, here + 6)):
                if here != there:
                    counts[corpus.ids[here], corpus.ids[there]] += 1 / abs(here - there)
    contexts = counts.sum(axis=0) ** 0.75
    chances = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(chances / (contexts / contexts.sum()))
    return np.where(counts > 0, np.maximum(information, 0), 0)


@pytest.mark.parametrize("dim", [4, N_TERMS])
def test_vectors_are_the_leading_part_of_the_information(dim: int, small: TokenCorpus) -> None:
    """Cosines of the vectors are those of U sqrt(S), from a dense decomposition."""
    left, values, _ = np.linalg.svd(positive_information(small))
    expected = left[:, :dim] * np.sqrt(values[:dim])
    norms = np.linalg.norm(expected, axis=1, keepdims=True)
    expected = expected / np.where(norms > 1e-6, norms, np.inf)
    vectors = cooccurrence_vectors(small, N_TERMS, dim)
    assert vectors.shape == (N_TERMS, dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors @ vectors.T, expected @ expected.T, atol=2e-4)


def test_columns_fall_in_importance(small: TokenCorpus) -> None:
    """Fewer columns are the first of more: the leading directions come first."""
    few, many = (cooccurrence_vectors(small, N_TERMS, dim) for dim in (3, 8))
    shorter = many[:, :3] / np.maximum(np.linalg.norm(many[:, :3], axis=1, keepdims=True), 1e-9)
    np.testing.assert_allclose(few, shorter, atol=2e-4)


def test_rows_are_unit_vectors_and_zero_without_context(small: TokenCorpus) -> None:
    """The term that never occurs has no direction, all others have length 1."""
    norms = np.linalg.norm(cooccurrence_vectors(small, N_TERMS, 6), axis=1)
    np.testing.assert_allclose(norms, [1] * (N_TERMS - 1) + [0], atol=1e-5)


@pytest.mark.parametrize("block", [1, 7, 64])
def test_counting_in_blocks_does_not_matter(block: int, small: TokenCorpus) -> None:
    """Pairs across the end of a block are counted once, as if there were no blocks."""
    whole = cooccurrence_vectors(small, N_TERMS, 6)
    np.testing.assert_allclose(
        cooccurrence_vectors(small, N_TERMS, 6, block=block), whole, atol=1e-4
    )


def test_columns_beyond_the_vocabulary_are_zero(small: TokenCorpus) -> None:
    """More columns than terms are filled with nothing."""
    wide = cooccurrence_vectors(small, N_TERMS, 20)
    assert wide.shape == (N_TERMS, 20)
    assert (wide[:, N_TERMS:] == 0).all()


def test_the_same_seed_gives_the_same_bits(corpus: TokenCorpus) -> None:
    """Vectors of the sample do not change from one call to the next."""
    first, second = (cooccurrence_vectors(corpus, 500, 32, seed=2) for _ in range(2))
    np.testing.assert_array_equal(first, second)
