"""What a knowledge base answers, on the sample and the embedded models."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tailgraph.engine.landmarks import content_terms
from tailgraph.errors import NoPathError, ParameterError, UnknownTermError
from tailgraph.graph.schema import NodeKind
from tailgraph.knowledge_base import KnowledgeBase


def test_search_ranks_by_exact_cosine(sample_kb: KnowledgeBase) -> None:
    """The hits are the nearest of all sentences, with their exact cosines, falling."""
    query = "a blocked artery damages the heart"
    hits = sample_kb.search(query, k=7)
    nodes, vectors = sample_kb.store.vectors(NodeKind.SENTENCE)
    asked = sample_kb.encoder.encode([query]).vectors[0].astype(np.float64)
    cosines = vectors @ asked / np.linalg.norm(vectors, axis=1) / np.linalg.norm(asked)
    best = np.argsort(-cosines, kind="stable")[:7]
    assert [hit.node.id for hit in hits] == nodes[best].tolist()
    assert [hit.score for hit in hits] == pytest.approx(cosines[best].tolist(), abs=1e-5)
    assert all(hit.places and hit.landmarks for hit in hits)


def test_terms_are_searched_by_logit(sample_kb: KnowledgeBase) -> None:
    """The score of a term is t . E + b, never a cosine."""
    query = "high blood pressure"
    hits = sample_kb.search(query, kind=NodeKind.TERM, k=5)
    vector = sample_kb.encoder.encode([query]).vectors[0]
    vocabulary = sample_kb.encoder.vocabulary
    logits = vocabulary.vectors @ vector + vocabulary.biases
    logits[~content_terms(vocabulary)] = -np.inf
    assert [hit.node.id for hit in hits] == np.argsort(-logits, kind="stable")[:5].tolist()
    assert [hit.score for hit in hits] == pytest.approx(
        np.sort(logits)[::-1][:5].tolist(), abs=1e-3
    )


def test_a_stored_sentence_finds_itself(sample_kb: KnowledgeBase) -> None:
    """The text of a sentence has cosine 1 to its own node."""
    sentence = sample_kb.store.database.rows("SELECT text FROM node WHERE kind = 2 LIMIT 1")[0][0]
    hit = sample_kb.search(str(sentence), k=1)[0]
    assert hit.node.text == sentence
    assert hit.score == pytest.approx(1.0, abs=1e-5)


def test_neighbors_follow_the_direction_asked_for(sample_kb: KnowledgeBase) -> None:
    """Out, in and mutual agree with each other on real terms."""
    out = {n.node.text for n in sample_kb.neighbors("insulin", k=1000)}
    into = {n.node.text for n in sample_kb.neighbors("insulin", direction="in", k=1000)}
    mutual = {n.node.text for n in sample_kb.neighbors("insulin", direction="mutual", k=1000)}
    assert "glucose" in out
    assert mutual == out & into
    assert out != into


def test_a_path_is_made_of_edges(sample_kb: KnowledgeBase) -> None:
    """Each step of a path starts where the one before it ended, along a real edge."""
    steps = sample_kb.path("aspirin", "london")
    assert steps[0].parent == "aspirin"
    assert steps[-1].node.text == "london"
    for before, after in pairwise(steps):
        assert after.parent == before.node.text
    for step in steps:
        parent = sample_kb.walker.find(step.parent)
        assert sample_kb.graph.has_edge(parent.id, step.node.id)


def test_describe_reads_stored_and_new_text(sample_kb: KnowledgeBase) -> None:
    """A term has a standing in the graph; a new sentence has landmarks and none."""
    term = sample_kb.describe("insulin")
    assert term.standing is not None
    assert term.standing.n_out == len(sample_kb.neighbors("insulin", k=1000))
    new = sample_kb.describe("the patient was given a new drug for his heart")
    assert new.standing is None
    assert len(new.landmarks) == 16


def test_text_unknown_to_the_model_is_flagged(sample_kb: KnowledgeBase) -> None:
    """Characters outside the vocabulary are reported, not hidden."""
    assert sample_kb.describe("\u4e2d\u6587 \u3042").has_unknown
    assert not sample_kb.describe("blood").has_unknown


def test_unknown_terms_come_with_suggestions(sample_kb: KnowledgeBase) -> None:
    """A text that is no node is refused, with nodes that begin alike."""
    with pytest.raises(UnknownTermError, match="insulin"):
        sample_kb.neighbors("insulinn")


def test_nodes_of_different_kinds_have_no_path(sample_kb: KnowledgeBase) -> None:
    """A term and a sentence are not joined by tails."""
    sentence = sample_kb.store.database.rows("SELECT text FROM node WHERE kind = 2 LIMIT 1")[0][0]
    with pytest.raises(NoPathError, match="not nodes of one kind"):
        sample_kb.path("aspirin", str(sentence))


@pytest.mark.parametrize("query", ["", "  \n"])
def test_an_empty_query_is_refused(sample_kb: KnowledgeBase, query: str) -> None:
    """There is nothing to encode in white space."""
    with pytest.raises(ParameterError, match="empty"):
        sample_kb.search(query)


def test_stored_triples_quote_their_sentence(sample_kb: KnowledgeBase) -> None:
    """The spans of a stored triple are the texts at their offsets, and filters hold."""
    found = sample_kb.triples(about="insulin", limit=50)
    assert found
    for item in found:
        sentence = item.place.sentence
        for span in (item.triple.subject, item.triple.relation, item.triple.object):
            assert sentence[span.start : span.end] == span.text
        assert "insulin" in f"{item.triple.subject.text} {item.triple.object.text}".lower()
    confidences = [item.triple.confidence for item in found]
    assert confidences == sorted(confidences, reverse=True)
