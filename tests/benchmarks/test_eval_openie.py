"""The scripts about open triples as a user runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SENTENCES = "1\tAspirin inhibits the enzyme in mice .\n2\tThe firm was sold to Ann .\n"
TUPLES = (
    "Aspirin inhibits the enzyme in mice .\tinhibits\tAspirin\tthe enzyme\tin mice\n"
    "The firm was sold to Ann .\twas sold to\tThe firm\tAnn\n"
)
TREES = """\
1\tAspirin\taspirin\tPROPN\tNNP\t_\t2\tnsubj\t_\t_
2\tinhibits\tinhibit\tVERB\tVBZ\t_\t0\troot\t_\t_
3\tthe\tthe\tDET\tDT\t_\t4\tdet\t_\t_
4\tenzyme\tenzyme\tNOUN\tNN\t_\t2\tobj\t_\t_

1\tAnn\tAnn\tPROPN\tNNP\t_\t2\tobj\t_\t_
2\tslept\tsleep\tVERB\tVBD\t_\t0\troot\t_\t_
3\tfigs\tfig\tNOUN\tNNS\t_\t2\tnsubj\t_\t_

"""


def run(script: str, *arguments: str | Path) -> dict[str, object]:
    """Run a script and return the figures of its last line."""
    command = [sys.executable, str(BENCHMARKS / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return figures


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Write the sentences and what people extracted from them."""
    (tmp_path / "gold.tsv").write_text(TUPLES)
    path = tmp_path / "sentences.tsv"
    path.write_text(SENTENCES)
    return path


def test_right_extractions_score_in_full(data: Path, tmp_path: Path) -> None:
    """Both sentences are read as people did; predictions come best first, by sentence."""
    out = tmp_path / "out.tsv"
    figures = run(
        "eval_openie.py", "--data", data, "--gold", tmp_path / "gold.tsv", "--predictions", out
    )
    assert (figures["f1"], figures["sentences"]) == (1.0, 2)
    rows = [line.split("\t") for line in out.read_text().splitlines()]
    assert rows[0][0] == "Aspirin inhibits the enzyme in mice ."
    assert rows[0][2:] == ["inhibits", "Aspirin", "the enzyme", "in mice"]
    assert all(0 < float(row[1]) < 1 for row in rows)
    assert figures["extractions"] == len(rows)


def test_trees_that_differ_cost_their_triples(tmp_path: Path) -> None:
    """A gold tree that the parser does not find takes its triple from the agreement."""
    path = tmp_path / "dev.conllu"
    path.write_text(TREES)
    figures = run("eval_parse_cost.py", "--data", path)
    n_same = 1  # "Aspirin inhibits the enzyme"; "figs slept Ann" is gold of the second
    total = int(str(figures["triples"])) + int(str(figures["gold_triples"]))
    assert figures["f1"] == pytest.approx(2 * n_same / total, abs=1e-4)


def test_weights_are_printed_for_every_sign(data: Path, tmp_path: Path) -> None:
    """The fit names the signs that the product weighs; half of the words of one are right."""
    from tailgraph.graph.relations.confidence import WEIGHTS

    (tmp_path / "gold.tsv").write_text(TUPLES.replace("was sold to\tThe firm\tAnn", "was\ta\tb"))
    figures = run("fit_confidence.py", "--data", data, "--gold", tmp_path / "gold.tsv")
    weights = figures["weights"]
    assert isinstance(weights, dict)
    assert list(weights) == list(WEIGHTS)
    assert figures["mean_degree"] == pytest.approx((1 + 1 / 6) / 2, abs=1e-4)
