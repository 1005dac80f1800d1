"""Batches of a corpus whose tokens are all different, so that each tells where it stood."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pytest

from tailgraph.engine.pretraining.batches import IGNORED, N_BAG, Batch, BatchMaker
from tailgraph.engine.pretraining.token_corpus import TokenCorpus
from tailgraph.engine.pretraining.word_pieces import (
    CLS,
    MASK,
    OWN_SPECIALS,
    SEP,
    SPECIALS,
    SpecialIds,
)
from tailgraph.errors import CorpusError

N_SPECIAL = len(SPECIALS)
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def corpus_of(documents: list[list[int]], ids: IntArray | None = None) -> TokenCorpus:
    """Build a corpus from the lengths of sentences; its ids count up unless given."""
    lengths = [length for sentences in documents for length in sentences]
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    counts = [len(sentences) for sentences in documents]
    numbers = np.arange(bounds[-1]) + N_SPECIAL if ids is None else ids
    return TokenCorpus(
        numbers.astype(np.int32), bounds, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    )


def random_lengths(n_documents: int, seed: int = 1) -> list[list[int]]:
    """Draw documents of 1 to 12 sentences of 1 to 40 tokens."""
    rng = np.random.default_rng(seed)
    return [rng.integers(1, 40, size=n).tolist() for n in rng.integers(1, 12, size=n_documents)]


def maker_of(
    corpus: TokenCorpus, is_piece: BoolArray | None = None, **changes: object
) -> BatchMaker:
    """Make a batch maker; without flags no term is a piece."""
    n_terms = int(corpus.ids.max()) + 1
    settings = {
        "is_piece": np.zeros(n_terms, dtype=np.bool_) if is_piece is None else is_piece,
        "is_word": np.ones(n_terms, dtype=np.bool_),
        "lengths": (64, 16),
        "shares": (0.5, 0.5),
        "batch_tokens": 2048,
        "mask_share": 0.2,
        "balance": 0.5,
        "seed": 3,
    }
    return BatchMaker(corpus, **(settings | changes))


def pieces_of(corpus: TokenCorpus, seed: int = 2) -> BoolArray:
    """Let a third of the tokens go on from the one before, but none that begins a sentence."""
    is_piece = np.zeros(int(corpus.ids.max()) + 1, dtype=np.bool_)
    is_piece[N_SPECIAL:] = np.random.default_rng(seed).random(corpus.n_tokens) < 0.35
    is_piece[corpus.ids[corpus.sentences[:-1]]] = False
    return is_piece


def shown(batch: Batch) -> IntArray:
    """Undo the masks of a batch."""
    ids = batch.ids.copy()
    rows, places = np.nonzero(batch.labels != IGNORED)
    ids[rows, batch.places[rows, places]] = batch.labels[rows, places]
    return ids


def document_of(corpus: TokenCorpus, ids: IntArray) -> IntArray:
    """Tell of which document tokens are, where every token is another."""
    return np.searchsorted(corpus.document_tokens, ids - N_SPECIAL, side="right")


@pytest.fixture(scope="module")
def numbered() -> TokenCorpus:
    """Sixty documents in which no token comes twice."""
    return corpus_of(random_lengths(60))


@pytest.fixture(scope="module")
def is_piece(numbered: TokenCorpus) -> BoolArray:
    """Which of these tokens continue a word."""
    return pieces_of(numbered)


@pytest.fixture(scope="module")
def maker(numbered: TokenCorpus, is_piece: BoolArray) -> BatchMaker:
    """Make batches of rows of 64 and of 16 tokens."""
    return maker_of(numbered, is_piece)


@pytest.fixture(scope="module")
def batches(maker: BatchMaker) -> list[Batch]:
    """Take 30 steps."""
    return [maker.batch(step) for step in range(30)]


def of_length(batches: list[Batch], length: int) -> list[Batch]:
    """Pick the batches with rows of a length; there are some."""
    found = [batch for batch in batches if batch.ids.shape[1] == length]
    assert found
    return found


def test_a_short_row_is_one_span_of_one_document(
    batches: list[Batch], numbered: TokenCorpus, is_piece: BoolArray
) -> None:
    """Its tokens follow each other, from the beginning of a word, and no document ends inside."""
    for batch in of_length(batches, 16):
        ids = shown(batch)
        assert (ids[:, 0] == CLS).all()
        assert (ids[:, -1] == SEP).all()
        span = ids[:, 1:-1]
        assert (np.diff(span, axis=1) == 1).all()
        owner = document_of(numbered, span)
        assert (owner == owner[:, :1]).all()
        assert not is_piece[span[:, 0]].any()
        assert (batch.segments == 0).all()
        assert (batch.is_random == IGNORED).all()


def test_a_long_row_is_a_pair_that_goes_on_or_is_of_two_documents(
    batches: list[Batch], numbered: TokenCorpus
) -> None:
    """Each segment is one span of one document; true pairs touch, random ones never share one."""
    told = []
    for batch in of_length(batches, 64):
        for ids, segments, is_random in zip(
            shown(batch), batch.segments, batch.is_random, strict=True
        ):
            assert ids[0] == CLS
            middle, end = np.flatnonzero(ids == SEP)
            assert end == 63
            np.testing.assert_array_equal(segments, np.arange(64) > middle)
            first, second = ids[1:middle], ids[middle + 1 : end]
            for span in (first, second):
                assert len(span) > 0
                assert (np.diff(span) == 1).all()
                assert len(set(document_of(numbered, span))) == 1
            same = document_of(numbered, first)[0] == document_of(numbered, second)[0]
            assert same == (is_random == 0)
            assert is_random or second[0] == first[-1] + 1
            assert first[0] - N_SPECIAL in numbered.sentences
            told.append(is_random)
    assert 0.4 < np.mean(told) < 0.6


def test_no_row_is_padded_and_a_batch_has_the_size_asked_for(batches: list[Batch]) -> None:
    """The padding token never occurs, and rows fill the tokens of a batch."""
    for batch in batches:
        assert (batch.ids != OWN_SPECIALS.padding).all()
        assert batch.ids.size == 2048


def test_words_are_masked_whole(batches: list[Batch], is_piece: BoolArray) -> None:
    """Of each word, from its first token to its last piece, all tokens are predicted or none."""
    for batch in batches:
        ids = shown(batch)
        chosen = np.zeros(ids.shape, dtype=np.bool_)
        rows, columns = np.nonzero(batch.labels != IGNORED)
        chosen[rows, batch.places[rows, columns]] = True
        assert not chosen[ids < N_SPECIAL].any()
        after_special = np.roll(ids < N_SPECIAL, 1, axis=1)
        goes_on = is_piece[ids] & ~after_special
        columns_of_pieces = np.nonzero(goes_on[:, 1:])
        np.testing.assert_array_equal(
            chosen[:, 1:][columns_of_pieces], chosen[:, :-1][columns_of_pieces]
        )


def test_as_many_tokens_are_masked_as_asked_but_for_a_word_cut_off(
    batches: list[Batch], numbered: TokenCorpus, is_piece: BoolArray
) -> None:
    """Without pieces the number is exact; with them less than the longest word may be missing."""
    exact = maker_of(numbered).batch(0)
    n_wanted = round(0.2 * exact.ids.shape[1])
    assert ((exact.labels != IGNORED).sum(axis=1) == n_wanted).all()
    starts = np.flatnonzero(~is_piece[N_SPECIAL:])
    longest = np.diff([*starts, numbered.n_tokens]).max()
    for batch in batches:
        n_masked = (batch.labels != IGNORED).sum(axis=1)
        n_wanted = round(0.2 * batch.ids.shape[1])
        assert (n_masked <= n_wanted).all()
        assert (n_masked > n_wanted - longest).all()


def test_eight_of_ten_are_hidden_one_is_replaced_and_one_is_left(numbered: TokenCorpus) -> None:
    """The shares are those of BERT, and no special token is put in another's place."""
    maker = maker_of(numbered, batch_tokens=64_000)
    batch = maker.batch(0)
    rows, columns = np.nonzero(batch.labels != IGNORED)
    given = batch.ids[rows, batch.places[rows, columns]]
    labels = batch.labels[rows, columns]
    assert len(labels) > 12_000
    other = given[(given != MASK) & (given != labels)]
    assert np.mean(given == MASK) == pytest.approx(0.8, abs=0.015)
    assert np.mean(given == labels) == pytest.approx(0.1, abs=0.015)
    assert other.min() >= N_SPECIAL
    assert len(np.unique(other)) > 500


