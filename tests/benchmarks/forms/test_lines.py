"""Lines of evaluation files: packed, decoded, counted, and written as predictions."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from tailgraph.benchmarks.forms.lines import (
    FormError,
    read_lines,
    read_strings,
    write_lines,
    write_predictions,
)


@pytest.mark.parametrize("ending", ["", ".xz", ".gz"])
def test_what_is_written_is_read_again(tmp_path: Path, ending: str) -> None:
    """Packed or not, lines come back with their numbers."""
    path = tmp_path / f"folder/file.txt{ending}"
    write_lines(path, ["zażółć", "", "b\u2028c"])
    found = [(line.number, line.text) for line in read_lines(path)]
    assert found == [(1, "zażółć"), (2, ""), (3, "b\u2028c")]


@pytest.mark.parametrize(("ending", "unpack"), [(".xz", lzma.decompress), (".gz", gzip.decompress)])
def test_an_ending_says_how_a_file_is_packed(
    tmp_path: Path, ending: str, unpack: Callable[[bytes], bytes]
) -> None:
    """The archive holds the bytes of the plain file."""
    path = tmp_path / f"file{ending}"
    write_lines(path, ["a", "b"])
    assert unpack(path.read_bytes()) == b"a\nb\n"


def test_line_ends_and_byte_order_marks_are_no_text(file: Callable[..., Path]) -> None:
    """Files of other systems read the same; blank lines hold no string."""
    assert list(read_strings(file("\ufeffone\r\n \r\ntwo"))) == ["one", "two"]


def test_bytes_that_are_no_text_name_file_and_line(tmp_path: Path) -> None:
    """A file in another encoding is refused where it leaves UTF-8."""
    path = tmp_path / "latin.txt"
    path.write_bytes("gut\nschön\n".encode("latin-1"))
    with pytest.raises(FormError, match=r"latin\.txt:2: expected UTF-8"):
        list(read_lines(path))


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    """Half an archive names the file and the line that it breaks off in."""
    path = tmp_path / "half.gz"
    path.write_bytes(gzip.compress(b"a\n" * 1000)[:20])
    with pytest.raises(FormError, match=r"half\.gz:\d+: the archive is damaged"):
        list(read_lines(path))


def test_predictions_are_columns_between_tabs(tmp_path: Path) -> None:
    """Text stands as it is, numbers in full, and an empty row is an empty line."""
    path = tmp_path / "out.tsv"
    write_predictions(path, [["aspirin", 3, 0.1 + 0.2], [], ["b"]])
    assert path.read_text() == "aspirin\t3\t0.30000000000000004\n\nb\n"


def test_predictions_go_nowhere_without_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The option can be left out: no file is made and nothing is printed."""
    monkeypatch.chdir(tmp_path)
    write_predictions(None, [["a"]])
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("cell", ["a\tb", "a\nb", float("nan"), float("inf")])
def test_a_prediction_that_cannot_be_read_again_is_refused(tmp_path: Path, cell: object) -> None:
    """TABs, line breaks and scores that are not finite would break the form."""
    with pytest.raises(ValueError, match=r"TAB or a line break|finite number"):
        write_predictions(tmp_path / "out.tsv", [[cell]])  # type: ignore[list-item]
