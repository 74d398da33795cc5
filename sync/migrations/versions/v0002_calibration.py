"""Learned limits; and with each finding its limit, where that came from, and the config it was found under."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "calibration", sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False), sa.Column("level", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False), sa.Column("value", sa.Text(), nullable=True),
        sa.Column("sample", sa.BigInteger(), nullable=False), sa.Column("drawn", sa.Text(), nullable=False),
        sa.Column("frozen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calibration"),
    )  # fmt: skip
    op.create_index("ix_calibration_rule_level", "calibration", ["rule", "level"])
    for name in ("limit_text", "limit_from", "config_hash"):
        op.add_column("finding", sa.Column(name, sa.Text(), nullable=False, server_default=""))
