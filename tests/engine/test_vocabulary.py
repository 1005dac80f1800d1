"""Terms, their flags and look-ups, on a vocabulary written by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.errors import ShapeError, UnknownTermError

from ..conftest import TINY_TERMS

TERMS = ("[MASK]", "cell", "cells", "##s", "##", "cafe", "s", "null")


@pytest.fixture
def vocabulary() -> Vocabulary:
    """Write a vocabulary of eight terms, the last of them without a direction."""
    vectors = np.array(
        [[0, 2], [3, 4], [6, 8], [1, 0], [0, 1], [5, 12], [2, 0], [0, 0]], dtype=np.float32
    )
    return Vocabulary(
        terms=TERMS,
        vectors=vectors,
        biases=np.arange(8, dtype=np.float32),
        is_piece=np.array([term.startswith("##") for term in TERMS]),
        is_special=np.array([term.startswith("[") for term in TERMS]),
        lowercase=True,
    )


def test_norms_are_the_lengths_of_the_vectors(vocabulary: Vocabulary) -> None:
    """Lengths are Euclidean."""
    assert vocabulary.norms.tolist() == [2, 5, 10, 1, 1, 13, 2, 0]


def test_unit_vectors_have_length_one_and_a_zero_vector_stays_zero(vocabulary: Vocabulary) -> None:
    """Every term with a direction keeps it at length 1."""
    np.testing.assert_allclose(vocabulary.unit_vectors[1], [0.6, 0.8], rtol=1e-6)
    np.testing.assert_allclose(
        np.linalg.norm(vocabulary.unit_vectors, axis=1), [1] * 7 + [0], rtol=1e-6
    )
    assert vocabulary.unit_vectors.dtype == np.float32


@pytest.mark.parametrize(
    ("text", "row"),
    [("cell", 1), ("Cell", 1), ("CELLS", 2), ("##s", 3), ("s", 6), ("Café", 5), ("[MASK]", 0)],
)
def test_rows_are_found_as_the_tokenizer_would(text: str, row: int, vocabulary: Vocabulary) -> None:
    """Words come before pieces, and case and accents are folded."""
    assert vocabulary.row(text) == row
    assert text in vocabulary


def test_a_cased_vocabulary_keeps_case_apart(vocabulary: Vocabulary) -> None:
    """Without folding, another case is another term."""
    assert "Cell" not in replace(vocabulary, lowercase=False)


def test_a_word_is_found_by_its_surface_before_a_piece_of_that_spelling() -> None:
    """A byte-level tokenizer marks the words; the unmarked term is a piece."""
    vocabulary = Vocabulary(
        terms=("cell", "Ġcell"),
        vectors=np.zeros((2, 1), dtype=np.float32),
        biases=np.zeros(2, dtype=np.float32),
        is_piece=np.array([True, False]),
        is_special=np.array([False, False]),
        surfaces=("cell", "cell"),
    )
    assert [vocabulary.row("cell"), vocabulary.row("Ġcell")] == [1, 1]


def test_an_unknown_term_is_refused_with_close_ones(vocabulary: Vocabulary) -> None:
    """The message names what is like it."""
    with pytest.raises(UnknownTermError, match=r"'cels' is not one of the 8 terms.*'cell'"):
        vocabulary.row("cels")
    assert "cels" not in vocabulary
    assert 3 not in vocabulary


def test_surfaces_are_the_terms_without_the_marks_of_pieces(vocabulary: Vocabulary) -> None:
    """The two marks alone stay, since nothing would be left."""
    assert [vocabulary.surface(row) for row in (1, 3, 4)] == ["cell", "s", "##"]


def test_arrays_of_another_length_are_refused(vocabulary: Vocabulary) -> None:
    """A vocabulary whose arrays do not fit its terms cannot be made."""
    with pytest.raises(ShapeError, match="8 terms"):
        replace(vocabulary, biases=np.zeros(7, dtype=np.float32))


def test_a_models_terms_stand_in_the_order_of_its_rows(tiny_encoder: Encoder) -> None:
    """Terms, pieces and specials of a model are those of its tokenizer."""
    vocabulary = tiny_encoder.vocabulary
    assert vocabulary.terms == TINY_TERMS
    assert vocabulary.is_piece.tolist() == [term.startswith("##") for term in TINY_TERMS]
    assert np.flatnonzero(vocabulary.is_special).tolist() == [0, 1, 2, 3, 4]
    assert vocabulary.lowercase
