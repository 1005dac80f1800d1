"""Which cluster to label next, on a store and a vocabulary written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tailgraph.engine.vocabulary import Vocabulary
from tailgraph.graph import schema
from tailgraph.graph.labels.entity_vectors import EntityVectors, propagate_labels
from tailgraph.graph.labels.proposals import CountedTerm, Suggestion, propose_clusters
from tailgraph.graph.labels.seeds import SeedLabels
from tailgraph.graph.store import GraphStore

from .label_stores import write_clusters, write_terms

TERMS = ("aspirin", "codeine", "morphine", "london", "paris", "rome", "the", "of", "##ine", "tea")
CLUSTERS = {
    "codeine": "codeine aspirin morphine",
    "paris": "paris london rome",
    "london": "london tea",
    "the": "the of",
}
# Words of noun phrases: morphine 2 + 5, aspirin 4, rome 3, london 6, paris 1, tea 1; "##ine" none.
PHRASES = {"morphine": 2, "morphine in rome": 3, "aspirin": 4, "morphine-tea": 1, "london": 6}
SENTENCES = ("Morphine in Rome helps.", "Aspirin is a drug.", "London is big.")
MENTIONS = ((0, "morphine in rome"), (0, "morphine"), (1, "aspirin"), (2, "london"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    """A store with ten terms, four clusters, five phrases and three sentences."""
    with GraphStore.create(tmp_path / "knowledge.sqlite") as opened:
        write_terms(opened, TERMS)
        write_clusters(opened, CLUSTERS)
        nodes = [(100 + i, 2, text, 0, 0) for i, text in enumerate(SENTENCES)]
        phrases = [(i, key, key, n, None) for i, (key, n) in enumerate(PHRASES.items())]
        numbers = {key: i for i, key in enumerate(PHRASES)}
        with opened.transaction():
            opened.database.insert(schema.source, [(0, "x", "auto", "text", "id", 1, "", 1)])
            opened.database.insert(schema.document, [(0, 0, "x", "", " ".join(SENTENCES))])
            opened.database.insert(schema.node, nodes)
            opened.database.insert(schema.sentence, [(i, 0, 0, 9, 100 + i) for i in range(3)])
            opened.database.insert(schema.phrase, phrases)
            places = [(s, i, i + 1, numbers[key]) for i, (s, key) in enumerate(MENTIONS)]
            opened.database.insert(schema.mention, places)
        yield opened


def spread(labels: dict[str, tuple[str, ...]]) -> EntityVectors:
    """Spread labels over vectors in three tight groups: drugs, cities, and function words."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.eye(3), (3, 3, 4), axis=0)
    vocabulary = Vocabulary(
        terms=TERMS,
        vectors=(groups + rng.normal(size=groups.shape) * 0.01).astype(np.float32),
        biases=np.zeros(len(TERMS), dtype=np.float32),
        is_piece=np.array([term.startswith("##") for term in TERMS]),
        is_special=np.zeros(len(TERMS), dtype=np.bool_),
    )
    return propagate_labels(vocabulary, SeedLabels(labels, "by hand"))


def test_the_cluster_that_covers_most_unlabeled_words_is_proposed(store: GraphStore) -> None:
    """Words are counted in noun phrases, as often as these are mentioned."""
    vectors = spread({"codeine": ("DRUG",), "the": ("UNTAGGED",)})
    [best] = propose_clusters(store, vectors)
    # morphine 2 + 3 + 1 and aspirin 4; of 6 + 4 + 3 + 6 + 1 words in all, codeine has a label.
    assert (best.key, best.n_words) == ("codeine", 10)
    assert best.share == pytest.approx(10 / 20)
    assert best.unlabeled == (CountedTerm("morphine", 6), CountedTerm("aspirin", 4))
    assert best.labeled == ("codeine",)
    assert best.examples == (SENTENCES[0], SENTENCES[1])
    assert best.suggestions == (Suggestion("DRUG", pytest.approx(1.0)),)


def test_each_proposal_counts_on_those_before_it(store: GraphStore) -> None:
    """Words that an earlier one covers count no more, and what covers nothing is left out."""
    proposals = propose_clusters(store, spread({"the": ("UNTAGGED",), "of": ("GLUE",)}), k=9)
    assert [(p.key, p.n_words) for p in proposals] == [("codeine", 10), ("paris", 9), ("london", 1)]
    assert proposals[2].labeled == ("london",)
    assert [p.term for p in proposals[1].unlabeled] == ["london", "rome", "paris"]


def test_labels_given_without_a_type_count_as_labels(store: GraphStore) -> None:
    """A cluster all of whose words were looked at is not proposed again."""
    drugs = {"aspirin": ("UNTAGGED",), "morphine": ("UNTAGGED",), "codeine": ("DRUG",)}
    assert propose_clusters(store, spread(drugs))[0].key == "paris"


def test_suggestions_are_the_mean_of_what_spreads_to_the_members(store: GraphStore) -> None:
    """Each member without a label counts with its entity vector as often as it is mentioned."""
    vectors = spread({"aspirin": ("DRUG",), "paris": ("CITY",), "tea": ("FOOD",)})
    [first, second] = propose_clusters(store, vectors, k=2)
    assert (first.key, second.key) == ("paris", "codeine")
    london, rome = (vectors.distributions[TERMS.index(term)] for term in ("london", "rome"))
    mean = dict(zip(vectors.labels, (6 * london + 3 * rome) / 9, strict=True))
    assert {s.label: s.share for s in first.suggestions} == pytest.approx(
        {label: share for label, share in mean.items() if share}
    )
    assert first.suggestions[0].label == "CITY"


def test_without_clusters_or_phrases_nothing_is_proposed(store: GraphStore) -> None:
    """An empty answer is an answer."""
    with store.transaction():
        store.database.execute("UPDATE phrase SET n_mentions = 0")
    assert propose_clusters(store, spread({"codeine": ("DRUG",)})) == []
    write_clusters(store, {})
    assert propose_clusters(store, spread({"codeine": ("DRUG",)})) == []
