"""Seed labels, spread over a vocabulary: an entity vector for each term.

A person names the types of some terms, once. Terms that mean alike lie near each other, so the
neighborhood of any term holds some of the named ones: their labels are counted, and each count is
handed to every member of the neighborhood. What a term collects is its entity vector.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from ...engine.matmul import PackedMatrix
from ...engine.vocabulary import Vocabulary, unit_rows
from ...errors import ParameterError
from .seeds import UNTAGGED, SeedLabels

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

NUMBER = "MEASURE.NUMBER"
"""The label of numbers written in digits."""

_MIN_CHARACTERS = 2
_BLOCK_ROWS = 256
"""Terms whose neighborhoods are held at one time: 40 MB for a vocabulary of 20,000 terms."""
_SHARPNESS = 3
"""The power of a cosine by which a term belongs to a neighborhood."""

_BALANCE = 0.25
"""The power of a label's sum of counts by which its counts are divided."""

_N_NAMED = 5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class EntityVectors:
    """The labels of each term of a vocabulary: those a person gave, or those of its neighbors.

    Attributes
    ----------
    vocabulary
        The terms.
    labels
        The labels, in the order of the columns.
    counts
        float32 array of shape (n_terms, n_labels): how often each term was found among the
        neighbors of each label's seeds, near ones counting more.
    given
        float32 array of shape (n_terms, n_labels): 1 where a person gave a term the label.
    unknown
        Seed terms that the vocabulary lacks, so that they had no part in this.
    """

    vocabulary: Vocabulary
    labels: tuple[str, ...]
    counts: FloatArray
    given: FloatArray
    unknown: tuple[str, ...] = ()

    @cached_property
    def is_seed(self) -> BoolArray:
        """Tell which terms a person gave labels: bool array of shape (n_terms,)."""
        return np.asarray(self.given.any(axis=1), dtype=np.bool_)

    @cached_property
    def is_untyped(self) -> BoolArray:
        """Tell which terms a person said to have no type: bool array of shape (n_terms,)."""
        is_type = [name != UNTAGGED for name in self.labels]
        return self.is_seed & ~self.given[:, is_type].any(axis=1)

    @cached_property
    def propagated(self) -> FloatArray:
        """The share of each label among the neighbors: float32 of shape (n_terms, n_labels).

        Labels with many seeds in dense regions collect more counts than others wherever they
        occur, so each column is first divided by the fourth root of its sum. The shares are the
        softmax of the logarithms of these balanced counts: rows add up to 1, or to 0 where nothing
        is known.
        """
        sums = self.counts.sum(axis=0)
        balance = np.where(sums > 0, sums, 1) ** np.float32(_BALANCE)
        return _rows_to_one(np.asarray(self.counts / balance, dtype=np.float32))

    @cached_property
    def distributions(self) -> FloatArray:
        """The share of each label in each term: float32 array of shape (n_terms, n_labels).

        What a person gave counts alone, in equal parts; any other term has what was propagated.
        """
        given = _rows_to_one(self.given)
        return np.where(self.is_seed[:, None], given, self.propagated)

    def look_up(self, text: str) -> FloatArray:
        """Give the share of each label in a word: float32 array of shape (n_labels,).

        A number in digits is a `NUMBER`. A word is looked up as it is, then in lower case, then as
        all its case variants together; the first that has counts decides. Zeros when none has.
        """
        if text.isdecimal() and NUMBER in self.labels:
            number = np.zeros(len(self.labels), dtype=np.float32)
            number[self.labels.index(NUMBER)] = 1
            return number
        lower = text.lower()
        variants = self._variants.get(lower, {})
        for rows in ([text], [lower], list(variants)):
            known = [self.distributions[variants[name]] for name in rows if name in variants]
            if np.any(known):
                return _rows_to_one(np.sum(known, axis=0))
        return np.zeros(len(self.labels), dtype=np.float32)

    @cached_property
    def _variants(self) -> dict[str, dict[str, int]]:
        """The row of every whole word, by its spelling under its lower-case form."""
        variants: dict[str, dict[str, int]] = {}
        for row in np.flatnonzero(~self.vocabulary.is_piece & ~self.vocabulary.is_special).tolist():
            surface = self.vocabulary.surface(row)
            variants.setdefault(surface.lower(), {}).setdefault(surface, row)
        return variants


