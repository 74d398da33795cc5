"""`handrail check`: each thing of the workspace that does not fit is named; with a token that is none it fails."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.sandbox.asana.acts.containers import create_portfolio
from connectors.sandbox.core import World
from connectors.sandbox.serve import load as fill
from connectors.sandbox.server import serving
from connectors.sandbox.writeconfig import config_text
from tests.cli.program import Said, edited, here


class Asana:
    """A person's client of the sandbox."""

    def __init__(self, url: str, made: World) -> None:
        self.url, self.made = url, made

    def get(self, path: str) -> Any:
        return self._data(httpx.get(f"{self.url}/asana/api/1.0{path}", headers=self._who()))

    def post(self, path: str, **data: Any) -> Any:
        return self._data(httpx.post(f"{self.url}/asana/api/1.0{path}", headers=self._who(), json={"data": data}))

    def _who(self) -> Mapping[str, str]:
        return {"Authorization": "Bearer reader"}

    def _data(self, answer: httpx.Response) -> Any:
        answer.raise_for_status()
        return answer.json()["data"]

    def field(self, project: str, **about: Any) -> None:
        """A custom field of a person's, on a project."""
        workspace = self.get("/workspaces")[0]["gid"]
        gid = self.post("/custom_fields", workspace=workspace, **about)["gid"]
        self.post(f"/projects/{project}/addCustomFieldSetting", custom_field=gid)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Asana, str]]:
    """A config for the demo, a client of it, and the gid of its first project."""
    made, _ = fill("demo")
    with serving(made, 0) as url:
        path = tmp_path_factory.mktemp("named") / "config.toml"
        path.write_text(config_text(made, url), "utf-8")
        yield path, Asana(url, made), made.asana.state.projects[0].gid


def _check(config: Path, changes: list[tuple[str, str]], name: str, **env: str) -> tuple[Said, dict[str, Any]]:
    said = here("check", "--json", "-c", edited(config, changes, name), **({"env": env} if env else {}))
    return said, json.loads(said.out)


def _by_key(found: list[dict[str, Any]]) -> dict[str, str]:
    assert all(one["line"] for one in found)
    return {one["key"]: f"{one['message']} ({one['hint']})" for one in found}


def test_a_field_of_ours_that_is_a_person_s_of_another_type(world: tuple[Path, Asana, str]) -> None:
    config, asana, project = world
    asana.field(project, name="Blocked since", resource_subtype="number")
    fields = '[write]\nfields = { since = "Blocked since" }'
    said, told = _check(config, [("[write]", fields)], "types.toml")
    assert said.code == 2
    (message,) = _by_key(told["problems"]).values()
    assert 'has a field "Blocked since" of type number; ours needs date (rename one of the two)' in message


def test_an_option_that_nobody_can_choose_is_warned_of_with_the_nearest(world: tuple[Path, Asana, str]) -> None:
    config, asana, project = world
    options = [{"name": "Email"}, {"name": "Paid search"}]
    asana.field(project, name="Channel", resource_subtype="enum", enum_options=options)
    asked = 'where = { field = ["Channel=Emial", "Channel=Paid*"], priority = ["Hihg"] }\nwarn = "2wd"'
    source = 'team_field = "Team"\nfields = ["Channel"]'
    said, told = _check(config, [('warn = "2wd"', asked), ('team_field = "Team"', source)], "options.toml")
    assert said.code == 0, said.all
    warned = [one["message"] for one in told["warnings"]]
    assert [one for one in warned if "Emial" in one] == ['nothing can be "Emial": "Channel" has no such option']
    assert not [one for one in warned if "Paid" in one], "a pattern that fits is one"
    assert 'did you mean "Email"?' in {one["hint"] for one in told["warnings"]}
    assert [one for one in warned if "Hihg" in one] == ['nothing can be "Hihg": "Priority" has no such option']


def test_a_portfolio_and_a_team_that_are_not_there_and_all_projects_of_one_that_is(
    world: tuple[Path, Asana, str],
) -> None:
    config, asana, project = world
    state = asana.made.asana.state
    with asana.made.lock:
        inner = create_portfolio(state, None, "Inner", [state.projects[0]])
        outer = create_portfolio(state, None, "Outer", [inner]).gid
    listed = re.search(r"(?s)projects = \[\n.*?\n\]\n", config.read_text("utf-8"))
    assert listed
    more = f'{listed[0]}portfolios = ["{outer}", "111"]\nteams = ["222"]\n'
    said, told = _check(config, [(listed[0], more)], "groups.toml")
    assert said.code == 2
    found = _by_key(told["problems"])
    assert 'no such portfolio "111"' in found["[sources.asana] portfolios.2"]
    assert 'no such team "222"' in found["[sources.asana] teams.1"]
    assert all("share it with Handrail" in one for one in found.values())
    names = told["live"]["sources"]["asana"]["places"]
    assert len(names) == len({*names}) == 3
    without = re.sub(rf'  "{project}",.*\n', "", listed[0])
    only, told = _check(config, [(listed[0], f'{without}portfolios = ["{outer}"]\n')], "portfolio.toml")
    assert only.code == 0, only.all
    assert sorted(told["live"]["sources"]["asana"]["places"]) == sorted(names)
    with asana.made.lock:
        empty = create_portfolio(state, None, "Empty").gid
    said, told = _check(config, [(listed[0], f'{without}portfolios = ["{empty}"]\n')], "empty.toml")
    assert said.code == 2
    assert f'does not read project "{project}": it is in no portfolio' in "".join(_by_key(told["problems"]).values())


@pytest.mark.parametrize(
    ("changes", "env", "words"),
    [
        ([('token_env = "ASANA_TOKEN"', 'token_file = "not-there.txt"')], {}, "not-there.txt cannot be read"),
        ([], {"ASANA_TOKEN": "two words"}, "is no token: it has spaces or odd characters"),
    ],
)
@pytest.mark.parametrize("offline", [False, True])
def test_a_token_that_is_wrong_here_is_no_success(
    world: tuple[Path, Asana, str], changes: list[tuple[str, str]], env: dict[str, str], words: str, offline: bool
) -> None:
    config, _, _ = world
    more = ["--offline"] if offline else []
    said = here("check", *more, "-c", edited(config, changes, "token.toml"), env=env)
    assert (said.code, words in said.out) == (4, True), said.all


def test_a_real_vendor_s_token_may_be_elsewhere_and_that_is_said(world: tuple[Path, Asana, str]) -> None:
    config, asana, _ = world
    real = edited(config, [(f'base_url = "{asana.url}/asana/api/1.0"\n', "")], "real.toml")
    said = here("check", "-c", real, env={})
    assert (said.code, "ASANA_TOKEN is not set" in said.out) == (0, True), said.all
    assert "the look at the live workspace was skipped" in said.out
