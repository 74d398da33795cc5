"""A rule about what a description or a page says, from Asana's and Notion's own texts to the finding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.serve import load as fill
from connectors.sandbox.server import SandboxApp, serving_app
from connectors.sandbox.writeconfig import config_text
from sync.config import load
from sync.wiring import open_house
from tests.run.worlds import NOW, Rig

RULE = """
[rules.said]
kind = "hygiene"
look_for = ["brief", "so_that"]
warn = "1d"
next_step = "Say in {title} what it is for."
"""


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """The demo world, with a config that reads the texts and has this one rule."""
    world, loaded = fill(scenario="demo", now=NOW)
    app = SandboxApp(world)
    with serving_app(app) as url:
        text = config_text(world, url, loaded).split("\n[rules.")[0]
        text = text.replace("ideas = { ", "ideas = { body = true, ")
        text = re.sub(r"(?m)^(team_field = .*)$", r'\1\nfields = ["notes"]', text, count=1)
        config = tmp_path / "config.toml"
        config.write_text(text + RULE, encoding="utf-8")
        yield Rig(url, config, world, app, NOW)
    app.close()


def said(rig: Rig) -> dict[str, str]:
    with open_house(load(rig.config, {"ASANA_TOKEN": "x", "NOTION_TOKEN": "x"})) as house:
        return {one.subject.id: one.sentence for one in house.judge(NOW).findings}


def open_tasks(rig: Rig) -> list[str]:
    project = re.findall(r'^  "(12\d+)"', rig.config.read_text("utf-8"), re.MULTILINE)[0]
    found: list[dict[str, Any]] = rig.get("/asana/api/1.0/tasks", project=project, opt_fields="completed")["data"]
    return [one["gid"] for one in found if not one["completed"]]


def test_a_brief_is_asked_for_where_it_is_written(rig: Rig) -> None:
    whole, thin, empty = open_tasks(rig)[:3]
    for gid, text in ((whole, "A page for the spring launch, so that trials start alone."), (thin, "Make it pop")):
        rig.send("PUT", f"/asana/api/1.0/tasks/{gid}", {"data": {"notes": text}})
    ideas = re.findall(r'data_source = "([^"]+)"', rig.config.read_text("utf-8"))[0]
    rows = rig.send("POST", f"/notion/v1/data_sources/{ideas}/query", {})["results"]
    page, other = (row["id"] for row in rows[:2])
    written = {"new_str": "Send it twice, *so that* more people open it."}
    rig.send("PATCH", f"/notion/v1/pages/{page}/markdown", {"type": "replace_content", "replace_content": written})
    rig.run(write=False)
    found = said(rig)
    assert f"asana:{whole}" not in found
    assert found[f"asana:{thin}"].endswith(" has a brief of 3 words and no “so that”.")
    assert found[f"asana:{empty}"].endswith(" has no brief and no “so that”.")
    assert f"notion:{page}" not in found
    assert found[f"notion:{other}"].endswith(" has no brief and no “so that”.")
