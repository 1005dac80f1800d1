"""Reader: everything that a model and labels say about a text, without a knowledge base."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder
from ..engine.landmarks import Landmarks
from ..graph.labels import EntityVectors, SeedLabels, propagate_labels, read_labels

FloatArray = npt.NDArray[np.float32]

PhraseSearch = Callable[[FloatArray, int], Sequence[tuple[str, float]]]
"""Finds the stored phrases nearest to a vector of shape (dim,), best first, with their cosines."""


class Reader:
    """Reads texts with a masked language model and seed labels.

    Open one with `default` or `from_pretrained`; `KnowledgeBase.reader` has that of a knowledge
    base, with its model, its labels and its phrases. What is costly is made at first use.

    Attributes
    ----------
    encoder
        The model.
    seeds
        The terms that a person has labeled.
    find_phrases
        Finds stored phrases near a vector; None where there is no knowledge base.
    """

    def __init__(
        self,
        encoder: Encoder,
        seeds: SeedLabels,
        *,
        find_phrases: PhraseSearch | None = None,
    ) -> None:
        self.encoder = encoder
        self.seeds = seeds
        self.find_phrases = find_phrases

    @classmethod
    def default(cls) -> Reader:
        """Open the model and the seed labels that come with the package."""
        return cls(Encoder.default(), read_labels())

    @classmethod
    def from_pretrained(
        cls, model: str | Path | None = None, *, labels: str | Path | None = None
    ) -> Reader:
        """Open a model and a list of seed labels; the embedded ones where none is named.

        Raises
        ------
        ModelError
            If there is no such model; see `Encoder.from_pretrained`.
        ArtifactError
            If the list cannot be read; see `read_labels`.
        """
        encoder = Encoder.from_pretrained(model) if model else Encoder.default()
        return cls(encoder, read_labels(labels))

    # ---- what is made once

    @cached_property
    def landmarks(self) -> Landmarks:
        """The vocabulary, ready to read vectors against."""
        return Landmarks.of(self.encoder.vocabulary)

    @cached_property
    def entity_vectors(self) -> EntityVectors:
        """The seed labels, spread over the vocabulary."""
        return propagate_labels(self.encoder.vocabulary, self.seeds)
