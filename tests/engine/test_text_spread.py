"""How different the vectors of different texts are, held against loops over pairs."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.text_spread import measure_text_spread, sample_texts
from tailgraph.errors import ParameterError

from ..held_out_text import random_documents


def test_the_mean_cosine_is_that_of_all_pairs(tiny_encoder: Encoder) -> None:
    """Each pair of different texts counts once, a repeated text not again."""
    texts = ["cell", "the cell binds", "a king", "", "drug treats mice"]
    vectors = tiny_encoder.encode(texts).vectors.astype(np.float64)
    cosines = [a @ b / np.sqrt((a @ a) * (b @ b)) for a, b in combinations(vectors, 2)]
    found = measure_text_spread(tiny_encoder, [*texts, "cell"])
    assert found.mean_cosine == pytest.approx(np.mean(cosines), abs=1e-6)
    assert found.n_texts == 5


def test_lists_of_terms_are_compared_in_order(tiny_encoder: Encoder) -> None:
    """The share is that of different rankings of the ten best terms."""
    texts = sample_texts(random_documents(), 40, seed=0)
    logits = tiny_encoder.encode(texts).vectors @ tiny_encoder.vocabulary.vectors.T
    logits += tiny_encoder.vocabulary.biases
    lists = {tuple(np.argsort(-row, kind="stable")[:10].tolist()) for row in logits}
    found = measure_text_spread(tiny_encoder, texts)
    assert found.distinct_lists == pytest.approx(len(lists) / 40)


def test_texts_are_drawn_once_half_sentences_half_phrases() -> None:
    """Phrases are neighboring words of some sentence; the seed decides which."""
    documents = random_documents()
    sentences = {doc.text[start:end] for doc in documents for start, end in doc.sentences}
    texts = sample_texts(documents, 40, seed=1)
    assert len(set(texts)) == len(texts) == 40
    phrases = [text for text in texts if text not in sentences]
    assert 15 <= len(phrases) <= 20
    for phrase in phrases:
        assert len(phrase.split()) <= 4
        assert any(phrase in sentence for sentence in sentences)
    assert sample_texts(documents, 40, seed=1) == texts
    assert sample_texts(documents, 40, seed=2) != texts


def test_one_text_cannot_be_compared(tiny_encoder: Encoder) -> None:
    """The message says how many are needed."""
    with pytest.raises(ParameterError, match="two or more"):
        measure_text_spread(tiny_encoder, ["cell", "cell"])
