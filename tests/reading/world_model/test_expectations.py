"""What a model expects beside a fragment, held against single predictions of the tiny model."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tailgraph.reading.reader import Reader
from tailgraph.reading.world_model.expectations import (
    Question,
    ask,
    guessable,
    mean_types,
    type_entropy,
)

QUESTIONS = [
    Question("aspirin", " treats ", "right"),
    Question("melanoma", " treats ", "left"),
    Question("drug cancer", "-in ", "right"),
]
TEXTS = ["aspirin treats [MASK].", "[MASK] treats melanoma.", "drug cancer-in [MASK]."]


def test_guesses_are_the_predictions_of_words_that_say_something(tiny_reader: Reader) -> None:
    """Terms and probabilities are those of the model at the mask, the words given left out."""
    allowed = guessable(tiny_reader)
    predicted = tiny_reader.encoder.predict(TEXTS, k=30, allowed=allowed)
    for question, answer, [best] in zip(
        QUESTIONS, ask(tiny_reader, QUESTIONS, k=4), predicted, strict=True
    ):
        expected = [p for p in best if p.term not in question.entity.split()][:4]
        assert [guess.text for guess in answer.guesses] == [p.term for p in expected]
        assert [guess.probability for guess in answer.guesses] == pytest.approx(
            [p.probability for p in expected], rel=1e-3
        )


def test_glue_and_pieces_are_no_guesses(tiny_reader: Reader) -> None:
    """A term without a type by hand, and a word piece, say nothing."""
    vocabulary, allowed = tiny_reader.encoder.vocabulary, guessable(tiny_reader)
    told = {term: bool(allowed[vocabulary.row(term)]) for term in ("the", "##ing", "drug")}
    assert told == {"the": False, "##ing": False, "drug": True}


def test_types_are_those_that_a_blank_has(tiny_reader: Reader) -> None:
    """The shares of the main types are those of the same text with a blank."""
    names = tiny_reader.typer.types
    for text, answer in zip(TEXTS, ask(tiny_reader, QUESTIONS), strict=True):
        shares = dict(zip(names, answer.types.tolist(), strict=True))
        [blank] = tiny_reader.fill(text).blanks
        expected = {name: dict(blank.types).get(name, 0.0) for name in names}
        assert shares == pytest.approx(expected, abs=1e-3)


def test_no_question_has_no_answer(tiny_reader: Reader) -> None:
    """Nothing is asked of the model."""
    assert ask(tiny_reader, []) == []


def test_entropy_counts_in_bits() -> None:
    """Equal shares of n types give log2 n, one type none, and nothing known no number."""
    assert type_entropy(np.full(4, 0.25, np.float32)) == pytest.approx(2)
    assert type_entropy(np.array([2, 1, 1], np.float32)) == pytest.approx(1.5)
    assert type_entropy(np.array([0, 3], np.float32)) == 0
    assert type_entropy(np.zeros(3, np.float32)) is None


def test_the_mean_of_answers_is_ranked(tiny_reader: Reader) -> None:
    """Shares are averaged type by type, and the entropy is that of the mean."""
    names = tiny_reader.typer.types
    answers = ask(tiny_reader, QUESTIONS[:2])
    types, entropy = mean_types(answers, names)
    mean = (answers[0].types + answers[1].types) / 2
    assert dict(types) == pytest.approx(
        {name: share for name, share in zip(names, mean.tolist(), strict=True) if share > 0}
    )
    assert [share for _, share in types] == sorted((s for _, s in types), reverse=True)
    shares = [share for share in mean.tolist() if share > 0]
    assert entropy == pytest.approx(-sum(s * math.log2(s) for s in shares), abs=1e-4)
