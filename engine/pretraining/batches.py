"""Training batches: rows of equal length, words masked whole, pairs that never cross a document.

Every batch follows from the seed, the step and the rank alone, so a run that is resumed sees the
batches it would have seen. No row holds padding: a batch has one length, and a row begins only
where its document has that many tokens left.

References
----------
Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
2019: masking 80 % / 10 % / 10 %, next-sentence pairs; whole-word masking is of its later release.
Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006: drawing words by weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...errors import CorpusError
from .token_corpus import TokenCorpus
from .word_pieces import OWN_SPECIALS, SpecialIds

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

IGNORED = -100
"""Label of a place that carries no loss."""
N_BAG = 16
"""Words of a row that its opening token has to name."""

_LONGEST_SPAN = 48
"""A row of at most so many tokens is one span of text; a longer one is a pair of segments."""
_LENGTHS = 1 << 32
"""Stands in place of a rank where the length of a step's rows is drawn."""
_FREQUENT = 1e-4
"""Share of the corpus above which a term is masked, and named by the opening token, less often."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows to train on.

    Attributes
    ----------
    ids
        int64 array of shape (n_rows, length): tokens, some of them masked.
    segments
        int64 array of the same shape: 0 in the first segment, 1 in the second.
    places
        int64 array of shape (n_rows, n_masked): the columns to predict.
    labels
        int64 array of the same shape: the tokens that stood there, or `IGNORED`.
    is_random
        int64 array of shape (n_rows,): 1 where the second segment is of another document, 0 where
        it goes on from the first, `IGNORED` where there is one segment.
    bag
        int64 array of shape (n_rows, `N_BAG`): words of the row, rare ones more often.
    """

    ids: IntArray
    segments: IntArray
    places: IntArray
    labels: IntArray
    is_random: IntArray
    bag: IntArray


