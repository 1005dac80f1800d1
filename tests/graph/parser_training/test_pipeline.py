"""The vectors that a pipeline takes from a language model."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.errors import ModelError
from tailgraph.graph.parser_training.pipeline import reduce_vectors


def test_vectors_are_the_main_directions_of_the_words(tiny_encoder: Encoder) -> None:
    """Cosines are those of the centered unit vectors, up to what few dimensions can hold."""
    vocabulary = tiny_encoder.vocabulary
    whole = ~(vocabulary.is_piece | vocabulary.is_special)
    vectors = vocabulary.vectors[whole].astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors -= vectors.mean(axis=0)
    full = reduce_vectors(vocabulary, dim=32, max_words=1000)
    assert full.words == tuple(np.array(vocabulary.terms)[whole])
    expected = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(full.vectors @ full.vectors.T, expected @ expected.T, atol=1e-5)
    left, spread, _ = np.linalg.svd(vectors, full_matrices=False)
    nearest = left[:, :4] * spread[:4]
    nearest /= np.linalg.norm(nearest, axis=1, keepdims=True)
    few = reduce_vectors(vocabulary, dim=4, max_words=1000).vectors
    np.testing.assert_allclose(few @ few.T, nearest @ nearest.T, atol=1e-4)
    with pytest.raises(ModelError, match="has 5 whole words; expected at least 8"):
        reduce_vectors(vocabulary, dim=8, max_words=5)
