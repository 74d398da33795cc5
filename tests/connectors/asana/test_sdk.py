"""The SDK on our door: its own I/O is gone, and its traps are stepped around."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.asana.policy import AsanaPolicy
from connectors.asana.sdk import Endpoints
from connectors.errors import Garbled, Missing
from connectors.http import open_door
from tests.connectors.wire import Paced

BASE = "https://asana.test/api/1.0"


class Served:
    """Answers in order, and what was asked."""

    def __init__(self) -> None:
        self.answers: list[httpx.Response] = []
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answers.pop(0)

    def page(self, *gids: str, offset: str | None = None) -> None:
        following = {"offset": offset, "path": "/x", "uri": "https://evil.test/x"} if offset else None
        self.answers.append(httpx.Response(200, json={"data": [{"gid": g} for g in gids], "next_page": following}))


@pytest.fixture
def served() -> Served:
    return Served()


@pytest.fixture
def api(served: Served) -> Iterator[Endpoints]:
    with open_door(BASE, "t0ken", Paced(), AsanaPolicy(), transport=httpx.MockTransport(served)) as door:
        yield Endpoints(door, BASE)


def test_it_starts_no_threads_and_touches_no_loggers(served: Served) -> None:
    loggers = [logging.getLogger("asana"), logging.getLogger("urllib3")]
    before = [(logger.level, list(logger.handlers)) for logger in loggers], threading.active_count()
    with open_door(BASE, "t0ken", Paced(), AsanaPolicy(), transport=httpx.MockTransport(served)) as door:
        endpoints = Endpoints(door, BASE)
        assert ([(logger.level, list(logger.handlers)) for logger in loggers], threading.active_count()) == before
        assert not hasattr(endpoints.tasks.api_client, "pool")
        assert "t0ken" not in json.dumps(vars(endpoints.tasks.api_client), default=repr)


def test_every_page_is_read_once_from_fresh_options(api: Endpoints, served: Served) -> None:
    served.page("1", "2", offset="o1")
    served.page("3", offset="o2")
    served.page("4")
    opts: dict[str, Any] = {"project": "7"}
    assert [one["gid"] for one in api.all(api.tasks.get_tasks, fields="name", **opts)] == ["1", "2", "3", "4"]
    assert [dict(one.url.params) for one in served.asked] == [
        {"project": "7", "opt_fields": "name", "limit": "100", **({"offset": o} if o else {})}
        for o in (None, "o1", "o2")
    ]
    assert {one.url.host for one in served.asked} == {"asana.test"}


def test_names_keep_their_no_break_spaces(api: Endpoints, served: Served) -> None:
    served.answers.append(httpx.Response(200, json={"data": {"gid": "1", "name": "a\u00a0b"}}))
    assert api.one(api.tasks.get_task, "1", fields="name")["name"] == "a\u00a0b"


def test_a_write_sends_its_body_once(api: Endpoints, served: Served) -> None:
    served.answers.append(httpx.Response(201, json={"data": {"gid": "9", "name": "Grün"}}))
    body = {"data": {"name": "Grün"}}
    api.one(api.custom_fields.create_enum_option_for_custom_field, "5", body=body, fields="name")
    request = served.asked[0]
    assert (request.method, request.url.path) == ("POST", "/api/1.0/custom_fields/5/enum_options")
    assert dict(request.url.params) == {"opt_fields": "name"}
    assert json.loads(request.content) == body
    assert request.headers["Content-Type"].startswith("application/json")
    assert request.headers["Authorization"] == "Bearer t0ken"


def test_a_call_is_sent_when_it_is_made(api: Endpoints, served: Served) -> None:
    served.page("1")
    api.all(api.sections.get_sections_for_project, "7", fields="name")
    assert len(served.asked) == 1


def test_our_errors_pass_through_with_asanas_words(api: Endpoints, served: Served) -> None:
    said = {
        "errors": [{"message": "task: Unknown object: 5", "help": "…"}, {"message": "x", "phrase": "6 sad squid"}]
    }
    served.answers.append(httpx.Response(404, json=said))
    with pytest.raises(Missing, match="task: Unknown object: 5; x – 6 sad squid") as caught:
        api.one(api.tasks.get_task, "5", fields="name")
    assert caught.value.answer == said


def test_an_answer_without_data_is_garbled(api: Endpoints, served: Served) -> None:
    served.answers.append(httpx.Response(200, json={"oops": 1}))
    with pytest.raises(Garbled, match="get_task: the answer has no `data`"):
        api.one(api.tasks.get_task, "5", fields="name")
