"""The model's scores at places of a text, taken apart: why a term stands where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..engine.matmul import top_k
from ..engine.scoring import Score, decompose_scores
from ..errors import ParameterError
from .given_text import find_blanks, require_text

if TYPE_CHECKING:
    from ..engine.encoder import Encoder
    from ..engine.tokenizer import Span
    from .reader import Reader

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ScoredTerm:
    """A term at a place.

    Attributes
    ----------
    score
        Its score in parts, with its ranks in the whole vocabulary.
    moved_by_length, moved_by_bias
        Its place among the terms beside it differs between the cosine and the dot product, or
        between the dot product and the score.
    """

    score: Score
    moved_by_length: bool
    moved_by_bias: bool


@dataclass(frozen=True, slots=True)
class ScoredPlace:
    """A place of a text and the terms scored there, the highest score first.

    ``token`` is what the model read there, at the characters ``text[start:end]``; for the opening
    token, which stands for the whole text, both are 0.
    """

    token: str
    start: int
    end: int
    terms: tuple[ScoredTerm, ...]


@dataclass(frozen=True, slots=True)
class ScoredText:
    """A text and its scored places, in order.

    ``has_unknown``: the model has no pieces for a part of it. ``truncated``: it was too long, and
    only a part of it was read.
    """

    text: str
    has_unknown: bool
    truncated: bool
    places: tuple[ScoredPlace, ...]


@dataclass(frozen=True, slots=True)
class _States:
    """Tokens of a text, where they stand, and their vectors of shape (n_tokens, dim)."""

    tokens: tuple[str, ...]
    spans: tuple[Span, ...]
    vectors: FloatArray
    has_unknown: bool
    truncated: bool


def score(
    reader: Reader,
    text: str,
    terms: Sequence[str] = (),
    *,
    at: str | None = None,
    masked: bool = False,
    k: int = 10,
) -> ScoredText:
    """Take the scores of terms at places of a text apart.

    The places are the blanks of the text; or each token of the word `at`, wherever it occurs; or
    else the opening token.

    Parameters
    ----------
    reader
        The model.
    text
        The text, which is read as it stands.
    terms
        Terms of the vocabulary; the `k` with the highest score by default.
    at
        A word of the text, in any case.
    masked
        Hide the word, as a whole, instead of reading it.
    k
        How many terms, where none is named.

    Raises
    ------
    ParameterError
        If the word does not occur in what the model reads, or the text has a blank beside it.
    UnknownTermError
        If a term is not in the vocabulary.
    """
    require_text(text)
    encoder = reader.encoder
    states = _states(encoder, text, at, masked)
    vocabulary = encoder.vocabulary
    if terms:
        rows = [list(dict.fromkeys(map(vocabulary.row, terms)))] * len(states.vectors)
    else:
        best, _ = top_k(states.vectors, encoder.output, k, bias=vocabulary.biases)
        rows = [[row for row in row_list if row >= 0] for row_list in best.tolist()]
    scored = decompose_scores(states.vectors, vocabulary, rows)
    return ScoredText(
        text=text,
        has_unknown=states.has_unknown,
        truncated=states.truncated,
        places=tuple(
            ScoredPlace(token, *span, compare_orders(scores))
            for token, span, scores in zip(states.tokens, states.spans, scored, strict=True)
        ),
    )


def compare_orders(scores: Sequence[Score]) -> tuple[ScoredTerm, ...]:
    """Order terms by their score, and tell which of them length or bias moved."""
    by_cosine = sorted(scores, key=attrgetter("rank_by_cosine"))
    by_dot = sorted(scores, key=attrgetter("rank_by_dot"))
    by_score = sorted(scores, key=attrgetter("rank_by_score"))
    return tuple(
        ScoredTerm(
            score,
            moved_by_length=by_cosine.index(score) != by_dot.index(score),
            moved_by_bias=by_dot.index(score) != place,
        )
        for place, score in enumerate(by_score)
    )


def _states(encoder: Encoder, text: str, at: str | None, masked: bool) -> _States:
    """Read a text at its blanks, at a word, or at its opening token."""
    blanks = find_blanks(text, encoder.mask_token)
    if at is None and masked:
        raise ParameterError("A word is to be hidden and none is named; name one with --at WORD.")
    if at is None and not blanks:
        return _opening(encoder, text)
    if at is None:
        return _masks(encoder, text, blanks)
    if blanks:
        raise ParameterError(
            f"The text has a blank and the word {at!r} is named; leave one of the two out."
        )
    spans = _occurrences(text, at)
    return _masks(encoder, text, spans) if masked else _own_tokens(encoder, text, at, spans)


def _occurrences(text: str, word: str) -> list[Span]:
    """Find a word in a text, in any case, not within a longer word."""
    wanted = re.compile(rf"(?<!\w){re.escape(word.strip())}(?!\w)", re.IGNORECASE)
    spans = [match.span() for match in wanted.finditer(text)] if word.strip() else []
    if not spans:
        raise ParameterError(f"The word {word!r} is not in the text; name one that is.")
    return spans


def _opening(encoder: Encoder, text: str) -> _States:
    """Read a text as a whole."""
    encoded = encoder.encode([text])
    [opening, *_], _ = encoder.tokenizer.frame
    return _States(
        (encoder.vocabulary.terms[opening],),
        ((0, 0),),
        encoded.vectors,
        bool(encoded.has_unknown[0]),
        bool(encoded.truncated[0]),
    )


def _masks(encoder: Encoder, text: str, spans: list[Span]) -> _States:
    """Read a text with a mask in place of each span."""
    states = encoder.mask_states([text], [spans])
    return _States(
        (encoder.mask_token,) * len(spans),
        tuple(spans),
        states.vectors,
        bool(states.has_unknown[0]),
        bool(states.truncated[0]),
    )


def _own_tokens(encoder: Encoder, text: str, word: str, spans: list[Span]) -> _States:
    """Read a text at the tokens that stand in some spans."""
    [read] = encoder.encode_tokens([text])
    chosen = [
        number
        for number, (start, end) in enumerate(read.offsets.tolist())
        if any(first <= start < end <= last for first, last in spans)
    ]
    if not chosen:
        raise ParameterError(
            f"The word {word!r} stands only where the model has stopped reading, after character "
            f"{int(read.offsets.max())}; give a shorter text."
        )
    return _States(
        tuple(read.tokens[number] for number in chosen),
        tuple((start, end) for start, end in read.offsets[chosen].tolist()),
        read.vectors[chosen],
        read.has_unknown,
        read.truncated,
    )
