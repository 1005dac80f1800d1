"""Two models that type the same names, and what is said where they differ.

Each model has types of its own, in whose field it was trained. A model that sees a type of another
field in a context is reading what it knows little of, and the other model has the word; where that
decides nothing, both have.

References
----------
A. Rajasekharan, "SSL could avoid supervised learning", 2022, and the repository
ajitrajasekharan/unsupervised_NER.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from ..engine.tokenizer import Span
from ..errors import ParameterError
from ..graph.descriptors import Share
from ..graph.entities import Entity
from ..graph.labels.seeds import UNTAGGED
from ..graph.parsing import ParsedSentence
from .reader import Reader

COMMON_TYPES = frozenset({"MEASURE", "OBJECT", "PLACE", UNTAGGED})
"""Types that are of every model's field."""

_ROUNDING = 1e-5

Reason = Literal["same type", "only one knows", "only one in its field", "both may be right"]


@dataclass(frozen=True, slots=True)
class Output:
    """What one model says and is heard with.

    Attributes
    ----------
    model
        0 for the first, 1 for the second.
    label, confidence
        Its main type with the largest share, and that share.
    types
        Its types whose share is not below the mean, the largest first.
    """

    model: int
    label: str
    confidence: float
    types: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class JointEntity:
    """A phrase of a sentence, typed by two models.

    Attributes
    ----------
    start, end, text
        The characters ``sentence[start:end]``.
    outputs
        One output, or two where both models are heard; the more confident first.
    reason
        Why these.
    entities
        What each of the two models says, with its evidence, heard or not.
    """

    start: int
    end: int
    text: str
    outputs: tuple[Output, ...]
    reason: Reason
    entities: tuple[Entity, Entity]


class Ensemble:
    """Types names with two models.

    Parameters
    ----------
    first, second
        The readers. Both need the same names for the same types.
    own_types
        For each of them the main types of its own field.
    common_types
        Main types that are of both fields.

    Raises
    ------
    ParameterError
        If a type of its own is none that a reader's labels have.
    """

    def __init__(
        self,
        first: Reader,
        second: Reader,
        *,
        own_types: tuple[Collection[str], Collection[str]],
        common_types: Collection[str] = COMMON_TYPES,
    ) -> None:
        for reader, own in zip((first, second), own_types, strict=True):
            if strange := sorted(set(own) - set(reader.typer.types)):
                raise ParameterError(
                    f"{strange[0]!r} is no main type of the labels of {reader.seeds.source}; they "
                    f"have {', '.join(reader.typer.types)}."
                )
        self._typers = first.typer, second.typer
        self._fields = tuple(frozenset(own) | frozenset(common_types) for own in own_types)

    def type_sentences(self, parsed: Sequence[ParsedSentence]) -> list[list[JointEntity]]:
        """Type the names that the first reader finds in sentences."""
        found = self._typers[0].type_sentences(parsed)
        texts = [sentence.text for sentence in parsed]
        spans = [[(entity.start, entity.end) for entity in row] for row in found]
        return self._join(found, self._typers[1].type_spans(texts, spans))

    def type_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> list[list[JointEntity]]:
        """Type phrases of sentences; parameters, order and errors as of `EntityTyper`."""
        first, second = (typer.type_spans(texts, spans) for typer in self._typers)
        return self._join(first, second)

    def _join(
        self, first: Sequence[Sequence[Entity]], second: Sequence[Sequence[Entity]]
    ) -> list[list[JointEntity]]:
        """Join what the models say of each phrase."""
        return [
            [join(pair, self._fields) for pair in zip(*rows, strict=True)]
            for rows in zip(first, second, strict=True)
        ]


def join(entities: tuple[Entity, Entity], fields: Sequence[Collection[str]]) -> JointEntity:
    """Decide which of two models is heard.

    - Both have the same type: the more confident.
    - Only one knows anything: that one.
    - Only one expects nothing but types of its field in the context: that one. What a model expects
      are the types with a share of the context that is not below the mean.
    - Else both, the more confident first.

    Parameters
    ----------
    entities
        What the models say of one phrase.
    fields
        For each model the main types of its field, the common ones included.
    """
    order = sorted((0, 1), key=lambda model: -entities[model].confidence)
    knowing = [model for model in order if entities[model].label != UNTAGGED]
    at_home = [
        model
        for model in order
        if all(name in fields[model] for name, _ in _not_below_mean(entities[model].context))
    ]
    reason: Reason
    if entities[0].label == entities[1].label:
        heard, reason = order[:1], "same type"
    elif len(knowing) == 1:
        heard, reason = knowing, "only one knows"
    elif len(at_home) == 1:
        heard, reason = at_home, "only one in its field"
    else:
        heard, reason = order, "both may be right"
    return JointEntity(
        entities[0].start,
        entities[0].end,
        entities[0].text,
        tuple(_output(model, entities[model]) for model in heard),
        reason,
        entities,
    )


def _output(model: int, entity: Entity) -> Output:
    """Keep what a model says loudest."""
    return Output(model, entity.label, entity.confidence, _not_below_mean(entity.types))


def _not_below_mean(shares: Sequence[Share]) -> tuple[Share, ...]:
    """Keep the shares of at least one over their number, up to rounding."""
    return tuple((name, share) for name, share in shares if share * len(shares) >= 1 - _ROUNDING)
