"""The config that the sandbox writes: right TOML whatever the names, complete for what is loaded."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import toml
from connectors.sandbox.asana import acts
from connectors.sandbox.build import build_world
from connectors.sandbox.demo import play_demo
from connectors.sandbox.loaded import Loaded, Meaning
from connectors.sandbox.writeconfig import config_text, pattern

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
URL = "http://127.0.0.1:8480"
TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
values = st.recursive(
    TEXT | st.integers(-(2**62), 2**62) | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, values, max_size=4))
@settings(derandomize=True, max_examples=150, deadline=None)
def test_whatever_is_written_is_read_back(table: dict[str, Any]) -> None:
    text = "\n".join(f"{toml.key(name)} = {toml.value(one)}" for name, one in table.items())
    assert tomllib.loads(text) == table
    assert all(line.isprintable() for line in text.split("\n"))


def test_what_toml_cannot_say_is_replaced() -> None:
    assert tomllib.loads(f"x = {toml.text('a' + chr(0xD800) + 'b')}") == {"x": "a\ufffdb"}


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), min_size=1, max_size=6), TEXT)
@settings(derandomize=True, max_examples=40, deadline=None)
def test_names_of_every_script_survive(sections: list[str], project: str) -> None:
    world = build_world(NOW)
    acts.create_project(world.asana.state, None, project, sections=sections)
    acts.create_project(world.asana.state, None, project, sections=sections[:1])
    read = tomllib.loads(config_text(world, URL, Loaded("log")))
    assert len(read["flows"]) == 2
    stages = next(iter(read["flows"].values()))["stages"]
    assert [stage["match"] for stage in stages[:-1]] == [[pattern(name)] for name in dict.fromkeys(sections)]
    assert stages[-1]["kind"] == "done"
    assert len({stage["name"] for stage in stages}) == len(stages)


def test_stars_and_backslashes_are_no_wildcards() -> None:
    assert pattern("50 * 2 \\ x") == "50 \\* 2 \\\\ x"


def test_it_is_complete_for_the_demo() -> None:
    world = build_world(NOW)
    loaded = play_demo(world)
    text = config_text(world, URL, loaded)
    read = tomllib.loads(text)
    assert (read["schema"], read["mode"]) == (1, "apply")
    state = world.asana.state
    asana, notion = read["sources"]["asana"], read["sources"]["notion"]
    assert asana["projects"] == [project.gid for project in state.projects]
    assert (asana["base_url"], asana["team_field"]) == (f"{URL}/asana/api/1.0", "Team")
    assert (asana["requests_per_minute"], notion["requests_per_minute"]) == (0, 0)
    assert notion["ideas"]["reviewed"] == "Last reviewed"
    kinds = {stage["kind"] for flow in read["flows"].values() for stage in flow["stages"]}
    assert kinds == {"backlog", "active", "waiting", "done"}
    owners = {stage.get("owner") for flow in read["flows"].values() for stage in flow["stages"]} - {None}
    assert owners <= {*read["teams"], "requester"}
    assert {rule["kind"] for rule in read["rules"].values()} == {"handoff_stall", "overload", "unreviewed"}
    assert all(rule["next_step"] for rule in read["rules"].values())
    assert read["write"] == {
        "first_run_max": 0, "create_fields": True, "notion_parent": world.notion.shared_page_id
    }  # fmt: skip


def test_what_is_done_is_done_and_the_rest_is_active() -> None:
    world = build_world(NOW)
    acts.create_project(world.asana.state, None, "log", sections=["Open", "Closed"])
    loaded = Loaded("log", columns={"log": {"Closed": Meaning("done")}})
    read = tomllib.loads(config_text(world, URL, loaded))
    assert [stage["kind"] for stage in read["flows"]["log"]["stages"]] == ["active", "done"]
    assert "teams" not in read
    assert "unreviewed" not in {rule["kind"] for rule in read["rules"].values()}


def test_an_empty_world_has_a_config_too() -> None:
    read = tomllib.loads(config_text(build_world(NOW), URL))
    assert list(read["sources"]) == ["notion"]
