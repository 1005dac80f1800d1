"""What texts are made of, as sparse rows of unit length: letters, initials, words.

The dot product of two rows is the cosine of their counts, each count damped and weighed by how few
texts hold what is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

_SHORTEST, _LONGEST = 2, 4
"""Lengths of the runs of letters that are counted, the blanks around a word included."""


def letter_runs(text: str) -> Counter[str]:
    """Count the runs of two to four letters of each word, its ends marked by blanks.

    Examples
    --------
    >>> sorted(letter_runs("ab"))
    [' a', ' ab', ' ab ', 'ab', 'ab ', 'b ']
    """
    runs: Counter[str] = Counter()
    for word in text.split():
        marked = f" {word} "
        for length in range(_SHORTEST, _LONGEST + 1):
            runs.update(marked[i : i + length] for i in range(len(marked) - length + 1))
    return runs


def initial_runs(initials: str) -> Counter[str]:
    """Count pairs and triples of initials, and pairs with one left out between them.

    Examples
    --------
    >>> sorted(initial_runs("mi"))
    ['^_i', '^m', '^mi', 'i$', 'm_$', 'mi', 'mi$']
    """
    marked = f"^{initials}$"
    runs = Counter(marked[i : i + 2] for i in range(len(marked) - 1))
    for i in range(len(marked) - 2):
        runs[marked[i : i + 3]] += 1
        runs[f"{marked[i]}_{marked[i + 2]}"] += 1
    return runs


def weighted_rows(bags: Sequence[Mapping[str, int]]) -> csr_array:
    """Weigh counts by tf-idf and bring each row to length 1.

    Parameters
    ----------
    bags
        The counts of each text.

    Returns
    -------
    Sparse float32 array of shape (n_texts, n_features), the features in alphabetical order.

    Examples
    --------
    >>> rows = weighted_rows([{"a": 1, "b": 1}, {"b": 2}, {"c": 1}])
    >>> [round(cosine, 2) for cosine in (rows @ rows.T).toarray()[1].tolist()]
    [0.45, 1.0, 0.0]
    """
    columns, rarity = _columns(bags)
    weights = [(1 + np.log(n)) * rarity[name] for bag in bags for name, n in bag.items()]
    return unit_sparse(_rows(bags, columns, weights))


def _columns(bags: Sequence[Mapping[str, int]]) -> tuple[dict[str, int], dict[str, float]]:
    """Give each feature a column and a weight: how few texts hold it."""
    held: Counter[str] = Counter()
    for bag in bags:
        held.update(bag.keys())
    columns = {name: column for column, name in enumerate(sorted(held))}
    return columns, {name: float(np.log((1 + len(bags)) / n)) for name, n in held.items()}


def rare_words(bags: Sequence[Mapping[str, int]]) -> tuple[csr_array, list[str]]:
    """Weigh each word of each text by its rarity alone; give the words of the columns as well."""
    columns, rarity = _columns(bags)
    weights = [rarity[name] for bag in bags for name in bag]
    return _rows(bags, columns, weights), list(columns)


def _rows(
    bags: Sequence[Mapping[str, int]], columns: Mapping[str, int], weights: Sequence[float]
) -> csr_array:
    starts = np.cumsum([0, *map(len, bags)])
    indices = np.fromiter(_places(bags, columns), dtype=np.int64, count=int(starts[-1]))
    values = np.asarray(weights, dtype=np.float32)
    return csr_array((values, indices, starts), shape=(len(bags), max(1, len(columns))))


def _places(bags: Sequence[Mapping[str, int]], columns: Mapping[str, int]) -> Iterator[int]:
    return (columns[name] for bag in bags for name in bag)


def unit_sparse(rows: csr_array) -> csr_array:
    """Bring sparse rows to length 1; an empty row stays empty."""
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1), dtype=np.float64)).ravel()
    return scale_rows(rows, 1 / np.where(lengths > 0, lengths, 1))


def scale_rows(rows: csr_array, factors: npt.NDArray[np.floating]) -> csr_array:
    """Multiply each sparse row by a number."""
    scaled = rows.data * np.repeat(factors, np.diff(rows.indptr))
    return csr_array((scaled.astype(np.float32), rows.indices, rows.indptr), shape=rows.shape)
