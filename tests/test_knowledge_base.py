"""The whole: build, resume, add, search, walk, read; on the sample and the embedded models."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError

from tailgraph.building import BuildConfig
from tailgraph.engine.corpus import read_documents
from tailgraph.engine.landmarks import content_terms
from tailgraph.errors import (
    ArtifactError,
    CorpusError,
    NoPathError,
    ParameterError,
    UnknownTermError,
)
from tailgraph.graph.labels import SeedLabels
from tailgraph.graph.schema import EdgeKind, NodeKind
from tailgraph.graph.store import GraphStore
from tailgraph.indexers.tails import BinRule, DensityRule, neighbor_tails
from tailgraph.knowledge_base import KnowledgeBase
from tailgraph.mention_types import pending_sentences, type_mentions

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
    assert len(findings) == 7


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


# ---- answers


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


def test_mentions_are_typed_once_and_kept(sample_kb: KnowledgeBase, tmp_path: Path) -> None:
    """Typing fills every mention, and a second call has nothing to do."""
    shutil.copytree(sample_kb.folder, tmp_path / "kb")
    with KnowledgeBase.open(tmp_path / "kb") as knowledge_base:
        knowledge_base.type_mentions()
        n_typed = knowledge_base.store.database.count("entity")
        assert n_typed == knowledge_base.store.database.count("mention") > 0
        told: list[str] = []
        knowledge_base.type_mentions(progress=lambda stage, done, total: told.append(stage))
        assert told == []
        knowledge_base.__dict__["seeds"] = SeedLabels({"aspirin": ("DRUG",)}, "another list")
        assert pending_sentences(knowledge_base.store, knowledge_base.seeds)[0] == 0
        assert sum(m.n_mentions for m in knowledge_base.mentions(limit=100_000)) == n_typed


def test_types_of_another_label_list_are_taken_back_for_good(
    sample_kb: KnowledgeBase, tmp_path: Path
) -> None:
    """Stopped after the old types were taken back, the next call types every sentence again."""
    shutil.copytree(sample_kb.folder, tmp_path / "kb")
    seeds = SeedLabels({"aspirin": ("DRUG",)}, "a list")
    with GraphStore.create(tmp_path / "kb" / "knowledge.sqlite") as store:
        with store.transaction():
            store.put_watermark("types", "520")
            store.put_manifest({"seed_labels": "that of another list"})
            store.database.execute(
                "CREATE TRIGGER stop BEFORE INSERT ON entity BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        with pytest.raises(IntegrityError):
            type_mentions(store, sample_kb.typer, seeds)
        assert pending_sentences(store, seeds) == (0, 520)


def test_sources_without_a_sentence_are_refused(tmp_path: Path) -> None:
    """White space alone makes no knowledge base, and leaves no folder behind."""
    source = tmp_path / "blank.txt"
    source.write_text("\n\n   \n")
    with pytest.raises(CorpusError):
        KnowledgeBase.build([source], tmp_path / "kb")
    assert not (tmp_path / "kb").exists()
