"""Documents read from every kind of source, held against documents written by hand."""

from __future__ import annotations

import csv
import gzip
import json
import logging
import lzma
import textwrap
import tracemalloc
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from tailgraph.engine.corpus import (
    MAX_DOCUMENT_LINES,
    Document,
    Layout,
    detect_layout,
    read_documents,
)

LINES = "Water boils.\nIce melts!\n\nSalt dissolves.\n"
PROSE = """\
Water boils at a hundred degrees. Below
that it is a liquid; ice melts at
none. Dr. Lee measured it.

Results

Salt dissolves in water. It does
so faster when it is warm.
"""


def write(path: Path, text: str) -> Path:
    """Write a UTF-8 file, making its folders, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def write_parquet(path: Path, **columns: list[object]) -> Path:
    """Write a Parquet file of two rows a row group and return its path."""
    pyarrow.parquet.write_table(pyarrow.table(columns), path, row_group_size=2)
    return path


def pack(path: Path, ending: str) -> Path:
    """Compress a file, leave only the archive, and return its path."""
    packed = path.with_name(path.name + ending)
    packed.write_bytes({".gz": gzip, ".xz": lzma}[ending].compress(path.read_bytes()))
    path.unlink()
    return packed


def sentences(document: Document) -> list[str]:
    """Return the sentences of a document as strings."""
    return [document.text[start:end] for start, end in document.sentences]


def contents(source: str | Path, **options: object) -> dict[str, list[str]]:
    """Return the sentences of each document of a source by its key."""
    documents = list(read_documents(source, **options))  # type: ignore[arg-type]
    assert len({document.key for document in documents}) == len(documents)
    return {document.key: sentences(document) for document in documents}


# Text files


def test_a_line_is_a_sentence_and_a_blank_line_ends_a_document(tmp_path: Path) -> None:
    """With layout lines the text is the lines, and each of them one span."""
    path = write(tmp_path / "a.txt", "One. Still one\n Two \n\n\n  \nThree.")
    assert list(read_documents(path, layout="lines")) == [
        Document("a.txt#1", "One. Still one\n Two ", ((0, 14), (16, 19))),
        Document("a.txt#2", "Three.", ((0, 6),)),
    ]


def test_a_lone_document_of_lines_has_the_name_of_its_file(tmp_path: Path) -> None:
    """Numbers are given only where a file holds several documents."""
    path = write(tmp_path / "a.txt", "\n\nOne.\nTwo.\n\n")
    assert contents(path, layout="lines") == {"a.txt": ["One.", "Two."]}


def test_layout_document_reads_the_whole_file_as_one_text(tmp_path: Path) -> None:
    """The text is kept as it is, and its sentences are found by rule."""
    path = write(tmp_path / "a.txt", LINES)
    assert list(read_documents(path, layout="document")) == [
        Document("a.txt", LINES, ((0, 12), (13, 23), (25, 40)))
    ]


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        (LINES, "lines"),
        (PROSE, "document"),
        ("A title of the text\nOne.\nTwo.\nThree.\nFour.\n", "lines"),
        ("One: two;\n(Three.)\n“Four?”\nFive…\n", "lines"),
        ("One. Two.\nThree. Four.\nFive.\n", "document"),
        ("One.\nTwo.\nThree.\nFour. Five.\nSix.\nSeven.\n", "lines"),
        ("no\nmarks\nat all\n", "document"),
        ("", "document"),
    ],
    ids=["lines", "prose", "title", "marks", "paragraphs", "one slip", "words", "empty"],
)
def test_layout_is_told_from_how_lines_end(text: str, layout: Layout) -> None:
    """Lines that end like sentences, and hold no end inside, are sentences."""
    assert detect_layout(text) == layout


def test_auto_reads_each_file_by_its_own_layout_and_logs_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder may mix layouts, and a caller can learn what was decided."""
    write(tmp_path / "a.txt", LINES)
    write(tmp_path / "b.txt", PROSE)
    with caplog.at_level(logging.INFO, "tailgraph"):
        found = contents(tmp_path)
    assert found == {
        "a.txt#1": ["Water boils.", "Ice melts!"],
        "a.txt#2": ["Salt dissolves."],
        "b.txt": [
            "Water boils at a hundred degrees.",
            "Below\nthat it is a liquid; ice melts at\nnone.",
            "Dr. Lee measured it.",
            "Results",
            "Salt dissolves in water.",
            "It does\nso faster when it is warm.",
        ],
    }
    assert [record.getMessage().rpartition(" ")[2] for record in caplog.records] == [
        "lines",
        "document",
    ]


