"""Pairs of words from both sides, against a loop over all cosines."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.errors import ShapeError
from tailgraph.graph import asymmetry
from tailgraph.graph.asymmetry import Orders, word_vectors
from tailgraph.indexers.tail_rules import BinRule, counted_thresholds

N_TERMS = 300
PAIRS = [(1, 2), (5, 40), (40, 5), (7, 7), (250, 12), (299, 301), (302, 3)]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """Make words around centers, some of them nearer to their center than others."""
    rng = np.random.default_rng(5)
    centers = rng.normal(size=(20, 12))[rng.integers(0, 20, size=N_TERMS)]
    spread = rng.uniform(0.2, 1.2, size=(N_TERMS, 1))
    vectors = (centers + spread * rng.normal(size=centers.shape) + 1).astype(np.float32)
    terms = ("[MASK]", *(f"word{i}" for i in range(1, N_TERMS - 20)))
    terms += tuple(f"##p{i}" for i in range(20))
    return Vocabulary(
        terms=terms,
        vectors=vectors,
        biases=np.zeros(N_TERMS, dtype=np.float32),
        is_piece=np.array([term.startswith("##") for term in terms]),
        is_special=np.array([term.startswith("[") for term in terms]),
    )


def directions(vocabulary: Vocabulary, vectors: np.ndarray) -> np.ndarray:
    """Bring vectors to length 1 around the mean of the terms, in double precision."""
    units = vocabulary.vectors.astype(np.float64)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    rows = vectors.astype(np.float64)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True) - units[1:].mean(axis=0)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_both_sides_are_counted_over_all_words(
    vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Places, tails and lists are those of a loop; blocks of rows leave no trace."""
    monkeypatch.setattr(asymmetry, "_BLOCK_ROWS", 7)
    monkeypatch.setattr(asymmetry, "_N_LISTED", 30)
    monkeypatch.setattr(asymmetry, "_EVERY", 3)
    extra = np.random.default_rng(1).normal(size=(3, vocabulary.dim)).astype(np.float32)
    vectors = np.concatenate([vocabulary.vectors, extra])
    firsts, seconds = np.array(PAIRS).T
    found = Orders(vocabulary).compare(vectors, firsts, seconds)

    rows = directions(vocabulary, vectors)
    words = rows[:N_TERMS][~vocabulary.is_piece & ~vocabulary.is_special]
    asked = words[::3]
    ends = np.sort(asked @ words.T, axis=1)[:, -31]
    for number, (first, second) in enumerate(PAIRS):
        cosine = rows[first] @ rows[second]
        assert found.cosines[number] == pytest.approx(cosine, abs=1e-5)
        assert found.forward[number] == ((words @ rows[first]) > cosine + 1e-5).sum()
        assert found.backward[number] == ((words @ rows[second]) > cosine + 1e-5).sum()
        for side, row in enumerate((first, second)):
            counts = np.zeros((1, 201), dtype=np.int64)
            for value in words @ rows[row]:
                counts[0, 100 + round(100 * value)] += 1
            threshold = counted_thresholds(counts, BinRule().limits(len(words)))[0][0] / 100
            assert found.tails[side, number] == threshold
            assert found.listed[side, number] == pytest.approx(
                (asked @ rows[row] > ends).sum(), abs=1
            )


def test_measures_change_their_sign_when_a_pair_is_turned(vocabulary: Vocabulary) -> None:
    """The cosine stays, every directed measure is turned; a word with itself has none."""
    orders = Orders(vocabulary)
    firsts, seconds = np.array(PAIRS[:5]).T
    there = orders.compare(vocabulary.vectors, firsts, seconds)
    back = orders.compare(vocabulary.vectors, seconds, firsts)
    np.testing.assert_allclose(there.cosines, back.cosines, atol=1e-6)
    for name in ("asymmetry", "rank_ratio", "tail_rise", "hub_rise"):
        values = getattr(there, name)()
        np.testing.assert_allclose(values, -getattr(back, name)())
        assert values[3] == 0


def test_a_center_is_more_general_than_what_lies_around_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By construction: a word amid many others has a higher tail and is listed by more of them."""
    monkeypatch.setattr(asymmetry, "_N_LISTED", 40)
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(8, 64))
    around = np.repeat(centers, 300, axis=0) + 0.9 * rng.normal(size=(2400, 64))
    vectors = np.concatenate([centers, around]).astype(np.float32)
    vocabulary = Vocabulary(
        terms=tuple(f"w{i}" for i in range(len(vectors))),
        vectors=vectors,
        biases=np.zeros(len(vectors), dtype=np.float32),
        is_piece=np.zeros(len(vectors), dtype=np.bool_),
        is_special=np.zeros(len(vectors), dtype=np.bool_),
    )
    special = np.arange(8, len(vectors))
    general = (special - 8) // 300
    found = Orders(vocabulary).compare(vectors, special, general)
    for rise in (found.tail_rise(), found.hub_rise(), found.rank_ratio()):
        assert (rise > 0).mean() > 0.95


def test_a_word_of_pieces_is_their_mean(tiny_encoder: Encoder) -> None:
    """Unit vectors of the pieces are averaged; a term has its own."""
    vocabulary = tiny_encoder.vocabulary
    units = vocabulary.unit_vectors
    found = word_vectors(tiny_encoder, ["drug", "cellsed"])
    rows = [vocabulary.row("cells"), vocabulary.row("##ed")]
    np.testing.assert_allclose(found[0], units[vocabulary.row("drug")], atol=1e-6)
    np.testing.assert_allclose(found[1], units[rows].mean(axis=0), atol=1e-6)
    assert word_vectors(tiny_encoder, []).shape == (0, vocabulary.dim)


def test_vectors_of_another_width_are_refused(vocabulary: Vocabulary) -> None:
    """The message says what was expected."""
    none = np.empty(0, dtype=np.int64)
    with pytest.raises(ShapeError, match=r"\(n, 12\) expected, got \(2, 5\)"):
        Orders(vocabulary).compare(np.ones((2, 5), dtype=np.float32), none, none)
