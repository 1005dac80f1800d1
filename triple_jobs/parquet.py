"""Triples as Parquet, with nested columns; a row group for each portion of the corpus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import MissingDependencyError
from .records import COMPONENT_NAMES, Kind, Record


def check_installed(path: Path) -> None:
    """Refuse to begin what could not be written.

    Raises
    ------
    MissingDependencyError
        pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: F401 -- whether it is there
    except ImportError as error:
        raise MissingDependencyError(
            f"{path}: writing Parquet needs pyarrow; pip install 'tailgraph[parquet]', or choose "
            "another ending, such as .jsonl"
        ) from error


def write_records(path: Path, fields: Mapping[str, Kind], records: Sequence[Record]) -> None:
    """Write the records of a portion as a file of its own."""
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.Table.from_pylist(list(records), schema=_schema(fields))
    parquet.write_table(table, path)


def join_files(path: Path, fields: Mapping[str, Kind], parts: Iterable[Path]) -> None:
    """Write the records of all parts to one file, one part in memory at a time."""
    from pyarrow import parquet

    with parquet.ParquetWriter(path, _schema(fields)) as writer:
        for part in parts:
            table = parquet.read_table(part, schema=_schema(fields))
            if table.num_rows:
                writer.write_table(table, row_group_size=table.num_rows)


def _schema(fields: Mapping[str, Kind]) -> Any:
    """Return the Arrow schema of records with these fields."""
    import pyarrow as pa

    text, integer, number = pa.string(), pa.int64(), pa.float64()
    span = [("text", text), ("start", integer), ("end", integer)]
    argument = [*span, ("key", text)]
    types = pa.list_(pa.struct([("type", text), ("share", number)]))
    kinds = {
        Kind.TEXT: text,
        Kind.INTEGER: integer,
        Kind.NUMBER: number,
        Kind.FLAG: pa.bool_(),
        Kind.SPAN: pa.struct(span),
        Kind.ARGUMENT: pa.struct(argument),
        Kind.TYPED_ARGUMENT: pa.struct([*argument, ("types", types)]),
        Kind.ADJUNCTS: pa.list_(pa.struct([("role", text), *span])),
        Kind.COMPONENTS: pa.struct([(name, number) for name in COMPONENT_NAMES]),
    }
    return pa.schema([(name, kinds[kind]) for name, kind in fields.items()])
