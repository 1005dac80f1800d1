"""Open triples: one hand-parsed sentence for each rule, properties of all, a few real sentences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from tailgraph.graph.parsing import ParsedSentence, Parser, parsed_sentence
from tailgraph.graph.relations.clause_rules import CLAUSE_RULES
from tailgraph.graph.relations.dependency_tree import DependencyTree
from tailgraph.graph.relations.extraction import PRIORS, Triple, extract_triples
from tailgraph.graph.relations.noun_rules import NOUN_RULES


def hand_parsed(notation: str) -> ParsedSentence:
    """Build a sentence from ``word[=lemma]/UPOS/label/head``; heads count from 1, 0 is the root."""
    rows = [token.rsplit("/", 3) for token in notation.split()]
    words = [row[0].split("=")[0] for row in rows]
    offsets = [sum(len(word) + 1 for word in words[:row]) for row in range(len(words))]
    return parsed_sentence(
        " ".join(words),
        words,
        offsets,
        [row[0].split("=")[-1].lower() for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [int(row[3]) - 1 if row[3] != "0" else at for at, row in enumerate(rows)],
    )


def told(triples: Sequence[Triple]) -> list[tuple[str, str, str]]:
    """Subject, normalized relation and object of each triple."""
    return [(t.subject.text, t.relation_lemma, t.object.text) for t in triples]


# rule, sentence, subject, relation as it stands, object, lemma, form
RULE_CASES = [
    (
        "verb-object",
        "Aspirin/PROPN/nsubj/2 inhibits=inhibit/VERB/root/0 the/DET/det/4 enzyme/NOUN/obj/2",
        ("Aspirin", "inhibits", "the enzyme"),
        "inhibit",
        "infix",
    ),
    (
        "passive-agent",
        "The/DET/det/2 kinase/NOUN/nsubj:pass/4 is=be/AUX/aux:pass/4 activated=activate/VERB/root/0"
        " by/ADP/case/6 p53/PROPN/obl:agent/4",
        ("p53", "is activated by", "The kinase"),
        "activate",
        "infix",
    ),
    (
        "verb-oblique",
        "The/DET/det/2 drug/NOUN/nsubj/3 binds=bind/VERB/root/0 to/ADP/case/5"
        " cells=cell/NOUN/obl/3",
        ("The drug", "binds to", "cells"),
        "bind to",
        "infix",
    ),
    (
        "verb-oblique",
        "Cells=cell/NOUN/nsubj/5 treated=treat/VERB/acl/1 with/ADP/case/4 insulin/NOUN/obl/2"
        " grow/VERB/root/0",
        ("Cells", "treated with", "insulin"),
        "be treated with",
        "infix",
    ),
    (
        "verb-object-oblique",
        "Aspirin/PROPN/nsubj/2 reduces=reduce/VERB/root/0 pain/NOUN/obj/2 in/ADP/case/5"
        " adults=adult/NOUN/obl/2",
        ("Aspirin", "reduces pain in", "adults"),
        "reduce pain in",
        "infix",
    ),
    (
        "verb-complement",
        "The/DET/det/2 test/NOUN/nsubj:pass/4 is=be/AUX/aux:pass/4 called=call/VERB/root/0"
        " a/DET/det/6 screen/NOUN/xcomp/4",
        ("The test", "is called", "a screen"),
        "be called",
        "infix",
    ),
    (
        "light-verb",
        "Aspirin/PROPN/nsubj/2 has=have/VERB/root/0 an/DET/det/4 effect/NOUN/obj/2 on/ADP/case/6"
        " platelets=platelet/NOUN/nmod/4",
        ("Aspirin", "has an effect on", "platelets"),
        "have effect on",
        "infix",
    ),
    (
        "reciprocal-verb",
        "BRCA1/PROPN/nsubj/4 and/CCONJ/cc/3 BARD1/PROPN/conj/1 interact/VERB/root/0",
        ("BRCA1", "interact", "BARD1"),
        "interact",
        "suffix",
    ),
    (
        "is-a",
        "Aspirin/PROPN/nsubj/5 is=be/AUX/cop/5 an/DET/det/5 old/ADJ/amod/5 drug/NOUN/root/0",
        ("Aspirin", "is", "an old drug"),
        "be",
        "infix",
    ),
    (
        "copula-complement",
        "Aspirin/PROPN/nsubj/4 is=be/AUX/cop/4 an/DET/det/4 inhibitor/NOUN/root/0 of/ADP/case/6"
        " COX/PROPN/nmod/4",
        ("Aspirin", "is an inhibitor of", "COX"),
        "be inhibitor of",
        "infix",
    ),
    (
        "copula-complement",
        "Cells=cell/NOUN/nsubj/3 are=be/AUX/cop/3 resistant/ADJ/root/0 to/ADP/case/5"
        " insulin/NOUN/obl/3",
        ("Cells", "are resistant to", "insulin"),
        "be resistant to",
        "infix",
    ),
    (
        "copula-oblique",
        "The/DET/det/2 receptor/NOUN/nsubj/6 is=be/AUX/cop/6 on/ADP/case/6 the/DET/det/6"
        " membrane/NOUN/root/0",
        ("The receptor", "is on", "the membrane"),
        "be on",
        "infix",
    ),
    (
        "noun-means",
        "Treatment=treatment/NOUN/nsubj/6 of/ADP/case/3 asthma/NOUN/nmod/1 with/ADP/case/5"
        " steroids=steroid/NOUN/nmod/1 helps=help/VERB/root/0",
        ("steroids", "Treatment of", "asthma"),
        "treatment of",
        "prefix",
    ),
    (
        "noun-doer",
        "Inhibition=inhibition/NOUN/nsubj/6 of/ADP/case/3 COX/PROPN/nmod/1 by/ADP/case/5"
        " aspirin/NOUN/nmod/1 lasts=last/VERB/root/0",
        ("aspirin", "Inhibition of", "COX"),
        "inhibition of",
        "prefix",
    ),
    (
        "noun-doer",
        "COX/PROPN/compound/2 inhibition/NOUN/nsubj/5 by/ADP/case/4 aspirin/NOUN/nmod/2"
        " lasts=last/VERB/root/0",
        ("aspirin", "inhibition", "COX"),
        "inhibition of",
        "infix",
    ),
    (
        "noun-target",
        "The/DET/det/2 effect/NOUN/nsubj/7 of/ADP/case/4 aspirin/NOUN/nmod/2 on/ADP/case/6"
        " platelets=platelet/NOUN/nmod/2 lasts=last/VERB/root/0",
        ("aspirin", "effect", "platelets"),
        "effect on",
        "prefix",
    ),
    (
        "noun-target",
        "Aspirin/PROPN/nmod:poss/3 's/PART/case/1 effect/NOUN/nsubj/6 on/ADP/case/5"
        " platelets=platelet/NOUN/nmod/3 lasts=last/VERB/root/0",
        ("Aspirin", "effect on", "platelets"),
        "effect on",
        "infix",
    ),
    (
        "symmetric-noun",
        "The/DET/det/2 interaction/NOUN/nsubj/7 between/ADP/case/4 BRCA1/PROPN/nmod/2"
        " and/CCONJ/cc/6 BARD1/PROPN/conj/4 matters=matter/VERB/root/0",
        ("BRCA1", "interaction between", "BARD1"),
        "interaction",
        "prefix",
    ),
    (
        "symmetric-noun",
        "Association=association/NOUN/nsubj/6 of/ADP/case/3 smoking/NOUN/nmod/1 with/ADP/case/5"
        " cancer/NOUN/nmod/1 persists=persist/VERB/root/0",
        ("smoking", "Association", "cancer"),
        "association",
        "prefix",
    ),
    (
        "compound-pair",
        "The/DET/det/5 BRCA1/PROPN/compound/4 -/PUNCT/punct/4 BARD1/PROPN/compound/5"
        " interaction/NOUN/nsubj/6 matters=matter/VERB/root/0",
        ("BRCA1", "interaction", "BARD1"),
        "interaction",
        "suffix",
    ),
    (
        "agent-noun",
        "The/DET/det/3 COX/PROPN/compound/3 inhibitor/NOUN/nsubj/5 aspirin/NOUN/appos/3"
        " works=work/VERB/root/0",
        ("aspirin", "inhibitor", "COX"),
        "be inhibitor of",
        "infix",
    ),
    (
        "agent-noun",
        "Aspirin/PROPN/nsubj/7 ,/PUNCT/punct/5 a/DET/det/5 COX/PROPN/compound/5"
        " inhibitor/NOUN/appos/1 ,/PUNCT/punct/5 works=work/VERB/root/0",
        ("Aspirin", "inhibitor", "COX"),
        "be inhibitor of",
        "suffix",
    ),
    (
        "apposition",
        "Aspirin/PROPN/nsubj/7 ,/PUNCT/punct/5 an/DET/det/5 old/ADJ/amod/5 drug/NOUN/appos/1"
        " ,/PUNCT/punct/5 works=work/VERB/root/0",
        ("Aspirin", ",", "an old drug"),
        "be",
        "infix",
    ),
    (
        "parenthesis",
        "The/DET/det/2 hormone/NOUN/nsubj/6 (/PUNCT/punct/4 insulin/NOUN/appos/2 )/PUNCT/punct/4"
        " works=work/VERB/root/0",
        ("The hormone", "(", "insulin"),
        "be",
        "infix",
    ),
    (
        "apposition-complement",
        "Aspirin/PROPN/nsubj/8 ,/PUNCT/punct/4 an/DET/det/4 inhibitor/NOUN/appos/1 of/ADP/case/6"
        " COX/PROPN/nmod/4 ,/PUNCT/punct/4 works=work/VERB/root/0",
        ("Aspirin", "inhibitor of", "COX"),
        "be inhibitor of",
        "infix",
    ),
    (
        "such-as",
        "Drugs=drug/NOUN/nsubj/5 such/ADJ/case/4 as/ADP/case/4 aspirin/NOUN/nmod/1"
        " work/VERB/root/0",
        ("aspirin", "such as", "Drugs"),
        "be",
        "infix",
    ),
    (
        "hyphenated-participle",
        "TNF/PROPN/obl:unmarked/3 -/PUNCT/punct/3 induced=induce/VERB/amod/4"
        " apoptosis/NOUN/nsubj/5 spreads=spread/VERB/root/0",
        ("TNF", "induced", "apoptosis"),
        "induce",
        "infix",
    ),
    (
        "hyphenated-participle",
        "Stress/NOUN/obl:unmarked/3 -/PUNCT/punct/3 related=relate/VERB/amod/4"
        " disease/NOUN/nsubj/5 spreads=spread/VERB/root/0",
        ("disease", "related", "Stress"),
        "be related to",
        "infix",
    ),
]


@pytest.mark.parametrize(
    ("rule", "sentence", "parts", "lemma", "form"),
    RULE_CASES,
    ids=[f"{case[0]}: {'-'.join(case[2])}" for case in RULE_CASES],
)
def test_each_rule_reads_its_example(
    rule: str, sentence: str, parts: tuple[str, str, str], lemma: str, form: str
) -> None:
    """A rule gives roles, relation, lemma and form of the sentence that documents it."""
    found = [triple for triple in extract_triples(hand_parsed(sentence)) if triple.rule == rule]
    assert [(t.subject.text, t.relation.text, t.object.text) for t in found] == [parts]
    assert [(t.relation_lemma, t.form) for t in found] == [(lemma, form)]


def test_every_rule_has_an_example_and_a_prior() -> None:
    """The priors, the rules and the examples name the same rules."""
    assert {case[0] for case in RULE_CASES} == set(PRIORS)
    assert len(CLAUSE_RULES) + len(NOUN_RULES) <= len(PRIORS)


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
    "a frame before the subject is no argument": (
        "In/ADP/case/2 mice=mouse/NOUN/obl/4 aspirin/NOUN/nsubj/4 works=work/VERB/root/0"
        " on/ADP/case/6 platelets=platelet/NOUN/obl/4",
        [("aspirin", "work on", "platelets")],
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


def test_a_pronoun_argument_lowers_the_confidence() -> None:
    """A personal pronoun is kept as an argument and costs its factor."""
    noun = "Aspirin/PROPN/nsubj/2 inhibits=inhibit/VERB/root/0 COX/PROPN/obj/2"
    [with_noun] = extract_triples(hand_parsed(noun))
    [with_pronoun] = extract_triples(hand_parsed(noun.replace("Aspirin/PROPN", "It/PRON")))
    assert with_noun.confidence == PRIORS["verb-object"]
    assert with_pronoun.confidence == pytest.approx(0.6 * PRIORS["verb-object"])


def test_an_argument_is_a_whole_phrase_with_its_of_complement() -> None:
    """Modifiers and what follows with *of* belong to an argument, which knows its phrase."""
    sentence = hand_parsed(
        "Old/ADJ/amod/2 drugs=drug/NOUN/nsubj/3 reduce/VERB/root/0 the/DET/det/5 risk/NOUN/obj/3"
        " of/ADP/case/7 stroke/NOUN/nmod/5"
    )
    [triple] = extract_triples(sentence)
    assert (triple.subject.text, triple.object.text) == ("Old drugs", "the risk of stroke")
    assert sentence.noun_phrases[triple.object.phrase].key == "risk"


def test_the_path_names_labels_and_lemmas() -> None:
    """The path climbs to the common head and goes down to the object."""
    sentence = (
        "The/DET/det/2 drug/NOUN/nsubj/3 binds=bind/VERB/root/0 to/ADP/case/5 cells=cell/NOUN/obl/3"
        " and/CCONJ/cc/7 tissue/NOUN/conj/5"
    )
    paths = [triple.path for triple in extract_triples(hand_parsed(sentence))]
    assert paths == ["nsubj<bind>obl", "nsubj<bind>obl>cell>conj"]


def test_long_lists_do_not_explode() -> None:
    """Twelve subjects with twelve objects give no more than twenty-four triples."""
    subjects = ["A0/PROPN/nsubj/13"] + [f"A{i}/PROPN/conj/1" for i in range(1, 12)]
    objects = ["B0/PROPN/obj/13"] + [f"B{i}/PROPN/conj/14" for i in range(1, 12)]
    sentence = " ".join([*subjects, "block/VERB/root/0", *objects])
    assert 0 < len(extract_triples(hand_parsed(sentence))) <= 24


REAL_SENTENCES = [
    "Aspirin inhibits COX-1, which may protect the lining of the stomach.",
    "The bridge, designed by a local engineer, was opened by the mayor in June.",
    "It is not known whether the new treatment of asthma with steroids helps children.",
    "The BRCA1-BARD1 interaction and TNF-induced apoptosis were studied together.",
    "Our river (the Aare) rises in the Alps and flows through  Bern and\tThun.",
    "",
    "Naïve cells – e.g. T cells – don't divide; they wait, wait, and wait.",
    "Vitamin D, also known as calciferol, is a regulator of calcium in the blood.",
]


@cache
def really_parsed() -> tuple[ParsedSentence, ...]:
    """Parse the real sentences once."""
    [group] = Parser.default().parse([REAL_SENTENCES])
    return tuple(group)


def check_spans(text: str, triples: Sequence[Triple]) -> None:
    """Each span is its stretch of the text, arguments are apart, confidences are in range."""
    for triple in triples:
        for span in (triple.subject, triple.relation, triple.object):
            assert text[span.start : span.end] == span.text != ""
        first, second = sorted([triple.subject, triple.object], key=lambda span: span.start)
        assert first.end <= second.start
        assert 0 < triple.confidence <= 1


def test_spans_are_where_they_say() -> None:
    """Spans of real sentences are stretches of their texts, odd white space and all."""
    triples = [(sentence.text, extract_triples(sentence)) for sentence in really_parsed()]
    assert sum(len(found) for _, found in triples) > 8
    for text, found in triples:
        check_spans(text, found)


def test_nonsense_trees_are_survived() -> None:
    """Random words in random trees raise nothing and break no property of the spans."""
    generator = np.random.default_rng(0)
    words = "aspirin drug cells pain no which ( - , that is not inhibitor of by fail may and to"
    tags = "NOUN NOUN NOUN PROPN VERB VERB VERB AUX ADJ PRON DET ADP PART SCONJ NUM".split()
    labels = (
        "nsubj nsubj obj obj obl obl:agent nsubj:pass nmod nmod:poss amod compound conj cc case "
        "cop aux aux:pass mark acl acl:relcl advcl xcomp ccomp appos det advmod punct flat nummod"
    ).split()
    n_triples = 0
    for _ in range(1000):
        n_words = int(generator.integers(1, 16))
        order = generator.permutation(n_words)
        above = {order[i]: order[generator.integers(0, i)] for i in range(1, n_words)}
        tokens = [
            f"{generator.choice(words.split())}/{generator.choice(tags)}"
            f"/{generator.choice(labels) if word in above else 'root'}/{above.get(word, -1) + 1}"
            for word in range(n_words)
        ]
        sentence = hand_parsed(" ".join(tokens))
        triples = extract_triples(sentence)
        check_spans(sentence.text, triples)
        n_triples += len(triples)
    assert n_triples > 20


def test_triples_come_once_and_always_the_same() -> None:
    """A sentence gives no two triples with the same relation between the same spans."""
    for sentence in really_parsed():
        triples = extract_triples(sentence)
        keys = [(t.subject.start, t.relation_lemma, t.object.start) for t in triples]
        assert len(set(keys)) == len(keys)
        assert triples == extract_triples(sentence)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (0, ("Aspirin", "inhibit", "COX-1")),
        (1, ("the mayor", "open", "The bridge")),
        (1, ("a local engineer", "design", "The bridge")),
        (3, ("BRCA1", "interaction", "BARD1")),
        (3, ("TNF", "induce", "apoptosis")),
        (4, ("Our river", "rise in", "the Alps")),
        (7, ("Vitamin D", "be known as", "calciferol")),
    ],
)
def test_real_sentences_are_read(row: int, expected: tuple[str, str, str]) -> None:
    """The embedded parser and the rules find what a plain sentence says."""
    assert expected in told(extract_triples(really_parsed()[row]))


def test_the_common_head_is_found_from_both_sides() -> None:
    """A path between a word and its own head goes one way only."""
    tree = DependencyTree(hand_parsed("old/ADJ/amod/2 drugs=drug/NOUN/root/0"))
    assert (tree.path(0, 1), tree.path(1, 0)) == ("amod<drug", "drug>amod")
