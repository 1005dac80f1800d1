"""The senses of a word: what the model expects in its place, occurrence by occurrence.

Each occurrence is hidden alone, in its own sentence, and read by the words that the model expects
there. A word that means one thing is expected among the same words everywhere; "cell" is expected
where "prison", "phone" and "blood" say so, among others each time. The vector of the word itself
in the vocabulary cannot tell its senses apart.

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

from ..engine.landmarks import Landmark
from ..engine.sentences import split_sentences
from ..errors import ParameterError
from ..graph.descriptors import Share
from .dominant_types import N_VOTERS, dominant_types
from .given_text import require_text
from .occurrences import (
    Occurrence,
    find_occurrences,
    read_masked,
    read_unmasked,
    repeated_words,
)
from .sense_groups import FEW, group_by_shared, group_vectors

if TYPE_CHECKING:
    from .reader import Reader

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

N_SHARED = 20
"""Words of two occurrences that are compared where there are few."""

_N_EXAMPLES = 3
_MOST = 1000


@dataclass(frozen=True, slots=True)
class ReadOccurrence:
    """An occurrence and what the model expects in its place.

    Attributes
    ----------
    sentence, start, end, offset
        The word is ``sentence[start:end]``; the sentence begins at `offset` of its text.
    sense
        The number of its sense.
    descriptors
        The words that the model expects, the first most.
    truncated
        The sentence is too long for the model, and only a part of it was read.
    """

    sentence: str
    start: int
    end: int
    offset: int
    sense: int
    descriptors: tuple[Landmark, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class Sense:
    """Occurrences of a word that are expected among the same words.

    Attributes
    ----------
    number
        The sense with the most occurrences is number 1.
    n_occurrences, share
        How many occurrences it has, and their share of all.
    descriptors
        The words that the mean of its occurrences points at.
    types
        The main types of the first 20 of these words with their shares, the largest first.
    examples
        The places, among all occurrences, of those nearest to the mean, each of another sentence.
    """

    number: int
    n_occurrences: int
    share: float
    descriptors: tuple[Landmark, ...]
    types: tuple[Share, ...]
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WordSenses:
    """A word and its senses.

    Attributes
    ----------
    word, masked
        The word, and whether it was hidden.
    n_found
        How often it occurs; more than there are occurrences where only some were read.
    alone
        The terms nearest to the word in the vocabulary, where it is a term: what it means without
        a context.
    senses
        The one with the most occurrences first.
    occurrences
        In order of the text.
    """

    word: str
    masked: bool
    n_found: int
    alone: tuple[Landmark, ...]
    senses: tuple[Sense, ...]
    occurrences: tuple[ReadOccurrence, ...]


def separate_senses(
    reader: Reader,
    text: str,
    word: str | None = None,
    *,
    n_senses: int | None = None,
    masked: bool = True,
    k: int = 10,
) -> tuple[WordSenses, ...]:
    """Tell the senses of a word, or of every word that a text repeats, apart.

    Parameters
    ----------
    reader
        Model and labels.
    text
        A text of any length; each occurrence is read in its sentence.
    word
        A word or a phrase, in any case where the model folds it. By default every word that occurs
        twice or more and is no glue; see `find_descriptors`.
    n_senses, masked, k
        As in `group_occurrences`.

    Returns
    -------
    One for each word, in order of first occurrence.

    Raises
    ------
    ParameterError
        If the text is empty, does not hold the word, or holds fewer occurrences than senses.
    """
    require_text(text)
    vocabulary = reader.encoder.vocabulary
    sentences = [(text[start:end], start) for start, end in split_sentences(text)]
    if word is None:
        words = repeated_words(reader, text, at_least=max(2, n_senses or 0))
    else:
        words = [word]
    found = []
    for name in words:
        occurrences = find_occurrences(sentences, name, lowercase=vocabulary.lowercase)
        if not occurrences:
            raise ParameterError(f"The text does not hold the word {name!r}; name one that it has.")
        found.append(
            group_occurrences(reader, occurrences, name, n_senses=n_senses, masked=masked, k=k)
        )
    return tuple(found)


def senses_in_sentences(
    reader: Reader,
    sentences: Sequence[str],
    word: str,
    *,
    n_senses: int | None = None,
    masked: bool = True,
    k: int = 10,
) -> WordSenses:
    """Tell the senses of a word apart that it has in many sentences.

    Of more than 1,000 occurrences as many are read, evenly spread.

    Parameters
    ----------
    reader
        Model and labels.
    sentences
        The sentences, for example all of a knowledge base that hold the word.
    word, n_senses, masked, k
        As in `separate_senses` and `group_occurrences`.

    Raises
    ------
    ParameterError
        If no sentence holds the word, or there are fewer occurrences than senses.
    """
    lowercase = reader.encoder.vocabulary.lowercase
    found = find_occurrences([(text, 0) for text in sentences], word, lowercase=lowercase)
    if not found:
        raise ParameterError(f"No sentence holds the word {word!r}; name one that stands in some.")
    picked = np.linspace(0, len(found) - 1, min(len(found), _MOST), dtype=np.int64)
    read = [found[number] for number in picked.tolist()]
    grouped = group_occurrences(reader, read, word, n_senses=n_senses, masked=masked, k=k)
    return replace(grouped, n_found=len(found))


def stored_senses(
    reader: Reader,
    word: str,
    *,
    n_senses: int | None = None,
    masked: bool = True,
    k: int = 10,
) -> WordSenses:
    """Tell the senses of a word apart that it has in the sentences of a knowledge base.

    Parameters
    ----------
    reader
        The reader of a knowledge base.
    word, n_senses, masked, k
        As in `senses_in_sentences`.

    Raises
    ------
    ParameterError
        If there is no knowledge base or no word, or as in `senses_in_sentences`.
    """
    if reader.find_sentences is None or not word.strip():
        raise ParameterError(
            "There is no text to read; give one, or a word and the knowledge base whose sentences "
            "are to be read: --word WORD --kb KB."
        )
    sentences = reader.find_sentences(word.strip())
    return senses_in_sentences(reader, sentences, word, n_senses=n_senses, masked=masked, k=k)


def group_occurrences(
    reader: Reader,
    occurrences: Sequence[Occurrence],
    word: str,
    *,
    n_senses: int | None = None,
    masked: bool = True,
    k: int = 10,
) -> WordSenses:
    """Group occurrences of a word by what the model expects in their place.

    Parameters
    ----------
    reader
        Model and labels.
    occurrences
        The occurrences, for example from `find_occurrences`.
    word
        The word, which is no description of itself.
    n_senses
        How many senses there are. By default the number that the occurrences show, see
        `group_vectors`; fewer than 12 occurrences are grouped by the 20 words that the model
        expects most, see `group_by_shared`.
    masked
        Hide the word, or read it at its own tokens and drop it from the words.
    k
        Words to give.

    Raises
    ------
    ParameterError
        If there is no occurrence, or fewer than senses.
    """
    if not occurrences:
        raise ParameterError(f"There is no occurrence of {word!r} to group; give some.")
    read = read_masked if masked else read_unmasked
    vectors, truncated = read(reader.encoder, occurrences)
    descriptors = _describe(reader, vectors, word, max(k, N_SHARED))
    if n_senses is None and len(occurrences) < FEW:
        groups = group_by_shared([[mark.row for mark in row[:N_SHARED]] for row in descriptors])
    else:
        groups = group_vectors(vectors, n_senses)
    return WordSenses(
        word=word,
        masked=masked,
        n_found=len(occurrences),
        alone=_alone(reader, word, k),
        senses=_senses(reader, occurrences, vectors, groups, word, k),
        occurrences=tuple(
            ReadOccurrence(
                sentence=where.sentence,
                start=where.start,
                end=where.end,
                offset=where.offset,
                sense=group + 1,
                descriptors=row[:k],
                truncated=cut,
            )
            for where, group, row, cut in zip(
                occurrences, groups.tolist(), descriptors, truncated, strict=True
            )
        ),
    )


def _describe(reader: Reader, vectors: FloatArray, word: str, k: int) -> list[tuple[Landmark, ...]]:
    """Return the words that each vector points at, without the word itself."""
    own = set(word.lower().split())
    return [
        tuple(mark for mark in marks if mark.term.lower() not in own)[:k]
        for marks in reader.landmarks.read(vectors, k + 2 * len(own))
    ]


def _senses(
    reader: Reader,
    occurrences: Sequence[Occurrence],
    vectors: FloatArray,
    groups: IntArray,
    word: str,
    k: int,
) -> tuple[Sense, ...]:
    """Describe each group by the mean of its vectors."""
    members = [np.flatnonzero(groups == group) for group in range(groups.max() + 1)]
    means = np.stack([vectors[rows].mean(axis=0) for rows in members])
    descriptors = _describe(reader, means, word, max(k, N_VOTERS))
    types = dominant_types(reader.entity_vectors, descriptors)
    return tuple(
        Sense(
            number=number,
            n_occurrences=len(rows),
            share=len(rows) / len(groups),
            descriptors=marks[:k],
            types=of_types,
            examples=_examples(occurrences, vectors, rows, mean),
        )
        for number, (rows, mean, marks, of_types) in enumerate(
            zip(members, means, descriptors, types, strict=True), start=1
        )
    )


def _examples(
    occurrences: Sequence[Occurrence], vectors: FloatArray, rows: IntArray, mean: FloatArray
) -> tuple[int, ...]:
    """Return the occurrences with the highest cosine to a mean, one of each sentence."""
    norms = np.maximum(np.linalg.norm(vectors[rows], axis=1), 1e-9)
    nearest = rows[np.argsort(-(vectors[rows] @ mean) / norms, kind="stable")]
    first: dict[str, int] = {}
    for row in nearest.tolist():
        first.setdefault(occurrences[row].sentence, row)
    return tuple(first.values())[:_N_EXAMPLES]


def _alone(reader: Reader, word: str, k: int) -> tuple[Landmark, ...]:
    """Return the terms nearest to a word in the vocabulary; none where it is no term."""
    vocabulary = reader.encoder.vocabulary
    if word.strip() not in vocabulary:
        return ()
    [near] = reader.landmarks.near([vocabulary.row(word.strip())], k)
    return near
