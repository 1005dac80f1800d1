"""Muon, held against its iterations written out and against torch's own."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tailgraph.engine.pretraining.muon import Muon, orthogonalize

SHAPES = [(6, 6), (4, 9), (9, 4), (1, 5)]


def iterate(matrix: Tensor) -> Tensor:
    """Apply the five iterations to the matrix itself."""
    x = matrix / matrix.norm()
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_orthogonalize_equals_the_iterations(shape: tuple[int, int]) -> None:
    """Working on the small Gram matrix gives what the iterations on the matrix give."""
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    expected = iterate(matrix if shape[0] <= shape[1] else matrix.T)
    expected = expected if shape[0] <= shape[1] else expected.T
    torch.testing.assert_close(orthogonalize(matrix), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shape", [(24, 64), (64, 24)], ids=str)
def test_singular_values_come_near_one(shape: tuple[int, int]) -> None:
    """All of them end up between 0.7 and 1.2, and the directions stay."""
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(2))
    found = orthogonalize(matrix)
    values = torch.linalg.svdvals(found)
    assert 0.68 < values.min() <= values.max() < 1.21
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    inner = left.T @ found @ right.T
    torch.testing.assert_close(inner, torch.diag(inner.diagonal()), atol=2e-3, rtol=0)


def test_a_zero_gradient_moves_nothing() -> None:
    """A matrix of zeros stays one, without a division by its length."""
    assert (orthogonalize(torch.zeros(3, 4)) == 0).all()


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="torch has no Muon before 2.9")
@pytest.mark.parametrize("shape", SHAPES[:3], ids=str)
def test_steps_are_those_of_torch(shape: tuple[int, int]) -> None:
    """Four steps end where torch's Muon ends, as near as its bfloat16 lets it."""
    generator = torch.Generator().manual_seed(3)
    start = torch.randn(shape, generator=generator)
    ours, theirs = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    optimizers = [
        Muon([ours], lr=0.02, momentum=0.9, weight_decay=0.1),
        torch.optim.Muon(
            [theirs],
            lr=0.02,
            momentum=0.9,
            weight_decay=0.1,
            adjust_lr_fn="match_rms_adamw",
        ),
    ]
    for _ in range(4):
        gradient = torch.randn(shape, generator=generator)
        ours.grad, theirs.grad = gradient.clone(), gradient.clone()
        for optimizer in optimizers:
            optimizer.step()
    moved = (theirs - start).norm()
    assert moved > 0.05
    assert (ours - theirs).norm() < 0.03 * moved


def test_a_matrix_without_a_gradient_is_left_alone() -> None:
    """Nothing decays where nothing is learned."""
    weights = [nn.Parameter(torch.ones(3, 3)) for _ in range(2)]
    optimizer = Muon(weights, lr=0.1)
    weights[0].grad = torch.eye(3)
    optimizer.step()
    assert (weights[0] != 1).all()
    assert (weights[1] == 1).all()
