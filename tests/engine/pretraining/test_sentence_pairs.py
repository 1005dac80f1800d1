"""Pairs for the contrast: the right sentences, whole, padded and told from padding."""

from __future__ import annotations

import numpy as np
import pytest

from tailgraph.engine.pretraining.sentence_pairs import MIN_TOKENS, PairMaker
from tailgraph.engine.pretraining.token_corpus import TokenCorpus
from tailgraph.engine.pretraining.word_pieces import OWN_SPECIALS
from tailgraph.errors import CorpusError


def corpus(*, n_documents: int = 12, seed: int = 0) -> TokenCorpus:
    """Make documents of 1 to 6 sentences of 1 to 12 tokens; no token occurs twice."""
    rng = np.random.default_rng(seed)
    n_sentences = rng.integers(1, 7, n_documents)
    lengths = rng.integers(1, 13, n_sentences.sum())
    return TokenCorpus(
        np.arange(5, 5 + lengths.sum(), dtype=np.uint16),
        np.concatenate([[0], np.cumsum(lengths)]),
        np.concatenate([[0], np.cumsum(n_sentences)]),
    )


def maker(text: TokenCorpus, **changes: float) -> PairMaker:
    """Make pairs of a corpus, 8 at a time."""
    settings = {"n_pairs": 8, "same_share": 0.5, "max_tokens": 20, "seed": 3, **changes}
    return PairMaker(text, specials=OWN_SPECIALS, **settings)  # type: ignore[arg-type]


def sentence_numbers(text: TokenCorpus, rows: np.ndarray) -> list[int]:
    """Return the sentence of each row; every token tells its own."""
    return (np.searchsorted(text.sentences, rows[:, 1] - 5, side="right") - 1).tolist()


@pytest.mark.parametrize("step", range(5))
def test_rows_are_whole_sentences_between_their_special_tokens(step: int) -> None:
    """Without its padding a row is the opening token, one sentence, and the separator."""
    text = corpus()
    drawn = maker(text).pairs(step)
    for ids, is_token in zip(
        drawn.ids.reshape(16, -1), drawn.is_token.reshape(16, -1), strict=True
    ):
        row = ids[is_token].tolist()
        (number,) = sentence_numbers(text, ids[None])
        first, last = text.sentences[number : number + 2]
        assert row == [2, *text.ids[first:last].tolist(), 3]
        assert (ids[~is_token] == 0).all()
        assert last - first >= MIN_TOKENS


def test_partners_are_the_same_sentence_or_the_next_of_its_document() -> None:
    """Over many steps both kinds occur, and no other."""
    text = corpus()
    document = np.repeat(np.arange(12), np.diff(text.documents))
    pairs = maker(text)
    steps = []
    for step in range(40):
        drawn = pairs.pairs(step)
        first, second = (sentence_numbers(text, rows) for rows in drawn.ids)
        assert len(set(first)) == len(first)
        assert all(document[a] == document[b] for a, b in zip(first, second, strict=True))
        steps += [b - a for a, b in zip(first, second, strict=True)]
    assert set(steps) == {0, 1}


@pytest.mark.parametrize(("share", "expected"), [(1.0, {0}), (0.0, {0, 1})], ids=["same", "next"])
def test_the_share_of_same_pairs_is_kept(share: float, expected: set[int]) -> None:
    """All pairs hold a sentence twice at 1; at 0 only those without a next sentence do."""
    text = corpus()
    has_next = np.append(np.diff(text.sentences)[1:] >= MIN_TOKENS, False)
    has_next[text.documents[1:] - 1] = False
    for step in range(10):
        first, second = (
            sentence_numbers(text, rows) for rows in maker(text, same_share=share).pairs(step).ids
        )
        for a, b in zip(first, second, strict=True):
            assert b - a in expected
            assert share == 1.0 or b == a + 1 or not has_next[a]


def test_long_sentences_are_cut() -> None:
    """A row holds at most `max_tokens` tokens beside the special ones."""
    drawn = maker(corpus(), max_tokens=4).pairs(0)
    assert drawn.is_token.sum(axis=-1).max() == 6


def test_a_step_decides_its_pairs() -> None:
    """The same step gives the same pairs; another step, rank or seed gives others."""
    text = corpus()
    drawn = maker(text).pairs(4).ids
    assert np.array_equal(drawn, maker(text).pairs(4).ids)
    for other in (maker(text).pairs(5), maker(text).pairs(4, rank=1), maker(text, seed=4).pairs(4)):
        assert drawn.shape != other.ids.shape or not np.array_equal(drawn, other.ids)


def test_a_corpus_without_sentences_to_pair_is_refused() -> None:
    """Two sentences of three tokens are the least."""
    text = TokenCorpus(
        np.arange(5, 11, dtype=np.uint16), np.array([0, 1, 2, 6]), np.array([0, 1, 2, 3])
    )
    with pytest.raises(CorpusError, match="holds 1 sentences of 3 tokens"):
        maker(text)
