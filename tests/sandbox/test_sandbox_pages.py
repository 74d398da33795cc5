"""The pages for a person: they show the world, they escape everything, they lead to each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.asana import acts
from connectors.sandbox.build import build_world
from connectors.sandbox.core import World
from connectors.sandbox.demo import play_demo
from connectors.sandbox.server import serving
from connectors.sandbox.web.markup import Html, page, tag

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)> & \u202e\u2028 ]]> {{7*7}}"


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[httpx.Client, World]]:
    world = build_world(datetime(2026, 11, 2, 9, tzinfo=UTC))
    loaded = play_demo(world)
    with serving(world, loaded=loaded) as url, httpx.Client(base_url=url, timeout=10) as client:
        yield client, world


def test_everything_can_be_reached_from_the_first_page(demo: tuple[httpx.Client, World]) -> None:
    client, _ = demo
    seen: set[str] = set()
    kinds: set[str] = set()
    todo = ["/"]
    while todo:
        address = todo.pop()
        if address in seen or (
            address.startswith("/tasks/") and len([a for a in seen if a.startswith("/tasks/")]) > 12
        ):
            continue
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, address
        if answer.headers["content-type"].startswith("text/html"):
            kinds.add(address.split("/")[1])
            todo += [link for link in re.findall(r'href="(/[^"]*)"', answer.text) if link not in seen]
    assert {"", "projects", "tasks", "people", "pages"} <= kinds


def test_a_task_shows_its_whole_history(demo: tuple[httpx.Client, World]) -> None:
    client, world = demo
    task = max(world.asana.state.tasks.values(), key=lambda one: len(one.stories))
    text = client.get(f"/tasks/{task.gid}").text
    assert text.count("<li>") == len(task.stories)
    assert "assigned this task to" in text
    comment = next(story for story in task.stories if story.type == "comment")
    assert str(tag("div", comment.text, class_="said")) in text


def test_the_vendors_own_addresses_lead_here_too(demo: tuple[httpx.Client, World]) -> None:
    client, world = demo
    headers = {"authorization": "Bearer x"}
    gid = next(iter(world.asana.state.tasks))
    link = client.get(f"/asana/api/1.0/tasks/{gid}?opt_fields=permalink_url", headers=headers).json()["data"]
    answer = client.get(httpx.URL(link["permalink_url"]).path)
    assert answer.status_code == 200
    id_ = world.notion.shared_page_id.replace("-", "")
    assert client.get(f"/p/Handrail-{id_}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/tasks/1", "/projects/9", "/people/x", "/pages/zz", "/pages/" + "0" * 32, "/nothing"]
)
def test_what_is_not_there_is_said_so(demo: tuple[httpx.Client, World], path: str) -> None:
    client, _ = demo
    assert client.get(path).status_code == 404


def test_no_page_runs_anything(demo: tuple[httpx.Client, World]) -> None:
    client, _ = demo
    answer = client.get("/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert "color-scheme" in answer.text


def test_hostile_names_stay_text_everywhere() -> None:
    world = build_world(datetime(2026, 11, 2, 9, tzinfo=UTC))
    state = world.asana.state
    person = world.people.add(HOSTILE, f"{HOSTILE}@example.org")
    field = acts.create_field(state, person, HOSTILE, "enum", options=[HOSTILE])
    project = acts.create_project(state, person, HOSTILE, sections=[HOSTILE], notes=HOSTILE)
    acts.attach_field(state, person, project, field)
    task = acts.create_task(
        state, person, HOSTILE, section=project.sections[0], assignee=person, values={field: field.options[0]},
        notes=HOSTILE,
    )  # fmt: skip
    acts.comment(state, person, task, text=HOSTILE)
    acts.tag(state, person, task, acts.create_tag(state, person, HOSTILE))
    acts.create_task(state, person, HOSTILE, parent=task)
    note = world.notion.create_page(person, HOSTILE, children=())
    with serving(world) as url, httpx.Client(base_url=url) as client:
        paths = ("/", f"/projects/{project.gid}", f"/tasks/{task.gid}", "/people", f"/people/{person.gid}")
        for path in (*paths, f"/pages/{note.id}"):
            text = client.get(path).text
            assert "alert(" in text, path
            assert "<script" not in text, path
            assert "<img" not in text, path


@given(st.text(max_size=40))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_text_never_becomes_markup(text: str) -> None:
    drawn = page(text, tag("p", text, title=text))
    body = drawn.split("</style>")[1]
    assert set(re.findall(r"<(/?\w+)", body)) <= {
        "/head", "body", "header", "nav", "a", "/a", "i", "/i", "/nav", "span", "/span", "/header", "main", "h1",
        "/h1", "p", "/p", "/main", "/body", "/html",
    }  # fmt: skip
    assert isinstance(tag("b", text), Html)