class BatchMaker:
    """Makes the batches of a corpus.

    Parameters
    ----------
    corpus
        The text.
    is_piece
        bool array of shape (n_terms,): the terms that continue a word.
    is_word
        bool array of shape (n_terms,): the terms with a letter, which say what a text is about.
    lengths
        Tokens in a row, special ones included, from which a step draws one.
    shares
        How often each length is drawn.
    batch_tokens
        Tokens in a batch, about.
    mask_share
        Part of a row's tokens to predict.
    balance
        From 0, all words alike, to 1, frequent words masked more seldom.
    seed
        Decides all draws.
    specials
        Ids of the special tokens.

    Raises
    ------
    CorpusError
        If no two documents are long enough for the shortest row.
    """

    def __init__(
        self,
        corpus: TokenCorpus,
        *,
        is_piece: BoolArray,
        is_word: BoolArray,
        lengths: Sequence[int],
        shares: Sequence[float],
        batch_tokens: int,
        mask_share: float,
        balance: float,
        seed: int,
        specials: SpecialIds = OWN_SPECIALS,
    ) -> None:
        self._corpus = corpus
        self._is_piece = is_piece
        self._batch_tokens = batch_tokens
        self._mask_share = mask_share
        self._seed = seed
        self._specials = specials
        self._is_special = np.zeros(len(is_piece), dtype=np.bool_)
        self._is_special[list(specials)] = True
        self._ordinary = np.flatnonzero(~self._is_special)
        counts = np.bincount(corpus.ids, minlength=len(is_piece))
        rarity = np.sqrt(_FREQUENT / np.maximum(counts / counts.sum(), 1e-12))
        weights = np.clip(rarity, 0.12, 1.0)
        weights /= (weights * counts).sum() / counts.sum()
        self._mask_weights = 1 - balance + balance * weights
        self._bag_weights = np.clip(rarity, 0.02, 1.0) * np.where(is_word, 1.0, 0.3)
        self._bag_weights[self._is_special] = 0.0
        self._starts = _RowStarts.of(corpus)
        self._choose_lengths(lengths, shares)

    def _choose_lengths(self, lengths: Sequence[int], shares: Sequence[float]) -> None:
        """Keep the lengths that are drawn at all and that at least two documents have rows of."""
        drawn = [(n, share) for n, share in zip(lengths, shares, strict=True) if share > 0]
        kept = [(n, share) for n, share in drawn if self._starts.n_documents(n) > 1]
        if not kept:
            raise CorpusError(
                f"No two documents of the corpus fill a row of {min(drawn)[0]} tokens; give longer "
                "documents, or more of them."
            )
        self.lengths = [length for length, _ in kept]
        self._shares = np.array([share for _, share in kept])
        self._shares /= self._shares.sum()

    def batch(self, step: int, rank: int = 0) -> Batch:
        """Make the batch of a step; all ranks of a step have rows of the same length."""
        lengths = np.random.default_rng([self._seed, step, _LENGTHS])
        length = int(lengths.choice(self.lengths, p=self._shares))
        rng = np.random.default_rng([self._seed, step, rank])
        return self.rows(length, max(1, self._batch_tokens // length), rng)

    def rows(self, length: int, n_rows: int, rng: np.random.Generator) -> Batch:
        """Make rows of one of the `lengths`."""
        n_masked = max(1, round(self._mask_share * length))
        if length <= _LONGEST_SPAN:
            ids, segments, is_random = self._spans(length, n_rows, rng)
        else:
            ids, segments, is_random = self._pairs(length, n_rows, rng)
        bag = self._draw_bag(ids, rng)
        places, labels = self._choose_places(ids, n_masked, rng)
        return Batch(self._hide(ids, places, labels, rng), segments, places, labels, is_random, bag)

    def _spans(
        self, length: int, n_rows: int, rng: np.random.Generator
    ) -> tuple[IntArray, IntArray, IntArray]:
        """Fill rows with one span of text each, from the beginning of a word."""
        ids = np.full((n_rows, length), self._specials.separator, dtype=np.int64)
        ids[:, 0] = self._specials.opening
        first = self._starts.draw(length, n_rows, rng)
        start = first + rng.integers(0, 1 + self._starts.room(first, length))
        start = np.where(self._is_piece[self._corpus.ids[start]], first, start)
        ids[:, 1:-1] = self._corpus.ids[start[:, None] + np.arange(length - 2)]
        return ids, np.zeros_like(ids), np.full(n_rows, IGNORED)

    def _pairs(
        self, length: int, n_rows: int, rng: np.random.Generator
    ) -> tuple[IntArray, IntArray, IntArray]:
        """Fill rows with two segments: half go on, half are of different documents."""
        n_body = length - 3
        first = self._starts.draw(length, n_rows, rng)
        is_random = rng.integers(0, 2, n_rows)
        wanted = rng.integers(n_body // 4, n_body - n_body // 4 + 1, n_rows)
        ends = self._starts.sentence_end(first, wanted)
        n_first = np.where(ends > first, np.minimum(ends - first, wanted), wanted)
        other = self._starts.draw_elsewhere(first, length, rng)
        # A first segment that ends inside a sentence must not tell that the second goes on.
        inside = rng.integers(0, 1 + self._starts.room(other, length))
        other = np.where(ends > first, other, other + inside)
        second = np.where(is_random == 1, other, first + n_first)
        column = np.arange(length)[None]
        in_first = column <= n_first[:, None]
        source = np.where(in_first, first[:, None] + column - 1, 0)
        source = np.where(
            column > n_first[:, None] + 1, second[:, None] + column - n_first[:, None] - 2, source
        )
        ids = self._corpus.ids[np.maximum(source, 0)].astype(np.int64)
        ids[:, 0] = self._specials.opening
        ids[:, -1] = self._specials.separator
        ids[np.arange(n_rows), n_first + 1] = self._specials.separator
        return ids, (column > n_first[:, None] + 1).astype(np.int64), is_random

    def _draw_bag(self, ids: IntArray, rng: np.random.Generator) -> IntArray:
        """Draw words of each row by their rarity, with replacement."""
        weights = self._bag_weights[ids] + 1e-9
        cumulated = np.cumsum(weights, axis=1)
        points = rng.random((len(ids), N_BAG)) * cumulated[:, -1:]
        columns = (cumulated[:, None, :] <= points[:, :, None]).sum(axis=2)
        return np.take_along_axis(ids, np.minimum(columns, ids.shape[1] - 1), axis=1)

    def _choose_places(
        self, ids: IntArray, n_masked: int, rng: np.random.Generator
    ) -> tuple[IntArray, IntArray]:
        """Choose whole words of each row, by weight and without replacement."""
        words = np.cumsum(~self._is_piece[ids], axis=1) - 1
        keys = rng.exponential(size=ids.shape)
        keys = np.take_along_axis(keys, words, axis=1)
        first = np.maximum.accumulate(
            np.where(self._is_piece[ids], 0, np.arange(ids.shape[1])), axis=1
        )
        keys = keys / self._mask_weights[np.take_along_axis(ids, first, axis=1)]
        keys[self._is_special[ids]] = np.inf
        order = np.argsort(keys, axis=1, kind="stable")
        chosen, next_one = order[:, :n_masked], order[:, n_masked]
        word = np.take_along_axis(words, chosen, axis=1)
        cut_off = np.take_along_axis(words, next_one[:, None], axis=1)
        labels = np.take_along_axis(ids, chosen, axis=1)
        labels[(word == cut_off) | self._is_special[labels]] = IGNORED
        return chosen, labels

    def _hide(
        self, ids: IntArray, places: IntArray, labels: IntArray, rng: np.random.Generator
    ) -> IntArray:
        """Put a mask over 8 of 10 chosen tokens, another token over 1, and leave 1 as it is."""
        chance = rng.random(places.shape)
        anything = self._ordinary[rng.integers(0, len(self._ordinary), places.shape)]
        shown = np.where(
            chance < 0.8, self._specials.mask, np.where(chance < 0.9, anything, labels)
        )
        shown = np.where(labels == IGNORED, np.take_along_axis(ids, places, axis=1), shown)
        hidden = ids.copy()
        np.put_along_axis(hidden, places, shown, axis=1)
        return hidden


@dataclass(frozen=True, eq=False)
class _RowStarts:
    """Where rows may begin: at sentences with enough of their document left.

    Attributes
    ----------
    sentences
        int64 array of shape (n_sentences + 1,): where sentences begin.
    ends
        int64 array of shape (n_sentences,): where the document of each ends.
    by_room
        int64 array of shape (n_sentences,): the sentences, those with most left first.
    rooms
        int64 array of shape (n_sentences,): the tokens that these have left, falling.
    """

    sentences: IntArray
    ends: IntArray
    by_room: IntArray
    rooms: IntArray

    @classmethod
    def of(cls, corpus: TokenCorpus) -> _RowStarts:
        """Sort the sentences of a corpus by the tokens their documents have left."""
        n_sentences = np.diff(corpus.documents)
        ends = np.repeat(corpus.document_tokens[1:], n_sentences)
        rooms = ends - corpus.sentences[:-1]
        by_room = np.argsort(-rooms, kind="stable")
        return cls(corpus.sentences, ends, by_room, rooms[by_room])

    def n_documents(self, length: int) -> int:
        """Count documents with room for a row, as far as two."""
        ends = self.ends[self.by_room[: self._n_starts(length)]]
        return 0 if len(ends) == 0 else 1 + int((ends != ends[0]).any())

    def draw(self, length: int, n_rows: int, rng: np.random.Generator) -> IntArray:
        """Draw sentences to begin rows with; return where they begin."""
        numbers = rng.integers(0, self._n_starts(length), n_rows)
        return self.sentences[self.by_room[numbers]]

    def draw_elsewhere(self, first: IntArray, length: int, rng: np.random.Generator) -> IntArray:
        """Draw, for each row, a sentence of another document than the one at `first`."""
        found = self.draw(length, len(first), rng)
        while (same := self._document_end(found) == self._document_end(first)).any():
            found[same] = self.draw(length, int(same.sum()), rng)
        return found

    def room(self, first: IntArray, length: int) -> IntArray:
        """Tokens that rows at these places leave of their documents, at most 64."""
        left: IntArray = np.minimum(64, self._document_end(first) - first - (length - 2))
        return left

    def sentence_end(self, first: IntArray, wanted: IntArray) -> IntArray:
        """Return the last beginning of a sentence within `wanted` tokens of `first`."""
        return self.sentences[np.searchsorted(self.sentences, first + wanted, side="right") - 1]

    def _document_end(self, tokens: IntArray) -> IntArray:
        """Return where the documents of some tokens end."""
        return self.ends[np.searchsorted(self.sentences, tokens, side="right") - 1]

    def _n_starts(self, length: int) -> int:
        """Count the sentences with room for a row."""
        return int(np.searchsorted(-self.rooms, -(length - 2), side="right"))
