"""Pairs of sentences that should have like vectors: a sentence twice, and two that are neighbors.

References
----------
Gao, Yao and Chen, "SimCSE: simple contrastive learning of sentence embeddings", 2021: a sentence
is paired with itself under another dropout. Giorgi et al., "DeCLUTR", 2021: neighboring text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...errors import CorpusError
from .token_corpus import TokenCorpus
from .word_pieces import SpecialIds

IntArray = npt.NDArray[np.int64]

MIN_TOKENS = 3
"""A shorter sentence says too little to be told from others."""
_WINDOW = 32
"""Pairs of a batch are drawn from so many times as many sentences of about the same length."""


@dataclass(frozen=True, eq=False)
class SentencePairs:
    """Pairs of texts, each row of the first with its row of the second.

    Attributes
    ----------
    ids
        int64 array of shape (2, n_pairs, length), padded on the right.
    is_token
        bool array of the same shape: False for padding.
    """

    ids: IntArray
    is_token: npt.NDArray[np.bool_]


class PairMaker:
    """Draws pairs of sentences from a corpus.

    All pairs of a batch have first sentences of about the same length, so that length does not
    tell them apart.

    Parameters
    ----------
    corpus
        The text.
    n_pairs
        Pairs in a batch.
    same_share
        Part of the pairs that hold a sentence twice; the others hold it and the next one.
    max_tokens
        Tokens of a sentence that are kept, special ones not counted.
    specials
        Ids of the special tokens.
    seed
        Decides all draws.

    Raises
    ------
    CorpusError
        If there are fewer than two sentences to pair.
    """

    def __init__(
        self,
        corpus: TokenCorpus,
        *,
        n_pairs: int,
        same_share: float,
        max_tokens: int,
        specials: SpecialIds,
        seed: int,
    ) -> None:
        self._corpus = corpus
        self._n_pairs = n_pairs
        self._same_share = same_share
        self._max_tokens = max_tokens
        self._specials = specials
        self._seed = seed
        lengths = np.diff(corpus.sentences)
        is_usable = lengths >= MIN_TOKENS
        self._has_next = np.append(is_usable[1:], False)
        self._has_next[corpus.documents[1:] - 1] = False
        usable = np.flatnonzero(is_usable)
        if len(usable) < 2:
            raise CorpusError(
                f"The corpus holds {len(usable)} sentences of {MIN_TOKENS} tokens or more; "
                "contrastive training needs at least 2."
            )
        self._by_length = usable[np.argsort(lengths[usable], kind="stable")]

    def pairs(self, step: int, rank: int = 0) -> SentencePairs:
        """Draw the pairs of a step."""
        rng = np.random.default_rng([self._seed, step, rank, 1])
        n_all = len(self._by_length)
        n_near = min(n_all, _WINDOW * self._n_pairs)
        start = int(rng.integers(0, n_all - n_near + 1))
        n_pairs = min(self._n_pairs, n_near)
        near = start + rng.choice(n_near, n_pairs, replace=False)
        first = self._by_length[near]
        is_same = (rng.random(n_pairs) < self._same_share) | ~self._has_next[first]
        return self._lay_out(np.stack([first, np.where(is_same, first, first + 1)]))

    def _lay_out(self, sentences: IntArray) -> SentencePairs:
        """Put sentences into padded rows, between the special tokens."""
        starts = self._corpus.sentences[sentences]
        lengths = np.minimum(self._corpus.sentences[sentences + 1] - starts, self._max_tokens)
        column = np.arange(int(lengths.max()) + 2)
        is_token = column < lengths[..., None] + 2
        is_word = (column > 0) & (column <= lengths[..., None])
        source = np.where(is_word, starts[..., None] + column - 1, 0)
        ids = np.where(is_word, self._corpus.ids[source].astype(np.int64), self._specials.padding)
        ids[..., 0] = self._specials.opening
        np.put_along_axis(ids, lengths[..., None] + 1, self._specials.separator, axis=-1)
        return SentencePairs(ids, is_token)
