"""How much a word says, known from the model alone: its output bias in place of a corpus's IDF.

The output bias of a term says how likely it is before anything is known. So the commonest term
has the highest one, and how far a term's bias lies below it is the logarithm of how many times
rarer the term is: what an inverse document frequency measures on a corpus, without the corpus.

References
----------
A. Rajasekharan, "Unsupervised creation of interpretable sentence representations", 2020.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from ..errors import ParameterError
from .encoder import Encoder
from .tokenizer import Span, check_texts
from .vocabulary import Vocabulary

FloatArray = npt.NDArray[np.float32]
IndexArray = npt.NDArray[np.int64]

Weighting = Literal["surprise", "standard", "rank"]
"""How a bias becomes a weight; every weight rises as the bias falls.

- ``surprise``: the highest bias minus the term's, in nats: 0 for the commonest term.
- ``standard``: how many standard deviations the bias lies below the mean, cut at 3 either way.
- ``rank``: the share of the other terms that have a higher bias.
"""

WEIGHTINGS: tuple[Weighting, ...] = get_args(Weighting)

Joining = Literal["sum", "mean", "min", "max"]
"""How the weights of a word's pieces become that of the word.

The sum of surprises is the surprise of the whole word if its pieces came independently.
"""

JOININGS: tuple[Joining, ...] = get_args(Joining)

_MOST_DEVIATIONS = 3.0
_NO_LIMIT = 1 << 30
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, eq=False)
class SpelledWords:
    """Words as the pieces that a tokenizer makes of them.

    Attributes
    ----------
    ids
        int64 array of shape (n_pieces,): rows of the vocabulary, word by word. A word that the
        tokenizer makes nothing of is one unknown piece.
    starts
        int64 array of shape (n_words + 1,): word i has the pieces ``starts[i]:starts[i + 1]``.
    """

    ids: IndexArray
    starts: IndexArray

    def __len__(self) -> int:
        """Count the words."""
        return len(self.starts) - 1

    @property
    def n_pieces(self) -> IndexArray:
        """Pieces of each word: int64 array of shape (n_words,)."""
        return np.diff(self.starts)

    def pieces(self, word: int) -> list[int]:
        """Return the rows of the pieces of one word."""
        rows: list[int] = self.ids[self.starts[word] : self.starts[word + 1]].tolist()
        return rows


def term_importance(vocabulary: Vocabulary, weighting: Weighting = "surprise") -> FloatArray:
    """Weigh every term of a vocabulary by its output bias.

    Returns
    -------
    float32 array of shape (n_terms,). Special terms stand for no text: they have the least weight
    that there can be, and no part in mean, deviation and ranks.

    Raises
    ------
    ParameterError
        If the weighting is unknown.

    Examples
    --------
    >>> vocabulary = Vocabulary(
    ...     terms=("the", "cell", "kinase"),
    ...     vectors=np.eye(3, dtype=np.float32),
    ...     biases=np.array([-1, -5, -6], dtype=np.float32),
    ...     is_piece=np.zeros(3, dtype=np.bool_),
    ...     is_special=np.zeros(3, dtype=np.bool_),
    ... )
    >>> term_importance(vocabulary).tolist(), term_importance(vocabulary, "rank").tolist()
    ([0.0, 4.0, 5.0], [0.0, 0.5, 1.0])
    """
    own = ~vocabulary.is_special
    biases = vocabulary.biases[own].astype(np.float64)
    weights = np.full(len(vocabulary), -_MOST_DEVIATIONS if weighting == "standard" else 0.0)
    if not len(biases):
        return weights.astype(np.float32)
    if weighting == "surprise":
        weights[own] = biases.max() - biases
    elif weighting == "standard":
        deviation = biases.std() or 1.0
        deviations = (biases.mean() - biases) / deviation
        weights[own] = np.clip(deviations, -_MOST_DEVIATIONS, _MOST_DEVIATIONS)
    elif weighting == "rank":
        n_above = len(biases) - np.searchsorted(np.sort(biases), biases, side="right")
        weights[own] = n_above / max(1, len(biases) - 1)
    else:
        raise ParameterError(f"Got {weighting!r}; expected one of {', '.join(WEIGHTINGS)}.")
    return weights.astype(np.float32)


def spell_words(encoder: Encoder, words: Sequence[str]) -> SpelledWords:
    """Find the pieces of each of some words.

    Raises
    ------
    ParameterError
        If something is not a text.
    """
    check_texts(words)
    tokenizer = encoder.tokenizer
    sequences = tokenizer.tokenize(words, max_length=_NO_LIMIT).sequences
    before, after = (len(side) for side in tokenizer.frame)
    kept = sequences.inside(before, after)
    n_pieces = sequences.lengths - before - after
    ids = np.insert(
        sequences.ids[kept],
        np.cumsum(n_pieces)[n_pieces == 0],
        max(0, tokenizer.unknown_id),
    )
    return SpelledWords(ids, np.concatenate([[0], np.cumsum(np.maximum(n_pieces, 1))]))


def word_importance(
    weights: FloatArray, words: SpelledWords, joining: Joining = "sum"
) -> FloatArray:
    """Join the weights of the pieces of each word.

    Parameters
    ----------
    weights
        float32 array of shape (n_terms,), such as `term_importance` gives.
    words
        The words.
    joining
        How.

    Returns
    -------
    float32 array of shape (n_words,).

    Raises
    ------
    ParameterError
        If the joining is unknown.

    Examples
    --------
    >>> words = SpelledWords(np.array([0, 1, 2]), np.array([0, 1, 3]))
    >>> word_importance(np.array([1, 2, 6], dtype=np.float32), words, "mean").tolist()
    [1.0, 4.0]
    """
    if joining not in JOININGS:
        raise ParameterError(f"Got {joining!r}; expected one of {', '.join(JOININGS)}.")
    if not len(words):
        return np.empty(0, dtype=np.float32)
    join = {"min": np.minimum, "max": np.maximum}.get(joining, np.add)
    joined = join.reduceat(weights[words.ids], words.starts[:-1])
    return np.asarray(joined / words.n_pieces if joining == "mean" else joined, dtype=np.float32)


def find_words(text: str) -> list[Span]:
    """Find the words of a text: runs of letters and digits, as characters (start, end).

    Examples
    --------
    >>> find_words("IL-6, at last")
    [(0, 2), (3, 4), (6, 8), (9, 13)]
    """
    return [match.span() for match in _WORD.finditer(text)]
