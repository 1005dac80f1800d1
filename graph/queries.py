"""What a knowledge base answers from its rows alone: nodes, places, triples, clusters, counts."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from ..errors import UnknownTermError
from .clusters import Cluster
from .database import Row, as_float, as_int
from .relations.triples import Adjunct, Form, Span, Tense, Triple
from .schema import EdgeKind, NodeKind
from .store import GraphStore


@dataclass(frozen=True)
class Node:
    """A term, a phrase or a sentence; the flags say how far the encoder could read its text."""

    id: int
    kind: NodeKind
    text: str
    has_unknown: bool
    truncated: bool


@dataclass(frozen=True)
class Place:
    """Where a sentence stands: ``start`` and ``end`` count characters of its document's text."""

    document: str
    start: int
    end: int
    sentence: str


@dataclass(frozen=True)
class Found:
    """A triple and where it was found; its spans count characters of ``place.sentence``."""

    triple: Triple
    place: Place


@dataclass(frozen=True)
class Mention:
    """A phrase with one of its types, how often it has it, and the mean confidence.

    ``label`` is a main type; ``subtype`` says more of it, "" where there is no more to say.
    """

    text: str
    label: str
    subtype: str
    n_mentions: int
    confidence: float


@dataclass(frozen=True)
class StoredCluster:
    """A cluster of terms by name, the members in order of nearness to the seed."""

    id: int
    key: str
    pivot: str
    seed: str
    strength: float
    deviation: float
    members: tuple[str, ...]


def nodes(store: GraphStore, ids: Sequence[int]) -> list[Node]:
    """Return nodes by id, in the order asked for."""
    statement = "SELECT id, kind, text, has_unknown, truncated FROM node WHERE id IN (%s)"
    found = {as_int(row[0]): _node(row) for row in store.database.rows_in(statement, list(ids))}
    return [found[i] for i in ids]


def find_nodes(store: GraphStore, text: str) -> list[Node]:
    """Return every node with this text, terms first, then phrases, then sentences.

    The text is tried as it is, then in lower case; white space at its ends is cut.

    Raises
    ------
    UnknownTermError
        No node has this text; the message names some that begin alike.
    """
    wanted = " ".join(text.split())
    statement = (
        "SELECT id, kind, text, has_unknown, truncated FROM node "
        "WHERE kind IN (0, 1, 2) AND text = ? ORDER BY kind"
    )
    for form in dict.fromkeys((wanted, wanted.lower())):
        found = store.database.rows(statement, (form,))
        if found:
            return [_node(row) for row in found]
    raise UnknownTermError(
        f"no term, phrase or sentence of this knowledge base is {wanted!r}{_advice(store, wanted)}"
    )


