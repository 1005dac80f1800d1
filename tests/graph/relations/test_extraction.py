"""Open triples: properties of all that is found, and a few real sentences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from tailgraph.graph.parsing import ParsedSentence, Parser
from tailgraph.graph.relations.confidence import PRIORS
from tailgraph.graph.relations.dependency_tree import DependencyTree
from tailgraph.graph.relations.extraction import extract_triples
from tailgraph.graph.relations.triples import Triple

from .hand_parsed import hand_parsed, told


def test_a_pronoun_argument_is_marked_and_lowers_the_confidence() -> None:
    """A personal pronoun is kept as an argument and costs its factor."""
    noun = "Aspirin/PROPN/nsubj/2 inhibits=inhibit/VERB/root/0 COX/PROPN/obj/2"
    [with_noun] = extract_triples(hand_parsed(noun))
    [with_pronoun] = extract_triples(hand_parsed(noun.replace("Aspirin/PROPN", "It/PRON")))
    assert (with_noun.subject.is_pronoun, with_pronoun.subject.is_pronoun) == (False, True)
    assert with_noun.confidence == PRIORS["verb-object"]
    assert with_pronoun.confidence == pytest.approx(0.6 * PRIORS["verb-object"])


def test_an_argument_is_a_whole_phrase_with_its_of_complement() -> None:
    """Modifiers and what follows with *of* belong to an argument, which knows its phrase."""
    sentence = hand_parsed(
        "Old/ADJ/amod/2 drugs=drug/NOUN/nsubj/3 reduce/VERB/root/0 the/DET/det/5 risk/NOUN/obj/3"
        " of/ADP/case/7 stroke/NOUN/nmod/5"
    )
    triple, _ = extract_triples(sentence)
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


def test_adjuncts_say_when_where_and_how() -> None:
    """What a clause says besides its arguments is kept in order, each with its role."""
    sentence = hand_parsed(
        "In/ADP/case/2 1947/NUM/obl/4 Ann/PROPN/nsubj/4 sold=sell/VERB/root/0 it/PRON/obj/4"
        " quickly/ADV/advmod/4 with/ADP/case/8 help/NOUN/obl/4 in/ADP/case/10 Rome/PROPN/obl/4"
    )
    found = next(t for t in extract_triples(sentence) if t.rule == "verb-object")
    assert [(a.role, a.span.text) for a in found.adjuncts] == [
        ("time", "In 1947"),
        ("manner", "quickly"),
        ("manner", "with help"),
        ("place", "in Rome"),
    ]


def test_a_relative_pronoun_is_no_adjunct() -> None:
    """In "the town in which Ann sold figs" nothing says where but the noun itself."""
    sentence = hand_parsed(
        "The/DET/det/2 town/NOUN/nsubj/8 in/ADP/case/4 which/PRON/obl/6 Ann/PROPN/nsubj/6"
        " sold=sell/VERB/acl:relcl/2 figs=fig/NOUN/obj/6 grows=grow/VERB/root/0"
    )
    found = next(t for t in extract_triples(sentence) if t.object.text == "figs")
    assert found.adjuncts == ()


def test_a_predicate_leaves_out_what_stands_between() -> None:
    """The relation's own words are joined over adjuncts; the span covers them all."""
    sentence = hand_parsed(
        "Ann/PROPN/nsubj/2 sold=sell/VERB/root/0 it/PRON/obj/2 with/ADP/case/5 help/NOUN/obl/2"
        " in/ADP/case/7 Rome/PROPN/obl/2"
    )
    found = next(t for t in extract_triples(sentence) if t.object.text == "Rome")
    assert found.predicate == "sold it in"
    assert found.relation.text == "sold it with help in"


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
