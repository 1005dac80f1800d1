"""Labelled texts and open extractions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tailgraph.benchmarks.forms.lines import FormError, read_strings
from tailgraph.benchmarks.forms.texts import (
    Extraction,
    read_extractions,
    read_labelled_texts,
    write_extractions,
)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("label\ttext\nspam\tBuy now\nham\tSee you\nham\tHome\n", "label"),
        ("coarse\tfine\ttext\nX\tspam\tBuy now\nX\tham\tSee you\nX\tham\tHome\n", "fine"),
        ("label\ttitle\tdescription\nspam\tBuy\tnow\nham\tSee\tyou\nham\tHome\t\n", "label"),
        ("spam\tBuy now\nham\tSee you\nham\tHome\n", "label"),
        ("Buy now\tspam\nSee you\tham\nHome\tham\n", "label"),
    ],
    ids=["header", "fine", "title and description", "label first", "label last"],
)
def test_labelled_texts_are_found_in_any_columns(
    file: Callable[..., Path], text: str, label: str
) -> None:
    """By the header, or as the column with fewer distinct values."""
    found = read_labelled_texts(file(text), label=label)
    assert [(t.text.strip(), t.label) for t in found] == [
        ("Buy now", "spam"),
        ("See you", "ham"),
        ("Home", "ham"),
    ]


def test_the_label_has_to_be_a_column(file: Callable[..., Path]) -> None:
    """A name that the header lacks is refused, and so is a short row."""
    with pytest.raises(FormError, match="a column with the name fine"):
        read_labelled_texts(file("coarse\ttext\na\tb\n"), label="fine")
    with pytest.raises(FormError, match=r":2: expected as many columns"):
        read_labelled_texts(file("coarse\tlabel\ttext\na\tb\n"))


def test_extractions_are_read_as_they_were_written(tmp_path: Path) -> None:
    """Any number of arguments, and the confidence to the last digit."""
    extractions = [
        Extraction(
            "Bern is the capital of Switzerland .", 0.1 + 0.2, "is", ("Bern", "the capital")
        ),
        Extraction("It rains .", -238.25, "rains", ()),
    ]
    write_extractions(tmp_path / "out.tsv.xz", extractions)
    assert list(read_extractions(tmp_path / "out.tsv.xz")) == extractions
    assert next(read_strings(tmp_path / "out.tsv.xz")) == (
        "Bern is the capital of Switzerland .\t0.30000000000000004\tis\tBern\tthe capital"
    )


def test_an_extraction_without_a_confidence_is_refused(file: Callable[..., Path]) -> None:
    """The message names the file and the line."""
    with pytest.raises(FormError, match=r"data\.tsv:1: expected a number where 'is' stands"):
        list(read_extractions(file("Bern is big .\tis\tBern\tbig\n")))
