"""The commands that make models: exit status, results on standard output, one line for an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tailgraph.cli import run

from .conftest import SAMPLE

SOURCES = [str(SAMPLE / f"{name}.txt") for name in ("medicine", "biology", "everyday")]
SETTINGS = {
    "dim": 32,
    "n_inner": 64,
    "lengths": [32, 16],
    "length_shares": [0.5, 0.5],
    "batch_tokens": 128,
    "total_tokens": 1_280,
    "evaluation_tokens": 640,
    "checkpoint_tokens": 640,
}


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Write settings of a run of ten steps."""
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(SETTINGS))
    return path


@pytest.fixture
def call(tmp_path: Path, settings: Path):
    """Run ``tailgraph pretrain`` with small settings into a folder of its own."""

    def pretrain(*arguments: object, sources: list[str] = SOURCES) -> int:
        defaults = ["--out", tmp_path / "model", "--preset", "tiny", "--config", settings]
        given = ["pretrain", *sources, *defaults, "--vocabulary", 400, "--device", "cpu"]
        return run([str(argument) for argument in (*given, *arguments)])

    return pretrain


def test_a_model_is_trained_and_told_as_json(
    call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The result is one JSON object; run again with more tokens, the training goes on."""
    assert call("--json") == 0
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert told["model"] == str(tmp_path / "model")
    assert (told["n_steps"], told["n_tokens"], told["stopped_early"]) == (10, 1_280, False)
    assert set(told["evaluation"]) == {"loss", "accuracy", "next_sentence_accuracy"}
    assert printed.err == ""
    assert (tmp_path / "model" / "model.safetensors").is_file()
    assert len((tmp_path / "model" / "vocab.txt").read_text().splitlines()) == 400
    assert call("--tokens", 2_560, "--json") == 0
    assert json.loads(capsys.readouterr().out)["n_steps"] == 20


def test_a_person_is_told_in_a_table(call, capsys: pytest.CaptureFixture[str]) -> None:
    """Tokens, steps and measurements are named; upper case is kept where it is asked for."""
    assert call("--cased", "--seed", 3) == 0
    shown = capsys.readouterr().out
    assert "1,280 in 10 steps" in shown
    assert "held out" in shown
    assert "next sentence" in shown


def test_single_options_win_over_the_file(
    call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was trained with is kept: the preset, changed by the file, changed by the options."""
    assert call("--cased", "--seed", 3, "--tokens", 1_408, "--patience", 9, "--json") == 0
    kept = json.loads((tmp_path / "model" / "training" / "config.json").read_text())["settings"]
    chosen = {"seed": 3, "lowercase": False, "total_tokens": 1_408, "patience": 9, "n_terms": 400}
    assert kept | SETTINGS | chosen == kept
    assert kept["n_layers"] == 2


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--preset", "huge"], "huge"),
        (["--device", "tpu"], "tpu"),
        (["--tokens", "0"], "--tokens"),
        (["--patience", "none"], "--patience"),
        (["--layers", "3"], "--layers"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_wrong_use_has_status_two(
    arguments: list[str], word: str, call, capsys: pytest.CaptureFixture[str]
) -> None:
    """A choice that does not exist is wrong use, and named."""
    assert call(*arguments) == 2
    assert word in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read as JSON"),
        ('{"layers": 3}', "There is no setting 'layers'"),
        ('{"dim": 33}', "dim is 33; expected a multiple of n_heads=2."),
        ('{"lengths": ["8"]}', "lengths is ('8',); expected a list of numbers."),
        ('{"n_terms": 100, "total_tokens": 0}', "total_tokens is 0; expected 1 or more."),
    ],
)
def test_a_bad_settings_file_is_one_line_on_standard_error(
    content: str, message: str, call, settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 1, nothing on standard output, and what is wrong."""
    settings.write_text(content)
    assert call() == 1
    assert_one_line(capsys, message)


def assert_one_line(capsys: pytest.CaptureFixture[str], message: str) -> None:
    """Check that an error was one line, with a message in it, and nothing else was printed."""
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("tailgraph: ")
    assert printed.err.count("\n") == 1
    assert message in printed.err


@pytest.mark.parametrize(
    ("source", "message"),
    [("nowhere.txt", "there is no such file or folder"), ("-", "standard input can be read once")],
)
def test_a_source_that_cannot_be_read_is_one_line(
    source: str, message: str, call, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing file, and standard input, which cannot be read twice, are errors of ours."""
    assert call(sources=[source]) == 1
    assert_one_line(capsys, message)


def test_a_text_that_is_too_small_is_one_line(
    call, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Next-sentence training needs other documents to draw from."""
    (tmp_path / "one.txt").write_text("The cell is small.\nIt has a wall.\n")
    assert call(sources=[str(tmp_path / "one.txt")]) == 1
    assert_one_line(capsys, "give at least 4")


def test_another_run_in_the_folder_is_one_line(call, capsys: pytest.CaptureFixture[str]) -> None:
    """The setting that differs is named."""
    assert call("--json") == 0
    capsys.readouterr()
    assert call("--seed", 4) == 1
    assert_one_line(capsys, "holds a run with seed=0, and this one has 4")
