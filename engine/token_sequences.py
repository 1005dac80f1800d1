"""Token sequences laid end to end, and batches of them that waste no work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class TokenSequences:
    """Texts as token ids, one after the other, with the tokens whose vectors are wanted.

    A model computes no more than the wanted tokens need: all of them in its lower layers, where
    every token informs every other, but only the wanted ones in its last layer and its head.

    Attributes
    ----------
    ids
        int64 array of shape (n_tokens,): all sequences end to end.
    starts
        int64 array of shape (n_sequences + 1,): sequence i is ``ids[starts[i]:starts[i + 1]]``.
    wanted
        bool array of shape (n_tokens,): the tokens whose vectors are asked for.
    segments
        int64 array of shape (n_tokens,): which of a model's segments each token is in; None where
        all are in the first.
    """

    ids: IntArray
    starts: IntArray
    wanted: BoolArray
    segments: IntArray | None = None

    @classmethod
    def from_lists(
        cls, ids: Sequence[Sequence[int]], positions: Iterable[Sequence[int]]
    ) -> TokenSequences:
        """Lay lists of token ids end to end; `positions` lists the wanted tokens of each.

        Examples
        --------
        >>> sequences = TokenSequences.from_lists([[2, 7, 3], [2, 3]], [[0], [0, 1]])
        >>> sequences.ids.tolist(), sequences.starts.tolist()
        ([2, 7, 3, 2, 3], [0, 3, 5])
        >>> sequences.wanted.nonzero()[0].tolist()
        [0, 3, 4]
        """
        starts = np.zeros(len(ids) + 1, dtype=np.int64)
        np.cumsum([len(sequence) for sequence in ids], out=starts[1:])
        flat = np.fromiter(chain.from_iterable(ids), dtype=np.int64, count=int(starts[-1]))
        wanted = np.zeros(len(flat), dtype=np.bool_)
        for start, places in zip(starts[:-1].tolist(), positions, strict=True):
            for place in places:
                wanted[start + place] = True
        return cls(flat, starts, wanted)

    def __len__(self) -> int:
        """Count the sequences."""
        return len(self.starts) - 1

    @property
    def lengths(self) -> IntArray:
        """Tokens in each sequence: int64 array of shape (n_sequences,)."""
        return np.diff(self.starts)

    @property
    def n_wanted(self) -> IntArray:
        """Wanted tokens in each sequence: int64 array of shape (n_sequences,)."""
        return np.diff(np.concatenate([[0], np.cumsum(self.wanted)])[self.starts])

    @property
    def places(self) -> IntArray:
        """Position of each token within its own sequence: int64 array of shape (n_tokens,)."""
        return np.arange(len(self.ids)) - np.repeat(self.starts[:-1], self.lengths)

    def inside(self, n_before: int, n_after: int) -> BoolArray:
        """Tell which tokens stand between the first and the last few of their sequence.

        Returns
        -------
        bool array of shape (n_tokens,).
        """
        from_end = np.repeat(self.starts[1:], self.lengths) - np.arange(len(self.ids))
        return (self.places >= n_before) & (from_end > n_after)

    def take(self, order: IntArray) -> tuple[TokenSequences, IntArray]:
        """Pick sequences by number, in the order given.

        Returns
        -------
        sequences
            The picked ones.
        rows
            int64 array of shape (n_wanted,): for each wanted token of the picked sequences, in
            order, its number among the wanted tokens of all sequences.
        """
        lengths = self.lengths[order]
        starts = np.zeros(len(order) + 1, dtype=np.int64)
        np.cumsum(lengths, out=starts[1:])
        tokens = np.arange(starts[-1]) + np.repeat(self.starts[order] - starts[:-1], lengths)
        wanted = self.wanted[tokens]
        rows = (np.cumsum(self.wanted) - 1)[tokens[wanted]]
        segments = None if self.segments is None else self.segments[tokens]
        return TokenSequences(self.ids[tokens], starts, wanted, segments), rows

    def batches(
        self, n_tokens: int, *, spread: int | None = None
    ) -> Iterator[tuple[TokenSequences, IntArray]]:
        """Cut the sequences into batches, shortest sequences first.

        Sequences of equal length stand together, those with equally many wanted tokens next to
        each other. Ties keep their order, so the same sequences always give the same batches.
        Sequences without a wanted token are left out.

        Parameters
        ----------
        n_tokens
            Tokens in a batch, counted as if all its sequences were as long as the longest; a
            longer sequence is a batch of its own.
        spread
            By how many tokens sequences of one batch may differ in length; any number by default.

        Yields
        ------
        batch, rows
            As from `take`.
        """
        lengths, n_wanted = self.lengths, self.n_wanted
        order = np.lexsort((n_wanted, lengths))
        order = order[n_wanted[order] > 0]
        rising = lengths[order].tolist()
        first = 0
        for last, length in enumerate(rising):
            is_full = last > first and (last + 1 - first) * length > n_tokens
            if is_full or (spread is not None and length - rising[first] > spread):
                yield self.take(order[first:last])
                first = last
        if first < len(order):
            yield self.take(order[first:])
