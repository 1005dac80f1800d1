"""Fine-grained types without a single label: the clusters that a phrase's context asks for.

The words that the model expects in place of a phrase have a pivot, the one nearest to all of them.
So has every cluster of the vocabulary, and the clusters whose pivots lie nearest to the words' own
say what the phrase is: one is around "t2dm" and "diabetes", another around "manchester" and
"london". Nobody has named them. Where terms have labels, the one that most of the pivots have is
told beside.

References
----------
A. Rajasekharan, "Unsupervised NER using BERT", 2020: its first version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..engine.encoder import Encoder
from ..engine.landmarks import content_terms
from ..engine.matmul import PackedMatrix, top_k
from ..engine.tokenizer import Span
from ..engine.vocabulary import Vocabulary
from ..errors import ParameterError
from ..graph.clusters import Cluster, cluster_tails, whole_words
from ..graph.parsing import ParsedSentence
from ..indexers.tails import neighbor_tails
from .term_types import TermTypes

FloatArray = npt.NDArray[np.float32]
IndexArray = npt.NDArray[np.int64]

N_DESCRIPTORS = 10
N_TYPES = 10
_N_MEMBERS = 10
_BLOCK_PHRASES = 1024


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A word that the model expects in place of a phrase, with its logit."""

    term: str
    score: float


@dataclass(frozen=True, slots=True)
class FineType:
    """A cluster of the vocabulary, taken for a type.

    Attributes
    ----------
    pivot
        The member nearest to all the others.
    cosine
        To the pivot of the descriptors.
    label
        The main type of the pivot, "" where it has none.
    members
        The first members, the nearest to the cluster's seed first.
    """

    pivot: str
    cosine: float
    label: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FineEntity:
    """A phrase of a sentence with the clusters that its context asks for.

    Attributes
    ----------
    start, end, text
        The characters ``sentence[start:end]``.
    pivot, strength
        The descriptor nearest to all the others, and its mean cosine to them.
    label, share
        The main type that most of the pivots of `types` have, the first of equals, and how many of
        them have it; "" and 0 where none has one.
    descriptors
        The words that the model expects in its place, the likeliest first.
    types
        The clusters whose pivots lie nearest to `pivot`, the nearest first.
    """

    start: int
    end: int
    text: str
    pivot: str
    strength: float
    label: str
    share: float
    descriptors: tuple[Descriptor, ...]
    types: tuple[FineType, ...]


