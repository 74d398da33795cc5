"""The official client, unmodified, over real HTTP, at its default version and at 2026-03-11."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from notion_client import APIErrorCode, APIResponseError, Client
from notion_client.helpers import collect_paginated_api, is_full_page, iterate_paginated_api

from connectors.sandbox.build import build_world
from connectors.sandbox.core import World
from connectors.sandbox.server import serving
from tests.sandbox.notion.asking import said


@pytest.fixture(scope="module")
def world() -> World:
    world = build_world()
    world.people.add("Ann", "ann@example.com")
    return world


@pytest.fixture(scope="module")
def url(world: World) -> Iterator[str]:
    with serving(world) as base:
        yield f"{base}/notion"


@pytest.fixture(params=["default", "2026-03-11"])
def client(request: pytest.FixtureRequest, url: str) -> Iterator[Any]:
    options: dict[str, Any] = {} if request.param == "default" else {"notion_version": request.param}
    with Client(auth="ntn_x", base_url=url, retry=False, **options) as client:
        yield client


@pytest.fixture
def source(client: Any, world: World) -> str:
    made = client.databases.create(
        parent={"type": "page_id", "page_id": world.notion.shared_page_id}, title=said("Media"),
        initial_data_source={"properties": {
            "Name": {"title": {}}, "Kind": {"select": {"options": [{"name": "film"}, {"name": "song"}]}},
            "Landmark": {"rich_text": {}},
        }},
    )  # fmt: skip
    return str(made["data_sources"][0]["id"])


def test_the_client_reads_and_queries(client: Any, source: str) -> None:
    assert [user["name"] for user in client.users.list()["results"]] == ["Handrail", "Ann"]
    for name, kind in (("One", "film"), ("Two", "song"), ("Three", "film")):
        properties = {"Name": {"title": said(name)}, "Kind": {"select": {"name": kind}},
                      "Landmark": {"rich_text": said("Bridge")}}  # fmt: skip
        page = client.pages.create(parent={"data_source_id": source}, properties=properties)
        assert is_full_page(page)
    bridge = {"property": "Landmark", "rich_text": {"contains": "Bridge"}}
    assert len(client.data_sources.query(data_source_id=source, filter=bridge)["results"]) == 3
    films = {"property": "Kind", "select": {"equals": "film"}}
    every = collect_paginated_api(client.data_sources.query, data_source_id=source, filter=films, page_size=1)
    assert len(every) == 2
    props = client.data_sources.retrieve(source)["properties"]
    only = client.data_sources.query(source, filter_properties=[props["Kind"]["id"]])["results"]
    assert {frozenset(one["properties"]) for one in only} == {frozenset({"Kind"})}
    assert client.search(query="Media")["results"][0]["object"] == "data_source"


def test_the_client_writes_pages_blocks_and_markdown(client: Any, world: World) -> None:
    parent = {"page_id": world.notion.shared_page_id}
    page = client.pages.create(parent=parent, properties={"title": said("Summary")}, markdown="# Hi\n\n- one")
    blocks = list(iterate_paginated_api(client.blocks.children.list, block_id=page["id"], page_size=1))
    assert [block["type"] for block in blocks] == ["heading_1", "bulleted_list_item"]
    client.blocks.children.append(page["id"], children=[{"paragraph": {"rich_text": said("end")}}])
    client.blocks.update(blocks[1]["id"], bulleted_list_item={"rich_text": said("two")})
    client.blocks.delete(blocks[0]["id"])
    assert client.pages.retrieve_markdown(page["id"])["markdown"] == "- two\nend"
    body = {"new_str": "# Whole\n- two"}
    told = client.pages.update_markdown(page["id"], type="replace_content", replace_content=body)
    assert told["markdown"] == "# Whole\n- two"
    assert client.blocks.retrieve(blocks[1]["id"])["in_trash"] is False
    assert client.pages.update(page["id"], icon={"emoji": "🔥"})["icon"]["emoji"] == "🔥"
    assert client.pages.properties.retrieve(page["id"], "title")["results"][0]["title"]["plain_text"] == "Summary"
    comment = client.comments.create(parent={"page_id": page["id"]}, rich_text=said("hello"))
    assert client.comments.list(block_id=page["id"])["results"][0]["id"] == comment["id"]
    assert client.pages.update(page["id"], in_trash=True)["in_trash"] is True


def test_the_client_sends_a_file(client: Any) -> None:
    upload = client.file_uploads.create(mode="single_part", filename="a.txt", content_type="text/plain")
    sent = client.file_uploads.send(upload["id"], file=("a.txt", b"hello", "text/plain"))
    assert (sent["status"], sent["content_length"]) == ("uploaded", 5)


def test_the_client_understands_our_errors(client: Any, url: str) -> None:
    with pytest.raises(APIResponseError) as caught:
        client.pages.retrieve("00000000-0000-0000-0000-000000000000")
    error: Any = caught.value
    assert (error.code, error.status) == (APIErrorCode.ObjectNotFound, 404)
    assert error.additional_data == {"integration_id": client.users.me()["id"]}
    assert error.headers["x-notion-request-id"] == error.request_id
    with pytest.raises(APIResponseError) as caught:
        client.request(path="invalid", method="GET")
    assert caught.value.code == APIErrorCode.InvalidRequestURL
    headers = {"Authorization": "Bearer as:Nobody", "Notion-Version": "2026-03-11"}
    assert httpx.get(f"{url}/v1/users/me", headers=headers).status_code == 401


def test_property_ids_arrive_encoded_once_more(client: Any, world: World, source: str) -> None:
    """Ids with percent signs come through paths and queries however a client encodes them."""
    props = client.data_sources.retrieve(source)["properties"]
    page = client.pages.create(parent={"data_source_id": source}, properties={"Landmark": {"rich_text": said("x")}})
    for prop in props.values():
        assert client.pages.properties.retrieve(page["id"], prop["id"]) is not None
        shown = client.pages.retrieve(page["id"], filter_properties=[prop["id"]])
        assert list(shown["properties"]) == [prop["name"]]
