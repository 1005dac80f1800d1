"""Types of phrases in sentences, without a single labeled sentence.

A phrase is typed by the words with which a masked language model describes it (`descriptors`), in
its sentence and alone. The words that decided remain as the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder
from ..errors import ParameterError
from .descriptors import Describer, Votes
from .labels import UNTAGGED, EntityVectors, read_labels
from .parsing import ParsedSentence

FloatArray = npt.NDArray[np.float32]
Side = Literal["context", "phrase"]
Share = tuple[str, float]

_CONTEXT_SHARE = 1 / 3
_BLOCK_TEXTS = 256
_NAMING = frozenset({"NOUN", "PROPN", "X"})


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
        The type that it spoke for.
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
        The type with the largest share, and that share; "UNTAGGED" and 0 when nothing is known.
    types
        The share of each type, the largest first, context and phrase taken together.
    context, phrase
        The same from each side alone; empty when that side knows nothing.
    evidence
        The words that spoke for `label`, the one that gave most first.
    """

    start: int
    end: int
    text: str
    label: str
    confidence: float
    types: tuple[Share, ...]
    context: tuple[Share, ...]
    phrase: tuple[Share, ...]
    evidence: tuple[Evidence, ...]


class EntityTyper:
    """Types phrases by a masked language model and entity vectors over its vocabulary.

    Make one with `from_parts`. Calls from several threads are safe.

    Both sides are pooled, the context with a third of the weight. On labeled phrases of several
    domains that types more of them right than equal weights, and these more than either side alone.

    References
    ----------
    A. Rajasekharan, "Unsupervised NER using BERT", 2020, and the repository
    ajitrajasekharan/unsupervised_NER: masked predictions with and without the context.
    """

    def __init__(self, describer: Describer) -> None:
        self._describer = describer

    @classmethod
    def from_parts(cls, encoder: Encoder, entity_vectors: EntityVectors) -> EntityTyper:
        """Make a typer of an encoder and entity vectors over its vocabulary.

        Raises
        ------
        ParameterError
            If the entity vectors are over another vocabulary.
        """
        if entity_vectors.vocabulary.terms != encoder.vocabulary.terms:
            raise ParameterError(
                f"Got entity vectors over {len(entity_vectors.vocabulary)} terms that are not the "
                f"{len(encoder.vocabulary)} of the encoder; make them of encoder.vocabulary."
            )
        return cls(Describer(encoder, entity_vectors))

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
        contexts = self._describer.context_votes(places)
        alone = self._describer.phrase_votes([text[slice(*span)] for text, span in places])
        typed = map(self._entity, places, contexts, alone)
        return [list(islice(typed, len(row))) for row in spans]

    def _entity(self, place: tuple[str, tuple[int, int]], context: Votes, phrase: Votes) -> Entity:
        """Pool both sides of a phrase and say what it is and why."""
        text, (start, end) = place
        sides = _weigh(context, phrase)
        shares = np.zeros(len(self._describer.types), dtype=np.float32)
        for _, votes, weight in sides:
            shares += weight * votes.shares.sum(axis=0)
        types = self._ranked(shares)
        label, confidence = types[0] if types else (UNTAGGED, 0.0)
        return Entity(
            start=start,
            end=end,
            text=text[start:end],
            label=label,
            confidence=confidence,
            types=types,
            context=self._ranked(context.shares.sum(axis=0)),
            phrase=self._ranked(phrase.shares.sum(axis=0)),
            evidence=self._evidence(label, sides) if types else (),
        )

    def _ranked(self, shares: FloatArray) -> tuple[Share, ...]:
        """Name the types that have a share, the largest first, equal ones by name."""
        order = np.argsort(-shares, kind="stable").tolist()
        values = shares.tolist()
        return tuple((self._describer.types[c], values[c]) for c in order if values[c] > 0)

    def _evidence(
        self, label: str, sides: Sequence[tuple[Side, Votes, float]]
    ) -> tuple[Evidence, ...]:
        """List the words that spoke for a type, the strongest first."""
        column = self._describer.types.index(label)
        evidence = [
            Evidence(side, term, score, label, weight * share)
            for side, votes, weight in sides
            for term, score, share in zip(
                votes.terms, votes.scores, votes.shares[:, column].tolist(), strict=True
            )
            if share > 0
        ]
        return tuple(sorted(evidence, key=attrgetter("weight"), reverse=True))


def entity_spans(parsed: ParsedSentence) -> list[tuple[int, int]]:
    """Choose the phrases of a sentence that are worth typing.

    These are the noun phrases that hold a noun or a name other than frequent words without a type,
    as "effect" in "an important effect"; pronouns and numbers are none. Determiners are cut off.

    Returns
    -------
    list of tuple of int
        The characters ``parsed.text[start:end]`` of each phrase, in text order.
    """
    return [
        (phrase.key_start, phrase.key_end)
        for phrase in parsed.noun_phrases
        if phrase.key
        and any(
            _names_something(parsed, word)
            for word in range(*phrase.words)
            if phrase.key_start <= parsed.offsets[word] < phrase.key_end
        )
    ]


def _names_something(parsed: ParsedSentence, word: int) -> bool:
    """Tell whether a word is a noun or a name with a type of its own."""
    forms = {parsed.words[word].lower(), parsed.lemmas[word].lower()}
    return parsed.upos[word] in _NAMING and forms.isdisjoint(_untyped_words())


@cache
def _untyped_words() -> frozenset[str]:
    """Return the frequent words without a type among the seed labels of the package."""
    return read_labels().untyped


def _weigh(context: Votes, phrase: Votes) -> list[tuple[Side, Votes, float]]:
    """Weigh the sides that know something."""
    if not context.shares.any():
        return [("phrase", phrase, 1.0)] if phrase.shares.any() else []
    if not phrase.shares.any():
        return [("context", context, 1.0)]
    return [("context", context, _CONTEXT_SHARE), ("phrase", phrase, 1 - _CONTEXT_SHARE)]


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