def skewed() -> TokenCorpus:
    """Half of all tokens are one term, the others are each another."""
    lengths = [[20] * 10 for _ in range(40)]
    ids = np.arange(8000) + N_SPECIAL + 1
    ids[::2] = N_SPECIAL
    return corpus_of(lengths, ids)


@pytest.mark.parametrize("balance", [0.0, 0.5, 1.0])
def test_frequent_words_are_masked_by_their_weight(balance: float) -> None:
    """One mask a row falls on each token in proportion to its weight, worked out by hand here."""
    corpus = skewed()
    maker = maker_of(
        corpus, lengths=(16,), shares=(1.0,), mask_share=0.06, balance=balance, batch_tokens=160_000
    )
    batch = maker.batch(0)
    assert batch.labels.shape == (10_000, 1)
    counts = np.bincount(corpus.ids)[[N_SPECIAL, N_SPECIAL + 2]]
    frequent, rare = np.clip(np.sqrt(1e-4 / (counts / 8000)), 0.12, 1)
    mean = (frequent + rare) / 2
    frequent, rare = (1 - balance + balance * weight / mean for weight in (frequent, rare))
    is_frequent = shown(batch)[:, 1:-1] == N_SPECIAL
    n_frequent = is_frequent.sum(axis=1)
    expected = n_frequent * frequent / (n_frequent * frequent + (14 - n_frequent) * rare)
    assert np.mean(batch.labels == N_SPECIAL) == pytest.approx(expected.mean(), abs=0.015)


