"""Records: one text per JSON line, CSV row or Parquet row, read as a stream."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from ..errors import CorpusError, MissingDependencyError
from .decoding import MAX_LINE_CHARS, clean_text, split_lines
from .rejects import Reject, Rejected, check_decoded
from .sources import ByteStream, SourceFile, open_bytes, reading

_BATCH_ROWS = 256
_field_limit_lock = Lock()


@dataclass(frozen=True)
class Fields:
    """Which fields of a record hold its text and its id."""

    text: str = "text"
    id: str = "id"


@dataclass(frozen=True)
class Record:
    """One record of a file.

    Attributes
    ----------
    number : int
        Its place among the file's records, from 1.
    text : str
        What its text field holds, cleaned; empty where that is null.
    id : str or None
        What its id field holds, as text; None where there is none.
    """

    number: int
    text: str
    id: str | None


def read_jsonl(
    file: SourceFile, blocks: Iterable[str], fields: Fields, *, reject: Reject | None = None
) -> Iterator[Record]:
    """Yield the record of each line that is not blank; every line is one JSON object.

    With `reject` a bad line is reported and passed over.
    """
    number = 0
    for line_number, line in enumerate(_lines(blocks), 1):
        if not line.strip():
            continue
        number += 1
        place = f"{file.label}, line {line_number:,}"
        try:
            record = _record(place, number, _object(place, line), fields)
        except CorpusError as error:
            if reject is None:
                raise
            reject(Rejected.of(place, error))
        else:
            yield record


def _object(place: str, line: str) -> dict[str, object]:
    """Read the JSON object of a line."""
    check_decoded(place, line)
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CorpusError(
            f"{place}: not valid JSON ({error}); a .jsonl file holds one object a line, "
            'such as {"id": "a1", "text": "Water boils."}'
        ) from error
    if not isinstance(values, dict):
        raise CorpusError(
            f"{place}: a JSON {type(values).__name__}, not an object; "
            'write each record as {"text": "..."}'
        )
    return values


def read_csv(
    file: SourceFile, blocks: Iterable[str], fields: Fields, *, reject: Reject | None = None
) -> Iterator[Record]:
    """Yield the record of each row below the header; fields are separated by commas.

    With `reject` a bad row is reported and passed over.
    """
    reader = csv.reader((line + "\n" for line in _lines(blocks)), strict=True)
    header: list[str] = []
    number = 0
    while True:
        place = f"{file.label}, line {reader.line_num + 1:,}"
        try:
            row = _next_row(place, reader)
            if row is None:
                return
            if not row:
                continue
            if not header:
                header = [name.strip() for name in row]
                continue
            number += 1
            record = _record(place, number, _values(place, header, row), fields)
        except CorpusError as error:
            if reject is None:
                raise
            reject(Rejected.of(place, error))
        else:
            yield record


def _next_row(place: str, reader: Iterator[list[str]]) -> list[str] | None:
    """Read a row, or None at the end."""
    try:
        with _long_csv_fields():
            return next(reader, None)
    except csv.Error as error:
        raise CorpusError(
            f"{place}: not valid CSV ({error}; the limit of a field is {MAX_LINE_CHARS:,} "
            "characters); look for a quote that is not closed or not doubled"
        ) from error


def _values(place: str, header: list[str], row: list[str]) -> dict[str, str]:
    """Give the fields of a row their names."""
    if len(row) != len(header):
        raise CorpusError(
            f"{place}: fields in the row {len(row)}, in the header {len(header)}; "
            "put text that holds commas in double quotes"
        )
    for value in row:
        check_decoded(place, value)
    return dict(zip(header, row, strict=True))


def read_parquet(
    file: SourceFile, fields: Fields, *, reject: Reject | None = None
) -> Iterator[Record]:
    """Yield the record of each row, a few hundred rows in memory at a time.

    With `reject` a bad row is reported and passed over.

    Raises
    ------
    MissingDependencyError
        pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise MissingDependencyError(
            f"{file.label}: reading Parquet needs pyarrow; pip install 'tailgraph[parquet]'"
        ) from error
    number = 0
    try:
        with open_bytes(file) as stream, _seekable(file, stream) as whole:
            table = ParquetFile(whole)
            names = table.schema_arrow.names
            columns = [name for name in dict.fromkeys((fields.text, fields.id)) if name in names]
            if fields.text not in columns:
                raise _missing_field(file.label, names, fields)
            for batch in table.iter_batches(batch_size=_BATCH_ROWS, columns=columns):
                for values in batch.to_pylist():
                    number += 1
                    place = f"{file.label}, row {number:,}"
                    try:
                        record = _record(place, number, values, fields)
                    except CorpusError as error:
                        if reject is None:
                            raise
                        reject(Rejected.of(place, error))
                    else:
                        yield record
    except (pyarrow.ArrowException, UnicodeDecodeError) as error:
        raise CorpusError(
            f"{file.label}: not a whole, readable Parquet file ({_one_line(error)}); "
            "write it again, or check its ending"
        ) from error


def _record(place: str, number: int, values: Mapping[str, object], fields: Fields) -> Record:
    """Check one record and take its text and id."""
    if fields.text not in values:
        raise _missing_field(place, values, fields)
    text = values[fields.text]
    if text is None:
        text = ""
    if not isinstance(text, str):
        raise CorpusError(
            f"{place}: field {fields.text!r} holds {type(text).__name__}, not text; "
            "set text_field (--text-field) to a field of strings"
        )
    if len(text) > MAX_LINE_CHARS:
        raise CorpusError(
            f"{place}: the text has {len(text):,} characters, the limit is {MAX_LINE_CHARS:,}; "
            "split it into several records"
        )
    identity = values.get(fields.id)
    has_id = identity is not None and identity != ""
    return Record(number, clean_text(text), clean_text(str(identity)) if has_id else None)


def _missing_field(place: str, found: Iterable[str], fields: Fields) -> CorpusError:
    """Build the error for a record without its text field."""
    names = ", ".join(repr(name) for name in found) or "none"
    return CorpusError(
        f"{place}: no field {fields.text!r}, the fields are {names}; "
        "set text_field (--text-field) to the one that holds the text"
    )


def _lines(blocks: Iterable[str]) -> Iterator[str]:
    """Yield the lines of all blocks."""
    for block in blocks:
        yield from split_lines(block)


@contextmanager
def _long_csv_fields() -> Iterator[None]:
    """Let csv accept fields up to our limit, and put its process-wide limit back."""
    with _field_limit_lock:
        before = csv.field_size_limit(MAX_LINE_CHARS)
        try:
            yield
        finally:
            csv.field_size_limit(before)


@contextmanager
def _seekable(file: SourceFile, stream: ByteStream) -> Iterator[ByteStream]:
    """Give a stream that jumps: Parquet is read from its end, an archive only from its start."""
    if not file.compression:
        yield stream
        return
    with tempfile.TemporaryFile() as whole:
        with reading(file.label):
            shutil.copyfileobj(stream, whole)
        whole.seek(0)
        yield whole


def _one_line(error: Exception) -> str:
    """Return the message of a foreign error without its line breaks."""
    return " ".join(str(error).split())
