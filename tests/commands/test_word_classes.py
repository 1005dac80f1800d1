"""The command that tells the classes of words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tailgraph.cli import run
from tailgraph.engine.encoder import Encoder
from tailgraph.graph.labels.seeds import read_labels
from tailgraph.reading.reader import Reader

TEXT = "The cell (binds) to the drug."


@pytest.fixture
def call(tiny_bert: Path):
    """Run ``tailgraph pos`` with the tiny model."""

    def pos(*arguments: object) -> int:
        return run(["pos", *map(str, arguments), "--model", str(tiny_bert)])

    return pos


def test_json_holds_what_the_library_gives(
    call, tiny_encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each word has its offsets, class, shares, and the words that speak for it."""
    assert call(TEXT, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    expected = Reader(tiny_encoder, read_labels()).word_classes(TEXT)
    assert [word["word"] for word in told] == "The cell ( binds ) to the drug .".split()
    for shown, word in zip(told, expected, strict=True):
        assert TEXT[shown["start"] : shown["end"]] == shown["word"]
        assert (shown["word_class"], shown["source"]) == (word.word_class, word.source)
        for name in ("shares", "own", "context", "evidence"):
            pairs = getattr(word, name)
            assert [term for term, _ in shown[name]] == [term for term, _ in pairs]
            assert [share for _, share in shown[name]] == pytest.approx([s for _, s in pairs])


def test_a_person_sees_a_table(call, capsys: pytest.CaptureFixture[str]) -> None:
    """A line a word: its class, and how it is known."""
    assert call(TEXT) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == "word class known by shares expected in its place".split()
    assert lines[1].split() == ["The", "DET", "list"]
    assert lines[3].split() == ["(", "PUNCT", "list"]


def test_a_file_is_read(call, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The name of a text file stands for its text."""
    file = tmp_path / "note.txt"
    file.write_text("The cell.")
    assert call(file, "--json") == 0
    assert [word["word"] for word in json.loads(capsys.readouterr().out)] == ["The", "cell", "."]


def test_what_the_model_cannot_spell_is_told(call, capsys: pytest.CaptureFixture[str]) -> None:
    """A line says so above the table."""
    assert call("жук ☃") == 0
    assert "unknown to the model" in capsys.readouterr().out.splitlines()[0]


def test_an_empty_text_is_one_line_on_standard_error(
    call, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 1, nothing on standard output."""
    assert call("  ") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("tailgraph: The text is empty")
    assert printed.err.count("\n") == 1
