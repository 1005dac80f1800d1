"""Typed triples as rows of a store, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, cast

from ..database import Row, as_float, as_int
from ..relations.triples import Form, Span, Tense
from ..store import GraphStore
from ..typed_relations.typed_triple import Components, TypedArgument, TypedTriple
from .aggregation import Argument, Statement

if TYPE_CHECKING:
    from ..parsing import ParsedSentence

MOST_TYPES = 3
"""How many types of a name are stored, as of a mention."""

COLUMNS = (
    "t.relation, t.subject, t.subject_start, t.subject_end, t.subject_types, t.object, "
    't.object_start, t.object_end, t.object_types, t."trigger", t.trigger_start, '
    "t.trigger_end, t.form, t.negated, t.modality, t.tense, t.confidence, t.components, t.path"
)
"""What `typed_triple` is read from, of the table ``typed_triple t``."""


def typed_rows(
    store: GraphStore,
    sentences: Sequence[int],
    parsed: Sequence[ParsedSentence],
    found: Sequence[Sequence[TypedTriple]],
) -> Iterator[Row]:
    """Yield the rows of the typed triples of some sentences, but for their ids."""
    spans = {
        argument.span.text.lower()
        for triples in found
        for triple in triples
        for argument in (triple.subject, triple.object)
    }
    keys = {phrase.key for parse in parsed for phrase in parse.noun_phrases}
    statement = "SELECT key, id FROM phrase WHERE key IN (%s)"
    stored = store.database.rows_in(statement, sorted((spans | keys) - {""}))
    phrases = {str(key): as_int(i) for key, i in stored}
    for sentence, parse, triples in zip(sentences, parsed, found, strict=True):
        places = {(p.key_start, p.key_end): phrases.get(p.key) for p in parse.noun_phrases}
        for triple in triples:
            yield (
                sentence,
                triple.relation,
                *_argument(triple.subject, places, phrases),
                *_argument(triple.object, places, phrases),
                triple.trigger.text,
                triple.trigger.start,
                triple.trigger.end,
                triple.form,
                triple.negated,
                triple.modality,
                triple.tense,
                triple.confidence,
                json.dumps(asdict(triple.components)),
                triple.path,
                None,
            )


def _argument(
    argument: TypedArgument,
    places: Mapping[tuple[int, int], int | None],
    phrases: Mapping[str, int],
) -> tuple[str, int, int, int | None, str]:
    """Return the values of an argument: its phrase is the one that stands there or is called so."""
    span = argument.span
    phrase = places.get((span.start, span.end), phrases.get(span.text.lower()))
    types = json.dumps([[label, round(share, 4)] for label, share in argument.types[:MOST_TYPES]])
    return span.text, span.start, span.end, phrase, types


def typed_triple(row: Row) -> TypedTriple:
    """Return the typed triple of a row of `COLUMNS`."""
    return TypedTriple(
        relation=str(row[0]),
        subject=_typed(row[1:5]),
        object=_typed(row[5:9]),
        trigger=_span(row[9:12]),
        form=cast(Form, str(row[12])),
        negated=bool(row[13]),
        modality=str(row[14]),
        tense=cast(Tense, str(row[15])),
        confidence=as_float(row[16]),
        components=Components(**json.loads(str(row[17]))),
        path=str(row[18]),
    )


def _typed(row: Row) -> TypedArgument:
    types = tuple((str(label), float(share)) for label, share in json.loads(str(row[3])))
    return TypedArgument(_span(row), types)


def _span(row: Row) -> Span:
    return Span(start=as_int(row[1]), end=as_int(row[2]), text=str(row[0]))


def read_names(store: GraphStore) -> Iterator[tuple[str, str]]:
    """Yield the two arguments of each typed triple, as they are called.

    An argument that is a stored phrase is called as the phrase was first written, without article.
    """
    statement = (
        "SELECT coalesce(a.surface, t.subject), coalesce(b.surface, t.object) FROM typed_triple t "
        "LEFT JOIN phrase a ON a.id = t.subject_phrase "
        "LEFT JOIN phrase b ON b.id = t.object_phrase ORDER BY t.id"
    )
    for subject, object in store.database.stream(statement):
        yield str(subject), str(object)


def read_statements(
    store: GraphStore, naming: Callable[[str, str], tuple[str, str]]
) -> Iterator[Statement]:
    """Yield every typed triple as a statement, in order of reading.

    Parameters
    ----------
    naming
        Gives the two arguments, as they are called, their canonical names.
    """
    statement = (
        "SELECT t.id, t.sentence_id, s.document_id, t.relation, coalesce(a.surface, t.subject), "
        "t.subject_phrase, coalesce(b.surface, t.object), t.object_phrase, t.negated, t.confidence "
        "FROM typed_triple t JOIN sentence s ON s.id = t.sentence_id "
        "LEFT JOIN phrase a ON a.id = t.subject_phrase "
        "LEFT JOIN phrase b ON b.id = t.object_phrase ORDER BY t.id"
    )
    for row in store.database.stream(statement):
        subject, object = naming(str(row[4]), str(row[6]))
        yield Statement(
            id=as_int(row[0]),
            sentence=as_int(row[1]),
            document=as_int(row[2]),
            subject=Argument(subject, _optional(row[5])),
            relation=str(row[3]),
            object=Argument(object, _optional(row[7])),
            negated=bool(row[8]),
            confidence=as_float(row[9]),
        )


def _optional(value: object) -> int | None:
    return None if value is None else as_int(value)
