"""Lists of labels in files: what is written is read again, and faults are told by their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tailgraph.errors import ArtifactError, ParameterError, StorageError
from tailgraph.graph.labels.exchange import LabelRecord, read_records, write_records
from tailgraph.graph.labels.seeds import read_labels

TERMS = [
    LabelRecord(("CHEMICAL.DRUG",), "aspirin"),
    LabelRecord(("PLACE.CITY", "PERSON"), "paris"),
    LabelRecord(("UNTAGGED",), "thing"),
    LabelRecord(("GENE.PROTEIN",), 'il"6\\β <a&b>'),
    LabelRecord(("INFORMATION.IDEA",), "term"),
    LabelRecord(("FOOD",), "n/a"),
]
MORE = [
    LabelRecord((), "removed"),
    LabelRecord(("FOOD",), members=("Apple", "pear")),
]


@pytest.mark.parametrize("ending", ["tsv", "txt", "jsonl", "ttl"])
def test_terms_come_back_as_they_were_written(tmp_path: Path, ending: str) -> None:
    """Every form holds every term with all of its labels, whatever characters it has."""
    path = tmp_path / f"labels.{ending}"
    write_records(path, TERMS)
    assert read_records(path) == TERMS
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_json_lines_hold_clusters_and_removals_too(tmp_path: Path) -> None:
    """Nothing of a knowledge base's own labels is lost in them."""
    write_records(tmp_path / "labels.jsonl", [*TERMS, *MORE])
    assert read_records(tmp_path / "labels.jsonl") == [*TERMS, *MORE]


def test_tsv_is_a_list_that_other_commands_read(tmp_path: Path) -> None:
    """What is exported can be given as ``--labels``; the bundled list can be imported."""
    write_records(tmp_path / "labels.tsv", TERMS)
    assert read_labels(tmp_path / "labels.tsv").labels == {r.term: r.labels for r in TERMS}
    bundled = read_labels()
    records = read_records(bundled.source)
    assert {record.term: record.labels for record in records} == bundled.labels


def test_a_header_comments_and_capitals_are_allowed(tmp_path: Path) -> None:
    """The first line may name the two columns; terms are put into lower case."""
    (tmp_path / "a.tsv").write_text("# mine\nterm\tlabels\n\n Heart  Attack \tDISEASE\n")
    assert read_records(tmp_path / "a.tsv") == [LabelRecord(("DISEASE",), "heart attack")]


BAD = {
    "unknown column": ("a.tsv", "term\tlabels\tcolor\naspirin\tDRUG\tred\n", "line 1.*color"),
    "third cell": ("a.tsv", "aspirin\tDRUG\tred\n", "line 1"),
    "no tab": ("a.tsv", "rome\tCITY\naspirin DRUG\n", "line 2"),
    "no label": ("a.tsv", "aspirin\t\n", "line 1"),
    "bad label": ("a.tsv", "rome\tCITY\naspirin\tdrug\n", "line 2: 'drug' are not labels"),
    "label twice": ("a.tsv", "aspirin\tA/A\n", "line 1"),
    "untagged and more": ("a.tsv", "aspirin\tA/UNTAGGED\n", "line 1: UNTAGGED"),
    "duplicate": ("a.tsv", "a\tA\nb\tB\nA\tA\n", "line 3: 'a' came before with the same.*line 1"),
    "conflict": ("a.tsv", "a\tA\na\tB\n", "line 2: 'a' came before with other labels"),
    "empty": ("a.tsv", "# nothing\n", "no labels"),
    "not text": ("a.tsv", b"\xff\xfe\x00", "UTF-8"),
    "no JSON": ("a.jsonl", "rome\tCITY\n", "line 1: not JSON"),
    "no object": ("a.jsonl", '["rome"]\n', "line 1: got list"),
    "unknown key": ("a.jsonl", '{"term": "a", "labels": ["A"], "color": 1}\n', "color"),
    "labels as a text": ("a.jsonl", '{"term": "a", "labels": "A"}\n', "labels as a list"),
    "no labels at all": ("a.jsonl", '{"term": "a"}\n', "labels as a list"),
    "term and members": (
        "a.jsonl",
        '{"term": "a", "members": ["b", "c"], "labels": ["A"]}\n',
        "term as a text or members",
    ),
    "neither": ("a.jsonl", '{"labels": ["A"]}\n', "expected a term"),
    "one member": ("a.jsonl", '{"members": ["a"], "labels": ["A"]}\n', "two members"),
    "same cluster twice": (
        "a.jsonl",
        '{"members": ["a", "b"], "labels": ["A"]}\n{"members": ["b", "a"], "labels": ["B"]}\n',
        "line 2.*other labels",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_fault_is_told_by_its_place(tmp_path: Path, case: str) -> None:
    """The message names the file, the line and what is wrong there."""
    name, content, expected = BAD[case]
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ArtifactError, match=f"(?s){name}.*{expected}"):
        read_records(tmp_path / name)


def test_the_ending_has_to_say_the_form(tmp_path: Path) -> None:
    """Another ending is refused before anything is read or written."""
    with pytest.raises(ParameterError, match=r"\.jsonl"):
        read_records(tmp_path / "labels.csv")
    with pytest.raises(ParameterError, match=r"\.ttl"):
        write_records(tmp_path / "labels", TERMS)


def test_a_file_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    """A missing list and a missing folder are told, and no partial file stays behind."""
    with pytest.raises(ArtifactError, match=r"none\.tsv"):
        read_records(tmp_path / "none.tsv")
    with pytest.raises(StorageError, match=r"none.*labels\.tsv"):
        write_records(tmp_path / "none" / "labels.tsv", TERMS)
    assert list(tmp_path.iterdir()) == []
