"""Files found in folders, by patterns and on standard input, and how their documents are named."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tailgraph.engine.corpus import read_documents, source_name


def write(path: Path, text: str) -> Path:
    """Write a UTF-8 file, making its folders, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def texts(source: str | Path) -> dict[str, str]:
    """Return the text of each document of a source by its key."""
    return {document.key: document.text for document in read_documents(source)}


def read_stdin(data: bytes) -> list[list[str]]:
    """Return key and text of each document that another process reads from standard input."""
    code = (
        "import json; from tailgraph.engine.corpus import read_documents;"
        "print(json.dumps([[d.key, d.text] for d in read_documents('-')]))"
    )
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    found: list[list[str]] = json.loads(done.stdout)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with files of known, unknown and hidden names."""
    root = tmp_path / "corpus"
    write(root / "b.txt", "B.")
    write(root / "a" / "z.TXT", "Z.")
    write(root / "a" / "deep" / "y.jsonl", '{"text": "Y."}')
    write(root / "a" / "picture.png", "\0")
    write(root / "a" / ".hidden.txt", "Hidden.")
    write(root / ".git" / "c.txt", "Hidden.")
    return root


def test_a_folder_is_read_with_its_subfolders_in_order(folder: Path) -> None:
    """Known endings are read, sorted by path; hidden and other files are left out."""
    assert list(texts(folder)) == ["a/deep/y.jsonl#1", "a/z.TXT", "b.txt"]


def test_keys_do_not_depend_on_where_the_source_lies(folder: Path, tmp_path: Path) -> None:
    """The same folder in another place gives equal documents, also through a pattern."""
    moved = tmp_path / "elsewhere" / "other"
    shutil.copytree(folder, moved)
    expected = list(read_documents(folder))
    assert list(read_documents(f"{moved}/")) == expected
    assert list(read_documents(f"{moved}/**/*.[Tj]*")) == expected[:2]


def test_a_relative_source_gives_the_same_keys(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path from the working folder and one from the root name documents alike."""
    expected = list(texts(folder))
    monkeypatch.chdir(folder)
    assert list(texts(".")) == expected
    assert list(texts("./a/*.TXT")) == ["z.TXT"]
    assert list(texts("*/*.TXT")) == ["a/z.TXT"]


def test_a_pattern_reads_whatever_it_matches(folder: Path) -> None:
    """A file of any ending is read as text when a pattern names it."""
    write(folder / "notes.md", "Note.")
    assert texts(str(folder / "*.md")) == {"notes.md": "Note."}


def test_an_existing_file_is_no_pattern(tmp_path: Path) -> None:
    """A name with brackets is taken as it stands when such a file exists."""
    path = write(tmp_path / "a[1].txt", "One.")
    assert texts(path) == {"a[1].txt": "One."}


def test_an_unknown_ending_of_a_named_file_is_read_as_text(tmp_path: Path) -> None:
    """Whoever names a file means it."""
    assert texts(write(tmp_path / "notes.md", "Note.")) == {"notes.md": "Note."}


def test_standard_input_is_read_as_text() -> None:
    """Text is read by its layout, as from a file."""
    assert read_stdin(b"Water boils.\nIce melts!\n\nSalt dissolves.\n") == [
        ["stdin#1", "Water boils.\nIce melts!"],
        ["stdin#2", "Salt dissolves."],
    ]


def test_standard_input_that_begins_with_a_brace_is_read_as_json_lines() -> None:
    """The first byte that is not blank decides."""
    data = b'\n {"id": "a", "text": "One."}\n{"text": "Two."}\n'
    assert read_stdin(data) == [["a", "One."], ["stdin#2", "Two."]]


def test_a_source_has_a_short_name_of_its_own(folder: Path) -> None:
    """The name is the last part of the path, wherever it lies."""
    names = [source_name(source) for source in (folder, f"{folder}/", folder / "b.txt", "-")]
    assert names == ["corpus", "corpus", "b.txt", "stdin"]
