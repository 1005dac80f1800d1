"""What a model has to pass before its vectors are trusted: one card with every figure.

A card puts a baseline beside each figure: random vectors, a unigram predictor, the majority class,
shuffled labels. What there is no data for is not measured, and the card says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from ..engine.checkpoint import Checkpoint
from ..engine.encoder import Encoder
from ..engine.held_out import HeldOut, TokenCoverage, measure_coverage, measure_held_out
from ..engine.masked_types import MaskedTypes, measure_masked_types
from ..engine.model_loading import Backend, Device
from ..engine.next_sentence import NextSentence, NextSentenceHead, measure_next_sentence
from ..engine.pretraining.adaptation import read_report
from ..engine.pretraining.token_corpus import TokenCorpus
from ..engine.similarity import SimilarityScore, compare_similarities
from ..engine.text_spread import TextSpread, measure_text_spread, sample_texts
from ..errors import CorpusError, ParameterError
from ..graph.vocabulary_shape import (
    ClusterPurity,
    VocabularyShape,
    measure_purity,
    measure_shape,
    random_vocabulary,
)
from ..indexers.label_neighbors import LabelNeighbors, measure_label_neighbors
from .data import CardData

if TYPE_CHECKING:
    from ..engine.pretraining.source_texts import Progress

Result = TypeVar("Result")

_FORMAT = 1


@dataclass(frozen=True)
class CardSizes:
    """How much of the data is measured, drawn with the card's seed.

    Attributes
    ----------
    n_rows, length
        Rows of held-out text whose words are masked, and their tokens at most, special ones
        included.
    n_pairs
        Pairs of neighboring texts for each next-sentence accuracy, of `length` tokens at most.
    n_texts
        Phrases and sentences whose vectors are compared.
    n_mentions
        Mentions that are hidden.
    """

    n_rows: int = 1000
    length: int = 128
    n_pairs: int = 2000
    n_texts: int = 1000
    n_mentions: int = 4000


@dataclass(frozen=True)
class ModelFacts:
    """What a model is.

    Attributes
    ----------
    name
        Of its folder.
    fingerprint
        As of `Encoder`.
    model_type, n_layers, n_parameters
        Its architecture; None where it is not told.
    dim, n_terms, max_length, lowercase
        Width of the vectors, size of the vocabulary, tokens that are read, whether case is folded.
    """

    name: str
    fingerprint: str
    model_type: str
    n_layers: int | None
    n_parameters: int | None
    dim: int
    n_terms: int
    max_length: int
    lowercase: bool


@dataclass(frozen=True)
class ModelCard:
    """Everything that was measured of a model.

    Attributes
    ----------
    model, sizes, seed
        What was measured, on how much, and how it was drawn.
    shape, control
        The vocabulary's vectors, and random ones of the same shape.
    coverage, held_out, next_sentence, spread
        On held-out text: tokens, masked words, neighboring texts, vectors of different texts.
    label_neighbors, purity, masked_types
        By a list of words with classes: nearest neighbors, clusters, hidden mentions.
    similarities
        On graded pairs, every way to compare two texts.
    adaptation
        What `adapt` wrote of a model that it made: settings, before and after; None for others.
    not_measured
        Why a part is missing, by the part's name.
    """

    model: ModelFacts
    sizes: CardSizes
    seed: int
    shape: VocabularyShape
    control: VocabularyShape
    coverage: TokenCoverage | None = None
    held_out: HeldOut | None = None
    next_sentence: NextSentence | None = None
    spread: TextSpread | None = None
    label_neighbors: LabelNeighbors | None = None
    purity: ClusterPurity | None = None
    masked_types: MaskedTypes | None = None
    similarities: tuple[SimilarityScore, ...] = ()
    n_graded_pairs: int = 0
    adaptation: Mapping[str, Any] | None = None
    not_measured: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return the card as plain values for JSON, None for what was not measured."""
        return {"format": _FORMAT, **asdict(self)}


def measure_model(
    path_or_id: str | Path,
    data: CardData,
    *,
    counts: npt.NDArray[np.int64] | None = None,
    sizes: CardSizes | None = None,
    seed: int = 0,
    device: Device = "auto",
    backend: Backend = "auto",
    progress: Progress | None = None,
) -> ModelCard:
    """Measure a model on what data there is.

    Parameters
    ----------
    path_or_id
        A folder, or the name of a downloaded model.
    data
        See `CardData.read`.
    counts
        int64 array of shape (n_terms,): how often each term occurs in the training text, for the
        unigram baseline; the output biases stand in for it by default.
    sizes
        How much of the data is measured.
    seed
        Decides what is drawn from the data, and the random controls.
    device, backend
        As in `Encoder.from_pretrained`.
    progress
        Called with the name of a part, how much of it is done, and of how much.

    Raises
    ------
    ModelError
        If there is no such model, or its head cannot be read.
    """
    encoder = Encoder.from_pretrained(path_or_id, device=device, backend=backend)
    checkpoint = Checkpoint.open(path_or_id, local_files_only=True)
    tell = progress or (lambda stage, done, total: None)
    measuring = _Measuring(encoder, checkpoint, data, sizes or CardSizes(), seed, tell)
    parts = {**dict(measuring.of_vectors()), **dict(measuring.of_text(counts))}
    similarities = measuring.part("similarities", "pairs", measuring.similarities)
    return ModelCard(
        model=_facts(encoder, checkpoint),
        sizes=measuring.sizes,
        seed=seed,
        similarities=similarities or (),
        n_graded_pairs=len(data.pairs),
        adaptation=read_report(checkpoint.folder),
        **parts,  # type: ignore[arg-type] # each part is yielded under the name of its field
        not_measured=dict(sorted(measuring.missing.items())),
    )


