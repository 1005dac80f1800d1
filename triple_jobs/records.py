"""Records: triples as plain values with their places in the document, ready to be written.

The fields of a record, their order and what each holds stand in `OPEN_FIELDS` and `TYPED_FIELDS`:
every format is made of these.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..graph.parsing import ParsedSentence
    from ..graph.relations.triples import Span, Triple
    from ..graph.typed_relations.typed_triple import TypedArgument, TypedTriple

Record = dict[str, Any]
_DECIMALS = 4
_MAX_TYPES = 3  # of an argument, the likeliest ones


class Kind(Enum):
    """What a field of a record holds."""

    TEXT = auto()
    INTEGER = auto()
    NUMBER = auto()
    FLAG = auto()
    SPAN = auto()  # text, start, end
    ARGUMENT = auto()  # text, start, end, key
    TYPED_ARGUMENT = auto()  # text, start, end, key, types
    ADJUNCTS = auto()  # a list of role, text, start, end
    COMPONENTS = auto()  # numbers by name


_PLACE = {
    "id": Kind.TEXT,
    "document": Kind.TEXT,
    "sentence": Kind.INTEGER,
    "sentence_start": Kind.INTEGER,
    "sentence_end": Kind.INTEGER,
}
OPEN_FIELDS: Mapping[str, Kind] = {
    **_PLACE,
    "subject": Kind.ARGUMENT,
    "relation": Kind.SPAN,
    "object": Kind.ARGUMENT,
    "relation_lemma": Kind.TEXT,
    "predicate": Kind.TEXT,
    "form": Kind.TEXT,
    "rule": Kind.TEXT,
    "negated": Kind.FLAG,
    "modality": Kind.TEXT,
    "tense": Kind.TEXT,
    "pronouns": Kind.TEXT,
    "adjuncts": Kind.ADJUNCTS,
    "condition": Kind.TEXT,
    "attribution": Kind.TEXT,
    "confidence": Kind.NUMBER,
    "path": Kind.TEXT,
}
TYPED_FIELDS: Mapping[str, Kind] = {
    **_PLACE,
    "name": Kind.TEXT,
    "subject": Kind.TYPED_ARGUMENT,
    "trigger": Kind.SPAN,
    "object": Kind.TYPED_ARGUMENT,
    "form": Kind.TEXT,
    "negated": Kind.FLAG,
    "modality": Kind.TEXT,
    "tense": Kind.TEXT,
    "confidence": Kind.NUMBER,
    "components": Kind.COMPONENTS,
    "path": Kind.TEXT,
}
COMPONENT_NAMES = ("subject_type", "object_type", "trigger", "context", "form")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands: its document, its number there from 0, its first character."""

    document: str
    number: int
    start: int


def open_records(
    place: Place, sentence: ParsedSentence, triples: Iterable[Triple]
) -> Iterator[Record]:
    """Make the records of a sentence's open triples; offsets count in the document."""
    for triple in triples:
        spans = (triple.subject, triple.relation, triple.object)
        yield {
            "id": _identity(place, triple.relation_lemma, spans),
            **_place(place, sentence),
            "subject": _argument(place, sentence, triple.subject),
            "relation": _span(place, triple.relation),
            "object": _argument(place, sentence, triple.object),
            "relation_lemma": triple.relation_lemma,
            "predicate": triple.predicate,
            "form": triple.form,
            "rule": triple.rule,
            "negated": triple.negated,
            "modality": triple.modality,
            "tense": triple.tense,
            "pronouns": _pronouns(triple),
            "adjuncts": [
                {"role": adjunct.role, **_span(place, adjunct.span)} for adjunct in triple.adjuncts
            ],
            "condition": triple.condition,
            "attribution": triple.attribution,
            "confidence": round(triple.confidence, _DECIMALS),
            "path": triple.path,
        }