class LabelFreeTyper:
    """Types phrases by their context and the clusters of the vocabulary.

    Parameters
    ----------
    encoder
        The model.
    clusters
        Clusters of the rows of its vocabulary: those of a knowledge base, or from
        `cluster_vocabulary`. Of those with one pivot the first counts.
    term_types
        The types of terms, to tell beside; None where there are no labels.

    Raises
    ------
    ParameterError
        If the vocabulary has no words that could describe anything.
    """

    def __init__(
        self, encoder: Encoder, clusters: Sequence[Cluster], term_types: TermTypes | None = None
    ) -> None:
        self._encoder = encoder
        self._descriptors = content_terms(encoder.vocabulary)
        if not self._descriptors.any():
            raise ParameterError(
                f"The vocabulary of {len(encoder.vocabulary)} terms has no whole word of two "
                "letters or more; choose a model whose terms are words."
            )
        self._units = encoder.vocabulary.unit_vectors
        by_pivot: dict[int, Cluster] = {}
        for cluster in clusters:
            by_pivot.setdefault(cluster.pivot, cluster)
        pivots = np.array(list(by_pivot), dtype=np.int64)
        self._clusters = list(by_pivot.values())
        self._pivots = PackedMatrix.pack(self._units[pivots])
        mains = [None] * len(encoder.vocabulary) if term_types is None else term_types.mains
        self._labels = [mains[pivot] or "" for pivot in pivots.tolist()]

    def type_sentences(self, parsed: Sequence[ParsedSentence]) -> list[list[FineEntity]]:
        """Type the noun phrases of sentences, each without its articles and the like."""
        spans = [
            [(p.key_start, p.key_end) for p in sentence.noun_phrases if p.key]
            for sentence in parsed
        ]
        return self.type_spans([sentence.text for sentence in parsed], spans)

    def type_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> list[list[FineEntity]]:
        """Type phrases of sentences, each masked as a whole.

        Parameters
        ----------
        texts
            The sentences.
        spans
            For each sentence the characters (start, end) of the phrases to type.

        Returns
        -------
        For each sentence its typed phrases, in the order of `spans`.

        Raises
        ------
        ParameterError
            If a span is empty or outside its text, or texts and spans differ in number.
        """
        places = [(text, span) for text, row in zip(texts, spans, strict=True) for span in row]
        typed = (
            entity
            for first in range(0, len(places), _BLOCK_PHRASES)
            for entity in self._type_block(places[first : first + _BLOCK_PHRASES])
        )
        return [[next(typed) for _ in row] for row in spans]

    def _type_block(self, places: Sequence[tuple[str, Span]]) -> list[FineEntity]:
        """Type phrases with all masked sentences in one batch."""
        states = self._encoder.mask_states([t for t, _ in places], [[span] for _, span in places])
        words, scores = top_k(
            states.vectors,
            self._encoder.output,
            N_DESCRIPTORS,
            bias=self._encoder.vocabulary.biases,
            allowed=self._descriptors,
        )
        pivots, strengths = find_pivots(self._units, words)
        nearest, cosines = top_k(self._units[pivots], self._pivots, N_TYPES)
        columns = (words, scores, pivots, strengths, nearest, cosines)
        return [
            self._entity(place, *row)
            for place, *row in zip(places, *(column.tolist() for column in columns), strict=True)
        ]

    def _entity(
        self,
        place: tuple[str, Span],
        words: list[int],
        scores: list[float],
        pivot: int,
        strength: float,
        nearest: list[int],
        cosines: list[float],
    ) -> FineEntity:
        """Spell out what was found for one phrase."""
        text, (start, end) = place
        surface = self._encoder.vocabulary.surface
        types = tuple(
            FineType(
                surface(self._clusters[number].pivot),
                cosine,
                self._labels[number],
                tuple(map(surface, self._clusters[number].members[:_N_MEMBERS])),
            )
            for number, cosine in zip(nearest, cosines, strict=True)
            if number >= 0
        )
        votes = Counter(found.label for found in types if found.label)
        [(label, n_votes)] = votes.most_common(1) or [("", 0)]
        return FineEntity(
            start=start,
            end=end,
            text=text[start:end],
            pivot=surface(pivot),
            strength=strength,
            label=label,
            share=n_votes / max(1, len(types)),
            descriptors=tuple(
                Descriptor(surface(word), score)
                for word, score in zip(words, scores, strict=True)
                if word >= 0
            ),
            types=types,
        )


def find_pivots(units: FloatArray, groups: IndexArray) -> tuple[IndexArray, FloatArray]:
    """Find in each group of rows the one with the highest mean cosine to the others.

    Parameters
    ----------
    units
        float32 array of shape (n_terms, dim), unit rows.
    groups
        int64 array of shape (n_groups, n_rows); -1 stands for none.

    Returns
    -------
    pivots
        int64 array of shape (n_groups,): the first of equals, -1 in an empty group.
    means
        float32 array of shape (n_groups,): their mean cosines, 0 where there is no other.

    Examples
    --------
    >>> units = np.array([[1, 0], [0.6, 0.8], [0, 1]], dtype=np.float32)
    >>> pivots, means = find_pivots(units, np.array([[0, 1, 2]]))
    >>> pivots.tolist(), means.round(2).tolist()
    ([1], [0.7])
    """
    is_member = groups >= 0
    members = units[groups] * is_member[:, :, None]
    others = members.sum(axis=1, keepdims=True) - members
    n_others = np.maximum(is_member.sum(axis=1, keepdims=True) - 1, 1)
    means = np.einsum("grd,grd->gr", members, others) / n_others
    best = np.where(is_member, means, -np.inf).argmax(axis=1)
    rows = np.arange(len(groups))
    return groups[rows, best], np.asarray(means[rows, best], dtype=np.float32)


def cluster_vocabulary(vocabulary: Vocabulary) -> tuple[Cluster, ...]:
    """Cluster the tails of a vocabulary, as a knowledge base does when it is built."""
    names = [vocabulary.surface(row) for row in range(len(vocabulary))]
    tails = neighbor_tails(vocabulary.vectors)
    eligible = whole_words(vocabulary)
    return cluster_tails(tails, vocabulary.unit_vectors, names, eligible=eligible).clusters
