"""Containers whose items take no fields of ours, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("container", sa.Column("shut", sa.Text(), nullable=True))
