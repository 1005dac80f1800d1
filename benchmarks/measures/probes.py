"""Linear probes: what a plane can read off vectors, fitted on some and measured on others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import log_softmax

DoubleArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IndexArray = npt.NDArray[np.int64]
Features = DoubleArray | csr_matrix

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1)
"""Weights of the penalty that are tried."""
_MOST_STEPS = 300


@dataclass(frozen=True, eq=False)
class Probe:
    """Multinomial logistic regression.

    Attributes
    ----------
    weights
        float64 array of shape (n_features, n_classes).
    offsets
        float64 array of shape (n_classes,).
    strength
        The penalty that it was fitted with.
    """

    weights: DoubleArray
    offsets: DoubleArray
    strength: float

    @classmethod
    def fit(
        cls, features: Features, classes: IndexArray, *, n_classes: int, strength: float
    ) -> Probe:
        """Minimize the mean cross entropy plus half the strength times the squared weights.

        Parameters
        ----------
        features
            Array or sparse matrix of shape (n_items, n_features).
        classes
            int64 array of shape (n_items,): numbers below `n_classes`.
        n_classes
            How many classes there are; the offsets are free of the penalty.
        """
        n_items, n_features = features.shape
        is_class = np.eye(n_classes)[classes]

        def loss(flat: DoubleArray) -> tuple[float, DoubleArray]:
            table = flat.reshape(n_features + 1, n_classes)
            logs = log_softmax(features @ table[:-1] + table[-1], axis=1)
            rest = (np.exp(logs) - is_class) / n_items
            slope = np.vstack([features.T @ rest + strength * table[:-1], rest.sum(axis=0)])
            cost = -(logs * is_class).sum() / n_items + strength / 2 * (table[:-1] ** 2).sum()
            return float(cost), slope.ravel()

        start = np.zeros((n_features + 1) * n_classes)
        options = {"maxiter": _MOST_STEPS}
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
        table = found.x.reshape(n_features + 1, n_classes)
        return cls(table[:-1], table[-1], strength)

    @classmethod
    def fit_best(
        cls, features: Features, classes: IndexArray, *, n_classes: int, is_kept: BoolArray
    ) -> Probe:
        """Fit with each strength on what is not kept, and again on all with the best of them.

        Parameters
        ----------
        is_kept
            bool array of shape (n_items,): the items on which the strengths are compared, by their
            cross entropy.
        """
        costs = []
        for strength in STRENGTHS:
            probe = cls.fit(
                features[~is_kept], classes[~is_kept], n_classes=n_classes, strength=strength
            )
            logs = probe.logs(features[is_kept])
            costs.append(-float(np.take_along_axis(logs, classes[is_kept, None], axis=1).mean()))
        best = STRENGTHS[int(np.argmin(costs))]
        return cls.fit(features, classes, n_classes=n_classes, strength=best)

    def logs(self, features: Features) -> DoubleArray:
        """Return the logarithm of the probability of each class: (n_items, n_classes)."""
        return np.asarray(log_softmax(features @ self.weights + self.offsets, axis=1))


def standardized(
    train: npt.NDArray[np.floating], data: npt.NDArray[np.floating]
) -> tuple[DoubleArray, DoubleArray]:
    """Give each feature mean 0 and deviation 1 over the training items."""
    train, data = train.astype(np.float64), data.astype(np.float64)
    middle, deviation = train.mean(axis=0), np.maximum(train.std(axis=0), 1e-12)
    return (train - middle) / deviation, (data - middle) / deviation


def word_counts(
    train: Sequence[Sequence[str]], data: Sequence[Sequence[str]]
) -> tuple[csr_matrix, csr_matrix]:
    """Mark in each list the words that two training lists or more hold: sparse, of 0 and 1."""
    n_lists: dict[str, int] = {}
    for words in train:
        for word in set(words):
            n_lists[word] = n_lists.get(word, 0) + 1
    columns = {word: i for i, word in enumerate(sorted(w for w, n in n_lists.items() if n > 1))}

    def marks(lists: Sequence[Sequence[str]]) -> csr_matrix:
        rows = [sorted(columns[w] for w in set(words) if w in columns) for words in lists]
        ends = np.cumsum([0, *map(len, rows)])
        flat = np.array([column for row in rows for column in row], dtype=np.int64)
        return csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(rows), len(columns)))

    return marks(train), marks(data)
