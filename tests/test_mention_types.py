"""The types of stored mentions, on the sample and the embedded models."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from tailgraph.graph.labels.seeds import UNTAGGED, SeedLabels
from tailgraph.graph.store import GraphStore
from tailgraph.knowledge_base import KnowledgeBase
from tailgraph.mention_types import pending_sentences, type_mentions


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
        manifest = knowledge_base.store.manifest()
        with GraphStore.create(tmp_path / "kb" / "knowledge.sqlite") as store, store.transaction():
            store.put_manifest({"types_rule": "types-1"})
        assert pending_sentences(knowledge_base.store, knowledge_base.seeds)[0] == 0
        with GraphStore.create(tmp_path / "kb" / "knowledge.sqlite") as store, store.transaction():
            store.put_manifest({"types_rule": manifest["types_rule"]})
        assert pending_sentences(knowledge_base.store, knowledge_base.seeds) == (520, 520)
        knowledge_base.__dict__["seeds"] = SeedLabels({"aspirin": ("DRUG",)}, "another list")
        assert pending_sentences(knowledge_base.store, knowledge_base.seeds)[0] == 0


def test_phrases_that_name_nothing_are_listed_for_themselves(
    sample_kb: KnowledgeBase, tmp_path: Path
) -> None:
    """A mention has the type of its phrase in its sentence, unless no name ends like it."""
    shutil.copytree(sample_kb.folder, tmp_path / "kb")
    with KnowledgeBase.open(tmp_path / "kb") as knowledge_base:
        knowledge_base.type_mentions()
        store, untyped = knowledge_base.store, knowledge_base.seeds.untyped
        rows = store.database.rows(
            'SELECT n.text, e.start, e."end", e.label, e.confidence FROM entity e '
            "JOIN sentence s ON s.id = e.sentence_id JOIN node n ON n.id = s.node_id "
            "ORDER BY s.id, e.start LIMIT 200"
        )
        texts = [str(row[0]) for row in rows]
        spans = [[(int(str(row[1])), int(str(row[2])))] for row in rows]
        typed = knowledge_base.reader.typer.type_spans(texts, spans)
        ends = [entity.text.split()[-1].lower() for [entity] in typed]
        for (*_, label, confidence), [entity], end in zip(rows, typed, ends, strict=True):
            if label != UNTAGGED:
                assert end not in untyped
                assert (label, confidence) == (entity.label, pytest.approx(entity.confidence))
            else:
                assert confidence == 0
        assert {row[3] for row, end in zip(rows, ends, strict=True) if end in untyped} == {UNTAGGED}
        listed = knowledge_base.mentions(limit=100_000)
        left_out = knowledge_base.mentions(label=UNTAGGED, limit=100_000)
        assert UNTAGGED not in {mention.label for mention in listed}
        assert {mention.label for mention in left_out} == {UNTAGGED}
        n_mentions = sum(mention.n_mentions for mention in [*listed, *left_out])
        assert n_mentions == store.database.count("mention")


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
            type_mentions(store, sample_kb.reader.typer, seeds)
        assert pending_sentences(store, seeds) == (0, 520)
