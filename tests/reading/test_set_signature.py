"""Signatures of texts, held against a slow loop that follows the formula word by word."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.landmarks import content_terms
from tailgraph.engine.pooling import term_probabilities
from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.errors import ParameterError, ShapeError
from tailgraph.reading.reader import Reader
from tailgraph.reading.set_signature import (
    SetSignature,
    bias_weights,
    compare_signatures,
    final_scores,
    set_signature,
)

TEXT = "The drug inhibits kinases. The mice and a patient, not treated, was active"
OTHER = "Aspirin binds the receptor by a protein of the tumor in London"


def score_by_hand(a: SetSignature, b: SetSignature) -> tuple[float, dict[tuple[int, int], float]]:
    """Match every term of one bag with every term of the other, one pair at a time."""
    units = a.vocabulary.unit_vectors.astype(np.float64)
    pairs: dict[tuple[int, int], float] = {}
    n_loose = 0
    for first, w_first in zip(a.rows.tolist(), a.weights.tolist(), strict=True):
        highest, best, w_best = -2.0, -1, 0.0
        for second, w_second in zip(b.rows.tolist(), b.weights.tolist(), strict=True):
            cosine = float(units[first] @ units[second])
            if cosine > highest:
                highest, best, w_best = cosine, second, w_second
        if highest >= 0.9:
            adds = highest * min(w_first, w_best)
        else:
            adds = highest * w_first
            n_loose += 1
        pairs[first, best] = pairs.get((first, best), 0.0) + adds
    score = sum(pairs.values()) / (len(a.rows) * len(b.rows) + n_loose)
    if len(b.rows) < len(a.rows):
        score *= len(b.rows) / len(a.rows)
    return score, pairs


def random_signature(vocabulary: Vocabulary, size: int, seed: int) -> SetSignature:
    """Draw a bag with repetitions."""
    rng = np.random.default_rng(seed)
    weights = rng.random(len(vocabulary))
    rows = rng.integers(len(vocabulary), size=size)
    vector = np.zeros(vocabulary.dim, dtype=np.float32)
    return SetSignature(vocabulary, rows, weights[rows], vector, False, False)


@pytest.fixture
def vocabulary() -> Vocabulary:
    """Make terms of which many are nearly alike, so that both sides of .9 occur."""
    rng = np.random.default_rng(0)
    centers = np.repeat(rng.standard_normal((10, 6)), 4, axis=0)
    vectors = (centers + 0.3 * rng.standard_normal((40, 6))).astype(np.float32)
    return Vocabulary(
        terms=tuple(f"term{row}" for row in range(40)),
        vectors=vectors,
        biases=np.zeros(40, dtype=np.float32),
        is_piece=np.zeros(40, dtype=np.bool_),
        is_special=np.zeros(40, dtype=np.bool_),
    )


@pytest.mark.parametrize(("n_first", "n_second"), [(30, 50), (50, 30), (1, 1), (20, 20)])
def test_scores_and_pairs_are_those_of_the_plain_formula(
    n_first: int, n_second: int, vocabulary: Vocabulary
) -> None:
    """Repeated pairs add up, loose ones are counted, and a smaller second bag shrinks the score."""
    first = random_signature(vocabulary, n_first, seed=1)
    second = random_signature(vocabulary, n_second, seed=2)
    found = compare_signatures(first, second)
    score, pairs = score_by_hand(first, second)
    assert found.score == pytest.approx(score, rel=1e-5)
    assert found.share == pytest.approx(score / score_by_hand(first, first)[0], rel=1e-5)
    names = vocabulary.terms
    assert {
        (pair.first, pair.second): pytest.approx(pair.contribution, rel=1e-5)
        for pair in found.pairs
    } == {(names[a], names[b]): adds for (a, b), adds in pairs.items()}
    adds = [pair.contribution for pair in found.pairs]
    assert adds == sorted(adds, reverse=True)
    assert sum(pair.n for pair in found.pairs) == n_first


def test_a_bag_holds_the_pieces_and_the_words_predicted_at_each(tiny_encoder: Encoder) -> None:
    """Single characters and specials are left out; the text itself is not hidden."""
    vocabulary = tiny_encoder.vocabulary
    [states] = tiny_encoder.encode_tokens([TEXT])
    readable = np.flatnonzero(content_terms(vocabulary)).tolist()
    expected = []
    for row, vector in list(zip(states.rows.tolist(), states.vectors, strict=True))[1:-1]:
        logits = vocabulary.vectors @ vector + vocabulary.biases
        expected += [row, *sorted(readable, key=lambda r: -logits[r])[:2]]
    expected = [row for row in expected if len(vocabulary.surface(row)) > 1]
    found = set_signature(tiny_encoder, TEXT, k=2)
    assert found.rows.tolist() == expected
    np.testing.assert_allclose(found.weights, bias_weights(vocabulary)[expected])
    np.testing.assert_allclose(found.vector, tiny_encoder.encode([TEXT]).vectors[0], atol=1e-5)


def test_weights_are_one_over_the_frequency_that_the_biases_tell(tiny_encoder: Encoder) -> None:
    """The rarest hundredth of the readable terms counts as seen once, and nothing as less."""
    vocabulary = tiny_encoder.vocabulary
    probabilities = term_probabilities(vocabulary)
    once = np.quantile(probabilities[content_terms(vocabulary)], 0.01)
    for probability, weight in zip(probabilities, bias_weights(vocabulary), strict=True):
        assert weight == pytest.approx(1 / max(1, probability / once))


def test_given_frequencies_decide_the_weights(tiny_encoder: Encoder) -> None:
    """A term counts one over its frequency, in any case, and one half where that is unknown."""
    vocabulary = tiny_encoder.vocabulary
    found = set_signature(tiny_encoder, "the drug", k=1, frequencies={"the": 1000, "Drug": 4})
    expected = {"the": 1 / 1000, "drug": 1 / 4}
    names = [vocabulary.terms[row] for row in found.rows.tolist()]
    assert found.weights.tolist() == [expected.get(name, 0.5) for name in names]
    with pytest.raises(ParameterError, match="'the' has the frequency 0"):
        set_signature(tiny_encoder, "the drug", frequencies={"the": 0})


def test_comparing_texts_gives_both_directions_and_the_cosine(tiny_reader: Reader) -> None:
    """The score is asymmetric; the cosine is that of the two vectors."""
    encoder = tiny_reader.encoder
    found = tiny_reader.compare(TEXT, OTHER, k=3)
    a, b = set_signature(encoder, TEXT), set_signature(encoder, OTHER)
    assert found.forward.score == pytest.approx(score_by_hand(a, b)[0], rel=1e-4)
    assert found.backward.score == pytest.approx(score_by_hand(b, a)[0], rel=1e-4)
    assert found.forward.score != pytest.approx(found.backward.score, rel=1e-3)
    assert found.forward.pairs == compare_signatures(a, b).pairs[:3]
    x, y = encoder.encode([TEXT, OTHER]).vectors.astype(np.float64)
    cosine = x @ y / (np.linalg.norm(x) * np.linalg.norm(y))
    assert found.cosine == pytest.approx(cosine, abs=1e-5)


def test_a_text_is_covered_by_itself(tiny_reader: Reader) -> None:
    """Both shares are 1, and each pair is a term with itself."""
    found = tiny_reader.compare(TEXT, TEXT)
    assert (found.forward.share, found.backward.share) == pytest.approx((1, 1), abs=1e-5)
    assert found.cosine == pytest.approx(1)
    assert all(pair.first == pair.second for pair in found.forward.pairs)


def test_final_scores_put_the_best_first_and_add_one_over_the_rank() -> None:
    """Against the best of .8: .8 / .8 + 1, .4 / .8 + 1 / 2 and so on, but never above 1."""
    assert final_scores([0.2, 0.8, 0.4, 0.2]) == pytest.approx([0.25 + 1 / 3, 1, 1, 0.25 + 1 / 4])
    assert final_scores([]) == []


def test_what_cannot_be_compared_is_refused_or_flagged(
    tiny_reader: Reader, vocabulary: Vocabulary
) -> None:
    """An empty text and two vocabularies are refused, unknown and long texts flagged."""
    with pytest.raises(ParameterError, match="The text is empty"):
        tiny_reader.compare(TEXT, " ")
    with pytest.raises(ShapeError, match="two models"):
        compare_signatures(
            set_signature(tiny_reader.encoder, TEXT), random_signature(vocabulary, 3, seed=0)
        )
    found = tiny_reader.compare("\u2603 mice", "mice " * 10_000)
    assert (found.has_unknown, found.truncated) == ((True, False), (False, True))
    assert tiny_reader.compare("\u2603", TEXT).backward.score > 0
    empty = random_signature(vocabulary, 0, seed=0)
    assert compare_signatures(empty, empty).score == 0
