"""GraphStore: a whole knowledge base in one SQLite file, the single source of truth.

Many small rows go through the driver in bulk; vectors and the graph's CSR arrays are blobs of a few
MB.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..errors import ArtifactError
from . import schema
from .database import Database, as_bytes, as_int
from .schema import EdgeKind, NodeKind
from .tail_graph import TailGraph

if TYPE_CHECKING:
    from ..indexers.tails import Tails

_PART_BYTES = 4 << 20

Json = dict[str, object]


@dataclass(frozen=True)
class SourceRecord:
    """One source of text, how it is read, and how far it has been read.

    ``digest`` chains the digests of the documents read so far, so that a source that has changed
    since an interrupted build is noticed.
    """

    id: int
    name: str
    layout: str
    text_field: str
    id_field: str
    n_read: int
    digest: str
    done: bool


class GraphStore:
    """What a knowledge base holds, over its `Database`; written inside `transaction` only."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def create(cls, path: Path) -> GraphStore:
        """Create an empty knowledge base file, or open one for writing; see `Database.create`."""
        return cls(Database.create(path))

    @classmethod
    def open(cls, path: Path) -> GraphStore:
        """Open an existing knowledge base file for reading; see `Database.open`."""
        return cls(Database.open(path))

    def close(self) -> None:
        """Close the file; what was not committed is gone."""
        self.database.close()

    def __enter__(self) -> GraphStore:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything written inside the block at once, or nothing of it."""
        with self.database.transaction():
            yield

    # ---- what it was made with, and how far it has come

    def manifest(self) -> Json:
        """Return what the knowledge base was made with."""
        return {
            str(k): json.loads(str(v))
            for k, v in self.database.rows("SELECT key, value FROM manifest")
        }

    def put_manifest(self, values: Mapping[str, object]) -> None:
        """Add or replace manifest entries."""
        self.database.execute_many(
            "INSERT OR REPLACE INTO manifest VALUES (?, ?)",
            [(key, json.dumps(value, sort_keys=True)) for key, value in values.items()],
        )

    def sources(self) -> list[SourceRecord]:
        """Return every source in the order given."""
        return [
            SourceRecord(
                id=as_int(row[0]),
                name=str(row[1]),
                layout=str(row[2]),
                text_field=str(row[3]),
                id_field=str(row[4]),
                n_read=as_int(row[5]),
                digest=str(row[6]),
                done=bool(row[7]),
            )
            for row in self.database.rows("SELECT * FROM source ORDER BY id")
        ]

    def put_source(self, record: SourceRecord) -> None:
        """Add a source or move its watermark."""
        self.database.execute(
            "INSERT OR REPLACE INTO source VALUES (?, ?, ?, ?, ?, ?, ?, ?)", astuple(record)
        )

    def watermark(self, step: str) -> str | None:
        """Return the state that a step over the whole content was last run on."""
        found = self.database.rows("SELECT watermark FROM step WHERE name = ?", (step,))
        return str(found[0][0]) if found else None

    def content_state(self) -> str:
        """Say how much text is stored; the graph is current when it was made of as much."""
        return f"{self.database.next_id('sentence')} sentences"

    def is_finished(self) -> bool:
        """Say whether the graph is that of the text that is stored."""
        return self.watermark("graph") == self.content_state()

    def put_watermark(self, step: str, watermark: str) -> None:
        """Record the state that a step was run on."""
        self.database.execute("INSERT OR REPLACE INTO step VALUES (?, ?)", (step, watermark))

    # ---- vectors

    def append_vectors(
        self, kind: NodeKind, nodes: npt.NDArray[np.int64], vectors: npt.NDArray[np.float32]
    ) -> None:
        """Append one block of vectors, float32 of shape (n_nodes, dim), nodes rising."""
        if not len(nodes):
            return
        ids = np.ascontiguousarray(nodes, dtype="<i8").tobytes()
        data = np.ascontiguousarray(vectors, dtype="<f4").tobytes()
        block = self.database.next_id("vector_block")
        n, dim = vectors.shape
        digest = hashlib.sha256(ids + data).hexdigest()
        row = (block, int(kind), int(nodes[0]), int(nodes[-1]), n, dim, digest, ids, data)
        self.database.insert(schema.vector_block, [row])

    def vectors(self, kind: NodeKind) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Return every node of a kind and its vector: int64 (n,) and float32 (n, dim)."""
        n_rows, dim = self.database.rows(
            "SELECT coalesce(sum(n_rows) FILTER (WHERE kind = ?), 0), coalesce(max(dim), 0) "
            "FROM vector_block",
            (int(kind),),
        )[0]
        nodes = np.empty(as_int(n_rows), np.int64)
        vectors = np.empty((len(nodes), as_int(dim)), np.float32)
        start = 0
        statement = "SELECT nodes, data FROM vector_block WHERE kind = ? ORDER BY id"
        for ids, data in self.database.stream(statement, (int(kind),)):
            block = np.frombuffer(as_bytes(ids), "<i8")
            rows = slice(start, start + len(block))
            nodes[rows] = block
            vectors[rows] = np.frombuffer(as_bytes(data), "<f4").reshape(len(block), -1)
            start += len(block)
        return nodes, vectors

    def vectors_of(self, kind: NodeKind, nodes: Sequence[int]) -> npt.NDArray[np.float32]:
        """Return the vectors of some nodes of one kind, float32 of shape (n_nodes, dim)."""
        found: dict[int, npt.NDArray[np.float32]] = {}
        for node in nodes:
            if node in found:
                continue
            block = self.database.rows(
                "SELECT nodes, data FROM vector_block WHERE kind = ? AND first_node <= ? "
                "ORDER BY first_node DESC LIMIT 1",
                (int(kind), int(node)),
            )
            if block:
                ids = np.frombuffer(as_bytes(block[0][0]), "<i8")
                rows = np.frombuffer(as_bytes(block[0][1]), "<f4").reshape(len(ids), -1)
                wanted = np.isin(ids, np.asarray(nodes))
                found.update(zip(ids[wanted].tolist(), rows[wanted], strict=True))
            if node not in found:
                raise ArtifactError(f"node {node} has no vector; run `tailgraph verify`")
        return np.stack([found[int(node)] for node in nodes])

    # ---- edges

    def replace_tails(self, kind: EdgeKind, nodes: npt.NDArray[np.int64], tails: Tails) -> None:
        """Replace all edges of a tail kind, and the thresholds of its nodes."""
        sources = np.repeat(nodes, np.diff(tails.indptr))
        ranks = np.arange(1, len(sources) + 1) - np.repeat(tails.indptr[:-1], np.diff(tails.indptr))
        self.replace_edges(kind, sources, ranks, nodes[tails.indices], tails.cosines)
        thresholds = zip(nodes.tolist(), tails.thresholds.tolist(), strict=True)
        self.database.execute_many("INSERT OR REPLACE INTO tail VALUES (?, ?)", list(thresholds))

    def replace_mentions(self) -> None:
        """Replace the mention edges: each sentence to its distinct phrases, in order of place."""
        self.database.execute("DELETE FROM edge WHERE kind = ?", (int(EdgeKind.MENTION),))
        self.database.execute(
            "INSERT INTO edge SELECT ?, src, row_number() OVER (PARTITION BY src ORDER BY place), "
            "dst, 1.0 FROM (SELECT s.node_id AS src, p.node_id AS dst, min(m.start) AS place "
            "FROM mention m JOIN sentence s ON s.id = m.sentence_id JOIN phrase p "
            "ON p.id = m.phrase_id WHERE p.node_id IS NOT NULL GROUP BY 1, 2)",
            (int(EdgeKind.MENTION),),
        )

    def replace_edges(
        self,
        kind: EdgeKind,
        sources: npt.NDArray[np.int64],
        ranks: npt.NDArray[np.int64],
        targets: npt.NDArray[np.int64],
        weights: npt.NDArray[np.float32],
    ) -> None:
        """Replace all edges of a kind; the arrays have shape (n_edges,). The snapshot stays."""
        self.database.execute("DELETE FROM edge WHERE kind = ?", (int(kind),))
        portion = 200_000
        for start in range(0, len(sources), portion):
            rows = slice(start, start + portion)
            columns = (sources[rows], ranks[rows], targets[rows], weights[rows])
            values = zip(*(column.tolist() for column in columns), strict=True)
            self.database.insert(schema.edge, ((int(kind), *value) for value in values))

    def edges(self) -> TailGraph:
        """Read the graph from its rows: the truth that the snapshot is held against."""
        fields = np.dtype([("src", "i8"), ("dst", "i8"), ("kind", "u1"), ("weight", "f4")])
        statement = "SELECT src, dst, kind, weight FROM edge ORDER BY src, kind, rank"
        rows = np.fromiter(self.database.stream(statement), fields)
        return TailGraph.from_edges(
            self.database.next_id("node"), rows["src"], rows["dst"], rows["weight"], rows["kind"]
        )

    # ---- snapshots

    def put_graph(self, graph: TailGraph) -> None:
        """Replace the graph's snapshot."""
        self.put_snapshot("graph", graph.arrays())

    def graph(self) -> TailGraph:
        """Return the graph from its snapshot."""
        arrays = self.snapshot("graph")
        if arrays is None:
            raise ArtifactError(
                f"{self.database.path} has no graph yet: "
                "run the same build command again to finish it"
            )
        return TailGraph.from_arrays(arrays)

    def put_snapshot(self, name: str, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Replace a named set of arrays, cut into parts of a few MB."""
        header = {key: [array.dtype.str, list(array.shape)] for key, array in arrays.items()}
        self.database.execute(
            "DELETE FROM snapshot WHERE name = ? OR name LIKE ?", (name, f"{name}/%")
        )
        self.database.insert(schema.snapshot, [(name, 0, json.dumps(header).encode())])
        for key, array in arrays.items():
            data = memoryview(np.ascontiguousarray(array).tobytes())
            starts = range(0, len(data), _PART_BYTES)
            self.database.insert(
                schema.snapshot,
                (
                    (f"{name}/{key}", part, bytes(data[start : start + _PART_BYTES]))
                    for part, start in enumerate(starts)
                ),
            )

    def snapshot(self, name: str) -> dict[str, npt.NDArray[np.generic]] | None:
        """Return a named set of arrays, or None when it was never made."""
        header = self.database.rows(
            "SELECT data FROM snapshot WHERE name = ? AND part = 0", (name,)
        )
        if not header:
            return None
        arrays = {}
        for key, (dtype, shape) in json.loads(as_bytes(header[0][0])).items():
            array = np.empty(shape, np.dtype(dtype))
            view = array.reshape(-1).view(np.uint8)
            start = 0
            statement = "SELECT data FROM snapshot WHERE name = ? ORDER BY part"
            for (data,) in self.database.stream(statement, (f"{name}/{key}",)):
                part = as_bytes(data)
                view[start : start + len(part)] = np.frombuffer(part, np.uint8)
                start += len(part)
            arrays[key] = array
        return arrays
