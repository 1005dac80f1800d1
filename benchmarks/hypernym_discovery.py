"""How well a model finds the hypernyms of a term among all terms of a list: SemEval-2018 task 9.

A candidate is a term of the list that the model reads as one piece; a query may be any phrase. The
model says what may stand in "X is a [MASK]." and the like, and directed measures put its first
answers in their own order: by themselves they say which of two words is the more general one, and
so they would give every query the same answers. Equal scores keep the order of the predictions.

References
----------
J. Camacho-Collados et al., "SemEval-2018 Task 9: Hypernym Discovery", 2018.
M. Hearst, "Automatic Acquisition of Hyponyms from Large Text Corpora", 1992: the patterns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from forms.lines import FormError, read_strings
from forms.terms import HypernymQuery
from measures.hypernyms import MOST_ANSWERS

if TYPE_CHECKING:
    from pathlib import Path

    from tailgraph.engine.encoder import Encoder

FloatArray = npt.NDArray[np.float32]
IndexArray = npt.NDArray[np.int64]

Answers = list[list[str]]
"""The answers of each query, the best first."""

REORDERED = ("kind", "tail", "hub", "rank", "asymmetry")
RANKED = ("predicted", *REORDERED, "cosine", "random")
FREQUENT = "frequent"

_PATTERNS = ("{word} is a {blank}.", "{word} is a kind of {blank}.", "{blank} such as {word}")
_N_REORDERED = 50
_BLOCK_QUERIES = 200
_SEED = 0


@dataclass(frozen=True)
class Candidates:
    """The terms that may be answers, each a row of the vocabulary."""

    terms: list[str]
    rows: IndexArray
    n_listed: int

    @classmethod
    def read(cls, path: Path, encoder: Encoder) -> Candidates:
        """Keep the terms of a list that the model knows; of two spellings of one, the first.

        Raises
        ------
        FormError
            The model knows none.
        """
        known: dict[int, str] = {}
        n_listed = 0
        for term in read_strings(path):
            n_listed += 1
            if term in encoder.vocabulary:
                known.setdefault(encoder.vocabulary.row(term), term)
        if not known:
            raise FormError(f"{path}: expected candidates that are terms of the model, found none")
        return cls(list(known.values()), np.array(list(known)), n_listed)


def rank_candidates(
    encoder: Encoder, queries: Sequence[str], candidates: Candidates
) -> dict[str, Answers]:
    """Answer queries by every measure of `RANKED`."""
    vocabulary = encoder.vocabulary
    biases = vocabulary.biases[candidates.rows]
    predicted = masked_states(encoder, queries) @ vocabulary.vectors[candidates.rows].T + biases
    cosines = centered(encoder, queries) @ centered(encoder, candidates.terms).T
    noise = np.random.default_rng(_SEED).random(predicted.shape)
    scores = {"predicted": predicted, "cosine": cosines, "random": noise}
    first = {name: best_columns(values, _N_REORDERED) for name, values in scores.items()}
    chosen = first["predicted"]
    ranked = {
        **first,
        **{
            name: np.take_along_axis(chosen, best_columns(values, _N_REORDERED), axis=1)
            for name, values in directed_scores(encoder, queries, candidates, chosen).items()
        },
    }
    return {name: answers_of(ranked[name], queries, candidates) for name in RANKED}


def masked_states(encoder: Encoder, words: Sequence[str]) -> FloatArray:
    """Return the mean vector at the blank of the patterns: float32 of shape (n_words, dim)."""
    mask = encoder.mask_token
    total = np.zeros((len(words), encoder.dim), dtype=np.float32)
    for pattern in _PATTERNS:
        head = pattern.partition("{blank}")[0]
        starts = [len(head.format(word=word)) for word in words]
        texts = [pattern.format(word=word, blank=mask) for word in words]
        total += encoder.mask_states(texts, [[(s, s + len(mask))] for s in starts]).vectors
    return total / len(_PATTERNS)


def centered(encoder: Encoder, words: Sequence[str]) -> FloatArray:
    """Return the directions of words after the mean of all terms is subtracted: unit rows."""
    from tailgraph.engine.vocabulary import unit_rows
    from tailgraph.graph.asymmetry import word_vectors

    vocabulary = encoder.vocabulary
    mean = vocabulary.unit_vectors[~vocabulary.is_special].mean(axis=0)
    return unit_rows(unit_rows(word_vectors(encoder, words)) - mean)


def directed_scores(
    encoder: Encoder, queries: Sequence[str], candidates: Candidates, chosen: IndexArray
) -> dict[str, npt.NDArray[np.float64]]:
    """Score chosen candidates by every directed measure.

    Parameters
    ----------
    chosen
        int64 array of shape (n_queries, n_chosen): candidates by number.

    Returns
    -------
    float64 arrays of the same shape, one for each of `REORDERED`.
    """
    from tailgraph.graph.asymmetry import Orders, word_vectors
    from tailgraph.reading.kinds import kind_scores

    n_chosen = chosen.shape[1]
    kinds = []
    for start in range(0, len(queries), _BLOCK_QUERIES):
        block = slice(start, start + _BLOCK_QUERIES)
        firsts = [query for query in queries[block] for _ in range(n_chosen)]
        seconds = [candidates.terms[number] for number in chosen[block].ravel()]
        kinds.append(kind_scores(encoder, firsts, seconds))
    own, places = np.unique(chosen, return_inverse=True)
    words = [*queries, *(candidates.terms[number] for number in own)]
    seen = Orders(encoder.vocabulary).compare(
        word_vectors(encoder, words),
        np.repeat(np.arange(len(queries)), n_chosen),
        places.ravel() + len(queries),
    )
    scores = {
        "kind": np.concatenate([np.zeros(0), *kinds]),
        "tail": seen.tail_rise(),
        "hub": seen.hub_rise(),
        "rank": seen.rank_ratio(),
        "asymmetry": seen.asymmetry(),
    }
    return {name: values.reshape(chosen.shape) for name, values in scores.items()}


def best_columns(scores: npt.NDArray[np.floating], k: int) -> IndexArray:
    """Return the k columns with the highest scores of each row, the highest first."""
    columns = [np.argsort(-row, kind="stable")[:k] for row in scores]
    return np.array(columns, dtype=np.int64).reshape(len(scores), min(k, scores.shape[1]))


def answers_of(ranked: IndexArray, queries: Sequence[str], candidates: Candidates) -> Answers:
    """Name the first candidates of each query; it is no answer to itself."""
    return [
        [
            candidates.terms[number]
            for number in numbers
            if candidates.terms[number].lower() != query.lower()
        ][:MOST_ANSWERS]
        for query, numbers in zip(queries, ranked.tolist(), strict=True)
    ]


def most_frequent(queries: Sequence[HypernymQuery], train: Sequence[HypernymQuery]) -> Answers:
    """Answer with the hypernyms that most terms of a list have, the query itself left out."""
    counts = Counter(name for told in train for name in told.hypernyms)
    own: dict[str, Counter[str]] = {}
    for told in train:
        own.setdefault(told.term, Counter()).update(told.hypernyms)
    answers = []
    for query in queries:
        others = counts.copy()
        others.subtract(own.get(query.term, Counter()))
        answers.append([name for name, count in others.most_common(MOST_ANSWERS) if count > 0])
    return answers


def share(values: Iterable[bool]) -> float:
    """Return the share of what is true, with four digits."""
    found = list(values)
    return round(sum(found) / max(len(found), 1), 4)
