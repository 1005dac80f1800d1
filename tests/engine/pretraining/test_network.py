"""The network's losses and states, held against transformers' own forward pass."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from tailgraph.engine.pretraining.batches import IGNORED, Batch
from tailgraph.engine.pretraining.evaluation import evaluate
from tailgraph.engine.pretraining.network import Network, Shape, batch_tensors

from ...conftest import randomize

SHAPE = Shape(n_terms=70, dim=24, n_layers=2, n_heads=3, n_inner=40, max_length=20)
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def network() -> Network:
    """Make a network with random weights and biases everywhere."""
    network = Network(SHAPE)
    randomize(network)
    return network


def batch_of(length: int, *, with_pairs: bool = True, seed: int = 0) -> Batch:
    """Draw a batch of 9 rows, some of their places without a label."""
    rng = np.random.default_rng(seed)
    places = np.stack([rng.choice(np.arange(1, length - 1), 4, replace=False) for _ in range(9)])
    labels = rng.integers(5, 70, size=(9, 4))
    labels[rng.random(labels.shape) < 0.3] = IGNORED
    is_random = rng.integers(0, 2, size=9) if with_pairs else np.full(9, IGNORED)
    return Batch(
        rng.integers(5, 70, size=(9, length)),
        rng.integers(0, 2, size=(9, length)),
        places,
        labels,
        is_random,
        rng.integers(5, 70, size=(9, 16)),
    )


def logits(network: Network, batch: Batch) -> tuple[Tensor, Tensor]:
    """Run transformers on a batch: all words' scores at all tokens, and the pairs' scores."""
    network.eval()
    with torch.no_grad():
        out = network.model(
            input_ids=torch.from_numpy(batch.ids), token_type_ids=torch.from_numpy(batch.segments)
        )
    return out.prediction_logits, out.seq_relationship_logits


@pytest.mark.parametrize("length", [20, 9])
def test_losses_are_those_of_the_full_forward_pass(length: int, network: Network) -> None:
    """Computing at the masked places alone gives the losses of computing everywhere."""
    batch = batch_of(length)
    words, pairs = logits(network, batch)
    at_places = words.gather(1, torch.from_numpy(batch.places)[:, :, None].expand(-1, -1, 70))
    opening = words[:, :1].expand(-1, 16, -1)
    expected = (
        functional.cross_entropy(at_places.flatten(0, 1), torch.from_numpy(batch.labels).flatten()),
        functional.cross_entropy(pairs, torch.from_numpy(batch.is_random)),
        functional.cross_entropy(opening.flatten(0, 1), torch.from_numpy(batch.bag).flatten()),
    )
    found = network(*batch_tensors(batch, CPU))
    for loss, other in zip(found, expected, strict=True):
        torch.testing.assert_close(loss.detach(), other, rtol=1e-4, atol=1e-4)


def test_rows_without_pairs_have_no_next_sentence_loss(network: Network) -> None:
    """Single spans lose nothing there, and the gradient of the pair's head is zero."""
    _, pairs, _ = network(*batch_tensors(batch_of(12, with_pairs=False), CPU))
    assert pairs.item() == 0
    (gradient,) = torch.autograd.grad(pairs, [network.model.cls.seq_relationship.weight])
    assert (gradient == 0).all()


def test_padding_does_not_reach_the_states(network: Network) -> None:
    """With padding named, states are transformers' with its attention mask."""
    batch = batch_of(11)
    is_token = torch.arange(11)[None] < torch.tensor([11, 3, 7, 9, 4, 5, 11, 8, 6])[:, None]
    with torch.no_grad():
        out = network.model.bert(
            input_ids=torch.from_numpy(batch.ids),
            token_type_ids=torch.from_numpy(batch.segments),
            attention_mask=is_token.long(),
        ).last_hidden_state
        opening, at_places = network.states(
            *(torch.from_numpy(array) for array in (batch.ids, batch.segments, batch.places)),
            is_token=is_token,
        )
    torch.testing.assert_close(opening, out[:, 0], rtol=1e-4, atol=1e-4)
    picked = out.gather(1, torch.from_numpy(batch.places)[:, :, None].expand(-1, -1, 24))
    torch.testing.assert_close(at_places, picked, rtol=1e-4, atol=1e-4)


def test_vectors_of_texts_are_the_head_at_the_opening_token(network: Network) -> None:
    """The vector of a text, its product with the vocabulary added, gives transformers' scores."""
    batch = batch_of(10)
    ids = torch.from_numpy(batch.ids)
    with torch.no_grad():
        expected = network.model(input_ids=ids).prediction_logits[:, 0]
        vectors = network.text_vectors(ids, torch.ones_like(ids, dtype=torch.bool))
        words = network.model.bert.embeddings.word_embeddings.weight
        found = vectors @ words.T + network.model.cls.predictions.bias
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_every_parameter_gets_a_gradient(network: Network) -> None:
    """All parameters that transformers would save are trained; none is trained in vain."""
    losses = network(*batch_tensors(batch_of(20), CPU))
    gradients = torch.autograd.grad(sum(losses), list(network.parameters()))
    for (name, _), gradient in zip(network.named_parameters(), gradients, strict=True):
        if "key.bias" not in name:  # it cancels in the softmax
            assert gradient.abs().max() > 0, name


def test_an_evaluation_counts_what_the_full_forward_pass_predicts(network: Network) -> None:
    """Loss and accuracies over several batches are means over all their masks and pairs."""
    batches = [batch_of(20, seed=1), batch_of(12, with_pairs=False, seed=2), batch_of(9, seed=3)]
    losses, hits, told = [], [], []
    for batch in batches:
        words, pairs = logits(network, batch)
        rows, columns = np.nonzero(batch.labels != IGNORED)
        scores = words[rows, batch.places[rows, columns]]
        labels = torch.from_numpy(batch.labels[rows, columns])
        losses += functional.cross_entropy(scores, labels, reduction="none").tolist()
        hits += (scores.argmax(dim=1) == labels).tolist()
        is_pair = batch.is_random != IGNORED
        told += (pairs.argmax(dim=1).numpy() == batch.is_random)[is_pair].tolist()
    found = evaluate(network, batches, CPU)
    assert found.loss == pytest.approx(np.mean(losses), rel=1e-4)
    assert found.accuracy == pytest.approx(np.mean(hits))
    assert found.next_sentence_accuracy == pytest.approx(np.mean(told))
    assert len(told) == 18
