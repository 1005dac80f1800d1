"""Types of terms, read off distributions written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.errors import ParameterError
from tailgraph.graph.labels.entity_vectors import EntityVectors
from tailgraph.graph.labels.seeds import UNTAGGED
from tailgraph.reading.term_types import TermTypes

LABELS = ("CHEMICAL.COMPOUND", "CHEMICAL.DRUG", "DISEASE", UNTAGGED)
COUNTS = {
    "aspirin": (0, 5, 0, 0),
    "poison": (3, 3, 4, 0),
    "fever": (0, 0, 2, 1),
    "the": (0, 0, 1, 9),
    "qwert": (0, 0, 0, 0),
}


@pytest.fixture
def types() -> TermTypes:
    """Read the types of five terms."""
    n_terms = len(COUNTS)
    vocabulary = Vocabulary(
        terms=tuple(COUNTS),
        vectors=np.eye(n_terms, dtype=np.float32),
        biases=np.zeros(n_terms, dtype=np.float32),
        is_piece=np.zeros(n_terms, dtype=np.bool_),
        is_special=np.zeros(n_terms, dtype=np.bool_),
    )
    counts = np.array(list(COUNTS.values()), dtype=np.float32)
    # One label each is said by a person, so that nothing is balanced.
    return TermTypes.of(EntityVectors(vocabulary, LABELS, counts, given=counts))


def test_sub_types_count_together_for_the_main_type(types: TermTypes) -> None:
    """Two sub-types of 3 outweigh one type of 4; a word that is no type has none."""
    assert types.mains == ("CHEMICAL", "CHEMICAL", "DISEASE", None, None)
    assert types.labels == ("CHEMICAL.DRUG", "CHEMICAL.COMPOUND", "DISEASE", None, None)
    assert types.known == LABELS[:3]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["CHEMICAL"], ["aspirin", "poison"]),
        (["chemical.drug"], ["aspirin"]),
        (["Disease", "CHEMICAL.COMPOUND"], ["poison", "fever"]),
    ],
    ids=["main type", "sub-type", "two"],
)
def test_terms_are_found_by_type(names: list[str], expected: list[str], types: TermTypes) -> None:
    """Main types and labels with their sub-types are taken, in any case."""
    found = zip(COUNTS, types.terms_of(names).tolist(), strict=True)
    assert [term for term, is_one in found if is_one] == expected


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("DRUG", r"the labels are CHEMICAL, DISEASE\."),
        ("CHEMICAL.METAL", r"are CHEMICAL\.COMPOUND, CHEMICAL\.DRUG\."),
        (UNTAGGED, "are CHEMICAL, DISEASE"),
    ],
)
def test_an_unknown_label_is_refused_with_the_known_ones(
    name: str, known: str, types: TermTypes
) -> None:
    """The message names the main types, or the sub-types where the main type is right."""
    with pytest.raises(ParameterError, match=f"No label is called {name}; .*{known}"):
        types.terms_of(["CHEMICAL", name])
