"""BERT on the processor without padding: the head-transformed vectors, and no work beyond them.

All tokens of a batch lie in one array, sequences of equal length side by side, so no layer sees a
padding token and attention needs no mask. The last layer computes queries, and everything after
them, for the wanted tokens alone; the product with the vocabulary is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from ..errors import ModelError
from .batch_threads import run_batches
from .matmul import Precision
from .mlm_head import Reading
from .token_sequences import TokenSequences

_BATCH_TOKENS = 2048
"""Tokens in a batch: enough to fill the products, few enough to stay in its caches."""

_OUTPUT_BIAS = "cls.predictions.bias"
_OUTPUT_BIAS_OF_OLD = "cls.predictions.decoder.bias"

_SHORT = 16
"""Length up to which bfloat16 attention is faster as two plain products."""


class PackedBert:
    """A BERT masked language model, read at the input of its output projection.

    Build one with `from_weights`. Batches run side by side in threads, one thread each, so vectors
    do not depend on the number of cores, and calls from several threads are safe.

    Attributes
    ----------
    output_vectors
        float32 tensor of shape (n_terms, dim): the output projection E.
    output_biases
        float32 tensor of shape (n_terms,): its bias b. The logits are ``t @ E.T + b``.
    """

    def __init__(
        self,
        *,
        embeddings: _Embeddings,
        layers: Sequence[_Layer],
        transform: _Linear,
        transform_norm: _Norm,
        output_vectors: Tensor,
        output_biases: Tensor,
    ) -> None:
        self._embeddings = embeddings
        self._layers = layers
        self._transform = transform
        self._transform_norm = transform_norm
        self.output_vectors = output_vectors
        self.output_biases = output_biases

    @classmethod
    def from_weights(
        cls,
        config: Mapping[str, object],
        weights: Mapping[str, Tensor],
        *,
        dtype: Precision = "float32",
    ) -> PackedBert:
        """Build the model from a configuration and weights under their names in a checkpoint.

        Parameters
        ----------
        config
            A BERT configuration that `is_packable`.
        weights
            Tensors by the names that transformers' BertForMaskedLM gives them.
        dtype
            Precision of weights and activations; vectors come out in float32 either way.

        Raises
        ------
        ModelError
            If a weight or a setting is missing.
        """
        reader = _WeightReader(weights, eps=_number(config, "layer_norm_eps"), dtype=dtype)
        n_heads = int(_number(config, "num_attention_heads"))
        is_tied = config.get("tie_word_embeddings", True)
        words = "bert.embeddings.word_embeddings" if is_tied else "cls.predictions.decoder"
        return cls(
            embeddings=_Embeddings(
                words=reader.cast("bert.embeddings.word_embeddings.weight"),
                positions=reader.cast("bert.embeddings.position_embeddings.weight"),
                segments=reader.cast("bert.embeddings.token_type_embeddings.weight"),
                norm=reader.norm("bert.embeddings.LayerNorm"),
            ),
            layers=[
                _Layer.read(reader, f"bert.encoder.layer.{i}", n_heads)
                for i in range(int(_number(config, "num_hidden_layers")))
            ],
            transform=reader.linear("cls.predictions.transform.dense", gelu=True),
            transform_norm=reader.norm("cls.predictions.transform.LayerNorm"),
            output_vectors=reader.weight(f"{words}.weight").float(),
            output_biases=reader.weight(_OUTPUT_BIAS, _OUTPUT_BIAS_OF_OLD).float(),
        )

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.output_vectors.shape[1]

    @property
    def n_layers(self) -> int:
        """Layers below the head."""
        return len(self._layers)

    @property
    def max_length(self) -> int:
        """Tokens that the model has positions for."""
        return len(self._embeddings.positions)

    def vectors(
        self, sequences: TokenSequences, *, reading: Reading = "head"
    ) -> npt.NDArray[np.float32]:
        """Compute the vector of each wanted token.

        Parameters
        ----------
        sequences
            The tokens.
        reading
            ``"head"`` reads the input of the output projection, ``"top"`` the last layer, a number
            that layer, counted from 1.

        Returns
        -------
        float32 array of shape (n_wanted, dim), in the order of the tokens.
        """
        out = np.empty((int(sequences.wanted.sum()), self.dim), dtype=np.float32)

        def fill(part: tuple[TokenSequences, npt.NDArray[np.int64]]) -> None:
            batch, rows = part
            out[rows] = self._run(batch, reading).numpy()

        run_batches(fill, list(sequences.batches(_BATCH_TOKENS)))
        return out

    @torch.inference_mode()
    def _run(self, batch: TokenSequences, reading: Reading) -> Tensor:
        """Run one batch: float32 tensor of shape (n_wanted, dim)."""
        wanted = torch.from_numpy(batch.wanted)
        lengths, n_wanted = batch.lengths, batch.n_wanted
        every_token = _groups(lengths, lengths)
        segments = None if batch.segments is None else torch.from_numpy(batch.segments)
        x = self._embeddings(torch.from_numpy(batch.ids), torch.from_numpy(batch.places), segments)
        *lower, last = self._layers[:reading] if isinstance(reading, int) else self._layers
        for layer in lower:
            x = layer(x, x, every_token)
        x = last(x, x[wanted], _groups(lengths, n_wanted))
        return (self._transform_norm(self._transform(x)) if reading == "head" else x).float()


def has_bfloat16() -> bool:
    """Tell whether this processor has instructions for bfloat16; without, it is slow."""
    return hasattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported") and bool(
        torch.ops.mkldnn._is_mkldnn_bf16_supported()
    )


def has_weights(weights: Mapping[str, Tensor]) -> bool:
    """Tell whether weights carry the names of a BERT masked language model, head included."""
    return {
        "bert.embeddings.word_embeddings.weight",
        "cls.predictions.transform.dense.weight",
    } <= weights.keys() and not weights.keys().isdisjoint({_OUTPUT_BIAS, _OUTPUT_BIAS_OF_OLD})


def is_packable(config: Mapping[str, object]) -> bool:
    """Tell whether a configuration describes a BERT that `PackedBert` computes exactly."""
    return (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not config.get("is_decoder", False)
        and not config.get("add_cross_attention", False)
    )


@dataclass(frozen=True)
class _Group:
    """Neighbors in a batch that have the same length and the same number of queries."""

    n_sequences: int
    length: int
    n_queries: int


def _groups(lengths: npt.NDArray[np.int64], n_queries: npt.NDArray[np.int64]) -> list[_Group]:
    """Cut a batch where the length or the number of queries changes."""
    shapes = np.stack([lengths, n_queries])
    edges = np.flatnonzero((shapes[:, 1:] != shapes[:, :-1]).any(axis=0)) + 1
    bounds = [0, *edges.tolist(), len(lengths)]
    return [
        _Group(last - first, int(lengths[first]), int(n_queries[first]))
        for first, last in pairwise(bounds)
    ]


class _Linear:
    """A dense layer with its weight laid out once for the fastest product there is."""

    def __init__(self, weight: Tensor, bias: Tensor, *, gelu: bool) -> None:
        self._bias = bias.contiguous()
        self._gelu = gelu
        self._is_onednn = _onednn_is_faster()
        if self._is_onednn:
            weight = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), _BATCH_TOKENS)
        self._weight = weight

    def __call__(self, x: Tensor) -> Tensor:
        """Map (n_tokens, n_in) to (n_tokens, n_out)."""
        if self._is_onednn:
            activation, variant = ("gelu", "none") if self._gelu else ("none", "")
            product: Tensor = torch.ops.mkldnn._linear_pointwise(
                x, self._weight, self._bias, activation, [], variant
            )
            return product
        y = functional.linear(x, self._weight, self._bias)
        return functional.gelu(y) if self._gelu else y


@dataclass(frozen=True, eq=False)
class _Norm:
    """Layer normalization."""

    weight: Tensor
    bias: Tensor
    eps: float

    def __call__(self, x: Tensor) -> Tensor:
        """Normalize each row."""
        return functional.layer_norm(x, self.weight.shape, self.weight, self.bias, self.eps)


@dataclass(frozen=True, eq=False)
class _Embeddings:
    """What goes into the first layer: word, position and segment, the first if not given."""

    words: Tensor
    positions: Tensor
    segments: Tensor
    norm: _Norm

    def __call__(self, ids: Tensor, places: Tensor, segments: Tensor | None) -> Tensor:
        """Look tokens up: (n_tokens,) ids, places and segments to (n_tokens, n_hidden)."""
        segment = self.segments[0 if segments is None else segments]
        return self.norm(self.words[ids] + segment + self.positions[places])


@dataclass(frozen=True, eq=False)
class _Layer:
    """One transformer layer."""

    n_heads: int
    query: _Linear
    key_value: _Linear
    attention_out: _Linear
    attention_norm: _Norm
    expand: _Linear
    contract: _Linear
    norm: _Norm

    @classmethod
    def read(cls, reader: _WeightReader, name: str, n_heads: int) -> _Layer:
        """Read the layer that a checkpoint keeps under `name`."""
        attention = f"{name}.attention"
        return cls(
            n_heads=n_heads,
            query=reader.linear(f"{attention}.self.query"),
            key_value=reader.linear(f"{attention}.self.key", f"{attention}.self.value"),
            attention_out=reader.linear(f"{attention}.output.dense"),
            attention_norm=reader.norm(f"{attention}.output.LayerNorm"),
            expand=reader.linear(f"{name}.intermediate.dense", gelu=True),
            contract=reader.linear(f"{name}.output.dense"),
            norm=reader.norm(f"{name}.output.LayerNorm"),
        )

    def __call__(self, x: Tensor, queries: Tensor, groups: Sequence[_Group]) -> Tensor:
        """Compute the layer's output for some of its tokens.

        Parameters
        ----------
        x
            Tensor of shape (n_tokens, n_hidden): every token, to attend to.
        queries
            Tensor of shape (n_queries, n_hidden): the rows of `x` to compute the output of.
        groups
            How tokens and queries fall into sequences.

        Returns
        -------
        Tensor of shape (n_queries, n_hidden).
        """
        context = self._attend(self.query(queries), self.key_value(x), groups)
        y = self.attention_norm(queries + self.attention_out(context))
        return self.norm(y + self.contract(self.expand(y)))

    def _attend(self, query: Tensor, key_value: Tensor, groups: Sequence[_Group]) -> Tensor:
        """Let the queries of each sequence attend to its tokens."""
        out = torch.empty_like(query)
        n_hidden = query.shape[1]
        width = n_hidden // self.n_heads
        first_query = first_token = 0
        for group in groups:
            n_queries = group.n_sequences * group.n_queries
            n_tokens = group.n_sequences * group.length
            shape = (group.n_sequences, group.n_queries, self.n_heads, width)
            here = slice(first_query, first_query + n_queries)
            q = query[here].view(shape).transpose(1, 2)
            k, v = (
                key_value[first_token : first_token + n_tokens]
                .view(group.n_sequences, group.length, 2, self.n_heads, width)
                .permute(2, 0, 3, 1, 4)
            )
            out[here].view(shape).copy_(_attention(q, k, v).transpose(1, 2))
            first_query += n_queries
            first_token += n_tokens
        return out


def _attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Scaled dot-product attention over tensors of shape (n_sequences, n_heads, length, width)."""
    if q.dtype == torch.bfloat16 and k.shape[2] <= _SHORT:
        return torch.softmax((q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2), dim=-1) @ v
    return functional.scaled_dot_product_attention(q, k, v)


