"""Names that are alike, held against plain loops."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.similarity import adjust_vectors
from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.errors import ParameterError, ShapeError
from tailgraph.graph.synonyms.short_forms import short_form_score
from tailgraph.graph.synonyms.similar import WEIGHTS, SimilarNames
from tailgraph.graph.synonyms.text_features import letter_runs, weighted_rows
from tailgraph.graph.synonyms.word_tails import near_words, soft_rows

NAMES = (
    "heart attack",
    "myocardial infarction",
    "MI",
    "tumor of the lung",
    "lung tumour",
    "type 1 diabetes",
    "type 2 diabetes",
)


@pytest.fixture(scope="module")
def names(tiny_encoder: Encoder) -> SimilarNames:
    """The names above, ready to be compared."""
    return SimilarNames.from_texts(tiny_encoder, NAMES)


def test_letters_are_cosines_of_tf_idf() -> None:
    """The sparse rows give the cosines of a plain loop."""
    texts = ["tumor", "tumors", "rumor", "cell"]
    bags = [letter_runs(text) for text in texts]
    held = Counter(name for bag in bags for name in bag)

    def weight(bag: Counter[str], name: str) -> float:
        return (1 + math.log(bag[name])) * math.log(5 / held[name]) if name in bag else 0.0

    dense = np.array([[weight(bag, name) for name in sorted(held)] for bag in bags])
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    rows = weighted_rows(bags)
    np.testing.assert_allclose((rows @ rows.T).toarray(), dense @ dense.T, atol=1e-6)


@pytest.fixture
def planted() -> Vocabulary:
    """Forty terms in forty directions, but for "renal" beside "kidney"."""
    vectors = np.eye(40, dtype=np.float32)
    vectors[1] = 0.8 * vectors[0] + 0.6 * vectors[1]
    terms = ("kidney", "renal", "stone", *(f"term{chr(97 + i)}" for i in range(26)))
    terms = (*terms, *(f"word{chr(97 + i)}" for i in range(11)))
    none = np.zeros(40, dtype=np.bool_)
    return Vocabulary(terms, vectors, np.zeros(40, np.float32), none, none, lowercase=True)


def test_near_words_lie_in_the_tail(planted: Vocabulary) -> None:
    """The tail begins at cosine 0 here, so that the cosine itself is the nearness."""
    near = near_words(planted, ["kidney", "renal", "stone", "12"]).toarray()
    assert near[0, 1] == pytest.approx(0.8)
    assert near[0, 1] == near[1, 0]
    assert near[3].sum() == 0
    assert near.diagonal().sum() == 0


def test_soft_cosines_count_near_words_in_part(planted: Vocabulary) -> None:
    """Texts with near words are partly the same, and every text wholly itself."""
    bags = [Counter(["kidney", "stone"]), Counter(["renal", "stone"]), Counter(["terma"])]
    left, right = soft_rows(planted, bags)
    cosines = (left @ right.T).toarray()
    rare, common = math.log(4), math.log(2)
    # Both words differ in rarity: "stone" is in two of three texts.
    expected = (0.8 * rare**2 + common**2) / (rare**2 + common**2)
    assert cosines[0, 1] == pytest.approx(expected, abs=1e-6)
    np.testing.assert_allclose(cosines.diagonal(), 1, atol=1e-6)


def test_variants_come_first(names: SimilarNames) -> None:
    """A name in another order and spelling is the nearest of all."""
    [[best, *_]] = names.rank([3])
    assert best.text == "lung tumour"
    assert best.components.letters == pytest.approx(1, abs=1e-6)
    assert best.components.words == pytest.approx(1, abs=1e-6)


def test_scores_fall_and_are_made_of_their_components(names: SimilarNames) -> None:
    """The score is the weighted sum of what is shown, over that of a name with itself."""
    for best in names.rank(range(len(NAMES)), k=6):
        scores = [found.score for found in best]
        assert scores == sorted(scores, reverse=True)
        for found in best:
            parts, weights = found.components, WEIGHTS
            total = (
                weights.letters * parts.letters
                + weights.words * parts.words
                + weights.meaning * parts.meaning
                + weights.initials * parts.initials
                + weights.short_form * parts.short_form
                + weights.numbers * parts.numbers
            )
            assert found.score == pytest.approx(total / 3.5, abs=1e-5)


def test_meaning_is_the_cosine_of_centered_vectors(
    names: SimilarNames, tiny_encoder: Encoder
) -> None:
    """Few names are centered and not whitened."""
    vectors = adjust_vectors(tiny_encoder.encode(NAMES).vectors, "centered")
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    [best] = names.rank([0], k=6)
    for found in best:
        expected = float(vectors[0] @ vectors[found.row])
        assert found.components.meaning == pytest.approx(expected, abs=1e-4)


def test_a_short_form_meets_the_initials_of_a_name(names: SimilarNames) -> None:
    """MI stands for myocardial infarction, and for no other name here."""
    [best] = names.rank([2], k=6)
    found = {c.text: c.components for c in best}
    assert found["myocardial infarction"].short_form == 1
    assert found["myocardial infarction"].initials == pytest.approx(1, abs=1e-6)
    assert found["heart attack"].short_form == 0


def test_other_numbers_speak_against_a_pair(names: SimilarNames) -> None:
    """Types 1 and 2 are two; a name without a number is half as far."""
    [best] = names.rank([5], k=6)
    found = {c.text: c.components.numbers for c in best}
    assert found["type 2 diabetes"] == -1
    assert found["heart attack"] == -0.5


def test_a_single_name_has_no_others(tiny_encoder: Encoder) -> None:
    """Nothing is found, and nothing fails."""
    assert list(SimilarNames.from_texts(tiny_encoder, ["cell"]).rank([0])) == [[]]


def test_wrong_arguments_are_refused(names: SimilarNames, tiny_encoder: Encoder) -> None:
    """The messages say what came and what was expected."""
    with pytest.raises(ParameterError, match="k is at least 1"):
        list(names.rank([0], k=0))
    with pytest.raises(ParameterError, match="number of one of 7 names"):
        list(names.rank([7]))
    with pytest.raises(ShapeError, match="one for each text"):
        SimilarNames.from_texts(tiny_encoder, ["a"], vectors=np.zeros((2, 4), np.float32))


def test_a_short_form_score_counts_letters_inside_words_half() -> None:
    """I and 2 are initials of "interleukin 2", L stands inside: (2 + 1/2) / 3."""
    assert short_form_score("IL2", "interleukin 2") == pytest.approx(2.5 / 3)
