"""Masked words of held-out text, held against a loop over transformers' own logits."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.held_out import (
    MaskedRows,
    cut_rows,
    mask_rows,
    measure_coverage,
    measure_held_out,
    word_starts,
)
from tailgraph.engine.pooling import term_probabilities
from tailgraph.engine.pretraining.token_corpus import TokenCorpus
from tailgraph.errors import CorpusError, ShapeError

from ..conftest import TINY_TERMS
from ..held_out_text import document, random_documents

MASK = TINY_TERMS.index("[MASK]")


@pytest.fixture(scope="module")
def corpus(tiny_encoder: Encoder) -> TokenCorpus:
    """Tokenize random documents."""
    return TokenCorpus.from_documents(random_documents(), tiny_encoder.tokenizer.backend)


def original(masked: MaskedRows) -> list[list[int]]:
    """Put the masked tokens back, row by row, without the special ones around them."""
    ids = masked.sequences.ids.copy()
    ids[masked.sequences.wanted] = masked.targets
    starts = masked.sequences.starts
    return [ids[a + 1 : b - 1].tolist() for a, b in pairwise(starts.tolist())]


@pytest.mark.parametrize("backend", ["packed", "transformers"])
def test_figures_are_those_of_a_loop_over_logits(
    backend: str, tiny_bert: Path, corpus: TokenCorpus
) -> None:
    """Accuracy and perplexity come out as from one row at a time through the whole model."""
    encoder = Encoder.from_pretrained(tiny_bert, device="cpu", backend=backend)  # type: ignore[arg-type] # parametrized
    model = transformers.BertForMaskedLM.from_pretrained(tiny_bert, dtype=torch.float32).eval()
    masked = mask_rows(encoder, corpus, length=20, share=0.4)
    sequences, targets = masked.sequences, iter(masked.targets.tolist())
    n_right = n_near = 0
    losses = []
    for start, end in pairwise(sequences.starts.tolist()):
        with torch.inference_mode():
            logits = model(input_ids=torch.from_numpy(sequences.ids[None, start:end])).logits[0]
        for place in np.flatnonzero(sequences.wanted[start:end]):
            target = next(targets)
            n_right += int(logits[place].argmax()) == target
            n_near += target in logits[place].topk(5).indices.tolist()
            losses.append(-float(torch.log_softmax(logits[place].double(), 0)[target]))
    found = measure_held_out(encoder, corpus, length=20, share=0.4)
    assert found.accuracy == pytest.approx(n_right / len(losses))
    assert found.top5_accuracy == pytest.approx(n_near / len(losses))
    assert found.perplexity == pytest.approx(np.exp(np.mean(losses)), rel=1e-4)
    assert found.n_masked == len(losses) > 100


def test_the_unigram_baseline_is_that_of_the_counts(
    tiny_encoder: Encoder, corpus: TokenCorpus
) -> None:
    """Counts decide it, with one added to each, or else the output biases."""
    counts = np.bincount(corpus.ids, minlength=len(TINY_TERMS))
    targets = mask_rows(tiny_encoder, corpus).targets
    shares = (counts + 1) / (counts + 1).sum()
    found = measure_held_out(tiny_encoder, corpus, counts=counts)
    assert found.unigram_accuracy == pytest.approx((targets == counts.argmax()).mean())
    assert found.unigram_perplexity == pytest.approx(np.exp(-np.log(shares[targets]).mean()))
    assert found.unigram_source == "training counts"
    biases = term_probabilities(tiny_encoder.vocabulary)
    found = measure_held_out(tiny_encoder, corpus)
    assert found.unigram_perplexity == pytest.approx(np.exp(-np.log(biases[targets]).mean()))
    assert found.unigram_source == "output biases"
    with pytest.raises(ShapeError, match="one for each"):
        measure_held_out(tiny_encoder, corpus, counts=counts[1:])


def test_whole_words_are_masked(tiny_encoder: Encoder, corpus: TokenCorpus) -> None:
    """Of a word all pieces are masked or none, and only the words' share is."""
    masked = mask_rows(tiny_encoder, corpus, length=30)
    rows = original(masked)
    is_masked = masked.sequences.ids == MASK
    first = 0
    for row in rows:
        starts = [not TINY_TERMS[token].startswith("##") for token in row]
        starts[0] = True
        word = np.cumsum(starts)
        hidden = is_masked[first + 1 : first + 1 + len(row)]
        for number in set(word.tolist()):
            assert len(set(hidden[word == number].tolist())) == 1
        first += len(row) + 2
    assert is_masked.sum() == len(masked.targets)
    assert 0.1 < len(masked.targets) / sum(map(len, rows)) < 0.2


