"""How well propagation types terms that it was not told of, and how many labels that takes.

Labeled terms are held out, the labels of others are spread over the vocabulary, and what arrives at
the held-out ones is compared with what a person gave them, beside simpler ways to guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...engine.matmul import PackedMatrix, top_k
from ...engine.vocabulary import Vocabulary, unit_rows
from ...errors import ParameterError
from .entity_vectors import EntityVectors, propagate_labels
from .seeds import UNTAGGED, SeedLabels, main_type

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

SIZES = (50, 100, 200, 500, 1000, 2000, 5000)
"""Numbers of labels that the curve is taken at, besides all there are."""

HELD_OUT = 0.2
"""Share of the labeled terms that are held out."""

_LEAST_COSINE = 1e-3
"""What a lower cosine counts as in a vote by cosines."""
_TIE = 1e-3
"""What a cosine adds to a vote: it decides between labels of equally many neighbors."""
_N_BEST = 3


@dataclass(frozen=True, eq=False)
class LabeledTerms:
    """The labeled whole words of a vocabulary; those without a type are left out.

    Attributes
    ----------
    vocabulary
        The terms.
    terms
        The labeled ones, in lower case and alphabetical order.
    rows
        int64 array of shape (n_labeled,): where each is in the vocabulary, the first where several
        differ in case.
    labels
        The labels, in the order of the columns.
    given
        bool array of shape (n_labeled, n_labels).
    """

    vocabulary: Vocabulary
    terms: tuple[str, ...]
    rows: IntArray
    labels: tuple[str, ...]
    given: BoolArray

    @classmethod
    def of(cls, vocabulary: Vocabulary, labels: Mapping[str, tuple[str, ...]]) -> LabeledTerms:
        """Find the terms of a list in a vocabulary.

        Raises
        ------
        ParameterError
            If fewer than two of them are in it, or all have one label.
        """
        row_of: dict[str, int] = {}
        for row in np.flatnonzero(~vocabulary.is_piece & ~vocabulary.is_special).tolist():
            row_of.setdefault(vocabulary.surface(row).lower(), row)
        typed = {t: names for t, names in labels.items() if names != (UNTAGGED,) and t in row_of}
        terms = tuple(sorted(typed))
        names = tuple(sorted({name for term in terms for name in typed[term]}))
        if len(terms) < 2 or len(names) < 2:
            raise ParameterError(
                f"{len(terms)} of {len(labels)} labeled terms have a type and are in the "
                f"vocabulary, with {len(names)} labels; two of each are needed to compare"
            )
        columns = {name: column for column, name in enumerate(names)}
        given = np.zeros((len(terms), len(names)), dtype=np.bool_)
        for place, term in enumerate(terms):
            given[place, [columns[name] for name in typed[term]]] = True
        rows = np.array([row_of[term] for term in terms], dtype=np.int64)
        return cls(vocabulary, terms, rows, names, given)

    def seeds(self, known: IntArray) -> SeedLabels:
        """Return the labels of the terms at some places, ready to be spread."""
        labels = {
            self.terms[place]: tuple(
                self.labels[column] for column in np.flatnonzero(self.given[place]).tolist()
            )
            for place in known.tolist()
        }
        return SeedLabels(labels, f"{len(labels)} known terms")


Method = Callable[[LabeledTerms, IntArray, IntArray], FloatArray]
"""Takes the places of known and of held-out terms; gives a share of each label to the latter."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often held-out terms were typed right; those of which nothing is known count as wrong.

    Attributes
    ----------
    top_1, top_3
        One of a term's labels is the first guess, or among the first three.
    main
        A main type of its labels has the largest share, those of its sub-types added up.
    coverage
        Something is known of it.
    """

    top_1: float
    top_3: float
    main: float
    coverage: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The accuracy of a method that knows so many labels: mean and deviation over the draws."""

    method: str
    n_labels: int
    mean: Accuracy
    deviation: Accuracy


# ---- ways to guess


def by_propagation(labeled: LabeledTerms, known: IntArray, asked: IntArray) -> FloatArray:
    """Guess by the labels that the known terms spread; see `propagate_labels`."""
    return shares_of(labeled, propagate_labels(labeled.vocabulary, labeled.seeds(known)), asked)


def shares_of(labeled: LabeledTerms, vectors: EntityVectors, asked: IntArray) -> FloatArray:
    """Read the shares of held-out terms out of entity vectors, in the columns of `labeled`."""
    columns = [labeled.labels.index(name) for name in vectors.labels]
    shares = np.zeros((len(asked), len(labeled.labels)), dtype=np.float32)
    shares[:, columns] = vectors.distributions[labeled.rows[asked]]
    return shares


def by_shuffled_labels(labeled: LabeledTerms, known: IntArray, asked: IntArray) -> FloatArray:
    """Guess as `by_propagation` does, from labels that were dealt out at random."""
    given = labeled.given.copy()
    given[known] = given[np.random.default_rng(0).permutation(known)]
    dealt = LabeledTerms(labeled.vocabulary, labeled.terms, labeled.rows, labeled.labels, given)
    return by_propagation(dealt, known, asked)


def by_majority(labeled: LabeledTerms, known: IntArray, asked: IntArray) -> FloatArray:
    """Guess the most frequent labels of the known terms."""
    counts = labeled.given[known].sum(axis=0, dtype=np.float32)
    return np.tile(counts / counts.sum(), (len(asked), 1))


