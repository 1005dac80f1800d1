"""Messages between processes: plain values through pipes, both ends running the same Python."""

from __future__ import annotations

import marshal
from struct import Struct
from typing import IO, Any

_LENGTH = Struct("<Q")


def write_message(stream: IO[bytes] | None, message: Any) -> None:
    """Write a length and a message of plain values."""
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
