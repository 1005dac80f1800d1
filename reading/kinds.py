"""Whether one thing is a kind of another, as the model would complete a sentence that says so.

The model is asked what stands in "poodle is a kind of [MASK]." and in "[MASK] such as poodle". Any
word that is merely near scores well both ways, so the answer is how much better the pair fits this
way round than the other.

References
----------
M. Hearst, "Automatic Acquisition of Hyponyms from Large Text Corpora", 1992: the patterns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder
from ..engine.importance import SpelledWords, spell_words
from ..errors import ShapeError

DoubleArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]

_PATTERNS = ("{word} is a kind of {blank}.", "{blank} such as {word}")


def kind_scores(encoder: Encoder, firsts: Sequence[str], seconds: Sequence[str]) -> DoubleArray:
    """Score how likely each first word is a kind of the second, rather than the other way round.

    Parameters
    ----------
    encoder
        The model.
    firsts, seconds
        Words, pair by pair.

    Returns
    -------
    float64 array of shape (n_pairs,): the mean, over the patterns, of the model's score of the
    second word beside the first minus that of the first beside the second. A word of several pieces
    has the score of its least likely piece. Swapping the words changes the sign.

    Raises
    ------
    ShapeError
        If there are not as many first as second words.
    """
    if len(firsts) != len(seconds):
        raise ShapeError(f"Got {len(firsts)} first and {len(seconds)} second words; give pairs.")
    numbers: dict[str, int] = {}
    sides = np.array(
        [[numbers.setdefault(w, len(numbers)) for w in words] for words in (firsts, seconds)],
        dtype=np.int64,
    )
    words = list(numbers)
    spelled = spell_words(encoder, words)
    total = np.zeros(len(firsts))
    mask = encoder.mask_token
    for pattern in _PATTERNS:
        texts = [pattern.format(word=word, blank=mask) for word in words]
        head = pattern.partition("{blank}")[0]
        starts = [len(head.format(word=word)) for word in words]
        spans = [[(start, start + len(mask))] for start in starts]
        states = encoder.mask_states(texts, spans).vectors
        total += _scores(encoder, states, spelled, sides[0], sides[1])
        total -= _scores(encoder, states, spelled, sides[1], sides[0])
    return total / len(_PATTERNS)


def _scores(
    encoder: Encoder,
    states: npt.NDArray[np.float32],
    spelled: SpelledWords,
    shown: IndexArray,
    asked: IndexArray,
) -> DoubleArray:
    """Return the score of the least likely piece of each asked word beside the shown one."""
    if not len(shown):
        return np.zeros(0)
    n_pieces = spelled.n_pieces[asked]
    starts = np.cumsum(n_pieces) - n_pieces
    places = np.arange(n_pieces.sum()) - np.repeat(starts - spelled.starts[asked], n_pieces)
    rows = spelled.ids[places]
    vocabulary = encoder.vocabulary
    beside = states[np.repeat(shown, n_pieces)]
    logits = np.einsum("pd,pd->p", beside, vocabulary.vectors[rows]) + vocabulary.biases[rows]
    return np.minimum.reduceat(logits, starts).astype(np.float64)
