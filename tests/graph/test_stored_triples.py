"""Triples in a store: all of their fields come back, also out of a file with an older schema."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import tailgraph.graph.migrations
from tailgraph.engine.corpus import Document
from tailgraph.engine.encoder import Encoded
from tailgraph.errors import ArtifactError
from tailgraph.graph import queries
from tailgraph.graph.ingest import BlockDraft, ReadSentence
from tailgraph.graph.parsing import ParsedSentence
from tailgraph.graph.relations.triples import Adjunct, Span, Triple
from tailgraph.graph.store import GraphStore

TEXT = "Smith said that aspirin inhibited COX in 1971 if given early."
TRIPLE = Triple(
    subject=Span(16, 23, "aspirin"),
    relation=Span(24, 33, "inhibited"),
    object=Span(34, 37, "COX"),
    form="infix",
    rule="verb",
    relation_lemma="inhibit",
    negated=False,
    modality="",
    confidence=0.75,
    path="nsubj<inhibit>obj",
    tense="past",
    adjuncts=(
        Adjunct("time", Span(38, 45, "in 1971")),
        Adjunct("condition", Span(46, 60, "if given early")),
    ),
    condition="if given early",
    attribution="Smith said",
    predicate="inhibited",
)


def encoded(n: int) -> Encoded:
    """Return n unit vectors of four numbers."""
    flags = np.zeros(n, bool)
    return Encoded(np.eye(n, 4, dtype=np.float32), flags, flags, np.ones(n, np.int32))


def test_a_triple_comes_back_as_it_was_read(tmp_path: Path) -> None:
    """Tense, adjuncts, condition and attribution are stored with the rest of a triple."""
    parsed = ParsedSentence(TEXT, (), (), (), (), (), (), ())
    sentence = ReadSentence(0, 0, len(TEXT), parsed, (TRIPLE,))
    document = Document("note", TEXT, ((0, len(TEXT)),))
    with GraphStore.create(tmp_path / "kb.sqlite") as store:
        draft = BlockDraft.plan(store, [("note", document)], [sentence], min_mentions=2)
        with store.transaction():
            store.database.execute("INSERT INTO source VALUES (0, '', '', '', '', 0, '', 0)")
            draft.write(store, 0, encoded(1), encoded(0))
        [found] = queries.triples(store)
    assert found.triple == TRIPLE
    assert found.place.sentence == TEXT


def make_old(path: Path, version: str) -> None:
    """Make a file with an older schema that holds one triple."""
    config = Config()
    config.set_main_option("script_location", str(Path(tailgraph.graph.migrations.__file__).parent))
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        connection.exec_driver_sql("INSERT INTO source VALUES (0, '', '', '', '', 0, '', 1)")
        connection.exec_driver_sql("INSERT INTO document VALUES (0, 0, 'note', '', 'A eats B.')")
        connection.exec_driver_sql("INSERT INTO node VALUES (0, 2, 'A eats B.', 0, 0)")
        connection.exec_driver_sql("INSERT INTO sentence VALUES (0, 0, 0, 9, 0)")
        connection.exec_driver_sql(
            "INSERT INTO triple VALUES (0, 0, 'A', 0, 1, 'eats', 2, 6, 'B', 7, 8, 'eat', 'infix', "
            "'verb', 1, 'may', 0.5, 'nsubj<eat>obj')"
        )
    engine.dispose()


@pytest.mark.parametrize("version", ["0001", "0002", "0003"])
def test_triples_of_an_older_schema_are_kept(tmp_path: Path, version: str) -> None:
    """A reader refuses the old file; after a writer has opened it the new fields are empty."""
    path = tmp_path / "kb.sqlite"
    make_old(path, version)
    with pytest.raises(ArtifactError, match=f"schema version {version}.*up to date"):
        GraphStore.open(path)
    GraphStore.create(path).close()
    with GraphStore.open(path) as store:
        [found] = queries.triples(store)
    expected = Triple(
        subject=Span(0, 1, "A"),
        relation=Span(2, 6, "eats"),
        object=Span(7, 8, "B"),
        form="infix",
        rule="verb",
        relation_lemma="eat",
        negated=True,
        modality="may",
        confidence=0.5,
        path="nsubj<eat>obj",
    )
    assert found.triple == expected
    tables = sqlite3.connect(path).execute("SELECT count(*) FROM fact, typed_triple").fetchall()
    assert tables == [(0,)]
