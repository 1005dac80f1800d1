"""What an epoch draws from the treebanks, and how its sentences are varied."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from tailgraph.graph.parser_training.batches import EpochBatches
from tailgraph.graph.parser_training.treebank import Treebank, read_treebank
from tailgraph.graph.parser_training.treebank_docs import (
    group_sentences,
    in_lower_case,
    without_closing,
    without_masked_lemmas,
)

from .tiny_treebank import RECIPE


def test_groups_cover_a_document_in_order(bank: Path) -> None:
    """Every sentence stands in one group of at most four; about the share asked for is alone."""
    sentences = 20 * read_treebank(bank).sentences
    groups = list(group_sentences(sentences, single_share=0.6, draw=random.Random(0)))
    assert [sentence for group in groups for sentence in group] == list(sentences)
    assert {len(group) for group in groups} == {1, 2, 3, 4}
    alone = sum(len(group) == 1 for group in groups) / len(sentences)
    assert alone == pytest.approx(0.6, abs=0.02)


def test_an_epoch_draws_as_much_of_a_treebank_as_it_may(bank: Path) -> None:
    """A large treebank gives other sentences each epoch, a small one all of its own."""
    small = read_treebank(bank)
    few = Treebank("few", small.documents[:2])
    batches = EpochBatches([small, few], replace(RECIPE, epoch_words=400))
    groups = list(batches.draw_groups(random.Random(0)))
    n_words = sum(len(sentence.words) for group in groups for sentence in group)
    assert 400 + 50 <= n_words < 430 + 50
    assert groups != list(batches.draw_groups(random.Random(1)))
    assert groups == list(batches.draw_groups(random.Random(0)))


def test_sentences_are_varied_without_harm_to_their_trees(bank: Path) -> None:
    """The closing mark goes where nothing hangs on it; only words lose their capitals."""
    first, *_, last = read_treebank(bank).sentences[:5]
    assert without_closing(first).words == ("The", "drug", "binds", "the", "protein")
    assert without_closing(first).heads == first.heads[:5]
    assert without_closing(last) == last
    hung = replace(first, heads=(5, 2, 2, 4, 2, 2))
    assert without_closing(hung) == hung
    assert in_lower_case(first) == replace(first, words=("the", *first.words[1:]))


def test_masked_lemmas_are_forgotten(bank: Path) -> None:
    """Digits that a treebank replaced by zeros are no lemma to learn."""
    first = read_treebank(bank).sentences[0]
    marked = replace(
        first,
        words=("BMP2", "10", "100", "0", "B6", "x"),
        lemmas=("bmp0", "0", "100", "0", "B6", "0"),
    )
    assert without_masked_lemmas(marked).lemmas == ("", "", "100", "0", "B6", "")
