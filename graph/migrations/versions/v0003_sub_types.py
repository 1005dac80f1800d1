"""Sub-types of typed mentions; what was typed before is typed anew when it is asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Empty the typed mentions, and give them a column for the sub-type."""
    op.execute("DELETE FROM entity")
    op.execute("DELETE FROM step WHERE name = 'types'")
    op.add_column("entity", sa.Column("subtype", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("entity") as table:
        table.drop_column("subtype")
