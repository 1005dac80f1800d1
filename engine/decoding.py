"""Bytes to text: blocks of whole lines, checked to be UTF-8 text and cleaned of control characters.

A file is never held whole: a block is a few hundred kilobytes, or one line where that is longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..errors import CorpusError
from .rejects import Reject, Rejected
from .sources import ByteStream, SourceFile, open_bytes, reading

MAX_LINE_CHARS = 1_000_000
"""A longer line is refused."""

SAMPLE_CHARS = 1 << 16
"""Binary junk and the layout are judged by this much of a file's beginning."""

_BLOCK_BYTES = 1 << 18
_MAX_BYTES_PER_CHAR = 4
_MAX_COUNT = 100 * MAX_LINE_CHARS
_BOM = b"\xef\xbb\xbf"
_CONTINUATION = bytes(range(0x80, 0xC0))
_UNCLEAN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_UNCLEAN_BUT_BYTES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_SIGNATURES = {
    b"%PDF-": "a PDF: save its text as a .txt file",
    b"{\\rtf": "an RTF document: save it as plain text",
    b"PK\x03\x04": "a zip archive or an Office document: unpack it, or save it as plain text",
    b"\xd0\xcf\x11\xe0": "an old Office document: save it as plain text",
    b"\x1f\x8b": "gzip data: end its name in .gz, or pipe it through zcat",
    b"\xfd7zXZ": "xz data: end its name in .xz, or pipe it through xzcat",
    b"BZh": "bzip2 data: unpack it with bunzip2",
    b"\x28\xb5\x2f\xfd": "zstd data: unpack it with unzstd",
    b"PAR1": "a Parquet file: end its name in .parquet",
    b"\xff\xfe": "UTF-16 text: convert it with iconv -f utf-16 -t utf-8",
    b"\xfe\xff": "UTF-16 text: convert it with iconv -f utf-16 -t utf-8",
}


def read_blocks(file: SourceFile, *, reject: Reject | None = None) -> Iterator[str]:
    """Yield the text of a file in blocks of whole lines, cleaned by `clean_text`.

    With `reject` a line that is too long is passed over, with a blank line in its place, and bytes
    that are not UTF-8 stay in the text as "surrogateescape" writes them: see `check_decoded`.

    Raises
    ------
    CorpusError
        The file cannot be read, is damaged, binary, not UTF-8, or holds a line of more than
        `MAX_LINE_CHARS` characters. Places count in the decompressed text.
    """
    offset, line, pending = 0, 1, b""
    with open_bytes(file) as stream:
        for data in _read_chunks(stream, file):
            pending += data
            cut = _end_of_lines(pending)
            if not cut and len(pending) <= _MAX_BYTES_PER_CHAR * MAX_LINE_CHARS:
                continue
            if not cut:
                n_chars, rest = _skip_line(pending, stream, file)
                _refuse_line(file, line, n_chars, reject if n_chars < _MAX_COUNT else None)
                yield "\n"
                offset, line, pending = offset + len(pending), line + 1, rest
                continue
            chunk, pending = pending[:cut], pending[cut:]
            text = _decode(chunk, file, offset, line, reject)
            yield text
            offset += cut
            line += text.count("\n")
    if pending:
        yield _decode(pending, file, offset, line, reject)


def clean_text(text: str) -> str:
    r"""Return a text with ``\n`` for every line end and no control character but ``\n`` and ``\t``.

    Each other control character becomes a space, each lone surrogate U+FFFD.
    """
    text = _unify_line_ends(text)
    return _UNCLEAN.sub(lambda found: " " if found.group() < "\ud800" else "\ufffd", text)


def _unify_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def split_lines(block: str) -> list[str]:
    r"""Return the lines of a block without their ends; only ``\n`` ends a line."""
    return block.removesuffix("\n").split("\n")


