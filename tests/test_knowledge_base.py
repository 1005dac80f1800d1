"""Builds: what they store, what a kill leaves, what is added; on the sample and small models."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tailgraph.building import BuildConfig
from tailgraph.engine.corpus import read_documents
from tailgraph.errors import (
    ArtifactError,
    CorpusError,
)
from tailgraph.graph.schema import EdgeKind, NodeKind
from tailgraph.indexers.tails import BinRule, DensityRule, neighbor_tails
from tailgraph.knowledge_base import KnowledgeBase

SAMPLE = Path(__file__).resolve().parent.parent / "sample"
SMALL = BuildConfig(block_sentences=8)

KILLED = """
import os, random, signal, sqlite3, sys, time
from tailgraph.building import BuildConfig
from tailgraph.knowledge_base import KnowledgeBase
from tailgraph.mention_types import pending_sentences

out, model, *sources = sys.argv[1:]
chance = random.Random(20)


def state():
    if not os.path.exists(f"{out}/knowledge.sqlite"):
        return ()
    connection = sqlite3.connect(f"{out}/knowledge.sqlite", timeout=10)
    try:
        steps = connection.execute("SELECT name FROM step ORDER BY name").fetchall()
        return (*steps, *connection.execute("SELECT n_read FROM source ORDER BY id").fetchall())
    except sqlite3.OperationalError:
        return ()
    finally:
        connection.close()


seen = {()}
for kill in range(5):
    child = os.fork()
    if not child:
        KnowledgeBase.build(sources, out, model=model, config=BuildConfig(block_sentences=8))
        os._exit(0)
    while state() in seen:
        time.sleep(0.005)
    time.sleep(chance.random() * 0.05)
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, "the build ended before it was killed"
    seen.add(state())
assert len(seen) == 6, "each kill found the build further on"
KnowledgeBase.build(sources, out, model=model, config=BuildConfig(block_sentences=8)).close()
"""
"""Kills the build five times, each time after it has committed something more, and ends it.

Builds run in forks of a process that has imported everything and computed nothing.
"""


@pytest.fixture(scope="module")
def small_sources(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two small files cut from the sample."""
    folder = tmp_path_factory.mktemp("small")
    names = []
    for name in ("medicine", "biology"):
        documents = list(read_documents(SAMPLE / f"{name}.txt"))[:14]
        path = folder / f"{name}.txt"
        path.write_text("\n\n".join(document.text for document in documents) + "\n")
        names.append(str(path))
    return names


@pytest.fixture(scope="module")
def undisturbed(
    small_sources: list[str], tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KnowledgeBase]:
    """Both files built at once by the tiny model, without any interruption."""
    out = tmp_path_factory.mktemp("kb") / "undisturbed"
    with KnowledgeBase.build(small_sources, out, model=str(tiny_bert), config=SMALL) as built:
        yield built


# ---- content


def test_a_build_stores_every_sentence_where_it_stands(sample_kb: KnowledgeBase) -> None:
    """Each sentence of each document is stored with the offsets that the reader gave it."""
    expected = [
        (document.key, start, end, document.text[start:end])
        for name in ("medicine", "biology", "everyday")
        for document in read_documents(SAMPLE / f"{name}.txt")
        for start, end in document.sentences
    ]
    stored = sample_kb.store.database.rows(
        'SELECT d.key, s.start, s."end", n.text FROM sentence s '
        "JOIN document d ON d.id = s.document_id JOIN node n ON n.id = s.node_id ORDER BY s.id"
    )
    assert stored == expected


def test_phrases_seen_twice_and_all_sentences_are_nodes(sample_kb: KnowledgeBase) -> None:
    """A phrase has a node exactly when it was counted twice; counts are those of the mentions."""
    rows = sample_kb.store.database.rows(
        "SELECT p.n_mentions, p.node_id, (SELECT count(*) FROM mention m WHERE m.phrase_id = p.id) "
        "FROM phrase p"
    )
    assert len(rows) > 500
    spans = sample_kb.store.database.rows(
        'SELECT substr(n.text, m.start + 1, m."end" - m.start), p.key FROM mention m '
        "JOIN sentence s ON s.id = m.sentence_id JOIN node n ON n.id = s.node_id "
        "JOIN phrase p ON p.id = m.phrase_id"
    )
    assert all(str(text).lower() == key for text, key in spans)
    assert all(n == counted for n, _, counted in rows)
    assert all((n >= 2) == (node is not None) for n, node, _ in rows)


