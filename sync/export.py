"""The rows behind every figure, as files that a spreadsheet or a notebook reads: raw, whatever the config leaves out.

`ended` of a handoff and `state` of an item are what the rules say; everything else is facts and arithmetic.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import polars as pl
from sqlalchemy import func, select

from rules.base import INSTANT, Board, Finding
from rules.flow import stays
from rules.handoffs import handoff_table
from rules.now import standing
from sync.evidence import traced
from sync.people import accounts, same_people
from sync.store import Store, StoreError
from sync.store.codec import micros
from sync.store.schema import EVENT, ITEM
from sync.stream import frame

Format = Literal["csv", "parquet"]

_EVENTS: Mapping[str, Any] = {
    "ref": pl.String, "at": INSTANT, "not_before": INSTANT, "kind": pl.String, "field": pl.String, "from": pl.String,
    "to": pl.String, "actor": pl.String, "actor_kind": pl.String, "approximate": pl.Boolean, "source_id": pl.String,
    "seq": pl.Int64, "from_id": pl.String, "to_id": pl.String, "actor_id": pl.String, "container": pl.String,
    "field_id": pl.String,
}  # fmt: skip

_FINDINGS: Mapping[str, Any] = {
    "key": pl.String, "rule": pl.String, "level": pl.String, "ref": pl.String, "since": INSTANT, "limit": pl.String,
    "cost_hours": pl.Float64, "cost_money": pl.Float64, "sentence": pl.String, "currency": pl.String,
    "subject": pl.String, "friction_hours": pl.Float64, "friction_money": pl.Float64, "delay_money": pl.Float64,
    "items": pl.String, "events": pl.String,
}  # fmt: skip


def export(
    store: Store,
    board: Board,
    findings: Iterable[Finding],
    out: Path,
    format: str = "csv",  # noqa: A002
    linked: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, int]:
    """Write items, events, intervals, handoffs and findings into the folder `out`; rows by name of file.

    `linked`: by ref, those of the items it is linked to. Each file is replaced whole or not at all. StoreError when
    `out` cannot be a folder or the format is unknown.
    """
    if format not in ("csv", "parquet"):
        raise StoreError(f"--format: {format} is unknown; use csv or parquet")
    try:
        out.mkdir(parents=True, exist_ok=True)
        return {
            name: _write(rows, out / f"{name}.{format}", format)
            for name, rows in _tables(store, board, findings, linked)
        }
    except (FileExistsError, NotADirectoryError):
        raise StoreError(f"--out: {out} is a file, or lies below one; name a folder") from None
    except OSError as error:
        raise StoreError(f"--out: cannot write into {out}: {error.strerror}; name another folder") from error


def _tables(
    store: Store, board: Board, findings: Iterable[Finding], linked: Mapping[str, str]
) -> Iterable[tuple[str, pl.DataFrame]]:  # fmt: skip
    links = pl.DataFrame(list(linked.items()), schema={"ref": pl.String, "linked": pl.String}, orient="row")
    yield "items", items(board).join(links, on="ref", how="left", maintain_order="left")
    yield "events", events(store, board)
    yield "intervals", intervals(board)
    yield "handoffs", handoff_table(board)
    yield "findings", findings_table(traced(store, findings))


def items(board: Board) -> pl.DataFrame:
    """One row an item, sorted by ref."""
    stands = standing(board).select(
        "item", "stage", "column", "started_at", "finished_at", "state", "team", owner="owner_name"
    )
    return (
        board.items.join(stands, on="item", how="left", maintain_order="left")
        .select("ref", "source", "flow", "title", "url", "stage", "column", "owner", "team", "created_at",
                "started_at", "finished_at", "state", "kind", "due", "priority", "presence")
        .sort("ref")
    )  # fmt: skip


def intervals(board: Board) -> pl.DataFrame:
    """One row per stay in a column, sorted by ref and time."""
    rows = stays(board)
    return rows.select(
        board.items["ref"].gather(rows["item"]).alias("ref"), "flow", "stage", pl.col("name").alias("column"),
        "entered_at", "left_at", _seconds("elapsed"), _seconds("working"), pl.col("column").alias("column_id"),
    ).sort("ref", "entered_at", maintain_order=True)  # fmt: skip


def _seconds(name: str) -> pl.Expr:
    return (pl.col(name).dt.total_microseconds() / 1e6).alias(f"{name}_seconds")


def events(store: Store, board: Board) -> pl.DataFrame:
    """One row a stored event up to the board's instant, our own included, sorted by ref and time.

    `from` and `to` as people read them: the names at the time, else today's, else what is stored.
    """
    query = (
        select(
            ITEM.c.source + ":" + ITEM.c.remote, EVENT.c.at, EVENT.c.not_before, EVENT.c.kind,
            func.coalesce(func.nullif(EVENT.c.field_name, ""), EVENT.c.field), EVENT.c.old_text, EVENT.c.new_text,
            EVENT.c.actor, EVENT.c.actor_kind, EVENT.c.approximate, EVENT.c.source_id, EVENT.c.seq, EVENT.c.old,
            EVENT.c.new, EVENT.c.actor, EVENT.c.container, EVENT.c.field,
        ).select_from(EVENT.join(ITEM, ITEM.c.id == EVENT.c.item))
        .where(EVENT.c.at <= micros(board.now), ITEM.c.created_at <= micros(board.now))
    )  # fmt: skip
    with store.engine.connect() as connection:
        rows = frame(connection, query, _EVENTS)
        same = same_people(accounts(connection), board.terms)
    source = pl.col("ref").str.split_exact(":", 1).struct.field("field_0")
    people = board.people.select(key="key", name="name")
    others = pl.DataFrame(list(same.items()), schema={"other": pl.String, "key": pl.String}, orient="row")
    people = pl.concat([people, others.join(people, on="key").select(key="other", name="name")])
    columns = board.columns.select(pl.col("container", "column").cast(pl.String), name="name").unique(
        ["container", "column"]
    )
    for name, id_ in (("from", "from_id"), ("to", "to_id")):
        rows = _named(rows.with_columns(source=source), name, id_, people, columns)
    actor = source + ":" + pl.col("actor_id")
    rows = rows.with_columns(key=actor).join(people, on="key", how="left", maintain_order="left")
    rows = rows.with_columns(actor=pl.coalesce("name", "actor_id"))
    return rows.sort("ref", "at", "seq", maintain_order=True).select(*_EVENTS)


def _named(rows: pl.DataFrame, name: str, id_: str, people: pl.DataFrame, columns: pl.DataFrame) -> pl.DataFrame:
    """The column `name` filled where the vendor told only an id."""
    keyed = rows.with_columns(
        key=pl.when(pl.col("kind") == "owner").then(pl.col("source") + ":" + pl.col(id_)),
        home=pl.when(pl.col("kind") == "transition").then(pl.col("source") + ":" + pl.col("container")),
    )
    keyed = keyed.join(people.rename({"name": "person_name"}), on="key", how="left", maintain_order="left")
    keyed = keyed.join(
        columns.rename({"name": "column_name"}), left_on=["home", id_], right_on=["container", "column"], how="left",
        maintain_order="left",
    )  # fmt: skip
    return keyed.with_columns(pl.coalesce(name, "person_name", "column_name", id_).alias(name)).drop(
        "source", "key", "home", "person_name", "column_name"
    )


def findings_table(findings: Iterable[Finding]) -> pl.DataFrame:
    """One row a finding, sorted by ref and time; `ref` is empty where a finding is about more than one item.

    `items`: the refs that it counts; `events`: what it stands on, as `ref/source_id`; with a blank between them.
    """
    rows = [
        (one.key, one.rule, one.level, one.subject.id if one.subject.kind == "item" else None, one.since, one.limit,
         one.cost_hours, one.cost_money, one.sentence,
         one.currency or next((charge.currency for charge in one.charges if charge.currency), None), one.subject.id,
         _charged(one, "friction", "hours"), _charged(one, "friction", "money"), _charged(one, "delay", "money"),
         " ".join(one.refs), " ".join(f"{fact.ref}/{id_}" for fact in one.evidence for id_ in fact.events))
        for one in findings
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=dict(_FINDINGS), orient="row").sort("ref", "since", "key")


def _charged(finding: Finding, what: str, name: str) -> float | None:
    """One figure of a finding's charges of that sort; None where there is none."""
    return next((getattr(charge, name) for charge in finding.charges if charge.what == what), None)


