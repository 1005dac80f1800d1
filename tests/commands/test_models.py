"""The commands that make models: exit status, results on standard output, one line for an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tailgraph.cli import run

from ..conftest import SAMPLE

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


def said(*arguments: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Run a command and return its status, its standard output and its standard error."""
    status = run([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_an_adaptation_is_told_before_and_after(
    tiny_bert: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table for a person; as JSON everything that was measured."""
    command = ["adapt", tiny_bert, SOURCES[0], "--tokens", 400, "--device", "cpu"]
    status, out, _ = said(*command, "--out", tmp_path / "one", capsys=capsys)
    assert status == 0
    assert "before" in out
    assert "of their ten neighbors kept" in out
    status, out, err = said(*command, "--out", tmp_path / "two", "--json", capsys=capsys)
    told = json.loads(out)
    assert (status, err) == (0, "")
    assert told["before"]["loss"] > 0
    assert set(told["change"]) >= {"term_cosine", "text_cosine_before", "text_cosine_after"}
    status, out, _ = said("card", tmp_path / "two", "--device", "cpu", capsys=capsys)
    assert status == 0
    loss = [told[part]["loss"] for part in ("before", "after")]
    assert f"| held-out loss | {loss[0]:.4f} | {loss[1]:.4f} |" in out


def test_a_card_is_printed_written_and_compared(
    tiny_bert: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The figures of a model stand beside those of a card that was written before."""
    (tmp_path / "words.tsv").write_text("cell\tBIO\ngene\tBIO\nlondon\tPLACE\nparis\tPLACE\n")
    (tmp_path / "notes.md").write_text("Made of letters.")
    card = ["card", tiny_bert, "--labels", tmp_path / "words.tsv", "--device", "cpu"]
    status, out, err = said(
        *card, "--out", tmp_path / "card", "--notes", tmp_path / "notes.md", capsys=capsys
    )
    assert (status, err) == (0, "")
    assert "label 5-NN accuracy" in out
    assert "give --corpus" in out
    written = (tmp_path / "card" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "Made of letters." in written
    earlier = tmp_path / "card" / "card.json"
    status, out, _ = said(*card, "--compare", earlier, capsys=capsys)
    assert status == 0
    assert "## Compared with" in out
    status, out, _ = said(*card, "--json", capsys=capsys)
    assert json.loads(out) == json.loads(earlier.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["adapt", "nowhere", "TEXT", "--out", "new"], "no folder 'nowhere'"),
        (["adapt", "BERT", "TEXT", "--words", "0", "--contrast", "0", "--out", "n"], "contrast_w"),
        (["adapt", "BERT", "missing.txt", "--out", "new"], "missing.txt"),
        (["card", "nowhere"], "no folder 'nowhere'"),
        (["card", "BERT", "--labels", "TEXT"], "medicine.txt"),
        (["card", "BERT", "--notes", "missing.md"], "missing.md cannot be read"),
        (["train-parser", "missing.conllu", "--out", "new"], "missing.conllu"),
        (["train-parser", "TEXT", "--out", "new"], "medicine.txt"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)
def test_what_is_wrong_is_one_line(
    arguments: list[str],
    message: str,
    tiny_bert: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit status 1, nothing on standard output, and a line that names what was given."""
    monkeypatch.chdir(tmp_path)
    given = {"BERT": tiny_bert, "TEXT": SOURCES[0]}
    status, out, err = said(*(given.get(part, part) for part in arguments), capsys=capsys)
    assert (status, out) == (1, "")
    assert err.startswith("tailgraph: ")
    assert err.count("\n") == 1
    assert message in err
    assert not (tmp_path / "new" / "model.safetensors").exists()
