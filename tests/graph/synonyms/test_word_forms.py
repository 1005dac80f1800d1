"""Forms of a word and the key that they share."""

from __future__ import annotations

import pytest

from tailgraph.graph.synonyms.word_forms import american, arabic, plain_letters, singular, word_key

PLURALS = [
    ("arteries", "artery"),
    ("carcinomas", "carcinoma"),
    ("carcinomata", "carcinoma"),
    ("larvae", "larva"),
    ("bacteria", "bacterium"),
    ("metastases", "metastasis"),
    ("diagnoses", "diagnosis"),
    ("diseases", "disease"),
    ("kinases", "kinase"),
    ("viruses", "virus"),
    ("boxes", "box"),
    ("potatoes", "potato"),
    ("syndromes", "syndrome"),
    ("crises", "crisis"),
    ("days", "day"),
]
SINGULARS = "diabetes sepsis virus gas series pancreas nervous is mass analysis".split()
SPELLINGS = [
    ("anaemia", "anemia"),
    ("oesophagus", "esophagus"),
    ("diarrhoea", "diarrhea"),
    ("orthopaedic", "orthopedic"),
    ("tumour", "tumor"),
    ("fibre", "fiber"),
    ("centre", "center"),
    ("localised", "localized"),
    ("analyse", "analyze"),
    ("sulphate", "sulfate"),
]
UNCHANGED = "four tongue exercise raised cell controlled genre acre promised journal".split()


@pytest.mark.parametrize(("plural", "expected"), PLURALS, ids=[p for p, _ in PLURALS])
def test_a_plural_has_its_singular(plural: str, expected: str) -> None:
    """English and Latin plurals lead to the singular."""
    assert singular(plural) == expected


@pytest.mark.parametrize("word", SINGULARS)
def test_a_singular_that_ends_in_s_stays(word: str) -> None:
    """Words that only look like plurals keep their s."""
    assert singular(word) == word


@pytest.mark.parametrize(("british", "expected"), SPELLINGS, ids=[b for b, _ in SPELLINGS])
def test_british_spelling_becomes_american(british: str, expected: str) -> None:
    """Both spellings of a word have one form."""
    assert american(british) == expected


@pytest.mark.parametrize("word", UNCHANGED)
def test_a_word_that_both_spell_alike_stays(word: str) -> None:
    """Rules for British spellings leave other words alone."""
    assert american(word) == word


def test_letters_lose_accents_possessives_and_greek() -> None:
    """What a keyboard lacks is spelled with what it has."""
    assert plain_letters("Sjögren’s TNF-\N{GREEK SMALL LETTER ALPHA}") == "sjogren tnf-alpha"


def test_roman_numerals_up_to_twenty_are_digits() -> None:
    """A numeral is a number, and a word with the same letters as part is none."""
    assert [arabic(word) for word in ("iv", "xx", "mix", "c")] == ["4", "20", "mix", "c"]


def test_one_key_for_number_and_spelling_together() -> None:
    """A British plural has the key of the American singular."""
    assert word_key("Haematomata") == word_key("hematoma") == "hematoma"
