"""Cross-entropy over a whole vocabulary, without ever holding all of its logits.

Logits, their softmax and all gradients are computed for a few rows at a time, while these are in
the processor's caches; what autograd would keep and read back several times is never written.

References
----------
Hsu et al., "Liger kernel: efficient Triton kernels for LLM training", 2024: the fused product and
cross-entropy, there for GPUs.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

_BLOCK = 128
"""Rows whose logits are held at one time on a processor; a GPU takes 32 times as many."""


def vocabulary_loss(states: Tensor, vectors: Tensor, biases: Tensor, targets: Tensor) -> Tensor:
    """Compute the mean cross-entropy of targets, given the logits ``states @ vectors.T + biases``.

    Parameters
    ----------
    states
        Tensor of shape (n_rows, dim).
    vectors
        Tensor of shape (n_terms, dim).
    biases
        Tensor of shape (n_terms,).
    targets
        int64 tensor of shape (n_rows, n_targets): terms that weigh the same within their row.

    Returns
    -------
    float32 tensor without dimensions, in nats; 0 where there are no rows.
    """
    loss: Tensor = _VocabularyLoss.apply(  # type: ignore[no-untyped-call]  # untyped over there
        states, vectors, biases, targets
    )
    return loss


class _VocabularyLoss(torch.autograd.Function):
    """The loss, its gradients computed along with it."""

    @staticmethod
    def forward(
        ctx: Any, states: Tensor, vectors: Tensor, biases: Tensor, targets: Tensor
    ) -> Tensor:
        """Compute the loss and keep the gradients."""
        n_rows, n_targets = max(1, len(targets)), targets.shape[1]
        needs_gradients = any(ctx.needs_input_grad)
        total = torch.zeros((), device=states.device)
        if needs_gradients:
            to_states = torch.zeros_like(states)
            to_vectors = torch.zeros_like(vectors)
            to_biases = torch.zeros_like(biases)
        block = _BLOCK * (32 if states.is_cuda else 1)
        for first in range(0, len(states), block):
            rows = slice(first, first + block)
            logits = functional.linear(states[rows], vectors, biases).float()
            norms = logits.logsumexp(dim=1, keepdim=True)
            total += (norms - logits.gather(1, targets[rows])).sum() / (n_rows * n_targets)
            if not needs_gradients:
                continue
            chances = logits.sub_(norms).exp_()
            hits = torch.full_like(targets[rows], -1, dtype=torch.float32) / n_targets
            chances.scatter_add_(1, targets[rows], hits).div_(n_rows)
            to_biases += chances.sum(dim=0)
            chances = chances.to(vectors.dtype)
            to_states[rows] = torch.mm(chances, vectors)
            to_vectors.addmm_(chances.T, states[rows].to(vectors.dtype))
        if needs_gradients:
            ctx.gradients = (to_states, to_vectors, to_biases)
        return total

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        """Scale the kept gradients, in place: they are used once."""
        (scale,) = grad_outputs
        return *(gradient.mul_(scale) for gradient in ctx.gradients), None
