"""How a clause is said: negation, modality, tense, condition, attribution."""

from __future__ import annotations

import pytest

from tailgraph.graph.relations.extraction import extract_triples

from .hand_parsed import hand_parsed

# what qualifies "aspirin inhibits COX": sentence, negated, modality
QUALIFIED = {
    "not": (
        "Aspirin/PROPN/nsubj/4 does=do/AUX/aux/4 not/PART/advmod/4 inhibit/VERB/root/0"
        " COX/PROPN/obj/4",
        True,
        "",
    ),
    "not only": (
        "Aspirin/PROPN/nsubj/4 not/PART/advmod/4 only/ADV/advmod/4 inhibits=inhibit/VERB/root/0"
        " COX/PROPN/obj/4",
        False,
        "",
    ),
    "never": (
        "Aspirin/PROPN/nsubj/3 never/ADV/advmod/3 inhibits=inhibit/VERB/root/0 COX/PROPN/obj/3",
        True,
        "",
    ),
    "fails to": (
        "Aspirin/PROPN/nsubj/2 fails=fail/VERB/root/0 to/PART/mark/4 inhibit/VERB/xcomp/2"
        " COX/PROPN/obj/4",
        True,
        "",
    ),
    "does not fail to": (
        "Aspirin/PROPN/nsubj/4 does=do/AUX/aux/4 not/PART/advmod/4 fail/VERB/root/0 to/PART/mark/6"
        " inhibit/VERB/xcomp/4 COX/PROPN/obj/6",
        False,
        "",
    ),
    "may": (
        "Aspirin/PROPN/nsubj/3 may/AUX/aux/3 inhibit/VERB/root/0 COX/PROPN/obj/3",
        False,
        "may",
    ),
    "could not": (
        "Aspirin/PROPN/nsubj/4 could/AUX/aux/4 not/PART/advmod/4 inhibit/VERB/root/0"
        " COX/PROPN/obj/4",
        True,
        "could",
    ),
    "no longer": (
        "Aspirin/PROPN/nsubj/4 no/ADV/advmod/3 longer/ADV/advmod/4 inhibits=inhibit/VERB/root/0"
        " COX/PROPN/obj/4",
        True,
        "",
    ),
    "possibly": (
        "Aspirin/PROPN/nsubj/3 possibly/ADV/advmod/3 inhibits=inhibit/VERB/root/0 COX/PROPN/obj/3",
        False,
        "possibly",
    ),
    "seems to": (
        "Aspirin/PROPN/nsubj/2 seems=seem/VERB/root/0 to/PART/mark/4 inhibit/VERB/xcomp/2"
        " COX/PROPN/obj/4",
        False,
        "seem",
    ),
    "data suggest that": (
        "Data/NOUN/nsubj/2 suggest/VERB/root/0 that/SCONJ/mark/5 aspirin/NOUN/nsubj/5"
        " inhibits=inhibit/VERB/ccomp/2 COX/PROPN/obj/5",
        False,
        "suggest",
    ),
}


@pytest.mark.parametrize(("sentence", "negated", "modality"), QUALIFIED.values(), ids=[*QUALIFIED])
def test_negation_and_modality_are_told_apart(sentence: str, negated: bool, modality: str) -> None:
    """The relation stays the same verb; what qualifies it goes to fields of its own."""
    [triple] = extract_triples(hand_parsed(sentence))
    assert triple.relation_lemma == "inhibit"
    assert (triple.negated, triple.modality) == (negated, modality)


@pytest.mark.parametrize(
    ("sentence", "lemma"),
    [
        (
            "No/DET/det/2 drug/NOUN/nsubj/3 inhibits=inhibit/VERB/root/0 COX/PROPN/obj/3",
            "inhibit",
        ),
        (
            "Lack/NOUN/nsubj/9 of/ADP/case/3 interaction/NOUN/nmod/1 between/ADP/case/5"
            " BRCA1/PROPN/nmod/3 and/CCONJ/cc/7 BARD1/PROPN/conj/5 now/ADV/advmod/9"
            " matters=matter/VERB/root/0",
            "interaction",
        ),
        (
            "Aspirin/PROPN/nsubj/4 is=be/AUX/cop/4 not/PART/advmod/4 inhibitor/NOUN/root/0"
            " of/ADP/case/6 COX/PROPN/nmod/4",
            "be inhibitor of",
        ),
        (
            "Aspirin/PROPN/nsubj/2 works=work/VERB/root/0 without/SCONJ/mark/4"
            " inhibiting=inhibit/VERB/advcl/2 COX/PROPN/obj/4",
            "inhibit",
        ),
    ],
    ids=["no subject", "lack of", "is not", "without"],
)
def test_denials_outside_the_verb_are_seen(sentence: str, lemma: str) -> None:
    """A negative determiner, noun or preposition denies the relation."""
    found = [t for t in extract_triples(hand_parsed(sentence)) if t.relation_lemma == lemma]
    assert [triple.negated for triple in found] == [True]


