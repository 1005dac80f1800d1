"""eval_prefix_probe.py as a user runs it: tagged sentences in, types read off their beginnings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tailgraph.benchmarks.measures.probes import Probe, standardized
from tailgraph.reading.reader import Reader

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_prefix_probe.py"
TYPES = {"aspirin": "Drug", "cancer": "Disease", "melanoma": "Disease"}
TRAIN = ["the aspirin treats the melanoma", "a cancer is not a drug", "aspirin inhibits the gene"]
TRAIN += ["the cancer was active in mice", "the melanoma binds aspirin", "a river of the king"]
TRAIN *= 4
DATA = ["aspirin and melanoma", "the cancer causes the melanoma", "the king in paris"]

Cut = tuple[int, int, str, bool]
"""A sentence, its first words, the type of the entity named last, and whether a draw ended it."""


def write_tagged(path: Path, sentences: list[str]) -> Path:
    """Write sentences as words with tags, an empty one at the front."""
    words = (
        [f"{w}\tB-{TYPES[w]}" if w in TYPES else f"{w}\tO" for w in t.split()] for t in sentences
    )
    path.write_text("\n" + "".join("\n".join(lines) + "\n\n" for lines in words))
    return path


def cuts_that_name(sentences: list[str], random: np.random.Generator) -> list[Cut]:
    """Cut after each name and after three words drawn, and keep what names an entity."""
    cuts = []
    for number, text in enumerate(sentences):
        words = text.split()
        drawn = sorted((random.permutation(len(words))[:3] + 1).tolist())
        names = [place + 1 for place, word in enumerate(words) if word in TYPES]
        for end, is_drawn in [*((e, False) for e in names), *((e, True) for e in drawn)]:
            types = [TYPES[word] for word in words[:end] if word in TYPES]
            cuts += [(number, end, types[-1], is_drawn)] if types else []
    return cuts


def run(train: Path, data: Path, *options: str | Path) -> dict[str, dict[str, dict[str, float]]]:
    """Run the script in a process of its own and return its figures."""
    command = [sys.executable, SCRIPT, "--train", train, "--data", data, *options]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_types_are_read_off_the_states_of_the_product(tiny_bert: Path, tmp_path: Path) -> None:
    """A probe fitted here on the states of `Reader.prefixes` says the same; figures fit it."""
    train = write_tagged(tmp_path / "train.bio", TRAIN)
    data, out = write_tagged(tmp_path / "dev.bio", DATA), tmp_path / "types.tsv"
    figures = run(train, data, "--model", tiny_bert, "--predictions", out)

    reader, random = Reader.from_pretrained(tiny_bert), np.random.default_rng(1)
    cuts, vectors = [], []
    for sentences in (TRAIN, DATA):
        states = [reader.prefixes(text, k=1) for text in sentences]
        cuts.append(cuts_that_name(sentences, random))
        vectors.append(np.array([states[number][end - 1].vector for number, end, *_ in cuts[-1]]))
    kinds = ["Disease", "Drug"]
    classes = np.array([kinds.index(kind) for _, _, kind, _ in cuts[0]])
    is_kept = np.array([number % 5 == 0 for number, *_ in cuts[0]])
    fitted, read = standardized(*vectors)
    probe = Probe.fit_best(fitted, classes, n_classes=2, is_kept=is_kept)
    guesses = [kinds[i] for i in probe.logs(read).argmax(axis=1)]

    rows = [line.split("\t") for line in out.read_text().splitlines()]
    assert [(int(row[0]), int(row[1]), row[2]) for row in rows] == [cut[:3] for cut in cuts[1]]
    assert [row[3] for row in rows] == guesses
    right = np.array([row[2] == row[3] for row in rows])
    is_drawn = np.array([cut[3] for cut in cuts[1]])
    after, drawn = (figures["last_type"][place] for place in ("after_name", "any_word"))
    assert after["state"] == pytest.approx(right[~is_drawn].mean(), abs=1e-4)
    assert drawn["state"] == pytest.approx(right[is_drawn].mean(), abs=1e-4)


def test_plain_views_tell_what_they_can(tiny_bert: Path, tmp_path: Path) -> None:
    """By hand: the word itself tells its type; which words there are tells what was named."""
    train = write_tagged(tmp_path / "train.bio", TRAIN)
    data = write_tagged(tmp_path / "dev.bio", [*DATA, TRAIN[0]])
    figures = run(train, data, "--model", tiny_bert)
    after = figures["last_type"]["after_name"]
    assert (after["n"], after["last_word"], after["majority"]) == (6, 1, round(4 / 6, 4))
    seen = figures["any_type"]
    assert (seen["n"], seen["auc"]["majority"], seen["auc"]["bag_of_words"]) == (12, 0.5, 1)
    assert list(seen["auc_by_type"]) == figures["types"] == ["Disease", "Drug"]
    assert figures["fitted_on"] == 1 / 4
