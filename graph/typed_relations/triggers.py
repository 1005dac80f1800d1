"""Which relations a word may name: the schema's own terms, and words near to them.

A term of the schema names its relation for certain. Any other word is held against them by its
vector: the histogram of a term's cosines says where its tail of near neighbors begins, and a word
in the tail of a term may mean what the term means. Because opposites are neighbors too, such a word
never counts as much as a term that a person confirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...engine.encoder import Encoder
from ...engine.vocabulary import Vocabulary, unit_rows
from ...indexers.tail_rules import BinRule, counted_thresholds
from ...indexers.tails import cosine_histogram
from .schema import RelationSchema

FloatArray = npt.NDArray[np.float32]
VectorOf = Callable[[str], FloatArray | None]
"""Gives a word's vector of length 1, shape (dim,); None where there is none."""

_HINT = 0.5
_IN_TAIL = 0.6  # a word where a term's tail begins; the term itself would have 0.9
_NEAREST = 0.3
_FALL = 10  # how steeply the score falls outside of the tail
_LEAST = 0.65
_MAX_REMEMBERED = 1 << 16


@dataclass(frozen=True, slots=True)
class Naming:
    """A relation that a word may name.

    Attributes
    ----------
    relation
        Its name.
    score
        In (0, 1]: 1 for a term of the schema, a half for a hint, less than 1 for a word near one.
    inverse
        Whether the word names it the other way round.
    others
        Further words that have to stand with it, as *to* in "bind to".
    """

    relation: str
    score: float
    inverse: bool = False
    others: tuple[str, ...] = ()

    @property
    def is_listed(self) -> bool:
        """Whether the schema lists the word for the relation, as a term or as a hint."""
        return self.score in (1, _HINT)

    @property
    def is_confirmed(self) -> bool:
        """Whether a person confirmed the word for the relation."""
        return self.score == 1


class TriggerLexicon:
    """Tells which relations a word may name.

    Parameters
    ----------
    schema
        The relations.
    encoder
        What gives words their vectors; None lets only the schema's own words count.
    """

    def __init__(self, schema: RelationSchema, encoder: Encoder | None = None) -> None:
        self._listed = _list_terms(schema)
        self._near = None if encoder is None else _NearTerms(schema, encoder)
        self._remembered: dict[tuple[str, str], tuple[Naming, ...]] = {}

    def namings(
        self, lemma: str, word: str, around: Collection[str] = (), *, near: bool = True
    ) -> Iterator[Naming]:
        """Yield the relations that a content word may name where the words `around` stand with it.

        A word that the schema lists is not compared with other terms; `near` lets others be.

        Examples
        --------
        >>> from tailgraph.graph.typed_relations.schema import read_schema
        >>> lexicon = TriggerLexicon(read_schema().only("interacts-with"))
        >>> [naming.score for naming in lexicon.namings("bind", "binds")]
        [1.0]
        """
        key = lemma, word
        found = self._remembered.get(key)
        if found is None:
            if len(self._remembered) >= _MAX_REMEMBERED:
                self._remembered = {}
            found = self._remembered[key] = self._find(lemma, word)
        for naming in found:
            if (near or naming.is_listed) and all(other in around for other in naming.others):
                yield naming

    def listed(self, word: str, around: Collection[str]) -> Iterator[Naming]:
        """Yield the relations that a function word names: a preposition, *be*, a bracket."""
        for naming in self._listed.get(word, ()):
            if all(other in around for other in naming.others):
                yield naming

    def _find(self, lemma: str, word: str) -> tuple[Naming, ...]:
        listed = self._listed.get(lemma, ())
        if word != lemma:
            listed = (*listed, *self._listed.get(word, ()))
        if any(not naming.others for naming in listed) or self._near is None:
            return listed
        return (*listed, *self._near.find(lemma, word))


def _list_terms(schema: RelationSchema) -> dict[str, tuple[Naming, ...]]:
    """Give each first word of a term the relations that it names."""
    found: dict[str, list[Naming]] = {}
    for relation in schema.relations.values():
        kinds = (
            (relation.triggers, 1.0, False),
            (relation.inverse, 1.0, True),
            (relation.hints, _HINT, False),
        )
        for terms, score, inverse in kinds:
            for term in terms:
                first, *others = term.lower().split()
                naming = Naming(relation.name, score, inverse, tuple(others))
                found.setdefault(first, []).append(naming)
    return {word: tuple(namings) for word, namings in found.items()}


