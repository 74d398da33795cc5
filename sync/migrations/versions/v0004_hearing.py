"""What vendors' webhooks told us, the webhooks themselves, and when scheduled work was last due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "hint", sa.Column("source", sa.Text(), nullable=False), sa.Column("remote", sa.Text(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False), sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "remote", name="pk_hint"),
    )  # fmt: skip
    op.create_index("ix_hint_first_at", "hint", ["first_at"])
    op.create_table(
        "hook", sa.Column("path", sa.Text(), nullable=False), sa.Column("source", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False), sa.Column("remote", sa.Text(), nullable=True),
        sa.Column("secret", sa.Text(), nullable=True), sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False), sa.Column("heard_at", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.BigInteger(), nullable=True), sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_hook"),
    )  # fmt: skip
    op.create_index("ix_hook_source_scope", "hook", ["source", "scope"])
    op.create_table(
        "slot", sa.Column("name", sa.Text(), nullable=False), sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True), sa.PrimaryKeyConstraint("name", name="pk_slot"),
    )  # fmt: skip
