"""Canonical forms: what is grouped, and what stays apart."""

from __future__ import annotations

from tailgraph.graph.synonyms.canonical import Canonicalizer


def test_variants_have_one_form_without_any_pair() -> None:
    """Case, number and spelling are known without a synonym."""
    names = Canonicalizer.from_pairs([])
    assert {names.canonical(t) for t in ("Tumours", "tumor", "the tumors")} == {"tumor"}


def test_the_most_frequent_form_stands_for_its_group() -> None:
    """Of several names the one that occurs most is canonical."""
    names = Canonicalizer.from_pairs(
        [("heart attack", "myocardial infarction")],
        counts={"heart attack": 2, "Myocardial infarctions": 5},
    )
    assert names.canonical("Heart attacks") == "myocardial infarction"


def test_a_long_form_stands_for_its_acronym() -> None:
    """A short form is never canonical where there is a long one."""
    names = Canonicalizer.from_pairs([("tumor necrosis factor", "TNF")], counts={"TNF": 9})
    assert names.canonical("TNF") == "tumor necrosis factor"


def test_an_acronym_does_not_join_its_long_forms() -> None:
    """The surest long form keeps the acronym, and the other stays alone."""
    names = Canonicalizer.from_pairs(
        [("myocardial infarction", "MI"), ("mitral insufficiency", "MI")]
    )
    assert names.canonical("MI") == "myocardial infarction"
    assert names.canonical("mitral insufficiency") == "mitral insufficiency"


def test_pairs_kept_apart_are_never_joined_by_others() -> None:
    """A chain of pairs does not lead over an antonym."""
    names = Canonicalizer.from_pairs(
        [("high blood pressure", "hypertension"), ("hypertension", "low blood pressure")],
        apart=[("high blood pressure", "low blood pressure")],
    )
    assert names.same("high blood pressure", "hypertension")
    assert not names.same("high blood pressure", "low blood pressure")


def test_other_numbers_are_other_things() -> None:
    """A pair that is wrong about a number is passed over."""
    names = Canonicalizer.from_pairs([("type 1 diabetes", "type 2 diabetes")])
    assert not names.same("type 1 diabetes", "type 2 diabetes")


def test_one_pair_does_not_merge_two_groups() -> None:
    """Two groups of two need a second pair across them."""
    groups = [("alpha one", "beta one x"), ("gamma one", "delta one x")]
    bad = ("beta one x", "gamma one")
    assert not Canonicalizer.from_pairs([*groups, bad]).same("alpha one", "delta one x")
    more = Canonicalizer.from_pairs([*groups, bad, ("alpha one", "delta one x")])
    assert more.same("beta one x", "delta one x")


def test_the_order_of_equal_input_does_not_matter_to_groups() -> None:
    """The same texts give the same groups, whatever order the counts are in."""
    pairs = [("heart attack", "myocardial infarction")]
    texts = ["Aspirin", "aspirin", "benzyl penicillin", "benzylpenicillin"]
    one = Canonicalizer.from_pairs(pairs, counts=dict.fromkeys(texts, 1))
    other = Canonicalizer.from_pairs(pairs, counts=dict.fromkeys(reversed(texts), 1))
    assert one.groups == other.groups
    assert one.groups["benzyl penicillin"] == ("benzyl penicillin", "benzylpenicillin")


def test_the_canonical_form_of_a_canonical_form_is_itself() -> None:
    """Canonicalizing twice changes nothing."""
    texts = ["NSAIDs", "Tumour of the lung", "carcinoma, lobular", "WHO", "IL-2", "a", "..."]
    names = Canonicalizer.from_pairs([("non-steroidal anti-inflammatory drug", "NSAID")])
    forms = [names.canonical(text) for text in texts]
    assert [names.canonical(form) for form in forms] == forms
