"""Seed terms of a relation, and the terms near to them that a person may confirm as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...engine.vocabulary import Vocabulary
from ...errors import ParameterError, UnknownTermError
from .triggers import tail_thresholds

_LEAST_LENGTH = 3


@dataclass(frozen=True, slots=True)
class ProposedTerm:
    """A term that may name a relation too.

    Attributes
    ----------
    term
        The term.
    cosine
        Its cosine to the seed that it is nearest to.
    seed
        That seed.
    n_seeds
        How many of the seeds have it in their tail.
    """

    term: str
    cosine: float
    seed: str
    n_seeds: int


def check_seeds(seeds: Sequence[str]) -> list[str]:
    """Return seeds in lower case, each once.

    Raises
    ------
    ParameterError
        There is none.
    """
    distinct = list(dict.fromkeys(" ".join(s.lower().split()) for s in seeds if s.strip()))
    if not distinct:
        raise ParameterError("Got no seed; give at least one word that names the relation.")
    return distinct


def propose_terms(
    vocabulary: Vocabulary, seeds: Sequence[str], *, k: int = 20
) -> list[ProposedTerm]:
    """Propose whole words from the tails of seeds, those in most tails first, then by cosine.

    Forms of one word are proposed once, and none of a seed: terms are matched as lemmas anyway.

    Parameters
    ----------
    vocabulary
        The terms and their vectors; each seed's own histogram of cosines says where its tail ends.
    seeds
        Words that name a relation. Those of several words, as "bind to", have no tail and propose
        nothing.
    k
        How many terms at most.

    Raises
    ------
    ParameterError
        There is no seed.
    UnknownTermError
        No seed of one word is in the vocabulary.
    """
    distinct = check_seeds(seeds)
    known = [seed for seed in distinct if seed in vocabulary]
    if not known:
        single = next((seed for seed in distinct if " " not in seed), None)
        if single is None:
            return []
        vocabulary.row(single)  # raises with close terms
        raise UnknownTermError(f"{single!r} is not in the vocabulary.")
    rows = [vocabulary.row(seed) for seed in known]
    unit = vocabulary.unit_vectors
    cosines = unit @ unit[rows].T
    in_tail = np.rint(cosines * 100) > np.rint(tail_thresholds(vocabulary, rows) * 100)
    allowed = _is_word(vocabulary)
    allowed[rows] = False
    members = np.flatnonzero(in_tail.any(axis=1) & allowed)
    found = []
    for row in members.tolist():
        best = int(np.where(in_tail[row], cosines[row], -np.inf).argmax())
        found.append(
            ProposedTerm(
                vocabulary.surface(row),
                float(cosines[row, best]),
                known[best],
                int(in_tail[row].sum()),
            )
        )
    found.sort(key=lambda term: (-term.n_seeds, -term.cosine, term.term))
    stems = {stem(seed) for seed in distinct}
    proposed = []
    for term in found:
        if stem(term.term) not in stems:
            stems.add(stem(term.term))
            proposed.append(term)
    return proposed[:k]


def stem(word: str) -> str:
    """Cut the endings of verb forms and plurals.

    Examples
    --------
    >>> [stem(word) for word in ("inhibits", "inhibited", "reducing", "reduce")]
    ['inhibit', 'inhibit', 'reduc', 'reduc']
    """
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) > len(ending) + _LEAST_LENGTH:
            return word[: -len(ending)]
    return word


def _is_word(vocabulary: Vocabulary) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which terms are whole words of letters."""
    words = [len(s) >= _LEAST_LENGTH and s.isalpha() for s in vocabulary.surfaces]
    return np.asarray(np.array(words) & ~vocabulary.is_piece & ~vocabulary.is_special)
