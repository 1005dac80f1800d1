"""What a file of triples looks like: JSON lines, CSV, N-Triples, JSON-LD; each record to bytes.

A text format is a header, records with a joiner between them, and a footer. So the bytes that one
process writes for its share of the corpus can be set beside those of another as they are.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..errors import ParameterError
from .rdf import JSON_LD_FOOTER, JSON_LD_HEADER, json_ld_record, n_triples_record
from .records import Kind, Record, compact_json, flat_columns, flat_values

ENDINGS = (".jsonl", ".parquet", ".nt", ".jsonld", ".csv")


@dataclass(frozen=True)
class TextFormat:
    """How records become text: what stands before, between and after them."""

    encode: Callable[[Record], bytes]
    header: bytes = b""
    joiner: bytes = b""
    footer: bytes = b""

    def join(self, records: list[bytes]) -> bytes:
        """Set encoded records beside each other."""
        return self.joiner.join(records)


def ending_of(path: Path) -> str:
    """Return the format that a file's name asks for.

    Raises
    ------
    ParameterError
        It is not one of `ENDINGS`.
    """
    if path.suffix in ENDINGS:
        return path.suffix
    raise ParameterError(
        f"{path}: no format is called {path.suffix or 'nothing'!r}; end the name of the output in "
        f"{', '.join(ENDINGS)}"
    )


def text_format(ending: str, fields: Mapping[str, Kind]) -> TextFormat:
    """Return the text format of an ending, for records with these fields."""
    if ending == ".csv":
        header = _csv_row(flat_columns(fields))
        return TextFormat(partial(_csv_record, fields), header)
    if ending == ".nt":
        return TextFormat(partial(n_triples_record, fields))
    if ending == ".jsonld":
        encode = partial(json_ld_record, fields)
        return TextFormat(encode, JSON_LD_HEADER, b",\n", JSON_LD_FOOTER)
    return TextFormat(_json_line)


def _json_line(record: Record) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def _csv_record(fields: Mapping[str, Kind], record: Record) -> bytes:
    return _csv_row(
        [
            compact_json(value) if isinstance(value, (bool, list)) else value
            for value in flat_values(fields, record)
        ]
    )


def _csv_row(values: Iterable[object]) -> bytes:
    row = io.StringIO()
    csv.writer(row, lineterminator="\n").writerow(values)
    return row.getvalue().encode()
