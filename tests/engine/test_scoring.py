"""Scores taken apart, held against the model's logits and ranks counted by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.scoring import decompose_score, decompose_scores
from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.errors import ParameterError, ShapeError, UnknownTermError


@pytest.fixture
def vocabulary() -> Vocabulary:
    """Write terms that the angle, the length and the bias each put in another order."""
    return Vocabulary(
        terms=("near", "long", "common", "twin", "null"),
        vectors=np.array([[1, 0], [6, 8], [3, 4], [1, 0], [0, 0]], dtype=np.float32),
        biases=np.array([0, -9, 4, 0, 0], dtype=np.float32),
        is_piece=np.zeros(5, dtype=np.bool_),
        is_special=np.zeros(5, dtype=np.bool_),
    )


@pytest.mark.parametrize(
    ("term", "by_cosine", "by_dot", "by_score"),
    [
        ("near", 1, 3, 3),
        ("long", 3, 1, 2),
        ("common", 4, 2, 1),
        ("twin", 2, 4, 4),
        ("null", 5, 5, 5),
    ],
)
def test_ranks_are_those_of_the_whole_vocabulary(
    term: str, by_cosine: int, by_dot: int, by_score: int, vocabulary: Vocabulary
) -> None:
    """Cosines are 1, .6, .6, 1, 0; dots 2, 12, 6, 2, 0; scores 2, 3, 10, 2, 0; ties go by row."""
    score = decompose_score(np.array([2, 0], dtype=np.float32), vocabulary, term)
    ranks = (score.rank_by_cosine, score.rank_by_dot, score.rank_by_score)
    assert ranks == (by_cosine, by_dot, by_score)


def test_a_term_without_length_has_cosine_zero(vocabulary: Vocabulary) -> None:
    """No number is divided by zero."""
    assert decompose_score(np.array([2, 0], dtype=np.float32), vocabulary, "null").cosine == 0


def test_parts_add_up_to_the_models_logit(tiny_encoder: Encoder) -> None:
    """Dot is the product of cosine and lengths, and with the bias it is the predicted score."""
    text = "the [MASK] inhibits braf"
    vector = tiny_encoder.mask_states([text]).vectors[0]
    for prediction in tiny_encoder.predict([text], k=100)[0][0]:
        score = decompose_score(vector, tiny_encoder.vocabulary, prediction.row)
        assert score.term == prediction.term
        assert score.score == score.dot + score.bias
        assert score.dot == pytest.approx(score.vector_norm * score.term_norm * score.cosine)
        assert score.score == pytest.approx(prediction.score, abs=1e-4)


def test_rank_by_score_is_the_place_among_predictions(tiny_encoder: Encoder) -> None:
    """The first prediction has rank 1, and so on."""
    text = "the [MASK] inhibits braf"
    vector = tiny_encoder.mask_states([text]).vectors[0]
    best = tiny_encoder.predict([text], k=20)[0][0]
    scores = [decompose_score(vector, tiny_encoder.vocabulary, found.term) for found in best]
    assert [score.rank_by_score for score in scores] == list(range(1, 21))


def test_many_scores_at_once_are_those_taken_apart_one_by_one(
    vocabulary: Vocabulary, tiny_encoder: Encoder
) -> None:
    """Ranks and names are equal, ties included, and numbers up to the rounding of a product."""
    rng = np.random.default_rng(3)
    for terms, n_vectors in ((vocabulary, 3), (tiny_encoder.vocabulary, 70)):
        vectors = rng.standard_normal((n_vectors, terms.dim)).astype(np.float32)
        vectors[0] = 0
        rows = [rng.integers(len(terms), size=number % 5).tolist() for number in range(n_vectors)]
        found = decompose_scores(vectors, terms, rows)
        for vector, asked, scores in zip(vectors, rows, found, strict=True):
            for row, score in zip(asked, scores, strict=True):
                name, *numbers = dataclasses.astuple(decompose_score(vector, terms, row))
                assert score.term == name
                assert dataclasses.astuple(score)[1:] == pytest.approx(numbers, rel=1e-12)


def test_what_does_not_fit_is_refused(vocabulary: Vocabulary) -> None:
    """A vector of another width, an unknown term and a row out of range raise."""
    vector = np.zeros(2, dtype=np.float32)
    with pytest.raises(ShapeError, match=r"shape \(2,\) expected"):
        decompose_score(np.zeros(3, dtype=np.float32), vocabulary, "near")
    with pytest.raises(UnknownTermError, match="far"):
        decompose_score(vector, vocabulary, "far")
    with pytest.raises(ParameterError, match="rows 0 to 4"):
        decompose_score(vector, vocabulary, 5)
    with pytest.raises(ParameterError, match="rows 0 to 4"):
        decompose_scores(vector[None], vocabulary, [[0, -1]])
    with pytest.raises(ShapeError, match="2 lists"):
        decompose_scores(vector[None], vocabulary, [[0], [1]])
