"""Reader: everything that a model and labels say about a text, without a knowledge base."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder
from ..engine.landmarks import Landmarks
from ..engine.tokenizer import Span
from ..engine.vocabulary import Vocabulary
from ..graph.clusters import Cluster
from ..graph.entities import Entity, EntityTyper
from ..graph.histograms import Histogram
from ..graph.labels.entity_vectors import EntityVectors, propagate_labels
from ..graph.labels.seeds import SeedLabels, check_known, read_labels
from ..graph.parsing import MAX_GROUP, ParsedSentence, Parser
from . import (
    arithmetic,
    blanks,
    explanations,
    histograms,
    importance,
    own_tokens,
    prefixes,
    scores,
    senses,
    set_signature,
)
from .given_text import parse_text
from .label_free import FineEntity, LabelFreeTyper, cluster_vocabulary
from .senses import WordSenses
from .shared_space import SharedSpace
from .term_types import TermTypes
from .typed_text import TypedText, flag_sentences, type_given_spans, with_label
from .word_classes import TaggedWord, WordClassTagger, tag_text

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
    find_vector
        Finds the stored vector of a phrase or a sentence; None likewise.
    find_clusters
        Finds the stored clusters of terms; None likewise.
    count_words
        Counts the stored documents and sentences that hold words; None likewise.
    list_clusters
        Lists the stored clusters of all terms; None likewise.
    find_sentences
        Finds the stored sentences that hold a text; None likewise.
    load_parser
        Loads the dependency parser; that of the package if not given.
    group_sentences
        Neighbors that are parsed together.
    spread
        Spreads the labels over the vocabulary.
    """

    def __init__(
        self,
        encoder: Encoder,
        seeds: SeedLabels,
        *,
        find_phrases: PhraseSearch | None = None,
        find_vector: explanations.VectorSearch | None = None,
        find_clusters: explanations.ClusterSearch | None = None,
        count_words: importance.WordCounter | None = None,
        list_clusters: Callable[[], Sequence[Cluster]] | None = None,
        find_sentences: Callable[[str], Sequence[str]] | None = None,
        load_parser: Callable[[], Parser] = Parser.default,
        group_sentences: int = MAX_GROUP,
        spread: Callable[[Vocabulary, SeedLabels], EntityVectors] = propagate_labels,
    ) -> None:
        self.encoder = encoder
        self.seeds = seeds
        self.find_phrases = find_phrases
        self.find_vector = find_vector
        self.find_clusters = find_clusters
        self.count_words = count_words
        self.list_clusters = list_clusters
        self.find_sentences = find_sentences
        self.load_parser = load_parser
        self.group_sentences = group_sentences
        self.spread = spread

    @classmethod
    def default(cls) -> Reader:
        """Open the model and the seed labels that come with the package."""
        return cls(Encoder.default(), read_labels())

    @classmethod
    def from_pretrained(
        cls,
        model: str | Path | None = None,
        *,
        labels: str | Path | None = None,
        parser: str | Path | None = None,
    ) -> Reader:
        """Open a model, a list of seed labels and a parser; the embedded ones where none is named.

        The parser is loaded when a text has to be parsed.

        Raises
        ------
        ModelError
            If there is no such model; see `Encoder.from_pretrained`.
        ArtifactError
            If the list cannot be read; see `read_labels`.
        ParameterError
            If it is for another vocabulary.
        """
        encoder = Encoder.from_pretrained(model) if model else Encoder.default()
        load_parser = partial(Parser.from_pretrained, parser) if parser else Parser.default
        seeds = read_labels(labels, vocabulary=encoder.vocabulary)
        return cls(encoder, seeds, load_parser=load_parser)

    # ---- what is made once

    @cached_property
    def parser(self) -> Parser:
        """The dependency parser."""
        return self.load_parser()

    @cached_property
    def landmarks(self) -> Landmarks:
        """The vocabulary, ready to read vectors against."""
        return Landmarks.of(self.encoder.vocabulary)

    @cached_property
    def entity_vectors(self) -> EntityVectors:
        """The seed labels, spread over the vocabulary."""
        return self.spread(self.encoder.vocabulary, self.seeds)

    @cached_property
    def typer(self) -> EntityTyper:
        """What finds and types names, by the labels spread over the vocabulary."""
        return EntityTyper.from_parts(self.encoder, self.entity_vectors)

    @cached_property
    def label_free(self) -> LabelFreeTyper:
        """What types phrases by the clusters of the vocabulary: the stored ones, or its own."""
        if self.list_clusters is None:
            clusters: Sequence[Cluster] = cluster_vocabulary(self.encoder.vocabulary)
        else:
            clusters = self.list_clusters()
        return LabelFreeTyper(self.encoder, clusters, self.term_types)

    @cached_property
    def term_types(self) -> TermTypes:
        """The type of each term of the vocabulary."""
        return TermTypes.of(self.entity_vectors)

    @cached_property
    def shared_space(self) -> SharedSpace:
        """The space in which terms, texts and blanks can be added."""
        return SharedSpace(self.encoder)

    @cached_property
    def word_tagger(self) -> WordClassTagger:
        """What tells the classes of words, by the list that comes with the package."""
        return WordClassTagger.of(self.encoder)

    # ---- predictions and what explains them

    def fill(
        self, text: str, *, types: Sequence[str] = (), terms: Sequence[str] = (), k: int = 10
    ) -> blanks.FilledText:
        """Say what may stand at each blank of a text; see `blanks.fill`."""
        return blanks.fill(self, text, types=types, terms=terms, k=k)

    def score(
        self,
        text: str,
        terms: Sequence[str] = (),
        *,
        at: str | None = None,
        masked: bool = False,
        k: int = 10,
    ) -> scores.ScoredText:
        """Take the scores of terms at places of a text apart; see `scores.score`."""
        return scores.score(self, text, terms, at=at, masked=masked, k=k)

    def explain(
        self, text: str, *, kind: str | None = None, k: int = 20
    ) -> explanations.Explanation:
        """Say what the vector of a text or of a stored node points at; see `explanations`."""
        return explanations.explain(self, text, kind=kind, k=k)

    def compare(self, first: str, second: str, *, k: int = 10) -> set_signature.Comparison:
        """Compare two texts as bags of terms and by their vectors; see `set_signature`."""
        return set_signature.compare(self, first, second, k=k)

    # ---- occurrences, states and positions

    def senses(
        self,
        text: str,
        word: str | None = None,
        *,
        n_senses: int | None = None,
        masked: bool = True,
        k: int = 10,
    ) -> tuple[WordSenses, ...]:
        """Tell the senses of the words of a text apart; see `senses.separate_senses`."""
        return senses.separate_senses(self, text, word, n_senses=n_senses, masked=masked, k=k)

    def stored_senses(
        self, word: str, *, n_senses: int | None = None, masked: bool = True, k: int = 10
    ) -> WordSenses:
        """Tell the senses of a word in the stored sentences apart; see `senses.stored_senses`."""
        return senses.stored_senses(self, word, n_senses=n_senses, masked=masked, k=k)

    def prefixes(
        self, text: str, *, window: int | None = None, k: int = 10
    ) -> tuple[prefixes.PrefixState, ...]:
        """Compute the state of a text after each word; see `prefixes.trace_prefixes`."""
        return prefixes.trace_prefixes(self, text, window=window, k=k)

    def own_tokens(
        self, text: str, *, masked: bool = False, centered: bool = False, symmetric: bool = False
    ) -> own_tokens.OwnTokens:
        """Rank the words of a text at each position; see `own_tokens.rank_own_tokens`."""
        return own_tokens.rank_own_tokens(
            self, text, masked=masked, centered=centered, symmetric=symmetric
        )

    def word_classes(self, text: str) -> tuple[TaggedWord, ...]:
        """Tell the class of each word of a text; see `word_classes.tag_text`."""
        return tag_text(self, text)

    # ---- names and their types

    def type_spans(self, text: str, spans: Sequence[Span]) -> TypedText[Entity]:
        """Type phrases of a text, each in its sentence; see `typed_text.type_given_spans`."""
        return type_given_spans(self.encoder, self.typer, text, spans)

    def type_text(
        self, text: str, *, label: str = "", spans: Sequence[Span] = ()
    ) -> list[TypedText[Entity]]:
        """Find and type the names in a text, sentence by sentence.

        Parameters
        ----------
        text
            A text of any length.
        label
            Keep the names that have this label: a main type, or one with its sub-type.
        spans
            The characters (start, end) of the phrases to type instead of those that are found; the
            answer is the one text then. See `type_spans`.

        Raises
        ------
        ParameterError
            If the text is empty, a span is not a phrase of it or overlaps another, or no label is
            called so.
        """
        check_known([label] if label else [], self.seeds.names)
        if spans:
            typed = [self.type_spans(text, spans)]
        else:
            parsed = self.parse(text)
            typed = flag_sentences(self.encoder, parsed, self.typer.type_sentences(parsed))
        return [with_label(part, label) for part in typed]

    def fine_type_spans(self, text: str, spans: Sequence[Span]) -> TypedText[FineEntity]:
        """Type phrases of a text by clusters, without labels; see `label_free`."""
        return type_given_spans(self.encoder, self.label_free, text, spans)

    def fine_type_text(
        self, text: str, *, spans: Sequence[Span] = ()
    ) -> list[TypedText[FineEntity]]:
        """Type the phrases of a text by clusters, without labels; arguments as in `type_text`."""
        if spans:
            return [self.fine_type_spans(text, spans)]
        parsed = self.parse(text)
        return flag_sentences(self.encoder, parsed, self.label_free.type_sentences(parsed))

    def parse(self, text: str) -> list[ParsedSentence]:
        """Parse the sentences of a text; see `parse_text`."""
        return parse_text(self.parser, text, group_sentences=self.group_sentences)

    # ---- the geometry of the vocabulary

    def histograms(
        self, terms: Sequence[str] = (), text: str | None = None
    ) -> tuple[Histogram, ...]:
        """Count the cosines of terms and of a text to all terms; see `read_histograms`."""
        return histograms.read_histograms(self.encoder, terms, text)

    def weigh(self, text: str) -> tuple[importance.WeighedWord, ...]:
        """Say how much each word of a text says; see `importance.weigh_text`."""
        return importance.weigh_text(self, text)

    def compute(self, expression: str, *, k: int = 10) -> arithmetic.Result:
        """Compute ``king - man + woman`` and the like; see `arithmetic.compute`."""
        return arithmetic.compute(self, expression, k=k)
