"""Webhooks: the ceremony, signatures, joined events, retries."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from connectors.sandbox.core import Answer, World
from connectors.sandbox.notion import NotionSide
from tests.sandbox.notion.asking import Asker, said


@dataclass
class Ears:
    """A carrier that keeps what was sent and answers with `status`."""

    status: int = 200
    heard: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    def call(self, url: str, headers: Mapping[str, str], body: bytes, timeout: float = 10.0) -> Answer:
        return Answer(self.status)

    def send(
        self, url: str, headers: Mapping[str, str], body: bytes, then: Callable[[Answer], None], sender: str = ""
    ) -> None:
        self.heard.append((headers, body))
        then(Answer(self.status))

    def told(self) -> list[Any]:
        return [json.loads(body) for _, body in self.heard]


@pytest.fixture
def ears(world: World, side: NotionSide, source: str) -> Ears:
    world.carrier = ears = Ears()
    made = side.subscribe("http://127.0.0.1:9/hook")
    assert made.state == "active"
    return ears


def later(world: World, **time: float) -> None:
    world.advance_to(world.now() + timedelta(**time))


def test_the_ceremony_and_signatures(side: NotionSide, world: World, ears: Ears, source: str) -> None:
    token = ears.told()[0]["verification_token"]
    assert token.startswith("secret_")
    side.create_row("Ann", source, {"Name": "x"})
    later(world, seconds=2)
    for headers, body in ears.heard:
        wanted = hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
        assert headers["X-Notion-Signature"] == f"sha256={wanted}"
    assert [one["type"] for one in ears.told()[1:]] == ["page.created"]


def test_a_delivery_names_ids_and_no_values(
    side: NotionSide, ask: Asker, ann: Asker, world: World, ears: Ears, source: str
) -> None:
    row = side.create_row("Ann", source, {"Name": "x"})
    later(world, minutes=1)
    ears.heard.clear()
    shown = ask("PATCH", f"/pages/{row.id}", {"properties": {"Size": {"number": 1}}})["properties"]
    ann("PATCH", f"/pages/{row.id}", {"properties": {"Note": {"rich_text": said("n")}}})
    later(world, seconds=2)
    (event,) = ears.told()
    assert event["type"] == "page.properties_updated"
    assert event["entity"] == {"id": row.id, "type": "page"}
    assert event["data"] == {
        "parent": {"id": side.nodes[source].parent, "type": "database", "data_source_id": source},
        "updated_properties": [shown["Size"]["id"], shown["Note"]["id"]],
    }
    assert [author["type"] for author in event["authors"]] == ["bot", "person"]
    assert (event["attempt_number"], event["integration_id"]) == (1, ask("GET", "/users/me")["id"])
    assert event["timestamp"].endswith("Z")


def test_created_and_deleted_at_once_is_no_event(side: NotionSide, world: World, ears: Ears, source: str) -> None:
    row = side.create_row("Ann", source, {"Name": "x"})
    side.put_away("Ann", row.id)
    later(world, seconds=5)
    assert len(ears.heard) == 1


def test_kinds_of_events(side: NotionSide, ask: Asker, world: World, ears: Ears, source: str) -> None:
    page = side.create_page("Ann", "p", side.shared_page_id, markdown="a\nb")
    later(world, seconds=5)
    ears.heard.clear()
    side.replace_markdown("Ann", page.id, "a\nc")
    side.change_schema("Ann", source, {"New": {"date": {}}})
    side.comment("Ann", page.id, "hi")
    side.set_marks("Ann", page, is_locked=True)
    later(world, seconds=5)
    side.put_away("Ann", page.id)
    later(world, seconds=5)
    told = {event["type"]: event for event in ears.told()}
    assert set(told) == {
        "page.content_updated", "data_source.schema_updated", "comment.created", "page.locked", "page.deleted",
    }  # fmt: skip
    assert told["page.content_updated"]["data"]["updated_blocks"] == [{"id": page.children[1], "type": "block"}]
    assert told["data_source.schema_updated"]["data"]["updated_properties"][0]["action"] == "created"
    assert told["comment.created"]["data"]["page_id"] == page.id
    assert told["comment.created"]["data"]["parent"] == {"id": page.id, "type": "page"}


def test_what_is_not_shared_is_not_told(side: NotionSide, world: World, ears: Ears) -> None:
    side.create_page("Ann", "Secret")
    later(world, seconds=5)
    assert len(ears.heard) == 1


def test_eight_attempts_over_a_day(side: NotionSide, world: World, ears: Ears, source: str) -> None:
    ears.status = 500
    side.create_row("Ann", source, {"Name": "x"})
    later(world, hours=48)
    told = ears.told()[1:]
    assert [event["attempt_number"] for event in told] == list(range(1, 9))
    assert len({event["id"] for event in told}) == 1


def test_unsubscribed_is_silence(side: NotionSide, world: World, ears: Ears, source: str) -> None:
    side.herald.unsubscribe(side.herald.subscriptions[0].id)
    side.create_row("Ann", source, {"Name": "x"})
    later(world, seconds=5)
    assert len(ears.heard) == 1