TENSES = {
    "past": ("Aspirin/PROPN/nsubj/2 inhibited=inhibit/VERB/root/0 COX/PROPN/obj/2", "past"),
    "present": ("Aspirin/PROPN/nsubj/2 inhibits=inhibit/VERB/root/0 COX/PROPN/obj/2", "present"),
    "future": (
        "Aspirin/PROPN/nsubj/3 will/AUX/aux/3 inhibit/VERB/root/0 COX/PROPN/obj/3",
        "future",
    ),
    "passive": (
        "COX/PROPN/nsubj:pass/3 was=be/AUX/aux:pass/3 inhibited=inhibit/VERB/root/0 by/ADP/case/5"
        " aspirin/NOUN/obl:agent/3",
        "past",
    ),
    "participle": (
        "Drugs=drug/NOUN/nsubj/4 inhibiting=inhibit/VERB/acl/1 COX/PROPN/obj/2 help/VERB/root/0",
        "",
    ),
}


@pytest.mark.parametrize(("sentence", "tense"), TENSES.values(), ids=[*TENSES])
def test_the_finite_verb_tells_the_tense(sentence: str, tense: str) -> None:
    """Auxiliaries and endings tell when a relation is said to hold; a participle does not."""
    [triple] = extract_triples(hand_parsed(sentence))
    assert triple.tense == tense


def test_a_second_verb_shares_the_auxiliary() -> None:
    """In "was sold and renamed to" both are past."""
    sentence = (
        "It/PRON/nsubj:pass/3 was=be/AUX/aux:pass/3 sold=sell/VERB/root/0 to/ADP/case/5"
        " Ann/PROPN/obl/3 and/CCONJ/cc/7 renamed=rename/VERB/conj/3 to/ADP/case/9 Bob/PROPN/obl/7"
    )
    found = extract_triples(hand_parsed(sentence))
    assert [(t.object.text, t.tense) for t in found] == [("Ann", "past"), ("Bob", "past")]


def test_a_condition_is_kept_as_context() -> None:
    """What follows *if* is no triple's modality but the condition of the main clause."""
    sentence = hand_parsed(
        "If/SCONJ/mark/4 doses=dose/NOUN/nsubj/4 are=be/AUX/cop/4 high/ADJ/advcl/6"
        " aspirin/NOUN/nsubj/6 inhibits=inhibit/VERB/root/0 COX/PROPN/obj/6"
    )
    [triple] = extract_triples(sentence)
    assert (triple.condition, triple.modality) == ("If doses are high", "")


@pytest.mark.parametrize(
    ("sentence", "attribution"),
    [
        (
            "Smith/PROPN/nsubj/2 reported=report/VERB/root/0 that/SCONJ/mark/5"
            " aspirin/NOUN/nsubj/5 inhibits=inhibit/VERB/ccomp/2 COX/PROPN/obj/5",
            "Smith reported",
        ),
        (
            "According=accord/VERB/case/3 to/ADP/fixed/1 Smith/PROPN/obl/5 aspirin/NOUN/nsubj/5"
            " inhibits=inhibit/VERB/root/0 COX/PROPN/obj/5",
            "According to Smith",
        ),
        ("Aspirin/PROPN/nsubj/2 inhibits=inhibit/VERB/root/0 COX/PROPN/obj/2", ""),
    ],
    ids=["reported", "according to", "plain"],
)
def test_who_says_so_is_kept_as_context(sentence: str, attribution: str) -> None:
    """A reporting verb with its subject, or *according to*, is the attribution."""
    found = [t for t in extract_triples(hand_parsed(sentence)) if t.object.text == "COX"]
    assert [t.attribution for t in found] == [attribution]


def test_no_longer_is_part_of_the_predicate() -> None:
    """Who reads the triple alone must see that it is denied."""
    sentence, _, _ = QUALIFIED["no longer"]
    [triple] = extract_triples(hand_parsed(sentence))
    assert (triple.relation.text, triple.predicate) == ("no longer inhibits", "no longer inhibits")