def test_a_cut_line_at_the_end_of_the_sample_decides_nothing(tmp_path: Path) -> None:
    """The layout of a long file is judged by whole lines."""
    paragraph = "One " * 20_000 + "end.\n"
    path = write(tmp_path / "a.txt", "Water boils.\n" + paragraph + "Ice melts.\n\nTwo.\n")
    assert list(contents(path)) == ["a.txt#1", "a.txt#2"]


def test_a_document_of_lines_ends_after_ten_thousand(tmp_path: Path) -> None:
    """A file without blank lines is cut, and no line is lost."""
    path = write(tmp_path / "a.txt", "One.\n" * (2 * MAX_DOCUMENT_LINES + 1))
    sizes = [len(document.sentences) for document in read_documents(path)]
    assert sizes == [MAX_DOCUMENT_LINES, MAX_DOCUMENT_LINES, 1]


def test_a_document_of_lines_ends_before_it_outgrows_a_whole_file(tmp_path: Path) -> None:
    """Very long lines end a document by their characters, and none is lost."""
    path = write(tmp_path / "a.txt", ("x" * 899_999 + "\n") * 12)
    texts = [document.text for document in read_documents(path, layout="lines")]
    assert [len(text) for text in texts] == [11 * 900_000 - 1, 899_999]


def test_long_lines_are_cut_into_sentences_of_at_most_2000_characters(tmp_path: Path) -> None:
    """The text stays, the spans share it."""
    path = write(tmp_path / "a.txt", "word " * 500 + "\n")
    (document,) = read_documents(path, layout="lines")
    assert document.sentences == ((0, 1_999), (2_000, 2_499))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=repr)
def test_every_kind_of_line_end_is_the_same(tmp_path: Path, end: str) -> None:
    """Lines may end in LF, CRLF or CR, at any place of the blocks a file is read in."""
    lines = [f"Sentence number {number} ends." for number in range(20_000)]
    path = write(tmp_path / "a.txt", end.join(lines))
    first, second = read_documents(path, layout="lines")
    assert first.text + "\n" + second.text == "\n".join(lines)


def test_a_line_end_cut_by_the_border_of_a_block_is_one_line_end(tmp_path: Path) -> None:
    """CR as the last byte of a block and LF as the first of the next do not make a blank line."""
    path = write(tmp_path / "a.txt", "One.\r\n" * 43_690 + "abc\r\nTwo.\r\n")
    assert path.read_bytes()[(1 << 18) - 1 :][:2] == b"\r\n"
    last = list(read_documents(path, layout="lines"))[-1]
    assert last.text.endswith("One.\nabc\nTwo.")


def test_control_characters_become_spaces_and_nothing_else_changes(tmp_path: Path) -> None:
    """Only control characters are replaced, one by one: spans stay simple, Unicode stays as is."""
    path = write(tmp_path / "a.txt", "\ufeffA\x0b\x1fb\tc\x7f\x85d\u2028e\u0301 ﬁ.")
    (document,) = read_documents(path)
    assert document.text == "A  b\tc  d\u2028e\u0301 ﬁ."


def test_characters_of_several_bytes_survive_the_borders_of_blocks(tmp_path: Path) -> None:
    """A character is never cut in two, whatever its place in the file."""
    text = "".join(f"é€😀 {number}.\n" for number in range(60_000))
    path = write(tmp_path / "a.txt", text)
    assert "\n".join(document.text for document in read_documents(path)) + "\n" == text


def test_wrapping_lines_into_a_paragraph_keeps_their_sentences(tmp_path: Path) -> None:
    """The two layouts of one text give the same sentences."""
    lines = ["Water boils at a hundred degrees.", "Ice melts at none.", "Salt dissolves in both."]
    path = write(tmp_path / "a.txt", textwrap.fill(" ".join(lines), 20))
    (document,) = read_documents(path)
    assert [sentence.replace("\n", " ") for sentence in sentences(document)] == lines


# Records


RECORDS = [
    {"id": "a", "text": "Water boils. Ice melts."},
    {"id": "", "text": "Salt dissolves."},
    {"id": "c", "text": "  "},
    {"id": "a", "text": "Again,\nwith a comma."},
]
RECORD_CONTENTS = {
    "a": ["Water boils.", "Ice melts."],
    "r#2": ["Salt dissolves."],
    "a~2": ["Again,\nwith a comma."],
}


def write_records(folder: Path, kind: str) -> Path:
    """Write `RECORDS` as a file of one kind and return its path."""
    path = folder / f"r.{kind}"
    if kind == "jsonl":
        return write(path, "".join(json.dumps(record) + "\n\n" for record in RECORDS))
    if kind == "parquet":
        return write_parquet(
            path, id=[record["id"] for record in RECORDS], text=[r["text"] for r in RECORDS]
        )
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "text"])
        writer.writeheader()
        writer.writerows(RECORDS)
    return path


