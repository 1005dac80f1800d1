"""Whether the nearest neighbors of a word are of its kind, by a list of words with classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..engine.masked_types import labeled_rows
from ..engine.matmul import PackedMatrix, top_k
from ..engine.vocabulary import Vocabulary
from ..errors import ParameterError

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

_TIE = 1e-3
"""What a cosine adds to a vote: it decides between classes of equally many neighbors."""


@dataclass(frozen=True)
class LabelNeighbors:
    """How often a word's class is that of its nearest neighbors.

    Attributes
    ----------
    centered, raw
        Accuracy with the vocabulary's vectors, their mean subtracted or not.
    random
        Accuracy with random vectors in their place.
    majority
        Share of the most frequent class.
    k
        Neighbors that vote.
    n_words, n_classes
        Words of the list that are whole terms of the vocabulary, and their classes.
    """

    centered: float
    raw: float
    random: float
    majority: float
    k: int
    n_words: int
    n_classes: int


def measure_label_neighbors(
    vocabulary: Vocabulary, labels: Mapping[str, str], *, k: int = 5, seed: int = 0
) -> LabelNeighbors:
    """Classify each labeled word by its neighbors among the other labeled words.

    All words of the list count that are whole terms of the vocabulary, whatever their frequency.
    Neighbors are those of the highest cosine. The mean is taken over all terms that are not
    special, labeled or not.

    Parameters
    ----------
    vocabulary
        The terms and their vectors.
    labels
        The class of each word.
    k
        Neighbors that vote.
    seed
        Of the random vectors.

    Raises
    ------
    ParameterError
        If no more than `k` words of the list are terms of the vocabulary.
    """
    rows = labeled_rows(vocabulary, labels)
    if len(rows) <= k:
        raise ParameterError(
            f"{len(rows)} of {len(labels)} labeled words are terms of the vocabulary; {k} "
            "neighbors need more. Give a longer list, or one in the model's language."
        )
    names = sorted(set(rows.values()))
    classes = np.array([names.index(name) for name in rows.values()])
    vectors = vocabulary.vectors[list(rows)]
    mean = vocabulary.vectors[~vocabulary.is_special].mean(axis=0, dtype=np.float64)
    random = np.random.default_rng(seed).standard_normal(vectors.shape, dtype=np.float32)
    return LabelNeighbors(
        centered=neighbor_accuracy((vectors - mean).astype(np.float32), classes, k),
        raw=neighbor_accuracy(vectors, classes, k),
        random=neighbor_accuracy(random, classes, k),
        majority=float(np.bincount(classes).max() / len(classes)),
        k=k,
        n_words=len(classes),
        n_classes=len(names),
    )


def neighbor_accuracy(vectors: FloatArray, classes: IntArray, k: int) -> float:
    """Classify each row by a vote of the k rows nearest to it by cosine, itself left out.

    Among classes of equally many neighbors, the one with the highest sum of cosines is taken.

    Parameters
    ----------
    vectors
        float32 array of shape (n_rows, dim).
    classes
        int64 array of shape (n_rows,), from 0 on.
    k
        Neighbors that vote, fewer than there are rows.

    Returns
    -------
    Share of rows that got their own class.

    Examples
    --------
    >>> points = np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1]], dtype=np.float32)
    >>> neighbor_accuracy(points, np.array([0, 0, 1, 1]), 1)
    1.0
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)
    rows, cosines = top_k(unit, PackedMatrix.pack(unit), k + 1)
    is_self = rows == np.arange(len(unit))[:, None]
    # A row that found k + 1 equal ones before itself gives up the last of them.
    is_self[~is_self.any(axis=1), -1] = True
    near, weights = rows[~is_self], 1 + _TIE * cosines[~is_self].astype(np.float64)
    votes = np.zeros((len(unit), int(classes.max()) + 1))
    np.add.at(votes, (np.repeat(np.arange(len(unit)), k), classes[near]), weights)
    return float((votes.argmax(axis=1) == classes).mean())
