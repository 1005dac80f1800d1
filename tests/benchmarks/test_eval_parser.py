"""eval_parser.py as a user runs it: predictions for the same tokens, and figures that fit them."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_parser.py"
CONLLU = """\
# text = They don't see the old bridge.
1\tThey\tthey\tPRON\tPRP\t_\t4\tnsubj\t_\t_
2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
2\tdo\tdo\tAUX\tVBP\t_\t4\taux\t_\t_
3\tn't\tnot\tPART\tRB\t_\t4\tadvmod:neg\t_\t_
4\tsee\tsee\tVERB\tVB\t_\t0\troot\t_\t_
5\tthe\tthe\tDET\tDT\t_\t7\tdet\t_\t_
6\told\told\tADJ\t_\t_\t7\tamod\t_\t_
7\tbridge\tWRONG\tNOUN\tNN\t_\t1\tiobj\t_\tSpaceAfter=No
8\t.\t.\tPUNCT\t.\t_\t4\tpunct\t_\t_

# text = It works
1\tIt\tit\tPRON\tPRP\t_\t2\tnsubj\t_\t_
2\tworks\twork\tVERB\tVBZ\t_\t0\troot\t_\t_

1\tbeyond\tbeyond\tADP\tIN\t_\t2\tcase\t_\t_
2\tlimits\tlimit\tNOUN\tNNS\t_\t0\troot\t_\t_

"""


def words(text: str) -> list[list[str]]:
    """Return the columns of every word line."""
    rows = [line.split("\t") for line in text.split("\n") if line[:1].isdigit()]
    return [row for row in rows if row[0].isdigit()]


def test_the_figures_are_those_of_the_predictions(tmp_path: Path) -> None:
    """Shares are counted over the written columns, labels cut at the colon, ranges kept."""
    data, out = tmp_path / "dev.conllu.xz", tmp_path / "out.conllu"
    data.write_bytes(lzma.compress(CONLLU.encode()))
    command = [sys.executable, str(SCRIPT), "--data", str(data), "--predictions", str(out)]
    done = subprocess.run([*command, "--limit", "2"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    gold, predicted = words(CONLLU)[:10], words(out.read_text())
    assert [row[:2] for row in predicted] == [row[:2] for row in gold]
    assert "2-3\tdon't" + 8 * "\t_" in out.read_text().split("\n")
    pairs = list(zip(gold, predicted, strict=True))
    heads = [one[6] == two[6] for one, two in pairs]
    labels = [one[7].split(":")[0] == two[7].split(":")[0] for one, two in pairs]
    expected = {
        "upos": sum(one[3] == two[3] for one, two in pairs) / 10,
        "xpos": round(sum(one[4] == two[4] for one, two in pairs if one[4] != "_") / 9, 4),
        "lemma": sum(one[2] == two[2] for one, two in pairs) / 10,
        "uas": sum(heads) / 10,
        "las": sum(head and label for head, label in zip(heads, labels, strict=True)) / 10,
    }
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures.pop("sentences_per_second") > 0
    told = {"data": "dev.conllu.xz", "boundaries": "given", "sentences": 2, "tokens": 10}
    assert figures == {**told, **expected}
    assert (figures["uas"], figures["lemma"]) == (0.9, 0.9)


def test_a_model_that_is_none_is_told(tmp_path: Path) -> None:
    """The last line of the error names the folder."""
    data = tmp_path / "dev.conllu"
    data.write_text(CONLLU)
    command = [sys.executable, str(SCRIPT), "--data", str(data), "--model", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"No spaCy pipeline can be loaded from '{tmp_path}'" in done.stderr
