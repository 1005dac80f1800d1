"""Muon: momentum whose matrices are made orthogonal before each step.

torch has the same optimizer, which always works in bfloat16; on a processor without instructions
for that it is a hundred times slower than this one.

References
----------
Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024. Liu et al., "Muon is
scalable for LLM training", 2025: weight decay, and steps as long as those of AdamW.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, distributed, nn

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)
_N_ITERATIONS = 5


class Muon(torch.optim.Optimizer):
    """Stochastic gradient descent with Nesterov momentum, each update made orthogonal.

    Parameters
    ----------
    params
        Matrices of hidden layers.
    lr
        Learning rate, of a size that would suit AdamW.
    momentum
        Of the gradients.
    weight_decay
        Decoupled, as in AdamW.
    """

    def __init__(
        self,
        params: Iterable[nn.Parameter],
        *,
        lr: float = 2e-3,
        momentum: float = 0.95,
        weight_decay: float = 0.05,
    ) -> None:
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # no closure is taken
        """Update the matrices that have a gradient."""
        for group in self.param_groups:
            weights = [weight for weight in group["params"] if weight.grad is not None]
            gradients = [weight.grad for weight in weights]
            updates = self._updates(weights, gradients, group["momentum"])
            for weight, update in zip(weights, updates, strict=True):
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.add_(update, alpha=-group["lr"] * 0.2 * math.sqrt(max(weight.shape)))

    def _updates(
        self, weights: list[Tensor], gradients: list[Tensor], momentum: float
    ) -> list[Tensor]:
        """Compute the updates, each process those of some matrices for all."""
        n_processes = distributed.get_world_size() if distributed.is_initialized() else 1
        rank = distributed.get_rank() if n_processes > 1 else 0
        updates = []
        for number, (weight, gradient) in enumerate(zip(weights, gradients, strict=True)):
            state = self.state[weight]
            if "momentum" not in state:
                state["momentum"] = torch.zeros_like(weight)
            average = state["momentum"].lerp_(gradient, 1 - momentum)
            if number % n_processes == rank:
                updates.append(orthogonalize(gradient.lerp(average, momentum)))
            else:
                updates.append(torch.zeros_like(weight))
        if n_processes > 1:
            together = torch.cat([update.flatten() for update in updates])
            distributed.all_reduce(together)
            parts = torch.split(together, [weight.numel() for weight in weights])
            updates = [part.view_as(w) for part, w in zip(parts, weights, strict=True)]
        return updates


def orthogonalize(matrix: Tensor) -> Tensor:
    """Move the singular values of a matrix to about 1, by Newton-Schulz iterations.

    The iterations run on the small Gram matrix, which all of their polynomials commute with; the
    matrix itself is multiplied once, at the end.

    Parameters
    ----------
    matrix
        Tensor of shape (n_rows, n_columns).

    Returns
    -------
    Tensor of the same shape, with singular values between 0.7 and 1.2 except for tiny ones.
    """
    dtype = torch.bfloat16 if matrix.is_cuda else matrix.dtype
    x = (matrix / (matrix.norm() + 1e-7)).to(dtype)
    is_tall = x.shape[0] > x.shape[1]
    if is_tall:
        x = x.T
    gram = x @ x.T
    factor = product = _polynomial(gram)
    for _ in range(1, _N_ITERATIONS):
        gram = factor @ gram @ factor
        factor = _polynomial(gram)
        product = factor @ product
    x = product @ x
    out: Tensor = (x.T if is_tall else x).to(matrix.dtype)
    return out


def _polynomial(gram: Tensor) -> Tensor:
    """Compute what one iteration multiplies a matrix by, from its Gram matrix."""
    a, b, c = _COEFFICIENTS
    factor = torch.addmm(gram, gram, gram, beta=b, alpha=c)
    factor.diagonal().add_(a)
    return factor
