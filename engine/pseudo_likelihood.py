"""How likely a model finds words of one piece or many at a blank: pseudo-log-likelihoods.

A masked language model gives a blank one term. A candidate of several pieces, such as *metformin*
spelled ``met ##form ##in``, is no term. So each of its pieces is hidden in turn while the others
stand, and the logarithms of their probabilities are added up.

References
----------
Salazar, Liang, Nguyen and Kirchhoff, "Masked Language Model Scoring", 2020.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import ParameterError
from .encoder import Encoder
from .matmul import log_totals
from .token_sequences import TokenSequences
from .tokenizer import Span, check_spans, check_texts

FloatArray = npt.NDArray[np.float32]
Hidden = tuple[tuple[int, ...], int]
"""The tokens of a text with one more mask, and where it is."""


@dataclass(frozen=True, eq=False)
class PieceScores:
    """How likely the pieces of a candidate are at a blank.

    Attributes
    ----------
    pieces
        Their rows in the vocabulary.
    log_probabilities
        float32 array of shape (n_pieces,): natural logarithms; the sum is the
        pseudo-log-likelihood.
    """

    pieces: tuple[int, ...]
    log_probabilities: FloatArray


def score_pieces(
    encoder: Encoder, text: str, blanks: Sequence[Span], candidates: Sequence[str]
) -> list[list[PieceScores]]:
    """Compute how likely each piece of each candidate is at each blank, the others given.

    All blanks, candidates and pieces go through the model as one batch; what is the same, such as
    the one masked text of all candidates of a single piece, goes once.

    Parameters
    ----------
    encoder
        The model.
    text, blanks
        The text, and the characters (start, end) of its blanks. While one is filled, the others
        hold a mask each.
    candidates
        Words or phrases.

    Returns
    -------
    For each blank the scores of each candidate.

    Raises
    ------
    ParameterError
        If a candidate has no piece, one that the model does not know, or more than fit the model;
        or as `Encoder.mask_states`.
    """
    check_texts([text])
    check_spans([text], [blanks])
    spelled = {lead: _spell(encoder, candidates, lead) for lead in ("", " ")}
    longest = max((len(pieces) for row in spelled.values() for pieces in row), default=1)
    ids, slots = _masked_text(encoder, text, blanks, longest)
    numbers: dict[Hidden, int] = {}
    asked: list[list[tuple[list[int], tuple[int, ...]]]] = []
    for slot, (start, _) in zip(slots, blanks, strict=True):
        pieces_of = spelled[" " if text[:start][-1:].isspace() else ""]
        asked.append([])
        for pieces in pieces_of:
            hidden = _hide_each(ids, slot, pieces, encoder.tokenizer.mask_id)
            asked[-1].append(([numbers.setdefault(key, len(numbers)) for key in hidden], pieces))
    vectors = _states(encoder, numbers)
    vocabulary = encoder.vocabulary
    totals = log_totals(vectors, encoder.output, vocabulary.biases)

    def scores(places: list[int], pieces: tuple[int, ...]) -> PieceScores:
        rows = np.array(pieces, dtype=np.int64)
        logits = np.einsum("nd,nd->n", vectors[places], vocabulary.vectors[rows])
        return PieceScores(pieces, logits + vocabulary.biases[rows] - totals[places])

    return [[scores(places, pieces) for places, pieces in row] for row in asked]


def _spell(encoder: Encoder, candidates: Sequence[str], lead: str) -> list[tuple[int, ...]]:
    """Return the pieces of each candidate, as they stand after a space or after none."""
    check_texts(candidates)
    tokenizer = encoder.tokenizer
    texts = [lead + candidate.strip() for candidate in candidates]
    tokenized = tokenizer.tokenize(texts, max_length=max(encoder.max_length, *map(len, texts), 1))
    before, after = (len(part) for part in tokenizer.frame)
    sequences = tokenized.sequences
    pieces = [
        tuple(sequences.ids[first + before : last - after].tolist())
        for first, last in zip(sequences.starts[:-1], sequences.starts[1:], strict=True)
    ]
    for candidate, row, is_unknown in zip(candidates, pieces, tokenized.has_unknown, strict=True):
        if not row or is_unknown or tokenizer.mask_id in row:
            raise ParameterError(
                f"The candidate {candidate!r} holds nothing that the model has pieces for, or "
                "something that it has none for; give words in the model's own characters."
            )
    return pieces


def _masked_text(
    encoder: Encoder, text: str, blanks: Sequence[Span], longest: int
) -> tuple[list[int], list[int]]:
    """Tokenize a text with a mask in each blank, with room for the pieces of a candidate.

    Returns
    -------
    ids, slots
        The tokens, and where the masks are.
    """
    room = encoder.max_length - longest + 1
    if room <= encoder.tokenizer.n_special:
        raise ParameterError(
            f"A candidate has {longest} pieces and the model reads {encoder.max_length}; give "
            "shorter ones."
        )
    masked = encoder.tokenizer.tokenize_masked([text], [blanks], max_length=room).sequences
    return masked.ids.tolist(), np.flatnonzero(masked.wanted).tolist()


def _hide_each(ids: list[int], slot: int, pieces: tuple[int, ...], mask: int) -> list[Hidden]:
    """Put pieces into a slot and hide each of them in turn.

    Examples
    --------
    >>> _hide_each([2, 4, 3], 1, (7, 8), 4)
    [((2, 4, 8, 3), 1), ((2, 7, 4, 3), 2)]
    """
    hidden = []
    for number in range(len(pieces)):
        shown = [*pieces[:number], mask, *pieces[number + 1 :]]
        hidden.append(((*ids[:slot], *shown, *ids[slot + 1 :]), slot + number))
    return hidden


def _states(encoder: Encoder, hidden: dict[Hidden, int]) -> FloatArray:
    """Compute the vector at the hidden place of each text: shape (n_texts, dim)."""
    sequences = TokenSequences.from_lists(
        [ids for ids, _ in hidden], [(place,) for _, place in hidden]
    )
    return encoder.model.vectors(sequences)