@pytest.mark.parametrize("kind", [NodeKind.PHRASE, NodeKind.SENTENCE], ids=["phrase", "sentence"])
def test_stored_vectors_are_those_of_the_encoder(sample_kb: KnowledgeBase, kind: NodeKind) -> None:
    """A fresh encoding of the stored texts gives the stored vectors."""
    nodes, vectors = sample_kb.store.vectors(kind)
    column = "n.text" if kind is NodeKind.SENTENCE else "p.surface"
    join = "" if kind is NodeKind.SENTENCE else "JOIN phrase p ON p.node_id = n.id"
    texts = sample_kb.store.database.rows(
        f"SELECT n.id, {column} FROM node n {join} WHERE n.kind = ? ORDER BY n.id", (int(kind),)
    )
    assert [i for i, _ in texts] == nodes.tolist()
    fresh = sample_kb.encoder.encode([str(text) for _, text in texts]).vectors
    np.testing.assert_allclose(vectors, fresh, atol=2e-4)


def test_edges_are_the_tails_of_the_stored_vectors(sample_kb: KnowledgeBase) -> None:
    """Each kind of tail edge is what its rule gives on the vectors of its nodes."""
    rules = {
        NodeKind.TERM: BinRule(),
        NodeKind.PHRASE: DensityRule(),
        NodeKind.SENTENCE: DensityRule(),
    }
    for kind, rule in rules.items():
        nodes, vectors = sample_kb.store.vectors(kind)
        tails = neighbor_tails(vectors, rule=rule)
        graph = sample_kb.graph.only([EdgeKind[f"{kind.name}_TAIL"]])
        assert np.array_equal(np.diff(graph.indptr)[nodes], tails.lengths)
        assert np.array_equal(graph.indices, nodes[tails.indices])


def test_tails_differ_in_length_and_are_not_symmetric(sample_kb: KnowledgeBase) -> None:
    """The graph is directed and each node has a tail of its own: no fixed k, no mirrored edge."""
    for kind in NodeKind:
        graph = sample_kb.walker.tails(kind)
        lengths = np.unique(graph.out_degrees())
        assert len(lengths) > 3
        assert 0.05 < graph.reciprocity() < 0.95


def test_mentions_lead_from_sentences_to_their_phrases(sample_kb: KnowledgeBase) -> None:
    """A mention edge exists exactly where a stored mention has a phrase with a node."""
    graph = sample_kb.graph.only([EdgeKind.MENTION])
    expected = sample_kb.store.database.rows(
        "SELECT DISTINCT s.node_id, p.node_id FROM mention m "
        "JOIN sentence s ON s.id = m.sentence_id JOIN phrase p ON p.id = m.phrase_id "
        "WHERE p.node_id IS NOT NULL"
    )
    found = set(zip(graph.sources.tolist(), graph.indices.tolist(), strict=True))
    assert found == set(expected)


def test_verify_finds_nothing_wrong(sample_kb: KnowledgeBase) -> None:
    """Every check of a fresh knowledge base passes."""
    findings = list(sample_kb.verify())
    assert [f.check for f in findings if not f.sound] == []
    assert len(findings) == 9


# ---- killed, resumed, added


def test_a_killed_build_goes_on_and_ends_the_same(
    small_sources: list[str], undisturbed: KnowledgeBase, tiny_bert: Path, tmp_path: Path
) -> None:
    """Killed at five random points, the same command ends with the same content hash."""
    out = tmp_path / "killed"
    command = [sys.executable, "-c", KILLED, str(out), str(tiny_bert), *small_sources]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    with KnowledgeBase.open(out) as resumed:
        assert resumed.content_hash() == undisturbed.content_hash()


