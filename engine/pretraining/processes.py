"""Training in several processes: one for each GPU, or for each core.

``torchrun --nproc-per-node N -m tailgraph pretrain ...`` starts them; each takes its part of every
step, and their gradients are averaged.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import distributed

_PATIENCE = timedelta(hours=6)
"""How long the others wait while the first process prepares the text."""


@dataclass(frozen=True)
class Processes:
    """Who this process is among those that train together.

    Attributes
    ----------
    rank
        Its number; 0 writes and reports.
    n_processes
        How many there are.
    device
        Where it computes.
    """

    rank: int
    n_processes: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Tell whether this process writes and reports."""
        return self.rank == 0

    @property
    def is_alone(self) -> bool:
        """Tell whether there are no others."""
        return self.n_processes == 1

    def wait(self) -> None:
        """Wait for the others."""
        if not self.is_alone:
            distributed.barrier()

    def agree(self, value: bool) -> bool:
        """Return what the first process says."""
        if self.is_alone:
            return value
        said = torch.tensor([int(value)], device=self.device)
        distributed.broadcast(said, src=0)
        return bool(said.item())


@contextmanager
def join_processes(device: str) -> Iterator[Processes]:
    """Join the processes that were started together, if there are any.

    Parameters
    ----------
    device
        ``"cpu"`` or ``"cuda"``; each process takes the GPU of its local rank.
    """
    n_processes = int(os.environ.get("WORLD_SIZE", "1"))
    rank = int(os.environ.get("RANK", "0"))
    place = torch.device(device)
    if place.type == "cuda":
        place = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(place)
    if n_processes == 1:
        yield Processes(0, 1, place)
        return
    backend = "nccl" if place.type == "cuda" else "gloo"
    distributed.init_process_group(backend, timeout=_PATIENCE)
    try:
        yield Processes(rank, n_processes, place)
    finally:
        distributed.destroy_process_group()
