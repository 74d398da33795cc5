"""What a write needs to be taken back; and what people decided about findings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("write", sa.Column("change_json", sa.Text(), nullable=True))
    op.create_table(
        "decision", sa.Column("key", sa.Text(), nullable=False), sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False), sa.Column("word", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=True), sa.Column("because", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True), sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_decision"),
    )  # fmt: skip
