"""The triples command: a knowledge base and a text, or any corpus to a file, and exit statuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tailgraph.cli import run

Status = Callable[..., tuple[int, str, str]]
TEXT = "Aspirin inhibits the enzyme.\nInsulin lowers blood sugar.\n"


@pytest.fixture
def status(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Status:
    """Run the command in an empty folder with notes; return its status, output and errors."""
    (tmp_path / "notes.txt").write_text(TEXT)

    def call(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["triples", *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def test_a_corpus_is_written_and_told_as_json(status: Status, tmp_path: Path) -> None:
    """The status is 0, and the counts are those of the file."""
    out = tmp_path / "out.jsonl"
    code, said, _ = status(tmp_path / "notes.txt", "--out", out, "--workers", 1, "--json")
    report = json.loads(said)
    assert code == 0
    assert (report["n_sentences"], report["n_workers"]) == (2, 1)
    assert report["n_triples"] == len(out.read_text().splitlines()) == 2


def test_rejected_records_give_a_status_of_their_own(status: Status, tmp_path: Path) -> None:
    """The rest is written, the file of the rejected is named, and the status is 3."""
    source, out = tmp_path / "notes.jsonl", tmp_path / "out.csv"
    source.write_text('{"text": "Aspirin inhibits the enzyme."}\nnonsense\n')
    code, said, _ = status(source, "--out", out, "--workers", 1)
    assert code == 3
    assert "out.csv.rejected.jsonl" in said
    assert len(out.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--typed", "--relation", "cures"], "No relation is called 'cures'"),
        (["--typed", "--schema", "{}/bad.toml"], r"bad.toml:2: this is not TOML"),
        (["--parser", "{}/blank"], "has no dependency parser"),
        (["--parser", "{}/nowhere"], "No spaCy pipeline can be loaded"),
    ],
    ids=["relation", "schema", "pipeline without a parser", "no pipeline"],
)
def test_what_cannot_be_loaded_is_one_line(
    status: Status, tmp_path: Path, more: list[str], message: str
) -> None:
    """The status is 1, and neither a file nor a folder is left behind."""
    import spacy

    (tmp_path / "bad.toml").write_text("[treats]\ntriggers = [\n")
    spacy.blank("en").to_disk(tmp_path / "blank")
    before = sorted(tmp_path.iterdir())
    given = [part.format(tmp_path) for part in more]
    out = tmp_path / "out.jsonl"
    code, said, error = status(tmp_path / "notes.txt", "--out", out, "--workers", 1, *given)
    assert (code, said) == (1, "")
    assert message in error
    assert len(error.splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["kb", "--typed"], "--out"),
        (["kb", "text", "more"], "--out"),
        (["notes.txt", "--out", "out.jsonl", "--about", "x"], "stored triples"),
        (["notes.txt", "--out", "out.jsonl", "--workers", "0"], "--workers"),
    ],
    ids=["typed", "three arguments", "about", "no workers"],
)
def test_options_that_do_not_go_together_are_wrong_use(
    status: Status, arguments: list[str], message: str
) -> None:
    """The status is 2, and the message says where the option belongs."""
    code, _, error = status(*arguments)
    assert code == 2
    assert message in error
