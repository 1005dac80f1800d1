"""ShardFolder: the finished portions of a job, kept beside its output until all are done.

``FILE.partial/`` holds the settings of the job and two files for each finished portion: its
records, and a note of what they were made from. Each is written to a temporary name, synced and
renamed, the note last: a portion with a note is whole, whatever happened. Any number of
interruptions later the records are set one after another, so that the file is the same as if there
had been none.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import ArtifactError, StorageError

_SETTINGS = "settings.json"


@dataclass(frozen=True)
class Note:
    """What a finished portion was made from, and how much it gave.

    Attributes
    ----------
    digest : str
        `Portion.digest`.
    rejected : list of dict
        Sentences that were passed over: `place` and `reason`.
    """

    digest: str
    n_sentences: int
    n_triples: int
    rejected: list[dict[str, str]]

    @property
    def n_rejected(self) -> int:
        """How many sentences were passed over."""
        return len(self.rejected)


class ShardFolder:
    """The finished portions of a job.

    Parameters
    ----------
    out : Path
        The job's output; the folder stands beside it.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.path = out.with_name(f"{out.name}.partial")
        self._finished = out.with_name(f"{out.name}.finished")

    def clean(self, *, fresh: bool) -> None:
        """Remove what an interruption left half-written or half-removed; everything if `fresh`."""
        with writing(self.out):
            if self._finished.exists():
                shutil.rmtree(self._finished)
            for left in self.path.glob("*" if fresh else "*.tmp"):
                left.unlink(missing_ok=True)

    def begin(self, settings: Mapping[str, Any]) -> None:
        """Remember the settings of the job, or check that they are those it was begun with.

        Raises
        ------
        ArtifactError
            It was begun with others; the message names them.
        """
        if self.has_more(0):
            self.check(settings)
            return
        with writing(self.out):
            write_whole(self.path / _SETTINGS, lambda new: _write_json(new, settings))

    def check(self, settings: Mapping[str, Any]) -> None:
        """Check that some settings are those that the job was begun with, if it was begun.

        Raises
        ------
        ArtifactError
            They are not; the message names them.
        """
        if not self.has_more(0):
            return
        before = json.loads((self.path / _SETTINGS).read_text(encoding="utf-8"))
        now = json.loads(json.dumps(settings))
        names = sorted(name for name in now if before.get(name) != now[name])
        if not names:
            return
        changes = ", ".join(f"{n} was {before.get(n)!r} and is {now[n]!r}" for n in names)
        raise ArtifactError(
            f"{self.path} holds a job that was begun otherwise: {changes}; run it as it was begun "
            "to go on, or with --fresh (fresh=True) to begin anew"
        )

    def done(self, number: int) -> Note | None:
        """Return the note of a portion, or None where it is not finished."""
        try:
            content = self._note(number).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return Note(**json.loads(content))

    def commit(self, number: int, note: Note, write: Callable[[Path], None]) -> None:
        """Keep the records of a portion, which `write` writes to a path, and then its note.

        Raises
        ------
        StorageError
            The disk is full or the folder cannot be written.
        """
        with writing(self.out):
            write_whole(self.records(number), write)
            write_whole(self._note(number), lambda path: _write_json(path, asdict(note)))

    def records(self, number: int) -> Path:
        """Return where the records of a portion are."""
        return self.path / f"{number:08d}.records"

    def has_more(self, n_portions: int) -> bool:
        """Tell whether there is a finished portion beyond these."""
        return any(int(path.stem) >= n_portions for path in self.path.glob("[0-9]*.note"))

    def remove_if_empty(self) -> None:
        """Remove the folder if no portion is finished: there is nothing to go on with."""
        if not self.has_more(0):
            self.remove()

    def remove(self) -> None:
        """Remove the folder: at one stroke, so that no part of it can pass for a job."""
        with writing(self.out):
            if self._finished.exists():
                shutil.rmtree(self._finished)
            self.path.rename(self._finished)
            shutil.rmtree(self._finished)

    def _note(self, number: int) -> Path:
        return self.path / f"{number:08d}.note"


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file that is there whole or not at all, whenever the machine stops."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        write(temporary)
        _sync(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync(path.parent)


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Turn what goes wrong while files are written into a StorageError that names the output."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{out}: cannot be written ({error.strerror or error}); free some space or choose "
            "another place, then run the same command again to go on"
        ) from error


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def _sync(path: Path) -> None:
    """Have the disk keep what was written."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
