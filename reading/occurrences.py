"""The occurrences of a word: where they are, and what the model says at each of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder
from ..errors import ParameterError
from ..graph.descriptors import find_descriptors

if TYPE_CHECKING:
    from .reader import Reader

FloatArray = npt.NDArray[np.float32]

_WORD = re.compile(r"[^\W_]+(?:[-'\u2019][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A word in a sentence.

    Attributes
    ----------
    sentence, start, end
        The word is ``sentence[start:end]``.
    offset
        Where the sentence begins in its text.
    """

    sentence: str
    start: int
    end: int
    offset: int = 0


def find_occurrences(
    sentences: Iterable[tuple[str, int]], word: str, *, lowercase: bool
) -> list[Occurrence]:
    """Find a word in sentences, never within a longer word.

    Parameters
    ----------
    sentences
        Sentences, and where each begins in its text.
    word
        A word or a phrase.
    lowercase
        Whether case is folded.

    Examples
    --------
    >>> [found] = find_occurrences([("Cells: one cell.", 20)], "cell", lowercase=True)
    >>> found.start, found.end
    (11, 15)
    """
    flags = re.IGNORECASE if lowercase else re.NOFLAG
    wanted = re.compile(rf"(?<!\w){re.escape(word.strip())}(?!\w)", flags)
    if not word.strip():
        raise ParameterError("The word is empty; name one.")
    return [
        Occurrence(sentence, *match.span(), offset)
        for sentence, offset in sentences
        for match in wanted.finditer(sentence)
    ]


def repeated_words(reader: Reader, text: str, *, at_least: int = 2) -> list[str]:
    """List the words that a text repeats and that say something, in order of first occurrence.

    A word that is no single term says something; one that is has to be among `find_descriptors`.
    """
    vocabulary = reader.encoder.vocabulary
    fold = str.lower if vocabulary.lowercase else str
    counts = Counter(fold(word) for word in _WORD.findall(text))
    says = find_descriptors(reader.entity_vectors)
    return [
        word
        for word, count in counts.items()
        if count >= at_least
        and len(word) > 1
        and any(map(str.isalpha, word))
        and (word not in vocabulary or says[vocabulary.row(word)])
    ]


def read_masked(
    encoder: Encoder, occurrences: Sequence[Occurrence]
) -> tuple[FloatArray, list[bool]]:
    """Read the place of each occurrence, hidden alone; all go through the model at one time.

    Returns
    -------
    vectors
        float32 array of shape (n_occurrences, dim).
    truncated
        For each whether its sentence is too long, and only the part around the word was read.
    """
    states = encoder.mask_states(
        [where.sentence for where in occurrences],
        [[(where.start, where.end)] for where in occurrences],
    )
    return states.vectors, states.truncated.tolist()


def read_unmasked(
    encoder: Encoder, occurrences: Sequence[Occurrence]
) -> tuple[FloatArray, list[bool]]:
    """Read each occurrence at its own tokens, not hidden: the mean of their vectors.

    Returns
    -------
    vectors, truncated
        As from `read_masked`; of a sentence that is too long the beginning is read.

    Raises
    ------
    ParameterError
        If a sentence is so long that the model does not come to the word.
    """
    numbers: dict[str, int] = {}
    for where in occurrences:
        numbers.setdefault(where.sentence, len(numbers))
    states = encoder.encode_tokens(list(numbers))
    rows = []
    for where in occurrences:
        read = states[numbers[where.sentence]]
        starts, ends = read.offsets.T
        inside = (starts >= where.start) & (ends <= where.end) & (starts < ends)
        if not inside.any():
            raise ParameterError(
                f"The model stops reading after character {int(ends.max())} of a sentence, before "
                f"the word at {where.start}; split the sentence, or have the word masked."
            )
        rows.append(read.vectors[inside].mean(axis=0))
    return np.stack(rows), [states[numbers[where.sentence]].truncated for where in occurrences]
