"""The relation of a fragment, by the terms of a small schema."""

from __future__ import annotations

import pytest

from tailgraph.graph.fragments import Fragment
from tailgraph.graph.typed_relations.schema import parse_schema
from tailgraph.reading.world_model.relation_names import (
    UNNAMED,
    RelationName,
    RelationNamer,
    base_forms,
)

SCHEMA = """
[treats]
triggers = ["treat", "remedy"]
subject = ["CHEMICAL"]
object = ["DISEASE"]

[causes]
triggers = ["cause", "lead to"]
inverse = ["result from"]

[results]
triggers = ["result"]
"""
DRUG, DISEASE = (("CHEMICAL", 0.9), ("PERSON", 0.05)), (("DISEASE", 1.0),)


def fragment(text: str, left=DRUG, right=DISEASE) -> Fragment:
    """Make a fragment of which only text and types count."""
    return Fragment(text, f" {text} ", 3, 2, left, right, (), (), ())


@pytest.fixture(scope="module")
def namer() -> RelationNamer:
    """Name by the small schema."""
    return RelationNamer(parse_schema(SCHEMA))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (fragment("is used to treat"), RelationName("treats")),
        (fragment("treated with", DISEASE, DRUG), RelationName("treats", True)),
        (fragment("is caused by"), RelationName("causes", True)),
        (fragment("can lead to"), RelationName("causes")),
        (fragment("results from"), RelationName("causes", True)),
        (fragment("was a result of"), RelationName("results")),
        (fragment("treats", (("PERSON", 1.0),)), UNNAMED),
        (fragment("shows"), UNNAMED),
    ],
    ids=lambda given: given.text if isinstance(given, Fragment) else "",
)
def test_a_fragment_is_named(namer: RelationNamer, given: Fragment, name: RelationName) -> None:
    """The longest term decides, passives and inverse terms turn it, and the types have to fit."""
    assert namer.name(given) == name


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("treats", "treat"),
        ("causes", "cause"),
        ("reduced", "reduce"),
        ("binding", "bind"),
        ("stopped", "stop"),
        ("carried", "carry"),
        ("studies", "study"),
        ("crosses", "cross"),
    ],
)
def test_inflected_words_have_their_base(word: str, base: str) -> None:
    """The base is among the forms that a word may be of."""
    assert base in base_forms(word)
