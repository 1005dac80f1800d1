"""Documents and their sentences, read as a stream from files, folders, patterns or standard input.

Text files hold either one document each, or one sentence a line with blank lines between
documents; ``.jsonl``, ``.csv`` and ``.parquet`` files hold one document a record. Memory does not
grow with the size of a source: two documents at most are held at a time, and a hash of 64 bits
for each record that brings its own id.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Literal, get_args

from ..errors import CorpusError, ParameterError
from .decoding import SAMPLE_CHARS, read_blocks, split_lines
from .records import Fields, Record, read_csv, read_jsonl, read_parquet
from .rejects import Reject, Rejected, check_decoded
from .sentences import MAX_SENTENCE_CHARS, Span, cut_span, split_sentences
from .sources import SourceFile, find_files, source_name

__all__ = [
    "Document",
    "Layout",
    "SourceOptions",
    "detect_layout",
    "read_documents",
    "source_name",
    "split_sentences",
]

Layout = Literal["auto", "document", "lines"]
_Body = tuple[str, tuple[Span, ...]]

MAX_DOCUMENT_CHARS = 10_000_000
"""A longer file is refused as one document; a document of lines ends before it."""

MAX_DOCUMENT_LINES = 10_000
"""A document of lines ends here at the latest, and the next begins."""

_SENTENCE_END = re.compile(r"[.?!:;…][\"')\]}”\u2019»]*\Z")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Document:
    r"""One document of a corpus.

    Attributes
    ----------
    key : str
        Unique within its source, and the same wherever the source lies.
    text : str
        Unicode text as it was written, with ``\n`` line ends and no other control character
        but tabs.
    sentences : tuple of (int, int)
        Character spans into `text`: in order, apart, trimmed of white space, never empty.
    """

    key: str
    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True)
class SourceOptions:
    """How sources are read: the layout of text files, and the fields of records.

    See `read_documents`.
    """

    layout: Layout = "auto"
    text_field: str = "text"
    id_field: str = "id"


def read_documents(
    source: str | Path,
    *,
    layout: Layout = "auto",
    text_field: str = "text",
    id_field: str = "id",
    reject: Reject | None = None,
) -> Iterator[Document]:
    """Read the documents of a source as a stream, file after file in the order of their names.

    Parameters
    ----------
    source : str or Path
        A file (``.txt``, ``.jsonl``, ``.csv``, ``.parquet``, each also with ``.gz`` or ``.xz``;
        any other ending is read as text); a folder, searched with its subfolders for these
        endings; a pattern (``**`` spans folders); or ``-``, standard input, taken for JSON lines
        where it begins with ``{``.
    layout : {"auto", "document", "lines"}
        How text files are laid out. "document": a file is one document, split into sentences.
        "lines": a line is one sentence and a blank line ends a document; so do 10,000 lines.
        "auto": `detect_layout` decides for each file from its first 64 KB, and logs it.
    text_field, id_field : str
        The fields of a record that hold its text and its id; records without text are skipped.
    reject : callable, optional
        Called with each record, document, line or file that is bad or, for a record, holds no text;
        the rest is read. Without it the first bad one is an error.

    Yields
    ------
    Document
        Its key is the file's name below the source, followed by ``#1``, ``#2``, ... where the
        file holds several documents; or the record's id, with ``~2``, ``~3``, ... added
        where it was taken before.

    Raises
    ------
    ParameterError
        There is no such layout.
    CorpusError
        The source is missing (said by the call itself), unreadable, not UTF-8 text, holds a line
        or record of more than a million characters, or no text at all (said while reading).
    MissingDependencyError
        The source is a Parquet file and pyarrow is not installed.
    """
    if layout not in get_args(Layout):
        raise ParameterError(f"layout is {layout!r}, expected one of {', '.join(get_args(Layout))}")
    files = find_files(source)
    label = files[0].label if len(files) == 1 else str(source)
    return _read_files(label, files, layout, Fields(text_field, id_field), reject)


def detect_layout(sample: str) -> Literal["document", "lines"]:
    r"""Tell from the beginning of a text whether each of its lines is one sentence.

    It is "lines" where at least 80 % of the lines that are not blank end like a sentence, and
    fewer than 20 % hold the end of another one inside.

    Examples
    --------
    >>> detect_layout("Water boils.\nIce melts.\n")
    'lines'
    >>> detect_layout("Water boils at a hundred\ndegrees. Ice melts.\n")
    'document'
    """
    lines = [line for line in map(str.strip, sample.split("\n")) if line]
    n_ended = sum(_SENTENCE_END.search(line) is not None for line in lines)
    if not lines or n_ended < 0.8 * len(lines):
        return "document"
    n_several = sum(len(split_sentences(line)) > 1 for line in lines)
    return "lines" if n_several < 0.2 * len(lines) else "document"


def _read_files(
    label: str, files: list[SourceFile], layout: Layout, fields: Fields, reject: Reject | None
) -> Iterator[Document]:
    """Yield the documents of all files; complain where there were none, good or bad."""
    keys = _Keys({file.name for file in files})
    is_empty = True

    def note(rejected: Rejected) -> None:
        nonlocal is_empty
        is_empty = False
        if reject is not None:
            reject(rejected)

    for file in files:
        try:
            for document in _read_file(file, layout, fields, keys, reject and note):
                is_empty = False
                yield document
        except CorpusError as error:
            if reject is None:
                raise
            note(Rejected.of(file.label, error))
    if is_empty:
        raise CorpusError(
            f"{label}: holds no text; check that it is the right source, "
            "and for records that text_field (--text-field) names the field with the text"
        )


def _read_file(
    file: SourceFile, layout: Layout, fields: Fields, keys: _Keys, reject: Reject | None
) -> Iterator[Document]:
    """Yield the documents of one file."""
    if file.kind == "parquet":
        records = read_parquet(file, fields, reject=reject)
        return _record_documents(file, records, keys, reject)
    blocks = read_blocks(file, reject=reject)
    if file.kind == "csv":
        records = read_csv(file, blocks, fields, reject=reject)
        return _record_documents(file, records, keys, reject)
    first = next(blocks, "")
    blocks = chain([first], blocks) if first else blocks
    if file.kind == "jsonl" or (file.path is None and first.lstrip().startswith("{")):
        records = read_jsonl(file, blocks, fields, reject=reject)
        return _record_documents(file, records, keys, reject)
    if layout == "auto":
        layout = detect_layout(_sample(first))
        _log.info("%s: read with layout %s", file.label, layout)
    bodies = _line_bodies(blocks) if layout == "lines" else _whole_body(file, blocks)
    documents = _number_documents(file.name, bodies)
    return documents if reject is None else _decoded(file, documents, reject)


def _sample(block: str) -> str:
    """Return the whole lines among the first characters of a block."""
    if len(block) <= SAMPLE_CHARS:
        return block
    return block[: block.rfind("\n", 0, SAMPLE_CHARS) + 1] or block[:SAMPLE_CHARS]


def _number_documents(name: str, bodies: Iterable[_Body]) -> Iterator[Document]:
    """Give a lone document the name of its file, and several a number each."""
    waiting: _Body | None = None
    number = 0
    for body in bodies:
        if waiting is not None:
            yield Document(f"{name}#{number}", *waiting)
        waiting = body
        number += 1
    if waiting is not None:
        yield Document(name if number == 1 else f"{name}#{number}", *waiting)


def _decoded(file: SourceFile, documents: Iterable[Document], reject: Reject) -> Iterator[Document]:
    """Yield the documents that are UTF-8 throughout, and report the others."""
    for document in documents:
        place = f"{file.label}, document {document.key}"
        try:
            check_decoded(place, document.text)
        except CorpusError as error:
            reject(Rejected.of(place, error))
        else:
            yield document


def _whole_body(file: SourceFile, blocks: Iterable[str]) -> Iterator[_Body]:
    """Yield the whole file as one text, or nothing where it is blank."""
    parts: list[str] = []
    n_chars = 0
    for block in blocks:
        parts.append(block)
        n_chars += len(block)
        if n_chars > MAX_DOCUMENT_CHARS:
            raise CorpusError(
                f"{file.label}: more than {MAX_DOCUMENT_CHARS:,} characters in one document; "
                "split the file, or write one sentence a line and read it with layout lines"
            )
    text = "".join(parts)
    if sentences := split_sentences(text):
        yield text, tuple(sentences)


def _line_bodies(blocks: Iterable[str]) -> Iterator[_Body]:
    """Yield the texts between blank lines, cut where one outgrows a document's limits."""
    lines: list[str] = []
    n_chars = 0
    for line in chain.from_iterable(map(split_lines, blocks)):
        is_blank = not line or line.isspace()
        n_chars += len(line) + 1
        is_full = n_chars > MAX_DOCUMENT_CHARS or len(lines) == MAX_DOCUMENT_LINES
        if lines and (is_blank or is_full):
            yield _join_lines(lines)
            lines, n_chars = [], len(line) + 1
        if not is_blank:
            lines.append(line)
    if lines:
        yield _join_lines(lines)


def _join_lines(lines: list[str]) -> _Body:
    """Join lines to a text and take each as a sentence."""
    text = "\n".join(lines)
    spans: list[Span] = []
    start = 0
    for line in lines:
        end = start + len(line)
        if len(line) <= MAX_SENTENCE_CHARS and line == line.strip():
            spans.append((start, end))
        else:
            spans += cut_span(text, start, end)
        start = end + 1
    return text, tuple(spans)


def _record_documents(
    file: SourceFile, records: Iterable[Record], keys: _Keys, reject: Reject | None
) -> Iterator[Document]:
    """Yield a document for each record that holds text."""
    for record in records:
        if sentences := split_sentences(record.text):
            key = f"{file.name}#{record.number}" if record.id is None else keys.claim(record.id)
            yield Document(key, record.text, tuple(sentences))
        elif reject is not None:
            reject(Rejected(f"{file.label}, record {record.number:,}", "the record holds no text"))


class _Keys:
    """Keys for records that bring their own id: each is given out once.

    Parameters
    ----------
    names : set of str
        The names of all files; no id may pass for one of them, or for a numbered one.
    """

    def __init__(self, names: set[str]) -> None:
        self._names = names
        self._taken: set[int] = set()
        self._repeats: dict[int, int] = {}

    def claim(self, identity: str) -> str:
        """Return the id itself, or with ``~2``, ``~3``, ... where it is taken."""
        key, digest = identity, _digest(identity)
        first = digest
        while digest in self._taken or self._is_file_key(key):
            self._repeats[first] = self._repeats.get(first, 1) + 1
            key = f"{identity}~{self._repeats[first]}"
            digest = _digest(key)
        self._taken.add(digest)
        return key

    def _is_file_key(self, key: str) -> bool:
        """Tell whether documents of a file may carry this key."""
        name, _, number = key.rpartition("#")
        return key in self._names or (name in self._names and number.isdigit())


def _digest(key: str) -> int:
    """Return 64 bits that stand for a key, the same in every run."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little")
