"""GraphStore: whole rows in, whole rows out, transactions, and what damage looks like."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tailgraph.errors import ArtifactError, StorageError
from tailgraph.graph import schema
from tailgraph.graph.database import SCHEMA_VERSION, folder_lock
from tailgraph.graph.schema import EdgeKind, NodeKind
from tailgraph.graph.store import GraphStore, SourceRecord
from tailgraph.indexers.tails import BinRule, neighbor_tails


@pytest.fixture
def store(tmp_path: Path):
    """An empty store, open for writing."""
    with GraphStore.create(tmp_path / "knowledge.sqlite") as opened:
        yield opened


def add_terms(store: GraphStore, n: int) -> None:
    """Write n term nodes."""
    store.database.insert(schema.node, [(i, 0, f"t{i}", False, False) for i in range(n)])


def test_the_migrations_make_the_tables_of_the_schema(tmp_path: Path) -> None:
    """Alembic finds no difference between a migrated file and the metadata."""
    with GraphStore.create(tmp_path / "kb.sqlite"):
        pass
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'kb.sqlite'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, schema.metadata) == []
        without_rowid = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%' ORDER BY name"
        ).all()
    engine.dispose()
    expected = ["cluster_member", "edge", "entity", "labeled_cluster", "mention", "term_label"]
    assert [name for (name,) in without_rowid] == expected


def test_rows_come_back_whole(store: GraphStore) -> None:
    """A source record is read as it was written, and moving its watermark replaces it."""
    first = SourceRecord(0, "notes.txt", "auto", "text", "id", 3, "abc", done=False)
    moved = SourceRecord(0, "notes.txt", "auto", "text", "id", 9, "def", done=True)
    with store.transaction():
        store.put_source(first)
        store.put_source(moved)
    assert store.sources() == [moved]


def test_a_transaction_that_fails_leaves_nothing(store: GraphStore) -> None:
    """An error inside the block takes back everything that the block wrote."""

    def fail() -> None:
        with store.transaction():
            add_terms(store, 3)
            store.put_watermark("vocabulary", "x")
            raise KeyError("stop")

    with pytest.raises(KeyError):
        fail()
    assert store.database.count("node") == 0
    assert store.watermark("vocabulary") is None


def test_vectors_come_back_bit_for_bit(store: GraphStore) -> None:
    """Blocks are joined in order, and single vectors are found in the block that holds them."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((7, 5)).astype(np.float32)
    with store.transaction():
        store.append_vectors(NodeKind.PHRASE, np.array([2, 3, 9]), rows[:3])
        store.append_vectors(NodeKind.SENTENCE, np.array([4, 5]), rows[5:])
        store.append_vectors(NodeKind.PHRASE, np.array([11, 12]), rows[3:5])
    nodes, vectors = store.vectors(NodeKind.PHRASE)
    assert nodes.tolist() == [2, 3, 9, 11, 12]
    assert vectors.tobytes() == rows[:5].tobytes()
    found = store.vectors_of(NodeKind.PHRASE, [12, 2, 9, 12])
    assert found.tobytes() == rows[[4, 0, 2, 4]].tobytes()


def test_a_node_without_a_vector_is_named(store: GraphStore) -> None:
    """Asking for a vector that is not stored says which, and what to do."""
    with store.transaction():
        store.append_vectors(NodeKind.TERM, np.array([0, 2]), np.eye(2, dtype=np.float32))
    with pytest.raises(ArtifactError, match="node 1 has no vector"):
        store.vectors_of(NodeKind.TERM, [1])


