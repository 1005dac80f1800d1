"""How well a network does on text that it was not trained on, while it is being trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from .batches import IGNORED, Batch
from .network import Network, batch_tensors

_BLOCK = 128
"""Masked places whose logits are held at one time."""


@dataclass(frozen=True)
class Evaluation:
    """Measurements on held-out rows.

    Attributes
    ----------
    loss
        Mean cross-entropy of masked tokens, in nats.
    accuracy
        Share of masked tokens that are predicted first.
    next_sentence_accuracy
        Share of pairs told right; 0 without pairs.
    """

    loss: float
    accuracy: float
    next_sentence_accuracy: float


@torch.inference_mode()
def evaluate(network: Network, batches: Sequence[Batch], device: torch.device) -> Evaluation:
    """Measure a network on some batches."""
    loss = n_right = n_masked = n_told = n_pairs = 0.0
    for batch in batches:
        ids, segments, places, labels, is_random, _ = batch_tensors(batch, device)
        opening, masked = network.states(ids, segments, places)
        is_scored = labels != IGNORED
        states, truth = masked[is_scored], labels[is_scored]
        for first in range(0, len(truth), _BLOCK):
            logits = network.word_logits(states[first : first + _BLOCK])
            here = truth[first : first + _BLOCK]
            loss += float(torch.nn.functional.cross_entropy(logits, here, reduction="sum"))
            n_right += int((logits.argmax(dim=1) == here).sum())
        n_masked += len(truth)
        is_pair = is_random != IGNORED
        answers = network.pair_logits(opening[is_pair]).argmax(dim=1)
        n_told += int((answers == is_random[is_pair]).sum())
        n_pairs += int(is_pair.sum())
    return Evaluation(loss / max(1, n_masked), n_right / max(1, n_masked), n_told / max(1, n_pairs))
