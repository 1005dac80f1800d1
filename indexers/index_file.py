"""One file for one index, that is written whole or not at all and knows when it is damaged.

The file holds a line with the format's version, a line with the SHA-256 of all that follows, a line
of JSON, the ids as int64 (little-endian), and the body.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import ArtifactError, StorageError

_MAGIC = b"tailgraph vector index"
_VERSION = b"1"


@dataclass(frozen=True)
class IndexHeader:
    """What an index file says of its body.

    Attributes
    ----------
    similarity
        What scores are, ``"cosine"`` or ``"dot"``.
    factory
        The FAISS factory string.
    dim, count
        Numbers in a vector, and vectors.
    """

    similarity: str
    factory: str
    dim: int
    count: int


def write_index(
    path: Path, header: IndexHeader, ids: npt.NDArray[np.int64], body: bytes | memoryview
) -> None:
    """Write an index; a file that was there before stays whole until this one is.

    Raises
    ------
    StorageError
        If it cannot be written.
    """
    parts: list[bytes | memoryview] = [
        json.dumps(asdict(header)).encode() + b"\n",
        ids.astype("<i8").tobytes(),
        body,
    ]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    first_lines = b"%s %s\n%s\n" % (_MAGIC, _VERSION, digest.hexdigest().encode())
    # A name of its own, so that two writers never share a temporary file.
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        _write_synced(temporary, [first_lines, *parts])
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StorageError(
            f"The index could not be written to {path}: {error}. Make room or choose a folder that "
            "can be written to."
        ) from error


def read_index(path: Path) -> tuple[IndexHeader, npt.NDArray[np.int64], bytes]:
    """Read an index: its header, ids and body.

    Raises
    ------
    ArtifactError
        If the file is missing, cannot be read, is no index of this format, or is damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ArtifactError(
            f"No index can be read from {path}: {error}. Build it again."
        ) from error
    magic, _, rest = content.partition(b"\n")
    if magic != _MAGIC + b" " + _VERSION:
        raise ArtifactError(
            f"{path} begins with {magic[:40]!r}, not with an index of format "
            f"{_VERSION.decode()}. Build it again."
        )
    digest, _, rest = rest.partition(b"\n")
    if hashlib.sha256(rest).hexdigest().encode() != digest:
        raise ArtifactError(f"{path} is damaged: its checksum does not fit. Build it again.")
    line, _, rest = rest.partition(b"\n")
    header = IndexHeader(**json.loads(line))
    n_bytes = 8 * header.count
    ids = np.frombuffer(rest[:n_bytes], dtype="<i8").astype(np.int64)
    return header, ids, rest[n_bytes:]


def _write_synced(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write the parts and wait until they are on the disk."""
    with path.open("xb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Wait until the folder's new entry is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
