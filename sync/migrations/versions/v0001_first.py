"""The first schema: facts, ledger, findings, locks and pace."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def _whole(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=null)


def _flag(name: str, *, null: bool = False) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=null)


def upgrade() -> None:
    op.create_table(
        "column_met", _text("source"), _text("container"), _text("remote"), _text("name"), _flag("listed"),
        sa.PrimaryKeyConstraint("source", "container", "remote", name="pk_column_met"),
    )  # fmt: skip
    op.create_table(
        "container", _text("source"), _text("remote"), _text("name"), _text("url"), _text("role"),
        _flag("private", null=True), _text("columns_json"), _text("fields_json"),
        sa.PrimaryKeyConstraint("source", "remote", name="pk_container"),
    )  # fmt: skip
    op.create_table(
        "counter", _text("name"), _whole("value"), sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )  # fmt: skip
    op.create_table(
        "cursor", _text("source"), _text("scope"), _text("name"), _text("cursor"), _whole("began_at", null=True),
        _whole("heard_at", null=True), _flag("complete"),
        sa.PrimaryKeyConstraint("source", "scope", name="pk_cursor"),
    )  # fmt: skip
    op.create_table(
        "field_met", _text("source"), _text("remote"), _text("name"),
        sa.PrimaryKeyConstraint("source", "remote", name="pk_field_met"),
    )  # fmt: skip
    op.create_table(
        "finding", _text("key"), _text("rule"), _text("level"), _text("sentence"), _text("sources_json"),
        _whole("since"), _whole("first_seen"), _whole("last_seen"), _whole("closed_at", null=True), _text("run"),
        sa.PrimaryKeyConstraint("key", name="pk_finding"),
    )  # fmt: skip
    op.create_index("ix_finding_closed_at", "finding", ["closed_at"])
    op.create_table(
        "finding_change", sa.Column("id", ROW_ID, autoincrement=True, nullable=False), _text("key"), _text("run"),
        _whole("at"), _text("what"), _text("level"), sa.PrimaryKeyConstraint("id", name="pk_finding_change"),
    )  # fmt: skip
    op.create_index("ix_finding_change_key", "finding_change", ["key"])
    op.create_table(
        "item", sa.Column("id", ROW_ID, autoincrement=True, nullable=False), _text("source"), _text("remote"),
        _text("scope"), _text("kind"), _text("title"), _text("url"), _whole("created_at"), _whole("modified_at"),
        _text("version"), _text("placements_json"), _text("created_by", null=True), _text("owner", null=True),
        _text("helpers_json"), _flag("completed"), _whole("completed_at", null=True), _text("approval", null=True),
        _text("due", null=True), _text("start", null=True), _text("parent", null=True), _whole("subtasks"),
        _text("tags_json"), _text("waits_for_json"), _text("fields_json"), _text("links_json"), _text("presence"),
        _text("history_version", null=True), _whole("seen_at", null=True), _whole("change"),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sa.UniqueConstraint("source", "remote", name="uq_item_source_remote"),
    )  # fmt: skip
    op.create_table(
        "lock_holder", _text("name"), _text("host"), _whole("pid"), _whole("since"),
        sa.PrimaryKeyConstraint("name", name="pk_lock_holder"),
    )  # fmt: skip
    op.create_table(
        "made", _text("key"), _text("remote"), _text("url"), _whole("at"),
        sa.PrimaryKeyConstraint("key", name="pk_made"),
    )  # fmt: skip
    op.create_table(
        "memory", _text("source"), _text("key"), _text("value"),
        sa.PrimaryKeyConstraint("source", "key", name="pk_memory"),
    )  # fmt: skip
    op.create_table(
        "own_row", _text("source"), _text("remote"), _text("key"), _text("url"), _text("values_json"),
        _whole("edited_at"), _text("edited_by", null=True), _flag("trashed"),
        sa.PrimaryKeyConstraint("source", "remote", name="pk_own_row"),
    )  # fmt: skip
    op.create_index("ix_own_row_source_key", "own_row", ["source", "key"])
    op.create_table(
        "pace", _text("key"), sa.Column("turn", sa.Float(precision=53), nullable=False),
        sa.Column("closed", sa.Float(precision=53), nullable=False),
        sa.Column("learned", sa.Integer(), nullable=True), sa.PrimaryKeyConstraint("key", name="pk_pace"),
    )  # fmt: skip
    op.create_table(
        "person", _text("source"), _text("remote"), _text("name"), _text("email", null=True), _text("kind"),
        _flag("active"), _flag("known"), sa.PrimaryKeyConstraint("source", "remote", name="pk_person"),
    )  # fmt: skip
    op.create_table(
        "run", _text("id"), _text("kind"), _text("mode"), _whole("as_of", null=True), _text("config_hash"),
        _whole("started_at"), _whole("ended_at", null=True), _text("summary_json", null=True),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )  # fmt: skip
    op.create_table(
        "said", _text("target"), _text("field"), _text("value_json"), _text("run"), _whole("at"),
        sa.PrimaryKeyConstraint("target", "field", name="pk_said"),
    )  # fmt: skip
    op.create_table(
        "write", sa.Column("id", ROW_ID, autoincrement=True, nullable=False), _text("run"), _text("change_key"),
        _text("target"), _text("before_json"), _text("after_json"), _text("reason"), _text("outcome"),
        _text("remote"), _text("url"), _text("values_json", null=True), _text("version"), _text("note"),
        _whole("started_at"), _whole("settled_at", null=True), sa.PrimaryKeyConstraint("id", name="pk_write"),
    )  # fmt: skip
    op.create_index("ix_write_change_key", "write", ["change_key"])
    op.create_index("ix_write_outcome", "write", ["outcome"])
    op.create_index("ix_write_run", "write", ["run"])
    op.create_index("ix_write_target", "write", ["target"])
    op.create_table(
        "event", sa.Column("item", ROW_ID, autoincrement=False, nullable=False), _whole("at"), _whole("seq"),
        _text("source_id"), _text("kind"), _text("field"), _text("field_name"), _text("container"),
        _text("old", null=True), _text("new", null=True), _text("old_text", null=True),
        _text("new_text", null=True), _text("actor", null=True), _text("actor_kind"),
        _whole("not_before", null=True), _flag("approximate"), _whole("change"),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name="fk_event_item", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item", "at", "seq", "source_id", name="pk_event"), sqlite_with_rowid=False,
    )  # fmt: skip
