"""The tables, once for SQLite and PostgreSQL. Instants are microseconds since 1970 in UTC; `*_json` is JSON text."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

HEAD = "0006"
"""The migration that brings a database to this schema."""

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ROW_ID = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, *, null: bool = False, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=null)


def _instant(name: str, *, null: bool = False, key: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=null, autoincrement=False)


# ---- facts ---------------------------------------------------------------------------------------------------

ITEM = Table(
    "item", METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    _text("source"), _text("remote"), _text("scope"),
    _text("kind"), _text("title"), _text("url"),
    _instant("created_at"), _instant("modified_at"), _text("version"),
    _text("placements_json"), _text("created_by", null=True), _text("owner", null=True), _text("helpers_json"),
    Column("completed", Boolean, nullable=False), _instant("completed_at", null=True),
    _text("approval", null=True), _text("due", null=True), _text("start", null=True), _text("parent", null=True),
    Column("subtasks", BigInteger, nullable=False), _text("tags_json"), _text("waits_for_json"),
    _text("fields_json"), _text("links_json"), _text("presence"),
    _text("history_version", null=True),  # the version whose history is kept; null: none is
    _instant("seen_at", null=True),  # when a vendor without history last showed it
    Column("change", BigInteger, nullable=False),  # grows whenever the item or its events change
    UniqueConstraint("source", "remote"),
)  # fmt: skip

EVENT = Table(
    "event", METADATA,
    Column("item", ROW_ID, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    _instant("at", key=True), Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _text("source_id", key=True), _text("kind"), _text("field"), _text("field_name"), _text("container"),
    _text("old", null=True), _text("new", null=True), _text("old_text", null=True), _text("new_text", null=True),
    _text("actor", null=True), _text("actor_kind"), _instant("not_before", null=True),
    Column("approximate", Boolean, nullable=False), Column("change", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip

PERSON = Table(
    "person", METADATA,
    _text("source", key=True), _text("remote", key=True), _text("name"), _text("email", null=True), _text("kind"),
    Column("active", Boolean, nullable=False),
    Column("known", Boolean, nullable=False),  # false: only met in items and events, the vendor never told more
)  # fmt: skip

CONTAINER = Table(
    "container", METADATA,
    _text("source", key=True), _text("remote", key=True), _text("name"), _text("url"), _text("role"),
    Column("private", Boolean, nullable=True), _text("columns_json"), _text("fields_json"), _text("shut", null=True),
)  # fmt: skip

COLUMN = Table(  # every column ever met, so that a deleted section still has its name
    "column_met", METADATA,
    _text("source", key=True), _text("container", key=True), _text("remote", key=True), _text("name"),
    Column("listed", Boolean, nullable=False),
)  # fmt: skip

FIELD = Table(  # every field ever met in a container, an item or an event
    "field_met", METADATA,
    _text("source", key=True), _text("remote", key=True), _text("name"),
)  # fmt: skip

OWN_ROW = Table(
    "own_row", METADATA,
    _text("source", key=True), _text("remote", key=True), _text("key"), _text("url"), _text("values_json"),
    _instant("edited_at"), _text("edited_by", null=True), Column("trashed", Boolean, nullable=False),
    Index(None, "source", "key"),
)  # fmt: skip

CURSOR = Table(
    "cursor", METADATA,
    _text("source", key=True), _text("scope", key=True), _text("name"), _text("cursor"),
    _instant("began_at", null=True), _instant("heard_at", null=True),
    Column("complete", Boolean, nullable=False),  # the last page of a pull has been kept
)  # fmt: skip

MEMORY = Table(
    "memory", METADATA, _text("source", key=True), _text("key", key=True), _text("value"),
)  # fmt: skip

READ_WHOLE = Table(  # as of when a run last read every scope of a source to its end
    "read_whole", METADATA, _text("source", key=True), _instant("at"),
)  # fmt: skip

COUNTER = Table(
    "counter", METADATA, _text("name", key=True), Column("value", BigInteger, nullable=False),
)  # fmt: skip

# ---- what we did ---------------------------------------------------------------------------------------------

RUN = Table(
    "run", METADATA,
    _text("id", key=True), _text("kind"), _text("mode"), _instant("as_of", null=True), _text("config_hash"),
    _instant("started_at"), _instant("ended_at", null=True), _text("summary_json", null=True),
)  # fmt: skip

WRITE = Table(
    "write", METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    _text("run"), _text("change_key"), _text("target"), _text("before_json"), _text("after_json"),
    _text("reason"), _text("outcome"), _text("remote"), _text("url"), _text("values_json", null=True),
    _text("version"), _text("note"), _instant("started_at"), _instant("settled_at", null=True),
    _text("change_json", null=True),  # the change as it was sent: what undo needs
    Index(None, "run"), Index(None, "change_key"), Index(None, "target"), Index(None, "outcome"),
)  # fmt: skip

SAID = Table(  # what a target holds because we wrote it, field by field
    "said", METADATA,
    _text("target", key=True), _text("field", key=True), _text("value_json"), _text("run"), _instant("at"),
)  # fmt: skip

MADE = Table(
    "made", METADATA, _text("key", key=True), _text("remote"), _text("url"), _instant("at"),
)  # fmt: skip

FINDING = Table(
    "finding", METADATA,
    _text("key", key=True), _text("rule"), _text("level"), _text("sentence"), _text("sources_json"),
    _instant("since"), _instant("first_seen"), _instant("last_seen"), _instant("closed_at", null=True),
    _text("run"), _text("limit_text"), _text("limit_from"), _text("config_hash"), Index(None, "closed_at"),
)  # fmt: skip

FINDING_CHANGE = Table(
    "finding_change", METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    _text("key"), _text("run"), _instant("at"), _text("what"), _text("level"), Index(None, "key"),
)  # fmt: skip

CALIBRATION = Table(  # limits learned from history, frozen; the newest row of a rule's level is in force
    "calibration", METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    _text("rule"), _text("level"), Column("percent", Integer, nullable=False),
    _text("value", null=True),  # like "2.4wd"; null: too few to learn from, or most have not ended yet
    Column("sample", BigInteger, nullable=False), _text("drawn"), _instant("frozen_at"),
    Index(None, "rule", "level"),
)  # fmt: skip

DECISION = Table(  # what a person decided on a finding's row; `until` a day as ISO 8601, `by` the row's last editor
    "decision", METADATA,
    _text("key", key=True), _text("source"), _text("rule"), _text("word"), _text("until", null=True),
    _text("because"), _text("by", null=True), _instant("at"), _instant("noted_at"),
)  # fmt: skip

# ---- hearing -------------------------------------------------------------------------------------------------

HINT = Table(  # the inbox: items worth reading again, one row each however often they were named
    "hint", METADATA,
    _text("source", key=True), _text("remote", key=True), _instant("first_at"), _instant("last_at"),
    Column("times", BigInteger, nullable=False), Index(None, "first_at"),
)  # fmt: skip

HOOK = Table(  # our webhooks, by the unguessable end of the address they are sent to
    "hook", METADATA,
    _text("path", key=True), _text("source"), _text("scope"), _text("remote", null=True), _text("secret", null=True),
    _text("state"),  # pending, active, gone
    _instant("made_at"), _instant("heard_at", null=True), _instant("checked_at", null=True), _text("note"),
    Index(None, "source", "scope"),
)  # fmt: skip

SLOT = Table(  # scheduled work: the instant that was last due, and when it was done
    "slot", METADATA, _text("name", key=True), _instant("due_at"), _instant("done_at", null=True),
)  # fmt: skip

# ---- sharing -------------------------------------------------------------------------------------------------

LOCK = Table(
    "lock_holder", METADATA,
    _text("name", key=True), _text("host"), Column("pid", BigInteger, nullable=False), _instant("since"),
)  # fmt: skip

PACE = Table(  # GCRA: `turn` is the theoretical arrival time of the next request, in seconds since 1970
    "pace", METADATA,
    _text("key", key=True), Column("turn", Float(53), nullable=False), Column("closed", Float(53), nullable=False),
    Column("learned", Integer, nullable=True),
)  # fmt: skip
