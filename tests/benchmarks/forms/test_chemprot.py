"""Folders of ChemProt: what is read, which split, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tailgraph.benchmarks.forms.chemprot import ChemProtAbstract, NamedPlace, read_chemprot
from tailgraph.benchmarks.forms.lines import FormError


def write_split(folder: Path, split: str) -> None:
    """Write the three tables of a split with one abstract."""
    (folder / f"{split}_abstracts.tsv").write_text(f"{split}\tAspirin.\tIt blocks COX.\n")
    (folder / f"{split}_entities.tsv").write_text(
        f"{split}\tT1\tCHEMICAL\t0\t7\tAspirin\n{split}\tT2\tGENE-Y\t19\t22\tCOX\n"
    )
    (folder / f"{split}_gold_standard.tsv").write_text(f"{split}\tCPR:4\tArg1:T1\tArg2:T2\n")


def test_an_abstract_has_its_names_and_gold_pairs(tmp_path: Path) -> None:
    """Title and body are joined by one blank, so that offsets hold."""
    write_split(tmp_path, "train")
    [abstract] = read_chemprot(tmp_path)
    places = (NamedPlace("T1", True, 0, 7), NamedPlace("T2", False, 19, 22))
    text = "Aspirin. It blocks COX."
    assert abstract == ChemProtAbstract("train", text, places, {("T1", "T2"): "CPR:4"})
    assert [text[place.start : place.stop] for place in places] == ["Aspirin", "COX"]


def test_of_several_splits_dev_is_read(tmp_path: Path) -> None:
    """A folder with dev and train gives dev."""
    write_split(tmp_path, "train")
    write_split(tmp_path, "dev")
    assert [abstract.id for abstract in read_chemprot(tmp_path)] == ["dev"]


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    """The message names the table."""
    with pytest.raises(FormError, match="_entities"):
        list(read_chemprot(tmp_path))
