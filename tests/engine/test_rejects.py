"""Tolerant reading: what is bad is told with its place, and all the rest is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tailgraph.engine.corpus import read_documents
from tailgraph.engine.rejects import Rejected
from tailgraph.errors import CorpusError

GOOD = "Water boils."


def read(path: Path, **options: object) -> tuple[list[tuple[str, str]], list[Rejected]]:
    """Return keys and texts, and what was rejected."""
    rejected: list[Rejected] = []
    documents = read_documents(path, reject=rejected.append, **options)  # type: ignore[arg-type]
    return [(d.key, d.text) for d in documents], rejected


def test_a_document_of_lines_with_a_bad_byte_is_left_out(tmp_path: Path) -> None:
    """The documents around it keep the keys that they have when it is mended."""
    path = tmp_path / "notes.txt"
    path.write_bytes(b"Water boils.\n\nThe caf\xe9 is open.\nIce melts.\n\nIron rusts.\n")
    found, rejected = read(path, layout="lines")
    assert found == [("notes.txt#1", GOOD), ("notes.txt#3", "Iron rusts.")]
    assert rejected == [
        Rejected(
            f"{path}, document notes.txt#2",
            "not UTF-8 (byte 0xE9); convert it first, for example with iconv -f latin1 -t utf-8",
        )
    ]


def test_a_csv_row_with_a_bad_byte_or_a_field_too_few_is_left_out(tmp_path: Path) -> None:
    """The rows after it are read, also where its field spans lines."""
    path = tmp_path / "notes.csv"
    path.write_bytes(b'id,text\na,Water boils.\nb,"The caf\xe9\nis open."\nc\nd,Ice melts.\n')
    found, rejected = read(path)
    assert found == [("a", GOOD), ("d", "Ice melts.")]
    assert [item.place for item in rejected] == [f"{path}, line 3", f"{path}, line 5"]
    assert "0xE9" in rejected[0].reason
    assert "fields in the row 1, in the header 2" in rejected[1].reason


@pytest.mark.parametrize("n_chars", [1_000_001, 9_000_000], ids=["one block", "many blocks"])
def test_a_line_that_is_too_long_is_left_out(tmp_path: Path, n_chars: int) -> None:
    """The record after it is read, and its number is that of its line."""
    path = tmp_path / "notes.jsonl"
    long = "x" * n_chars
    path.write_text(f'{{"text": "{GOOD}"}}\n{long}\nnonsense\n{{"text": "Ice melts."}}\n')
    found, rejected = read(path)
    assert [text for _, text in found] == [GOOD, "Ice melts."]
    assert rejected[0].place == str(path)
    assert rejected[0].reason.startswith(f"line 2 has {n_chars:,} characters")
    assert rejected[1].place == f"{path}, line 3"


def test_good_text_is_read_as_without_it(tmp_path: Path) -> None:
    """Line ends, control characters and a byte-order mark are cleaned alike."""
    path = tmp_path / "notes.txt"
    path.write_bytes("\ufeffWater\x07 boils.\r\nÄrger \u0085 über Öl.\r".encode())
    found, rejected = read(path)
    assert found == [(d.key, d.text) for d in read_documents(path)]
    assert rejected == []


def test_sources_without_a_good_or_bad_record_are_still_refused(tmp_path: Path) -> None:
    """Nothing at all is no corpus; but one with bad records alone is read to its end."""
    path = tmp_path / "notes.jsonl"
    path.write_text("\n")
    with pytest.raises(CorpusError, match="holds no text"):
        read(path)
    path.write_text("nonsense\n")
    assert read(path)[0] == []
