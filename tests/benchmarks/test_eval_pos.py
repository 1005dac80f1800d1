"""eval_pos.py as a user runs it: coarse tags for the same tokens, and figures that fit them."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
from pathlib import Path

from tailgraph.engine.encoder import Encoder
from tailgraph.reading.word_classes import WordClassTagger

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_pos.py"
CONLLU = """\
# text = Ann doesn't treat the cells.
1\tAnn\tAnn\tPROPN\tNNP\t_\t4\tnsubj\t_\t_
2-3\tdoesn't\t_\t_\t_\t_\t_\t_\t_\t_
2\tdoes\tdo\tAUX\tVBZ\t_\t4\taux\t_\t_
3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_
4\ttreat\ttreat\tVERB\tVB\t_\t0\troot\t_\t_
5\tthe\tthe\tDET\tDT\t_\t6\tdet\t_\t_
6\tcells\tcell\tNOUN\tNNS\t_\t4\tobj\t_\t_
7\t.\t.\tPUNCT\t.\t_\t4\tpunct\t_\t_

1\tPatients\tpatient\tNOUN\tNNS\t_\t0\troot\t_\t_
2\tto\tto\tADP\tIN\t_\t3\tcase\t_\t_
3\tLondon\tLondon\tPROPN\tNNP\t_\t1\tnmod\t_\t_
4\twow\twow\tINTJ\tUH\t_\t1\tdiscourse\t_\t_

1\tbeyond\tbeyond\tADP\tIN\t_\t2\tcase\t_\t_
2\tlimits\tlimit\tNOUN\tNNS\t_\t0\troot\t_\t_

"""
TRAIN = """\
1\tTo\tto\tPART\tTO\t_\t2\tmark\t_\t_
2\ttreat\ttreat\tVERB\tVB\t_\t0\troot\t_\t_
3\tto\tto\tPART\tTO\t_\t2\tmark\t_\t_
4\tto\tto\tADP\tIN\t_\t2\tmark\t_\t_
5\tthe\tthe\tDET\tDT\t_\t2\tdet\t_\t_

"""
GOLD = "NOUN VERB CONJ VERB DET NOUN PUNCT NOUN ADP NOUN X".split()


def run(*options: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the script in a process of its own."""
    command = [sys.executable, str(SCRIPT), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_tags_and_figures_are_those_of_the_tagger(
    tiny_bert: Path, tiny_encoder: Encoder, tmp_path: Path
) -> None:
    """Column 4 holds what the library gives; shares are counted over it, classes made coarse."""
    data, train, out = (tmp_path / name for name in ("dev.conllu.xz", "train.conllu", "out.conllu"))
    data.write_bytes(lzma.compress(CONLLU.encode()))
    train.write_text(TRAIN)
    done = run(
        *("--data", data, "--train", train, "--predictions", out),
        *("--model", tiny_bert, "--limit", "2"),
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in out.read_text().split("\n") if line[:1].isdigit()]
    assert ["2-3", "doesn't", *"_" * 8] in rows
    words = [row for row in rows if row[0].isdigit()]
    sentences = [[row[1] for row in words[:7]], [row[1] for row in words[7:]]]
    tagged = WordClassTagger.of(tiny_encoder).tag_words(sentences)
    found = [word.word_class for sentence in tagged for word in sentence]
    assert [row[3] for row in words] == found
    assert all(row[2] == "_" and set(row[4:]) == {"_"} for row in words)
    figures = json.loads(done.stdout.splitlines()[-1])
    right = [tag for tag, other in zip(GOLD, found, strict=True) if tag == other]
    assert figures["accuracy"] == round(len(right) / 11, 4)
    assert figures["recall"]["NOUN"] == right.count("NOUN") / 4
    assert figures["precision"]["NOUN"] == round(right.count("NOUN") / found.count("NOUN"), 4)
    assert (figures["words"], figures["sentences"]) == (11, 2)


def test_baselines_are_counted_by_hand(tiny_bert: Path, tmp_path: Path) -> None:
    """The commonest class is right for 4 of 11 words; "to" is a particle in the treebank."""
    data, train = tmp_path / "dev.conllu", tmp_path / "train.conllu"
    data.write_text(CONLLU)
    train.write_text(TRAIN)
    done = run("--data", data, "--train", train, "--model", tiny_bert, "--limit", "2")
    figures = json.loads(done.stdout.splitlines()[-1])
    baselines = figures["baselines"]
    assert baselines["majority"] == round(4 / 11, 4)
    # Right are "treat" and "the" as they are there, and four unknown nouns; "to" is not.
    assert baselines["most_frequent"] == round(6 / 11, 4)
    assert set(baselines) == {"majority", "word_alone", "place_alone", "most_frequent"}
    number = figures["noun_number"]
    assert (number["nouns"], number["majority"], number["by_final_s"]) == (4, 0.5, 1.0)


def test_a_file_that_does_not_tell_gets_predictions(tiny_bert: Path, tmp_path: Path) -> None:
    """Blank columns of tags are no gold: nothing is counted over nouns, every line is answered."""
    rows = [line.split("\t") for line in CONLLU.split("\n")]
    blank = ["\t".join([*row[:3], *"__", *row[5:]]) if row[1:] else row[0] for row in rows]
    data, out = tmp_path / "blind.conllu", tmp_path / "out.conllu"
    data.write_text("\n".join(blank))
    done = run("--data", data, "--model", tiny_bert, "--predictions", out)
    assert done.returncode == 0, done.stderr
    written = [line.split("\t")[:2] for line in out.read_text().split("\n")]
    assert written == [row[:2] for row in rows]
    assert json.loads(done.stdout.splitlines()[-1])["noun_number"] == {}