def _read_chunks(stream: ByteStream, file: SourceFile) -> Iterator[bytes]:
    """Yield the bytes of a stream as they come, the first ones checked to be text."""
    is_first = True
    while True:
        with reading(file.label):
            data = stream.read(_BLOCK_BYTES)
        if not data:
            return
        if is_first:
            _check_text(data[:SAMPLE_CHARS], file)
        is_first = False
        yield data


def _check_text(head: bytes, file: SourceFile) -> None:
    """Refuse a file whose first bytes are those of a known binary format, or hold a NUL."""
    for signature, what in _SIGNATURES.items():
        if head.startswith(signature):
            raise CorpusError(f"{file.label}: not plain text but {what}")
    if b"\0" in head:
        raise CorpusError(
            f"{file.label}: binary data, not text (a NUL byte at offset {head.index(0):,}); "
            "convert it to plain UTF-8 text or leave it out"
        )


def _end_of_lines(data: bytes) -> int:
    """Return the length of the whole lines that `data` begins with."""
    # A carriage return at the very end may be half of a line end: it waits for the next bytes.
    return max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1


def _decode(chunk: bytes, file: SourceFile, offset: int, line: int, reject: Reject | None) -> str:
    """Decode whole lines that start at byte `offset`, in line number `line`."""
    # A byte-order mark is no part of the text, but it counts in the offsets.
    encoding = "utf-8-sig" if offset == 0 else "utf-8"
    try:
        if reject is None:
            text = clean_text(chunk.decode(encoding))
        else:
            text = _unify_line_ends(chunk.decode(encoding, "surrogateescape"))
            text = _UNCLEAN_BUT_BYTES.sub(" ", text)
    except UnicodeDecodeError as error:
        start = error.start + (len(_BOM) if offset == 0 and chunk.startswith(_BOM) else 0)
        before = chunk[:start]
        line += before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")
        raise CorpusError(
            f"{file.label}: not UTF-8 at byte offset {offset + start:,}, line {line:,} "
            f"(byte 0x{chunk[start]:02X}); convert the file first, "
            "for example with iconv -f latin1 -t utf-8"
        ) from error
    if len(text) <= MAX_LINE_CHARS:
        return text
    lines = text.split("\n")
    for row, content in enumerate(lines):
        if len(content) > MAX_LINE_CHARS:
            _refuse_line(file, line + row, len(content), reject)
            lines[row] = ""
    return "\n".join(lines)


def _skip_line(pending: bytes, stream: ByteStream, file: SourceFile) -> tuple[int, bytes]:
    """Count the characters of a line too long to hold, up to `_MAX_COUNT`; return what follows."""
    n_chars = _count_chars(pending)
    while n_chars < _MAX_COUNT:
        with reading(file.label):
            data = stream.read(_BLOCK_BYTES)
        inside = data.replace(b"\r", b"\n").partition(b"\n")[0]
        n_chars += _count_chars(inside)
        if len(inside) < len(data) or not data:
            return n_chars, data[len(inside) :].removeprefix(b"\r").removeprefix(b"\n")
    return n_chars, b""


def _refuse_line(file: SourceFile, line: int, n_chars: int, reject: Reject | None) -> None:
    """Raise the error for a line that is too long, or report it."""
    error = _long_line(file, line, n_chars)
    if reject is None:
        raise error
    reject(Rejected.of(file.label, error))


def _count_chars(data: bytes) -> int:
    """Count the UTF-8 characters that begin in `data`."""
    return len(data.translate(None, _CONTINUATION))


def _long_line(file: SourceFile, line: int, n_chars: int) -> CorpusError:
    """Build the error for a line of `n_chars` characters."""
    count = f"{n_chars:,}" if n_chars < _MAX_COUNT else f"{_MAX_COUNT:,} or more"
    return CorpusError(
        f"{file.label}: line {line:,} has {count} characters, the limit is {MAX_LINE_CHARS:,}; "
        "break it into lines of one sentence or one record each"
    )
