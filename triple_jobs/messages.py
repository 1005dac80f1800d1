"""Messages between a job and its workers: plain values through pipes; what a worker answers."""

from __future__ import annotations

import marshal
from dataclasses import dataclass
from struct import Struct
from typing import IO, Any

_LENGTH = Struct("<Q")


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


def write_message(stream: IO[bytes] | None, message: Any) -> None:
    """Write a length and a message of plain values; both ends run the same Python."""
    assert stream is not None
    content = marshal.dumps(message)
    stream.write(_LENGTH.pack(len(content)) + content)
    stream.flush()


def read_message(stream: IO[bytes] | None) -> Any:
    """Read what `write_message` wrote.

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
