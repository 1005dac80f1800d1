"""Lists taken into the labels of a knowledge base, and written out of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tailgraph.errors import ArtifactError, ParameterError
from tailgraph.graph.labels.book import LabelBook
from tailgraph.graph.store import GraphStore

from .label_stores import (
    ANN,
    BOB,
    BUNDLED,
    CLUSTERS,
    TERMS,
    events,
    sources,
    write_clusters,
    write_terms,
)


def test_an_import_is_one_change(book: LabelBook, tmp_path: Path) -> None:
    """It is counted, overrides what was there, is undone as a whole, and is idempotent."""
    (tmp_path / "list.tsv").write_text("Rome\tCITY\naspirin\tFOOD\nmilan\tCITY\ncell\tCELL\n")
    book.set_label("cell", ["CELL"], by=ANN)
    report = book.import_labels(tmp_path / "list.tsv", by=BOB)
    counted = (report.n_terms, report.n_found, report.n_added, report.n_changed, report.n_same)
    assert counted == (4, 3, 3, 0, 1)
    assert (report.unknown, report.coverage, report.batch) == (("milan",), 0.75, 1)
    labels = book.current().labels
    assert (labels["aspirin"], labels["rome"]) == (("FOOD",), ("CITY",))
    assert sources(book)["rome"] == "imported"
    assert {event.note for event in book.history()[1:]} == {"list.tsv"}
    again = book.import_labels(tmp_path / "list.tsv", by=BOB)
    assert (again.n_same, again.batch, len(events(book))) == (4, None, 4)
    (tmp_path / "list.tsv").write_text("rome\tPLACE\n")
    assert book.import_labels(tmp_path / "list.tsv", by=BOB).n_changed == 1
    book.undo(by=BOB)
    assert len(book.undo(by=BOB)) == 3
    assert book.current().labels == BUNDLED.labels | {"cell": ("CELL",)}


def test_a_list_for_another_vocabulary_is_refused(book: LabelBook, tmp_path: Path) -> None:
    """With less than one term in a hundred known, nothing is taken in; with one it is."""
    unknown = "".join(f"word{i}\tTHING\n" for i in range(99))
    path = tmp_path / "list.tsv"
    path.write_text(unknown + "other\tTHING\n")
    with pytest.raises(ParameterError, match="0 of its 100 terms"):
        book.import_labels(path, by=ANN)
    assert events(book) == []
    path.write_text(unknown + "rome\tCITY\n")
    assert book.import_labels(path, by=ANN).coverage == pytest.approx(0.01)


def test_a_bad_list_changes_nothing(book: LabelBook, tmp_path: Path) -> None:
    """A fault in the last line keeps the first ones out as well."""
    (tmp_path / "list.tsv").write_text("rome\tCITY\nparis\tcity\n")
    with pytest.raises(ArtifactError, match="line 2"):
        book.import_labels(tmp_path / "list.tsv", by=ANN)
    assert events(book) == []


def test_labels_move_to_another_knowledge_base(book: LabelBook, tmp_path: Path) -> None:
    """Exported as JSON lines and imported over other clusters, every label is there again."""
    book.set_label("cell", ["CELL"], by=ANN)
    book.set_label("aspirin", ["DRUG", "FOOD"], by=ANN)
    book.remove_label("paris", by=ANN)
    book.set_cluster("rome", ["PLACE"], by=ANN)
    book.set_cluster("heroin", ["DRUG"], by=ANN)
    report = book.export_labels(tmp_path / "own.jsonl")
    assert (report.n_terms, report.n_clusters, report.n_removed) == (3, 2, 0)
    with GraphStore.create(tmp_path / "other.sqlite") as other:
        write_terms(other, sorted(TERMS))
        write_clusters(other, {"thames": "thames rome london paris", "x": "cell aspirin"})
        moved = LabelBook(other, BUNDLED)
        moved.import_labels(tmp_path / "own.jsonl", by=BOB)
        assert [c.state for c in moved.clusters()] == ["same", "dormant"]
        write_clusters(other, CLUSTERS)
        assert moved.current().labels == book.current().labels


def test_an_export_of_terms_leaves_out_what_it_cannot_hold(book: LabelBook, tmp_path: Path) -> None:
    """TSV holds the labels of this knowledge base, or all; removals are counted."""
    book.set_cluster("heroin", ["DRUG"], by=ANN)
    book.remove_label("paris", by=ANN)
    report = book.export_labels(tmp_path / "own.tsv")
    assert (report.n_terms, report.n_clusters, report.n_removed) == (2, 0, 1)
    assert (tmp_path / "own.tsv").read_text() == "caffeine\tDRUG\nheroin\tDRUG\n"
    book.export_labels(tmp_path / "all.tsv", with_bundled=True)
    lines = ["aspirin\tDRUG", "caffeine\tDRUG", "heroin\tDRUG", "tokyo\tCITY"]
    assert (tmp_path / "all.tsv").read_text().splitlines() == lines
