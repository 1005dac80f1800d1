"""Hypernym queries, synonym sets and analogy questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

import pytest

from tailgraph.benchmarks.forms.lines import FormError
from tailgraph.benchmarks.forms.terms import (
    read_analogies,
    read_hypernym_queries,
    read_synonym_sets,
)


def test_hypernym_queries_may_come_without_answers(file: Callable[..., Path]) -> None:
    """The gold hypernyms are as many as there are."""
    found = list(read_hypernym_queries(file("Bern\tEntity\tcity\tcapital\nice\tConcept\n")))
    assert [astuple(query) for query in found] == [
        ("Bern", "Entity", ("city", "capital")),
        ("ice", "Concept", ()),
    ]
    with pytest.raises(FormError, match=r":1: expected a term and its kind"):
        list(read_hypernym_queries(file("Bern\n")))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (
            "Disease\tD003|D4\tpain\tache\tsore spot\nChemical\t600123\tb1\tb2\n",
            ["D003|D4", "600123"],
        ),
        (
            "DOID:0001816\tpain\tache\tsore spot\nDOID:14667\tb1\tb2\n",
            ["DOID:0001816", "DOID:14667"],
        ),
        ("pain\tache\tsore spot\nb1\tb2\n", ["1", "2"]),
    ],
    ids=["class and id", "id", "forms only"],
)
def test_synonym_sets_are_told_apart_from_their_ids(
    file: Callable[..., Path], text: str, ids: list[str]
) -> None:
    """Columns before the forms are recognised by holding an id in every line."""
    found = read_synonym_sets(file(text))
    assert [s.id for s in found] == ids
    assert [s.forms for s in found] == [("pain", "ache", "sore spot"), ("b1", "b2")]


def test_the_topic_of_a_synonym_pair_is_no_form(file: Callable[..., Path]) -> None:
    """In a file of pairs the third column is the same for many."""
    found = read_synonym_sets(file("car\tauto\tartifact\ncat\tpuss\tanimal\n"))
    assert [s.forms for s in found] == [("car", "auto"), ("cat", "puss")]


def test_a_synonym_set_of_one_form_is_refused(file: Callable[..., Path]) -> None:
    """A query needs something to find."""
    with pytest.raises(FormError, match=r":2: expected two forms or more"):
        read_synonym_sets(file("D1\ta\tb\nD2\ta\n"))


def test_analogies_know_their_section(file: Callable[..., Path]) -> None:
    """Each question belongs to the heading above it."""
    found = list(read_analogies(file(": capitals of\nBern Swiss Rome Italy\n: family\na b c d\n")))
    assert [astuple(question) for question in found] == [
        ("capitals of", "Bern", "Swiss", "Rome", "Italy"),
        ("family", "a", "b", "c", "d"),
    ]
    with pytest.raises(FormError, match=r":1: expected the four words"):
        list(read_analogies(file("a b c\n")))
