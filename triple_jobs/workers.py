"""Worker processes of a job: sentences go in, finished files come out, only counts come back.

Parses are large and slow to send from process to process; so each worker parses, extracts, and
writes what it made to the job's folder itself. A worker is a program of one line that calls
`worker.work`: a calling script needs no ``if __name__ == "__main__"`` guard.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self

from .. import errors
from ..engine.process_messages import read_message, write_message
from ..errors import ModelError
from .done import Done
from .options import JobOptions
from .portions import Portion

_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_PORTIONS_AHEAD = 2  # for each worker: it need not wait, and few are in memory


class WorkerPool:
    """Worker processes of a job; started and ended by ``with``.

    Parameters
    ----------
    out : Path
        The job's output: `ShardFolder` and the format of the records.
    options : JobOptions
        What the workers load; each has its own copy of the parser, which takes some 200 MB, and for
        typed triples of the model, which takes some 500 MB more.
    n_workers : int
        How many.
    """

    def __init__(self, out: Path, options: JobOptions, n_workers: int) -> None:
        self._out, self._options, self._n_workers = out, options, n_workers
        self._stack = ExitStack()
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self.made_by: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._threads = ThreadPoolExecutor(self._n_workers)
        self._stack.callback(self._threads.shutdown, cancel_futures=True)
        try:
            workers = [
                self._stack.enter_context(_Worker(self._out, self._options))
                for _ in range(self._n_workers)
            ]
            for worker in workers:
                self.made_by = worker.receive()
                self._idle.put(worker)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, portions: Iterable[Portion]) -> Iterator[Done]:
        """Have portions worked on; yield what became of each, in their order.

        Raises
        ------
        ModelError
            A worker ended before its work was done.
        StorageError
            A worker could not write.
        """
        pending: deque[Future[Done]] = deque()
        for portion in portions:
            pending.append(self._threads.submit(self._ask_idle, portion))
            if len(pending) > _PORTIONS_AHEAD * self._n_workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def _ask_idle(self, portion: Portion) -> Done:
        worker = self._idle.get()
        try:
            worker.send(portion.as_plain())
            return Done(**worker.receive())
        finally:
            self._idle.put(worker)


class _Worker:
    """A process at the other end of two pipes; ends with the ``with`` block that holds it."""

    def __init__(self, out: Path, options: JobOptions) -> None:
        program = f"from {__package__}.worker import work; work()"
        if not options.typed and options.parser is None:
            # spaCy imports torch wherever it finds it: seconds, 200 MB.
            program = f"import sys; sys.modules['torch'] = None; {program}"
        self._process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | _ONE_THREAD | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self.send((str(out.absolute()), options.as_plain()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def send(self, message: Any) -> None:
        """Send plain values."""
        try:
            write_message(self._process.stdin, message)
        except BrokenPipeError:
            pass  # what ended it is said when its answer is read

    def receive(self) -> Any:
        """Wait for an answer, and raise the error if it is one."""
        try:
            error, answer = read_message(self._process.stdout)
        except EOFError:
            raise ModelError(
                f"A worker ended with exit status {self._process.wait()}; expected it to go on. "
                "What it said stands above; where memory is short use fewer workers (--workers 1). "
                "Run the same command again to go on."
            ) from None
        if error:
            raise getattr(errors, error)(answer)
        return answer
