"""What a model expects beside a fragment when a phrase stands on its other side.

References
----------
A. Rajasekharan, "Swiss army knife for unsupervised task solving", 2021: the model predicts the type
of what is hidden far better than the instance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from ...engine.matmul import log_totals, top_k
from ...graph.descriptors import find_descriptors
from ..given_text import end_sentence

if TYPE_CHECKING:
    from ...engine.tokenizer import Span
    from ...graph.descriptors import Share
    from ..reader import Reader

FloatArray = npt.NDArray[np.float32]
Side = Literal["left", "right"]

_BLOCK = 2048
_MOST_OWN = 8
"""Words of a phrase that may be among its own guesses; beyond those one may take a place."""


@dataclass(frozen=True, slots=True)
class Question:
    """A phrase on one side of a fragment; `side` is the hidden one.

    `link` is what stands between the two, white space included.
    """

    entity: str
    link: str
    side: Side


@dataclass(frozen=True, slots=True)
class Guess:
    """A term that the model may put on the hidden side: a guess, not a fact.

    `probability` is that of the model, over the whole vocabulary.
    """

    text: str
    row: int
    probability: float


@dataclass(frozen=True, eq=False)
class Expectation:
    """What the model expects on the hidden side of a question.

    Attributes
    ----------
    types
        float32 array of shape (n_main_types,): the share of each main type of the reader among the
        words expected, adding up to 1, or to 0 where nothing is known.
    guesses
        The terms, the most probable first.
    """

    types: FloatArray
    guesses: tuple[Guess, ...]


def ask(reader: Reader, questions: Sequence[Question], *, k: int = 20) -> list[Expectation]:
    """Hide one side of each question, and return what the model expects there.

    Glue words, word pieces and the words of the phrase that is given are left out of the guesses.

    Parameters
    ----------
    reader
        Model and labels.
    questions
        They are read in large batches.
    k
        How many terms to give for each.
    """
    answers: list[Expectation] = []
    for first in range(0, len(questions), _BLOCK):
        answers += _ask_block(reader, questions[first : first + _BLOCK], k)
    return answers


def _ask_block(reader: Reader, questions: Sequence[Question], k: int) -> list[Expectation]:
    encoder, describer = reader.encoder, reader.typer.describer
    vocabulary = encoder.vocabulary
    prompts = [prompt(question, encoder.mask_token) for question in questions]
    states = encoder.mask_states([text for text, _ in prompts], [[span] for _, span in prompts])
    types = main_shares(describer.by_type(describer.predicted_votes(states.vectors)), reader)
    rows, scores = top_k(
        states.vectors,
        encoder.output,
        k + _MOST_OWN,
        bias=vocabulary.biases,
        allowed=guessable(reader),
    )
    totals = log_totals(states.vectors, encoder.output, vocabulary.biases)
    probabilities = np.exp(scores - totals[:, None])
    surface = vocabulary.surface
    answers = []
    for question, shares, *best in zip(
        questions, types, rows.tolist(), probabilities.tolist(), strict=True
    ):
        own = set(question.entity.lower().split())
        guesses = (
            Guess(surface(row), row, probability)
            for row, probability in zip(*best, strict=True)
            if row >= 0 and surface(row).lower() not in own
        )
        answers.append(Expectation(shares, tuple(guesses)[:k]))
    return answers


def prompt(question: Question, mask_token: str) -> tuple[str, Span]:
    """Return the sentence of a question and where its mask stands.

    Examples
    --------
    >>> prompt(Question("aspirin", " is used to treat ", "right"), "[MASK]")
    ('aspirin is used to treat [MASK].', (25, 31))
    >>> prompt(Question("pain", " relieves ", "left"), "[MASK]")
    ('[MASK] relieves pain.', (0, 6))
    """
    if question.side == "left":
        return end_sentence(f"{mask_token}{question.link}{question.entity}"), (0, len(mask_token))
    before = f"{question.entity}{question.link}"
    return f"{before}{mask_token}.", (len(before), len(before) + len(mask_token))


def guessable(reader: Reader) -> npt.NDArray[np.bool_]:
    """Tell which terms may be guessed: words that say something, bool array of shape (n_terms,)."""
    vectors = reader.entity_vectors
    return find_descriptors(vectors) & ~vectors.vocabulary.is_piece


def main_shares(shares: FloatArray, reader: Reader) -> FloatArray:
    """Add up the shares of sub-types: float32 array of shape (n, n_main_types)."""
    added: FloatArray = shares @ reader.typer.describer.is_of_main.T
    return added


def type_entropy(shares: FloatArray) -> float | None:
    """Return the entropy of a distribution over types, in bits; None where nothing is known.

    Examples
    --------
    >>> type_entropy(np.array([0.5, 0.25, 0.25, 0.0], dtype=np.float32))
    1.5
    """
    total = float(shares.sum())
    if total <= 0:
        return None
    known = shares[shares > 0].astype(np.float64) / total
    return float(-(known * np.log2(known)).sum()) + 0.0


def mean_types(
    answers: Sequence[Expectation], names: Sequence[str]
) -> tuple[tuple[Share, ...], float | None]:
    """Return the mean share of each type over some answers, the largest first, and its entropy."""
    if not answers:
        return (), None
    mean: FloatArray = np.array([answer.types for answer in answers]).mean(axis=0)
    order = np.argsort(-mean, kind="stable").tolist()
    shares = mean.tolist()
    return tuple((names[n], shares[n]) for n in order if shares[n] > 0), type_entropy(mean)
