"""Poolings, held against transformers' own hidden states and sums written out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
import transformers

from tailgraph.engine import pooling
from tailgraph.engine.encoder import Encoder
from tailgraph.engine.model_loading import Backend
from tailgraph.engine.pooling import (
    POOLINGS,
    Pooling,
    layer_poolings,
    pool_texts,
    term_probabilities,
    token_weights,
    whitened_terms,
)
from tailgraph.errors import ParameterError

from ..conftest import TINY_TERMS

TEXTS = ["the drug treats mice", "cell", "BRAF binds the kinase.", "cells of the mouse", "cell"]
IDS = [
    ["the", "drug", "treats", "mice"],
    ["cell"],
    ["braf", "binds", "the", "kinase", "."],
    ["cells", "of", "the", "mouse"],
    ["cell"],
]


@pytest.fixture(scope="module")
def states(tiny_bert: Path) -> dict[str, list[npt.NDArray[np.float32]]]:
    """Run transformers on each text alone: the states of all its tokens, in the head and below."""
    model = transformers.BertForMaskedLM.from_pretrained(tiny_bert, dtype=torch.float32).eval()
    found: dict[str, list[npt.NDArray[np.float32]]] = {"head": [], "top": [], "1": [], "2": []}
    for terms in IDS:
        ids = [TINY_TERMS.index(term) for term in ("[CLS]", *terms, "[SEP]")]
        with torch.inference_mode():
            read = model.bert(input_ids=torch.tensor([ids]), output_hidden_states=True)
            top = read.last_hidden_state[0]
            head = model.cls.predictions.transform(top)
        found["1"].append(read.hidden_states[1][0].numpy())
        found["2"].append(read.hidden_states[2][0].numpy())
        found["head"].append(head.numpy())
        found["top"].append(top.numpy())
    return found


def rows(terms: list[str]) -> list[int]:
    """Return the rows of terms."""
    return [TINY_TERMS.index(term) for term in terms]


@pytest.mark.parametrize("backend", ["packed", "transformers"])
@pytest.mark.parametrize("layer", ["head", "top"])
def test_states_of_the_opening_token_are_those_of_transformers(
    layer: str, backend: Backend, tiny_bert: Path, states: dict[str, list[np.ndarray]]
) -> None:
    """The opening token is read at the layer that the pooling names."""
    encoder = Encoder.from_pretrained(tiny_bert, device="cpu", backend=backend)
    name: Pooling = "cls_head" if layer == "head" else "cls_top"
    expected = np.array([text[0] for text in states[layer]])
    np.testing.assert_allclose(pool_texts(encoder, TEXTS, [name])[name], expected, atol=2e-5)


def test_the_default_vector_of_a_text_is_the_first_pooling(tiny_encoder: Encoder) -> None:
    """``cls_head`` is what the encoder gives."""
    pooled = pool_texts(tiny_encoder, TEXTS, ["cls_head"])["cls_head"]
    np.testing.assert_allclose(pooled, tiny_encoder.encode(TEXTS).vectors, atol=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("layer", ["head", "top"])
def test_means_leave_the_special_tokens_out(
    layer: str, weighted: bool, tiny_encoder: Encoder, states: dict[str, list[np.ndarray]]
) -> None:
    """A mean is that of the text's own tokens, each by its weight where the name says so."""
    weights = token_weights(tiny_encoder.vocabulary) if weighted else np.ones(len(TINY_TERMS))
    expected = np.array(
        [
            np.average(text[1:-1], axis=0, weights=weights[rows(terms)])
            for text, terms in zip(states[layer], IDS, strict=True)
        ]
    )
    name: Pooling = f"mean_{layer}{'_sif' if weighted else ''}"
    found = pool_texts(tiny_encoder, TEXTS, [name])[name]
    np.testing.assert_allclose(found, expected, atol=3e-5)


@pytest.mark.parametrize("backend", ["packed", "transformers"])
def test_single_layers_are_averaged_by_number(
    backend: Backend, tiny_bert: Path, states: dict[str, list[np.ndarray]]
) -> None:
    """Layer 1 is the lowest; the last four of two layers are both, averaged or side by side."""
    encoder = Encoder.from_pretrained(tiny_bert, device="cpu", backend=backend)
    assert layer_poolings(encoder) == ("layer:1", "layer:2")
    first, second = (
        np.array([text[1:-1].mean(axis=0) for text in states[layer]]) for layer in "12"
    )
    expected = {
        "layer:1": first,
        "layer:2": second,
        "mean_last4": (first + second) / 2,
        "concat_last4": np.hstack([first, second]),
    }
    found = pool_texts(encoder, TEXTS, list(expected))
    for name, vectors in expected.items():
        np.testing.assert_allclose(found[name], vectors, atol=3e-5)


