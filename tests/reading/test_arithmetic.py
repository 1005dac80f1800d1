"""Arithmetic, held against sums of vectors written out and a search over all terms."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.landmarks import content_terms
from tailgraph.errors import ParameterError, UnknownTermError
from tailgraph.graph.labels.seeds import SeedLabels
from tailgraph.reading.expressions import Operand, parse_expression
from tailgraph.reading.reader import Reader


def unit(vector: np.ndarray) -> np.ndarray:
    """Bring a vector to length 1."""
    return vector / np.linalg.norm(vector)


def term(encoder: Encoder, text: str) -> np.ndarray:
    """Return a term's unit vector around the mean of all terms that are not special."""
    vocabulary = encoder.vocabulary
    units = np.array([unit(v) for v in vocabulary.vectors.astype(np.float64)])
    return unit(units[vocabulary.row(text)] - units[~vocabulary.is_special].mean(axis=0))


def nearest(encoder: Encoder, vector: np.ndarray, without: list[str]) -> list[tuple[str, float]]:
    """Rank all whole words by cosine."""
    vocabulary = encoder.vocabulary
    found = [
        (text, float(unit(vector) @ term(encoder, text)))
        for row, text in enumerate(vocabulary.terms)
        if not vocabulary.is_piece[row] and not vocabulary.is_special[row] and text not in without
    ]
    return sorted(found, key=lambda pair: -pair[1])


# ---- expressions


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("king", [("king", 1, False)]),
        (
            "king - man + woman",
            [("king", 1, False), ("man", -1, False), ("woman", 1, False)],
        ),
        ("-2 * il-6 +x", [("il-6", -2, False), ("x", 1, False)]),
        (' "a - b"- .5', [("a - b", 1, True), (".5", -1, False)]),
        ("0.5*2 + 10", [("2", 0.5, False), ("10", 1, False)]),
        ('+"the [MASK]"', [("the [MASK]", 1, True)]),
    ],
)
def test_expressions_are_split(expression: str, expected: list[tuple[str, float, bool]]) -> None:
    """A minus between blanks subtracts, one within a word belongs to it, quotes hold anything."""
    assert parse_expression(expression) == tuple(Operand(*part) for part in expected)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("king man", "Expected + or - at character 5, found 'man'."),
        ("king + + man", "Expected a term or a \"phrase\" at character 7, found '+ man'."),
        ("king +", 'Expected a term or a "phrase" at character 6, found the end.'),
        ("king + 2 *", "Expected + or - at character 9, found '*'."),
        ('king - "man', "whose quotation mark is not closed."),
        ('king + ""', "Nothing stands between the quotation marks at character 8."),
    ],
)
def test_an_expression_that_cannot_be_read_is_told_with_its_place(
    expression: str, message: str
) -> None:
    """The message says what was expected, where, and what stands there."""
    with pytest.raises(ParameterError) as raised:
        parse_expression(expression)
    assert message in str(raised.value)


# ---- sums


def test_a_sum_of_terms_is_that_of_their_unit_vectors(tiny_reader: Reader) -> None:
    """Nearest words by cosine, the operands left out; beside them those of the last positive."""
    encoder = tiny_reader.encoder
    found = tiny_reader.compute("2*king - drug + mouse - cell", k=5)
    king, drug, mouse, cell = (term(encoder, w) for w in ("king", "drug", "mouse", "cell"))
    without = ["king", "drug", "mouse", "cell"]
    expected = nearest(encoder, 2 * king - drug + mouse - cell, without)[:5]
    assert [answer.text for answer in found.terms] == [text for text, _ in expected]
    np.testing.assert_allclose(
        [answer.cosine for answer in found.terms], [cosine for _, cosine in expected], atol=1e-5
    )
    alone = [text for text, _ in nearest(encoder, mouse, without)[:5]]
    assert (found.alone, [answer.text for answer in found.terms_alone]) == ("mouse", alone)
    assert found.phrases == ()


