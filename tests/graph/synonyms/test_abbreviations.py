"""Abbreviations that a sentence explains."""

from __future__ import annotations

import pytest

from tailgraph.graph.synonyms.abbreviations import find_abbreviations

BETA = "\N{GREEK SMALL LETTER BETA}"
FOUND = [
    ("Nonsteroidal anti-inflammatory drugs (NSAIDs) help.", "NSAID",
     "Nonsteroidal anti-inflammatory drugs", "long (short)"),
    ("The WHO (World Health Organization) said so.", "WHO", "World Health Organization",
     "short (long)"),
    ("Made by IDT (Integrated DNA Technologies, San Diego, CA).", "IDT",
     "Integrated DNA Technologies", "short (long)"),
    ("MRI, which stands for magnetic resonance imaging, is slow.", "MRI",
     "magnetic resonance imaging", "short, long"),
    ("Its interleukin 2 (IL-2) binds.", "IL-2", "interleukin 2", "long (short)"),
    (f"The transforming growth factor-{BETA} (TGF-{BETA}) acts.", f"TGF-{BETA}",
     f"transforming growth factor-{BETA}", "long (short)"),
    ("His body mass index (BMI; kg/m2) rose.", "BMI", "body mass index", "long (short)"),
    ("A suspected unexpected serious adverse reaction (SUSAR) occurred.", "SUSAR",
     "suspected unexpected serious adverse reaction", "long (short)"),
    ("We used 4',6-diamidino-2-phenylindole (DAPI).", "DAPI", "4',6-diamidino-2-phenylindole",
     "long (short)"),
]  # fmt: skip
NOT_FOUND = [
    "We saw patients (n = 20) twice.",
    "The dose was high (see Fig 2).",
    "Bought from the maker (USA) in bulk.",
    "It fell (II) and rose.",
    "(ATP) opens the sentence.",
]


@pytest.mark.parametrize(("text", "short", "long", "form"), FOUND, ids=[s for _, s, *_ in FOUND])
def test_both_forms_are_found_with_their_places(
    text: str, short: str, long: str, form: str
) -> None:
    """Spans cut the two forms out of the text, a plural s left outside."""
    [found] = find_abbreviations(text)
    assert (found.short, found.long, found.form) == (short, long, form)
    assert text[slice(*found.short_span)] == short
    assert text[slice(*found.long_span)] == long


@pytest.mark.parametrize("text", NOT_FOUND)
def test_other_brackets_are_no_abbreviations(text: str) -> None:
    """Numbers, references and places in brackets explain nothing."""
    assert find_abbreviations(text) == []


def test_confidence_falls_with_letters_inside_words() -> None:
    """T of ATP stands inside a word and counts half: (2 + 1/2) / 3."""
    [found] = find_abbreviations("Adenosine triphosphate (ATP) is burnt.")
    assert found.confidence == pytest.approx(0.833)


def test_a_long_form_does_not_reach_over_a_bracket() -> None:
    """What stands before a closed bracket belongs to another phrase."""
    text = "Of hypothesis one (H1), hormone therapy (HT) is the first."
    assert [found.long for found in find_abbreviations(text)] == ["hormone therapy"]