def test_a_bag_holds_words_of_its_row_the_rare_ones_more_often() -> None:
    """Each term of a bag stands in its row; a frequent one is drawn by its small weight."""
    corpus = skewed()
    batch = maker_of(corpus, lengths=(16,), shares=(1.0,), batch_tokens=32_000).batch(0)
    ids = shown(batch)
    assert batch.bag.shape == (2000, N_BAG)
    assert (batch.bag[:, :, None] == ids[:, None, :]).any(axis=2).all()
    assert batch.bag.min() >= N_SPECIAL
    counts = np.bincount(corpus.ids)[[N_SPECIAL, N_SPECIAL + 2]]
    frequent, rare = np.clip(np.sqrt(1e-4 / (counts / 8000)), 0.02, 1)
    n_frequent = (ids == N_SPECIAL).sum(axis=1)
    expected = n_frequent * frequent / (n_frequent * frequent + (14 - n_frequent) * rare)
    assert np.mean(batch.bag == N_SPECIAL) == pytest.approx(expected.mean(), abs=0.005)


def arrays(batch: Batch) -> list[list[object]]:
    """Return the content of a batch as lists."""
    return [getattr(batch, field.name).tolist() for field in dataclasses.fields(batch)]


def test_seed_step_and_rank_decide_a_batch(numbered: TokenCorpus, is_piece: BoolArray) -> None:
    """The same three give the same batch in any order; another of them gives another batch."""
    maker, again = maker_of(numbered, is_piece), maker_of(numbered, is_piece)
    later, sooner = maker.batch(5), maker.batch(4)
    assert arrays(again.batch(4)) == arrays(sooner)
    assert arrays(again.batch(5)) == arrays(later)
    assert arrays(maker.batch(5, rank=1)) != arrays(later)
    assert arrays(maker_of(numbered, is_piece, seed=4).batch(5)) != arrays(later)


