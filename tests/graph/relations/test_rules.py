"""Each rule reads the sentence that documents it."""

from __future__ import annotations

import pytest

from tailgraph.graph.relations.confidence import PRIORS
from tailgraph.graph.relations.extraction import extract_triples

from .hand_parsed import hand_parsed

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
        "verb-recipient",
        "Firms=firm/NOUN/nsubj/2 gave=give/VERB/root/0 workers=worker/NOUN/iobj/2 money/NOUN/obj/2",
        ("Firms", "gave", "workers"),
        "give money to",
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
        "verb-frame",
        "In/ADP/case/2 mice=mouse/NOUN/obl/4 aspirin/NOUN/nsubj/4 works=work/VERB/root/0",
        ("aspirin", "works", "mice"),
        "work in",
        "suffix",
    ),
    (
        "object-complement",
        "Aspirin/PROPN/nsubj/2 blocks=block/VERB/root/0 the/DET/det/4 activity/NOUN/obj/2"
        " of/ADP/case/6 COX/PROPN/nmod/4",
        ("Aspirin", "blocks the activity of", "COX"),
        "block activity of",
        "infix",
    ),
    (
        "oblique-complement",
        "Aspirin/PROPN/nsubj/2 acts=act/VERB/root/0 on/ADP/case/4 enzymes=enzyme/NOUN/obl/2"
        " of/ADP/case/6 cells=cell/NOUN/nmod/4",
        ("Aspirin", "acts on enzymes of", "cells"),
        "act on enzyme of",
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
        "possessive",
        "The/DET/det/2 firm/NOUN/nmod:poss/4 's/PART/case/2 workers=worker/NOUN/nsubj/5"
        " sleep/VERB/root/0",
        ("The firm", "'s", "workers"),
        "have",
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


@pytest.mark.parametrize(
    ("sentence", "predicate"),
    [
        (
            "Aspirin/PROPN/nsubj/7 ,/PUNCT/punct/5 an/DET/det/5 old/ADJ/amod/5 drug/NOUN/appos/1"
            " ,/PUNCT/punct/5 works=work/VERB/root/0",
            "is",
        ),
        (
            "The/DET/det/2 firm/NOUN/nmod:poss/4 's/PART/case/2 workers=worker/NOUN/nsubj/5"
            " sleep/VERB/root/0",
            "has",
        ),
        (
            "Aspirin/PROPN/nsubj/8 ,/PUNCT/punct/4 an/DET/det/4 inhibitor/NOUN/appos/1"
            " of/ADP/case/6"
            " COX/PROPN/nmod/4 ,/PUNCT/punct/4 works=work/VERB/root/0",
            "is inhibitor of",
        ),
    ],
    ids=["apposition", "possessive", "apposition-complement"],
)
def test_a_sign_is_said_as_a_verb(sentence: str, predicate: str) -> None:
    """Where no word carries the relation, the predicate is the verb that the sign stands for."""
    assert predicate in [triple.predicate for triple in extract_triples(hand_parsed(sentence))]