def propagate_labels(
    vocabulary: Vocabulary,
    seeds: SeedLabels,
    *,
    floor: float = 0.2,
    n_labelled: int = 20,
    block_rows: int = _BLOCK_ROWS,
) -> EntityVectors:
    """Spread seed labels over a vocabulary.

    The neighborhood of a term is the term itself and its neighbors in falling order of cosine, down
    to `floor`, until `n_labelled` typed seeds are in it; a member belongs to it by the third power
    of its cosine. With N the matrix of these weights and Y the seeds' labels, the labels of the
    neighborhoods are C = N Y, and the entity vectors L = N^T C: each term collects from every
    neighborhood that it belongs to.

    Cosines are taken after the mean of all terms is subtracted. Any two terms of a masked language
    model have a cosine well above 0 (.51 in the median of the embedded one), so that the floor
    would stop nothing otherwise, and held-out seeds are typed better so than by raw cosines. The
    weights are not in the original, where all members of a neighborhood count alike: with them
    more held-out words are typed right than by a vote in which all nearest seeds count alike,
    without them fewer (benchmarks/eval_labels.py).

    Parameters
    ----------
    vocabulary
        Terms of a single character and special ones take no part; word pieces do.
    seeds
        A seed labels every term that equals it in lower case. `UNTAGGED` seeds spread like others,
        but do not count towards `n_labelled`.
    floor
        Least cosine of a neighbor, from -1 to 1.
    n_labelled
        Typed seeds in a neighborhood, at least 1.
    block_rows
        Neighborhoods held at one time; each takes 8 bytes for each term of the vocabulary.

    Raises
    ------
    ParameterError
        If an option is out of its range, or no typed seed is in the vocabulary.

    References
    ----------
    A. Rajasekharan, "SSL could avoid supervised learning", 2022, and the repository
    ajitrajasekharan/unsupervised_NER: bootstrap labels, magnified over neighborhoods.
    """
    if not -1 <= floor < 1 or n_labelled < 1 or block_rows < 1:
        raise ParameterError(
            f"Got floor={floor}, n_labelled={n_labelled}, block_rows={block_rows}; expected a "
            "cosine from -1 to below 1, and at least 1 for the others."
        )
    given, unknown = seed_matrix(vocabulary, seeds)
    is_typed = np.asarray(given[:, [name != UNTAGGED for name in seeds.names]].any(axis=1))
    if not is_typed.any():
        raise ParameterError(
            f"None of the {len(seeds)} seed terms of {seeds.source} that have a type is in the "
            f"vocabulary of {len(vocabulary)} terms; give a list in this model's language."
        )
    counts = _spread(vocabulary, given, is_typed, floor, n_labelled, block_rows)
    return EntityVectors(vocabulary, seeds.names, counts, given, unknown)


def _spread(
    vocabulary: Vocabulary,
    given: FloatArray,
    is_typed: BoolArray,
    floor: float,
    n_labelled: int,
    block_rows: int,
) -> FloatArray:
    """Compute N^T N Y, some neighborhoods at a time: float32 of shape (n_terms, n_labels)."""
    takes_part = _takes_part(vocabulary)
    # Typed seeds come first, so that their cosines lie together.
    rows = np.concatenate(
        [np.flatnonzero(takes_part & is_typed), np.flatnonzero(takes_part & ~is_typed)]
    )
    n_typed = int((takes_part & is_typed).sum())
    labels = given[rows]
    collected = np.zeros_like(labels)
    for cosines in _cosine_blocks(vocabulary.vectors[rows], block_rows):
        cut = np.maximum(_nth_highest(cosines[:, :n_typed], n_labelled), floor)
        members = _members(cosines, cut)
        collected += np.asarray(members.T @ (members @ labels), dtype=np.float32)
    counts = np.zeros_like(given)
    counts[rows] = collected
    return counts


def seed_matrix(vocabulary: Vocabulary, seeds: SeedLabels) -> tuple[FloatArray, tuple[str, ...]]:
    """Mark the labels of each term, and list the seeds that are no term.

    Returns
    -------
    given
        float32 array of shape (n_terms, n_labels), 1 or 0; the columns are ``seeds.names``.
    unknown
        Seed terms that the vocabulary lacks.
    """
    columns = {name: column for column, name in enumerate(seeds.names)}
    given = np.zeros((len(vocabulary), len(columns)), dtype=np.float32)
    found = set()
    for row in np.flatnonzero(_takes_part(vocabulary) & ~vocabulary.is_piece).tolist():
        term = vocabulary.surface(row).lower()
        if term in seeds.labels:
            found.add(term)
            given[row, [columns[name] for name in seeds.labels[term]]] = 1
    unknown = tuple(term for term in seeds.labels if term not in found)
    if unknown:
        _log.warning(
            "%d of %d seed terms are not in the vocabulary and label nothing: %s",
            len(unknown),
            len(seeds),
            ", ".join(unknown[:_N_NAMED]) + (" ..." if len(unknown) > _N_NAMED else ""),
        )
    return given, unknown


def _takes_part(vocabulary: Vocabulary) -> BoolArray:
    """Tell which terms have neighborhoods: bool array of shape (n_terms,)."""
    lengths = np.array([len(surface) for surface in vocabulary.surfaces])
    return np.asarray((lengths >= _MIN_CHARACTERS) & ~vocabulary.is_special, dtype=np.bool_)


def _nth_highest(values: FloatArray, n: int) -> FloatArray:
    """Return the n-th highest value of each row, or -inf where there are fewer."""
    n_columns = values.shape[1]
    if n > n_columns:
        return np.full(len(values), -np.inf, dtype=np.float32)
    return np.partition(values, n_columns - n, axis=1)[:, n_columns - n]


def _members(cosines: FloatArray, cuts: FloatArray) -> csr_array:
    """Keep the cosines from a row's cut on as weights of its neighborhood: a sparse matrix."""
    n_rows, n_columns = cosines.shape
    places = np.flatnonzero(cosines >= cuts[:, None])
    row, column = np.divmod(places, n_columns)
    starts = np.searchsorted(row, np.arange(n_rows + 1))
    weights = np.clip(cosines.ravel()[places], 0, 1) ** _SHARPNESS
    return csr_array((weights, column, starts), shape=cosines.shape)


def _cosine_blocks(vectors: FloatArray, block_rows: int) -> Iterator[FloatArray]:
    """Yield the centered cosines of a block of terms with all: shape (block_rows, n_terms)."""
    units = unit_rows(vectors - vectors.mean(axis=0))
    matrix = PackedMatrix.pack(units)
    for first in range(0, len(units), block_rows):
        yield matrix.product(units[first : first + block_rows])


def _rows_to_one(values: FloatArray) -> FloatArray:
    """Divide each row by its sum; a row of zeros stays."""
    total = values.sum(axis=-1, keepdims=True)
    return np.asarray(values / np.where(total > 0, total, 1), dtype=np.float32)
