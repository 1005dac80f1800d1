"""Lines of text in and out: the one place where the file of an evaluation is opened.

A file whose name ends in ``.xz`` or ``.gz`` is packed, whether it is read or written.
"""

from __future__ import annotations

import gzip
import lzma
import math
import operator
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, SupportsFloat, SupportsIndex, cast

Cell = str | SupportsIndex | SupportsFloat
"""What a column of a prediction holds: text, a whole number, or a score."""


class FormError(ValueError):
    """A file is not in the form that its script reads; the message names the file and the line."""


@dataclass(frozen=True)
class Line:
    """One line of a file, and where it stands; ``number`` counts from 1."""

    path: Path
    number: int
    text: str

    @property
    def is_blank(self) -> bool:
        """Whether the line holds nothing but white space."""
        return not self.text or self.text.isspace()

    def columns(self, expected: str, *, at_least: int) -> list[str]:
        """Return what stands between the TABs; ``expected`` names the columns for the message.

        Raises
        ------
        FormError
            There are fewer columns than ``at_least``.
        """
        columns = self.text.split("\t")
        if len(columns) < at_least:
            raise self.error(f"{expected} between TABs")
        return columns

    def number_in(self, column: str) -> float:
        """Return the number that a column of this line holds.

        Raises
        ------
        FormError
            It is not a finite number.
        """
        try:
            number = float(column)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise self.error(f"a number where {column!r} stands")
        return number

    def error(self, expected: str) -> FormError:
        """Return the error to raise when this line does not hold what was expected."""
        return FormError(
            f"{self.path}:{self.number}: expected {expected}, found {self.text!r:.120}"
        )


def read_lines(path: Path) -> Iterator[Line]:
    """Yield every line of a UTF-8 file, without its line end; only a line feed ends a line.

    Raises
    ------
    FormError
        The archive is damaged, or a line is not UTF-8.
    """
    number = 0
    try:
        with _open(path, "rb") as file:
            for number, data in enumerate(file, 1):
                text = data.decode("utf-8-sig" if number == 1 else "utf-8")
                yield Line(path, number, text.rstrip("\r\n"))
    except UnicodeDecodeError as error:
        raise FormError(f"{path}:{number}: expected UTF-8, found {error.object!r:.60}") from error
    except (lzma.LZMAError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise FormError(f"{path}:{number + 1}: the archive is damaged ({error})") from error


def read_filled_lines(path: Path) -> Iterator[Line]:
    """Yield the lines of a file that are not blank."""
    return (line for line in read_lines(path) if not line.is_blank)


def read_strings(path: Path) -> Iterator[str]:
    """Yield the lines of a file that are not blank as they stand: sentences, or candidate terms."""
    return (line.text for line in read_filled_lines(path))


def write_lines(path: Path | None, lines: Iterable[str]) -> None:
    """Write lines of text; nothing at all where no path is given."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with _open(path, "wb") as file:
        file.writelines(f"{line}\n".encode() for line in lines)


def write_predictions(path: Path | None, rows: Iterable[Sequence[Cell]]) -> None:
    """Write one prediction a line, its columns between TABs; an empty row is an empty line.

    Raises
    ------
    ValueError
        A column holds a TAB or a line break, or a score is not finite.
    """
    write_lines(path, ("\t".join(map(_cell, row)) for row in rows))


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        if any(mark in value for mark in "\t\n\r"):
            raise ValueError(f"a column cannot hold a TAB or a line break: {value!r:.120}")
        return value
    if isinstance(value, SupportsIndex):
        return str(operator.index(value))
    if not math.isfinite(value):
        raise ValueError(f"a score has to be a finite number, not {value}")
    return repr(float(value))


def _open(path: Path, mode: Literal["rb", "wb"]) -> IO[bytes]:
    """Open a file as bytes, packed or not by its ending."""
    if path.suffix == ".xz":
        return lzma.open(path, mode)
    if path.suffix == ".gz":
        return cast(IO[bytes], gzip.open(path, mode))
    return path.open(mode)
