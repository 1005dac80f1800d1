"""Arithmetic with meanings: ``king - man + woman``, over terms, phrases and masked places.

Terms, phrases and masked places have vectors in one space, but of different lengths and around
different means. So each operand is brought to length 1 and rid of what all of its kind have in
common, and the sum is read by cosine against the terms, and against stored phrases.

Whether the sum says more than its last positive operand alone is a question to each expression, so
the neighbors of that operand stand beside the answer.

References
----------
Mikolov, Yih and Zweig, "Linguistic Regularities in Continuous Space Word Representations", 2013.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from ..engine.vocabulary import unit_rows
from ..errors import ParameterError, UnknownTermError
from .expressions import Operand, parse_expression
from .shared_space import SharedSpace
from .text_vector import read_text_vector

if TYPE_CHECKING:
    from .reader import Reader

FloatArray = npt.NDArray[np.float32]

OperandKind = Literal["term", "text", "blank"]
"""What an operand is: a term by its own vector, a text by [CLS], or a blank by its mask."""

_LEAST_LENGTH = 1e-3
"""A sum that is shorter, relative to its weights, is what rounding leaves of nothing."""


@dataclass(frozen=True, slots=True)
class ReadOperand:
    """An operand as the model reads it.

    Attributes
    ----------
    text, weight
        As in `Operand`.
    kind
        What its vector is.
    has_unknown, truncated
        A part of a text is unknown to the model, or too long to be read.
    """

    text: str
    weight: float
    kind: OperandKind
    has_unknown: bool
    truncated: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A term or a phrase near the sum, and the cosine between them."""

    text: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Result:
    """What an expression comes to.

    Attributes
    ----------
    operands
        The parts, in order.
    terms, phrases
        What is nearest to the sum, best first, operands left out; no phrases without a knowledge
        base.
    alone
        The last positive operand.
    terms_alone
        The terms nearest to that one alone, operands left out: if they are the same, the rest of
        the expression did nothing.
    """

    operands: tuple[ReadOperand, ...]
    terms: tuple[Answer, ...]
    phrases: tuple[Answer, ...]
    alone: str
    terms_alone: tuple[Answer, ...]


def compute(reader: Reader, expression: str, *, k: int = 10) -> Result:
    """Compute an expression and say what is nearest to the sum.

    Parameters
    ----------
    reader
        With its model, and with phrases if it has a knowledge base.
    expression
        See `parse_expression`.
    k
        How many terms, and phrases, to give at most.

    Raises
    ------
    ParameterError
        If the expression cannot be read, its operands cancel out, or k is below 1.
    UnknownTermError
        If a term without quotation marks is none of the vocabulary.
    """
    if k < 1:
        raise ParameterError(f"{k} answers were asked for; ask for at least one.")
    operands = parse_expression(expression)
    space = reader.shared_space
    read, vectors, rows = _read_operands(space, operands)
    weights = np.array([operand.weight for operand in operands], dtype=np.float32)
    total = weights @ vectors
    if np.linalg.norm(total) <= _LEAST_LENGTH * np.abs(weights).sum():
        raise ParameterError(f"The operands of {expression!r} cancel out; nothing is left to read.")
    positive = [place for place, weight in enumerate(weights.tolist()) if weight > 0]
    alone = positive[-1] if positive else len(operands) - 1
    best, best_alone = space.nearest_terms(np.stack([total, vectors[alone]]), k, without=rows)
    return Result(
        operands=read,
        terms=_named(space, best),
        phrases=_phrases(reader, space.as_text(total), read, k),
        alone=operands[alone].text,
        terms_alone=_named(space, best_alone),
    )


def _named(space: SharedSpace, best: Sequence[tuple[int, float]]) -> tuple[Answer, ...]:
    """Name the terms that were found."""
    return tuple(Answer(space.encoder.vocabulary.surface(row), cosine) for row, cosine in best)


def _phrases(
    reader: Reader, vector: FloatArray, operands: Sequence[ReadOperand], k: int
) -> tuple[Answer, ...]:
    """Find the stored phrases nearest to a vector, but for the operands."""
    if reader.find_phrases is None:
        return ()
    asked = {operand.text.lower() for operand in operands}
    found = reader.find_phrases(vector, k + len(asked))
    return tuple(Answer(text, cosine) for text, cosine in found if text.lower() not in asked)[:k]


def _read_operands(
    space: SharedSpace, operands: Sequence[Operand]
) -> tuple[tuple[ReadOperand, ...], FloatArray, list[int]]:
    """Find the vector of each operand: what was read, (n, dim) in the space, rows of terms."""
    read, vectors, rows = [], [], []
    vocabulary = space.encoder.vocabulary
    for operand in operands:
        if not operand.is_quoted:
            row = _term_row(space, operand.text)
            rows.append(row)
            vectors.append(space.terms[row])
            read.append(ReadOperand(operand.text, operand.weight, "term", False, False))
        else:
            found, vector = _read_text(space, operand)
            read.append(found)
            vectors.append(vector)
            if operand.text in vocabulary:
                rows.append(vocabulary.row(operand.text))
    return tuple(read), np.stack(vectors), rows


def _term_row(space: SharedSpace, text: str) -> int:
    """Find the row of a term that stands for text."""
    vocabulary = space.encoder.vocabulary
    try:
        row = vocabulary.row(text)
    except UnknownTermError as error:
        raise UnknownTermError(
            f"{error} Other words and phrases go in quotation marks; a minus needs blanks around."
        ) from error
    if vocabulary.is_special[row]:
        raise UnknownTermError(
            f"{text!r} stands for no text; put a blank into a quoted text, such as "
            '"the [MASK] barks".'
        )
    return row


def _read_text(space: SharedSpace, operand: Operand) -> tuple[ReadOperand, FloatArray]:
    """Find the vector of a text in the space."""
    found = read_text_vector(space.encoder, operand.text)
    read = ReadOperand(operand.text, operand.weight, found.kind, found.has_unknown, found.truncated)
    rows = found.vector[None]
    return read, (unit_rows(rows) if found.kind == "blank" else space.texts(rows))[0]
