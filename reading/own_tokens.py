"""A text's own tokens, ranked at each of its positions: which of its words point at which.

Entry (i, j) of the matrix is the logit that position i gives to the j-th distinct token of the
text, t_i . E_j + b_j. Read along a row it says which other words of the text the model would have
there: an association of words, close to what an attention head shows, from the output alone.

References
----------
A. Rajasekharan, "Swiss army knife for unsupervised task solving", 2021.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder, TokenStates
from ..engine.tokenizer import Span
from .given_text import require_text

if TYPE_CHECKING:
    from ..engine.vocabulary import Vocabulary
    from .reader import Reader

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class OwnTokenScores:
    """The score of every distinct token of a text at every position.

    Attributes
    ----------
    tokens
        The token at each position, special ones included, as the tokenizer spells it.
    offsets
        int64 array of shape (n_positions, 2): the characters ``text[start:end]`` of each.
    terms
        int64 array of shape (n_terms,): the distinct tokens by row of the vocabulary, in order of
        their first position.
    columns
        int64 array of shape (n_positions,): which of the distinct tokens stands at each position.
    scores
        float32 array of shape (n_positions, n_terms): logits.
    has_unknown, truncated
        As in `Encoded`.
    """

    tokens: tuple[str, ...]
    offsets: IntArray
    terms: IntArray
    columns: IntArray
    scores: FloatArray
    has_unknown: bool
    truncated: bool

    def centered(self) -> OwnTokenScores:
        """Take out of each score what its position and its token have on average.

        Raw scores say above all which tokens are likely anywhere and which positions are sure of
        themselves. The mean of a token is over the positions of other tokens, that of a position
        over the other tokens, special tokens apart.
        """
        is_text = self.offsets[:, 0] < self.offsets[:, 1]
        others = self.columns[:, None] != np.arange(len(self.terms))
        counted = others & is_text[:, None] & np.isin(self.terms, self.terms[self.columns[is_text]])
        values = self.scores.astype(np.float64)
        by_term = _means(values, counted, axis=0)
        by_place = _means(values - by_term, others & counted.any(axis=0), axis=1)
        return replace(self, scores=(values - by_term - by_place).astype(np.float32))

    def symmetrized(self) -> OwnTokenScores:
        """Replace each score by the mean of both directions.

        The direction from token a to token b is the mean score of b over the positions of a.
        Positions that hold the same token get the same row.
        """
        counts = np.bincount(self.columns, minlength=len(self.terms))
        sums = np.zeros((len(self.terms), len(self.terms)), dtype=np.float64)
        np.add.at(sums, self.columns, self.scores)
        means = sums / counts[:, None]
        both = ((means + means.T) / 2).astype(np.float32)
        return replace(self, scores=both[self.columns])


@dataclass(frozen=True, slots=True)
class OwnToken:
    """A token of the text and the score that some position gives to it."""

    token: str
    score: float


@dataclass(frozen=True, slots=True)
class RankedPosition:
    """A position, its characters, and the text's other words, highest score first."""

    token: str
    start: int
    end: int
    ranked: tuple[OwnToken, ...]


@dataclass(frozen=True, slots=True)
class OwnTokens:
    """What is shown of a text: words alone, without punctuation, pieces and single characters.

    Attributes
    ----------
    text
        The text.
    masked, centered, symmetric
        How it was read; see `rank_own_tokens`.
    has_unknown, truncated
        The model has no pieces for a part of it; it was too long, and only its beginning counts.
    words
        The distinct words that are ranked, in order of the text.
    positions
        Every position with a ranking: words, and where it is not symmetric the opening token and
        masks in the text.
    """

    text: str
    masked: bool
    centered: bool
    symmetric: bool
    has_unknown: bool
    truncated: bool
    words: tuple[str, ...]
    positions: tuple[RankedPosition, ...]


