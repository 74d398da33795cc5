"""The five files: columns, order, formats, and rows that hand-made facts lead to."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import polars as pl
import pytest

from connectors.base import History, Page
from connectors.model import Column, Container, Person, Ref
from rules.base import Evidence, Finding, Flow, Hours, Stage, Subject, Terms, Week
from sync.export import export
from sync.store import Store, StoreError
from sync.view import SourceTerms, board
from tests.sync.store.facts import SCOPE, T, at, event, item

COLUMNS = {
    "items": "ref,source,flow,title,url,stage,column,owner,team,created_at,started_at,finished_at,state",
    "events": "ref,at,not_before,kind,field,from,to,actor,actor_kind,approximate,source_id",
    "intervals": "ref,flow,stage,column,entered_at,left_at,elapsed_seconds,working_seconds",
    "handoffs": "ref,flow,by,from,to,given_at,touched_at,ended,elapsed_seconds,working_seconds,cause",
    "findings": "key,rule,level,ref,since,limit,cost_hours,cost_money,sentence",
}
HOURS = Hours("UTC", Week({day: ((time(9), time(17)),) for day in range(5)}))
TERMS = Terms(HOURS, {"launch": Flow("launch", "asana", (Stage("Doing", "active", ("Doing",)),))})
TITLE = '=HYPERLINK("x"), with "quotes"\nand a line, 日本'


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store.open(database_url)
    people = tuple(Person(Ref("asana", id_), name) for id_, name in (("8", "Bo"), ("9", "Ana")))
    columns = (Column("c1", "To do"), Column("c2", "Doing"))
    first = (
        event("a", 0, "created", actor="8", actor_kind="person"),
        event("b", 0, "transition", seq=1, container="p", new="c1"),
        event("c", 0, "owner", seq=2, new="8"),
        event("d", 1, "transition", container="p", old="c1", new="c2", actor="8", actor_kind="person"),
        event("e", 1, "transition", seq=1, container="p", old="c2", new="c1", actor="8", actor_kind="person"),
        event("f", 1, "transition", seq=2, container="p", old="c1", new="c2", actor="8", actor_kind="person"),
        event("g", 2, "owner", old="8", new="9", actor="8", actor_kind="person"),
        event("h", 2 + 1 / 3600_000_000, "comment", actor="9", actor_kind="person"),
        event("i", 3, "field", field="5", field_name="Flow status", new="o", new_text="Stuck", actor_kind="own"),
    )
    one = item("10", title=TITLE, owner="9")
    events = tuple(replace(each, ref=one.ref) for each in first)
    opened.keep(Page(
        SCOPE, "1", (one, item("9")), (History(one.ref, events),), people=people,
        containers=(Container(Ref("asana", "p"), "P", columns=columns),),
    ))  # fmt: skip
    yield opened
    opened.close()


def write(store: Store, out: Path, format: str = "csv") -> dict[str, int]:  # noqa: A002
    subject = Subject("item", "asana:10", "Brief")
    facts = (
        Evidence(at(1), "came", "asana:10"),
        Evidence(at(4), "nothing since", "asana:10"),
        Evidence(T, "so many"),
    )
    finding = Finding(
        "k", "stall", "handoff_stall", "breach", subject, T, "It, waits.", "Ask.", "2wd", cost_hours=12345678.5,
        refs=("asana:10", "asana:9"), evidence=facts,
    )  # fmt: skip
    return export(store, board(store, TERMS, [SourceTerms("asana")], at(4)), [finding], out, format)


def rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_columns_that_others_rely_on_come_first_and_in_order(store: Store, tmp_path: Path) -> None:
    assert write(store, tmp_path / "out") == {"items": 2, "events": 9, "intervals": 4, "handoffs": 1, "findings": 1}
    for name, header in COLUMNS.items():
        found = (tmp_path / "out" / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        assert found == header or found.startswith(header + ","), name
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(f"{name}.csv" for name in COLUMNS)


def test_items_are_raw_and_sorted_by_ref(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path)
    one, other = rows(tmp_path, "items")
    assert (one["ref"], other["ref"]) == ("asana:10", "asana:9")
    assert one["title"] == TITLE
    assert (one["flow"], one["stage"], one["column"], one["owner"], one["state"]) == (
        "launch", "Doing", "Doing", "Ana", "open",
    )  # fmt: skip
    assert one["started_at"] == "2026-03-02T10:00:00.000000Z"
    assert (other["column"], other["owner"], other["started_at"], other["finished_at"]) == ("", "", "", "")


def test_every_stored_event_is_there_by_the_names_people_know(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path)
    found = rows(tmp_path, "events")
    assert [one["source_id"] for one in found] == list("abcdefghi")
    assert (found[3]["from"], found[3]["to"], found[3]["actor"]) == ("To do", "Doing", "Bo")
    assert (found[6]["from"], found[6]["to"]) == ("Bo", "Ana")
    assert found[7]["at"] == "2026-03-02T11:00:00.000001Z"
    assert (found[8]["field"], found[8]["to"], found[8]["actor_kind"], found[8]["from"]) == (
        "Flow status", "Stuck", "own", "",
    )  # fmt: skip


def test_intervals_keep_stays_of_no_length(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path)
    found = [(one["column"], one["elapsed_seconds"], one["left_at"] == "") for one in rows(tmp_path, "intervals")]
    assert found == [("To do", "3600", False), ("Doing", "0", False), ("To do", "0", False), ("Doing", "10800", True)]


def test_a_handoff_waits_until_the_receivers_first_touch(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path)
    (one,) = rows(tmp_path, "handoffs")
    assert (one["by"], one["from"], one["to"], one["ended"]) == ("owner", "Bo", "Ana", "picked_up")
    assert (one["elapsed_seconds"], one["working_seconds"], one["cause"]) == ("0.000001", "0.000001", "not known")


def test_findings_and_numbers_in_full(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path)
    (one,) = rows(tmp_path, "findings")
    assert (one["ref"], one["cost_hours"], one["cost_money"], one["sentence"]) == (
        "asana:10", "12345678.5", "", "It, waits.",
    )  # fmt: skip
    happened = [row["source_id"] for row in rows(tmp_path, "events") if row["at"] == "2026-03-02T10:00:00.000000Z"]
    assert happened == ["d", "e", "f"]
    assert one["events"].split() == [f"asana:10/{id_}" for id_ in happened], "in story order, none for what was not"
    assert one["items"].split() == ["asana:10", "asana:9"]


def test_parquet_keeps_types(store: Store, tmp_path: Path) -> None:
    write(store, tmp_path, "parquet")
    for name, header in COLUMNS.items():
        found = pl.read_parquet(tmp_path / f"{name}.parquet")
        assert found.columns[: header.count(",") + 1] == header.split(","), name
    assert pl.read_parquet(tmp_path / "items.parquet")["created_at"][0] - T == timedelta()


def test_a_failed_export_leaves_the_old_file_whole(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, tmp_path)
    before = (tmp_path / "items.csv").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_csv", full)
    with pytest.raises(StoreError, match="No space left"):
        write(store, tmp_path)
    assert (tmp_path / "items.csv").read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob("*.csv*")) == sorted(f"{name}.csv" for name in COLUMNS)
    assert not list(tmp_path.glob(".*"))


def test_bad_places_and_formats_are_refused(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for place in (file, file / "below"):
        with pytest.raises(StoreError, match=r"--out: .* name a folder"):
            write(store, place)
    with pytest.raises(StoreError, match="xlsx is unknown; use csv or parquet"):
        write(store, tmp_path, "xlsx")