def test_stored_tails_are_the_graph_that_was_computed(store: GraphStore) -> None:
    """Edges read from the rows and from the snapshot equal the tails, thresholds included."""
    vectors = np.random.default_rng(5).standard_normal((60, 8)).astype(np.float32)
    tails = neighbor_tails(vectors, rule=BinRule(max_count=4, tail_count=2))
    nodes = np.arange(60)
    with store.transaction():
        add_terms(store, 60)
        store.replace_tails(EdgeKind.TERM_TAIL, nodes, tails)
        store.replace_tails(EdgeKind.TERM_TAIL, nodes, tails)
        store.put_graph(store.edges())
    read, snapshot = store.edges(), store.graph()
    for name, array in read.arrays().items():
        assert array.tobytes() == snapshot.arrays()[name].tobytes()
    assert read.indptr.tolist() == tails.indptr.tolist()
    assert read.indices.tolist() == tails.indices.tolist()
    assert read.weights.tobytes() == tails.cosines.tobytes()
    thresholds = store.database.rows("SELECT threshold FROM tail ORDER BY node_id")
    assert [t for (t,) in thresholds] == tails.thresholds.tolist()


def test_snapshots_larger_than_one_part_come_back(store: GraphStore) -> None:
    """Arrays are cut into parts and joined again, whatever their shape and dtype."""
    arrays = {"long": np.arange(1_300_000), "none": np.empty((0, 3), np.float32)}
    with store.transaction():
        store.put_snapshot("arrays", arrays)
    assert store.database.count("snapshot", "name = 'arrays/long'") == 3
    found = store.snapshot("arrays")
    assert found is not None
    assert found["long"].tolist() == arrays["long"].tolist()
    assert found["none"].shape == (0, 3)


def test_the_queries_that_users_wait_for_use_an_index(store: GraphStore) -> None:
    """No look-up by text, place, phrase or source scans a whole table."""
    statements = (
        "SELECT id FROM node WHERE kind = 1 AND text = 'x'",
        "SELECT dst FROM edge WHERE kind = 0 AND src = 5 ORDER BY rank",
        "SELECT id FROM sentence WHERE node_id = 3",
        "SELECT sentence_id FROM mention WHERE phrase_id = 3",
        "SELECT cluster_id FROM cluster_member WHERE node_id = 3",
        "SELECT id FROM phrase WHERE key = 'x'",
        "SELECT data FROM vector_block WHERE kind = 1 AND first_node <= 7",
    )
    for statement in statements:
        plan = store.database.rows(f"EXPLAIN QUERY PLAN {statement}")
        assert all("SEARCH" in str(row[3]) for row in plan), (statement, plan)


def test_a_missing_knowledge_base_says_how_to_build_one(tmp_path: Path) -> None:
    """Opening nothing names the folder and the command."""
    with pytest.raises(ArtifactError, match="tailgraph build"):
        GraphStore.open(tmp_path / "knowledge.sqlite")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Junk is recognised when it is opened, for reading and for writing."""
    path = tmp_path / "knowledge.sqlite"
    path.write_bytes(b"this is not a database at all" * 100)
    with pytest.raises(ArtifactError, match="damaged or not a knowledge base"):
        GraphStore.open(path)
    with pytest.raises(ArtifactError, match="damaged or not a knowledge base"):
        GraphStore.create(path)


def test_another_database_is_left_alone(tmp_path: Path) -> None:
    """A SQLite file of something else is neither opened nor migrated."""
    path = tmp_path / "knowledge.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(ArtifactError, match="schema version none"):
        GraphStore.create(path)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]
    connection.close()


def test_a_newer_schema_asks_for_a_newer_tailgraph(tmp_path: Path) -> None:
    """The message names both versions and the upgrade."""
    path = tmp_path / "knowledge.sqlite"
    GraphStore.create(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(ArtifactError, match=f"9999.*{SCHEMA_VERSION}.*upgrade"):
        GraphStore.open(path)


def test_a_second_writer_is_kept_out(tmp_path: Path) -> None:
    """While a folder is locked, another lock is refused at once."""
    with folder_lock(tmp_path), pytest.raises(StorageError, match="another process"):
        with folder_lock(tmp_path):
            pass
    with folder_lock(tmp_path):
        pass
