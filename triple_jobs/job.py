"""The job: sources of text to one file of triples, by several processes, in constant memory.

Each finished portion of the corpus is kept on disk. A job that was interrupted at any moment goes
on when it is run again, and the file in the end is the same, byte for byte, as if it had never
been; so it is with any number of workers.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import IO

from ..engine.corpus import Document
from ..engine.rejects import Rejected
from ..engine.sources import find_files
from ..errors import ArtifactError, ParameterError, TailgraphError
from ..graph.database import folder_lock
from .done import Done
from .formats import ending_of, text_format
from .options import JobOptions
from .parquet import check_installed, join_files
from .portions import Portion, cut_portions, open_documents
from .shards import Note, ShardFolder, write_whole, writing
from .workers import WorkerPool

Progress = Callable[[str, int, int | None], None]
"""Called with the name of a stage, how much of it is done, and of how much (None: not known)."""

_STDIN = "-"
_REJECTED_INPUT = "input.rejected"


@dataclass(frozen=True)
class JobReport:
    """What a job made, and what that took.

    Attributes
    ----------
    out : str
        The file.
    n_documents, n_sentences, n_triples : int
        What was read, and what is in the file.
    n_rejected : int
        Records, documents, files or sentences that were passed over; `rejected` is the file that
        says which and why, "" if there are none.
    n_resumed : int
        Sentences that an earlier, interrupted run had done.
    n_workers : int
        Processes that worked.
    seconds : float
        Wall time of this run, from the start of the workers to the finished file.
    per_second : float
        Sentences of this run in a second, from the first sentence sent to the last one done.
    stages : dict
        Wall time of the workers by stage, added up.
    peak_bytes : int
        Resident memory of all processes together: the sum of the largest of each.
    """

    out: str
    n_documents: int
    n_sentences: int
    n_triples: int
    n_rejected: int
    rejected: str
    n_resumed: int
    n_workers: int
    seconds: float
    per_second: float
    stages: dict[str, float]
    peak_bytes: int


def extract_to_file(
    sources: Sequence[str | Path],
    out: str | Path,
    *,
    options: JobOptions | None = None,
    n_workers: int | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> JobReport:
    """Extract the triples of sources of text and write a record for each to one file.

    Parameters
    ----------
    sources
        Files, folders, patterns or ``-``, as for `read_documents`.
    out
        The file; its ending is the format: ``.jsonl``, ``.parquet``, ``.nt``, ``.jsonld``,
        ``.csv``. What could not be read stands in a file beside it that ends in
        ``.rejected.jsonl``; until it is done, its parts are in a folder that ends in ``.partial``.
    options
        What decides the content; see `JobOptions`.
    n_workers
        Processes; as many as there are processors if None. The file does not depend on it.
    fresh
        Begin anew, whatever an earlier run has left, and replace the file if it is there.
    progress
        Called after each portion.

    Raises
    ------
    ParameterError
        An option is out of range, or the output has an ending that no format has, or is an input.
    CorpusError
        A source does not exist, or the sources hold no text.
    ArtifactError
        The file is there already, or the interrupted job that is to go on had other sources or
        options; the schema cannot be read.
    ModelError
        The parser or the model cannot be loaded, or a worker ended.
    MissingDependencyError
        Parquet is asked for and pyarrow is not installed.
    StorageError
        The disk is full, the output cannot be written, or another run is writing it.
    """
    options = JobOptions() if options is None else options
    options.check()
    n_workers = len(os.sched_getaffinity(0)) if n_workers is None else n_workers
    if n_workers < 1:
        raise ParameterError(f"n_workers is {n_workers}; expected 1 or more.")
    job = _Job([os.fspath(source) for source in sources], Path(out), options, progress)
    job.check(fresh=fresh)
    with folder_lock(job.shards.path):
        job.shards.clean(fresh=fresh)
        try:
            return job.run(n_workers)
        except TailgraphError:
            job.shards.remove_if_empty()
            raise


@dataclass
class _Tally:
    """What a run has counted so far."""

    n_documents: int = 0
    n_portions: int = 0
    n_sentences: int = 0
    n_triples: int = 0
    n_rejected: int = 0
    n_resumed: int = 0
    working: dict[int, Done] = field(default_factory=dict)

    def add(self, done: Done | Note) -> None:
        self.n_sentences += done.n_sentences
        self.n_triples += done.n_triples
        self.n_rejected += done.n_rejected
        if isinstance(done, Done):
            self.working[done.worker] = done
        else:
            self.n_resumed += done.n_sentences

    def stages(self) -> dict[str, float]:
        stages: dict[str, float] = {}
        for done in self.working.values():
            for stage, seconds in done.seconds.items():
                stages[stage] = stages.get(stage, 0.0) + seconds
        return stages

    def peak_bytes(self) -> int:
        unit = 1 if sys.platform == "darwin" else 1024
        own = unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return own + sum(done.peak_bytes for done in self.working.values())


class _Job:
    """One run of a job."""

    def __init__(
        self, sources: list[str], out: Path, options: JobOptions, progress: Progress | None
    ) -> None:
        self.shards = ShardFolder(out)
        self._sources, self._out, self._options = sources, out, options
        self._rejected = out.with_name(f"{out.name}.rejected.jsonl")
        self._progress = progress
        self._tally = _Tally()

    def check(self, *, fresh: bool) -> None:
        """Refuse what can be refused before anything is loaded or written."""
        if ending_of(self._out) == ".parquet":
            check_installed(self._out)
        if not self._sources:
            raise ParameterError("there is no source; name a file, a folder, a pattern or -")
        written = {self._out.absolute(), self._rejected.absolute()}
        for source in self._sources:
            for file in find_files(source):
                if file.path is not None and file.path.absolute() in written:
                    raise ParameterError(
                        f"{file.label} is a source and would be written; name another output"
                    )
        if self._out.exists() and not fresh and not self.shards.path.exists():
            raise ArtifactError(
                f"{self._out} is there already; name another output, or replace it with --fresh "
                "(fresh=True)"
            )

    def run(self, n_workers: int) -> JobReport:
        """Do what is not done yet, and set the parts together."""
        start = perf_counter()
        self.shards.check(self._settings())
        total = None if self._progress is None else self._count()
        with WorkerPool(self._out, self._options, n_workers) as pool:
            self.shards.begin(self._settings() | pool.made_by)
            begun = perf_counter()
            self._extract(pool, total)
            spent = perf_counter() - begun
        self._join()
        tally = self._tally
        return JobReport(
            out=str(self._out),
            n_documents=tally.n_documents,
            n_sentences=tally.n_sentences,
            n_triples=tally.n_triples,
            n_rejected=tally.n_rejected,
            rejected=str(self._rejected) if tally.n_rejected else "",
            n_resumed=tally.n_resumed,
            n_workers=n_workers,
            seconds=perf_counter() - start,
            per_second=(tally.n_sentences - tally.n_resumed) / spent,
            stages=tally.stages(),
            peak_bytes=tally.peak_bytes(),
        )

    def _settings(self) -> dict[str, object]:
        """Return what a run that goes on must have in common with the one before it.

        What is read from files is told by its content, which the workers know.
        """
        values = self._options.as_plain()
        for name in ("parser", "model", "labels", "schema"):
            del values[name]
        return {**values.pop("reading"), **values}

    def _count(self) -> int | None:
        """Count the sentences, so that the time left can be told; not those of standard input."""
        if _STDIN in self._sources:
            return None
        documents = open_documents(self._sources, self._options.reading, reject=_ignore)
        return sum(len(document.sentences) for document in documents)

    # ---- reading and extracting

    def _extract(self, pool: WorkerPool, total: int | None) -> None:
        with writing(self._out), (self.shards.path / _REJECTED_INPUT).open("w") as rejects:
            documents = open_documents(
                self._sources, self._options.reading, reject=self._rejecter(rejects)
            )
            portions = cut_portions(self._counted(documents), self._options.portion_sentences)
            for done in pool.run(self._new(portions)):
                self._tally.add(done)
                if self._progress is not None:
                    self._progress("sentences", self._tally.n_sentences, total)
        if self.shards.has_more(self._tally.n_portions):
            raise self._changed("there is less of them")

    def _rejecter(self, rejects: IO[str]) -> Callable[[Rejected], None]:
        def reject(rejected: Rejected) -> None:
            self._tally.n_rejected += 1
            rejects.write(f"{json.dumps(asdict(rejected), ensure_ascii=False)}\n")

        return reject

    def _counted(self, documents: Iterable[Document]) -> Iterator[Document]:
        for document in documents:
            self._tally.n_documents += 1
            yield document

    def _new(self, portions: Iterable[Portion]) -> Iterator[Portion]:
        """Yield the portions that are not finished, and count in the others."""
        for portion in portions:
            self._tally.n_portions += 1
            note = self.shards.done(portion.number)
            if note is None:
                yield portion
            elif note.digest == portion.digest():
                self._tally.add(note)
            else:
                first = portion.pieces[0]
                raise self._changed(f"at or after {first.document}, sentence {first.first}")

    def _changed(self, where: str) -> ArtifactError:
        return ArtifactError(
            f"the sources have changed since the interrupted run read them ({where}); restore them "
            f"to go on with {self.shards.path}, or begin anew with --fresh (fresh=True)"
        )

    # ---- setting together

    def _join(self) -> None:
        """Write the file and that of what was rejected, and remove the parts."""
        with writing(self._out):
            if self._tally.n_rejected:
                write_whole(self._rejected, self._write_rejected)
            else:
                self._rejected.unlink(missing_ok=True)
            is_parquet = self._out.suffix == ".parquet"
            write_whole(self._out, self._write_parquet if is_parquet else self._write_text)
        self.shards.remove()

    def _parts(self) -> Iterator[Path]:
        return map(self.shards.records, range(self._tally.n_portions))

    def _write_parquet(self, path: Path) -> None:
        join_files(path, self._options.fields, self._parts())

    def _write_text(self, path: Path) -> None:
        form = text_format(self._out.suffix, self._options.fields)
        with path.open("wb") as file:
            file.write(form.header)
            joiner = b""
            for part in self._parts():
                if part.stat().st_size:
                    file.write(joiner)
                    joiner = form.joiner
                    _append(part, file)
            file.write(form.footer)

    def _write_rejected(self, path: Path) -> None:
        with path.open("wb") as file:
            _append(self.shards.path / _REJECTED_INPUT, file)
            for number in range(self._tally.n_portions):
                note = self.shards.done(number)
                for rejected in note.rejected if note else ():
                    file.write(f"{json.dumps(rejected, ensure_ascii=False)}\n".encode())


def _append(part: Path, file: IO[bytes]) -> None:
    with part.open("rb") as content:
        shutil.copyfileobj(content, file, 1 << 20)


def _ignore(rejected: Rejected) -> None:
    """Pass over what will be reported when it is read again."""
