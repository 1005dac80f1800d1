"""Synonyms harvested from sentences, with a parser's phrases or given ones."""

from __future__ import annotations

import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.graph.synonyms.contrast import DescriptorSets
from tailgraph.graph.synonyms.harvest import HarvestOptions, harvest
from tailgraph.graph.synonyms.records import NamedSentence
from tailgraph.graph.synonyms.statements import Statements, canonicalizer_of
from tailgraph.graph.synonyms.stored_names import stored_sentences
from tailgraph.knowledge_base import KnowledgeBase


def named(text: str, *names: str, document: str = "a", start: int = 0) -> NamedSentence:
    """Return a sentence with phrases, each looked for after the one before."""
    spans, at = [], 0
    for name in names:
        first = text.index(name, at)
        at = first + len(name)
        spans.append((first, at))
    return NamedSentence(text, tuple(spans), document, start, start + len(text))


TEXT = [
    named("Heart attack (myocardial infarction) kills.", "Heart attack", "myocardial infarction"),
    named("A myocardial infarction (MI) hurts.", "myocardial infarction", start=50),
    named("Hypertension and hypotension differ.", "Hypertension", "hypotension"),
    named("Aspirin and ibuprofen help.", "Aspirin", "ibuprofen"),
    named("Tumours grow, a tumor grows.", "Tumours", "tumor"),
]


def test_what_sentences_state_becomes_records() -> None:
    """Abbreviations, aliases and variants have a kind, a score and their places."""
    found = harvest(TEXT)
    told = [(s.canonical, s.variant, s.kind, s.score) for s in found.synonyms]
    assert told == [
        ("myocardial infarction", "MI", "abbreviation", 1.0),
        ("myocardial infarction", "Heart attack", "alias", 0.35),
        ("Tumours", "tumor", "inflection", 1.0),
    ]
    [place] = found.synonyms[0].evidence
    assert place.sentence[slice(*place.first_span)] == "myocardial infarction"
    assert place.sentence[slice(*place.second_span)] == "MI"
    assert (place.document, place.start, place.pattern) == ("a", 50, "long (short)")


def test_antonyms_and_co_hyponyms_are_held_apart() -> None:
    """Names that are listed together are no synonyms, and opposites are told by name."""
    found = harvest(TEXT)
    assert [(s.canonical, s.variant, s.kind) for s in found.apart] == [
        ("Aspirin", "ibuprofen", "co-hyponym"),
        ("Hypertension", "hypotension", "antonym"),
    ]


def test_more_said_against_a_pair_outweighs_what_is_said_for_it() -> None:
    """A bracket says little, and two lists say more."""
    for_it = named("We gave aspirin (ibuprofen) first.", "aspirin", "ibuprofen")
    assert [s.kind for s in harvest([for_it]).synonyms] == ["alias"]
    found = harvest([for_it, TEXT[3], TEXT[3]])
    assert [s for s in found.synonyms if s.kind == "alias"] == []
    assert ("aspirin", "ibuprofen") in {(s.canonical.lower(), s.variant) for s in found.apart}


def test_evidence_of_several_sentences_adds_up() -> None:
    """Two brackets leave a doubt of .65 times .65."""
    twice = [TEXT[0], named(TEXT[0].text, "Heart attack", "myocardial infarction", document="b")]
    [alias] = harvest(twice).synonyms
    assert alias.score == pytest.approx(1 - 0.65**2, abs=1e-4)
    assert [place.document for place in alias.evidence] == ["a", "b"]


def test_asking_about_a_name_gives_its_group_alone() -> None:
    """The abbreviation of a name and the names of that are told, others are not."""
    found = harvest(TEXT, about="heart attacks")
    assert {s.variant for s in found.synonyms} == {"MI", "Heart attack"}
    assert found.apart == ()


def test_canonical_forms_follow_from_a_harvest() -> None:
    """A short form, an alias and a plural have the form of their group."""
    statements = Statements.of(TEXT)
    found = harvest(TEXT)
    names = canonicalizer_of(found.synonyms, found.apart, counts=statements.counts)
    for name in ("MI", "heart attacks", "Myocardial infarction"):
        assert names.canonical(name) == "myocardial infarction"
    assert not names.same("aspirin", "ibuprofen")


def test_similar_names_agree_in_numbers_and_are_no_antonyms(tiny_encoder: Encoder) -> None:
    """Whatever the model says, types 1 and 2, opposites and narrower names are no candidates."""
    names = ["type 1 diabetes", "type 2 diabetes", "high fever", "low fever", "fever"]
    text = [named(f"The {name} came.", name) for name in names for _ in range(2)]
    found = harvest(text, encoder=tiny_encoder, options=HarvestOptions(min_count=2))
    assert found.synonyms == ()


def test_the_same_places_are_described_alike(tiny_encoder: Encoder) -> None:
    """Names in the same context have all descriptors in common, and no contrast without a pair."""
    sets = DescriptorSets(tiny_encoder)
    places = [("aspirin treats pain", (0, 7)), ("ibuprofen treats pain", (0, 9))]
    found = sets.contrast(places[:1], places[1:], [])
    assert found.overlap == pytest.approx(1.0, abs=1e-3)
    assert (found.contrast, found.n_first, found.n_second, found.n_together) == (0, 1, 1, 0)
    assert not found.is_contrastive


def test_slots_of_one_sentence_tell_co_hyponyms(tiny_encoder: Encoder) -> None:
    """With sentences that hold both names and none apart, the slots decide."""
    text = "aspirin and aspirin"
    found = DescriptorSets(tiny_encoder).contrast([], [], [((text, (0, 7)), (text, (12, 19)))])
    assert found.overlap == 0
    assert found.contrast > 0
    assert found.is_contrastive


def test_stored_sentences_have_their_phrases(sample_kb: KnowledgeBase) -> None:
    """Spans count characters of the sentence, and every sentence is told once, in order."""
    sentences = list(stored_sentences(sample_kb.store))
    [[n]] = sample_kb.store.database.rows("SELECT count(*) FROM sentence")
    assert len(sentences) == n
    [[n_mentions]] = sample_kb.store.database.rows("SELECT count(*) FROM mention")
    assert sum(len(s.phrases) for s in sentences) == n_mentions
    keys = {str(key) for [key] in sample_kb.store.database.rows("SELECT key FROM phrase")}
    said = {" ".join(s.text[slice(*p)].lower().split()) for s in sentences for p in s.phrases}
    assert said == keys
