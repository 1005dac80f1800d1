"""eval_explanations.py as a user runs it: typed phrases in, a share for each out, figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tailgraph.reading.reader import Reader

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_explanations.py"
TAGGED = """\
aspirin\tB-Chemical
treats\tO
melanoma\tB-Disease
cells\tI-Disease

the\tO
drug\tB-Chemical
of\tO
london\tB-Odd

aspirin\tB-Chemical
london\tB-Disease
"""
LABELS = "aspirin\tCHEMICAL.DRUG\ndrug\tCHEMICAL.DRUG\ncancer\tDISEASE\nlondon\tPLACE\n"
PHRASES = [("aspirin", "Chemical"), ("melanoma cells", "Disease"), ("drug", "Chemical")]


def test_shares_are_those_of_the_landmarks(tiny_bert: Path, tmp_path: Path) -> None:
    """Each distinct phrase of one type has the share of its landmarks with the type's labels."""
    data, labels, out = (tmp_path / name for name in ("data.bio", "labels.tsv", "shares.tsv"))
    data.write_text(TAGGED)
    labels.write_text(LABELS)
    options = ["--data", data, "--model", tiny_bert, "--labels", labels, "--predictions", out]
    types = "Chemical=CHEMICAL,Disease=DISEASE+PLACE"
    command = [sys.executable, str(SCRIPT), *map(str, options), "--types", types, "-k", "5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    rows = [line.split("\t") for line in out.read_text().splitlines()]

    reader = Reader.from_pretrained(tiny_bert, labels=labels)
    wanted = {"Chemical": {"CHEMICAL"}, "Disease": {"DISEASE", "PLACE"}}
    expected = []
    for phrase, kind in PHRASES:
        marks = reader.explain(phrase, k=5).landmarks
        found = [reader.term_types.mains[mark.row] in wanted[kind] for mark in marks]
        expected.append(sum(found) / 5)
    assert [(phrase, kind) for phrase, kind, _ in rows] == PHRASES
    assert [float(share) for *_, share in rows] == pytest.approx(expected)
    assert (figures["n"], figures["k"]) == (3, 5)
    assert figures["cls_head"]["share"] == pytest.approx(np.mean(expected), abs=1e-4)
    assert figures["by_type"]["Disease"] == pytest.approx(expected[1])
    for pooling in ("cls_head", "cls_top", "mean_head", "mean_top", "static_mean"):
        assert figures[pooling].keys() == {"share", "cosine", "said", "types", "vectors"}
        assert figures[pooling]["said"] <= figures[pooling]["share"]