def test_all_ranks_of_a_step_have_rows_of_one_length(maker: BatchMaker) -> None:
    """Processes that step together have equally much to do, in both lengths."""
    for step in range(12):
        assert len({maker.batch(step, rank).ids.shape for rank in range(3)}) == 1
    assert len({maker.batch(step).ids.shape for step in range(12)}) == 2


def test_lengths_are_drawn_by_their_shares(numbered: TokenCorpus) -> None:
    """A length with nine of ten shares has nine of ten steps; one without a share has none."""
    maker = maker_of(numbered, lengths=(64, 16, 8), shares=(0.3, 2.7, 0.0), batch_tokens=64)
    drawn = [maker.batch(step).ids.shape[1] for step in range(400)]
    assert np.mean(np.equal(drawn, 16)) == pytest.approx(0.9, abs=0.045)
    assert set(drawn) == {16, 64} == set(maker.lengths)


def test_a_length_that_one_document_alone_has_is_left_out() -> None:
    """Rows that no two documents have room for cannot be paired."""
    corpus = corpus_of([[70, 30], [40], [20, 9], [30]])
    maker = maker_of(corpus, lengths=(64, 32, 16), shares=(0.5, 0.25, 0.25))
    assert maker.lengths == [32, 16]
    assert {maker.batch(step).ids.shape[1] for step in range(20)} == {32, 16}


def test_a_corpus_too_short_for_any_row_is_refused() -> None:
    """Where nothing fits, the message names the shortest row that is drawn."""
    corpus = corpus_of([[70, 30], [9], [5, 4]])
    with pytest.raises(CorpusError, match="fill a row of 16 tokens"):
        maker_of(corpus, lengths=(64, 16, 4), shares=(0.5, 0.5, 0.0))


def test_two_documents_that_just_fit_are_enough() -> None:
    """A row takes all of a document that has exactly its tokens, in spans and in pairs."""
    corpus = corpus_of([[62], [62]])
    maker = maker_of(corpus, lengths=(64,), shares=(1.0,))
    for row, is_random in zip(shown(maker.batch(0)), maker.batch(0).is_random, strict=True):
        first = row[1] - N_SPECIAL
        assert first in (0, 62)
        second = row[np.flatnonzero(row == SEP)[0] + 1] - N_SPECIAL
        assert (second // 62 == first // 62) == (is_random == 0)
    spans = maker_of(corpus, lengths=(48,), shares=(1.0,)).batch(0)
    assert set(document_of(corpus, shown(spans)[:, 1])) == {1, 2}


def test_special_tokens_may_have_other_ids(numbered: TokenCorpus) -> None:
    """Rows are framed and masked by the ids given, and none of these is put in for a word."""
    specials = SpecialIds(*(numbered.n_tokens + N_SPECIAL + row for row in (4, 3, 2, 1, 0)))
    n_terms = numbered.n_tokens + 2 * N_SPECIAL
    maker = maker_of(
        numbered,
        np.zeros(n_terms, dtype=np.bool_),
        is_word=np.ones(n_terms, dtype=np.bool_),
        specials=specials,
    )
    for batch in (maker.batch(step) for step in range(4)):
        assert (batch.ids[:, 0] == specials.opening).all()
        assert (batch.ids[:, -1] == specials.separator).all()
        inner = batch.ids[:, 1:-1]
        assert np.isin(inner[inner >= specials.mask], (specials.mask, specials.separator)).all()
        assert np.mean(batch.ids == specials.mask) == pytest.approx(0.16, abs=0.02)
        assert (batch.bag < specials.mask).all()
