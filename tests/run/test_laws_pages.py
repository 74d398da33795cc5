"""Killed at any request, with all on that may be said: each page, update and comment is there once, and what a person
wrote on a page is where they wrote it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.run.test_laws import Killed, killed_at
from tests.run.worlds import NOW, Rig, rig

FRIDAY = NOW + timedelta(days=4)
_ALL = "friday_page = true\nteam_pages = true\nstatus_updates = true\ncomments = true"
Phase = Literal["first", "rewriting"]


def _seen(one: Rig) -> dict[str, Any]:
    """What a person sees: tasks, rows, fields, and every page, status update and comment with its words."""
    blocks = one.get(f"/notion/v1/blocks/{one.world.notion.shared_page_id}/children")["results"]
    pages = [
        (block["child_page"]["title"], _lines(one.get(f"/notion/v1/pages/{block['id']}/markdown")["markdown"]))
        for block in blocks
        if block["type"] == "child_page"
    ]
    project = re.findall(r'"(12\d+)"', one.config.read_text())[0]
    told = one.get("/asana/api/1.0/status_updates", parent=project, opt_fields="title,text")["data"]
    comments = sorted(
        story["text"]
        for task in one.get("/asana/api/1.0/tasks", project=project, limit="100")["data"]
        for story in one.get(f"/asana/api/1.0/tasks/{task['gid']}/stories", opt_fields="text,type")["data"]
        if story["type"] == "comment"
    )
    updates = [(update["title"], update["text"]) for update in told]
    return one.seen() | {"pages": sorted(pages), "updates": updates, "comments": comments}


def _lines(markdown: str) -> list[str]:
    """Without the as-of line."""
    return [line for line in markdown.splitlines() if not line.startswith("As of ")]


@contextmanager
def _world(folder: Path, phase: Phase) -> Iterator[tuple[Rig, datetime]]:
    """A world before the run that is looked at, and that run's instant."""
    with rig(folder, now=FRIDAY) as one:
        text = one.config.read_text().replace("[write]", f"[write]\n{_ALL}", 1)
        one.config.write_text(text + '\n[teams.Design]\nmembers = ["Kofi"]\n')
        if phase == "first":
            yield one, FRIDAY
            return
        assert one.run(now=FRIDAY).troubles == []
        _write_on_every_page(one)
        one.world.advance_to(FRIDAY + timedelta(days=7))
        yield one, FRIDAY + timedelta(days=7)


def _write_on_every_page(one: Rig) -> None:
    for block in one.get(f"/notion/v1/blocks/{one.world.notion.shared_page_id}/children")["results"]:
        if block["type"] == "child_page":
            words = {"rich_text": [{"text": {"content": "Lena: I shall ask them on Tuesday."}}]}
            first = one.get(f"/notion/v1/blocks/{block['id']}/children")["results"][1]["id"]
            body = {"children": [{"type": "paragraph", "paragraph": words}],
                    "position": {"type": "after_block", "after_block": {"id": first}}}  # fmt: skip
            one._send("PATCH", f"/notion/v1/blocks/{block['id']}/children", "as:Lena", json=body)


def _calm(folder: Path, phase: Phase) -> tuple[dict[str, Any], int]:
    """How it ends undisturbed, and how many requests that takes."""
    with _world(folder, phase) as (one, now):
        one.clear_log()
        assert one.run(now=now).troubles == []
        requests = len(one.get("/_sandbox/requests")["requests"])
        seen = _seen(one)
        assert len(seen["pages"]) == 3
        assert seen["updates"]
        assert seen["comments"]
        return seen, requests


def _killed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, phase: Phase, calm: object, request: int, answered: bool
) -> None:
    with _world(folder, phase) as (one, now):
        with pytest.raises(Killed), killed_at(monkeypatch, request, answered=answered):
            one.run(now=now)
        after = one.run(now=now)
        assert after.troubles == []
        seen = _seen(one)
        assert seen == calm, f"{phase}, killed at request {request}, answered: {answered}"
        assert one.run(now=now).plan.steps == ()


@pytest.mark.parametrize("phase", ["first", "rewriting"])
def test_killed_at_some_requests_all_pages_end_as_undisturbed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phase: Phase
) -> None:
    calm, requests = _calm(tmp_path / "calm", phase)
    for number in sorted(random.Random(6).sample(range(1, requests + 1), 4)):
        for answered in (False, True):
            _killed(tmp_path / f"{number}{answered}", monkeypatch, phase, calm, number, answered)


@pytest.mark.torture
@pytest.mark.parametrize("phase", ["first", "rewriting"])
def test_killed_at_every_request_all_pages_end_as_undisturbed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phase: Phase
) -> None:
    calm, requests = _calm(tmp_path / "calm", phase)
    for number in range(1, requests + 1):
        for answered in (False, True):
            _killed(tmp_path / f"{number}{answered}", monkeypatch, phase, calm, number, answered)
    print(f"{phase}: killed {requests * 2} times, before and after each of {requests} requests")
