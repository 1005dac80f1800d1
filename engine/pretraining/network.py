"""The network that is trained: BERT with its two heads, and no work that no loss needs.

The parameters are those of transformers' BertForPreTraining, under its names. The last layer, the
head's transform and the product with the vocabulary are computed at the opening token and at the
masked places alone.

References
----------
Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
2019: masked words and next sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import transformers
from torch import Tensor, nn
from torch.nn import functional

from .batches import IGNORED, Batch
from .vocabulary_loss import vocabulary_loss


@dataclass(frozen=True)
class Shape:
    """The size of a network.

    Attributes
    ----------
    n_terms
        Terms in the vocabulary.
    dim, n_layers, n_heads, n_inner
        Width of the vectors, transformer layers, attention heads, width of the inner layer.
    max_length
        Tokens that there are positions for.
    """

    n_terms: int
    dim: int
    n_layers: int
    n_heads: int
    n_inner: int
    max_length: int


class Network(nn.Module):
    """BERT with its heads for masked words and next sentences.

    Parameters
    ----------
    shape
        Its size.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.config = bert_config(shape)
        # mypy takes the parts of a module for tensors.
        self.model: Any = transformers.BertForPreTraining(self.config)

    def forward(
        self,
        ids: Tensor,
        segments: Tensor,
        places: Tensor,
        labels: Tensor,
        is_random: Tensor,
        bag: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Compute the losses of a batch, given the arrays of a `Batch` as tensors.

        Returns
        -------
        words
            Mean cross-entropy of the masked tokens, in nats, as all losses.
        next_sentence
            Mean cross-entropy of whether the second segment goes on from the first; 0 without
            pairs.
        bag
            Mean cross-entropy of words of the row, read at its opening token.
        """
        opening, masked = self.states(ids, segments, places)
        vectors = self.model.bert.embeddings.word_embeddings.weight
        bias = self.model.cls.predictions.bias
        is_scored = labels != IGNORED
        words = vocabulary_loss(
            self._transform(masked[is_scored]), vectors, bias, labels[is_scored][:, None]
        )
        answers = self.pair_logits(opening)
        n_pairs = (is_random != IGNORED).sum().clamp(min=1)
        pairs = functional.cross_entropy(answers, is_random, reduction="sum") / n_pairs
        return words, pairs, vocabulary_loss(self._transform(opening), vectors, bias, bag)

    def states(
        self,
        ids: Tensor,
        segments: Tensor,
        places: Tensor,
        *,
        is_token: Tensor | None = None,
        dropout: float = 0.0,
    ) -> tuple[Tensor, Tensor]:
        """Compute the topmost states at the opening token and at some places.

        Parameters
        ----------
        ids, segments
            int64 tensors of shape (n_rows, length).
        places
            int64 tensor of shape (n_rows, n_places): columns.
        is_token
            bool tensor of shape (n_rows, length): False for padding; None where there is none.
        dropout
            Part of the activations to drop, differently in each call.

        Returns
        -------
        opening
            Tensor of shape (n_rows, dim).
        at_places
            Tensor of shape (n_rows, n_places, dim).
        """
        bert = self.model.bert
        embeddings = bert.embeddings
        x = embeddings.LayerNorm(
            embeddings.word_embeddings(ids)
            + embeddings.token_type_embeddings(segments)
            + embeddings.position_embeddings.weight[: ids.shape[1]]
        )
        x = functional.dropout(x, dropout)
        mask = None if is_token is None else is_token[:, None, None]
        *lower, last = bert.encoder.layer
        for layer in lower:
            x = self._layer(layer, x, x, mask, dropout)
        wanted = functional.pad(places, (1, 0))
        queries = x.gather(1, wanted[:, :, None].expand(-1, -1, x.shape[2]))
        y = self._layer(last, x, queries, mask, dropout)
        return y[:, 0], y[:, 1:]

    def text_vectors(self, ids: Tensor, is_token: Tensor, *, dropout: float = 0.0) -> Tensor:
        """Compute the vectors of texts, head-transformed at the opening token.

        Parameters
        ----------
        ids, is_token
            int64 and bool tensors of shape (n_texts, length), padded on the right.
        dropout
            As in `states`.

        Returns
        -------
        Tensor of shape (n_texts, dim).
        """
        none = ids.new_empty((len(ids), 0))
        opening, _ = self.states(
            ids, torch.zeros_like(ids), none, is_token=is_token, dropout=dropout
        )
        return self._transform(opening)

    def word_logits(self, states: Tensor) -> Tensor:
        """Score every term at some states: (n_states, dim) to float32 of (n_states, n_terms)."""
        vectors = self.model.bert.embeddings.word_embeddings.weight
        bias = self.model.cls.predictions.bias
        return functional.linear(self._transform(states), vectors, bias).float()

    def pair_logits(self, opening: Tensor) -> Tensor:
        """Score whether segments go on, or are random: (n_rows, dim) to float32 of (n_rows, 2)."""
        pooled = torch.tanh(self.model.bert.pooler.dense(opening))
        answers: Tensor = self.model.cls.seq_relationship(pooled).float()
        return answers

    def _layer(
        self, layer: Any, x: Tensor, queries: Tensor, mask: Tensor | None, dropout: float
    ) -> Tensor:
        """Compute a layer's output of shape (n_rows, n_queries, dim) for some of its inputs."""
        attention = layer.attention
        read, written = attention.self, attention.output
        n_heads = self.shape.n_heads
        key_value = functional.linear(
            x,
            torch.cat([read.key.weight, read.value.weight]),
            torch.cat([read.key.bias, read.value.bias]),
        )
        parts = key_value.unflatten(  # type: ignore[no-untyped-call]  # untyped over there
            -1, (2, n_heads, -1)
        )
        k, v = parts.permute(2, 0, 3, 1, 4)
        q = read.query(queries).unflatten(-1, (n_heads, -1)).transpose(1, 2)
        context = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        attended = written.dense(context.transpose(1, 2).flatten(2))
        y = written.LayerNorm(queries + functional.dropout(attended, dropout))
        inner = functional.gelu(layer.intermediate.dense(y))
        changed = functional.dropout(layer.output.dense(inner), dropout)
        out: Tensor = layer.output.LayerNorm(y + changed)
        return out

    def _transform(self, states: Tensor) -> Tensor:
        """Carry states into the space of the vocabulary."""
        transform = self.model.cls.predictions.transform
        out: Tensor = transform.LayerNorm(functional.gelu(transform.dense(states)))
        return out


def bert_config(shape: Shape) -> transformers.BertConfig:
    """Describe a network to transformers."""
    return transformers.BertConfig(
        vocab_size=shape.n_terms,
        hidden_size=shape.dim,
        num_hidden_layers=shape.n_layers,
        num_attention_heads=shape.n_heads,
        intermediate_size=shape.n_inner,
        max_position_embeddings=shape.max_length,
        pad_token_id=0,
        architectures=["BertForPreTraining"],
    )


def batch_tensors(batch: Batch, device: torch.device) -> tuple[Tensor, ...]:
    """Move a batch to a device, in the order that `Network` takes it."""
    arrays: tuple[np.ndarray, ...] = (
        batch.ids,
        batch.segments,
        batch.places,
        batch.labels,
        batch.is_random,
        batch.bag,
    )
    return tuple(torch.from_numpy(array).to(device, non_blocking=True) for array in arrays)
