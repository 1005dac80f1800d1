"""The types of landmarks, against a sum by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.engine.landmarks import Landmark
from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.graph.labels.entity_vectors import EntityVectors
from tailgraph.graph.labels.seeds import UNTAGGED
from tailgraph.reading.dominant_types import dominant_types

LABELS = ("CHEMICAL.COMPOUND", "CHEMICAL.DRUG", "DISEASE", UNTAGGED)
SHARES = np.array([[0.2, 0.5, 0.3, 0], [0, 0, 0.5, 0.5], [0, 0, 0, 1]], dtype=np.float32)


@pytest.fixture
def vectors() -> EntityVectors:
    """Three terms whose distributions are `SHARES`."""
    vocabulary = Vocabulary(
        terms=("aspirin", "fever", "thing"),
        vectors=np.eye(3, dtype=np.float32),
        biases=np.zeros(3, dtype=np.float32),
        is_piece=np.zeros(3, dtype=np.bool_),
        is_special=np.zeros(3, dtype=np.bool_),
    )
    flags = np.zeros(3, dtype=np.bool_)
    found = EntityVectors(vocabulary, LABELS, SHARES, flags, flags)
    found.__dict__["distributions"] = SHARES
    return found


def landmark(row: int, weight: float) -> Landmark:
    """Return a landmark of which only row and weight matter."""
    return Landmark(str(row), row, weight, weight, 0.0)


def test_landmarks_vote_by_their_margin(vectors: EntityVectors) -> None:
    """Margins 2, 1 and 0: chemicals get 2 * .7, diseases 2 * .3 + .5, what is untyped nothing."""
    [types] = dominant_types(vectors, [[landmark(0, 5), landmark(1, 4), landmark(2, 3)]])
    assert types == (
        ("CHEMICAL", pytest.approx(1.4 / 2.5)),
        ("DISEASE", pytest.approx(1.1 / 2.5)),
    )


def test_without_a_typed_landmark_there_is_no_type(vectors: EntityVectors) -> None:
    """The last landmark has no margin, the first no type; of no landmarks there is none."""
    found = dominant_types(vectors, [[landmark(2, 5), landmark(0, 3)], []])
    assert found == [(), ()]


def test_the_largest_are_named(vectors: EntityVectors) -> None:
    """Only as many types as asked for."""
    [types] = dominant_types(vectors, [[landmark(0, 5), landmark(2, 3)]], k=1)
    assert [name for name, _ in types] == ["CHEMICAL"]
