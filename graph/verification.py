"""Is a stored knowledge base whole? Each check recomputes what the rows claim."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ..errors import TailgraphError
from . import schema
from .clusters import cluster_signature
from .database import as_bytes, as_int
from .labels.events import read_events, remembered_members
from .schema import CONTENT, TAIL_OF_NODE, EdgeKind
from .store import GraphStore
from .tail_graph import TailGraph


@dataclass(frozen=True)
class Finding:
    """The outcome of one check; ``detail`` says what is wrong, or what was counted."""

    check: str
    sound: bool
    detail: str


def verify_store(store: GraphStore) -> Iterator[Finding]:
    """Yield the outcome of every check, cheapest first."""
    checks: tuple[tuple[str, Callable[[GraphStore], str]], ...] = (
        ("database pages", _pages),
        ("references", _references),
        ("build finished", _finished),
        ("vector blocks", _vector_blocks),
        ("edges", _edges),
        ("graph snapshot", _snapshot),
        ("offsets", _offsets),
        ("facts", _facts),
        ("labels", _labels),
    )
    for name, check in checks:
        try:
            yield Finding(name, True, check(store))
        except (_UnsoundError, TailgraphError) as error:
            yield Finding(name, False, str(error))


def content_hash(store: GraphStore) -> str:
    """Return the sha256 of everything that was read and computed, vectors included.

    Two builds of the same sources by the same model, on the same kind of machine, have the same
    hash, however often they were interrupted. Types, labels and facts, which are made on demand,
    do not count.
    """
    total = hashlib.sha256()
    for table in CONTENT:
        order = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
        total.update(table.name.encode())
        where = f"WHERE kind <> {int(EdgeKind.FACT)}" if table is schema.edge else ""
        for row in store.database.stream(f'SELECT * FROM "{table.name}" {where} ORDER BY {order}'):
            for value in row:
                total.update(_bytes(value))
    return total.hexdigest()


class _UnsoundError(Exception):
    """A check that failed, with what was found."""


def _bytes(value: object) -> bytes:
    """Return an unambiguous byte form: a type mark, a length, the value."""
    if isinstance(value, float):
        body, mark = struct.pack("<d", value), b"f"
    elif isinstance(value, bytes):
        body, mark = value, b"b"
    else:
        body, mark = repr(value).encode(), b"r"
    return mark + struct.pack("<q", len(body)) + body


def _pages(store: GraphStore) -> str:
    found = [str(row[0]) for row in store.database.rows("PRAGMA integrity_check")]
    if found != ["ok"]:
        raise _UnsoundError(f"SQLite reports: {'; '.join(found[:3])}")
    return "SQLite reports no damage"


def _references(store: GraphStore) -> str:
    broken = store.database.rows("PRAGMA foreign_key_check")
    if broken:
        raise _UnsoundError(f"{len(broken)} rows refer to rows that do not exist")
    return "every reference leads to a row"


def _finished(store: GraphStore) -> str:
    if not store.is_finished():
        raise _UnsoundError("the build was interrupted: run the same command again to finish it")
    states = (
        f"{r.name} {'to the end' if r.done else f'up to document {r.n_read}'}"
        for r in store.sources()
    )
    return f"read {', '.join(states)}"


def _vector_blocks(store: GraphStore) -> str:
    n_blocks = n_rows = 0
    statement = "SELECT id, n_rows, digest, nodes, data FROM vector_block ORDER BY id"
    for block, rows, digest, nodes, data in store.database.stream(statement):
        if hashlib.sha256(as_bytes(nodes) + as_bytes(data)).hexdigest() != digest:
            raise _UnsoundError(f"vector block {block} does not have its recorded sha256")
        n_blocks += 1
        n_rows += as_int(rows)
    n_nodes = store.database.count("node")
    if n_rows != n_nodes:
        raise _UnsoundError(f"{n_rows} vectors for {n_nodes} nodes")
    return f"{n_blocks} blocks, {n_rows} vectors, one for each node"


def _edges(store: GraphStore) -> str:
    """Recompute the cosines of a spread of tail edges from the stored vectors."""
    n_checked = 0
    for kind, edge_kind in TAIL_OF_NODE.items():
        nodes, vectors = store.vectors(kind)
        edges = store.database.rows(
            "SELECT src, dst, weight FROM edge WHERE kind = ? AND src % 97 = 0", (int(edge_kind),)
        )
        if not edges:
            continue
        ids = np.array([[as_int(src), as_int(dst)] for src, dst, _ in edges])
        first, second = (vectors[np.searchsorted(nodes, column)] for column in ids.T)
        dots = np.einsum("ij,ij->i", first.astype(np.float64), second.astype(np.float64))
        norms = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
        off = np.abs(dots / norms - np.array([weight for _, _, weight in edges], np.float64))
        if off.max() > 1e-4:
            raise _UnsoundError(f"{int((off > 1e-4).sum())} edges have a wrong cosine")
        n_checked += len(edges)
    return f"{n_checked} cosines recomputed from the vectors"


def _snapshot(store: GraphStore) -> str:
    stored, read = store.graph(), store.edges()
    for name, array in read.arrays().items():
        if not np.array_equal(array, stored.arrays()[name]):
            raise _UnsoundError(f"the snapshot's {name} differ from the edge rows")
    return f"equal to the {TailGraph.from_arrays(read.arrays()).n_edges} edge rows"


def _offsets(store: GraphStore) -> str:
    wrong = store.database.rows(
        "SELECT count(*) FROM sentence s JOIN document d ON d.id = s.document_id "
        "JOIN node n ON n.id = s.node_id WHERE n.text <> replace(replace(substr(d.text, "
        "s.start + 1, s.\"end\" - s.start), char(10), ' '), char(9), ' ')"
    )
    if wrong[0][0]:
        raise _UnsoundError(f"{wrong[0][0]} sentences do not stand where their offsets say")
    return "every sentence stands where its offsets say"


def _labels(store: GraphStore) -> str:
    """Follow the events of the labels, and hash the members of labeled clusters again."""
    events = read_events(store)
    if [event.id for event in events] != list(range(len(events))):
        raise _UnsoundError("an event of the labels is missing")
    if any(e.action == "undo" and not int(e.target) < e.id for e in events):
        raise _UnsoundError("an event of the labels undoes one that had not happened")
    named = {event.target for event in events if event.target_kind == "cluster"}
    for signature, members in remembered_members(store, sorted(named)).items():
        if cluster_signature(members) != signature:
            raise _UnsoundError(f"the labeled cluster {signature} does not have its members")
    return f"{len(events)} events, {len(named)} labeled clusters"


def _facts(store: GraphStore) -> str:
    """Count again what speaks for each fact, and hold its edges and the spans against it."""
    wrong = store.database.rows(
        "SELECT count(*) FROM typed_triple t JOIN sentence s ON s.id = t.sentence_id "
        "JOIN node n ON n.id = s.node_id WHERE "
        "t.subject <> substr(n.text, t.subject_start + 1, t.subject_end - t.subject_start) OR "
        "t.object <> substr(n.text, t.object_start + 1, t.object_end - t.object_start) OR "
        't."trigger" <> substr(n.text, t.trigger_start + 1, t.trigger_end - t.trigger_start)'
    )
    if wrong[0][0]:
        raise _UnsoundError(f"{wrong[0][0]} typed triples do not stand where their offsets say")
    wrong = store.database.rows(
        "SELECT count(*) FROM fact f LEFT JOIN (SELECT t.fact_id, "
        "count(DISTINCT CASE WHEN NOT t.negated THEN t.sentence_id END) AS support, "
        "count(DISTINCT CASE WHEN NOT t.negated THEN s.document_id END) AS n_documents, "
        "count(DISTINCT CASE WHEN t.negated THEN t.sentence_id END) AS n_negated, "
        "max(t.confidence) AS best, max(t.relation) AS relation FROM typed_triple t "
        "JOIN sentence s ON s.id = t.sentence_id GROUP BY t.fact_id) c ON c.fact_id = f.id WHERE "
        "(f.support, f.n_documents, f.n_negated, f.best_confidence, f.relation) IS NOT "
        "(c.support, c.n_documents, c.n_negated, c.best, c.relation)"
    )
    if wrong[0][0]:
        raise _UnsoundError(f"{wrong[0][0]} facts do not say what their sentences come to")
    wrong = store.database.rows(
        "SELECT count(*) FROM edge e LEFT JOIN fact f ON f.id = e.rank - 1 WHERE e.kind = ? "
        "AND (f.id IS NULL OR f.support = 0 OR abs(f.confidence - e.weight) > 1e-6)",
        (int(EdgeKind.FACT),),
    )
    if wrong[0][0]:
        raise _UnsoundError(f"{wrong[0][0]} edges lead along no such fact")
    count = store.database.count
    return f"{count('fact')} facts of {count('typed_triple')} typed triples"
