"""eval_synonyms.py as a user runs it, and its figures by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_synonyms.py"
SETS = "D1\theart attack\tmyocardial infarction\tMI\nD2\ttumor\ttumours\nD3\tflu\tinfluenza\n"


def test_every_form_is_ranked_against_all_others(tiny_bert: Path, tmp_path: Path) -> None:
    """Predictions name the query and up to ten others; figures of all rankings are printed."""
    data, out = tmp_path / "sets.tsv", tmp_path / "out.tsv"
    siblings = tmp_path / "isa.tsv"
    data.write_text(SETS)
    siblings.write_text("D1\theart attack\tdisease\nD2\ttumor\tdisease\n")
    options = ["--data", data, "--model", tiny_bert, "--predictions", out, "--siblings", siblings]
    command = [sys.executable, str(SCRIPT), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    rows = [line.split("\t") for line in out.read_text().splitlines()]
    forms = [form for line in SETS.splitlines() for form in line.split("\t")[1:]]
    assert [row[0] for row in rows] == forms
    assert all(sorted(row) == sorted(forms) for row in rows)
    assert figures["recall_at_10"] == 1.0
    assert figures["rankings"]["random"]["recall_at_10"] == 1.0
    assert figures["hard_queries"] == 2
    # tumor is found by spelling before anything else.
    assert rows[forms.index("tumor")][1] == "tumours"


def test_figures_are_those_worked_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recall divides by all right forms; a query without any is left out."""
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    from eval_synonyms import measure
    from forms.synonyms import SynonymForms

    sets = SynonymForms(
        ("a", "b", "c", "d"),
        (frozenset({1, 2}), frozenset({0}), frozenset({0}), frozenset()),
    )
    ranked = [[3, 1], [0, 2], [3, 1], [0]]
    siblings = [frozenset({3}), frozenset(), frozenset(), frozenset({0})]
    figures = measure(ranked, sets, siblings)
    assert figures["recall_at_10"] == pytest.approx((1 / 2 + 1 + 0) / 3, abs=1e-4)
    assert figures["recall_at_1"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["mrr"] == pytest.approx((1 / 2 + 1 + 0) / 3, abs=1e-4)
    assert figures["sibling_share_at_1"] == 1.0
    assert figures["hard_precision_at_5"] == pytest.approx(1 / 5)
    assert figures["hard_queries"] == 1
