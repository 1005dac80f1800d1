"""The files that a model card is measured on: what is read, and what is refused."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from tailgraph.cards.data import (
    CardData,
    GradedPair,
    read_graded_pairs,
    read_mentions,
    read_word_classes,
)
from tailgraph.errors import CorpusError


def write(folder: Path, text: str) -> Path:
    """Write a file of columns."""
    path = folder / "data.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_words_have_their_first_class(tmp_path: Path) -> None:
    """A line is a word and a class; blank lines and repeated words are passed over."""
    path = write(tmp_path, "aspirin\tCHEM\n\nlung\tBODY\naspirin\tDIS\n")
    assert read_word_classes(path) == {"aspirin": "CHEM", "lung": "BODY"}


def test_mentions_are_runs_of_tags(tmp_path: Path) -> None:
    """A B begins a mention, an I goes on with its own type only, a blank line ends a sentence."""
    lines = ["Renal B-Dis", "failure I-Dis", "and O", "pain B-Dis", "pain B-Dis", "", "of O"]
    lines += ["low I-Chem", "salt I-Chem", "rash I-Dis"]
    found = read_mentions(write(tmp_path, "\n".join(lines).replace(" ", "\t")))
    assert [(mention.text[mention.start : mention.end], mention.type) for mention in found] == [
        ("Renal failure", "Dis"),
        ("pain", "Dis"),
        ("pain", "Dis"),
        ("low salt", "Chem"),
        ("rash", "Dis"),
    ]
    assert (found[2].start, found[2].end) == (23, 27)
    assert found[3].text == "of low salt rash"


@pytest.mark.parametrize(
    "text",
    [
        "score\tsentence1\tsentence2\n4.5\ta cat\ta dog\n1\t7\tnine\n0\tx\ty\n",
        "a cat\ta dog\t4.5\n7\tnine\t1\nx\ty\t0\n",
        "pair_ID\tA\tB\trelatedness_score\tjudgment\n1\ta cat\ta dog\t4.5\tYES\n"
        "2\t7\tnine\t1\tNO\n3\tx\ty\t0\tNO\n",
        "1\ta cat\ta dog\t4.5\n2\t7\tnine\t1\n3\tx\ty\t0\n",
    ],
    ids=["header", "no header", "named score", "numbered"],
)
def test_columns_are_found_by_what_they_hold(text: str, tmp_path: Path) -> None:
    """Two columns of text and the grade are the same wherever they stand."""
    assert read_graded_pairs(write(tmp_path, text)) == [
        GradedPair("a cat", "a dog", 4.5),
        GradedPair("7", "nine", 1.0),
        GradedPair("x", "y", 0.0),
    ]


def test_packed_files_are_read_and_what_is_not_given_is_empty(tmp_path: Path) -> None:
    """An archive is read as the text in it."""
    with lzma.open(tmp_path / "words.tsv.xz", "wt") as file:
        file.write("lung\tBODY\n")
    data = CardData.read(labels=tmp_path / "words.tsv.xz")
    assert data == CardData(labels={"lung": "BODY"})


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (read_word_classes, "lung\tBODY\nlung\n", "line 2: expected a word"),
        (read_word_classes, "\n", "no labeled words"),
        (read_mentions, "lung\tBODY\n", "line 1: expected a token"),
        (read_mentions, "lung\tO\n", "no mention"),
        (read_graded_pairs, "cat\tdog\n", "two columns of text and one of numbers"),
        (read_graded_pairs, "a\tb\t1\nc\td\t2\ne\tf\tx\n", "line 3: expected a number"),
    ],
    ids=["one column", "no words", "no tags", "no mention", "no grade", "no number"],
)
def test_another_form_is_refused_by_its_line(
    read: object, text: str, message: str, tmp_path: Path
) -> None:
    """The message says where, and what was expected."""
    assert callable(read)
    with pytest.raises(CorpusError, match=message):
        read(write(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Before anything is measured."""
    with pytest.raises(CorpusError, match=r"none\.tsv: there is no such file"):
        CardData.read(pairs=tmp_path / "none.tsv")
