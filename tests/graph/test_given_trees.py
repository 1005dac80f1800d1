"""Trees written by hand: both label schemes, and the noun phrases in them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tailgraph.errors import ModelError
from tailgraph.graph.dependencies import detect_scheme, to_universal
from tailgraph.graph.parsing import parsed_sentence
from tailgraph.graph.relations.extraction import extract_triples


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["obj", "obl", "dobj", "pobj"], "two schemes"),
        (["dobj", "nmod", "case", "nsubjpass"], "no known scheme"),
    ],
    ids=["mixed", "UD version 1"],
)
def test_other_schemes_are_refused(labels: Sequence[str], message: str) -> None:
    """Mixed labels and those of older versions are refused, with what was expected."""
    with pytest.raises(ModelError, match=message):
        detect_scheme(labels)


# Each sentence in ClearNLP and in UD: word/UPOS/label/head, heads from 1, 0 is the root.
SCHEMES = {
    "object and preposition": (
        "The/DET/det/2 drug/NOUN/nsubj/3 reduces=reduce/VERB/ROOT/0 pain/NOUN/dobj/3"
        " in/ADP/prep/3 adults=adult/NOUN/pobj/5",
        "The/DET/det/2 drug/NOUN/nsubj/3 reduces=reduce/VERB/root/0 pain/NOUN/obj/3"
        " in/ADP/case/6 adults=adult/NOUN/obl/3",
    ),
    "passive with agent": (
        "COX/PROPN/nsubjpass/3 is=be/AUX/auxpass/3 inhibited=inhibit/VERB/ROOT/0"
        " by/ADP/agent/3 aspirin/NOUN/pobj/4",
        "COX/PROPN/nsubj:pass/3 is=be/AUX/aux:pass/3 inhibited=inhibit/VERB/root/0"
        " by/ADP/case/5 aspirin/NOUN/obl:agent/3",
    ),
    "copula with noun": (
        "Aspirin/PROPN/nsubj/2 is=be/AUX/ROOT/0 an/DET/det/4 inhibitor/NOUN/attr/2 of/ADP/prep/4"
        " COX/PROPN/pobj/5",
        "Aspirin/PROPN/nsubj/4 is=be/AUX/cop/4 an/DET/det/4 inhibitor/NOUN/root/0 of/ADP/case/6"
        " COX/PROPN/nmod/4",
    ),
    "copula with adjective": (
        "Cells=cell/NOUN/nsubj/3 may/AUX/aux/3 be/AUX/ROOT/0 resistant/ADJ/acomp/3 to/ADP/prep/4"
        " insulin/NOUN/pobj/5",
        "Cells=cell/NOUN/nsubj/4 may/AUX/aux/4 be/AUX/cop/4 resistant/ADJ/root/0 to/ADP/case/6"
        " insulin/NOUN/obl/4",
    ),
    "copula with preposition": (
        "Cells=cell/NOUN/nsubj/2 are=be/AUX/ROOT/0 in/ADP/prep/2 tissue/NOUN/pobj/3",
        "Cells=cell/NOUN/nsubj/4 are=be/AUX/cop/4 in/ADP/case/4 tissue/NOUN/root/0",
    ),
    "there is": (
        "There/PRON/expl/2 is=be/VERB/ROOT/0 a/DET/det/4 cure/NOUN/attr/2 for/ADP/prep/4"
        " gout/NOUN/pobj/5",
        "There/PRON/expl/2 is=be/VERB/root/0 a/DET/det/4 cure/NOUN/nsubj/2 for/ADP/case/6"
        " gout/NOUN/nmod/4",
    ),
    "relative clause": (
        "Drugs=drug/NOUN/nsubj/5 that/PRON/nsubj/3 block/VERB/relcl/1 COX/PROPN/dobj/3"
        " work/VERB/ROOT/0",
        "Drugs=drug/NOUN/nsubj/5 that/PRON/nsubj/3 block/VERB/acl:relcl/1 COX/PROPN/obj/3"
        " work/VERB/root/0",
    ),
    "relative clause after a preposition": (
        "Cells=cell/NOUN/nsubj/6 to/ADP/prep/5 which/PRON/pobj/2 drugs=drug/NOUN/nsubj/5"
        " bind/VERB/relcl/1 die/VERB/ROOT/0",
        "Cells=cell/NOUN/nsubj/6 to/ADP/case/3 which/PRON/obl/5 drugs=drug/NOUN/nsubj/5"
        " bind/VERB/acl:relcl/1 die/VERB/root/0",
    ),
    "possessive": (
        "Aspirin/PROPN/poss/3 's/PART/case/1 effect/NOUN/nsubj/6 on/ADP/prep/3"
        " platelets=platelet/NOUN/pobj/4 lasts=last/VERB/ROOT/0",
        "Aspirin/PROPN/nmod:poss/3 's/PART/case/1 effect/NOUN/nsubj/6 on/ADP/case/5"
        " platelets=platelet/NOUN/nmod/3 lasts=last/VERB/root/0",
    ),
    "control and particle": (
        "Nurses=nurse/NOUN/nsubj/2 help/VERB/ROOT/0 to/PART/aux/4 carry/VERB/xcomp/2"
        " out/ADP/prt/4 tests=test/NOUN/dobj/4",
        "Nurses=nurse/NOUN/nsubj/2 help/VERB/root/0 to/PART/mark/4 carry/VERB/xcomp/2"
        " out/ADP/compound:prt/4 tests=test/NOUN/obj/4",
    ),
    "negation": (
        "Aspirin/PROPN/nsubj/4 does=do/AUX/aux/4 not/PART/neg/4 block/VERB/ROOT/0 COX/PROPN/dobj/4",
        "Aspirin/PROPN/nsubj/4 does=do/AUX/aux/4 not/PART/advmod/4 block/VERB/root/0"
        " COX/PROPN/obj/4",
    ),
    "chained coordination": (
        "Aspirin/PROPN/nsubj/2 blocks=block/VERB/ROOT/0 A1/PROPN/dobj/2 ,/PUNCT/punct/3"
        " B1/PROPN/conj/3 and/CCONJ/cc/5 C1/PROPN/conj/5",
        "Aspirin/PROPN/nsubj/2 blocks=block/VERB/root/0 A1/PROPN/obj/2 ,/PUNCT/punct/3"
        " B1/PROPN/conj/3 and/CCONJ/cc/7 C1/PROPN/conj/3",
    ),
    "coordinated prepositions": (
        "It/PRON/nsubj/2 binds=bind/VERB/ROOT/0 to/ADP/prep/2 skin/NOUN/pobj/3 and/CCONJ/cc/3"
        " to/ADP/conj/3 bone/NOUN/pobj/6",
        "It/PRON/nsubj/2 binds=bind/VERB/root/0 to/ADP/case/4 skin/NOUN/obl/2 and/CCONJ/cc/7"
        " to/ADP/case/7 bone/NOUN/conj/4",
    ),
    "preposition chain": (
        "Water/NOUN/nsubj/2 flows=flow/VERB/ROOT/0 out/ADP/prep/2 of/ADP/prep/3"
        " cells=cell/NOUN/pobj/4",
        "Water/NOUN/nsubj/2 flows=flow/VERB/root/0 out/ADP/case/5 of/ADP/case/5"
        " cells=cell/NOUN/obl/2",
    ),
    "clause after a preposition": (
        "Drugs=drug/NOUN/nsubj/2 work/VERB/ROOT/0 by/ADP/prep/2 blocking=block/VERB/pcomp/3"
        " COX/PROPN/dobj/4",
        "Drugs=drug/NOUN/nsubj/2 work/VERB/root/0 by/ADP/mark/4 blocking=block/VERB/advcl/2"
        " COX/PROPN/obj/4",
    ),
}


def _rows(notation: str) -> tuple[list[str], list[str], list[str], list[str], list[int]]:
    """Words, lemmas, parts of speech, labels and heads of a hand-parsed sentence."""
    rows = [token.rsplit("/", 3) for token in notation.split()]
    heads = [int(row[3]) - 1 if row[3] != "0" else at for at, row in enumerate(rows)]
    words = [row[0].split("=")[0] for row in rows]
    lemmas = [row[0].split("=")[-1].lower() for row in rows]
    return words, lemmas, [row[1] for row in rows], [row[2] for row in rows], heads


@pytest.mark.parametrize(("clear", "universal"), SCHEMES.values(), ids=[*SCHEMES])
def test_both_schemes_give_the_same_tree(clear: str, universal: str) -> None:
    """A ClearNLP tree turned over is the UD tree of the sentence."""
    _, lemmas, upos, deps, heads = _rows(clear)
    assert to_universal(lemmas, upos, deps, heads) == _rows(universal)[3:]


@pytest.mark.parametrize(("clear", "universal"), SCHEMES.values(), ids=[*SCHEMES])
def test_both_schemes_give_the_same_triples(clear: str, universal: str) -> None:
    """Triples do not depend on the scheme; all but one sentence gives some."""
    words, lemmas, upos, deps, heads = _rows(clear)
    offsets = [sum(len(word) + 1 for word in words[:row]) for row in range(len(words))]
    turned = to_universal(lemmas, upos, deps, heads)
    trees = (turned, _rows(universal)[3:])
    first, second = (
        extract_triples(parsed_sentence(" ".join(words), words, offsets, lemmas, upos, *tree))
        for tree in trees
    )
    assert first == second
    assert bool(first) == ("There" not in words)


PHRASES = {
    "determiners are cut": ("The/DET/det/3 old/ADJ/amod/3 Bridge/NOUN/root/0", ["old bridge"]),
    "possessive pronouns are cut": ("Its/PRON/nmod:poss/2 effect/NOUN/root/0", ["effect"]),
    "numbers and quantifiers are cut": (
        "Many/ADJ/amod/3 12/NUM/nummod/3 rivers/NOUN/root/0",
        ["rivers"],
    ),
    "an owner stays": (
        "The/DET/det/2 town/NOUN/nmod:poss/4 's/PART/case/2 bridge/NOUN/root/0",
        ["town 's bridge"],
    ),
    "coordination is split": (
        "Old/ADJ/amod/2 rivers/NOUN/root/0 and/CCONJ/cc/4 lakes/NOUN/conj/2",
        ["old rivers", "lakes"],
    ),
    "coordinated modifiers are not": (
        "Lung/NOUN/compound/4 and/CCONJ/cc/3 breast/NOUN/conj/1 cancer/NOUN/root/0",
        ["lung and breast cancer"],
    ),
    "a number can follow": ("Caspase/NOUN/root/0 8/NUM/nummod/1", ["caspase 8"]),
    "what a preposition adds is a phrase of its own": (
        "Risk/NOUN/root/0 of/ADP/case/3 stroke/NOUN/nmod/1",
        ["risk", "stroke"],
    ),
    "brackets end a phrase": (
        "Old/ADJ/amod/5 (/PUNCT/punct/3 big/ADJ/dep/5 )/PUNCT/punct/3 lake/NOUN/root/0",
        ["lake"],
    ),
    "a pronoun has no key": ("It/PRON/nsubj/2 works/VERB/root/0", [""]),
    "a letter has no key": ("X/NOUN/root/0", [""]),
    "a long phrase has no key": (
        " ".join([f"w{letter}/NOUN/compound/7" for letter in "abcdef"] + ["end/NOUN/root/0"]),
        [""],
    ),
}


@pytest.mark.parametrize(("notation", "keys"), PHRASES.values(), ids=[*PHRASES])
def test_noun_phrases_have_normal_keys(notation: str, keys: list[str]) -> None:
    """Keys are lower-case, cut and folded, and lead back to their characters."""
    words, lemmas, upos, deps, heads = _rows(notation)
    offsets = [sum(len(word) + 1 for word in words[:row]) for row in range(len(words))]
    text = " ".join(words)
    phrases = parsed_sentence(text, words, offsets, lemmas, upos, deps, heads).noun_phrases
    assert [phrase.key for phrase in phrases] == keys
    for phrase in phrases:
        assert text[phrase.start : phrase.end] == phrase.text
        assert not phrase.key or text[phrase.key_start : phrase.key_end].lower() == phrase.key
