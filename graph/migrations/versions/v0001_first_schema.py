"""The first schema: documents, nodes, vectors, edges, clusters, mentions, triples, entities."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "manifest",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("text_field", sa.Text(), nullable=False),
        sa.Column("id_field", sa.Text(), nullable=False),
        sa.Column("n_read", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "step",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("watermark", sa.Text(), nullable=False),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("source.id"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_table(
        "node",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("has_unknown", sa.Boolean(), nullable=False),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("kind", "text", name="uq_node_kind_text"),
    )
    op.create_table(
        "term",
        sa.Column("node_id", sa.Integer(), sa.ForeignKey("node.id"), primary_key=True),
        sa.Column("bias", sa.Float(), nullable=False),
        sa.Column("is_piece", sa.Boolean(), nullable=False),
        sa.Column("is_special", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "sentence",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("document_id", sa.Integer(), sa.ForeignKey("document.id"), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Integer(), sa.ForeignKey("node.id"), nullable=False),
    )
    op.create_index("ix_sentence_node", "sentence", ["node_id"])
    op.create_index("ix_sentence_document", "sentence", ["document_id"])
    op.create_table(
        "phrase",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("n_mentions", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Integer(), sa.ForeignKey("node.id"), nullable=True),
    )
    op.create_index("ix_phrase_node", "phrase", ["node_id"])
    op.create_table(
        "mention",
        sa.Column("sentence_id", sa.Integer(), sa.ForeignKey("sentence.id"), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("phrase_id", sa.Integer(), sa.ForeignKey("phrase.id"), nullable=False),
        sa.PrimaryKeyConstraint("sentence_id", "start", "end"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_mention_phrase", "mention", ["phrase_id"])
    op.create_table(
        "triple",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("sentence_id", sa.Integer(), sa.ForeignKey("sentence.id"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_start", sa.Integer(), nullable=False),
        sa.Column("subject_end", sa.Integer(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("relation_start", sa.Integer(), nullable=False),
        sa.Column("relation_end", sa.Integer(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("object_start", sa.Integer(), nullable=False),
        sa.Column("object_end", sa.Integer(), nullable=False),
        sa.Column("relation_lemma", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("negated", sa.Boolean(), nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
    )
    op.create_index("ix_triple_sentence", "triple", ["sentence_id"])
    op.create_index("ix_triple_relation", "triple", ["relation_lemma"])
    op.create_table(
        "entity",
        sa.Column("sentence_id", sa.Integer(), sa.ForeignKey("sentence.id"), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("types", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sentence_id", "start", "end"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entity_label", "entity", ["label"])
    op.create_table(
        "vector_block",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("first_node", sa.Integer(), nullable=False),
        sa.Column("last_node", sa.Integer(), nullable=False),
        sa.Column("n_rows", sa.Integer(), nullable=False),
        sa.Column("dim", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("nodes", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_vector_block_kind", "vector_block", ["kind", "first_node"])
    op.create_table(
        "tail",
        sa.Column("node_id", sa.Integer(), sa.ForeignKey("node.id"), primary_key=True),
        sa.Column("threshold", sa.Float(), nullable=False),
    )
    op.create_table(
        "edge",
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("src", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("dst", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "src", "rank"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "snapshot",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", "part"),
    )
    op.create_table(
        "cluster",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        sa.Column("pivot", sa.Integer(), sa.ForeignKey("node.id"), nullable=False),
        sa.Column("seed", sa.Integer(), sa.ForeignKey("node.id"), nullable=False),
        sa.Column("strength", sa.Float(), nullable=False),
        sa.Column("deviation", sa.Float(), nullable=False),
    )
    op.create_table(
        "cluster_member",
        sa.Column("cluster_id", sa.Integer(), sa.ForeignKey("cluster.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Integer(), sa.ForeignKey("node.id"), nullable=False),
        sa.PrimaryKeyConstraint("cluster_id", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cluster_member_node", "cluster_member", ["node_id"])


def downgrade() -> None:
    """Drop every table, last first."""
    for name in (
        "cluster_member",
        "cluster",
        "snapshot",
        "edge",
        "tail",
        "vector_block",
        "entity",
        "triple",
        "mention",
        "phrase",
        "sentence",
        "term",
        "node",
        "document",
        "step",
        "source",
        "manifest",
    ):
        op.drop_table(name)
