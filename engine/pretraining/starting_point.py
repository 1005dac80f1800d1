"""What a network knows before its first step: words from counts, and where its neighbours stand.

From noise a small BERT spends most of a short training on the unigram distribution. Here its
vocabulary starts from co-occurrence, its output biases from frequency, and the heads of its first
two layers from looking at one neighbouring position each.

References
----------
Trockman and Kolter, "Mimetic initialization of self-attention layers", 2023. Vaswani et al.,
"Attention is all you need", 2017: sinusoidal positions.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from .network import Network

_WORD_NORM = 0.5
"""Length of a word's vector at the start."""
_OFFSETS = (-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6)
_GAINS = (8.0, 4.8)
"""How sharply the heads of the first and of the second layer look at their position."""
_FASTEST, _SLOWEST = 2.2, 0.01
"""Angular frequencies of positions, in radians a token."""


@torch.no_grad()
def start_from_counts(
    network: Network,
    vectors: npt.NDArray[np.float32],
    counts: npt.NDArray[np.int64],
    *,
    generator: torch.Generator,
) -> None:
    """Set a fresh network's vocabulary, biases, positions and first heads.

    Parameters
    ----------
    network
        Fresh from its constructor.
    vectors
        float32 array of shape (n_terms, dim), unit rows: from `cooccurrence_vectors`.
    counts
        int64 array of shape (n_terms,): how often each term occurs.
    generator
        Source of the little noise that is left.
    """
    words = network.model.bert.embeddings.word_embeddings.weight
    known = torch.from_numpy(vectors)
    noise = torch.randn(words.shape, generator=generator) / math.sqrt(words.shape[1])
    has_vector = known.norm(dim=1, keepdim=True) > 0
    words.copy_(_WORD_NORM * torch.where(has_vector, known, noise))
    shares = (counts + 1) / (counts.sum() + len(counts))
    network.model.cls.predictions.bias.copy_(torch.from_numpy(np.log(shares)))
    if _has_room_for_positions(network):
        _look_at_neighbors(network, generator)


def _has_room_for_positions(network: Network) -> bool:
    """Tell whether heads are even and wide enough to tell positions apart."""
    width = network.shape.dim // network.shape.n_heads
    return width >= 16 and width % 2 == 0 and network.shape.n_heads > 1


def _look_at_neighbors(network: Network, generator: torch.Generator) -> None:
    """Give positions the last dimensions to themselves, and heads one neighbour each to look at."""
    shape, bert = network.shape, network.model.bert
    width = shape.dim // shape.n_heads
    first = shape.dim - width
    frequencies = torch.exp(torch.linspace(math.log(_FASTEST), math.log(_SLOWEST), width // 2))
    words = bert.embeddings.word_embeddings.weight
    words[:, first:] *= 0.05
    angles = torch.arange(shape.max_length)[:, None] * frequencies
    positions = bert.embeddings.position_embeddings.weight
    positions.zero_()
    scale = float(words.norm(dim=1).mean()) / math.sqrt(width // 2)
    positions[:, first:] = scale * torch.cat([angles.sin(), angles.cos()], dim=1)
    offsets = iter(_OFFSETS)
    for layer, gain in zip(bert.encoder.layer, _GAINS, strict=False):
        attention = layer.attention
        for head in range(shape.n_heads):
            turn = _rotation(frequencies * next(offsets, 0))
            rows = slice(head * width, (head + 1) * width)
            for weight, target in (
                (attention.self.query.weight, turn),
                (attention.self.key.weight, torch.eye(width)),
            ):
                weight[rows] = 0.01 * torch.randn(width, shape.dim, generator=generator)
                weight[rows, first:] += gain * target
        attention.self.value.weight.copy_(0.7 * _orthogonal(shape.dim, generator))
        attention.output.dense.weight.copy_(0.5 * _orthogonal(shape.dim, generator))


def _rotation(angles: Tensor) -> Tensor:
    """Return the matrix that moves sines and cosines of positions on by some angles.

    A query built with it for position p equals the key of position p plus the offset.
    """
    cosine, sine = torch.diag(angles.cos()), torch.diag(angles.sin())
    return torch.cat([torch.cat([cosine, sine], dim=1), torch.cat([-sine, cosine], dim=1)])


def _orthogonal(size: int, generator: torch.Generator) -> Tensor:
    """Draw an orthogonal matrix."""
    matrix = torch.empty(size, size)
    nn.init.orthogonal_(matrix, generator=generator)
    return matrix