def test_a_text_loses_what_all_texts_have_in_common(tiny_reader: Reader) -> None:
    """The [CLS] state, of length 1, without the mean of those of single words."""
    encoder, space = tiny_reader.encoder, tiny_reader.shared_space
    vocabulary = encoder.vocabulary
    words = [vocabulary.surface(row) for row in np.flatnonzero(content_terms(vocabulary))]
    states = [unit(state) for state in encoder.encode(words).vectors]
    mean = np.mean(states, axis=0)
    np.testing.assert_allclose(space.text_mean, mean, atol=1e-5)
    text = unit(unit(encoder.encode(["the drug binds"]).vectors[0]) - mean)
    expected = nearest(encoder, text - term(encoder, "drug"), ["drug"])[:4]
    found = tiny_reader.compute('"the drug binds" - drug', k=4)
    assert [answer.text for answer in found.terms] == [text for text, _ in expected]
    assert [operand.kind for operand in found.operands] == ["text", "term"]


def test_a_blank_is_the_state_of_its_mask(tiny_reader: Reader) -> None:
    """Of length 1 and otherwise as it is."""
    encoder = tiny_reader.encoder
    state = unit(encoder.mask_states(["the [MASK] binds"]).vectors[0])
    expected = nearest(encoder, state + term(encoder, "drug"), ["drug"])[:4]
    found = tiny_reader.compute('"the ___ binds" + drug', k=4)
    assert [answer.text for answer in found.terms] == [text for text, _ in expected]
    assert found.operands[0].kind == "blank"


def test_a_quoted_term_is_no_answer(tiny_reader: Reader) -> None:
    """A text that is itself a term is left out as a term is."""
    found = tiny_reader.compute('"king"', k=80)
    assert "king" not in [answer.text for answer in found.terms]
    assert "queen" in [answer.text for answer in found.terms]


def test_phrases_are_sought_where_texts_lie(tiny_encoder: Encoder) -> None:
    """The stored phrases are asked for the sum as a [CLS] state; operands are left out."""
    asked: list[tuple[np.ndarray, int]] = []

    def find(vector: np.ndarray, k: int) -> list[tuple[str, float]]:
        asked.append((vector, k))
        return [("The Drug", 0.9), ("a mouse", 0.8), ("mice", 0.7)]

    reader = Reader(tiny_encoder, SeedLabels({}, "none"), find_phrases=find)
    found = reader.compute('"the drug"', k=2)
    assert [phrase.text for phrase in found.phrases] == ["a mouse", "mice"]
    [(vector, k)] = asked
    assert k == 3
    state = tiny_encoder.encode(["the drug"]).vectors[0]
    mean = reader.shared_space.text_mean
    direction = unit(unit(state) - mean)
    np.testing.assert_allclose(unit(vector - mean), direction, atol=1e-5)


def test_what_the_model_cannot_read_is_told(tiny_reader: Reader) -> None:
    """Unknown characters and texts that are too long are flagged, operand by operand."""
    found = tiny_reader.compute(f'"☃ cell" + "{"cell " * 10_000}" + drug', k=2)
    flags = [(operand.has_unknown, operand.truncated) for operand in found.operands]
    assert flags == [(True, False), (False, True), (False, False)]


@pytest.mark.parametrize(
    ("expression", "error", "message"),
    [
        ("kingg - cell", UnknownTermError, "Close terms are 'king'"),
        ("heart-attack", UnknownTermError, "go in quotation marks; a minus needs blanks around"),
        ("[MASK] + cell", UnknownTermError, "stands for no text"),
        ("king - king", ParameterError, "cancel out"),
        ("0*king", ParameterError, "cancel out"),
        ('"a ___ of ___"', ParameterError, "has 2 blanks"),
    ],
)
def test_what_cannot_be_computed_is_told(
    expression: str, error: type[Exception], message: str, tiny_reader: Reader
) -> None:
    """Unknown terms, sums of nothing, several blanks."""
    with pytest.raises(error) as raised:
        tiny_reader.compute(expression)
    assert message in str(raised.value)


def test_no_answers_cannot_be_asked_for(tiny_reader: Reader) -> None:
    """At least one."""
    with pytest.raises(ParameterError, match="0 answers"):
        tiny_reader.compute("king", k=0)


def test_the_default_model_knows_some_grammar(default_encoder: Encoder) -> None:
    """An analogy whose answer is not the neighbor of the last operand."""
    reader = Reader(default_encoder, SeedLabels({}, "none"))
    found = reader.compute("worse - bad + good", k=3)
    assert "better" in [answer.text for answer in found.terms]
