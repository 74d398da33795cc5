"""Raw in, golden out; and what real answers from Notion hold is not lost."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Garbled, Rejected
from connectors.notion import mapping, schema, values
from connectors.notion.ids import normal_id
from connectors.notion.options import TableOptions

HERE = Path(__file__).parent
RECORDED = HERE.parents[2] / ".." / "shared" / "recorded" / "notion" / "exchanges.jsonl"
OPTIONS = TableOptions(
    data_source="77777777777747778777777777777777", status="Status", owner="Owner", team="tm", due="Due", link="Link",
    fields=("Tags", "Linked"),
)  # fmt: skip
SCHEMA = schema.schema_of(json.loads((HERE / "data_source.json").read_text()))


@pytest.mark.parametrize("raw", sorted((HERE / "raw").glob("*.json")), ids=lambda path: path.stem)
def test_golden(raw: Path, pytestconfig: pytest.Config) -> None:
    body = json.loads(raw.read_text())
    found: Any
    if raw.stem.startswith("property_"):
        value, text = values.reading(body)
        found = {"value": value, "text": text}
    else:
        found = dataclasses.asdict(mapping.work_item("notion", schema.bind(SCHEMA, OPTIONS, "work"), body))
    shown = json.dumps(found, indent=2, ensure_ascii=False, default=str) + "\n"
    golden = HERE / "expected" / raw.name
    if pytestconfig.getoption("--bless", default=False):
        golden.write_text(shown)
    assert golden.read_text() == shown


def test_every_documented_property_type_has_a_golden_file() -> None:
    seen = {json.loads(raw.read_text())["type"] for raw in (HERE / "raw").glob("property_*.json")}
    documented = {
        "title", "rich_text", "number", "select", "multi_select", "status", "date", "people", "files", "checkbox",
        "url", "email", "phone_number", "formula", "relation", "rollup", "created_time", "created_by",
        "last_edited_time", "last_edited_by", "unique_id", "verification", "place", "button",
    }  # fmt: skip
    assert documented <= seen


def test_versions_differ_when_anything_mapped_differs() -> None:
    raw = json.loads((HERE / "raw" / "row.json").read_text())
    bound = schema.bind(SCHEMA, OPTIONS, "work")
    first = mapping.work_item("notion", bound, raw)
    assert mapping.work_item("notion", bound, raw) == first
    raw["properties"]["Tags"]["multi_select"].pop()
    assert mapping.work_item("notion", bound, raw).version != first.version


def test_a_row_without_its_times_is_garbled_and_named() -> None:
    with pytest.raises(Garbled, match="page 123 is not what Notion documents"):
        mapping.work_item("notion", schema.bind(SCHEMA, OPTIONS, "work"), {"id": "123", "properties": {}})


# ---- the schema and the config -------------------------------------------------------------------------------


def test_every_property_that_does_not_fit_is_named_at_once() -> None:
    wrong = TableOptions(data_source="x", status="Statsu", owner="Name", due="Deadline", fields=("Tags", "Tgas"))
    with pytest.raises(Rejected) as rejected:
        schema.bind(SCHEMA, wrong, "work")
    said = str(rejected.value)
    assert "status = 'Statsu': there is no such property (did you mean 'Status'" in said
    assert "owner = 'Name': it is a title property" in said
    assert "due = 'Deadline'" in said
    assert "fields = 'Tgas': there is no such property (did you mean 'Tags'" in said


def test_a_property_is_found_by_encoded_or_plain_id_and_a_name_goes_first() -> None:
    one = schema.Property("a=b", "x", "number")
    two = schema.Property("zz", "a=b", "number")
    assert schema.Schema("i", "n", "", (one,)).find("a%3Db") is one
    assert schema.Schema("i", "n", "", (one, two)).find("a=b") is two


def test_the_remembered_schema_reads_back_equal_and_knows_when_it_is_old() -> None:
    assert schema.from_text(schema.to_text(SCHEMA)) == SCHEMA
    raw = json.loads((HERE / "raw" / "row.json").read_text())
    assert SCHEMA.fits(raw)
    for change in (
        lambda row: row["properties"].update(State=row["properties"].pop("Status")),
        lambda row: row["properties"]["Status"]["status"].update(id="st-9", name="New"),
        lambda row: row["properties"]["Tags"]["multi_select"][0].update(name="E-mail"),
        lambda row: row["properties"].pop("Tags"),
    ):
        other = json.loads(json.dumps(raw))
        change(other)
        assert not SCHEMA.fits(other)


# ---- ids -----------------------------------------------------------------------------------------------------

ID = "393abc1e-edcd-81a0-9a08-d7413a049dc8"


@pytest.mark.parametrize(
    "text",
    [
        ID,
        ID.upper(),
        "393abc1eedcd81a09a08d7413a049dc8",
        " 393abc1eedcd81a09a08d7413a049dc8\n",
        "https://www.notion.so/acme/Campaign-work-393abc1eedcd81a09a08d7413a049dc8?v=11111111111141118111111111111111",
        "https://app.notion.com/p/Test-2026-07-04-393abc1eedcd81a09a08d7413a049dc8",
        "https://app.notion.com/p/393abc1eedcd81a09a08d7413a049dc8/",
        "https://acme.notion.site/393abc1eedcd81a09a08d7413a049dc8#22222222222242228222222222222222",
        "collection://393abc1e-edcd-81a0-9a08-d7413a049dc8",
    ],
)
def test_an_id_is_found_in_whatever_was_copied(text: str) -> None:
    assert normal_id(text) == ID


@pytest.mark.parametrize("text", ["", "Campaign work", "https://app.notion.com/p/Test", "393abc1eedcd81a0", ID + "0"])
def test_what_holds_no_id_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(Rejected, match="Copy link"):
        normal_id(text)


# ---- real answers --------------------------------------------------------------------------------------------


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded exchanges are not beside this project")
def test_recorded_pages_users_and_schemas_are_read_without_loss() -> None:
    counts = {"page": 0, "user": 0, "data_source": 0}
    for body in _recorded():
        if body.get("object") == "page" and "properties" in body:
            item = mapping.work_item("notion", schema.Binding(schema.Schema("", "", "", ()), "work"), body)
            assert item.title == "".join(part["plain_text"] for part in body["properties"]["title"]["title"])
            assert item.url == body["url"]
            assert (item.presence == "trashed") == body["in_trash"]
        elif body.get("object") == "user":
            person = mapping.person("notion", body, None)
            assert (person.name, person.kind) == (body["name"], body["type"])
            assert person.email == body.get("person", {}).get("email")
        elif body.get("object") == "data_source" and "properties" in body:
            read = schema.schema_of(body)
            assert {(prop.name, prop.type) for prop in read.properties} == {
                (name, prop["type"]) for name, prop in body["properties"].items()
            }
            assert schema.from_text(schema.to_text(read)) == read
        else:
            continue
        counts[body["object"]] += 1
    assert all(counts.values()), counts


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded exchanges are not beside this project")
def test_recorded_times_of_both_kinds_are_instants_in_utc() -> None:
    seen = {body["created_time"][-6:] for body in _recorded() if "created_time" in body}
    assert {text[-1] for text in seen} == {"Z", "0"}
    for body in _recorded():
        if "created_time" in body:
            assert mapping.instant(body["created_time"]).isoformat().endswith("+00:00")


def _recorded() -> list[Any]:
    found: list[Any] = []
    for text in RECORDED.read_text().splitlines():
        exchange = json.loads(text)
        body = exchange["response"]
        if exchange["status"] == 200 and isinstance(body, dict):
            found += [body, *(each for each in body.get("results", ()) if isinstance(each, dict))]
    return found
