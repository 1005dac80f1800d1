"""Types of phrases in sentences, without a single labeled sentence.

A phrase is typed by the words with which a masked language model describes it (`descriptors`), in
its sentence and alone. The words that decided remain as the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder
from ..errors import ParameterError
from .descriptors import CONTEXT_WORDS, Describer, Place, Share, Votes
from .entity_spans import SpanFinder
from .labels.entity_vectors import EntityVectors
from .labels.seeds import UNTAGGED, main_type
from .parsing import ParsedSentence

FloatArray = npt.NDArray[np.float32]
Side = Literal["context", "phrase"]

_CONTEXT_SHARE = 1 / 3
_BLOCK_TEXTS = 256


@dataclass(frozen=True, slots=True)
class Evidence:
    """A word that spoke for a type.

    Attributes
    ----------
    side
        Where the word comes from: ``"context"``, predicted where the phrase stood in its sentence,
        or ``"phrase"``, said of the phrase alone.
    term
        The word.
    score
        The model's logit; None for a word of the phrase itself, which is not predicted.
    label
        The main type that it spoke for.
    weight
        How much it gave to that type. The weights of an entity's evidence add up to its confidence.
    """

    side: Side
    term: str
    score: float | None
    label: str
    weight: float


@dataclass(frozen=True, slots=True)
class Entity:
    """A phrase of a sentence with its type.

    Attributes
    ----------
    start, end, text
        The characters ``sentence[start:end]``.
    label, confidence
        The main type with the largest share, and that share; "UNTAGGED" and 0 when nothing is
        known.
    subtype
        The sub-type of `label` with the largest share; "" when the main type itself has it.
    alternative
        Another main type that may be meant, "" when there is none: the one that the context or the
        phrase speaks for where it is not `label`, else the second type of the context where its
        share is above the mean.
    types
        The share of each main type, the largest first, context and phrase taken together.
    subtypes
        The same for labels with their sub-types, as CHEMICAL.DRUG.
    context, phrase
        The share of each main type from each side alone; empty when that side knows nothing.
    evidence
        The words that spoke for `label`, the one that gave most first.
    """

    start: int
    end: int
    text: str
    label: str
    subtype: str
    confidence: float
    alternative: str
    types: tuple[Share, ...]
    subtypes: tuple[Share, ...]
    context: tuple[Share, ...]
    phrase: tuple[Share, ...]
    evidence: tuple[Evidence, ...]

    def has_label(self, label: str) -> bool:
        """Tell whether a label is that of the entity: "", its main type, or that with its sub-type.

        "CHEMICAL" and "CHEMICAL.DRUG" are labels of an entity of that sub-type.
        """
        return label in ("", self.label, f"{self.label}.{self.subtype}")


class EntityTyper:
    """Types phrases by a masked language model and entity vectors over its vocabulary.

    Make one with `from_parts`. Calls from several threads are safe.

    Both sides are pooled, the context with a third of the weight. On labeled phrases of several
    domains that types more of them right than equal weights, and these more than either side alone.

    Attributes
    ----------
    describer
        What asks the model for words.
    finder
        What finds the names in sentences.
    types
        The main types that an entity can have, in alphabetical order.

    References
    ----------
    A. Rajasekharan, "Unsupervised NER using BERT", 2020, and the repository
    ajitrajasekharan/unsupervised_NER: masked predictions with and without the context.
    """

    def __init__(self, describer: Describer, finder: SpanFinder) -> None:
        self.describer = describer
        self.finder = finder
        self.types = describer.main_types

    @classmethod
    def from_parts(
        cls, encoder: Encoder, entity_vectors: EntityVectors, *, window: int = CONTEXT_WORDS
    ) -> EntityTyper:
        """Make a typer of an encoder and entity vectors over its vocabulary.

        Parameters
        ----------
        window
            Words on either side of a phrase that its context is read from, at least 1.

        Raises
        ------
        ParameterError
            If the entity vectors are over another vocabulary, or `window` is below 1.
        """
        if window < 1:
            raise ParameterError(f"Got a window of {window} words; give at least 1.")
        if entity_vectors.vocabulary.terms != encoder.vocabulary.terms:
            raise ParameterError(
                f"Got entity vectors over {len(entity_vectors.vocabulary)} terms that are not the "
                f"{len(encoder.vocabulary)} of the encoder; make them of encoder.vocabulary."
            )
        return cls(Describer(encoder, entity_vectors, window=window), SpanFinder(entity_vectors))

    def type_sentences(self, parsed: Sequence[ParsedSentence]) -> list[list[Entity]]:
        """Find the names in sentences and type them.

        Returns
        -------
        For each sentence its entities, in text order and without overlap; those of which nothing
        is known have the label "UNTAGGED".
        """
        spans = [self.finder.find(sentence) for sentence in parsed]
        return self.type_spans([sentence.text for sentence in parsed], spans)

    def type_spans(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> list[list[Entity]]:
        """Type phrases of sentences.

        Parameters
        ----------
        texts
            The sentences.
        spans
            For each sentence the characters (start, end) of the phrases to type.
        progress
            Called now and then with the number of sentences done since the last call.

        Returns
        -------
        For each sentence its typed phrases, in the order of `spans`.

        Raises
        ------
        ParameterError
            If a span is empty, blank or outside its text, or texts and spans differ in number.
        """
        _check_spans(texts, spans)
        entities: list[list[Entity]] = []
        for first in range(0, len(texts), _BLOCK_TEXTS):
            block = slice(first, first + _BLOCK_TEXTS)
            entities += self._type_block(texts[block], spans[block])
            if progress is not None:
                progress(len(texts[block]))
        return entities

    def _type_block(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> list[list[Entity]]:
        """Type the phrases of a few sentences, with all masked sentences in one batch."""
        places = [(text, span) for text, row in zip(texts, spans, strict=True) for span in row]
        describer = self.describer
        context = describer.context_votes(places)
        phrase = describer.phrase_votes([text[slice(*span)] for text, span in places])
        by_context, by_phrase = describer.by_type(context), describer.by_type(phrase)
        weights = _context_weights(by_context, by_phrase)
        shares = weights * by_context + (1 - weights) * by_phrase
        typed = map(
            self._entity,
            places,
            zip(context, weights[:, 0].tolist(), phrase, strict=True),
            describer.rank_main_types(shares),
            describer.rank_types(shares),
            describer.rank_main_types(by_context),
            describer.rank_main_types(by_phrase),
        )
        return [list(islice(typed, len(row))) for row in spans]

    def _entity(
        self,
        place: Place,
        sides: tuple[Votes, float, Votes],
        types: tuple[Share, ...],
        subtypes: tuple[Share, ...],
        context: tuple[Share, ...],
        phrase: tuple[Share, ...],
    ) -> Entity:
        """Say what a phrase is and why."""
        text, (start, end) = place
        label, confidence = types[0] if types else (UNTAGGED, 0.0)
        return Entity(
            start=start,
            end=end,
            text=text[start:end],
            label=label,
            subtype=_subtype(label, subtypes),
            confidence=confidence,
            alternative=_alternative(label, context, phrase),
            types=types,
            subtypes=subtypes,
            context=context,
            phrase=phrase,
            evidence=self._evidence(label, *sides) if types else (),
        )

    def _evidence(
        self, label: str, context: Votes, weight: float, phrase: Votes
    ) -> tuple[Evidence, ...]:
        """List the words that spoke for a main type, the strongest first."""
        of_type = self.describer.is_of_main[self.types.index(label)]
        sides: Sequence[tuple[Side, Votes, float]] = (
            ("context", context, weight),
            ("phrase", phrase, 1 - weight),
        )
        evidence = [
            Evidence(side, votes.terms[word], votes.scores[word], label, share)
            for side, votes, of_side in sides
            for word, share in enumerate((of_side * (votes.shares @ of_type)).tolist())
            if share > 0
        ]
        return tuple(sorted(evidence, key=attrgetter("weight"), reverse=True))


def _context_weights(by_context: FloatArray, by_phrase: FloatArray) -> FloatArray:
    """Weigh the sides that know something: the context's part, shape (n_phrases, 1)."""
    known = by_context.any(axis=1, keepdims=True)
    alone = known & ~by_phrase.any(axis=1, keepdims=True)
    return np.where(alone, 1, known * _CONTEXT_SHARE).astype(np.float32)


def _subtype(label: str, subtypes: Sequence[Share]) -> str:
    """Return the strongest sub-type of a main type, "" when it is the main type itself."""
    best = next((name for name, _ in subtypes if main_type(name) == label), "")
    return best.partition(".")[2]


def _alternative(label: str, context: Sequence[Share], phrase: Sequence[Share]) -> str:
    """Return another main type that may be meant, "" when there is none."""
    for side in (context, phrase):
        if side and side[0][0] != label:
            return side[0][0]
    if len(context) > 1 and context[1][1] > sum(share for _, share in context) / len(context):
        return context[1][0]
    return ""


def _check_spans(texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> None:
    """Refuse spans that are not inside their texts."""
    if len(texts) != len(spans):
        raise ParameterError(
            f"Got {len(texts)} texts and {len(spans)} lists of spans; give each text one list."
        )
    for number, (text, row) in enumerate(zip(texts, spans, strict=True)):
        for start, end in row:
            if not 0 <= start < end <= len(text) or text[start:end].isspace():
                raise ParameterError(
                    f"Text {number} of {len(text)} characters has the span ({start}, {end}); give "
                    "a start and a later end inside the text, around a phrase."
                )