def test_rows_are_consecutive_text_of_one_document(
    tiny_encoder: Encoder, corpus: TokenCorpus
) -> None:
    """Laid end to end the rows are the corpus; none crosses a document or grows too long."""
    rows = original(mask_rows(tiny_encoder, corpus, length=16))
    np.testing.assert_array_equal(np.concatenate(rows), corpus.ids)
    ends = np.cumsum([len(row) for row in rows])
    assert set(corpus.document_tokens[1:].tolist()) <= set(ends.tolist())
    assert max(map(len, rows)) <= 14


def test_rows_begin_with_words() -> None:
    """A row ends before a word that does not fit; a word longer than a row is cut."""
    corpus = TokenCorpus(np.arange(9, dtype=np.uint16), np.array([0, 9]), np.array([0, 1]))
    is_start = np.array([1, 1, 0, 1, 0, 0, 0, 0, 1], dtype=np.bool_)
    expected = [[0, 3], [3, 7], [7, 9]]
    np.testing.assert_array_equal(cut_rows(corpus, is_start, 4), expected)


def test_words_with_unknown_tokens_are_left_alone(
    tiny_encoder: Encoder, corpus: TokenCorpus
) -> None:
    """There is nothing to predict in place of an unknown token."""
    unknown = TINY_TERMS.index("[UNK]")
    masked = mask_rows(tiny_encoder, corpus, share=1.0)
    assert set(masked.sequences.ids.tolist()) == {MASK, unknown, 2, 3}
    assert unknown in corpus.ids
    assert unknown not in masked.targets


def test_the_seed_decides_what_is_masked(tiny_encoder: Encoder, corpus: TokenCorpus) -> None:
    """The same seed draws the same rows and words, another one others."""
    first, again, other = (
        mask_rows(tiny_encoder, corpus, n_rows=5, length=20, seed=seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.sequences.ids, again.sequences.ids)
    assert first.sequences.ids.tolist() != other.sequences.ids.tolist()
    assert len(first.sequences) == 5


def test_coverage_counts_pieces_and_unknown_tokens(tiny_encoder: Encoder) -> None:
    """Pieces are counted for each word, unknown words among them."""
    text = [document("the kinases", "\u4e00 binds"), *map(document, ["a", "cell", "."])]
    corpus = TokenCorpus.from_documents(text, tiny_encoder.tokenizer.backend)
    found = measure_coverage(corpus, tiny_encoder)
    assert (found.n_tokens, found.unknown_rate) == (8, 1 / 8)
    assert found.pieces_per_word == 8 / 7
    starts = word_starts(corpus, tiny_encoder.vocabulary)
    assert starts.tolist() == [True, True, False, True, True, True, True, True]


def test_text_without_a_masked_word_is_refused(tiny_encoder: Encoder) -> None:
    """There is no figure without a masked token."""
    text = [document("\u4e00")] * 4
    corpus = TokenCorpus.from_documents(text, tiny_encoder.tokenizer.backend)
    with pytest.raises(CorpusError, match="no word was masked"):
        measure_held_out(tiny_encoder, corpus)
