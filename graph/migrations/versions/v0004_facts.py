"""Typed triples and the facts that they come to; what else an open triple says.

Triples that are stored already keep the defaults: their sentences were not asked for these.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_DEFAULTS = (
    ("tense", ""),
    ("adjuncts", "[]"),
    ("condition", ""),
    ("attribution", ""),
    ("predicate", ""),
)


def upgrade() -> None:
    """Give open triples five columns, and create the tables of facts and typed triples."""
    for name, default in _DEFAULTS:
        op.add_column("triple", sa.Column(name, sa.Text(), nullable=False, server_default=default))
    op.create_table(
        "fact",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("symmetric", sa.Boolean(), nullable=False),
        sa.Column("support", sa.Integer(), nullable=False),
        sa.Column("n_documents", sa.Integer(), nullable=False),
        sa.Column("n_negated", sa.Integer(), nullable=False),
        sa.Column("best_confidence", sa.Float(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.UniqueConstraint("subject", "relation", "object", name="uq_fact"),
    )
    op.create_index("ix_fact_object", "fact", ["object"])
    op.create_index("ix_fact_relation", "fact", ["relation"])
    op.create_table(
        "typed_triple",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("sentence_id", sa.Integer(), sa.ForeignKey("sentence.id"), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        *_argument("subject"),
        *_argument("object"),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("trigger_start", sa.Integer(), nullable=False),
        sa.Column("trigger_end", sa.Integer(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("negated", sa.Boolean(), nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("tense", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("components", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("fact_id", sa.Integer(), sa.ForeignKey("fact.id"), nullable=True),
    )
    op.create_index("ix_typed_triple_sentence", "typed_triple", ["sentence_id"])
    op.create_index("ix_typed_triple_fact", "typed_triple", ["fact_id"])


def _argument(name: str) -> list[sa.Column[object]]:
    """Return the columns of one argument: its span, its phrase and its types."""
    phrase = sa.ForeignKey("phrase.id")
    return [
        sa.Column(name, sa.Text(), nullable=False),
        sa.Column(f"{name}_start", sa.Integer(), nullable=False),
        sa.Column(f"{name}_end", sa.Integer(), nullable=False),
        sa.Column(f"{name}_phrase", sa.Integer(), phrase, nullable=True),
        sa.Column(f"{name}_types", sa.Text(), nullable=False),
    ]


def downgrade() -> None:
    """Drop the tables, the edges of facts and the columns."""
    op.drop_table("typed_triple")
    op.drop_table("fact")
    op.execute("DELETE FROM edge WHERE kind = 4")
    op.execute("DELETE FROM step WHERE name = 'facts'")
    with op.batch_alter_table("triple") as table:
        for name, _ in reversed(_DEFAULTS):
            table.drop_column(name)