def test_building_then_adding_equals_building_at_once(
    small_sources: list[str], undisturbed: KnowledgeBase, tiny_bert: Path, tmp_path: Path
) -> None:
    """Build A then add B has the content of build A B, vectors included."""
    model = str(tiny_bert)
    KnowledgeBase.build(small_sources[:1], tmp_path / "kb", model=model, config=SMALL).close()
    with KnowledgeBase.add(tmp_path / "kb", small_sources[1:]) as grown:
        assert grown.content_hash() == undisturbed.content_hash()
        assert [record.done for record in grown.store.sources()] == [True, True]


def test_adding_the_same_text_again_changes_nothing(
    small_sources: list[str], tiny_bert: Path, tmp_path: Path
) -> None:
    """Documents that are stored are passed over and counted."""
    with KnowledgeBase.build(small_sources[:1], tmp_path / "kb", model=str(tiny_bert)) as first:
        before = first.content_hash()
    with KnowledgeBase.add(tmp_path / "kb", small_sources[:1]) as again:
        assert again.content_hash() == before
        assert again.report is not None
        assert (again.report.n_documents, again.report.n_already_present) == (0, 14)


def test_a_document_whose_key_is_taken_by_another_text_is_kept(
    tiny_bert: Path, tmp_path: Path
) -> None:
    """Two files of the same name and different text are two documents."""
    for folder, text in (("a", "Aspirin lowers fever."), ("b", "Rain fell on the hills all day.")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "note.txt").write_text(text + "\n")
    first = [tmp_path / "a" / "note.txt"]
    KnowledgeBase.build(first, tmp_path / "kb", model=str(tiny_bert)).close()
    with KnowledgeBase.add(tmp_path / "kb", [tmp_path / "b" / "note.txt"]) as both:
        keys = [key for (key,) in both.store.database.rows("SELECT key FROM document ORDER BY id")]
    assert len(keys) == 2
    assert keys[1] == f"{keys[0]}~2"


def test_a_source_that_changed_since_the_interruption_is_noticed(
    tiny_bert: Path, tmp_path: Path
) -> None:
    """A build does not go on over text that is no longer what it was."""
    source = tmp_path / "notes.txt"
    source.write_text("\n\n".join(f"Sentence number {i} is here." for i in range(30)))
    config, model = BuildConfig(block_sentences=10), str(tiny_bert)

    def stop(stage: str, n_done: int, n_total: int | None) -> None:
        if stage == "documents" and n_done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        KnowledgeBase.build([source], tmp_path / "kb", model=model, config=config, progress=stop)
    source.write_text(source.read_text().replace("number 3 ", "number three "))
    with pytest.raises(ArtifactError, match="has changed since the interrupted build read 20"):
        KnowledgeBase.build([source], tmp_path / "kb", model=model, config=config)


def test_an_unfinished_build_is_not_opened(tiny_bert: Path, tmp_path: Path) -> None:
    """Opening says that the same command has to be run again."""
    source = tmp_path / "notes.txt"
    source.write_text("\n\n".join(f"Sentence number {i} is here." for i in range(30)))

    def stop(stage: str, n_done: int, n_total: int | None) -> None:
        if stage == "documents":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        KnowledgeBase.build(
            [source], tmp_path / "kb", model=str(tiny_bert), config=SMALL, progress=stop
        )
    with pytest.raises(ArtifactError, match="was interrupted; run the same command again"):
        KnowledgeBase.open(tmp_path / "kb")


def test_other_sources_are_refused_with_advice(
    small_sources: list[str], tiny_bert: Path, tmp_path: Path
) -> None:
    """A folder that holds one build does not take another."""
    model = str(tiny_bert)
    KnowledgeBase.build(small_sources[:1], tmp_path / "kb", model=model).close()
    with pytest.raises(ArtifactError, match="tailgraph add"):
        KnowledgeBase.build(small_sources[1:], tmp_path / "kb", model=model)


def test_sources_without_a_sentence_are_refused(tmp_path: Path) -> None:
    """White space alone makes no knowledge base, and leaves no folder behind."""
    source = tmp_path / "blank.txt"
    source.write_text("\n\n   \n")
    with pytest.raises(CorpusError):
        KnowledgeBase.build([source], tmp_path / "kb")
    assert not (tmp_path / "kb").exists()
