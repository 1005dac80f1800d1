"""bench_triples.py as a user runs it: a process, options, and one JSON object at the end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "bench_triples.py"
TEXT = "Aspirin inhibits the enzyme.\nInsulin lowers blood sugar.\n\nThis is beyond the limit.\n"


def test_the_figures_belong_together(tmp_path: Path) -> None:
    """Only the first documents count; rates, shares and the ratio are those of the same runs."""
    (tmp_path / "notes.txt").write_text(TEXT)
    command = [sys.executable, str(SCRIPT), "--data", str(tmp_path / "notes.txt")]
    options = ["--limit", "1", "--runs", "1", "--json"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    figures = json.loads(line)
    rates, spent = figures["sentences_per_cpu_second"], figures["cpu_ms_per_sentence"]
    assert (figures["documents"], figures["sentences"]) == (1, 2)
    assert spent["rules"] == pytest.approx(1000 / rates["rules"])
    assert spent["parse"] == pytest.approx(1000 / rates["spaCy's parse alone"])
    assert figures["ratio_to_parse"] == pytest.approx(
        rates["open triples"] / rates["spaCy's parse alone"]
    )
