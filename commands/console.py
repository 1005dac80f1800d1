"""What all commands print with: one console for results, one for notes, tables, JSON, progress."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from ..building import Progress as Report

out = Console(highlight=False, soft_wrap=True)
"""Standard output, for results."""

notes = Console(stderr=True, highlight=False)
"""Standard error, for progress and remarks."""


@contextmanager
def progress_bars() -> Iterator[Report]:
    """Show a bar for each stage on standard error; yield what reports to it."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    unseen = not notes.is_terminal
    with Progress(*columns, console=notes, transient=True, disable=unseen) as bars:
        stages: dict[str, TaskID] = {}

        def report(stage: str, n_done: int, n_total: int | None) -> None:
            if stage not in stages:
                stages[stage] = bars.add_task(stage, total=n_total)
            bars.update(stages[stage], completed=n_done, total=n_total)

        yield report


class _RateColumn(ProgressColumn):
    """How many items are done in a second."""

    def render(self, task: Task) -> Text:
        """Show the rate of a stage, once it is known."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="dim")


def table(*columns: str, numbers: Container[str] = ("cosine", "terms", "hop")) -> Table:
    """Make an empty table; the columns named in `numbers` are set to the right."""
    shown = Table(box=None, pad_edge=False, show_header=any(columns))
    for column in columns:
        shown.add_column(column, justify="right" if column in numbers else "left")
    return shown


def warn_unread(has_unknown: bool, truncated: bool) -> None:
    """Say what of a text the model could not read."""
    if has_unknown:
        out.print("[yellow]some of it is unknown to the model: this says less than it seems[/]")
    if truncated:
        out.print("[yellow]it is longer than the model reads: only a part of it counts[/]")


def print_json(value: object) -> None:
    """Print a value as JSON: dataclasses as objects, enumerations by name."""
    out.out(json.dumps(_plain(value), ensure_ascii=False, indent=2), highlight=False)


def _plain(value: object) -> object:
    """Return a value as JSON can hold it."""
    if isinstance(value, Enum):
        return value.name.lower()
    if is_dataclass(value) and not isinstance(value, type):
        shown = (part for part in fields(value) if not part.metadata.get("internal"))
        return {part.name: _plain(getattr(value, part.name)) for part in shown}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
