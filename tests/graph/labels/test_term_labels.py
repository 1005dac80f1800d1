"""The stored labels of terms: given ones and what spreads, made of the labels that they name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.graph.labels.entity_vectors import propagate_labels
from tailgraph.graph.labels.layers import TermLabels
from tailgraph.graph.labels.seeds import SeedLabels
from tailgraph.graph.labels.term_labels import (
    RULE,
    TermLabel,
    find_term_labels,
    is_current,
    write_term_labels,
)
from tailgraph.graph.store import GraphStore

from .label_stores import write_terms

TERMS = ("EGFR", "egfr", "kidney", "liver", "##ney", "[MASK]")


def test_every_term_says_what_was_given_and_what_spreads(tmp_path: Path) -> None:
    """Rows equal the labels of persons and the three largest propagated shares, by label too."""
    rng = np.random.default_rng(1)
    vocabulary = Vocabulary(
        terms=TERMS,
        vectors=rng.normal(size=(6, 4)).astype(np.float32),
        biases=np.zeros(6, dtype=np.float32),
        is_piece=np.array([t.startswith("##") for t in TERMS]),
        is_special=np.array([t.startswith("[") for t in TERMS]),
    )
    labels = {"egfr": ("GENE.X", "MEASURE"), "kidney": ("ORGAN",), "liver": ("FOOD",)}
    seeds = SeedLabels(labels, "by hand")
    vectors = propagate_labels(vocabulary, seeds, floor=0.0)
    given = [TermLabels(term, names, "manual", 0) for term, names in labels.items()]
    given += [TermLabels("unheard", ("FOOD",), "imported", 1)]
    with GraphStore.create(tmp_path / "knowledge.sqlite") as store:
        write_terms(store, TERMS)
        assert not is_current(store, seeds.fingerprint)
        for _ in range(2):
            write_term_labels(store, given, vectors, seeds.fingerprint)
        assert is_current(store, seeds.fingerprint)
        assert not is_current(store, "other")
        expected = []
        for row, term in enumerate(TERMS):
            names = labels.get(term.lower(), ())
            expected += [TermLabel(term, n, "manual", 1 / len(names), "") for n in names]
            shares = dict(zip(vectors.labels, vectors.propagated[row].tolist(), strict=True))
            best = sorted((n for n in shares if shares[n] > 0), key=lambda n: -shares[n])[:3]
            expected += [TermLabel(term, n, "propagated", shares[n], RULE) for n in best]
        found = find_term_labels(store, limit=999)
        assert found == expected
        assert {t.term for t in find_term_labels(store, term="Egfr")} == {"EGFR", "egfr"}
        assert find_term_labels(store, label="GENE") == [f for f in found if f.label == "GENE.X"]
        manual = find_term_labels(store, source="manual", label="FOOD")
        assert manual == [TermLabel("liver", "FOOD", "manual", 1.0, "")]
        assert len(find_term_labels(store, limit=2)) == 2


def test_shares_of_a_term_without_neighbors_are_not_stored(tmp_path: Path) -> None:
    """A term that nothing spreads to has no row."""
    vocabulary = Vocabulary(
        terms=("aa", "bb", "cc"),
        vectors=np.array([[1, 0], [-1, 0.1], [-1, -0.1]], dtype=np.float32),
        biases=np.zeros(3, dtype=np.float32),
        is_piece=np.zeros(3, dtype=np.bool_),
        is_special=np.zeros(3, dtype=np.bool_),
    )
    vectors = propagate_labels(vocabulary, SeedLabels({"bb": ("B",)}, "by hand"), floor=0.5)
    with GraphStore.create(tmp_path / "knowledge.sqlite") as store:
        write_terms(store, vocabulary.terms)
        write_term_labels(store, [], vectors, "x")
        shares = {t.term: t.share for t in find_term_labels(store)}
    assert shares == pytest.approx({"bb": 1.0, "cc": 1.0})
