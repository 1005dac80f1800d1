"""Next-sentence prediction, held against transformers' own head and the text that pairs are of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from tailgraph.engine.checkpoint import Checkpoint
from tailgraph.engine.encoder import Encoder
from tailgraph.engine.next_sentence import (
    NextSentenceHead,
    Pair,
    draw_pairs,
    measure_next_sentence,
    pair_sequences,
)
from tailgraph.engine.pretraining.token_corpus import TokenCorpus
from tailgraph.errors import CorpusError

from ..conftest import TINY_TERMS, randomize, save_tiny_tokenizer
from ..held_out_text import document, random_documents


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a random BERT with both heads of its pretraining."""
    place = tmp_path_factory.mktemp("both-heads")
    config = transformers.BertConfig(
        vocab_size=len(TINY_TERMS),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=64,
    )
    randomize(transformers.BertForPreTraining(config)).save_pretrained(place)
    save_tiny_tokenizer(place)
    return place


@pytest.fixture(scope="module")
def corpus(tiny_encoder: Encoder) -> TokenCorpus:
    """Tokenize random documents."""
    return TokenCorpus.from_documents(random_documents(20), tiny_encoder.tokenizer.backend)


def read_head(folder: Path) -> NextSentenceHead | None:
    """Read the head of a folder."""
    return NextSentenceHead.read(Checkpoint.open(folder, local_files_only=True))


def own_logits(folder: Path, pairs: tuple[Pair, ...]) -> np.ndarray:
    """Run transformers on one pair at a time, written out by hand."""
    model = transformers.BertForPreTraining.from_pretrained(folder, dtype=torch.float32).eval()
    logits = []
    for first, second in pairs:
        ids = torch.tensor([[2, *first, 3, *second, 3]])
        segments = torch.tensor([[0] * (len(first) + 2) + [1] * (len(second) + 1)])
        with torch.inference_mode():
            found = model(input_ids=ids, token_type_ids=segments).seq_relationship_logits
        logits.append(found[0].numpy())
    return np.array(logits)


@pytest.mark.parametrize("backend", ["packed", "transformers"])
def test_logits_are_those_of_transformers(backend: str, folder: Path, corpus: TokenCorpus) -> None:
    """Segments, pooler and head are read as the model computes them."""
    encoder = Encoder.from_pretrained(folder, device="cpu", backend=backend)  # type: ignore[arg-type] # parametrized
    pairs = draw_pairs(corpus, n_pairs=20, room=40, seed=0).other_document
    head = read_head(folder)
    assert head is not None
    states = encoder.model.vectors(pair_sequences(encoder, pairs), reading="top")
    np.testing.assert_allclose(head.logits(states), own_logits(folder, pairs), atol=1e-4)


def test_accuracies_are_those_of_the_logits(folder: Path, corpus: TokenCorpus) -> None:
    """A pair is right where the higher of its two logits is the right one."""
    encoder = Encoder.from_pretrained(folder, device="cpu")
    head = read_head(folder)
    assert head is not None
    pairs = draw_pairs(corpus, n_pairs=60, room=47, seed=3)
    says = [
        own_logits(folder, part).argmax(axis=1) == 0
        for part in (pairs.following, pairs.other_document, pairs.same_document)
    ]
    found = measure_next_sentence(encoder, head, corpus, n_pairs=60, length=50, seed=3)
    assert found.recall == pytest.approx(says[0].mean())
    assert found.accuracy == pytest.approx(np.concatenate([says[0], ~says[1]]).mean())
    assert found.same_document_accuracy == pytest.approx(np.concatenate([says[0], ~says[2]]).mean())
    assert found.n_pairs == 60


def places_of(corpus: TokenCorpus, ids: list[int]) -> list[int]:
    """Find where a run of tokens stands in the corpus."""
    text = corpus.ids.tolist()
    return [i for i in range(len(text)) if text[i : i + len(ids)] == ids]


def test_pairs_are_of_the_places_that_they_claim(corpus: TokenCorpus) -> None:
    """Second texts follow at once, come from another document, or from elsewhere in the same."""
    pairs = draw_pairs(corpus, n_pairs=40, room=40, seed=1)
    document_of = np.searchsorted(corpus.document_tokens, np.arange(corpus.n_tokens), "right")
    for first, second in pairs.following:
        assert places_of(corpus, [*first, *second])
    for first, second in pairs.other_document:
        documents = [
            {int(document_of[place]) for place in places_of(corpus, text)}
            for text in (first, second)
        ]
        assert len(set.union(*documents)) > 1
    for first, second in pairs.same_document:
        assert not places_of(corpus, [*first, *second])
        documents = [
            {int(document_of[place]) for place in places_of(corpus, text)}
            for text in (first, second)
        ]
        assert set.intersection(*documents)


def test_pairs_fit_their_room_and_half_of_them_follow(corpus: TokenCorpus) -> None:
    """A first text takes half of the room at most, both together all of it at most."""
    pairs = draw_pairs(corpus, n_pairs=40, room=30, seed=1)
    parts = (pairs.following, pairs.other_document, pairs.same_document)
    assert [len(part) for part in parts] == [20, 20, 20]
    for first, second in [pair for part in parts for pair in part]:
        assert 0 < len(first) <= 15
        assert 0 < len(second) <= 30 - len(first)


def test_the_seed_decides_the_pairs(corpus: TokenCorpus) -> None:
    """The same seed draws the same pairs."""
    first, again, other = (draw_pairs(corpus, n_pairs=10, room=30, seed=seed) for seed in (1, 1, 2))
    assert first.following == again.following
    assert first.same_document == again.same_document
    assert first.following != other.following


def test_a_model_without_the_head_has_none(tiny_bert: Path) -> None:
    """A masked language model alone was not trained on pairs."""
    assert read_head(tiny_bert) is None


def test_one_long_document_is_not_enough(tiny_encoder: Encoder) -> None:
    """Text of another document has to come from somewhere."""
    text = [document("the cell", "a gene", "a drug", "the king"), *[document("a cell")] * 3]
    corpus = TokenCorpus.from_documents(text, tiny_encoder.tokenizer.backend)
    with pytest.raises(CorpusError, match="two documents of 4 sentences"):
        draw_pairs(corpus, n_pairs=10, room=30, seed=0)
