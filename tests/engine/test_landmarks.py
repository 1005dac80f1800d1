"""Landmarks, held against a plain product with the vocabulary."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.engine.landmarks import BIAS_SHARE, Landmarks, content_terms
from tailgraph.engine.vocabulary import Vocabulary

TERMS = ("[MASK]", "the", ",", "liver", "kidney", "##s", "x", "stone")


@pytest.fixture
def vocabulary() -> Vocabulary:
    """Eight terms; the comma and the article have a high bias."""
    rng = np.random.default_rng(2)
    return Vocabulary(
        terms=TERMS,
        vectors=rng.standard_normal((8, 4)).astype(np.float32),
        biases=np.array([-9, 5, 6, -1, -2, -1, -1, -3], np.float32),
        is_piece=np.array([t.startswith("##") for t in TERMS]),
        is_special=np.array([t.startswith("[") for t in TERMS]),
    )


def test_only_words_that_say_something_are_read(vocabulary: Vocabulary) -> None:
    """Specials, pieces, punctuation, single letters and the commonest terms are left out."""
    readable = content_terms(vocabulary, commonest=0.2)
    assert [t for t, keep in zip(TERMS, readable, strict=True) if keep] == [
        "liver",
        "kidney",
        "stone",
    ]


def test_landmarks_are_ranked_by_dot_product_and_a_third_of_the_bias(
    vocabulary: Vocabulary,
) -> None:
    """Order and logits equal those of a loop over the readable terms."""
    vectors = np.random.default_rng(4).standard_normal((3, 4)).astype(np.float32)
    readable = np.flatnonzero(content_terms(vocabulary))
    for vector, marks in zip(vectors, Landmarks.of(vocabulary).read(vectors, k=3), strict=True):
        dots = vocabulary.vectors @ vector
        order = sorted(readable, key=lambda r: -(dots[r] + BIAS_SHARE * vocabulary.biases[r]))
        assert [mark.row for mark in marks] == order[:3]
        expected = [float(dots[r] + vocabulary.biases[r]) for r in order[:3]]
        assert [mark.score for mark in marks] == pytest.approx(expected, abs=1e-5)
        assert [mark.bias for mark in marks] == vocabulary.biases[order[:3]].tolist()


def test_terms_near_a_term_are_ranked_by_cosine_without_it(vocabulary: Vocabulary) -> None:
    """Order, cosines and scores equal those of a loop over the other readable terms."""
    readable = np.flatnonzero(content_terms(vocabulary)).tolist()
    asked = [TERMS.index("liver"), TERMS.index("the")]
    for row, marks in zip(asked, Landmarks.of(vocabulary).near(asked, k=9), strict=True):
        cosines = {
            other: float(vocabulary.unit_vectors[other] @ vocabulary.unit_vectors[row])
            for other in readable
            if other != row
        }
        assert [mark.row for mark in marks] == sorted(cosines, key=lambda r: -cosines[r])
        for mark in marks:
            logit = vocabulary.vectors[mark.row] @ vocabulary.vectors[row] + mark.bias
            assert mark.weight == pytest.approx(cosines[mark.row], abs=1e-6)
            assert mark.score == pytest.approx(float(logit), abs=1e-5)


def test_no_more_landmarks_are_given_than_terms_can_be_read(vocabulary: Vocabulary) -> None:
    """Asking for more than there are gives what there is."""
    readable = np.flatnonzero(content_terms(vocabulary)).tolist()
    [marks] = Landmarks.of(vocabulary).read(np.ones((1, 4), dtype=np.float32), k=50)
    assert sorted(mark.row for mark in marks) == readable