def _advice(store: GraphStore, text: str) -> str:
    start = text.lower()[: max(3, len(text) // 2)]
    rows = store.database.rows(
        "SELECT DISTINCT text FROM node WHERE kind IN (0, 1) AND text >= ? AND text < ? LIMIT 5",
        (start, start + "\U0010ffff"),
    )
    names = ", ".join(repr(str(row[0])) for row in rows)
    return (f"; nearby: {names}" if names else "") + "; `describe` reads any text"


def places(store: GraphStore, sentence_nodes: Sequence[int]) -> dict[int, list[Place]]:
    """Return where each sentence node stands, in order of reading."""
    found: dict[int, list[Place]] = {node: [] for node in sentence_nodes}
    statement = (
        'SELECT s.node_id, d.key, s.start, s."end", n.text FROM sentence s '
        "JOIN document d ON d.id = s.document_id JOIN node n ON n.id = s.node_id "
        "WHERE s.node_id IN (%s) ORDER BY s.id"
    )
    for node, *place in store.database.rows_in(statement, list(found)):
        found[as_int(node)].append(_place(tuple(place)))
    return found


def phrase_places(store: GraphStore, phrase_node: int, limit: int) -> list[Place]:
    """Return sentences that mention a phrase, in order of reading."""
    statement = (
        'SELECT DISTINCT d.key, s.start, s."end", n.text, s.id FROM phrase p '
        "JOIN mention m ON m.phrase_id = p.id JOIN sentence s ON s.id = m.sentence_id "
        "JOIN document d ON d.id = s.document_id JOIN node n ON n.id = s.node_id "
        "WHERE p.node_id = ? ORDER BY s.id LIMIT ?"
    )
    return [_place(row[:4]) for row in store.database.rows(statement, (phrase_node, limit))]


def triples(
    store: GraphStore,
    *,
    about: str = "",
    relation: str = "",
    min_confidence: float = 0.0,
    limit: int = 20,
) -> list[Found]:
    """Return stored triples, the most confident first, ties in order of reading.

    Parameters
    ----------
    about
        Text that the subject or the object must hold, in any case.
    relation
        Lemma that the relation must hold, for example ``inhibit``.
    """
    statement = (
        "SELECT t.subject, t.subject_start, t.subject_end, t.relation, t.relation_start, "
        "t.relation_end, t.object, t.object_start, t.object_end, t.form, t.rule, "
        "t.relation_lemma, t.negated, t.modality, t.confidence, t.path, t.tense, t.adjuncts, "
        't.condition, t.attribution, t.predicate, d.key, s.start, s."end", n.text '
        "FROM triple t JOIN sentence s ON s.id = t.sentence_id "
        "JOIN document d ON d.id = s.document_id JOIN node n ON n.id = s.node_id "
        "WHERE t.confidence >= ? AND (instr(lower(t.subject), ?) OR instr(lower(t.object), ?)) "
        "AND instr(t.relation_lemma, ?) ORDER BY t.confidence DESC, t.id LIMIT ?"
    )
    wanted = about.lower()
    parameters = (min_confidence, wanted, wanted, relation.lower(), limit)
    return [_found(row) for row in store.database.rows(statement, parameters)]


def mentions(store: GraphStore, *, label: str = "", limit: int = 50) -> list[Mention]:
    """Return typed phrases, the most often mentioned first, ties by text.

    A label is a main type, as CHEMICAL, or one with its sub-type, as CHEMICAL.DRUG. Phrases without
    a type are returned for the label UNTAGGED alone.
    """
    statement = (
        "SELECT p.key, e.label, e.subtype, count(*) AS n, avg(e.confidence) FROM entity e "
        'JOIN mention m USING (sentence_id, start, "end") JOIN phrase p ON p.id = m.phrase_id '
        "WHERE CASE ? WHEN '' THEN e.label <> 'UNTAGGED' WHEN e.label THEN 1 "
        "WHEN e.label || '.' || e.subtype THEN 1 ELSE 0 END "
        "GROUP BY p.id, e.label, e.subtype ORDER BY n DESC, p.key LIMIT ?"
    )
    return [
        Mention(str(text), str(name), str(subtype), as_int(n), as_float(confidence))
        for text, name, subtype, n, confidence in store.database.rows(statement, (label, limit))
    ]


def clusters(store: GraphStore, *, term: str = "", limit: int = 20) -> list[StoredCluster]:
    """Return clusters, the largest first; with a term, those that hold it, in order of seed."""
    if term:
        statement = (
            "SELECT c.id, c.key, p.text, s.text, c.strength, c.deviation FROM cluster_member m "
            "JOIN cluster c ON c.id = m.cluster_id JOIN node p ON p.id = c.pivot "
            "JOIN node s ON s.id = c.seed JOIN node n ON n.id = m.node_id "
            "WHERE n.kind = 0 AND n.text = ? ORDER BY c.id LIMIT ?"
        )
        chosen = store.database.rows(statement, (term, limit))
    else:
        statement = (
            "SELECT c.id, c.key, p.text, s.text, c.strength, c.deviation FROM cluster c "
            "JOIN node p ON p.id = c.pivot JOIN node s ON s.id = c.seed "
            "ORDER BY (SELECT count(*) FROM cluster_member m WHERE m.cluster_id = c.id) DESC, c.id "
            "LIMIT ?"
        )
        chosen = store.database.rows(statement, (limit,))
    members: dict[int, list[str]] = {as_int(row[0]): [] for row in chosen}
    statement = (
        "SELECT m.cluster_id, n.text FROM cluster_member m JOIN node n ON n.id = m.node_id "
        "WHERE m.cluster_id IN (%s) ORDER BY m.cluster_id, m.position"
    )
    for cluster, text in store.database.rows_in(statement, list(members)):
        members[as_int(cluster)].append(str(text))
    return [
        StoredCluster(
            as_int(i),
            str(key),
            str(pivot),
            str(seed),
            as_float(strength),
            as_float(deviation),
            tuple(members[as_int(i)]),
        )
        for i, key, pivot, seed, strength, deviation in chosen
    ]


def term_clusters(store: GraphStore) -> list[Cluster]:
    """Return every cluster of the vocabulary by the rows of its terms, in order of seed."""
    members: dict[int, list[int]] = {}
    for cluster, node in store.database.rows(
        "SELECT cluster_id, node_id FROM cluster_member ORDER BY cluster_id, position"
    ):
        members.setdefault(as_int(cluster), []).append(as_int(node))
    rows = store.database.rows(
        "SELECT id, key, seed, pivot, strength, deviation FROM cluster ORDER BY id"
    )
    return [
        Cluster(
            str(key),
            as_int(seed),
            as_int(pivot),
            tuple(members[as_int(i)]),
            as_float(strength),
            as_float(deviation),
        )
        for i, key, seed, pivot, strength, deviation in rows
    ]


def cluster_keys(store: GraphStore, terms: Sequence[int]) -> dict[int, list[str]]:
    """Return the names of the clusters that each of some term nodes is in, in order of seed."""
    found: dict[int, list[str]] = {term: [] for term in terms}
    statement = (
        "SELECT m.node_id, c.key FROM cluster_member m JOIN cluster c ON c.id = m.cluster_id "
        "WHERE m.node_id IN (%s) ORDER BY m.node_id, c.id"
    )
    for term, key in store.database.rows_in(statement, list(found)):
        found[as_int(term)].append(str(key))
    return found


def sentences_with(store: GraphStore, text: str) -> list[str]:
    """Return the distinct stored sentences that hold a text, in order of arrival.

    Case is folded, and a text within a longer word counts too. Every sentence is looked at.
    """
    # LIKE folds ASCII alone: any character may stand for another one.
    shape = "".join(c if c.isascii() else "_" for c in re.sub(r"([%_\\])", r"\\\1", text))
    statement = "SELECT text FROM node WHERE kind = ? AND text LIKE ? ESCAPE '\\' ORDER BY id"
    found = store.database.rows(statement, (int(NodeKind.SENTENCE), f"%{shape}%"))
    wanted = text.casefold()
    return [str(row[0]) for row in found if wanted in str(row[0]).casefold()]


def threshold(store: GraphStore, node: int) -> float:
    """Return the cosine where a node's own tail begins."""
    return as_float(
        store.database.rows("SELECT threshold FROM tail WHERE node_id = ?", (node,))[0][0]
    )


def biases(store: GraphStore) -> npt.NDArray[np.float32]:
    """Return the bias of every term, float32 of shape (n_terms,)."""
    rows = store.database.rows("SELECT bias FROM term ORDER BY node_id")
    return np.array([as_float(row[0]) for row in rows], np.float32)


def block_digests(store: GraphStore, kind: NodeKind) -> list[str]:
    """Return the sha256 of each block of vectors of a kind, in order."""
    statement = "SELECT digest FROM vector_block WHERE kind = ? ORDER BY id"
    return [str(row[0]) for row in store.database.rows(statement, (int(kind),))]


def counts(store: GraphStore) -> dict[str, int]:
    """Return how much of everything the knowledge base holds."""
    count = store.database.count
    found = {
        "documents": count("document"),
        "sentences": count("sentence"),
        "distinct_sentences": count("node", "kind = ?", (int(NodeKind.SENTENCE),)),
        "terms": count("term"),
        "phrases": count("phrase"),
        "phrase_nodes": count("node", "kind = ?", (int(NodeKind.PHRASE),)),
        "mentions": count("mention"),
        "triples": count("triple"),
        "entities": count("entity"),
        "typed_triples": count("typed_triple"),
        "facts": count("fact"),
        "clusters": count("cluster"),
        "edges": count("edge"),
    }
    for kind in EdgeKind:
        found[f"edges_{kind.name.lower()}"] = count("edge", "kind = ?", (int(kind),))
    return found


def _node(row: Row) -> Node:
    return Node(as_int(row[0]), NodeKind(as_int(row[1])), str(row[2]), bool(row[3]), bool(row[4]))


def _place(row: Row) -> Place:
    return Place(str(row[0]), as_int(row[1]), as_int(row[2]), str(row[3]))


def _span(row: Row) -> Span:
    return Span(start=as_int(row[1]), end=as_int(row[2]), text=str(row[0]))


def _found(row: Row) -> Found:
    triple = Triple(
        subject=_span(row[0:3]),
        relation=_span(row[3:6]),
        object=_span(row[6:9]),
        form=cast(Form, str(row[9])),
        rule=str(row[10]),
        relation_lemma=str(row[11]),
        negated=bool(row[12]),
        modality=str(row[13]),
        confidence=as_float(row[14]),
        path=str(row[15]),
        tense=cast(Tense, str(row[16])),
        adjuncts=_adjuncts(str(row[17])),
        condition=str(row[18]),
        attribution=str(row[19]),
        predicate=str(row[20]),
    )
    return Found(triple, _place(row[21:25]))


def _adjuncts(stored: str) -> tuple[Adjunct, ...]:
    return tuple(
        Adjunct(role, Span(start=start, end=end, text=text))
        for role, text, start, end in json.loads(stored)
    )
