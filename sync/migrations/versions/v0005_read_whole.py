"""When each source was last read whole: what says after a restart how old the figures are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "read_whole", sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False), sa.PrimaryKeyConstraint("source", name="pk_read_whole"),
    )  # fmt: skip