def by_neighbors(k: int, *, centered: bool = True, power: int = 0) -> Method:
    """Make the method that lets the k nearest known terms vote.

    Parameters
    ----------
    centered
        Subtract the mean of all terms before cosines are taken.
    power
        The power of its cosine by which a vote counts: 0 for all alike.
    """

    def guess(labeled: LabeledTerms, known: IntArray, asked: IntArray) -> FloatArray:
        vectors = labeled.vocabulary.vectors
        if centered:
            vectors = vectors - vectors[~labeled.vocabulary.is_special].mean(axis=0)
        units = unit_rows(vectors)
        nearest, cosines = top_k(
            units[labeled.rows[asked]],
            PackedMatrix.pack(units[labeled.rows[known]]),
            min(k, len(known)),
        )
        weights = np.clip(cosines, _LEAST_COSINE, 1) ** power * (1 + _TIE * cosines)
        votes = labeled.given[known][nearest] * weights[:, :, None]
        return np.asarray(votes.sum(axis=1) / votes.sum(axis=(1, 2))[:, None], dtype=np.float32)

    return guess


BASELINES: Mapping[str, Method] = {
    "5 nearest": by_neighbors(5),
    "20 nearest": by_neighbors(20),
    "majority": by_majority,
}
"""Simpler ways to guess, to hold propagation against."""


# ---- how good the guesses are


def measure(shares: FloatArray, given: BoolArray, labels: Sequence[str]) -> Accuracy:
    """Compare guesses with the labels that were given.

    Parameters
    ----------
    shares
        float32 array of shape (n_terms, n_labels): what each label is guessed with.
    given
        bool array of shape (n_terms, n_labels).
    labels
        The names of the columns.

    Examples
    --------
    >>> shares = np.array([[0.5, 0.3, 0.2], [0, 0, 0]], dtype=np.float32)
    >>> given = np.array([[False, False, True], [True, False, False]])
    >>> measure(shares, given, ["A.X", "B", "A.Y"])
    Accuracy(top_1=0.0, top_3=0.5, main=0.5, coverage=0.5)
    """
    is_known = np.asarray(shares.any(axis=1))
    best = np.argsort(-shares, axis=1, kind="stable")[:, :_N_BEST]
    hits = np.take_along_axis(given, best, axis=1) & is_known[:, None]
    mains = sorted({main_type(label) for label in labels})
    to_main = np.array([[main_type(label) == main for main in mains] for label in labels])
    first = (shares @ to_main).argmax(axis=1)
    in_main = np.asarray(given @ to_main, dtype=np.bool_)
    right = in_main[np.arange(len(given)), first] & is_known
    return Accuracy(
        top_1=float(hits[:, 0].mean()),
        top_3=float(hits.any(axis=1).mean()),
        main=float(right.mean()),
        coverage=float(is_known.mean()),
    )


def label_curve(
    labeled: LabeledTerms,
    methods: Mapping[str, Method],
    *,
    sizes: Sequence[int] = SIZES,
    n_draws: int = 3,
    seed: int = 0,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> list[CurvePoint]:
    """Measure methods on held-out terms at rising numbers of labels.

    In each draw a fifth of the terms is held out, and the labels of the first 50, 100, ... of the
    others, in random order, are known; at last all of them are.

    Parameters
    ----------
    labeled
        The labeled terms.
    methods
        Ways to guess, by name.
    sizes
        Numbers of known labels; those above what there is are left out.
    n_draws
        How often to draw, at least 1.
    seed
        Decides the draws.
    progress
        Called with the name of the stage, the steps done, and the steps in all.

    Raises
    ------
    ParameterError
        If `n_draws` or a size is below 1.
    """
    if n_draws < 1 or min(sizes, default=1) < 1:
        raise ParameterError(f"Got sizes {list(sizes)} and {n_draws} draws; give 1 or more each.")
    n_held_out = max(1, round(HELD_OUT * len(labeled.terms)))
    n_known = len(labeled.terms) - n_held_out
    steps = [*sorted(size for size in set(sizes) if size < n_known), n_known]
    found: dict[tuple[str, int], list[Accuracy]] = {(m, n): [] for m in methods for n in steps}
    for draw in range(n_draws):
        order = np.random.default_rng([seed, draw]).permutation(len(labeled.terms))
        asked, others = order[:n_held_out], order[n_held_out:]
        for number, size in enumerate(steps):
            for name, method in methods.items():
                shares = method(labeled, others[:size], asked)
                accuracy = measure(shares, labeled.given[asked], labeled.labels)
                found[name, size].append(accuracy)
            if progress is not None:
                progress("curve", draw * len(steps) + number + 1, n_draws * len(steps))
    return [
        CurvePoint(name, size, _over(np.mean, drawn), _over(np.std, drawn))
        for (name, size), drawn in found.items()
    ]


def _over(function: Callable[[list[float]], np.floating], drawn: Sequence[Accuracy]) -> Accuracy:
    """Put the accuracies of several draws together, figure by figure."""
    return Accuracy(
        top_1=float(function([accuracy.top_1 for accuracy in drawn])),
        top_3=float(function([accuracy.top_3 for accuracy in drawn])),
        main=float(function([accuracy.main for accuracy in drawn])),
        coverage=float(function([accuracy.coverage for accuracy in drawn])),
    )
