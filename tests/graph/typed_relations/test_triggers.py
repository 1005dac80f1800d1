"""Which relations a word may name: listed terms, and words near to them."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.graph.typed_relations.schema import parse_schema
from tailgraph.graph.typed_relations.triggers import (
    TriggerLexicon,
    near_scores,
    tail_thresholds,
    word_vectors,
)
from tailgraph.indexers.tails import neighbor_tails

SCHEMA = parse_schema(
    '[binds]\ntriggers = ["bind to", "ligand"]\ninverse = ["bound"]\nhints = ["near"]\n'
    '[inhibits]\ntriggers = ["inhibit"]\n'
)


def test_a_term_of_several_words_needs_all_of_them() -> None:
    """A "bind" names the relation only where "to" stands with it."""
    lexicon = TriggerLexicon(SCHEMA)
    assert list(lexicon.namings("bind", "binds", {"with"})) == []
    [naming] = lexicon.namings("bind", "binds", {"to"})
    assert (naming.relation, naming.score, naming.inverse) == ("binds", 1.0, False)


@pytest.mark.parametrize(
    ("word", "score", "inverse"),
    [("ligand", 1.0, False), ("bound", 1.0, True), ("near", 0.5, False)],
)
def test_a_listed_word_counts_as_the_schema_says(word: str, score: float, inverse: bool) -> None:
    """Terms count 1, inverse ones the other way round, hints half."""
    [naming] = TriggerLexicon(SCHEMA).namings(word, word)
    assert (naming.score, naming.inverse) == (score, inverse)


def test_thresholds_are_those_of_the_tails(tiny_encoder: Encoder) -> None:
    """The cosine above which a term's tail lies is what `neighbor_tails` finds for its row."""
    vocabulary = tiny_encoder.vocabulary
    rows = [vocabulary.row("inhibit"), vocabulary.row("drug")]
    expected = neighbor_tails(vocabulary.vectors).thresholds[rows]
    np.testing.assert_allclose(tail_thresholds(vocabulary, rows), expected, atol=1e-6)


def test_a_word_counts_less_than_a_term_and_less_outside_of_its_tail() -> None:
    """By hand: at the threshold 0.6; half way to 1 in the tail 0.75; at 0.9 of it 0.6 * 0.9^10."""
    cosines, thresholds = np.array([0.6, 0.8, 0.54]), np.full(3, 0.6)
    expected = [0.6, 0.75, 0.6 * 0.9**10]
    np.testing.assert_allclose(near_scores(cosines, thresholds), expected, rtol=1e-6)


def test_a_word_of_pieces_is_their_mean(tiny_encoder: Encoder) -> None:
    """A word "drugsed" is read as "drugs" and "##ed": the mean of both, of length 1."""
    vocabulary = tiny_encoder.vocabulary
    pieces = [vocabulary.terms.index("drugs"), vocabulary.terms.index("##ed")]
    mean = vocabulary.unit_vectors[pieces].mean(axis=0)
    vector = word_vectors(tiny_encoder)("drugsed")
    assert vector is not None
    np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), rtol=1e-5)


def test_a_near_word_is_found_by_the_model_of_the_package(default_encoder: Encoder) -> None:
    """The word "suppress" is deep in the tail of "inhibit", "london" is not; neither is a term."""
    lexicon = TriggerLexicon(parse_schema('[inhibits]\ntriggers = ["inhibit"]\n'), default_encoder)
    [naming] = lexicon.namings("suppress", "suppresses")
    unit = default_encoder.vocabulary.unit_vectors
    rows = [default_encoder.vocabulary.row(word) for word in ("suppress", "inhibit")]
    threshold = tail_thresholds(default_encoder.vocabulary, rows[1:])
    expected = near_scores(np.array([unit[rows[0]] @ unit[rows[1]]]), threshold)
    assert naming.score == pytest.approx(float(expected[0]), rel=1e-5)
    assert list(lexicon.namings("london", "london")) == []
    assert list(lexicon.namings("suppress", "suppresses", near=False)) == []
