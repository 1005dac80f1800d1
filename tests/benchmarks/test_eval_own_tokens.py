"""eval_own_tokens.py as a user runs it: trees in, heads out, figures against plain loops."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.reading.own_tokens import score_own_tokens

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_own_tokens.py"
TREES = """\
1\tThe\t_\tDET\t_\t_\t2\tdet\t_\t_
2\tdrug\t_\tNOUN\t_\t_\t3\tnsubj\t_\t_
3\tbinds\t_\tVERB\t_\t_\t0\troot\t_\t_
4\tactive\t_\tADJ\t_\t_\t5\tamod\t_\t_
5\tproteins\t_\tNOUN\t_\t_\t3\tobj\t_\t_
6\t.\t_\tPUNCT\t_\t_\t3\tpunct\t_\t_

1\tMice\t_\tNOUN\t_\t_\t4\tnsubj\t_\t_
2\tin\t_\tADP\t_\t_\t3\tcase\t_\t_
3\tLondon\t_\tPROPN\t_\t_\t1\tnmod\t_\t_
4\ttreat\t_\tVERB\t_\t_\t0\troot\t_\t_
5\tthe\t_\tDET\t_\t_\t6\tdet\t_\t_
6\tunbinds\t_\tNOUN\t_\t_\t4\tobj\t_\t_
"""


@pytest.fixture(scope="module")
def ran(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, str]:
    """Run the script; return its figures and its predictions."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "trees.conllu").write_text(TREES)
    command = [sys.executable, SCRIPT, "--data", folder / "trees.conllu", "--model", tiny_bert]
    command += ["--predictions", folder / "out.conllu", "--scores", "plain"]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), (folder / "out.conllu").read_text()


def word_scores(encoder: Encoder, words: list[str]) -> np.ndarray:
    """Average the scores of tokens over words, one pair of words at a time."""
    scored = score_own_tokens(encoder, " ".join(words))
    starts = [sum(len(word) + 1 for word in words[:i]) for i in range(len(words))]
    tokens = [
        [p for p, (a, b) in enumerate(scored.offsets) if start <= a < b <= start + len(word)]
        for start, word in zip(starts, words, strict=True)
    ]
    return np.array(
        [
            [
                np.mean([scored.scores[p, scored.columns[q]] for p in row for q in column])
                for column in tokens
            ]
            for row in tokens
        ]
    )


def test_figures_are_those_of_plain_loops(ran: tuple[dict, str], tiny_encoder: Encoder) -> None:
    """Every pair of a word and its head against every other pair as far apart, one by one."""
    won = n = 0.0
    right = total = 0
    for block in TREES.strip().split("\n\n"):
        rows = [line.split("\t") for line in block.splitlines()]
        heads = [int(row[6]) - 1 for row in rows]
        kept = [i for i, row in enumerate(rows) if row[3] != "PUNCT"]
        scores = word_scores(tiny_encoder, [row[1] for row in rows])
        pairs = [(i, heads[i]) for i in kept if heads[i] >= 0]
        related = {*pairs, *((head, word) for word, head in pairs)}
        for i, head in pairs:
            others = [
                (a, b)
                for a in kept
                for b in kept
                if abs(a - b) == abs(i - head) and (a, b) not in related
            ]
            won += sum(scores[i, head] > scores[pair] for pair in others)
            n += len(others)
            best = max((j for j in kept if j != i), key=lambda j: scores[i, j])
            right, total = right + (best == head), total + 1
    figures = ran[0]
    assert figures["n_dependencies"] == total == 9
    assert figures["plain"]["same_distance"] == pytest.approx(won / n)
    assert figures["plain"]["head_found"] == pytest.approx(right / total)


def test_distance_and_chance_are_the_baselines(ran: tuple[dict, str]) -> None:
    """Among pairs as far apart neither can do better than .5; over all pairs nearness does."""
    figures = ran[0]
    assert figures["nearness"]["same_distance"] == figures["uniform"]["same_distance"] == 0.5
    assert figures["uniform"]["all_pairs"] == 0.5
    assert figures["nearness"]["all_pairs"] > 0.6


def test_predicted_heads_have_the_highest_score(
    ran: tuple[dict, str], tiny_encoder: Encoder
) -> None:
    """Each line is a word of the data with the number of the word that it points at most."""
    blocks = ran[1].strip().split("\n\n")
    for block, gold in zip(blocks, TREES.strip().split("\n\n"), strict=True):
        words = [line.split("\t")[1] for line in gold.splitlines()]
        assert [line.split("\t")[1] for line in block.splitlines()] == words
        scores = word_scores(tiny_encoder, words)
        np.fill_diagonal(scores, -np.inf)
        heads = [int(line.split("\t")[6]) for line in block.splitlines()]
        assert heads == (scores.argmax(axis=1) + 1).tolist()
