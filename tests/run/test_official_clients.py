"""What Handrail wrote, read with the vendors' official clients, unmodified, with none of our code between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import asana
import pytest
from notion_client import Client
from notion_client.helpers import collect_paginated_api

from tests.run.worlds import Rig, rig

OWN = ("Flow status", "Waiting since", "Waiting on")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("official")) as one:
        assert one.run().troubles == []
        yield one


@pytest.fixture
def asana_client(ran: Rig) -> Iterator[Any]:
    configuration = asana.Configuration()
    configuration.access_token, configuration.host = "as:Lena", f"{ran.url}/asana/api/1.0"
    client = asana.ApiClient(configuration)
    yield client
    client.pool.close()
    client.pool.join()


@pytest.fixture
def notion(ran: Rig) -> Iterator[Any]:
    with Client(auth="as:Lena", base_url=f"{ran.url}/notion", notion_version="2026-03-11") as client:
        yield client


def _project(client: Any) -> str:
    workspace = next(iter(asana.WorkspacesApi(client).get_workspaces({})))["gid"]
    (project,) = asana.ProjectsApi(client).get_projects({"workspace": workspace, "opt_fields": "name"})
    assert project["name"] == "log"
    return str(project["gid"])


def _fields(client: Any) -> dict[str, dict[str, Any]]:
    """Task name → our field's name → the field as the client gives it."""
    asked = "name," + ",".join(
        f"custom_fields.{one}" for one in ("name", "display_value", "enum_value.name", "date_value")
    )
    tasks = asana.TasksApi(client).get_tasks_for_project(_project(client), {"limit": 3, "opt_fields": asked})
    return {
        task["name"]: {field["name"]: field for field in task["custom_fields"] if field["name"] in OWN}
        for task in tasks
    }


def _below(notion: Any, ran: Rig, kind: str) -> dict[str, str]:
    """What hangs under the shared page: title → id."""
    blocks = collect_paginated_api(notion.blocks.children.list, block_id=ran.world.notion.shared_page_id)
    return {block[kind]["title"]: block["id"] for block in blocks if block["type"] == kind}


def _rows(notion: Any, ran: Rig) -> list[dict[str, Any]]:
    table = notion.databases.retrieve(_below(notion, ran, "child_database")["Handrail findings"])
    source = table["data_sources"][0]["id"]
    return list(collect_paginated_api(notion.data_sources.query, data_source_id=source, page_size=2))


def test_the_asana_client_reads_the_status_on_the_tasks(ran: Rig, asana_client: Any) -> None:
    fields = _fields(asana_client)
    assert len(fields) == 6
    assert all(set(own) == set(OWN) for own in fields.values())
    marked = {name: own for name, own in fields.items() if own["Flow status"]["enum_value"]}
    assert len(marked) >= 2
    for own in marked.values():
        assert own["Flow status"]["enum_value"]["name"] in ("Waiting for a first look", "Stalled")
        assert own["Waiting since"]["date_value"]["date"].startswith("2026-02-")
        assert own["Waiting on"]["display_value"] == "Kofi"
    assert {name: {key: field["display_value"] for key, field in own.items()} for name, own in fields.items()} == {
        name: {key: told[key] for key in OWN} for name, told in ran.tasks().items()
    }
    settings = asana.CustomFieldSettingsApi(asana_client).get_custom_field_settings_for_project(
        _project(asana_client), {"opt_fields": "custom_field.name,custom_field.has_notifications_enabled"}
    )
    ours = [one["custom_field"] for one in settings if one["custom_field"]["name"] in OWN]
    assert [field["has_notifications_enabled"] for field in ours] == [False] * 3


def test_the_notion_client_reads_a_row_for_each_finding(ran: Rig, notion: Any, asana_client: Any) -> None:
    rows = [row["properties"] for row in _rows(notion, ran)]
    said = ran.run().judgement.said
    assert sorted(row["Key"]["rich_text"][0]["plain_text"] for row in rows) == sorted(one.key for one in said)
    for row in rows:
        what = "".join(part["plain_text"] for part in row["What"]["rich_text"])
        assert any(what == one.sentence for one in said)
        assert row["State"]["select"]["name"] == "Open"
        assert row["Since"]["date"]["start"].startswith("2026-02-")
        gid = row["Link"]["url"].rsplit("/", 1)[1]
        assert asana.TasksApi(asana_client).get_task(gid, {"opt_fields": "name"})["name"] in what


def test_the_notion_client_reads_the_page(ran: Rig, notion: Any) -> None:
    page = _below(notion, ran, "child_page")["Where the machine is leaking"]
    text = notion.pages.retrieve_markdown(page)["markdown"]
    assert text.startswith("As of Monday, 2 March 2026")
    assert "## What leaks" in text
    assert "Whose turn it is" in text
    assert "Kofi" not in text  # a page names no people unless the config says so
    types = {block["type"] for block in collect_paginated_api(notion.blocks.children.list, block_id=page)}
    assert {"heading_2", "bulleted_list_item", "table", "paragraph"} <= types


def test_what_a_newcomer_writes_with_them_is_read_by_the_next_run(ran: Rig, asana_client: Any, notion: Any) -> None:
    name = next(name for name, own in sorted(_fields(asana_client).items()) if own["Flow status"]["enum_value"])
    gid = next(task.gid for task in ran.world.asana.state.tasks.values() if task.name == name)
    asana.StoriesApi(asana_client).create_story_for_task({"data": {"text": "any news?"}}, gid, {})
    body = {"data": {"name": "A brief of today", "projects": [_project(asana_client)], "assignee": "me"}}
    made = asana.TasksApi(asana_client).create_task(body, {"opt_fields": "assignee.name"})
    assert made["assignee"]["name"] == "Lena"
    parent = {"page_id": ran.world.notion.shared_page_id}
    page = notion.pages.create(
        parent=parent, properties={"title": [{"text": {"content": "Notes"}}]}, markdown="# Notes\n\nmine"
    )
    row = _rows(notion, ran)[0]["id"]
    notion.pages.update(row, properties={"Because": {"rich_text": [{"text": {"content": "they know"}}]}})

    soon = ran.now + timedelta(minutes=1)  # the sandbox's clock adds a millisecond a write
    after = ran.run(now=soon)
    assert after.troubles == []
    assert "A brief of today" in after.judgement.board.items["title"]
    assert name in {one.subject.name for one in after.judgement.said}  # a giver's comment ends no wait
    because = {one["id"]: one["properties"]["Because"]["rich_text"] for one in _rows(notion, ran)}[row]
    assert because[0]["plain_text"] == "they know"
    assert notion.pages.retrieve_markdown(page["id"])["markdown"] == "# Notes\nmine"
    assert ran.run(now=soon).plan.steps == ()
