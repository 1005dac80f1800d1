"""What a worker process of a job does: portions in, finished files and counts out.

It ends at once when the other end of its input closes, even if the job was killed.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from ..engine.process_messages import read_message, write_message
from ..errors import TailgraphError
from .done import Done
from .extraction import Extracted, PortionExtractor
from .formats import text_format
from .garbage import collect_seldom, give_back
from .options import JobOptions
from .parquet import write_records
from .portions import Portion
from .shards import Note, ShardFolder

_MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024


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
        collect_seldom()
        write_message(answers, (None, worker.extractor.made_by))
        while True:
            done = worker.finish(Portion.from_plain(messages.get()))
            write_message(answers, (None, asdict(done)))
            give_back()
    except TailgraphError as error:
        write_message(answers, (type(error).__name__, str(error)))


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
            messages.put(read_message(sys.stdin.buffer))
    except EOFError:
        os._exit(0)
