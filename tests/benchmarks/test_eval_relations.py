"""eval_relations.py as a user runs it, on small sets of each form, written here."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_relations.py"

PUBTATOR = """1|t|Aspirin causes nausea.
1|a|Aspirin was given to patients with cancer. Nausea was common.
1\t0\t7\tAspirin\tChemical\tC1
1\t15\t21\tnausea\tDisease\tD1
1\t23\t30\tAspirin\tChemical\tC1
1\t58\t64\tcancer\tDisease\tD2
1\t66\t72\tNausea\tDisease\tD1
1\tCID\tC1\tD1
"""
MARKED = [
    ("[[ Aspirin ]] inhibits << EGFR >>.", "INHIBITOR"),
    ("[[ Aspirin ]] activates << TP53 >>.", "ACTIVATOR"),
    ("[[ Aspirin ]] is a substrate of << EGFR >>.", "SUBSTRATE"),
]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the script and return its figures; in this process, which has its imports already."""

    def figures(*options: str | Path) -> dict[str, object]:
        monkeypatch.syspath_prepend(str(SCRIPT.parent))
        monkeypatch.setattr(sys, "argv", [str(SCRIPT), *map(str, options)])
        capsys.readouterr()
        runpy.run_path(str(SCRIPT), run_name="__main__")
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    return figures


def lines(path: Path) -> list[list[str]]:
    """Return the cells of a file."""
    return [line.split("\t") for line in path.read_text().splitlines()]


def test_pairs_of_an_abstract_are_judged(run, tiny_bert: Path, tmp_path: Path) -> None:
    """All pairs of ids come in order, the one that a sentence states has the label."""
    data, out = tmp_path / "set.txt", tmp_path / "out.tsv"
    data.write_text(PUBTATOR)
    figures = run("--data", data, "--predictions", out, "--model", tiny_bert)
    rows = lines(out)
    assert [row[:2] for row in rows] == [["1 C1 D1", "CID"], ["1 C1 D2", "none"]]
    assert float(rows[0][2]) > float(rows[1][2])
    assert [figures[key] for key in ("kind", "pairs", "related", "f1", "ap")] == [
        "bc5cdr",
        2,
        1,
        1,
        1,
    ]
    assert figures["all_pairs_f1"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["forms"] == {
        "infix": {"pairs": 1, "precision": 1.0, "recall": 1.0},
        "prefix": {"pairs": 0, "precision": 0.0, "recall": 0.0},
        "suffix": {"pairs": 0, "precision": 0.0, "recall": 0.0},
    }


def test_pairs_of_a_folder_are_judged(run, tiny_bert: Path, tmp_path: Path) -> None:
    """Each chemical with each gene of its sentence, in order, with the group of the relation."""
    (tmp_path / "x_abstracts.tsv").write_text("7\tAspirin inhibits EGFR.\tTP53 is a gene.\n")
    (tmp_path / "x_entities.tsv").write_text(
        "7\tT1\tCHEMICAL\t0\t7\tAspirin\n7\tT2\tGENE-Y\t17\t21\tEGFR\n7\tT3\tGENE-N\t23\t27\tTP53\n"
    )
    (tmp_path / "x_gold_standard.tsv").write_text("7\tCPR:4\tArg1:T1\tArg2:T2\n")
    out = tmp_path / "out" / "found.tsv"
    out.parent.mkdir()
    figures = run("--data", tmp_path, "--predictions", out, "--model", tiny_bert)
    assert [row[:2] for row in lines(out)] == [["7 T1 T2", "cpr-4"]]
    assert [figures[key] for key in ("kind", "pairs", "label_f1")] == ["chemprot", 1, 1]


def test_kinds_of_marked_pairs_are_told(run, tiny_bert: Path, tmp_path: Path) -> None:
    """Each pair gets the group of its label; keywords and a classifier stand beside it."""
    data, out = tmp_path / "set.jsonl", tmp_path / "out.tsv"
    rows = [json.dumps({"text": text, "label": label, "metadata": []}) for text, label in MARKED]
    data.write_text("\n".join(rows) + "\n")
    figures = run("--data", data, "--train", data, "--predictions", out, "--model", tiny_bert)
    assert [row[1] for row in lines(out)] == ["cpr-4", "cpr-3", "cpr-9"]
    assert figures["kind"] == "chemprot-marked"
    assert figures["macro_f1"] == figures["accuracy"] == 1
    assert {"keywords_macro_f1", "tfidf_lr_macro_f1", "majority_macro_f1"} <= figures.keys()


@pytest.mark.parametrize(
    ("name", "text", "kind", "found"),
    [
        (
            "a.csv",
            ",docid,isValid,passage,passageid\n0,d0,True,PROTEIN1 binds PROTEIN2 in cells.,s0\n"
            "1,d0,False,PROTEIN1 and PROTEIN2 were found.,s1\n",
            "ppi",
            ["True", "False"],
        ),
        (
            "b.tsv",
            "@GENE$ is associated with @DISEASE$ in men.\t1\nMen with @DISEASE$ had @GENE$.\t0\n",
            "gad",
            ["1", "0"],
        ),
        (
            "c.tsv",
            "id\tsentence\te1\te1_span\te2\te2_span\tlabel\n"
            "p0\tAspirin interacts with lithium.\tAspirin\t0-6\tlithium\t23-29\tint\n",
            "ddi",
            ["int"],
        ),
    ],
    ids=["ppi", "gad", "ddi"],
)
def test_other_forms_are_told_by_their_content(
    run, name: str, text: str, kind: str, found: list[str], tiny_bert: Path, tmp_path: Path
) -> None:
    """Each form is read, and its pairs get labels of its own."""
    data, out = tmp_path / name, tmp_path / "out.tsv"
    data.write_text(text)
    assert run("--data", data, "--predictions", out, "--model", tiny_bert)["kind"] == kind
    assert [row[1] for row in lines(out)] == found