@dataclass(frozen=True, eq=False)
class _WeightReader:
    """Weights of a checkpoint by name, made into the parts of a model."""

    weights: Mapping[str, Tensor]
    eps: float
    dtype: Precision

    def weight(self, *names: str) -> Tensor:
        """Return the weight that has one of the names."""
        for name in names:
            if name in self.weights:
                return self.weights[name]
        raise ModelError(
            f"The checkpoint lacks the weight {names[0]!r}, which a BERT masked language model "
            "has. It is of another kind or damaged; save the whole model again."
        )

    def cast(self, name: str) -> Tensor:
        """Return a weight in the model's precision."""
        return self.weight(name).to(getattr(torch, self.dtype))

    def linear(self, *names: str, gelu: bool = False) -> _Linear:
        """Join dense layers that read the same input into one."""
        weight = torch.cat([self.cast(f"{name}.weight") for name in names])
        bias = torch.cat([self.cast(f"{name}.bias") for name in names])
        return _Linear(weight, bias, gelu=gelu)

    def norm(self, name: str) -> _Norm:
        """Return a layer normalization."""
        return _Norm(self.cast(f"{name}.weight"), self.cast(f"{name}.bias"), self.eps)


def _number(config: Mapping[str, object], name: str) -> float:
    """Return a number of a configuration."""
    value = config.get(name)
    if not isinstance(value, int | float):
        raise ModelError(f"The configuration has {name}={value!r}; a BERT needs a number there.")
    return value


def _onednn_is_faster() -> bool:
    """Tell whether oneDNN's packed product beats torch's own on this processor.

    It does where there is AVX-512, which torch's default library leaves unused on AMD.
    """
    return hasattr(
        torch.ops.mkldnn, "_reorder_linear_weight"
    ) and torch.backends.cpu.get_cpu_capability().startswith("AVX512")
