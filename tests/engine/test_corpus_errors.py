"""Bad sources: each is refused in one line that names the place and says what to do."""

from __future__ import annotations

import gzip
import lzma
import os
import sys
import zlib
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from tailgraph.engine.corpus import read_documents
from tailgraph.errors import CorpusError, MissingDependencyError, ParameterError, TailgraphError


def complaint(source: str | Path, **options: object) -> str:
    """Read a source to its bitter end and return the one line it is refused with."""
    with pytest.raises(TailgraphError) as caught:
        list(read_documents(source, **options))  # type: ignore[arg-type]
    message = str(caught.value)
    assert "\n" not in message
    assert type(caught.value) is CorpusError
    return message


def missing(message: str, *parts: str) -> list[str]:
    """Return those of some parts that a message lacks."""
    return [part for part in parts if part not in message]


def file_of(path: Path, data: bytes | str) -> Path:
    """Write a file and return its path."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


# Sources that are not there


def test_a_missing_file_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    """The call itself complains, and names the path."""
    with pytest.raises(CorpusError, match=r"absent\.txt: there is no such file.*check the path"):
        read_documents(tmp_path / "absent.txt")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """A path through a file does not exist."""
    file_of(tmp_path / "a.txt", "One.")
    assert not missing(complaint(tmp_path / "a.txt" / "b.txt"), "a.txt/b.txt", "no such file")


def test_a_name_the_system_refuses_is_a_corpus_error(tmp_path: Path) -> None:
    """What the system says is passed on."""
    assert not missing(complaint(tmp_path / ("x" * 300)), "cannot be read (File name too long)")


def test_an_empty_path_does_not_mean_the_working_folder() -> None:
    """Nothing is read that was not named."""
    assert not missing(complaint(""), "empty path", "name a file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    """Missing permission is said as such."""
    path = file_of(tmp_path / "a.txt", "One.")
    path.chmod(0)
    assert not missing(complaint(path), "a.txt: cannot be read (Permission denied)", "check")


def test_a_broken_link_in_a_folder_is_not_passed_over(tmp_path: Path) -> None:
    """A file that cannot be opened stops the reading, and is named."""
    (tmp_path / "a.txt").symlink_to(tmp_path / "absent")
    assert not missing(complaint(tmp_path), "a.txt: cannot be read (No such file or directory)")


def test_a_folder_without_known_files_says_which_are_known(tmp_path: Path) -> None:
    """The endings that are read are listed."""
    file_of(tmp_path / "a.png", "x")
    message = complaint(tmp_path)
    assert not missing(
        message, str(tmp_path), ".txt, .jsonl, .csv, .parquet", ".gz", "files of other endings: 1"
    )


def test_a_pattern_without_a_match_is_refused(tmp_path: Path) -> None:
    """The pattern is named, with the usual cause."""
    assert not missing(
        complaint(f"{tmp_path}/*.txt"), "*.txt: the pattern matches nothing", "quote it"
    )


def test_a_pattern_that_matches_only_folders_is_refused(tmp_path: Path) -> None:
    """A folder where a file is expected is said to be one."""
    (tmp_path / "a.txt").mkdir()
    assert not missing(complaint(f"{tmp_path}/*.txt"), "*.txt: the pattern matches only folders")


def test_an_unknown_layout_is_refused(tmp_path: Path) -> None:
    """The layouts there are, are listed."""
    path = file_of(tmp_path / "a.txt", "One.")
    with pytest.raises(ParameterError, match="layout is 'line', expected one of auto, document"):
        read_documents(path, layout="line")  # type: ignore[arg-type]


# Sources that hold no text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", ""),
        ("a.txt", " \n\t\n"),
        ("a.txt", "\ufeff"),
        ("a.txt.gz", gzip.compress(b"", mtime=0)),
        ("a.txt.xz", lzma.compress(b"\n")),
        ("a.jsonl", "\n"),
        ("a.jsonl", '{"text": ""}'),
        ("a.csv", ""),
        ("a.csv", "id,text\n"),
        ("a.csv", "text\n\n   \n"),
    ],
)
def test_a_source_without_text_is_refused_at_its_end(
    tmp_path: Path, name: str, data: bytes | str
) -> None:
    """Empty and blank files hold no text, whatever their kind."""
    path = file_of(tmp_path / name, data)
    assert not missing(complaint(path), f"{path}: holds no text", "check", "--text-field")


@pytest.mark.parametrize("layout", ["lines", "document"])
def test_every_layout_finds_no_text_in_a_blank_file(tmp_path: Path, layout: str) -> None:
    """The layout does not matter."""
    assert not missing(
        complaint(file_of(tmp_path / "a.txt", "\n\n"), layout=layout), "holds no text"
    )


def test_an_empty_file_beside_a_full_one_is_no_error(tmp_path: Path) -> None:
    """Only a source that holds nothing at all is refused."""
    file_of(tmp_path / "a.txt", "")
    file_of(tmp_path / "b.txt", "One.")
    assert [document.key for document in read_documents(tmp_path)] == ["b.txt"]


# Files that are not text


@pytest.mark.parametrize(
    ("name", "data", "advice"),
    [
        ("a.pdf", b"%PDF-1.7\n...", "a PDF: save its text as a .txt file"),
        ("a.docx", b"PK\x03\x04\x14\0", "an Office document"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1", "save it as plain text"),
        ("a.rtf", b"{\\rtf1 One.}", "an RTF document"),
        ("a.txt", gzip.compress(b"One.", mtime=0), "end its name in .gz"),
        ("a.txt", lzma.compress(b"One."), "end its name in .xz"),
        ("a.txt", b"PAR1\x15", "end its name in .parquet"),
        ("a.csv", "text\nOne.".encode("utf-16"), "iconv -f utf-16 -t utf-8"),
        ("a.txt", b"ELF" + bytes(40), "(a NUL byte at offset 3); convert it"),
        ("a.txt", b"x" * 65_000 + b"\0", "(a NUL byte at offset 65,000)"),
        ("a.jsonl", b'{"text": "\0"}', "binary data, not text"),
    ],
)
def test_binary_files_are_refused_by_what_they_hold(
    tmp_path: Path, name: str, data: bytes, advice: str
) -> None:
    """The message names the file, what it seems to be, and what to do with it."""
    path = file_of(tmp_path / name, data)
    assert not missing(complaint(path), str(path), advice)


def test_a_nul_byte_far_inside_a_text_is_a_control_character(tmp_path: Path) -> None:
    """Only the first 64 KB decide whether a file is text."""
    path = file_of(tmp_path / "a.txt", b"One.\n" * 14_000 + b"T\0wo.\n")
    assert list(read_documents(path))[-1].text.endswith("\nT wo.")


@pytest.mark.parametrize(
    ("name", "data", "byte", "offset", "line"),
    [
        ("a.txt", "Un café.\n".encode("latin1"), "0xE9", "6", "1"),
        ("a.txt", b"One.\nTwo.\n\xff\n", "0xFF", "10", "3"),
        ("a.txt", b"\xef\xbb\xbfOne.\r\nTwo.\r\n\xff\r\n", "0xFF", "15", "3"),
        ("a.txt", b"One.\rTwo.\r\xff", "0xFF", "10", "3"),
        ("a.txt", b"One.\n" * 100_000 + b"\xe9t\xe9", "0xE9", "500,000", "100,001"),
        ("a.txt", b"Cut off: \xe2\x82", "0xE2", "9", "1"),
        ("a.txt", b"surrogate \xed\xa0\x80", "0xED", "10", "1"),
        ("a.jsonl", b'{"text": "One."}\n{"text": "\xfc"}\n', "0xFC", "27", "2"),
        ("a.csv.gz", gzip.compress(b"text\n\xe9\n", mtime=0), "0xE9", "5", "2"),
    ],
)
def test_bytes_that_are_not_utf8_are_named_with_their_place(
    tmp_path: Path, name: str, data: bytes, byte: str, offset: str, line: str
) -> None:
    """File, offset, line and byte are given, and a command that converts."""
    path = file_of(tmp_path / name, data)
    place = f"{path}: not UTF-8 at byte offset {offset}, line {line} (byte {byte})"
    assert not missing(complaint(path), place, "iconv -f latin1 -t utf-8")


def damaged(packed: bytes) -> bytes:
    """Flip bits in the middle of an archive."""
    middle = len(packed) // 2
    return packed[:middle] + bytes([packed[middle] ^ 0xFF]) + packed[middle + 1 :]


TEXT = "".join(f"Sentence {number} is here.\n" for number in range(5_000)).encode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt.gz", b"Plain text."),
        ("a.txt.xz", b"Plain text."),
        ("a.txt.xz", b""),
        ("a.txt.gz", gzip.compress(TEXT, mtime=0)[:-9]),
        ("a.txt.xz", lzma.compress(TEXT)[:-9]),
        ("a.txt.gz", damaged(gzip.compress(TEXT, mtime=0))),
        ("a.txt.xz", damaged(lzma.compress(TEXT))),
        ("a.parquet.gz", b"PAR1"),
        ("a.txt.gz", zlib.compress(TEXT)),
    ],
)
def test_damaged_archives_are_refused(tmp_path: Path, name: str, data: bytes) -> None:
    """A wrong, cut or damaged archive is named, however much of it could be read."""
    path = file_of(tmp_path / name, data)
    assert not missing(complaint(path), f"{path}: not a whole, undamaged archive", "copy it again")


# Texts that are too long


def test_a_line_of_ten_megabytes_is_refused_with_its_length(tmp_path: Path) -> None:
    """Characters are counted, not bytes, and the limit is given."""
    path = file_of(tmp_path / "a.txt", "One.\n\n" + "é" * 10_000_000 + "\nTwo.")
    message = complaint(path)
    assert not missing(message, f"{path}: line 3 has 10,000,000 characters", "limit is 1,000,000")
    assert not missing(message, "break it into lines")


def test_a_line_just_over_the_limit_is_refused_and_one_just_at_it_is_read(tmp_path: Path) -> None:
    """The limit itself is allowed."""
    path = file_of(tmp_path / "a.txt", "One.\n" + "x" * 1_000_001)
    assert not missing(complaint(path), "line 2 has 1,000,001 characters")
    file_of(path, "One.\n" + "x" * 1_000_000 + "\n")
    assert [len(document.text) for document in read_documents(path)] == [1_000_005]


def test_an_endless_line_is_not_read_to_its_end(tmp_path: Path) -> None:
    """Beyond a hundred times the limit nobody counts."""
    path = file_of(tmp_path / "a.txt.gz", gzip.compress(b"x" * 5_000_000, 1) * 21)
    assert not missing(complaint(path), "line 1 has 100,000,000 or more characters")


def test_a_file_too_long_for_one_document_is_refused(tmp_path: Path) -> None:
    """Splitting it and the layout of lines are offered."""
    path = file_of(tmp_path / "a.txt", "no mark at all here\n" * 500_001)
    message = complaint(path)
    assert not missing(
        message, f"{path}: more than 10,000,000 characters in one document", "layout lines"
    )


def test_a_record_too_long_is_refused(tmp_path: Path) -> None:
    """A Parquet row has no line, it is named by its number."""
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": ["One.", "x" * 1_000_001]}), path)
    assert not missing(
        complaint(path), f"{path}, row 2: the text has 1,000,001 characters", "split it"
    )


# Records of the wrong form


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ('{"text": ', ("not valid JSON", "Expecting value")),
        ("[1, 2]", ("a JSON list, not an object", '{"text": "..."}')),
        ('{"body": "One."}', ("no field 'text', the fields are 'body'", "--text-field")),
        ("{}", ("no field 'text', the fields are none",)),
        ('{"text": 5}', ("field 'text' holds int, not text", "--text-field")),
        ("[" * 100_000, ("not valid JSON",)),
        ('{"text": ' + "9" * 5_000 + "}", ("not valid JSON",)),
    ],
    ids=["cut", "list", "field", "empty", "number", "deep", "huge number"],
)
def test_a_malformed_json_line_is_named_by_its_number(
    tmp_path: Path, line: str, parts: tuple[str, ...]
) -> None:
    """Blank lines count, records before it have been read."""
    path = file_of(tmp_path / "a.jsonl", f'{{"text": "One."}}\n\n{line}\n')
    assert not missing(complaint(path), f"{path}, line 3: ", *parts)


@pytest.mark.parametrize(
    ("rows", "line", "parts"),
    [
        ("id,body\n1,One.\n", 2, ("no field 'text', the fields are 'id', 'body'",)),
        ("id;text\n1;One.\n", 2, ("no field 'text', the fields are 'id;text'",)),
        (
            "id,text\n1,One.\n2,Two, three.\n",
            3,
            ("fields in the row 3, in the header 2", "double quotes"),
        ),
        ("id,text\n1\n", 2, ("fields in the row 1, in the header 2",)),
        ('text\nOne.\n"Two\nthree.\n', 3, ("not valid CSV (unexpected end of data", "quote")),
        ('text\n"One" more\n', 2, ("not valid CSV", "quote")),
        ('text\nOne.\n"' + "word\n" * 300_000, 3, ("field larger than field limit", "quote")),
    ],
    ids=["field", "semicolons", "too many", "too few", "open quote", "stray quote", "huge field"],
)
def test_a_malformed_csv_row_is_named_by_the_line_it_begins_in(
    tmp_path: Path, rows: str, line: int, parts: tuple[str, ...]
) -> None:
    """Nothing is guessed or dropped: a row fits its header or is refused."""
    path = file_of(tmp_path / "a.csv", rows)
    assert not missing(complaint(path), f"{path}, line {line}: ", *parts)


def test_a_parquet_file_without_the_text_column_lists_its_columns(tmp_path: Path) -> None:
    """The columns there are, are named."""
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"id": [1], "body": ["One."]}), path)
    assert not missing(complaint(path), f"{path}: no field 'text', the fields are 'id', 'body'")


def test_a_parquet_column_of_numbers_is_no_text(tmp_path: Path) -> None:
    """The row and the type are named."""
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": [1.5]}), path)
    assert not missing(complaint(path), f"{path}, row 1: field 'text' holds float, not text")


@pytest.mark.parametrize("cut", [0, 3, 200])
def test_a_cut_parquet_file_is_refused(tmp_path: Path, cut: int) -> None:
    """Without its end, a Parquet file cannot be read."""
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": ["One."] * 100}), path)
    file_of(path, path.read_bytes()[:cut])
    assert not missing(
        complaint(path), f"{path}: not a whole, readable Parquet file", "write it again"
    )


def test_parquet_without_pyarrow_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What to install is said in full."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = file_of(tmp_path / "a.parquet", b"PAR1")
    with pytest.raises(MissingDependencyError, match=r"pip install 'tailgraph\[parquet\]'"):
        list(read_documents(path))


def test_what_was_read_before_an_error_has_been_handed_on(tmp_path: Path) -> None:
    """Documents before the bad place reach the caller."""
    path = file_of(tmp_path / "a.jsonl", '{"text": "One."}\n{"text": "Two."}\nbad\n')
    documents = read_documents(path)
    assert [next(documents).text, next(documents).text] == ["One.", "Two."]
    with pytest.raises(CorpusError, match="line 3"):
        next(documents)
