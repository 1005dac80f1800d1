"""Independent batches side by side, one processor thread each."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

Batch = TypeVar("Batch")

_THREAD_COUNT = threading.Lock()
"""Held while torch's thread count is set for new workers and put back."""


def run_batches(work: Callable[[Batch], None], batches: Sequence[Batch]) -> None:
    """Call `work` on every batch, in as many threads as torch is set to use.

    Each worker computes on a single thread. Compared with one batch at a time on all threads, no
    operation waits for the slowest core, and a batch gives the same numbers whatever the number of
    cores. The caller's own thread count, and that of threads started later, stay as they are.

    Raises
    ------
    Exception
        The first error that `work` raised; batches not yet begun are then left out.
    """
    n_threads = torch.get_num_threads()
    if n_threads == 1:
        for batch in batches:
            work(batch)
        return
    waiting: queue.SimpleQueue[Batch] = queue.SimpleQueue()
    for batch in batches:
        waiting.put(batch)
    workers = [_Worker(work, waiting) for _ in range(min(n_threads, len(batches)))]
    try:
        _start(workers, n_threads)
        for worker in workers:
            worker.join()
    finally:
        _empty(waiting)
    for worker in workers:
        if worker.error is not None:
            raise worker.error


class _Worker(threading.Thread):
    """A thread that works on batches until none is left."""

    def __init__(self, work: Callable[[Batch], None], waiting: queue.SimpleQueue[Batch]) -> None:
        super().__init__(name="tailgraph-batches", daemon=True)
        self._work = work
        self._waiting = waiting
        self.is_single = threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        """Take batches one by one; stop every worker at the first error."""
        torch.get_num_threads()  # a thread first takes the process's setting over, then its own
        torch.set_num_threads(1)
        self.is_single.set()
        try:
            while True:
                self._work(self._waiting.get_nowait())
        except queue.Empty:
            return
        except BaseException as error:  # handed to the caller's thread, which raises it
            self.error = error
            _empty(self._waiting)


def _start(workers: Sequence[_Worker], n_threads: int) -> None:
    """Start workers of one thread each, and put the process's setting back at once.

    torch keeps the thread count for each thread, and one more for threads that are yet to come;
    setting the former also sets the latter.
    """
    with _THREAD_COUNT:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.is_single.wait()
        torch.set_num_threads(n_threads)


def _empty(waiting: queue.SimpleQueue[Batch]) -> None:
    """Take every batch that is left out of the queue."""
    while True:
        try:
            waiting.get_nowait()
        except queue.Empty:
            return
