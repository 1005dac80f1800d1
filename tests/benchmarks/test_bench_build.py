"""bench_build.py as a user runs it: a process, options, and one JSON object at the end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "bench_build.py"
TEXT = """\
Aspirin inhibits platelet aggregation.
The doctor gave the patient aspirin.

A stent opens the artery.
The artery feeds the heart.

This document is beyond the limit.
"""


def run(*options: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the benchmark in a process of its own."""
    command = [sys.executable, str(SCRIPT), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_folder_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    """The knowledge base is kept in a new folder only; the status says wrong use."""
    done = run("--out", tmp_path)
    assert done.returncode == 2
    assert done.stderr.endswith("exists; name a new folder\n")


@pytest.mark.slow
def test_the_figures_are_those_of_the_build(tmp_path: Path) -> None:
    """Counts are those of the first documents, rates are counts by seconds, bytes add up."""
    source, folder = tmp_path / "source.txt", tmp_path / "kb"
    source.write_text(TEXT)
    done = run("--data", source, "--limit", "2", "--out", folder, "--types")
    assert done.returncode == 0, done.stderr
    *table, last = done.stdout.splitlines()
    figures = json.loads(last)
    counts, seconds, rates = figures["counts"], figures["seconds"], figures["per_second"]
    assert (counts["documents"], counts["sentences"]) == (2, 4)
    assert counts["edges"] == sum(n for name, n in counts.items() if name.startswith("edges_"))
    assert rates["sentences parsed"] == pytest.approx(4 / seconds["parse"])
    assert rates["sentences typed"] == pytest.approx(4 / seconds["types"])
    assert sum(figures["bytes"].values()) == pytest.approx(
        figures["bytes"]["cache"] + 2 * (folder / "knowledge.sqlite").stat().st_size
    )
    assert f"  documents{2:>51}" in table
