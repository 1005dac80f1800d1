"""Typed sentences to harvest from, and the facts they state: of a knowledge base, or a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING

from ...graph.database import as_int
from ...graph.fragments import TypedPhrase, TypedSentence
from ...graph.labels.seeds import UNTAGGED
from ...graph.relations.extraction import extract_triples
from .verification import Fact

if TYPE_CHECKING:
    from ...engine.corpus import Document
    from ...graph.entities import Entity
    from ...graph.parsing import ParsedSentence
    from ...graph.relations.triples import Triple
    from ...graph.store import GraphStore
    from ..reader import Reader

_BLOCK = 512


def stored_sentences(store: GraphStore) -> Iterator[TypedSentence]:
    """Yield the sentences of a knowledge base that have two typed mentions, in order of reading.

    The mentions have to be typed; see `KnowledgeBase.type_mentions`.
    """
    rows = store.database.stream(
        'SELECT e.sentence_id, d.key, n.text, e.start, e."end", e.label FROM entity e '
        "JOIN sentence s ON s.id = e.sentence_id JOIN document d ON d.id = s.document_id "
        "JOIN node n ON n.id = s.node_id WHERE e.label <> ? ORDER BY e.sentence_id, e.start",
        (UNTAGGED,),
    )
    for (_, document, text), mentions in groupby(rows, key=lambda row: row[:3]):
        sentence = str(text)
        phrases = tuple(
            TypedPhrase(
                as_int(start), as_int(end), sentence[as_int(start) : as_int(end)], str(label)
            )
            for *_, start, end, label in mentions
        )
        if len(phrases) > 1:
            yield TypedSentence(str(document), sentence, phrases)


def read_sentences(
    reader: Reader, documents: Iterable[Document]
) -> Iterator[tuple[TypedSentence, list[Triple]]]:
    """Parse and type the sentences of documents, block by block; give each with its open triples.

    Parameters
    ----------
    reader
        Model, labels and parser.
    documents
        Read as a stream.
    """
    parsed = _parse(reader, documents)
    while block := list(islice(parsed, _BLOCK)):
        typed = reader.typer.type_sentences([sentence for _, sentence in block])
        for (document, sentence), entities in zip(block, typed, strict=True):
            yield typed_sentence(document, sentence, entities), extract_triples(sentence)


def _parse(reader: Reader, documents: Iterable[Document]) -> Iterator[tuple[str, ParsedSentence]]:
    """Yield the parsed sentences of documents, white space folded."""
    for document in documents:
        texts = [" ".join(document.text[a:b].split()) for a, b in document.sentences]
        size = reader.group_sentences
        groups = [texts[i : i + size] for i in range(0, len(texts), size)]
        for group in reader.parser.parse(groups):
            for sentence in group:
                yield document.key, sentence


def typed_sentence(
    document: str, sentence: ParsedSentence, entities: Sequence[Entity]
) -> TypedSentence:
    """Keep the typed phrases of a sentence between which a fragment may stand.

    Of several names within one noun phrase only the last counts, unless a hyphen follows: the words
    in "two *different* mice" link nothing, those in "cisplatin-*induced* nephropathy" do.
    """
    rows = [_noun_phrase(sentence, entity) for entity in entities]
    kept = []
    for entity, row, next_row in zip(entities, rows, [*rows, -1][1:], strict=True):
        before_hyphen = sentence.text[entity.end : entity.end + 1] == "-"
        is_last = row < 0 or row != next_row or before_hyphen
        if is_last and entity.label != UNTAGGED:
            kept.append(TypedPhrase(entity.start, entity.end, entity.text, entity.label))
    return TypedSentence(document, sentence.text, tuple(kept))


def _noun_phrase(sentence: ParsedSentence, entity: Entity) -> int:
    """Return the row of the noun phrase that a name stands in, -1 for none."""
    for row, phrase in enumerate(sentence.noun_phrases):
        if phrase.start <= entity.start and entity.end <= phrase.end:
            return row
    return -1


def stored_facts(store: GraphStore) -> Iterator[Fact]:
    """Yield every triple of a knowledge base, in order of reading."""
    rows = store.database.stream(
        "SELECT t.subject, t.relation_lemma, t.object, t.negated, d.key, n.text FROM triple t "
        "JOIN sentence s ON s.id = t.sentence_id JOIN document d ON d.id = s.document_id "
        "JOIN node n ON n.id = s.node_id ORDER BY t.id"
    )
    for subject, relation, target, negated, document, sentence in rows:
        yield Fact(
            str(subject),
            str(relation),
            str(target),
            bool(as_int(negated)),
            str(document),
            str(sentence),
        )


def facts_of(read: Iterable[tuple[TypedSentence, Sequence[Triple]]]) -> Iterator[Fact]:
    """Yield the triples of sentences as facts."""
    for sentence, triples in read:
        for triple in triples:
            yield Fact(
                triple.subject.text,
                triple.relation_lemma,
                triple.object.text,
                triple.negated,
                sentence.document,
                sentence.text,
            )