def score_own_tokens(encoder: Encoder, text: str, *, masked: bool = False) -> OwnTokenScores:
    """Compute the score of every distinct token of a text at every position.

    Parameters
    ----------
    encoder
        The model.
    text
        A sentence or a little more; what the model does not read is left out.
    masked
        Hide the word at a position before its row is read: the row then says what the other words
        call for. A word of several pieces is hidden as a whole and its pieces share the row. Rows
        of special tokens are read as they are. All goes through the model at one time.

    Raises
    ------
    ParameterError
        If the text is empty.
    """
    require_text(text)
    [states] = encoder.encode_tokens([text])
    vocabulary = encoder.vocabulary
    vectors = _masked_vectors(encoder, text, states) if masked else states.vectors
    terms, first, inverse = np.unique(states.rows, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    terms = terms[order]
    scores = vectors @ vocabulary.vectors[terms].T + vocabulary.biases[terms]
    return OwnTokenScores(
        tokens=states.tokens,
        offsets=states.offsets,
        terms=terms,
        columns=rank[inverse],
        scores=np.asarray(scores, dtype=np.float32),
        has_unknown=states.has_unknown,
        truncated=states.truncated,
    )


def rank_own_tokens(
    reader: Reader,
    text: str,
    *,
    masked: bool = False,
    centered: bool = False,
    symmetric: bool = False,
) -> OwnTokens:
    """Rank the words of a text at each of its positions.

    Parameters
    ----------
    reader
        The model.
    text, masked
        As in `score_own_tokens`.
    centered
        Take out what each position and each token have on average; what is left says more about
        which words belong together.
    symmetric
        Rank by the mean of both directions. The opening token and masks have no row then: the
        model has no score for them.

    Raises
    ------
    ParameterError
        If the text is empty.
    """
    encoder = reader.encoder
    scored = score_own_tokens(encoder, text, masked=masked)
    read = scored.centered() if centered else scored
    read = read.symmetrized() if symmetric else read
    surfaces = [encoder.vocabulary.surface(row) for row in scored.terms.tolist()]
    is_word = _is_word(scored, encoder.vocabulary)
    is_shown = is_word[scored.columns]
    if not symmetric:
        is_shown |= np.array([token == encoder.mask_token for token in scored.tokens])
        is_shown[0] = True
    return OwnTokens(
        text=text,
        masked=masked,
        centered=centered,
        symmetric=symmetric,
        has_unknown=scored.has_unknown,
        truncated=scored.truncated,
        words=tuple(surfaces[i] for i in np.flatnonzero(is_word).tolist()),
        positions=tuple(
            _ranked(read, surfaces, is_word, place) for place in np.flatnonzero(is_shown).tolist()
        ),
    )


def _ranked(
    scored: OwnTokenScores, surfaces: Sequence[str], is_word: BoolArray, place: int
) -> RankedPosition:
    """Sort the words of a text at one position, without the one that stands there."""
    own = int(scored.columns[place])
    others = np.flatnonzero(is_word & (np.arange(len(is_word)) != own))
    best = others[np.argsort(-scored.scores[place, others], kind="stable")].tolist()
    start, end = scored.offsets[place].tolist()
    ranked = tuple(OwnToken(surfaces[i], float(scored.scores[place, i])) for i in best)
    return RankedPosition(surfaces[own], start, end, ranked)


def _is_word(scored: OwnTokenScores, vocabulary: Vocabulary) -> BoolArray:
    """Tell which distinct tokens are words worth ranking: bool array of shape (n_terms,).

    Punctuation, pieces of words, single characters and special tokens are not.
    """
    surfaces = [vocabulary.surface(row) for row in scored.terms.tolist()]
    is_wordy = np.array([len(s) > 1 and any(map(str.isalnum, s)) for s in surfaces])
    is_other = vocabulary.is_piece[scored.terms] | vocabulary.is_special[scored.terms]
    return np.asarray(is_wordy & ~is_other, dtype=np.bool_)


def _word_spans(states: TokenStates, vocabulary: Vocabulary) -> tuple[list[Span], IntArray]:
    """Find the words of a text: each token that is no piece, with the pieces that go on with it.

    Returns
    -------
    spans
        The characters (start, end) of each word; special tokens are no words.
    numbers
        int64 array of shape (n_tokens,): the word of each token, -1 for special tokens.
    """
    spans: list[Span] = []
    numbers = np.full(len(states.rows), -1, dtype=np.int64)
    for place, ((start, end), row) in enumerate(
        zip(states.offsets.tolist(), states.rows.tolist(), strict=True)
    ):
        if vocabulary.is_special[row]:
            continue
        if vocabulary.is_piece[row] and spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], end)
        elif start < end:
            spans.append((start, end))
        else:
            continue
        numbers[place] = len(spans) - 1
    return spans, numbers


def _masked_vectors(encoder: Encoder, text: str, states: TokenStates) -> FloatArray:
    """Read each word's tokens at a mask in its place; special tokens as they are."""
    spans, numbers = _word_spans(states, encoder.vocabulary)
    read = text[: int(states.offsets[:, 1].max())]
    masked = encoder.mask_states([read] * len(spans), [[span] for span in spans])
    vectors = states.vectors.copy()
    vectors[numbers >= 0] = masked.vectors[numbers[numbers >= 0]]
    return vectors


def _means(
    values: npt.NDArray[np.float64], counted: BoolArray, *, axis: int
) -> npt.NDArray[np.float64]:
    """Average what is counted along an axis, which is kept; 0 where nothing is."""
    totals = np.where(counted, values, 0).sum(axis=axis, keepdims=True)
    return np.asarray(totals / np.maximum(counted.sum(axis=axis, keepdims=True), 1))
