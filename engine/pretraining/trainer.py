"""The training loop: steps, measurements, checkpoints, and going on from them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

import torch
from torch import Tensor, nn

from ...errors import ModelError, ParameterError
from ..packed_bert import has_bfloat16
from .batches import Batch
from .config import PretrainingConfig
from .evaluation import Evaluation, evaluate
from .muon import Muon
from .network import Network
from .processes import Processes
from .run_folder import BEFORE_DECAY, LATEST, RunFolder, Snapshot, named_state, restore_state

LOG_STEPS = 10
"""Steps between two entries of the log; checkpoints fall on them too."""
_MAX_NORM = 1.0

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Objective:
    """What a network is trained on.

    Attributes
    ----------
    model
        Gives one loss for each of the weights; it contains the network.
    weights
        How much each loss counts, by name.
    inputs
        Makes the inputs of the model from the number of a step and the rank of a process; the
        first of them holds token ids.
    """

    model: nn.Module
    weights: Mapping[str, float]
    inputs: Callable[[int, int], tuple[Tensor, ...]]


@dataclass(frozen=True)
class TrainingResult:
    """What a run did.

    Attributes
    ----------
    n_steps, n_tokens
        Steps taken and tokens seen by all processes.
    cpu_seconds
        Processor time of all processes together.
    stopped_early
        The held-out loss stopped falling.
    evaluation
        The last measurement on held-out text.
    """

    n_steps: int
    n_tokens: int
    cpu_seconds: float
    stopped_early: bool
    evaluation: Evaluation


class Trainer:
    """A run in progress.

    Parameters
    ----------
    network
        To be trained, in place; on the device of the processes.
    objective
        What to train it on.
    config
        What decides the run.
    held_out
        Batches to measure on.
    folder
        Where checkpoints and the log are kept.
    processes
        Who trains along.
    """

    def __init__(
        self,
        network: Network,
        objective: Objective,
        config: PretrainingConfig,
        *,
        held_out: Sequence[Batch],
        folder: RunFolder,
        processes: Processes,
    ) -> None:
        self._network = network
        self._objective = objective
        self._config = config
        self._held_out = held_out
        self._folder = folder
        self._processes = processes
        self._optimizers = _build_optimizers(network, config)
        self._parameters = dict(network.named_parameters())
        self._model = objective.model
        if not processes.is_alone:
            self._model = nn.parallel.DistributedDataParallel(objective.model)
        self._counts = _Counts()

    def run(self, *, progress: Progress | None = None) -> TrainingResult:
        """Train to the end of the run, from its last checkpoint if there is one.

        Parameters
        ----------
        progress
            Called after each step with the tokens seen and the tokens of the whole run.

        Raises
        ------
        ModelError
            If the loss is no number any more.
        ParameterError
            If the run is to end before the point where it can be taken up.
        """
        self._resume()
        config, counts = self._config, self._counts
        sums = torch.zeros(2, len(self._objective.weights))
        while counts.n_tokens < config.total_tokens and not counts.stopped_early:
            if counts.n_tokens >= config.decay_start and not counts.has_decayed:
                self._save(BEFORE_DECAY)
                counts.has_decayed = True
            sums += self._train_step()
            if progress is not None and self._processes.is_first:
                progress(counts.n_tokens, config.total_tokens)
            if counts.step % LOG_STEPS == 0:
                self._log(sums[0] / sums[1].clamp(min=1))
                sums.zero_()
                if counts.n_tokens - counts.saved_at >= config.checkpoint_tokens:
                    self._save(LATEST)
        self._refuse_divergence(sums[0])
        found = evaluate(self._network, self._held_out, self._processes.device)
        self._refuse_divergence(torch.tensor([found.loss]))
        self._save(LATEST)
        return TrainingResult(
            counts.step, counts.n_tokens, counts.cpu_seconds, counts.stopped_early, found
        )

    def _train_step(self) -> Tensor:
        """Take one step.

        Returns
        -------
        float32 tensor of shape (2, n_losses): the losses of this process, and which there were.
        """
        counts, processes = self._counts, self._processes
        clock = time.process_time()
        rate = self._config.rate(counts.n_tokens)
        for optimizer in self._optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = rate * group["full_lr"]
        inputs = self._objective.inputs(counts.step, processes.rank)
        place = processes.device.type
        with torch.autocast(place, dtype=torch.bfloat16, enabled=_has_fast_bfloat16(place)):
            losses = self._model(*inputs)
        weighted = zip(losses, self._objective.weights.values(), strict=True)
        torch.autograd.backward(torch.stack([loss * weight for loss, weight in weighted]).sum())
        nn.utils.clip_grad_norm_(self._network.parameters(), _MAX_NORM)
        for optimizer in self._optimizers.values():
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        counts.step += 1
        counts.n_tokens += inputs[0].numel() * processes.n_processes
        counts.cpu_seconds += (time.process_time() - clock) * processes.n_processes
        found = torch.stack([loss.detach().float() for loss in losses]).cpu()
        return torch.stack([found, (found != 0).float()])

    def _log(self, losses: Tensor) -> None:
        """Add the mean losses of the last steps to the log, and from time to time a measurement."""
        counts = self._counts
        self._refuse_divergence(losses)
        entry: dict[str, float] = {"step": counts.step, "tokens": counts.n_tokens}
        entry["rate"] = round(self._config.rate(counts.n_tokens), 4)
        for name, loss in zip(self._objective.weights, losses.tolist(), strict=True):
            entry[name] = round(loss, 4)
        if counts.n_tokens - counts.measured_at >= self._config.evaluation_tokens:
            entry.update(self._measure())
        if self._processes.is_first:
            self._folder.log(entry)

    def _refuse_divergence(self, losses: Tensor) -> None:
        """Stop where a loss is no number any more."""
        if not bool(losses.isfinite().all()):
            raise ModelError(
                f"The losses are {losses.tolist()} after {self._counts.step} steps: training has "
                "diverged. Lower learning_rate and matrix_learning_rate and start again."
            )

    def _measure(self) -> dict[str, float]:
        """Measure the network on held-out text, and decide whether to stop."""
        counts = self._counts
        counts.measured_at = counts.n_tokens
        found = Evaluation(0.0, 0.0, 0.0)
        if self._processes.is_first:
            found = evaluate(self._network, self._held_out, self._processes.device)
            is_better = found.loss < counts.best_loss
            counts.best_loss = min(found.loss, counts.best_loss)
            counts.n_worse = 0 if is_better else counts.n_worse + 1
        counts.stopped_early = self._processes.agree(0 < self._config.patience <= counts.n_worse)
        return {name: round(value, 4) for name, value in asdict(found).items()}

    def _save(self, name: str) -> None:
        """Write a checkpoint, from which the run goes on exactly."""
        counts = self._counts
        if name == LATEST:
            counts.saved_at = counts.n_tokens
        if self._processes.is_first:
            state = named_state(self._parameters, self._optimizers)
            progress = {**asdict(counts), "total_tokens": self._config.total_tokens}
            self._folder.save(name, Snapshot(state, progress))
        self._processes.wait()

    def _resume(self) -> None:
        """Go on from a checkpoint that this run, or a shorter or longer one, has passed."""
        found = self._folder.load(LATEST)
        if found is None:
            return
        if not self._passes(found):
            found = self._folder.load(BEFORE_DECAY)
            if found is None or not self._passes(found):
                raise ParameterError(
                    f"total_tokens is {self._config.total_tokens:,}, but the run in "
                    f"{self._folder.path} has gone past {self._config.decay_start:,} tokens, "
                    "where its learning rates would begin to fall. Ask for more tokens."
                )
        for field in fields(_Counts):
            setattr(self._counts, field.name, found.progress[field.name])
        self._counts.stopped_early = 0 < self._config.patience <= self._counts.n_worse
        restore_state(found.tensors, self._parameters, self._optimizers)

    def _passes(self, found: Snapshot) -> bool:
        """Tell whether this run comes by a checkpoint: its own, or one before the rates fall."""
        progress = found.progress
        return progress["total_tokens"] == self._config.total_tokens or (
            not progress["has_decayed"] and progress["n_tokens"] <= self._config.decay_start
        )


@dataclass
class _Counts:
    """How far a run has come; a checkpoint holds it."""

    step: int = 0
    n_tokens: int = 0
    cpu_seconds: float = 0.0
    saved_at: int = 0
    measured_at: int = 0
    best_loss: float = float("inf")
    n_worse: int = 0
    has_decayed: bool = False
    stopped_early: bool = False


def _build_optimizers(
    network: Network, config: PretrainingConfig
) -> dict[str, torch.optim.Optimizer]:
    """Give the matrices of the layers to Muon, and everything else to AdamW."""
    named = list(network.named_parameters())
    inside = [value for name, value in named if "encoder.layer" in name and value.ndim == 2]
    taken = {id(value) for value in inside}
    outside = [value for _, value in named if value.ndim == 2 and id(value) not in taken]
    vectors = [value for _, value in named if value.ndim < 2]
    optimizers: dict[str, torch.optim.Optimizer] = {
        "muon": Muon(inside, lr=config.matrix_learning_rate, weight_decay=0.05),
        "adamw": torch.optim.AdamW(
            [
                {"params": outside, "weight_decay": 0.01},
                {"params": vectors, "weight_decay": 0.0},
            ],
            lr=config.learning_rate,
            betas=(0.9, 0.98),
            eps=1e-6,
            fused=True,
        ),
    }
    for optimizer in optimizers.values():
        for group in optimizer.param_groups:
            group["full_lr"] = group["lr"]
    return optimizers


def _has_fast_bfloat16(place: str) -> bool:
    """Tell whether a kind of device computes faster in bfloat16."""
    return place == "cuda" or has_bfloat16()
