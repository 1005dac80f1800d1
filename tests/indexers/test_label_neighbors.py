"""Label accuracy of nearest neighbors, held against a loop."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tailgraph.engine.encoder import Encoder
from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.errors import ParameterError
from tailgraph.indexers.label_neighbors import measure_label_neighbors, neighbor_accuracy

from ..conftest import TINY_TERMS


def slow_accuracy(vectors: np.ndarray, classes: np.ndarray, k: int) -> float:
    """Classify each row by its neighbors, one at a time."""
    unit = vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    n_right = 0
    for row in range(len(unit)):
        cosines = unit @ unit[row]
        cosines[row] = -2
        votes: Counter[int] = Counter()
        for near in np.argsort(-cosines)[:k].tolist():
            votes[int(classes[near])] += 1 + 1e-3 * cosines[near]
        n_right += votes.most_common(1)[0][0] == classes[row]
    return n_right / len(unit)


def planted(n_rows: int = 300, n_classes: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Make vectors that lie loosely around the center of their class."""
    rng = np.random.default_rng(4)
    classes = rng.integers(0, n_classes, size=n_rows)
    vectors = rng.normal(size=(n_classes, 6))[classes] + rng.normal(size=(n_rows, 6))
    return vectors.astype(np.float32), classes


@pytest.mark.parametrize("k", [1, 2, 5])
def test_accuracy_is_that_of_a_loop(k: int) -> None:
    """Every row is left out of its own vote."""
    vectors, classes = planted()
    expected = slow_accuracy(vectors, classes, k)
    assert neighbor_accuracy(vectors, classes, k) == pytest.approx(expected)
    assert 0.4 < expected < 1


def test_equal_rows_do_not_vote_for_themselves() -> None:
    """Where many rows are the same, one is still no neighbor of its own."""
    vectors = np.ones((8, 2), dtype=np.float32)
    assert neighbor_accuracy(vectors, np.arange(8), 3) == 0


def test_figures_are_those_of_the_labeled_terms(default_encoder: Encoder) -> None:
    """Centering is over all terms but the special ones; the majority is that of the terms."""
    vocabulary = default_encoder.vocabulary
    words = [t for t in vocabulary.terms[2000:4000] if t.isalpha()]
    labels = {word: word[-1] for word in words}
    rows = [vocabulary.row(word) for word in words]
    classes = np.array([ord(word[-1]) for word in words])
    centered = vocabulary.vectors - vocabulary.vectors[~vocabulary.is_special].mean(axis=0)
    found = measure_label_neighbors(vocabulary, labels)
    assert found.centered == pytest.approx(slow_accuracy(centered[rows], classes, 5), abs=2e-3)
    assert found.raw == pytest.approx(slow_accuracy(vocabulary.vectors[rows], classes, 5), abs=2e-3)
    assert found.majority == max(Counter(labels.values()).values()) / len(words)
    assert (found.n_words, found.n_classes) == (len(words), len(set(labels.values())))
    assert found.random < found.raw


def test_a_list_of_few_known_words_is_refused() -> None:
    """The message says how many of the words are terms."""
    vocabulary = Vocabulary(
        terms=TINY_TERMS,
        vectors=np.ones((len(TINY_TERMS), 2), dtype=np.float32),
        biases=np.zeros(len(TINY_TERMS), dtype=np.float32),
        is_piece=np.array([term.startswith("##") for term in TINY_TERMS]),
        is_special=np.array([term.startswith("[") for term in TINY_TERMS]),
    )
    labels = {"drug": "A", "gene": "B", "nowhere": "A", "##s": "B"}
    with pytest.raises(ParameterError, match="2 of 4 labeled words"):
        measure_label_neighbors(vocabulary, labels)
