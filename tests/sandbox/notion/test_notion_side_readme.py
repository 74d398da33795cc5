"""What the official client's README shows, example by example, with it unmodified, at both versions it may speak."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from notion_client import (
    DEFAULT_MAX_RETRIES,
    MIN_VIEW_COLUMN_WIDTH,
    APIErrorCode,
    APIResponseError,
    AsyncClient,
    Client,
    RetryOptions,
)
from notion_client.helpers import (
    async_collect_paginated_api,
    async_iterate_paginated_api,
    collect_paginated_api,
    is_full_block,
    is_full_comment,
    is_full_data_source,
    is_full_page,
    is_full_page_or_data_source,
    is_full_user,
    iterate_paginated_api,
)

from connectors.sandbox.core import World
from connectors.sandbox.faults import Fault
from connectors.sandbox.notion import NotionSide
from connectors.sandbox.server import SandboxApp, serving_app
from tests.sandbox.notion.asking import said

COLUMNS = {"Name": {"title": {}}, "Landmark": {"rich_text": {}}, "Seen": {"checkbox": {}}}
WHERE = {"filter": {"property": "Landmark", "rich_text": {"contains": "Bridge"}}}


class Place:
    """A pretend Notion with a table of three rows, and how a client speaks to it."""

    def __init__(self, app: SandboxApp, url: str, options: dict[str, Any]) -> None:
        side = app.world.notion
        self.app, self.page = app, str(side.shared_page_id)
        self.options = {"base_url": f"{url}/notion", **options}
        database = side.create_database("Ann", "Sights", self.page, COLUMNS)
        self.database, self.table = database.id, str(database.sources[0])
        for name in ("Tower Bridge", "Big Ben", "Pont Neuf"):
            side.create_row(
                "Ann", self.table, {"Name": name, "Landmark": "A Bridge" if name != "Big Ben" else "A clock"}
            )

    def client(self, **more: Any) -> Any:
        return Client(**{"auth": os.environ["NOTION_TOKEN"], **self.options, **more})


@pytest.fixture(params=["default", "2026-03-11"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("NOTION_TOKEN", "ntn_x")
    world = World()
    world.people.add("Ann", "ann@example.com")
    world.notion = NotionSide(world)
    app = SandboxApp(world)
    with serving_app(app) as url:
        yield Place(app, url, {} if request.param == "default" else {"notion_version": request.param})
    app.close()


@pytest.fixture
def notion(place: Place) -> Iterator[Any]:
    with place.client() as client:
        yield client


def test_usage_users_are_listed_and_a_table_is_asked(notion: Any, place: Place) -> None:
    listed = notion.users.list()
    assert {user["name"]: user["type"] for user in listed["results"]} == {"Handrail": "bot", "Ann": "person"}
    assert next(user for user in listed["results"] if user["name"] == "Ann")["person"] == {"email": "ann@example.com"}
    my_page = notion.data_sources.query(**{"data_source_id": place.table, **WHERE})
    assert len(my_page["results"]) == 2


def test_usage_in_an_asyncio_environment(place: Place) -> None:
    async def all_of_it() -> tuple[Any, Any, list[Any], list[Any]]:
        async with AsyncClient(auth=os.environ["NOTION_TOKEN"], **place.options) as notion:
            users = await notion.users.list()
            found = await notion.data_sources.query(data_source_id=place.table, **WHERE)
            blocks = [
                one async for one in async_iterate_paginated_api(notion.blocks.children.list, block_id=place.page)
            ]
            rows = await async_collect_paginated_api(
                notion.data_sources.query, data_source_id=place.table, page_size=1
            )
            return users, found, blocks, rows

    users, found, blocks, rows = asyncio.run(all_of_it())
    assert len(users["results"]) == 2
    assert len(found["results"]) == 2
    assert [block["type"] for block in blocks] == ["child_database"]
    assert len(rows) == 3


def test_handling_errors(notion: Any) -> None:
    with pytest.raises(APIResponseError) as caught:
        notion.data_sources.query(**{"data_source_id": "897e5a76-ae52-4b48-9fdf-e71f5945d1af", **WHERE})
    assert caught.value.code == APIErrorCode.ObjectNotFound
    with pytest.raises(APIResponseError) as caught:
        notion.pages.create(parent={"page_id": "no id"}, properties={})
    assert caught.value.code == APIErrorCode.ValidationError


def test_logging(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("readme")
    with caplog.at_level(logging.DEBUG, "readme"), place.client(log_level=logging.DEBUG, logger=logger) as notion:
        notion.users.list()
    assert any("users" in record.getMessage() for record in caplog.records if record.name == "readme")


def test_a_token_for_each_request_where_the_client_has_none(place: Place) -> None:
    with place.client(auth=None) as notion:
        assert notion.users.me(auth="ntn_x")["type"] == "bot"
        with pytest.raises(APIResponseError) as caught:
            notion.users.me()
        assert caught.value.code == APIErrorCode.Unauthorized


@pytest.mark.parametrize(("status", "path"), [("429", "/notion/v1/users"), ("503", "/notion/v1/users")])
def test_automatic_retries(place: Place, status: str, path: str) -> None:
    quick = RetryOptions(max_retries=5, initial_retry_delay_ms=1, max_retry_delay_ms=5)
    place.app.faults.replace([Fault("GET", path, status, count=3)])
    with place.client(retry=quick) as notion:
        assert len(notion.users.list()["results"]) == 2
    place.app.faults.replace([Fault("GET", path, status, count=1)])
    with place.client(retry=False) as notion, pytest.raises(APIResponseError) as caught:
        notion.users.list()
    assert caught.value.status == int(status)
    assert DEFAULT_MAX_RETRIES == 2


def test_a_column_of_a_view_looks_collapsed(notion: Any, place: Place) -> None:
    seen = notion.data_sources.retrieve(place.table)["properties"]["Seen"]["id"]
    narrow = {"property_id": seen, "visible": True, "width": MIN_VIEW_COLUMN_WIDTH}
    view = notion.views.create(
        database_id=place.database, data_source_id=place.table, name="My view", type="table",
        configuration={"type": "table", "properties": [narrow]},
    )  # fmt: skip
    assert (view["object"], view["name"], view["type"]) == ("view", "My view", "table")
    assert MIN_VIEW_COLUMN_WIDTH in [one.get("width") for one in view["configuration"]["properties"]]


def test_full_api_responses(notion: Any, place: Place) -> None:
    pages = notion.data_sources.query(data_source_id=place.table)["results"]
    assert all(is_full_page(page) and is_full_page_or_data_source(page) for page in pages)
    assert all(page["created_time"] for page in pages)
    assert is_full_data_source(notion.data_sources.retrieve(place.table))
    assert all(is_full_block(one) for one in notion.blocks.children.list(place.page)["results"])
    assert is_full_user(notion.users.me())
    comment = notion.comments.create(parent={"page_id": pages[0]["id"]}, rich_text=said("hi"))
    # the helper looks for a `type`, and no comment has one (Notion's own types): ours is like theirs in this
    assert not is_full_comment(comment)
    assert {"id", "parent", "discussion_id", "rich_text", "created_time", "created_by", "display_name"} <= set(
        comment
    )


def test_utility_functions(notion: Any, place: Place) -> None:
    for number in range(3):
        words = [{"paragraph": {"rich_text": said(f"{number}")}}]
        notion.blocks.children.append(place.page, children=words)
    kinds = [
        one["type"] for one in iterate_paginated_api(notion.blocks.children.list, block_id=place.page, page_size=2)
    ]
    assert kinds == ["child_database", "paragraph", "paragraph", "paragraph"]
    assert len(collect_paginated_api(notion.blocks.children.list, block_id=place.page, page_size=3)) == 4


def test_custom_requests_in_small_letters(notion: Any, place: Place) -> None:
    response = notion.request(
        path="comments", method="post",
        body={"parent": {"page_id": place.page}, "rich_text": [{"text": {"content": "Hello, world!"}}]},
    )  # fmt: skip
    assert response["rich_text"][0]["plain_text"] == "Hello, world!"
    assert notion.comments.list(block_id=place.page)["results"][0]["id"] == response["id"]


def test_an_httpx_client_of_ones_own(place: Place) -> None:
    with httpx.Client(trust_env=False) as own, place.client(client=own) as notion:
        assert notion.users.me()["type"] == "bot"
