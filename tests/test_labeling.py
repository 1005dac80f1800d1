"""The labels of a knowledge base on disk: they outlive additions, crashes and older versions."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from tailgraph.errors import ArtifactError, StorageError
from tailgraph.graph import migrations
from tailgraph.graph.database import folder_lock
from tailgraph.graph.labels.events import Stamp
from tailgraph.graph.labels.proposals import propose_clusters
from tailgraph.graph.labels.seeds import read_labels
from tailgraph.knowledge_base import KnowledgeBase
from tailgraph.labeling import edit_labels
from tailgraph.mention_types import pending_sentences
from tailgraph.opening import bring_up_to_date

TEXT = "Aspirin treats the disease.\nThe kinase binds the receptor in the cell.\n"
MORE = "The drug inhibits the tumor.\n\nBRAF causes melanoma in mice.\n"
MIGRATIONS = Path(migrations.__file__).parent
ANN = Stamp("ann", "2026-11-22T10:00:00+00:00")


@pytest.fixture(scope="module")
def built(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a knowledge base of two sentences, made with the tiny model."""
    folder = tmp_path_factory.mktemp("labeled")
    (folder / "notes.txt").write_text(TEXT)
    KnowledgeBase.build([folder / "notes.txt"], folder / "kb", model=str(tiny_bert)).close()
    return folder / "kb"


@pytest.fixture
def kb(built: Path, tmp_path: Path) -> Path:
    """A copy of it, and beside it more text."""
    (tmp_path / "more.txt").write_text(MORE)
    return Path(shutil.copytree(built, tmp_path / "kb"))


def content_hash(folder: Path) -> str:
    """Return the hash of what a knowledge base holds, after making sure that it is sound."""
    with KnowledgeBase.open(folder) as knowledge_base:
        assert [f for f in knowledge_base.verify() if not f.sound] == []
        return knowledge_base.content_hash()


