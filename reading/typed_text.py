"""A text with the types of the phrases in it, and a word on what the model could not read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

from ..engine.encoder import Encoder
from ..engine.sentences import split_sentences
from ..engine.tokenizer import Span
from ..errors import ParameterError
from ..graph.entities import Entity
from ..graph.parsing import ParsedSentence
from .given_text import require_text
from .label_free import FineEntity

Typed = TypeVar("Typed", Entity, FineEntity)


@dataclass(frozen=True)
class TypedText(Generic[Typed]):
    """A text and its typed phrases; spans count characters of ``text``.

    ``has_unknown`` says that the model has no pieces for some of the sentences that were read: then
    the types say less than they seem to.
    """

    text: str
    entities: tuple[Typed, ...]
    has_unknown: bool


class SpanTyper(Protocol[Typed]):
    """Types phrases of sentences, as `EntityTyper` does."""

    def type_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], /
    ) -> list[list[Typed]]:
        """Type the phrases of each sentence."""


def flag_sentences(
    encoder: Encoder, parsed: Sequence[ParsedSentence], entities: Sequence[Sequence[Typed]]
) -> list[TypedText[Typed]]:
    """Put sentences and their typed phrases together, and flag what the model cannot read."""
    texts = [sentence.text for sentence in parsed]
    flags = _have_unknown(encoder, texts)
    return [
        TypedText(text, tuple(row), has_unknown)
        for text, row, has_unknown in zip(texts, entities, flags, strict=True)
    ]


def type_given_spans(
    encoder: Encoder, typer: SpanTyper[Typed], text: str, spans: Sequence[Span]
) -> TypedText[Typed]:
    """Type phrases of a text of any length, each in the sentence that it stands in.

    Parameters
    ----------
    encoder
        The model.
    typer
        What types.
    text, spans
        A text, and the characters (start, end) of phrases in it, in any order.

    Returns
    -------
    The text with its typed phrases, in the order of `spans`.

    Raises
    ------
    ParameterError
        If the text is empty, or a span is empty, blank, outside the text, or overlaps another.
    """
    require_text(text)
    _check_spans(text, spans)
    sentences = split_sentences(text)
    contexts = [_context(sentences, span) for span in spans]
    texts = [text[first:last] for first, last in contexts]
    inner = [
        [(start - first, end - first)]
        for (start, end), (first, _) in zip(spans, contexts, strict=True)
    ]
    typed = typer.type_spans(texts, inner)
    return TypedText(
        text,
        tuple(
            replace(entity, start=start, end=end)
            for [entity], (start, end) in zip(typed, spans, strict=True)
        ),
        any(_have_unknown(encoder, texts)),
    )


def with_label(typed: TypedText[Entity], label: str) -> TypedText[Entity]:
    """Keep the entities that have a label; see `Entity.has_label`."""
    return replace(typed, entities=tuple(e for e in typed.entities if e.has_label(label)))


def _have_unknown(encoder: Encoder, texts: Sequence[str]) -> list[bool]:
    """Tell for each text whether the model has no pieces for a part of it."""
    tokenized = encoder.tokenizer.tokenize(texts, max_length=encoder.max_length)
    flags: list[bool] = tokenized.has_unknown.tolist()
    return flags


def _check_spans(text: str, spans: Sequence[Span]) -> None:
    """Refuse spans that are not phrases of a text, or overlap."""
    for start, end in spans:
        if not 0 <= start < end <= len(text) or text[start:end].isspace():
            raise ParameterError(
                f"The span {start}:{end} is not a phrase of the text of {len(text)} characters; "
                "give a start and a later end inside the text, around a phrase."
            )
    ordered = sorted(spans)
    for (start, end), (next_start, next_end) in pairwise(ordered):
        if next_start < end:
            raise ParameterError(
                f"The spans {start}:{end} and {next_start}:{next_end} overlap; ask for one of them "
                "at a time."
            )


def _context(sentences: Sequence[Span], span: Span) -> Span:
    """Return the characters of the sentences that a span stands in, of several where it has to."""
    first = max(0, bisect_right(sentences, span[0], key=lambda sentence: sentence[0]) - 1)
    last = max(first, bisect_left(sentences, span[1], key=lambda sentence: sentence[0]) - 1)
    return min(span[0], sentences[first][0]), max(span[1], sentences[last][1])
