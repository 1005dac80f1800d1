"""The key of a phrase, and what its variants differ in."""

from __future__ import annotations

import pytest

from tailgraph.graph.synonyms.phrase_keys import (
    canonical_key,
    compact_key,
    phrase_numbers,
    readable_form,
    variant_kind,
)

SAME = [
    ("Type 2 diabetes mellitus", "diabetes mellitus type II"),
    ("carcinoma, hepatocellular", "Hepatocellular Carcinomas"),
    ("Crohn's disease", "Crohn disease"),
    ("cancer of the breast", "breast cancer"),
    ("non-small cell lung cancer", "Non small-cell lung cancers"),
    ("TNF-\N{GREEK SMALL LETTER ALPHA}", "TNF alpha"),
    ("tumours of the oesophagus", "esophagus tumor"),
    ("lymphoma, B-cell, diffuse", "diffuse B cell lymphoma"),
    ("stage IV", "stage 4"),
]
DIFFERENT = [
    ("type 1 diabetes", "type 2 diabetes"),
    ("HIV-1 type 2", "HIV-2 type 1"),
    ("from cells to genes", "from genes to cells"),
    ("WHO", "who"),
    ("University of Washington", "Washington University"),
    ("vitamin C", "vitamin D"),
    ("hypertension", "hypotension"),
]


@pytest.mark.parametrize(("first", "second"), SAME, ids=[a for a, _ in SAME])
def test_variants_share_a_key(first: str, second: str) -> None:
    """Case, number, spelling, hyphens, numerals and word order do not change the key."""
    assert canonical_key(first) == canonical_key(second)


@pytest.mark.parametrize(("first", "second"), DIFFERENT, ids=[a for a, _ in DIFFERENT])
def test_other_things_have_other_keys(first: str, second: str) -> None:
    """What a number, a preposition, a letter or a capital tells apart stays apart."""
    assert canonical_key(first) != canonical_key(second)


def test_a_list_is_not_turned_round() -> None:
    """Commas of a list are no inverted heading."""
    assert readable_form("fever, cough, and pain") == "fever, cough, and pain"


@pytest.mark.parametrize("text", ["", "...", "the"])
def test_a_text_without_words_is_its_own_key(text: str) -> None:
    """Signs and articles alone do not all fall together."""
    assert canonical_key(text) == text


def test_blanks_do_not_matter_to_the_compact_key() -> None:
    """A compound is found written in one, in two, or with a hyphen."""
    keys = {compact_key(text) for text in ("benzyl penicillin", "Benzylpenicillin")}
    assert keys == {"benzylpenicillin"}


def test_digits_do_not_run_together() -> None:
    """IL-12 and IL-1 2 stay two in the compact key."""
    assert compact_key("IL-12") != compact_key("IL-1 2")


def test_short_words_have_no_compact_key() -> None:
    """Few letters without a digit are too little to join words by."""
    assert compact_key("a cell") == ""


def test_numbers_of_a_phrase_hold_numerals() -> None:
    """Roman numerals count as numbers where they stand by a word that takes one."""
    assert phrase_numbers("factor V and type II") == ("2", "5")


KINDS = [
    ("tumor", "tumors", "inflection"),
    ("tumour", "tumor", "spelling"),
    ("Breast Cancer", "cancer of the breast", "spelling"),
    ("IL-2", "IL2", "spelling"),
    ("aspirin", "ibuprofen", ""),
]


@pytest.mark.parametrize(("first", "second", "kind"), KINDS, ids=[a for a, *_ in KINDS])
def test_variants_are_told_by_kind(first: str, second: str, kind: str) -> None:
    """A plural is an inflection, all other variants are spellings, and no variant is none."""
    assert variant_kind(first, second) == kind


READABLE = [
    ("The  Tumours", "tumor"),
    ("NSAIDs", "NSAID"),
    ("IL-2 Receptors", "IL-2 receptor"),
    ("Carcinoma, Lobular", "lobular carcinoma"),
]


@pytest.mark.parametrize(("text", "form"), READABLE, ids=[t for t, _ in READABLE])
def test_a_readable_form_is_plain_and_singular(text: str, form: str) -> None:
    """A phrase is shown in lower case and singular, names with capitals as they are."""
    assert readable_form(text) == form