def make_older(folder: Path) -> None:
    """Take back every migration but the first, to what a version before the labels made."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = sa.create_engine(f"sqlite:///{folder / 'knowledge.sqlite'}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    engine.dispose()


def test_labels_outlive_an_addition_and_are_no_content(kb: Path, tmp_path: Path) -> None:
    """After an addition they are there, and the content is that of a base without labels."""
    twin = shutil.copytree(kb, tmp_path / "twin")
    with edit_labels(kb) as book:
        book.set_label("kinase", ["GENE.ENZYME"], by=ANN)
        cluster = KnowledgeBase.open(kb).clusters()[0]
        book.set_cluster(cluster.key, ["ODD"], by=ANN)
    assert content_hash(kb) == content_hash(twin)
    for folder in (kb, twin):
        KnowledgeBase.add(folder, [tmp_path / "more.txt"]).close()
    assert content_hash(kb) == content_hash(twin)
    with KnowledgeBase.open(kb) as knowledge_base:
        assert knowledge_base.seeds.labels["kinase"] == ("GENE.ENZYME",)
        assert [c.state for c in knowledge_base.labels.clusters()] == ["same"]


def test_labels_outlive_an_interrupted_addition(kb: Path, tmp_path: Path) -> None:
    """While the addition is unfinished they cannot be changed; afterwards they are as before."""
    with edit_labels(kb) as book:
        book.set_label("kinase", ["GENE.ENZYME"], by=ANN)

    def stop(stage: str, n_done: int, n_total: int | None) -> None:
        if stage == "documents":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        KnowledgeBase.add(kb, [tmp_path / "more.txt"], progress=stop)
    with pytest.raises(ArtifactError, match="interrupted"), edit_labels(kb):
        pass
    with KnowledgeBase.add(kb, [tmp_path / "more.txt"]) as knowledge_base:
        assert knowledge_base.seeds.labels["kinase"] == ("GENE.ENZYME",)
        assert len(knowledge_base.labels.history()) == 1


def test_an_older_knowledge_base_gets_the_tables_when_it_is_written(
    kb: Path, tmp_path: Path
) -> None:
    """Reading refuses it and changes nothing; a label or an addition brings it up to date."""
    make_older(kb)
    with pytest.raises(ArtifactError, match=r"0001.*tailgraph add"):
        KnowledgeBase.open(kb)
    other, plain = (shutil.copytree(kb, tmp_path / name) for name in ("other", "plain"))
    bring_up_to_date(plain)
    with edit_labels(kb) as book:
        book.set_label("kinase", ["GENE.ENZYME"], by=ANN)
    assert content_hash(kb) == content_hash(plain)
    with KnowledgeBase.add(other, [tmp_path / "more.txt"]) as knowledge_base:
        assert knowledge_base.labels.history() == []


def test_types_follow_the_labels(kb: Path) -> None:
    """A change makes stored types out of date, and typing again uses the new labels."""
    with KnowledgeBase.open(kb) as knowledge_base:
        assert knowledge_base.seeds.fingerprint == read_labels().fingerprint
        knowledge_base.type_mentions()
        assert pending_sentences(knowledge_base.store, knowledge_base.seeds) == (2, 2)
        with knowledge_base.edit_labels() as book:
            book.set_label("kinase", ["GENE.ENZYME"], by=ANN)
            book.set_label("aspirin", ["ODD"], by=ANN)
        assert knowledge_base.seeds.labels["aspirin"] == ("ODD",)
        assert pending_sentences(knowledge_base.store, knowledge_base.seeds) == (0, 2)
        assert "ODD" in knowledge_base.reader.entity_vectors.labels
        knowledge_base.type_mentions()
        assert pending_sentences(knowledge_base.store, knowledge_base.seeds) == (2, 2)
        stored = knowledge_base.store.manifest()["seed_labels"]
        assert stored == knowledge_base.seeds.fingerprint


def test_labels_of_terms_are_stored_until_the_labels_change(kb: Path) -> None:
    """A second look-up writes nothing; after a change the rows are made anew."""
    with KnowledgeBase.open(kb) as knowledge_base:
        first = knowledge_base.term_labels(term="kinase")
        with folder_lock(kb):
            assert knowledge_base.term_labels(term="kinase") == first
        with knowledge_base.edit_labels() as book:
            book.set_label("kinase", ["ODD"], by=ANN)
        second = knowledge_base.term_labels(term="kinase", source="manual")
        assert [(t.label, t.share) for t in second] == [("ODD", 1.0)]


def test_proposals_are_made_of_the_present_labels(kb: Path) -> None:
    """What the knowledge base proposes is what its store and its entity vectors give."""
    with KnowledgeBase.open(kb) as knowledge_base:
        vectors = knowledge_base.reader.entity_vectors
        expected = propose_clusters(knowledge_base.store, vectors, k=3)
        assert knowledge_base.propose_labels(k=3) == expected


def test_one_person_at_a_time_writes_labels(kb: Path) -> None:
    """While a folder is being written, a second writer is turned away at once."""
    with folder_lock(kb), pytest.raises(StorageError, match="another process"), edit_labels(kb):
        pass


def test_a_folder_without_a_knowledge_base_is_left_alone(tmp_path: Path) -> None:
    """Nothing is created where there is nothing to label."""
    with pytest.raises(ArtifactError, match="no knowledge base"), edit_labels(tmp_path / "none"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM label_event WHERE id = 0", "an event of the labels is missing"),
        ("UPDATE label_event SET target = '9' WHERE id = 2", "had not happened"),
        ("DELETE FROM labeled_cluster WHERE position = 0", "does not have its members"),
    ],
    ids=["event gone", "undo of the future", "member gone"],
)
def test_damaged_labels_are_noticed(kb: Path, statement: str, expected: str) -> None:
    """`verify` follows the events and hashes the labeled clusters again."""
    with KnowledgeBase.open(kb) as knowledge_base:
        key = knowledge_base.clusters()[0].key
        with knowledge_base.edit_labels() as book:
            book.set_label("kinase", ["ODD"], by=ANN)
            book.set_cluster(key, ["ODD"], by=ANN)
            book.undo(by=ANN)
    connection = sqlite3.connect(kb / "knowledge.sqlite")
    connection.execute(statement)
    connection.commit()
    connection.close()
    with KnowledgeBase.open(kb) as knowledge_base:
        [wrong] = [finding for finding in knowledge_base.verify() if not finding.sound]
    assert wrong.check == "labels"
    assert expected in wrong.detail