def test_the_largest_number_of_each_coordinate_is_taken(
    tiny_encoder: Encoder, states: dict[str, list[np.ndarray]]
) -> None:
    """Over the text's own tokens; a text without any has zeros."""
    expected = [np.max(text[1:-1], axis=0) for text in states["top"]]
    found = pool_texts(tiny_encoder, ["", *TEXTS, ""], ["max_top"])["max_top"]
    np.testing.assert_allclose(found[1:-1], expected, atol=3e-5)
    assert not found[[0, -1]].any()


def test_static_poolings_average_the_vocabulary(tiny_encoder: Encoder) -> None:
    """Static vectors are means of the terms' own rows, whatever stands around them."""
    vocabulary = tiny_encoder.vocabulary
    weights = token_weights(vocabulary)
    tables = {
        "static_mean": (vocabulary.vectors, np.ones(len(vocabulary))),
        "static_sif": (vocabulary.unit_vectors, weights),
        "static_whitened": (whitened_terms(vocabulary), weights),
    }
    found = pool_texts(tiny_encoder, TEXTS, ["static_mean", "static_sif", "static_whitened"])
    for name, vectors in found.items():
        table, shares = tables[name]
        expected = [
            np.average(table[rows(terms)], axis=0, weights=shares[rows(terms)]) for terms in IDS
        ]
        np.testing.assert_allclose(vectors, expected, atol=1e-5)


def test_all_poolings_at_once_are_those_of_each_alone(tiny_encoder: Encoder) -> None:
    """Sharing the passes of the model changes nothing."""
    together = pool_texts(tiny_encoder, TEXTS, POOLINGS)
    for name in POOLINGS:
        alone = pool_texts(tiny_encoder, TEXTS, [name])[name]
        np.testing.assert_allclose(together[name], alone, atol=2e-5)


def test_lots_of_few_tokens_give_the_same_vectors(
    tiny_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the texts are cut into lots leaves no trace."""
    whole = pool_texts(tiny_encoder, TEXTS, POOLINGS)
    monkeypatch.setattr(pooling, "_CHUNK_TOKENS", 7)
    for name, vectors in pool_texts(tiny_encoder, TEXTS, POOLINGS).items():
        np.testing.assert_allclose(vectors, whole[name], atol=2e-5)


def test_a_mean_over_no_token_is_zero(tiny_encoder: Encoder) -> None:
    """An empty text has an opening token, and nothing to average."""
    pooled = pool_texts(tiny_encoder, ["", "cell"], ["cls_top", "mean_head", "static_sif"])
    assert np.linalg.norm(pooled["cls_top"][0]) > 0
    assert not pooled["mean_head"][0].any()
    assert not pooled["static_sif"][0].any()
    assert pooled["static_sif"][1].any()


def test_weights_fall_with_the_softmax_of_the_biases(tiny_encoder: Encoder) -> None:
    """A term's weight is a / (a + p); special terms are no part of p."""
    vocabulary = tiny_encoder.vocabulary
    exponentials = np.exp(vocabulary.biases.astype(np.float64)) * ~vocabulary.is_special
    expected = exponentials / exponentials.sum()
    np.testing.assert_allclose(term_probabilities(vocabulary), expected, rtol=1e-9)
    np.testing.assert_allclose(token_weights(vocabulary), 1e-3 / (1e-3 + expected), rtol=1e-5)


def test_whitened_terms_have_no_common_direction(default_encoder: Encoder) -> None:
    """Over the tokens of texts, as they are weighed, the mean is zero and variances are one."""
    vocabulary = default_encoder.vocabulary
    shares = term_probabilities(vocabulary) * token_weights(vocabulary)
    shares /= shares.sum()
    vectors = whitened_terms(vocabulary).astype(np.float64)
    covariance = (vectors * shares[:, None]).T @ vectors
    np.testing.assert_allclose(shares @ vectors, 0, atol=1e-4)
    np.testing.assert_allclose(covariance, np.diag(covariance.diagonal()), atol=1e-3)
    assert np.isclose(covariance.diagonal(), 1, atol=1e-3).mean() > 0.9
    assert covariance.diagonal().max() < 1.001


def test_a_pooling_that_is_unknown_is_named(tiny_encoder: Encoder) -> None:
    """The message names what came, and what there is, the layers of the model too."""
    with pytest.raises(ParameterError, match=r"\['layer:3', 'max'\]; .* cls_head.*layer:2\."):
        pool_texts(tiny_encoder, TEXTS, ["max", "layer:3"])
