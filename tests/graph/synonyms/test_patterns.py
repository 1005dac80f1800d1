"""What a sentence says of two of its phrases."""

from __future__ import annotations

import pytest

from tailgraph.graph.synonyms.patterns import find_name_pairs, name_span


def said(text: str, *names: str) -> list[tuple[str, str, str, bool]]:
    """Return what is found between names of a text, in short."""
    spans, at = [], 0
    for name in names:
        start = text.index(name, at)
        at = start + len(name)
        spans.append((start, at))
    found = find_name_pairs(text, spans)
    for pair in found:
        assert text[slice(*pair.first_span)] == pair.first
        assert text[slice(*pair.second_span)] == pair.second
    return [(pair.first, pair.pattern, pair.second, pair.is_synonym) for pair in found]


ALIASES = [
    ("Pertussis, also known as whooping cough, spreads.", "known as"),
    ("Pertussis is commonly called whooping cough.", "called"),
    ("Pertussis (a.k.a. whooping cough) spreads.", "aka"),
    ("Pertussis, formerly whooping cough, spreads.", "formerly"),
    ("Pertussis is a synonym of whooping cough.", "synonym"),
    ("Pertussis is another name for whooping cough.", "another name"),
    ("Pertussis, i.e. whooping cough, spreads.", "that is"),
    ("Pertussis, or whooping cough, spreads.", "or"),
    ("Pertussis (whooping cough) spreads.", "parenthesis"),
]


@pytest.mark.parametrize(("text", "pattern"), ALIASES, ids=[p for _, p in ALIASES])
def test_every_rule_finds_its_example(text: str, pattern: str) -> None:
    """A sentence that states a synonym is read by the rule for it."""
    assert said(text, "Pertussis", "whooping cough") == [
        ("Pertussis", pattern, "whooping cough", True)
    ]


def test_words_of_a_rule_that_the_parser_took_for_phrases_do_not_hide_it() -> None:
    """Phrases such as "another name" and "a.k.a. X" are seen through."""
    text = "Varicella is another name for chickenpox."
    assert said(text, "Varicella", "name", "chickenpox")[0][:3] == (
        "Varicella", "another name", "chickenpox"
    )  # fmt: skip
    assert said("Tylenol (a.k.a. paracetamol)", "Tylenol", "a.k.a. paracetamol")[0][2] == (
        "paracetamol"
    )


def test_members_of_a_list_are_all_held_apart() -> None:
    """Each pair of a list is one of two things, its last "or" included."""
    text = "Aspirin, ibuprofen, or naproxen helps."
    assert said(text, "Aspirin", "ibuprofen", "naproxen") == [
        ("Aspirin", "list", "ibuprofen", False),
        ("Aspirin", "list", "naproxen", False),
        ("ibuprofen", "list", "naproxen", False),
    ]


@pytest.mark.parametrize(
    ("joint", "pattern"),
    [
        (" and ", "and"),
        (" or ", "or in a list"),
        (" versus ", "versus"),
        (" rather than ", "versus"),
    ],
    ids=["and", "or", "versus", "rather than"],
)
def test_phrases_side_by_side_are_two_things(joint: str, pattern: str) -> None:
    """Coordination is evidence against a synonym."""
    text = f"We gave aspirin{joint}placebo to all."
    assert said(text, "aspirin", "placebo") == [("aspirin", pattern, "placebo", False)]


def test_an_example_of_a_class_is_no_synonym() -> None:
    """Without a comma, "called" names one of many."""
    assert said("It is a protein called NPC1.", "protein", "NPC1") == []
    assert said("This process is called fermentation.", "process", "fermentation") == []


def test_signs_at_the_ends_are_no_part_of_a_name() -> None:
    """Percent signs and points go, charges and closed brackets stay."""
    assert name_span("% Na+.", (0, 6)) == (2, 5)
    assert name_span("NAD(P)", (0, 6)) == (0, 6)