def typed_records(
    place: Place, sentence: ParsedSentence, triples: Iterable[TypedTriple]
) -> Iterator[Record]:
    """Make the records of a sentence's typed triples; offsets count in the document."""
    for triple in triples:
        spans = (triple.subject.span, triple.trigger, triple.object.span)
        components = asdict(triple.components)
        yield {
            "id": _identity(place, triple.relation, spans),
            **_place(place, sentence),
            "name": triple.relation,
            "subject": _typed_argument(place, sentence, triple.subject),
            "trigger": _span(place, triple.trigger),
            "object": _typed_argument(place, sentence, triple.object),
            "form": triple.form,
            "negated": triple.negated,
            "modality": triple.modality,
            "tense": triple.tense,
            "confidence": round(triple.confidence, _DECIMALS),
            "components": {name: round(components[name], _DECIMALS) for name in COMPONENT_NAMES},
            "path": triple.path,
        }


def flat_columns(fields: Mapping[str, Kind]) -> list[str]:
    """Name the columns that records become where there is no nesting.

    Examples
    --------
    >>> flat_columns({"id": Kind.TEXT, "relation": Kind.SPAN})
    ['id', 'relation', 'relation_start', 'relation_end']
    """
    return [
        f"{name}{ending}" for name, kind in fields.items() for ending in _ENDINGS.get(kind, ("",))
    ]


def flat_values(fields: Mapping[str, Kind], record: Record) -> list[Any]:
    """Return the values of a record in the order of `flat_columns`; lists stay lists."""
    values: list[Any] = []
    for name, kind in fields.items():
        if kind in _ENDINGS:
            values += record[name].values()
        else:
            values.append(record[name])
    return values


def compact_json(value: object) -> str:
    """Return a value as JSON without white space, keys sorted: one text for equal values."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


_SPAN_ENDINGS = ("", "_start", "_end")
_ENDINGS = {
    Kind.SPAN: _SPAN_ENDINGS,
    Kind.ARGUMENT: (*_SPAN_ENDINGS, "_key"),
    Kind.TYPED_ARGUMENT: (*_SPAN_ENDINGS, "_key", "_types"),
    Kind.COMPONENTS: tuple(f"_{name}" for name in COMPONENT_NAMES),
}


def _identity(place: Place, relation: str, spans: Iterable[Span]) -> str:
    """Hash what makes a triple this one: document, offsets and relation; 32 hexadecimal digits."""
    offsets = " ".join(f"{place.start + s.start} {place.start + s.end}" for s in spans)
    content = f"{place.document}\n{offsets}\n{relation}"
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def _place(place: Place, sentence: ParsedSentence) -> Record:
    return {
        "document": place.document,
        "sentence": place.number,
        "sentence_start": place.start,
        "sentence_end": place.start + len(sentence.text),
    }


def _span(place: Place, span: Span) -> Record:
    return {"text": span.text, "start": place.start + span.start, "end": place.start + span.end}


def _argument(place: Place, sentence: ParsedSentence, span: Span) -> Record:
    return {**_span(place, span), "key": _key(sentence, span)}


def _typed_argument(place: Place, sentence: ParsedSentence, argument: TypedArgument) -> Record:
    likely = argument.types[:_MAX_TYPES]
    types = [{"type": name, "share": round(share, _DECIMALS)} for name, share in likely]
    return {**_argument(place, sentence, argument.span), "types": types}


def _pronouns(triple: Triple) -> str:
    """Name the arguments that are pronouns."""
    ends = {"subject": triple.subject, "object": triple.object}
    return " ".join(name for name, span in ends.items() if span.is_pronoun)


def _key(sentence: ParsedSentence, span: Span) -> str:
    """Return what equal arguments share: the phrase's key, or the text in lower case."""
    if span.phrase >= 0:
        phrase = sentence.noun_phrases[span.phrase]
        if phrase.key and (phrase.start, phrase.end) == (span.start, span.end):
            return phrase.key
    return " ".join(span.text.lower().split())
