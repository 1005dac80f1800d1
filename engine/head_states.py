"""The wanted vectors of many texts: equal texts once, chunk by chunk, in the order given."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from torch import Tensor

from .mlm_head import Reading
from .token_sequences import TokenSequences
from .tokenizer import Tokenized

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Key = TypeVar("Key", bound=Hashable)

_CHUNK = 8192
"""Texts that are tokenized and sorted by length together."""


class Model(Protocol):
    """A masked language model that is read at its head."""

    output_vectors: Tensor
    output_biases: Tensor

    @property
    def dim(self) -> int:
        """Width of the vectors."""

    @property
    def max_length(self) -> int:
        """Tokens that the model has positions for."""

    @property
    def n_layers(self) -> int:
        """Layers below the head."""

    def vectors(self, sequences: TokenSequences, *, reading: Reading = "head") -> FloatArray:
        """Compute the vector of each wanted token, in the head or after a layer."""


@dataclass(frozen=True, eq=False)
class HeadStates:
    """The wanted vectors of some texts, text by text, and what is known of each text.

    Attributes
    ----------
    vectors
        float32 array of shape (n_vectors, dim).
    n_vectors
        int64 array of shape (n_texts,): vectors of each text.
    has_unknown, truncated
        bool arrays of shape (n_texts,), as in `Tokenized`.
    n_tokens
        int32 array of shape (n_texts,): tokens of each text.
    """

    vectors: FloatArray
    n_vectors: IntArray
    has_unknown: BoolArray
    truncated: BoolArray
    n_tokens: npt.NDArray[np.int32]

    @classmethod
    def joined(cls, parts: Sequence[HeadStates]) -> HeadStates:
        """Put the states of several lots of texts one after the other."""
        names = [field.name for field in dataclasses.fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def take(self, texts: IntArray) -> HeadStates:
        """Pick texts by number, in the order given; a text may be picked again."""
        n_vectors = self.n_vectors[texts]
        first_here = np.cumsum(n_vectors) - n_vectors
        first_there = (np.cumsum(self.n_vectors) - self.n_vectors)[texts]
        rows = np.arange(n_vectors.sum()) + np.repeat(first_there - first_here, n_vectors)
        return HeadStates(
            self.vectors[rows],
            n_vectors,
            self.has_unknown[texts],
            self.truncated[texts],
            self.n_tokens[texts],
        )


def compute_states(
    keys: Sequence[Key],
    tokenize: Callable[[Sequence[Key]], Tokenized],
    model: Model,
    *,
    progress: Callable[[int], None] | None = None,
) -> HeadStates:
    """Compute the wanted vectors of texts.

    Parameters
    ----------
    keys
        The texts, each with all that decides its tokens; equal keys are computed once.
    tokenize
        Turns keys into token sequences.
    model
        Turns token sequences into vectors.
    progress
        Called after each chunk with the number of texts done since the last call.
    """
    numbers: dict[Key, int] = {}
    copies = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
    distinct, n_copies = list(numbers), np.bincount(copies, minlength=len(numbers))
    parts: list[HeadStates] = []
    for first in range(0, max(1, len(distinct)), _CHUNK):
        chunk = slice(first, first + _CHUNK)
        parts.append(_chunk_states(tokenize(distinct[chunk]), model))
        if progress is not None:
            progress(int(n_copies[chunk].sum()))
    states = HeadStates.joined(parts) if len(parts) > 1 else parts[0]
    return states if len(distinct) == len(keys) else states.take(copies)


def _chunk_states(tokenized: Tokenized, model: Model) -> HeadStates:
    """Compute the vectors of texts that are tokenized together."""
    sequences = tokenized.sequences
    return HeadStates(
        vectors=model.vectors(sequences),
        n_vectors=sequences.n_wanted,
        has_unknown=tokenized.has_unknown,
        truncated=tokenized.truncated,
        n_tokens=sequences.lengths.astype(np.int32),
    )
