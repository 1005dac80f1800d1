"""A small store drawn by hand: terms, phrases, tails, and what sentences state of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tailgraph.graph import schema
from tailgraph.graph.database import as_int
from tailgraph.graph.facts.aggregation import Argument, Statement, gather_facts
from tailgraph.graph.facts.fact_edges import write_facts
from tailgraph.graph.schema import EdgeKind, NodeKind
from tailgraph.graph.store import GraphStore

TERMS = ("aspirin", "pain", "fever", "statins")
PHRASES = ("aspirin", "blood clot", "pain", "stroke", "old age", "aspirin tablet")
"""Nodes 0 to 3 are terms, nodes 4 to 8 the phrases but for "old age", which has none."""

TERM_COSINES = [[1, 0.7, 0.63, 0], [0.7, 1, 0.9, 0], [0.63, 0.9, 1, 0], [0, 0, 0, 1]]
TERM_TAILS = [(0, 1, 1, 0.7), (1, 1, 2, 0.9)]
PHRASE_TAILS = [(4, 1, 6, 0.8), (5, 1, 7, 0.6), (6, 1, 7, 0.95)]

SAID = (
    ("aspirin", "prevents", "blood clot", False, 0.9),
    ("blood clot", "causes", "stroke", False, 0.8),
    ("aspirin", "treats", "pain", False, 0.5),
    ("aspirin tablet", "treats", "pain", False, 0.5),
    ("aspirin", "treats", "stroke", True, 0.7),
    ("old age", "causes", "stroke", False, 0.9),
    ("statins", "prevents", "stroke", False, 0.6),
    ("blood clot", "goes-with", "pain", False, 0.4),
)
"""Each in a sentence and a document of its own."""


def draw(path: Path) -> GraphStore:
    """Make the store with its facts; aspirin tablets are aspirin. Open for writing."""
    store = GraphStore.create(path)
    insert = store.database.insert
    names = [text for text in PHRASES if text != "old age"]
    node_of = {text: len(TERMS) + i for i, text in enumerate(names)}
    first_sentence = len(TERMS) + len(names)
    with store.transaction():
        insert(schema.source, [(0, "notes", "auto", "text", "id", 1, "", True)])
        insert(schema.node, [(i, 0, text, False, False) for i, text in enumerate(TERMS)])
        insert(schema.node, [(node_of[text], 1, text, False, False) for text in names])
        insert(
            schema.phrase,
            [(i, text, text, 2, node_of.get(text)) for i, text in enumerate(PHRASES)],
        )
        for i, (subject, relation, object, negated, confidence) in enumerate(SAID):
            text = f"{subject} {relation} {object}"
            insert(schema.document, [(i, 0, f"note {i}", "", text)])
            insert(schema.node, [(first_sentence + i, 2, text, False, False)])
            insert(schema.sentence, [(i, i, 0, len(text), first_sentence + i)])
            insert(schema.typed_triple, [_row(i, subject, relation, object, negated, confidence)])
        n_phrases, n_sentences = len(names), len(SAID)
        for kind, first, vectors in (
            (NodeKind.TERM, 0, np.pad(np.linalg.cholesky(TERM_COSINES), ((0, 0), (0, 4)))),
            (NodeKind.PHRASE, len(TERMS), np.eye(n_phrases, 8)),
            (NodeKind.SENTENCE, first_sentence, np.eye(n_sentences, 8)),
        ):
            ids = np.arange(first, first + len(vectors))
            store.append_vectors(kind, ids, vectors.astype(np.float32))
        insert(schema.edge, [(int(EdgeKind.TERM_TAIL), *edge) for edge in TERM_TAILS])
        insert(schema.edge, [(int(EdgeKind.PHRASE_TAIL), *edge) for edge in PHRASE_TAILS])
        store.put_graph(store.edges())
        store.put_watermark("graph", store.content_state())
        write_facts(store, gather_facts(statements(), symmetric={"goes-with"}))
        store.put_watermark("facts", str(len(SAID)))
    return store


def statements() -> list[Statement]:
    """Return what is said, with aspirin tablets under the name of aspirin."""
    return [
        Statement(
            i,
            i,
            i,
            Argument(subject.removesuffix(" tablet"), PHRASES.index(subject))
            if subject in PHRASES
            else Argument(subject, None),
            relation,
            Argument(object, PHRASES.index(object)),
            negated,
            confidence,
        )
        for i, (subject, relation, object, negated, confidence) in enumerate(SAID)
    ]


def _row(
    i: int, subject: str, relation: str, object: str, negated: bool, confidence: float
) -> tuple[object, ...]:
    start, end = len(subject) + 1, len(subject) + 1 + len(relation)
    subject_phrase = PHRASES.index(subject) if subject in PHRASES else None
    ends = end + 1, end + 1 + len(object)
    components = '{"subject_type": 1, "object_type": 1, "trigger": 1, "context": 1, "form": 1}'
    return (
        *(i, i, relation, subject, 0, len(subject), subject_phrase, "[]"),
        *(object, *ends, PHRASES.index(object), "[]", relation, start, end),
        *("infix", negated, "", "present", confidence, components, "", None),
    )


def names(store: GraphStore, ids: list[int]) -> list[str]:
    """Return nodes by name, a phrase in quotation marks."""
    quoted = "SELECT id, CASE kind WHEN 1 THEN '\"' || text || '\"' ELSE text END FROM node"
    shown = {as_int(i): str(text) for i, text in store.database.rows(quoted)}
    return [shown[i] for i in ids]
