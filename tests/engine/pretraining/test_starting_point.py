"""What a network knows before its first step."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor

from tailgraph.engine.pretraining.network import Network, Shape
from tailgraph.engine.pretraining.starting_point import start_from_counts

N_TERMS = 90
OFFSETS = (-1, 1, -2, 2, -3, 3, -4, 4)


def vectors_of(dim: int) -> npt.NDArray[np.float32]:
    """Draw unit rows; the last term has none."""
    rows = np.random.default_rng(1).standard_normal((N_TERMS, dim)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows[-1] = 0
    return rows


COUNTS = np.random.default_rng(2).integers(0, 50, size=N_TERMS)


def started(dim: int, n_heads: int) -> Network:
    """Start a network of two layers."""
    torch.manual_seed(4)
    network = Network(Shape(N_TERMS, dim, 2, n_heads, 32, 48))
    start_from_counts(network, vectors_of(dim), COUNTS, generator=torch.Generator().manual_seed(5))
    return network


def attention(network: Network, layer: int, ids: Tensor) -> Tensor:
    """Compute where each head looks: shape (n_rows, n_heads, length, length)."""
    with torch.no_grad():
        out = network.model.bert(input_ids=ids, output_hidden_states=True)
        x = out.hidden_states[layer]
        read = network.model.bert.encoder.layer[layer].attention.self
        q, k = (
            part(x).unflatten(-1, (network.shape.n_heads, -1)).transpose(1, 2)
            for part in (read.query, read.key)
        )
        return (q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])).softmax(dim=-1)


@pytest.mark.parametrize("layer", [0, 1])
def test_each_head_looks_most_at_its_own_offset(layer: int) -> None:
    """The four heads of a layer look at one near position each, another in each head."""
    network = started(dim=96, n_heads=4).eval()
    ids = torch.randint(5, N_TERMS, (16, 48), generator=torch.Generator().manual_seed(6))
    looks = attention(network, layer, ids).mean(dim=0)
    for head, offset in enumerate(OFFSETS[4 * layer : 4 * layer + 4]):
        by_offset = {n: looks[head].diagonal(n)[8:-8].mean().item() for n in range(-12, 13)}
        assert max(by_offset, key=lambda n: by_offset[n]) == offset
        assert by_offset[offset] > 0.2


def test_biases_are_the_logarithms_of_the_shares() -> None:
    """Without any text the head predicts how frequent words are, none of them impossible."""
    bias = started(dim=32, n_heads=2).model.cls.predictions.bias.detach()
    expected = np.log((COUNTS + 1) / (COUNTS.sum() + N_TERMS))
    np.testing.assert_allclose(bias.numpy(), expected, rtol=1e-5)


def test_words_start_from_the_vectors_given() -> None:
    """Each word points where its counts say, half as long; one without counts somewhere else."""
    words = started(dim=30, n_heads=1).model.bert.embeddings.word_embeddings.weight.detach()
    np.testing.assert_allclose(words[:-1].numpy(), 0.5 * vectors_of(30)[:-1], rtol=1e-6)
    assert 0.1 < words[-1].norm() < 1


def test_positions_have_the_last_dimensions_to_themselves() -> None:
    """One head's width of the vectors is kept for positions, the rest for words."""
    embeddings = started(dim=96, n_heads=4).model.bert.embeddings
    words = embeddings.word_embeddings.weight.detach()
    positions = embeddings.position_embeddings.weight.detach()
    np.testing.assert_allclose(words[:-1, :72].numpy(), 0.5 * vectors_of(96)[:-1, :72], rtol=1e-6)
    np.testing.assert_allclose(words[:-1, 72:].numpy(), 0.025 * vectors_of(96)[:-1, 72:], rtol=1e-5)
    assert (positions[:, :72] == 0).all()
    lengths = positions.norm(dim=1)
    torch.testing.assert_close(lengths, torch.full_like(lengths, words.norm(dim=1).mean().item()))


def test_the_same_generator_gives_the_same_start() -> None:
    """Nothing but the seed decides the noise."""
    one, other = started(96, 4).state_dict(), started(96, 4).state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)
