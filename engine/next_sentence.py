"""Whether a model tells the text that follows a text from other text.

A model that learned to do so reads its opening token as a summary of the whole text, which is a
precondition for using that token's vector.

References
----------
Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
2019: next-sentence prediction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import CorpusError
from .checkpoint import Checkpoint
from .encoder import Encoder
from .pretraining.token_corpus import TokenCorpus
from .token_sequences import TokenSequences

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

_POOLER = "bert.pooler.dense"
_RELATION = "cls.seq_relationship"
_FEWEST_SENTENCES = 4
"""A shorter document has no text of its own that could stand in for the next."""

Pair = tuple[list[int], list[int]]


@dataclass(frozen=True, eq=False)
class NextSentenceHead:
    """The next-sentence head of a BERT, which reads the last layer at the opening token.

    Attributes
    ----------
    pooler, pooler_bias
        float32 arrays of shapes (dim, dim) and (dim,).
    relation, relation_bias
        float32 arrays of shapes (2, dim) and (2,): the first row is for text that follows.
    """

    pooler: FloatArray
    pooler_bias: FloatArray
    relation: FloatArray
    relation_bias: FloatArray

    @classmethod
    def read(cls, checkpoint: Checkpoint) -> NextSentenceHead | None:
        """Read the head of a checkpoint; None where it has none, or none that was kept."""
        weights = checkpoint.weights()
        names = [f"{part}.{kind}" for part in (_POOLER, _RELATION) for kind in ("weight", "bias")]
        if not weights.keys() >= set(names):
            return None
        return cls(*(weights[name].float().numpy() for name in names))

    def logits(self, states: FloatArray) -> FloatArray:
        """Score pairs of texts.

        Parameters
        ----------
        states
            float32 array of shape (n_pairs, dim): the last layer at the opening token.

        Returns
        -------
        float32 array of shape (n_pairs, 2): that the second text follows, that it does not.
        """
        pooled = np.tanh(states @ self.pooler.T + self.pooler_bias)
        return np.asarray(pooled @ self.relation.T + self.relation_bias, dtype=np.float32)


@dataclass(frozen=True)
class NextSentence:
    """How often a model is right about whether a text follows another; guessing gives .5.

    Attributes
    ----------
    accuracy
        Over as many pairs that follow as pairs whose second text is of another document.
    same_document_accuracy
        Over as many pairs that follow as pairs whose second text is of the same document, but not
        the next: the harder test.
    recall
        Share of the pairs that follow and are told so.
    n_pairs
        Pairs behind each accuracy.
    """

    accuracy: float
    same_document_accuracy: float
    recall: float
    n_pairs: int


@dataclass(frozen=True, eq=False)
class SegmentPairs:
    """Pairs of texts as token ids, and three second texts for different first ones.

    Attributes
    ----------
    following, other_document, same_document
        Pairs whose second text follows the first, is of another document, or of another place of
        the same document; the latter two have the same first texts.
    """

    following: tuple[Pair, ...]
    other_document: tuple[Pair, ...]
    same_document: tuple[Pair, ...]


def measure_next_sentence(
    encoder: Encoder,
    head: NextSentenceHead,
    corpus: TokenCorpus,
    *,
    n_pairs: int = 1000,
    length: int = 128,
    seed: int = 0,
) -> NextSentence:
    """Let a model tell which texts follow each other.

    Parameters
    ----------
    encoder
        The model.
    head
        Its next-sentence head.
    corpus, n_pairs, length, seed
        As in `draw_pairs`.

    Raises
    ------
    CorpusError
        As in `draw_pairs`, or if there was no pair to draw.
    """
    before, after = encoder.tokenizer.frame
    room = min(length, encoder.max_length) - len(before) - 2 * len(after)
    pairs = draw_pairs(corpus, n_pairs=n_pairs, room=room, seed=seed)
    if not pairs.following:
        raise CorpusError("No document has text beyond two neighboring ones; give longer ones.")
    recall, other, same = (
        float(_follows(encoder, head, part).mean())
        for part in (pairs.following, pairs.other_document, pairs.same_document)
    )
    return NextSentence(
        accuracy=(recall + 1 - other) / 2,
        same_document_accuracy=(recall + 1 - same) / 2,
        recall=recall,
        n_pairs=2 * len(pairs.following),
    )


def draw_pairs(corpus: TokenCorpus, *, n_pairs: int, room: int, seed: int) -> SegmentPairs:
    """Draw pairs of neighboring texts, and pairs that are not.

    The first text is consecutive whole sentences from a random sentence on, as many as fit into
    half of the room; the second is whole sentences from the next one on, as many as fit into the
    rest. Each has at least one sentence: one too long keeps its end as a first text, its beginning
    as a second, so that neighbors stay neighbors. A second text that does not follow begins at a
    random sentence of another document, or at one of the same document that is neither in the
    first text nor next; before the first text it ends where that begins.

    Parameters
    ----------
    corpus
        Documents; those of fewer than four sentences are passed over.
    n_pairs
        Pairs behind each accuracy, half of which follow; fewer where there is little text, since
        no sentence begins two first texts.
    room
        Tokens of both texts together.
    seed
        Decides what is drawn.

    Raises
    ------
    CorpusError
        If there are not two documents of four sentences.
    """
    document, starts = _usable_starts(corpus)
    rng = np.random.default_rng(seed)
    following: list[Pair] = []
    other: list[Pair] = []
    same: list[Pair] = []
    for start in rng.permutation(starts).tolist():
        begin, end = corpus.documents[document[start] : document[start] + 2].tolist()
        first, after = _first_text(corpus, start, end, room)
        rest = room - len(first)
        elsewhere = [*range(begin, start), *range(after + 1, end)]
        if after == end or not elsewhere:
            continue
        if len(following) == len(other):
            following.append((first, _second_text(corpus, after, end, rest)))
            continue
        place = int(rng.choice(elsewhere))
        same.append((first, _second_text(corpus, place, start if place < start else end, rest)))
        place = int(rng.choice(starts[document[starts] != document[start]]))
        end = int(corpus.documents[document[place] + 1])
        other.append((first, _second_text(corpus, place, end, rest)))
        if 2 * len(other) >= n_pairs:
            break
    return SegmentPairs(tuple(following[: len(other)]), tuple(other), tuple(same))


def pair_sequences(encoder: Encoder, pairs: Sequence[Pair]) -> TokenSequences:
    """Lay pairs out as a BERT reads them: opening, first text, closing, second text, closing."""
    before, after = encoder.tokenizer.frame
    firsts = [[*before, *first, *after] for first, _ in pairs]
    rows = [[*row, *second, *after] for row, (_, second) in zip(firsts, pairs, strict=True)]
    sequences = TokenSequences.from_lists(rows, [(0,)] * len(rows))
    n_first = np.repeat([len(row) for row in firsts], sequences.lengths)
    segments = (sequences.places >= n_first).astype(np.int64)
    return TokenSequences(sequences.ids, sequences.starts, sequences.wanted, segments)


def _follows(
    encoder: Encoder, head: NextSentenceHead, pairs: Sequence[Pair]
) -> npt.NDArray[np.bool_]:
    """Tell which second texts the model says to follow."""
    states = encoder.model.vectors(pair_sequences(encoder, pairs), reading="top")
    logits = head.logits(states)
    return np.asarray(logits[:, 0] > logits[:, 1], dtype=np.bool_)


def _usable_starts(corpus: TokenCorpus) -> tuple[IntArray, IntArray]:
    """Find where first texts may begin.

    Returns
    -------
    document
        int64 array of shape (n_sentences,): the document of each sentence.
    starts
        int64 array: the sentences of documents that are long enough.
    """
    n_sentences = np.diff(corpus.documents)
    document = np.repeat(np.arange(len(n_sentences)), n_sentences)
    if (n_sentences >= _FEWEST_SENTENCES).sum() < 2:
        raise CorpusError(
            f"Next-sentence pairs need two documents of {_FEWEST_SENTENCES} sentences or more; "
            "give more text, and put a blank line between documents of one sentence a line."
        )
    return document, np.flatnonzero(n_sentences[document] >= _FEWEST_SENTENCES)


def _first_text(corpus: TokenCorpus, start: int, end: int, room: int) -> tuple[list[int], int]:
    """Take whole sentences that fill half of the room; tell which sentence is next."""
    half = room // 2
    bounds = corpus.sentences
    after = start + 1
    while after < end - 1 and bounds[after + 1] - bounds[start] <= half:
        after += 1
    ids: list[int] = corpus.ids[bounds[start] : bounds[after]].tolist()
    return ids[-half:], after


def _second_text(corpus: TokenCorpus, start: int, end: int, room: int) -> list[int]:
    """Take whole sentences that fill the room, the first one at least as far as it fits."""
    bounds = corpus.sentences
    after = start + 1
    while after < end and bounds[after + 1] - bounds[start] <= room:
        after += 1
    ids: list[int] = corpus.ids[bounds[start] : bounds[after]].tolist()
    return ids[:room]