@pytest.mark.parametrize("ending", ["", ".gz", ".xz"], ids=["plain", "gz", "xz"])
@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_records_become_documents(tmp_path: Path, kind: str, ending: str) -> None:
    """A record is a document under its id or number; a blank one is left out but counted."""
    path = write_records(tmp_path, kind)
    path = pack(path, ending) if ending else path
    found = contents(path)
    assert found == {key.replace("r#", f"{path.name}#"): v for key, v in RECORD_CONTENTS.items()}


@pytest.mark.parametrize("ending", [".gz", ".xz", ".GZ"])
def test_packed_text_reads_like_plain_text(tmp_path: Path, ending: str) -> None:
    """Compression changes nothing but the name."""
    packed = pack(write(tmp_path / "a.txt", LINES), ending.lower())
    path = packed.rename(tmp_path / f"a.txt{ending}")
    assert contents(path) == {
        f"{path.name}#1": ["Water boils.", "Ice melts!"],
        f"{path.name}#2": ["Salt dissolves."],
    }


def test_fields_of_other_names_are_read_when_named(tmp_path: Path) -> None:
    """The fields for text and id can be set; ids that are numbers count as text."""
    path = write(tmp_path / "r.jsonl", '{"pmid": 7, "abstract": "It works.", "text": "No."}\n')
    assert contents(path, text_field="abstract", id_field="pmid") == {"7": ["It works."]}


def test_null_text_is_skipped_like_an_empty_one(tmp_path: Path) -> None:
    """A record without text is no error and no document."""
    jsonl = write(tmp_path / "r.jsonl", '{"text": null}\n{"text": ""}\n{"text": "Yes."}\n')
    parquet = write_parquet(tmp_path / "r.parquet", text=[None, "", "Yes."])
    assert contents(jsonl) == {"r.jsonl#3": ["Yes."]}
    assert contents(parquet) == {"r.parquet#3": ["Yes."]}


def test_lone_surrogates_in_json_become_replacement_characters(tmp_path: Path) -> None:
    """Text that no file could hold is never handed on."""
    path = write(tmp_path / "r.jsonl", r'{"text": "A\ud800b \ud83d\ude00.\r\nC\u0000."}' + "\n")
    (document,) = read_documents(path)
    assert document.text == "A\ufffdb 😀.\nC ."


def test_long_csv_fields_are_read_and_the_limit_of_csv_is_put_back(tmp_path: Path) -> None:
    """Fields beyond csv's own limit are read, and other code finds the limit as it was."""
    path = write(tmp_path / "r.csv", "text\n" + "word " * 150_000 + "\nTwo.\n")
    before = csv.field_size_limit()
    documents = read_documents(path)
    assert len(next(documents).text) == 750_000
    assert csv.field_size_limit() == before
    assert next(documents).text == "Two."


def test_an_id_never_passes_for_the_key_of_a_file(tmp_path: Path) -> None:
    """Ids that look like names of the source's files get a suffix of their own."""
    write(tmp_path / "a.txt", LINES)
    ids = ["a.txt#1", "a.txt", "x", "x~2", "x", "x", "b.txt#1"]
    write(tmp_path / "r.jsonl", "".join(f'{{"id": "{name}", "text": "One."}}\n' for name in ids))
    assert [document.key for document in read_documents(tmp_path)] == [
        *("a.txt#1", "a.txt#2"),
        *("a.txt#1~2", "a.txt~2", "x", "x~2", "x~3", "x~4", "b.txt#1"),
    ]


# Memory


@pytest.mark.parametrize("kind", ["txt", "jsonl", "csv"])
def test_memory_does_not_grow_with_the_source(tmp_path: Path, kind: str) -> None:
    """A file of 8 MB is read in a quarter of that."""
    sentence = "The quick brown fox jumps over the lazy dog " * 20 + "again. "
    header, row = {
        "txt": ("", f"{sentence}\n" * 5 + "\n"),
        "jsonl": ("", json.dumps({"text": sentence * 5}) + "\n"),
        "csv": ("text\n", sentence * 5 + "\n"),
    }[kind]
    n_rows = 8_000_000 // len(row)
    path = write(tmp_path / f"a.{kind}", header + row * n_rows)
    tracemalloc.start()
    try:
        n_sentences = sum(len(document.sentences) for document in read_documents(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert n_sentences == 5 * n_rows
    assert peak < 2_000_000
