"""Clauses: arguments are made explicit, whatever the construction."""

from __future__ import annotations

import pytest

from tailgraph.graph.relations.extraction import extract_triples

from .hand_parsed import hand_parsed, told

# sentence, triples as subject, lemma, object
CLAUSE_CASES = {
    "a relative pronoun stands for its noun": (
        "The/DET/det/2 drug/NOUN/nsubj/6 that/PRON/nsubj/4 blocks=block/VERB/acl:relcl/2"
        " COX/PROPN/obj/4 works=work/VERB/root/0",
        [("The drug", "block", "COX")],
    ),
    "a relative pronoun can be the object": (
        "The/DET/det/2 enzyme/NOUN/nsubj/6 which/PRON/obj/5 aspirin/NOUN/nsubj/5"
        " blocks=block/VERB/acl:relcl/2 works=work/VERB/root/0",
        [("aspirin", "block", "The enzyme")],
    ),
    "a relative clause can leave its object open": (
        "The/DET/det/2 enzyme/NOUN/nsubj/5 aspirin/NOUN/nsubj/4 blocks=block/VERB/acl:relcl/2"
        " works=work/VERB/root/0",
        [("aspirin", "block", "The enzyme")],
    ),
    "a relative pronoun can follow a preposition": (
        "The/DET/det/2 enzyme/NOUN/nsubj/7 to/ADP/case/4 which/PRON/obl/6 aspirin/NOUN/nsubj/6"
        " binds=bind/VERB/acl:relcl/2 works=work/VERB/root/0",
        [("aspirin", "bind to", "The enzyme")],
    ),
    "a participle takes its noun as subject": (
        "Drugs=drug/NOUN/nsubj/4 blocking=block/VERB/acl/1 COX/PROPN/obj/2 work/VERB/root/0",
        [("Drugs", "block", "COX")],
    ),
    "coordinated subjects and objects are spread": (
        "Aspirin/PROPN/nsubj/4 and/CCONJ/cc/3 naproxen/NOUN/conj/1 block/VERB/root/0"
        " COX1/PROPN/obj/4 and/CCONJ/cc/7 COX2/PROPN/conj/5",
        [
            ("Aspirin", "block", "COX1"),
            ("Aspirin", "block", "COX2"),
            ("naproxen", "block", "COX1"),
            ("naproxen", "block", "COX2"),
        ],
    ),
    "coordinated verbs share subject and object": (
        "Aspirin/PROPN/nsubj/2 binds=bind/VERB/root/0 and/CCONJ/cc/4 blocks=block/VERB/conj/2"
        " COX/PROPN/obj/4",
        [("Aspirin", "bind", "COX"), ("Aspirin", "block", "COX")],
    ),
    "coordinated participles stay passive": (
        "The/DET/det/2 drug/NOUN/nsubj:pass/4 was=be/AUX/aux:pass/4 made=make/VERB/root/0"
        " and/CCONJ/cc/6 sold=sell/VERB/conj/4 by/ADP/case/8 Bayer/PROPN/obl/6",
        [("Bayer", "sell", "The drug")],
    ),
    "a verb that controls is part of the relation": (
        "Aspirin/PROPN/nsubj/2 helps=help/VERB/root/0 to/PART/mark/4 reduce/VERB/xcomp/2"
        " pain/NOUN/obj/4",
        [("Aspirin", "help to reduce", "pain")],
    ),
    "a verb that only passes its subject on is not": (
        "Aspirin/PROPN/nsubj/2 seems=seem/VERB/root/0 to/PART/mark/4 reduce/VERB/xcomp/2"
        " pain/NOUN/obj/4",
        [("Aspirin", "reduce", "pain")],
    ),
    "a purpose after a passive keeps the subject": (
        "Insulin/NOUN/nsubj:pass/3 is=be/AUX/aux:pass/3 used=use/VERB/root/0 to/PART/mark/5"
        " treat/VERB/advcl/3 diabetes/NOUN/obj/5",
        [("Insulin", "be used to treat", "diabetes")],
    ),
    "a controlling object is the subject": (
        "Heat/NOUN/nsubj/2 causes=cause/VERB/root/0 metals=metal/NOUN/obj/2 to/PART/mark/5"
        " lose/VERB/xcomp/2 strength/NOUN/obj/5",
        [("Heat", "cause", "metals"), ("metals", "lose", "strength")],
    ),
    "a particle belongs to the verb": (
        "Nurses=nurse/NOUN/nsubj/2 carry/VERB/root/0 out/ADP/compound:prt/2 tests=test/NOUN/obj/2",
        [("Nurses", "carry out", "tests")],
    ),
    "examples of a kind are spread": (
        "Drugs=drug/NOUN/nsubj/7 such/ADJ/case/4 as/ADP/case/4 aspirin/NOUN/nmod/1"
        " and/CCONJ/cc/6 naproxen/NOUN/conj/4 work/VERB/root/0",
        [("aspirin", "be", "Drugs"), ("naproxen", "be", "Drugs")],
    ),
    "a question gives nothing": (
        "What/PRON/nsubj/2 causes=cause/VERB/root/0 asthma/NOUN/obj/2 ?/PUNCT/punct/2",
        [],
    ),
    "a question about a kind gives nothing": (
        "Which/DET/det/2 genes=gene/NOUN/nsubj/3 cause/VERB/root/0 asthma/NOUN/obj/3",
        [],
    ),
    "a circumstance is no argument": (
        "Aspirin/PROPN/nsubj/2 works=work/VERB/root/0 in/ADP/case/4 general/NOUN/obl/2",
        [],
    ),
    "a place name in apposition is not an identity": (
        "They/PRON/nsubj/2 met=meet/VERB/root/0 in/ADP/case/4 Lyon/PROPN/obl/2 ,/PUNCT/punct/6"
        " France/PROPN/appos/4",
        [("They", "meet in", "Lyon")],
    ),
}


@pytest.mark.parametrize(("sentence", "expected"), CLAUSE_CASES.values(), ids=[*CLAUSE_CASES])
def test_arguments_are_made_explicit(sentence: str, expected: list[tuple[str, str, str]]) -> None:
    """Pronouns are resolved, coordination is spread, and borrowed subjects are found."""
    assert told(extract_triples(hand_parsed(sentence))) == expected


def test_such_counts_as_part_of_its_preposition() -> None:
    """A parser may hang *such* under the example; it still says "such as"."""
    sentence = (
        "Drugs=drug/NOUN/nsubj/5 such/ADJ/amod/4 as/ADP/case/4 aspirin/NOUN/nmod/1 work/VERB/root/0"
    )
    assert told(extract_triples(hand_parsed(sentence))) == [("aspirin", "be", "Drugs")]
