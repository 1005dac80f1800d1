"""The options that every evaluation script shares, and its last line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tailgraph.benchmarks.forms.command import evaluation_parser, print_figures


def test_every_script_takes_the_same_options(file: Callable[..., Path], tmp_path: Path) -> None:
    """Data is required and has to exist; all else has a default."""
    path = file("a\n")
    parser = evaluation_parser("Evaluate.")
    arguments = parser.parse_args(["--data", str(path)])
    assert vars(arguments) == {"data": path, "predictions": None, "model": None, "limit": None}
    arguments = parser.parse_args(
        ["--data", str(path), "--predictions", "out.tsv", "--model", "m", "--limit", "5"]
    )
    assert (arguments.predictions, arguments.model, arguments.limit) == (Path("out.tsv"), "m", 5)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--data", "nowhere.txt"], "nowhere.txt: there is no such file or folder"),
        ([], "--data"),
        (["--data", ".", "--limit", "0"], "a whole number of at least 1, not '0'"),
    ],
    ids=["missing", "none", "limit"],
)
def test_wrong_use_is_told_in_a_line(
    options: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The script ends with status 2, as argparse does."""
    with pytest.raises(SystemExit) as refused:
        evaluation_parser("Evaluate.").parse_args(options)
    assert refused.value.code == 2
    assert expected in capsys.readouterr().err


def test_figures_are_one_json_object_on_the_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever was printed before, the last line can be parsed alone."""
    figures = {"f1": 0.5, "n": 3, "by type": {"Gene": [1, 2]}}
    print_figures(figures)
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == figures
    with pytest.raises(ValueError, match="JSON"):
        print_figures({"f1": float("nan")})
