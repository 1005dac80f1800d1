"""The fused loss, held against torch's own cross-entropy and autograd."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from tailgraph.engine.pretraining.vocabulary_loss import vocabulary_loss


def inputs(n_rows: int, n_targets: int, dtype: torch.dtype = torch.float32) -> list[Tensor]:
    """Draw states, vectors, biases and targets."""
    generator = torch.Generator().manual_seed(n_rows)
    states, vectors, biases = (
        torch.randn(shape, generator=generator).to(dtype).requires_grad_()
        for shape in ((n_rows, 12), (50, 12), (50,))
    )
    return [states, vectors, biases, torch.randint(0, 50, (n_rows, n_targets), generator=generator)]


def plain_loss(states: Tensor, vectors: Tensor, biases: Tensor, targets: Tensor) -> Tensor:
    """Compute the loss from all logits at once."""
    logits = (states @ vectors.T + biases).float()
    n_targets = targets.shape[1]
    return functional.cross_entropy(logits.repeat_interleave(n_targets, dim=0), targets.flatten())


@pytest.mark.parametrize(("n_rows", "n_targets"), [(1, 1), (7, 3), (128, 1), (300, 16)])
def test_loss_and_gradients_are_those_of_cross_entropy(n_rows: int, n_targets: int) -> None:
    """The mean over rows and targets, its gradients scaled by what follows."""
    given = inputs(n_rows, n_targets)
    loss, expected = vocabulary_loss(*given), plain_loss(*given)
    torch.testing.assert_close(loss, expected, rtol=1e-5, atol=1e-6)
    found = torch.autograd.grad(3 * loss, given[:3])
    for gradient, other in zip(found, torch.autograd.grad(3 * expected, given[:3]), strict=True):
        torch.testing.assert_close(gradient, other, rtol=1e-4, atol=1e-6)


def test_a_target_that_is_named_twice_counts_twice() -> None:
    """Targets of a row weigh the same each, also where two are one term."""
    states, vectors, biases, _ = inputs(1, 1)
    twice = vocabulary_loss(states, vectors, biases, torch.tensor([[3, 3, 8]]))
    singly = [vocabulary_loss(states, vectors, biases, torch.tensor([[term]])) for term in (3, 8)]
    torch.testing.assert_close(twice, (2 * singly[0] + singly[1]) / 3)


def test_no_rows_lose_nothing() -> None:
    """Without rows the loss is 0, and so are all gradients."""
    given = inputs(0, 1)
    loss = vocabulary_loss(*given)
    assert loss.item() == 0
    loss.backward()
    for leaf in given[:3]:
        assert leaf.grad is not None
        assert (leaf.grad == 0).all()


def test_bfloat16_states_under_autocast_come_near() -> None:
    """Half-precision states from a layer before give the loss, and float32 gradients to leaves."""
    states, vectors, biases, targets = inputs(200, 4)
    layer = torch.nn.Linear(12, 12)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        halves = layer(states)
        loss = vocabulary_loss(halves, vectors, biases, targets)
    assert halves.dtype == torch.bfloat16
    assert loss.dtype == torch.float32
    expected = plain_loss(layer(states), vectors, biases, targets)
    assert loss.item() == pytest.approx(expected.item(), rel=5e-3)
    leaves = [vectors, biases, layer.weight]
    found = torch.autograd.grad(loss, leaves)
    for gradient, other in zip(found, torch.autograd.grad(expected, leaves), strict=True):
        assert gradient.dtype == torch.float32
        assert (gradient - other).norm() < 0.02 * other.norm()


def test_a_network_all_in_bfloat16_has_a_loss() -> None:
    """Vectors of half precision are multiplied as they are."""
    given = inputs(40, 2, torch.bfloat16)
    loss, expected = vocabulary_loss(*given), plain_loss(*given)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-2)
    found = torch.autograd.grad(loss, given[:3])
    for gradient, other in zip(found, torch.autograd.grad(expected, given[:3]), strict=True):
        assert gradient.dtype == torch.bfloat16
        assert (gradient - other).norm() < 0.03 * other.norm()


def test_nothing_is_kept_where_no_gradient_is_wanted() -> None:
    """Plain tensors give a plain number."""
    given = [value.detach() for value in inputs(9, 2)]
    loss = vocabulary_loss(*given)
    assert not loss.requires_grad
    torch.testing.assert_close(loss, plain_loss(*given))
