"""eval_importance.py as a user runs it: a corpus in, a weight a word out, figures at the end."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.importance import spell_words, term_importance, word_importance

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "eval_importance.py"
DOCUMENTS = [
    ["The drug binds the receptor.", "The mouse is active."],
    ["Drugs treat the disease of patients.", "A tumor is not a disease."],
    ["The cell of the mouse and the drugs.", "The king of Paris."],
]
COLLECTION = [
    ("d1", "the drug of the mouse"),
    ("d2", "the disease of the king"),
    ("d3", "the river in paris"),
]
QUERIES = [("q1", "the drug"), ("q2", "paris and the king"), ("q3", "unjudged")]
RIGHT = {"q1": ["d1"], "q2": ["d2", "d3"]}


@pytest.fixture(scope="module")
def figures_and_weights(
    tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict, dict[str, float]]:
    """Run the script over a small corpus and a small collection."""
    folder = tmp_path_factory.mktemp("importance")
    corpus, out = folder / "corpus.txt", folder / "weights.tsv"
    corpus.write_text("\n\n".join("\n".join(sentences) for sentences in DOCUMENTS) + "\n")
    documents = [{"id": name, "title": "", "text": text} for name, text in COLLECTION]
    (folder / "docs.jsonl").write_text("".join(json.dumps(d) + "\n" for d in documents))
    (folder / "queries-dev.tsv").write_text("".join(f"{i}\t{text}\n" for i, text in QUERIES))
    judged = "".join(f"{q}\t{d}\t1\n" for q, names in RIGHT.items() for d in names)
    (folder / "qrels-dev.tsv").write_text(judged + "q1\td2\t0\n")
    command = [sys.executable, SCRIPT, "--data", corpus, "--model", tiny_bert]
    command += ["--predictions", out, "--search", folder]
    done = subprocess.run(map(str, command), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in out.read_text().splitlines()]
    return json.loads(done.stdout.splitlines()[-1]), {word: float(w) for word, w in rows}


def test_weights_are_those_of_the_library(
    figures_and_weights: tuple[dict, dict[str, float]], tiny_encoder: Encoder
) -> None:
    """Every word of the corpus, the most frequent first."""
    _, weights = figures_and_weights
    text = " ".join(sentence for sentences in DOCUMENTS for sentence in sentences)
    counts = Counter(text.lower().replace(".", "").split())
    assert sorted(weights) == sorted(counts)
    assert list(counts[word] for word in weights) == sorted(counts.values(), reverse=True)
    expected = word_importance(
        term_importance(tiny_encoder.vocabulary), spell_words(tiny_encoder, list(weights))
    )
    np.testing.assert_allclose(list(weights.values()), expected, atol=1e-4)


def test_correlations_are_those_of_scipy(
    figures_and_weights: tuple[dict, dict[str, float]],
) -> None:
    """With minus the log frequency, and with IDF over documents and sentences."""
    figures, weights = figures_and_weights
    documents = [" ".join(sentences).lower().replace(".", "").split() for sentences in DOCUMENTS]
    sentences = [s.lower().replace(".", "").split() for document in DOCUMENTS for s in document]
    words = list(weights)
    targets = {
        "frequency": [-sum(document.count(word) for document in documents) for word in words],
        "document_idf": [-sum(word in document for document in documents) for word in words],
        "sentence_idf": [-sum(word in sentence for sentence in sentences) for word in words],
    }
    row = figures["spearman"]["bias, sum"]
    for name, target in targets.items():
        expected = scipy.stats.spearmanr(list(weights.values()), target).statistic
        assert row[f"all_{name}"] == pytest.approx(expected, abs=1e-4)
    assert not any(figures["spearman"]["no bias"].values())
    assert figures["n"] == len(words)


def test_searches_weigh_what_query_and_document_share(
    figures_and_weights: tuple[dict, dict[str, float]], tiny_encoder: Encoder
) -> None:
    """Cosines of weighted counts in dictionaries give the same; unjudged queries do not count."""
    figures, _ = figures_and_weights
    surprise = term_importance(tiny_encoder.vocabulary)

    def bag(text: str) -> dict[str, float]:
        return {
            word: (1 + math.log(n)) * float(surprise[tiny_encoder.vocabulary.row(word)])
            for word, n in Counter(text.split()).items()
        }

    total = 0.0
    for query, text in QUERIES[:2]:
        asked = bag(text)
        scores = {}
        for name, document in COLLECTION:
            held = bag(document)
            length = math.sqrt(sum(value**2 for value in held.values()))
            scores[name] = sum(value * held.get(word, 0) for word, value in asked.items()) / length
        best = sorted(scores, key=lambda name: (-scores[name], name))
        gains = [1 / math.log2(p + 2) for p, name in enumerate(best) if name in RIGHT[query]]
        total += sum(gains) / sum(1 / math.log2(p + 2) for p in range(len(RIGHT[query])))
    found = figures["search"]["bias, surprise"]["shared_pieces"]
    assert found == pytest.approx(total / 2, abs=1e-4)
    assert figures["search"]["split"] == "dev"
