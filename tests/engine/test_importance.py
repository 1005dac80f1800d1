"""Importance by output biases: formulas written out, and frequencies of real text."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.importance import (
    JOININGS,
    find_words,
    spell_words,
    term_importance,
    word_importance,
)
from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.errors import ParameterError

from ..conftest import TINY_TERMS

WORDS = ["cell", "cellsed", "of", "drugser", "☃"]
PIECES = [["cell"], ["cells", "##ed"], ["of"], ["drugs", "##er"], ["[UNK]"]]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """Make five terms, one of them special with the lowest bias, two with the same bias."""
    return Vocabulary(
        terms=("[MASK]", "the", "of", "cell", "##s"),
        vectors=np.eye(5, dtype=np.float32),
        biases=np.array([-99, 2, 1, -3, 1], dtype=np.float32),
        is_piece=np.array([False, False, False, False, True]),
        is_special=np.array([True, False, False, False, False]),
    )


def test_weights_by_hand(vocabulary: Vocabulary) -> None:
    """Special terms have the least weight and no part in the mean."""
    deviation = np.std([2, 1, -3, 1])
    assert term_importance(vocabulary).tolist() == [0, 0, 1, 5, 1]
    np.testing.assert_allclose(
        term_importance(vocabulary, "standard"),
        [-3, *((0.25 - np.array([2, 1, -3, 1])) / deviation)],
        rtol=1e-6,
    )
    ranks = term_importance(vocabulary, "rank")
    np.testing.assert_allclose(ranks, [0, 0, 1 / 3, 1, 1 / 3], rtol=1e-6)


def test_far_deviations_are_cut() -> None:
    """One term among many that is far from all others counts 3 deviations."""
    biases = np.zeros(100, dtype=np.float32)
    biases[:2] = -50, 50
    vocabulary = Vocabulary(
        terms=tuple(map(str, range(100))),
        vectors=np.zeros((100, 1), dtype=np.float32),
        biases=biases,
        is_piece=np.zeros(100, dtype=np.bool_),
        is_special=np.zeros(100, dtype=np.bool_),
    )
    assert term_importance(vocabulary, "standard")[:3].tolist() == [3, -3, 0]


def test_biases_that_are_all_equal_tell_nothing(vocabulary: Vocabulary) -> None:
    """A model of random weights has biases of 0: no word says more than another."""
    flat = Vocabulary(
        terms=vocabulary.terms,
        vectors=vocabulary.vectors,
        biases=np.zeros(5, dtype=np.float32),
        is_piece=vocabulary.is_piece,
        is_special=np.zeros(5, dtype=np.bool_),
    )
    for weighting in ("surprise", "standard", "rank"):
        assert not term_importance(flat, weighting).any()


def test_words_are_spelled_as_the_tokenizer_spells_them(tiny_encoder: Encoder) -> None:
    """Pieces stand word by word; a word that cannot be spelled is the unknown term."""
    spelled = spell_words(tiny_encoder, WORDS)
    found = [[TINY_TERMS[row] for row in spelled.pieces(number)] for number in range(len(WORDS))]
    assert found == PIECES
    assert spelled.n_pieces.tolist() == [1, 2, 1, 2, 1]


def test_a_word_that_leaves_no_piece_is_unknown(tiny_encoder: Encoder) -> None:
    """The words after it keep their own pieces."""
    spelled = spell_words(tiny_encoder, ["", "cell", "\u200b", "drug", ""])
    found = [[TINY_TERMS[row] for row in spelled.pieces(number)] for number in range(5)]
    assert found == [["[UNK]"], ["cell"], ["[UNK]"], ["drug"], ["[UNK]"]]


@pytest.mark.parametrize("joining", JOININGS)
def test_the_weights_of_pieces_are_joined(joining: str, tiny_encoder: Encoder) -> None:
    """Sum, mean, least and largest are those of Python's own functions."""
    weights = np.random.default_rng(0).normal(size=len(TINY_TERMS)).astype(np.float32)
    join = {"sum": sum, "mean": np.mean, "min": min, "max": max}[joining]
    expected = [join([weights[TINY_TERMS.index(p)] for p in pieces]) for pieces in PIECES]
    found = word_importance(weights, spell_words(tiny_encoder, WORDS), joining)  # type: ignore[arg-type] # parametrized
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_no_words_have_no_weights(tiny_encoder: Encoder) -> None:
    """An empty list is an empty answer."""
    weights = term_importance(tiny_encoder.vocabulary)
    assert word_importance(weights, spell_words(tiny_encoder, [])).shape == (0,)


def test_common_words_say_little(default_encoder: Encoder) -> None:
    """In the default model function words lie below everyday ones, and those below diseases."""
    words = ["the", "people", "leukemia", "imatinib"]
    found = word_importance(
        term_importance(default_encoder.vocabulary), spell_words(default_encoder, words)
    )
    assert found[0] == 0
    assert (np.diff(found) > 1).all()


def test_words_are_letters_and_digits() -> None:
    """Marks part words; so does an underscore."""
    text = "It's p53_mutant, β-catenin."
    assert [text[a:b] for a, b in find_words(text)] == ["It", "s", "p53", "mutant", "β", "catenin"]


def test_choices_that_are_unknown_are_named(vocabulary: Vocabulary, tiny_encoder: Encoder) -> None:
    """The message lists what there is."""
    with pytest.raises(ParameterError, match="'tf'; expected one of surprise, standard, rank"):
        term_importance(vocabulary, "tf")  # type: ignore[arg-type] # wrong on purpose
    with pytest.raises(ParameterError, match="'last'; expected one of sum, mean, min, max"):
        word_importance(vocabulary.biases, spell_words(tiny_encoder, ["cell"]), "last")  # type: ignore[arg-type] # wrong on purpose