class _NearTerms:
    """Holds words against the single-word terms of a schema."""

    def __init__(self, schema: RelationSchema, encoder: Encoder) -> None:
        vocabulary = encoder.vocabulary
        self._vector_of = word_vectors(encoder)
        self._relations = sorted(schema.relations)
        owners: list[tuple[int, bool]] = []
        rows: list[int] = []
        for number, name in enumerate(self._relations):
            relation = schema.relations[name]
            for terms, inverse in ((relation.triggers, False), (relation.inverse, True)):
                for term in terms:
                    if term.isalpha() and term in vocabulary:
                        owners.append((number, inverse))
                        rows.append(vocabulary.row(term))
        self._owners = owners
        self._vectors = vocabulary.unit_vectors[rows]
        self._thresholds = tail_thresholds(vocabulary, rows)

    def find(self, lemma: str, word: str) -> tuple[Naming, ...]:
        """Give the relations whose terms a word lies near to, each with its best term."""
        vector = self._vector_of(lemma)
        if vector is None and word != lemma:
            vector = self._vector_of(word)
        if vector is None or not len(self._vectors):
            return ()
        scores = near_scores(self._vectors @ vector, self._thresholds)
        best: dict[str, Naming] = {}
        for place in np.flatnonzero(scores >= _LEAST).tolist():
            number, inverse = self._owners[place]
            name, score = self._relations[number], float(scores[place])
            if name not in best or score > best[name].score:
                best[name] = Naming(name, score, inverse)
        highest = max((naming.score for naming in best.values()), default=0.0)
        return tuple(n for n in best.values() if n.score >= 0.9 * highest)


def near_scores(cosines: FloatArray, thresholds: FloatArray) -> FloatArray:
    """Say how near a word is to terms, relative to where each term's tail begins.

    Parameters
    ----------
    cosines, thresholds
        float32 arrays of shape (n_terms,).

    Returns
    -------
    float32 array of shape (n_terms,): 0.6 where the tail begins, up to 0.9 inside of it, falling
    steeply outside.

    Examples
    --------
    >>> scores = near_scores(np.array([0.8, 0.6, 0.3]), np.array([0.6, 0.6, 0.6]))
    >>> [round(score, 2) for score in scores.tolist()]
    [0.75, 0.6, 0.0]
    """
    inside = _IN_TAIL + _NEAREST * (cosines - thresholds) / np.maximum(1 - thresholds, 1e-6)
    ratio = np.clip(cosines / np.maximum(thresholds, 1e-6), 0, 1)
    return np.asarray(np.where(ratio >= 1, inside, _IN_TAIL * ratio**_FALL), dtype=np.float32)


def tail_thresholds(vocabulary: Vocabulary, rows: list[int]) -> FloatArray:
    """Find the cosines above which the tails of some terms lie: float32 of shape (n_rows,)."""
    if not rows:
        return np.zeros(0, dtype=np.float32)
    counts = cosine_histogram(vocabulary.vectors, np.array(rows))
    hundredths, _ = counted_thresholds(counts, BinRule().limits(len(vocabulary)))
    return np.asarray(hundredths / 100, dtype=np.float32)


def word_vectors(encoder: Encoder) -> VectorOf:
    """Make what gives words their vectors: the term's own, else the mean of its pieces."""
    vocabulary, tokenizer = encoder.vocabulary, encoder.tokenizer

    def vector_of(word: str) -> FloatArray | None:
        if not word.isalpha():
            return None
        if word in vocabulary:
            return np.asarray(vocabulary.unit_vectors[vocabulary.row(word)], dtype=np.float32)
        ids = tokenizer.tokenize([word], max_length=encoder.max_length).sequences.ids
        pieces = [row for row in ids.tolist() if not vocabulary.is_special[row]]
        if not pieces:
            return None
        mean = vocabulary.unit_vectors[pieces].mean(axis=0, keepdims=True)
        return np.asarray(unit_rows(mean)[0], dtype=np.float32)

    return vector_of