def _write(rows: pl.DataFrame, path: Path, format: str) -> int:  # noqa: A002
    """Write beside the place and move it there, so that a reader never sees half a file."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        if format == "csv":
            _texts(rows).write_csv(name)
        else:
            rows.write_parquet(name)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return rows.height


def _texts(rows: pl.DataFrame) -> pl.DataFrame:
    """CSV has no types: instants as ISO 8601 in UTC with microseconds, seconds in full, never as 1e5."""
    return rows.with_columns(pl.col(pl.Enum, pl.Categorical).cast(pl.String)).with_columns(
        pl.col(pl.String).replace("", None),  # unknown is empty, and not a quoted nothing
        pl.col(pl.Datetime).dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"),
        *(_decimal(name) for name in rows.columns if name.endswith("_seconds")),
    )


def _decimal(name: str) -> pl.Expr:
    """Seconds exactly to the microsecond, without needless zeros."""
    whole = (pl.col(name) * 1e6).round().cast(pl.Int64)
    digits = (whole % 1_000_000).cast(pl.String).str.zfill(6).str.strip_chars_end("0")
    fraction = pl.when(digits == "").then(pl.lit("")).otherwise(pl.lit(".") + digits)
    return ((whole // 1_000_000).cast(pl.String) + fraction).alias(name)
