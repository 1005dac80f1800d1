"""Typed sentences from a text: which phrases may have a fragment between them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tailgraph.engine.corpus import Document
from tailgraph.graph.entities import Entity
from tailgraph.graph.parsing import Parser
from tailgraph.knowledge_base import KnowledgeBase
from tailgraph.reading.reader import Reader
from tailgraph.reading.world_model.sources import (
    facts_of,
    read_sentences,
    stored_facts,
    stored_sentences,
    typed_sentence,
)
from tailgraph.reading.world_model.verification import Fact


def entity(text: str, word: str, label: str) -> Entity:
    """Make an entity of which only the place and the label count."""
    start = text.index(word)
    return Entity(start, start + len(word), word, label, "", 1.0, "", (), (), (), (), ())


@pytest.mark.parametrize(
    ("text", "names", "kept"),
    [
        (
            "Cisplatin-induced nephropathy harms patients.",
            {"Cisplatin": "CHEMICAL", "nephropathy": "DISEASE", "patients": "PERSON"},
            ["Cisplatin", "nephropathy", "patients"],
        ),
        (
            "Two different mice got cancer.",
            {"Two": "MEASURE", "mice": "ORGANISM", "cancer": "DISEASE"},
            ["mice", "cancer"],
        ),
        (
            "Aspirin reduces risk.",
            {"Aspirin": "CHEMICAL", "risk": "UNTAGGED"},
            ["Aspirin"],
        ),
        ("It rains.", {}, []),
    ],
    ids=["hyphen", "one phrase", "untyped", "none"],
)
def test_names_of_one_noun_phrase_have_no_fragment_between_them(
    default_parser: Parser, text: str, names: dict[str, str], kept: list[str]
) -> None:
    """Of a noun phrase the last name counts, and one before a hyphen; each has to have a type."""
    [[parsed]] = default_parser.parse([[text]])
    entities = [entity(text, word, label) for word, label in names.items()]
    found = typed_sentence("d", parsed, entities)
    assert [phrase.text for phrase in found.phrases] == kept


def test_sentences_come_with_their_triples(tiny_reader: Reader, default_parser: Parser) -> None:
    """Every sentence of every document is read, and its triples are the facts it states."""
    reader = Reader(tiny_reader.encoder, tiny_reader.seeds, load_parser=lambda: default_parser)
    text = "Aspirin treats melanoma. It rains."
    documents = [Document("one", text, ((0, 24), (25, 34))), Document("two", text[:24], ((0, 24),))]
    read = list(read_sentences(reader, documents))
    assert [(sentence.document, sentence.text) for sentence, _ in read] == [
        ("one", "Aspirin treats melanoma."),
        ("one", "It rains."),
        ("two", "Aspirin treats melanoma."),
    ]
    stated = Fact("Aspirin", "treat", "melanoma", False, "one", "Aspirin treats melanoma.")
    assert list(facts_of(read)) == [stated, replace(stated, document="two")]


def test_stored_sentences_hold_the_typed_mentions(sample_kb: KnowledgeBase) -> None:
    """Each phrase is a mention with its type, at its characters; facts are the stored triples."""
    sample_kb.type_mentions()
    rows = sample_kb.store.database.rows(
        "SELECT count(*) FROM entity WHERE label <> 'UNTAGGED' GROUP BY sentence_id"
    )
    found = list(stored_sentences(sample_kb.store))
    assert [len(sentence.phrases) for sentence in found] == [n for (n,) in rows if n > 1]
    for sentence in found:
        for phrase in sentence.phrases:
            assert sentence.text[phrase.start : phrase.end] == phrase.text
    facts = list(stored_facts(sample_kb.store))
    assert len(facts) == sample_kb.store.database.count("triple")
    [stored] = [f for f in facts if (f.subject, f.object) == ("Aspirin", "platelet aggregation")]
    assert (stored.relation, stored.negated) == ("inhibit", False)
    assert stored.sentence.startswith("Aspirin inhibits platelet aggregation")
