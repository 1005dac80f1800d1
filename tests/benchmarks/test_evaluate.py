"""The table of all evaluations: how figures are picked, shown and kept."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tailgraph.benchmarks.job import Job

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def evaluate(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module; it imports its neighbors by their bare names."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("evaluate")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, ".500"), (-0.45, "-.450"), (1.0, "1.000"), (10.05, "10.050"), (0.0, ".000"), (7, "7")],
)
def test_figures_are_shown_with_three_digits(
    evaluate: ModuleType, value: object, text: str
) -> None:
    """A zero before the point is left out, whatever the sign."""
    assert evaluate.shown(value) == text


def test_a_figure_is_picked_by_its_path(evaluate: ModuleType) -> None:
    """Dots lead into nested objects; what is not there is told with what is."""
    figures = {"all": {"f1": 0.5}, "n": 3}
    assert (evaluate.pick(figures, "all.f1"), evaluate.pick(figures, "n")) == (0.5, 3)
    for key in ("all.f2", "none", "n.f1"):
        with pytest.raises(KeyError, match=f"no figure {key}; there are all, n"):
            evaluate.pick(figures, key)


def keep(folder: Path, job: Job, figures: object) -> None:
    """Keep figures as a run of the job does."""
    result = {"command": job.shown, "date": "2026-11-22", "figures": figures}
    (folder / f"{job.name}.json").write_text(json.dumps(result))


def nested(keys: list[str]) -> dict[str, object]:
    """Make figures that have these keys, each the number of its place."""
    figures: dict[str, object] = {}
    for place, key in enumerate(keys):
        inner = figures
        *outer, last = key.split(".")
        for part in outer:
            inner = inner.setdefault(part, {})  # type: ignore[assignment]
        inner[last] = place / 8
    return figures


def test_a_row_holds_figure_baselines_command_and_date(
    evaluate: ModuleType, tmp_path: Path
) -> None:
    """The rows are in the order of the jobs, those without results are left out."""
    first, second = evaluate.JOBS[1], evaluate.JOBS[0]
    for job in (first, second):
        keep(tmp_path, job, nested([job.figure, *job.baselines.values()]))
    _, _, *rows = evaluate.table_lines(tmp_path)
    for row, job in zip(rows, (second, first), strict=True):
        names = ", ".join(
            f"{n} {evaluate.shown(i / 8)}" for i, n in enumerate(job.baselines, start=1)
        )
        assert row == f"| {job.about} | **.000** | {names} | `{job.shown}` | 2026-11-22 |"


def test_results_of_an_older_script_are_told(evaluate: ModuleType, tmp_path: Path) -> None:
    """A figure that is missing names the file and the job to run again."""
    job = evaluate.JOBS[0]
    keep(tmp_path, job, {"n": 3})
    with pytest.raises(SystemExit, match=rf"{job.name}\.json is out of date .*--only"):
        list(evaluate.table_lines(tmp_path))


def test_only_what_is_between_the_marks_changes(evaluate: ModuleType, tmp_path: Path) -> None:
    """The rest of the README stays as it is, and one without marks is refused."""
    readme = tmp_path / "README.md"
    begin, end = "<!-- quality: made by make eval -->", "<!-- end of quality -->"
    readme.write_text(f"before\n{begin}\nold\n{end}\nafter\n")
    evaluate.write_readme(readme, tmp_path)
    before, table, after = readme.read_text().replace(end, begin).split(begin)
    assert (before, after) == ("before\n", "\nafter\n")
    assert table.strip().splitlines() == list(evaluate.table_lines(tmp_path))
    readme.write_text("no marks")
    with pytest.raises(SystemExit, match="marks"):
        evaluate.write_readme(readme, tmp_path)


def test_the_readme_shows_the_kept_results(evaluate: ModuleType) -> None:
    """Every job has results, and the table of the project's README is made of them."""
    lines = list(evaluate.table_lines(BENCHMARKS / "results"))
    assert len(lines) == len(evaluate.JOBS) + 2
    assert "\n".join(lines) in (BENCHMARKS.parent / "README.md").read_text(encoding="utf-8")
