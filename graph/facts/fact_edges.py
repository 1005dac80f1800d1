"""Facts as rows and edges: between which nodes of the graph a fact leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple

import numpy as np
import numpy.typing as npt

from .. import schema
from ..database import as_int
from ..schema import EdgeKind, NodeKind
from ..store import GraphStore
from ..tail_graph import Ints, TailGraph
from .aggregation import GatheredFact

NodesOfText = Mapping[str, Mapping[NodeKind, int]]
"""The term and the phrase with each text."""


def write_facts(store: GraphStore, facts: Sequence[GatheredFact]) -> None:
    """Replace the facts of a store and their edges, inside its open transaction."""
    store.database.execute("UPDATE typed_triple SET fact_id = NULL WHERE fact_id IS NOT NULL")
    store.database.execute("DELETE FROM fact")
    store.database.insert(schema.fact, (astuple(found.fact) for found in facts))
    store.database.execute_many(
        "UPDATE typed_triple SET fact_id = ? WHERE id = ?",
        [(found.fact.id, statement) for found in facts for statement in found.statements],
    )
    edges = sorted(_edges(facts, _phrase_keys(store, facts), store))
    columns = np.array(edges, np.int64).reshape(len(edges), 3)
    confidences = np.array([found.fact.confidence for found in facts], np.float32)
    sources, ids, targets = columns.T
    store.replace_edges(EdgeKind.FACT, sources, ids + 1, targets, confidences[ids])
    store.put_graph(_with_facts(store.graph(), sources, targets, confidences[ids]))


def _with_facts(
    graph: TailGraph, sources: Ints, targets: Ints, confidences: npt.NDArray[np.float32]
) -> TailGraph:
    """Return a graph with its edges of facts replaced, without reading its other edges again.

    Facts are the last kind of a source's edges, and the order of the others stays.
    """
    tails = graph.keep(graph.kinds != EdgeKind.FACT)
    return TailGraph.from_edges(
        graph.n_nodes,
        np.concatenate([tails.sources, sources]),
        np.concatenate([tails.indices, targets]),
        np.concatenate([tails.weights, confidences]),
        np.concatenate([tails.kinds, np.full(len(sources), EdgeKind.FACT, np.uint8)]),
    )


def _phrase_keys(store: GraphStore, facts: Sequence[GatheredFact]) -> dict[int, str]:
    ids = {i for found in facts for i in (*found.subject_phrases, *found.object_phrases)}
    rows = store.database.rows_in("SELECT id, key FROM phrase WHERE id IN (%s)", sorted(ids))
    return {as_int(i): str(key) for i, key in rows}


def _edges(
    facts: Iterable[GatheredFact], keys: Mapping[int, str], store: GraphStore
) -> Iterator[tuple[int, int, int]]:
    """Yield source, fact and target of every edge; a source leads to one target of a fact."""
    stated = [found for found in facts if found.fact.support]
    sides = [
        (
            found,
            _texts(found.fact.subject, found.subject_phrases, keys),
            _texts(found.fact.object, found.object_phrases, keys),
        )
        for found in stated
    ]
    nodes = _nodes(store, {text for _, *both in sides for texts in both for text in texts})
    for found, subjects, objects in sides:
        seen: set[int] = set()
        ways = ((subjects, objects), (objects, subjects)) if found.fact.symmetric else None
        for starts, ends in ways or ((subjects, objects),):
            for kind, source in _all_nodes(starts, nodes):
                target = _best_node(ends, nodes, kind)
                if target is not None and target != source and source not in seen:
                    seen.add(source)
                    yield source, found.fact.id, target


def _texts(name: str, phrases: Counter[int], keys: Mapping[int, str]) -> list[str]:
    """Return the texts that an argument's node may have, its own name first, then by frequency."""
    ranked = sorted((-n, keys[i]) for i, n in phrases.items())
    return list(dict.fromkeys((name.lower(), *(key for _, key in ranked))))


def _nodes(store: GraphStore, texts: Iterable[str]) -> dict[str, dict[NodeKind, int]]:
    found: dict[str, dict[NodeKind, int]] = {}
    for kind in (NodeKind.TERM, NodeKind.PHRASE):
        statement = "SELECT text, id FROM node WHERE kind = ? AND text IN (%s)"
        for text, node in store.database.rows_in(statement, sorted(texts), int(kind)):
            found.setdefault(str(text), {})[kind] = as_int(node)
    return found


def _all_nodes(texts: Iterable[str], nodes: NodesOfText) -> Iterator[tuple[NodeKind, int]]:
    for text in texts:
        yield from nodes.get(text, {}).items()


def _best_node(texts: Iterable[str], nodes: NodesOfText, kind: NodeKind) -> int | None:
    """Return the node of the first text that has one, that of a kind if there are two."""
    for text in texts:
        if text in nodes:
            of_kind = nodes[text]
            return of_kind[kind] if kind in of_kind else next(iter(of_kind.values()))
    return None
