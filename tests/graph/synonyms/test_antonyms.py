"""Names that differ by opposite words."""

from __future__ import annotations

import pytest

from tailgraph.graph.synonyms.antonyms import are_antonyms

OPPOSITE = [
    ("high blood pressure", "low blood pressure"),
    ("Hypertension", "hypotension"),
    ("benign tumors", "malignant tumor"),
    ("smokers", "non-smokers"),
    ("intracellular space", "extracellular space"),
]
NOT_OPPOSITE = [
    ("hypertension", "high blood pressure"),
    ("tumor", "benign tumor"),
    ("tumors", "tumor"),
    ("acute pain", "chronic fever"),
    ("sin", "in"),
]


@pytest.mark.parametrize(("first", "second"), OPPOSITE, ids=[a for a, _ in OPPOSITE])
def test_opposite_words_make_antonyms_either_way(first: str, second: str) -> None:
    """One pair of opposite words, or a denial, is all that differs."""
    assert are_antonyms(first, second)
    assert are_antonyms(second, first)


@pytest.mark.parametrize(
    ("first", "second"), NOT_OPPOSITE, ids=[f"{a}, {b}" for a, b in NOT_OPPOSITE]
)
def test_other_differences_make_no_antonyms(first: str, second: str) -> None:
    """A modifier more, a plural or further words are no opposites."""
    assert not are_antonyms(first, second)
