"""Worker processes of a job: sentences go in, finished files come out, only counts come back.

Parses are large and slow to send from process to process; so each worker parses, extracts, and
writes what it made to the job's folder itself. A worker is a program of one line that calls `work`:
a calling script needs no ``if __name__ == "__main__"`` guard. It ends when the other end of its
input closes, at once, even if the job was killed.
"""

from __future__ import annotations

import marshal
import os
import resource
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue
from struct import Struct
from threading import Thread
from typing import IO, Any, Self

from .. import errors
from ..errors import ModelError, TailgraphError
from .extraction import Extracted, PortionExtractor
from .formats import text_format
from .options import JobOptions
from .parquet import write_records
from .portions import Portion
from .shards import Note, ShardFolder

_LENGTH = Struct("<Q")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_PORTIONS_AHEAD = 2  # for each worker: it need not wait, and few are in memory
_MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Done:
    """A portion that a worker has finished.

    Attributes
    ----------
    n_sentences, n_triples, n_rejected : int
        What was in it, and what came of it.
    seconds : dict
        Wall time of the worker by stage, since it began.
    peak_bytes : int
        The largest resident memory of the worker so far.
    worker : int
        Its process id.
    """

    n_sentences: int
    n_triples: int
    n_rejected: int
    seconds: dict[str, float]
    peak_bytes: int
    worker: int


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
        program = f"from {__name__} import work; work()"
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
            _write(self._process.stdin, message)
        except BrokenPipeError:
            pass  # what ended it is said when its answer is read

    def receive(self) -> Any:
        """Wait for an answer, and raise the error if it is one."""
        try:
            error, answer = _read(self._process.stdout)
        except EOFError:
            raise ModelError(
                f"A worker ended with exit status {self._process.wait()}; expected it to go on. "
                "What it said stands above; where memory is short use fewer workers (--workers 1). "
                "Run the same command again to go on."
            ) from None
        if error:
            raise getattr(errors, error)(answer)
        return answer


def work() -> None:
    """Work on what comes in until the other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the job ends it
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no answer
    messages: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_listen, args=(messages,), daemon=True).start()
    out, options = messages.get()
    try:
        worker = _Work(Path(out), JobOptions.from_plain(options))
        _write(answers, (None, worker.extractor.made_by))
        while True:
            done = worker.finish(Portion.from_plain(messages.get()))
            _write(answers, (None, asdict(done)))
    except TailgraphError as error:
        _write(answers, (type(error).__name__, str(error)))


class _Work:
    """What a worker does with a portion."""

    def __init__(self, out: Path, options: JobOptions) -> None:
        self.extractor = PortionExtractor.load(options)
        self._shards = ShardFolder(out)
        self._fields = options.fields
        self._format = None if out.suffix == ".parquet" else text_format(out.suffix, self._fields)

    def finish(self, portion: Portion) -> Done:
        """Extract the triples of a portion and write their records."""
        extracted = self.extractor.extract(portion)
        rejected = [asdict(item) for item in extracted.rejected]
        note = Note(portion.digest(), portion.n_sentences, len(extracted.records), rejected)
        with self.extractor.timed("write"):
            self._shards.commit(portion.number, note, lambda path: self._write(path, extracted))
        return Done(
            n_sentences=note.n_sentences,
            n_triples=note.n_triples,
            n_rejected=len(rejected),
            seconds=self.extractor.seconds,
            peak_bytes=_MEMORY_UNIT * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            worker=os.getpid(),
        )

    def _write(self, path: Path, extracted: Extracted) -> None:
        if self._format is None:
            write_records(path, self._fields, extracted.records)
        else:
            path.write_bytes(self._format.join([*map(self._format.encode, extracted.records)]))


def _listen(messages: SimpleQueue[Any]) -> None:
    """Hand on what comes in, and end the process when nothing can come any more."""
    try:
        while True:
            messages.put(_read(sys.stdin.buffer))
    except EOFError:
        os._exit(0)


def _write(stream: IO[bytes] | None, message: Any) -> None:
    """Write a length and a message of plain values; both ends run the same Python."""
    assert stream is not None
    content = marshal.dumps(message)
    stream.write(_LENGTH.pack(len(content)) + content)
    stream.flush()


def _read(stream: IO[bytes] | None) -> Any:
    """Read what `_write` wrote.

    Raises
    ------
    EOFError
        The other end has closed the stream.
    """
    assert stream is not None
    header = stream.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        raise EOFError
    content = stream.read(length := _LENGTH.unpack(header)[0])
    if len(content) < length:
        raise EOFError
    return marshal.loads(content)