@dataclass(frozen=True, eq=False)
class _Measuring:
    """Measures one model, part by part, and keeps why a part could not be."""

    encoder: Encoder
    checkpoint: Checkpoint
    data: CardData
    sizes: CardSizes
    seed: int
    tell: Progress
    missing: dict[str, str] = field(default_factory=dict)

    def part(self, name: str, needs: str, measure: Callable[[], Result]) -> Result | None:
        """Measure one part, or note why not."""
        if not getattr(self.data, needs):
            option = {"documents": "corpus"}.get(needs, needs)
            self.missing[name] = f"not measured: give --{option}"
            return None
        self.tell(name.replace("_", " "), 0, 1)
        try:
            result = measure()
        except (CorpusError, ParameterError) as error:
            self.missing[name] = f"not measured: {error}"
            return None
        self.tell(name.replace("_", " "), 1, 1)
        return result

    def of_vectors(self) -> Iterator[tuple[str, object]]:
        """Measure the vocabulary's vectors, and random ones beside them."""
        vocabulary, labels, seed = self.encoder.vocabulary, self.data.labels, self.seed
        self.tell("vocabulary", 0, 2)
        shape, clustering = measure_shape(vocabulary, seed=seed)
        self.tell("vocabulary", 1, 2)
        control, _ = measure_shape(random_vocabulary(vocabulary, seed=seed), seed=seed)
        self.tell("vocabulary", 2, 2)
        yield "shape", shape
        yield "control", control
        yield (
            "purity",
            self.part(
                "purity",
                "labels",
                lambda: measure_purity(vocabulary, clustering, labels, seed=seed),
            ),
        )
        yield (
            "label_neighbors",
            self.part(
                "label_neighbors",
                "labels",
                lambda: measure_label_neighbors(vocabulary, labels, seed=seed),
            ),
        )
        yield "masked_types", self.part("masked_types", "mentions", self.masked_types)

    def of_text(self, counts: npt.NDArray[np.int64] | None) -> Iterator[tuple[str, object]]:
        """Measure what needs held-out text."""
        names = ("coverage", "held_out", "next_sentence")
        corpus = self.part("tokens", "documents", self.token_corpus)
        reason = self.missing.pop("tokens", "")
        sizes = self.sizes
        if corpus is None:
            self.missing.update(dict.fromkeys(names, reason))
        else:
            yield "coverage", measure_coverage(corpus, self.encoder)
            yield (
                "held_out",
                self.part(
                    "held_out",
                    "documents",
                    lambda: measure_held_out(
                        self.encoder,
                        corpus,
                        counts=counts,
                        n_rows=sizes.n_rows,
                        length=sizes.length,
                        seed=self.seed,
                    ),
                ),
            )
            yield (
                "next_sentence",
                self.part("next_sentence", "documents", lambda: self.next_sentence(corpus)),
            )
        yield "spread", self.part("spread", "documents", self.spread)

    def token_corpus(self) -> TokenCorpus:
        """Tokenize the held-out text."""
        return TokenCorpus.from_documents(self.data.documents, self.encoder.tokenizer.backend)

    def next_sentence(self, corpus: TokenCorpus) -> NextSentence:
        """Measure next-sentence prediction, if the model was trained for it."""
        head = NextSentenceHead.read(self.checkpoint)
        if head is None:
            raise ParameterError("the checkpoint has no next-sentence head")
        return measure_next_sentence(
            self.encoder,
            head,
            corpus,
            n_pairs=self.sizes.n_pairs,
            length=self.sizes.length,
            seed=self.seed,
        )

    def spread(self) -> TextSpread:
        """Measure how different the vectors of different texts are."""
        texts = sample_texts(self.data.documents, self.sizes.n_texts, seed=self.seed)
        return measure_text_spread(self.encoder, texts)

    def masked_types(self) -> MaskedTypes:
        """Measure what is predicted in place of mentions."""
        if not self.data.labels:
            raise ParameterError("give --labels too, the words that vote")
        return measure_masked_types(
            self.encoder,
            self.data.mentions,
            self.data.labels,
            n_mentions=self.sizes.n_mentions,
            seed=self.seed,
        )

    def similarities(self) -> tuple[SimilarityScore, ...]:
        """Compare every way to compare two texts."""
        return compare_similarities(
            self.encoder,
            [pair.first for pair in self.data.pairs],
            [pair.second for pair in self.data.pairs],
            [pair.grade for pair in self.data.pairs],
        )


def _facts(encoder: Encoder, checkpoint: Checkpoint) -> ModelFacts:
    """Say what a model is."""
    layers = checkpoint.config.get("num_hidden_layers")
    weights = checkpoint.weights()
    return ModelFacts(
        name=checkpoint.folder.resolve().name,
        fingerprint=encoder.fingerprint,
        model_type=checkpoint.model_type,
        n_layers=layers if isinstance(layers, int) else None,
        n_parameters=sum(weight.numel() for weight in weights.values()) or None,
        dim=encoder.dim,
        n_terms=len(encoder.vocabulary),
        max_length=encoder.max_length,
        lowercase=encoder.vocabulary.lowercase,
    )
