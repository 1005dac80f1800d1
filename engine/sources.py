"""Sources of text: which files a path, folder, pattern or ``-`` names, and how each is opened."""

from __future__ import annotations

import glob
import gzip
import logging
import lzma
import os
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from ..errors import CorpusError

Kind = Literal["text", "jsonl", "csv", "parquet"]

KINDS: dict[str, Kind] = {".txt": "text", ".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet"}
COMPRESSIONS = (".gz", ".xz")
KNOWN_ENDINGS = f"{', '.join(KINDS)}, each also with {' or '.join(COMPRESSIONS)}"

_MAGIC = re.compile(r"[*?\[]")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SourceFile:
    """One file of a source.

    Attributes
    ----------
    name : str
        Its path below the source folder, with ``/`` on every system, or its file name; the same
        wherever the source lies.
    path : Path or None
        Where to open it; None is standard input.
    kind : {"text", "jsonl", "csv", "parquet"}
        What its ending says it holds.
    """

    name: str
    path: Path | None
    kind: Kind = "text"

    @property
    def label(self) -> str:
        """How messages call the file."""
        return "standard input" if self.path is None else _printable(self.path)

    @property
    def compression(self) -> str:
        """``.gz``, ``.xz`` or nothing."""
        ending = self.path.suffix.lower() if self.path else ""
        return ending if ending in COMPRESSIONS else ""


class ByteStream(Protocol):
    """What a file is read through, whatever it is packed in."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes, none at the end."""


def source_name(source: str | Path) -> str:
    """Return the short name of a source, the same wherever the source lies.

    Examples
    --------
    >>> source_name("/data/papers/2024.jsonl.gz"), source_name("-")
    ('2024.jsonl.gz', 'stdin')
    """
    if os.fspath(source) == "-":
        return "stdin"
    return _printable(Path(os.path.abspath(source)).name) or "/"


def find_files(source: str | Path) -> list[SourceFile]:
    """List the files that a source names, sorted by name.

    Parameters
    ----------
    source : str or Path
        A file; a folder, searched with its subfolders for files of a known ending; a pattern with
        ``*``, ``**``, ``?`` or ``[...]``, whose every match is read; or ``-``, standard input.
        Hidden files and folders are left out unless named in full.

    Raises
    ------
    CorpusError
        The source does not exist, or names no file that can be read.
    """
    text = os.fspath(source)
    if text == "-":
        return [SourceFile("stdin", None)]
    if not text:
        raise CorpusError("the source is an empty path: name a file, a folder, a pattern or -")
    path = Path(text)
    with reading(_printable(path)):
        if path.is_dir():
            return _files_in_folder(path)
        if path.exists():
            return _name_files([path], path.parent)
    if _MAGIC.search(text):
        return _files_of_pattern(text)
    raise CorpusError(
        f"{_printable(path)}: there is no such file or folder; check the path, "
        "or use - for standard input"
    )


def open_bytes(file: SourceFile) -> AbstractContextManager[ByteStream]:
    """Open a file for reading, decompressed; standard input stays open afterwards."""
    with reading(file.label):
        if file.path is None:
            return nullcontext(sys.stdin.buffer)
        if file.compression == ".gz":
            return gzip.open(file.path, "rb")
        if file.compression == ".xz":
            return lzma.open(file.path, "rb")
        return file.path.open("rb")


@contextmanager
def reading(label: str) -> Iterator[None]:
    """Turn what goes wrong while a file is read into a CorpusError that names the file."""
    try:
        yield
    except (gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError) as error:
        raise CorpusError(
            f"{label}: not a whole, undamaged archive ({error}); copy it again, "
            "or drop .gz or .xz from its name if it is not compressed"
        ) from error
    except OSError as error:
        where = _printable(error.filename) if isinstance(error.filename, str) else label
        raise CorpusError(
            f"{where}: cannot be read ({error.strerror or error}); "
            "check that it is a file and that you may read it"
        ) from error


def _files_in_folder(folder: Path) -> list[SourceFile]:
    """List the files of a known ending below `folder`, hidden ones left out."""
    paths: list[Path] = []
    n_others = 0
    for parent, subfolders, names in os.walk(folder, onerror=_refuse_folder):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        visible = [Path(parent, name) for name in names if not name.startswith(".")]
        known = [path for path in visible if _kind(path)]
        n_others += len(visible) - len(known)
        paths += known
    if not paths:
        raise CorpusError(
            f"{_printable(folder)}: the folder holds no file of a known ending ({KNOWN_ENDINGS}), "
            f"files of other endings: {n_others:,}; rename them, or name them one by one"
        )
    if n_others:
        _log.info("%s: %d files of an unknown ending left out", _printable(folder), n_others)
    return _name_files(paths, folder)


def _files_of_pattern(pattern: str) -> list[SourceFile]:
    """List the files that match a pattern, named from the last folder without a wildcard on."""
    matches = {Path(match) for match in glob.glob(pattern, recursive=True)}
    paths = [path for path in matches if not path.is_dir()]
    if not paths:
        what = "only folders" if matches else "nothing"
        raise CorpusError(
            f"{pattern}: the pattern matches {what}; check it, and quote it so that the shell "
            "leaves it alone"
        )
    parts = Path(pattern).parts
    n_fixed = next(index for index, part in enumerate(parts) if _MAGIC.search(part))
    return _name_files(paths, Path(*parts[:n_fixed]))


def _name_files(paths: Iterable[Path], base: Path) -> list[SourceFile]:
    """Name each path relative to `base` and sort by that name."""
    files = [
        SourceFile(_printable(path.relative_to(base).as_posix()), path, _kind(path) or "text")
        for path in paths
    ]
    return sorted(files, key=lambda file: file.name)


def _kind(path: Path) -> Kind | None:
    """Return what the ending of `path` says it holds, or None for an unknown ending."""
    if path.suffix.lower() in COMPRESSIONS:
        path = path.with_suffix("")
    return KINDS.get(path.suffix.lower())


def _printable(path: str | Path) -> str:
    """Return a path as text; bytes that are not UTF-8 become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _refuse_folder(error: OSError) -> None:
    """Raise what os.walk would pass over in silence."""
    raise error
