"""Propositions: one for each clause, with all of its arguments whole."""

from __future__ import annotations

import math

import pytest

from tailgraph.graph.relations.confidence import WEIGHTS
from tailgraph.graph.relations.propositions import extract_propositions

from .hand_parsed import hand_parsed

# sentence, propositions as subject, relation, arguments
CASES = {
    "time and place follow the object": (
        "In/ADP/case/2 1947/NUM/obl/4 Ann/PROPN/nsubj/4 sold=sell/VERB/root/0 the/DET/det/6"
        " firm/NOUN/obj/4 in/ADP/case/8 Rome/PROPN/obl/4",
        [("Ann", "sold", ["the firm", "In 1947", "in Rome"])],
    ),
    "without an object, the preposition ends the relation": (
        "The/DET/det/2 drug/NOUN/nsubj/3 binds=bind/VERB/root/0 to/ADP/case/5"
        " cells=cell/NOUN/obl/3 of/ADP/case/7 mice=mouse/NOUN/nmod/5",
        [("The drug", "binds to", ["cells of mice"])],
    ),
    "a passive keeps the order of the sentence": (
        "It/PRON/nsubj:pass/3 was=be/AUX/aux:pass/3 sold=sell/VERB/root/0 by/ADP/case/5"
        " Ann/PROPN/obl:agent/3",
        [("It", "was sold by", ["Ann"])],
    ),
    "what follows be stays whole": (
        "Aspirin/PROPN/nsubj/5 is=be/AUX/cop/5 not/PART/advmod/5 an/DET/det/5 inhibitor/NOUN/root/0"
        " of/ADP/case/7 COX/PROPN/nmod/5",
        [("Aspirin", "is not", ["an inhibitor of COX"])],
    ),
    "what is no longer so is denied in the relation": (
        "Aspirin/PROPN/nsubj/6 is=be/AUX/cop/6 no/ADV/advmod/4 longer/ADV/advmod/6 a/DET/det/6"
        " drug/NOUN/root/0",
        [("Aspirin", "is no longer", ["a drug"])],
    ),
    "each object of a list has its own": (
        "Ann/PROPN/nsubj/2 sold=sell/VERB/root/0 apples=apple/NOUN/obj/2 and/CCONJ/cc/5"
        " pears=pear/NOUN/conj/3",
        [("Ann", "sold", ["apples"]), ("Ann", "sold", ["pears"])],
    ),
    "a governing verb is said with what it governs": (
        "Ann/PROPN/nsubj/2 wants=want/VERB/root/0 to/PART/mark/4 sell/VERB/xcomp/2"
        " apples=apple/NOUN/obj/4",
        [("Ann", "wants to sell", ["apples"])],
    ),
    "a clause can be what is said": (
        "Ann/PROPN/nsubj/2 said=say/VERB/root/0 Bob/PROPN/nsubj/4 sold=sell/VERB/ccomp/2"
        " apples=apple/NOUN/obj/4",
        [("Ann", "said", ["Bob sold apples"]), ("Bob", "sold", ["apples"])],
    ),
    "a relative clause is said of its noun": (
        "The/DET/det/2 drug/NOUN/nsubj/6 that/PRON/nsubj/4 blocks=block/VERB/acl:relcl/2"
        " COX/PROPN/obj/4 works=work/VERB/root/0 well/ADV/advmod/6",
        [("The drug", "blocks", ["COX"])],
    ),
}


@pytest.mark.parametrize(("sentence", "expected"), CASES.values(), ids=[*CASES])
def test_a_clause_is_read_whole(sentence: str, expected: list[tuple[str, str, list[str]]]) -> None:
    """Subject, relation and arguments are the words of the sentence, in its order."""
    found = extract_propositions(hand_parsed(sentence))
    told = [(p.subject.text, p.relation, [a.span.text for a in p.arguments]) for p in found]
    assert told == expected


def test_the_confidence_is_the_sum_of_its_signs() -> None:
    """By hand: a proper name, five words, an object of one word."""
    [found] = extract_propositions(
        hand_parsed(
            "Ann/PROPN/nsubj/2 sold=sell/VERB/root/0 apples=apple/NOUN/obj/2 in/ADP/case/5"
            " Rome/PROPN/obl/2"
        )
    )
    odds = (
        WEIGHTS["always"]
        + 5 * WEIGHTS["words of the sentence"]
        + 1 * WEIGHTS["words of the subject"]
        + WEIGHTS["first argument one word"]
        + WEIGHTS["subject a name"]
    )
    assert found.confidence == pytest.approx(1 / (1 + math.exp(-odds)))


def test_a_question_states_nothing() -> None:
    """What is asked is not said."""
    question = "Ann/PROPN/nsubj/2 sold=sell/VERB/root/0 apples=apple/NOUN/obj/2 ?/PUNCT/punct/2"
    assert extract_propositions(hand_parsed(question)) == []
