"""`handrail sandbox`: builds the world that was asked for, says where everything is, serves until told to stop."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal, TextIO

from connectors.sandbox.build import build_world
from connectors.sandbox.core import World
from connectors.sandbox.faults import BadFaults, Faults, read_faults_file
from connectors.sandbox.loaded import Loaded, Meaning
from connectors.sandbox.server import HOST, PortTaken, SandboxApp, link_here, listen, serve_forever
from connectors.sandbox.writeconfig import MARK, config_text

Scenario = Literal["demo", "empty"]


class SandboxError(Exception):
    """The sandbox cannot start as asked; the message says why and what would help. Exit code 2."""


def load(
    scenario: Scenario | None = None,
    events: Path | None = None,
    done: tuple[str, ...] = (),
    now: datetime | None = None,
) -> tuple[World, Loaded]:
    """A world with the scenario, or the event log, in it. No scenario: demo, or empty when there is a log."""
    if done and not events:
        raise SandboxError("--done says what completes a task of an event log: give --events FILE.csv, too")
    world = build_world(now)
    scenario = scenario or ("empty" if events else "demo")
    loaded = Loaded(scenario)
    if scenario == "demo":
        from connectors.sandbox.demo import play_demo

        loaded = play_demo(world)
    if events:
        loaded = _load_events(world, events, done, loaded)
    world.loaded = loaded
    return world, loaded


def run_sandbox(
    port: int = 8480, scenario: Scenario | None = None, events: Path | None = None, done: tuple[str, ...] = (),
    now: datetime | None = None, faults: Path | None = None, write_config: Path | None = None,
    out: TextIO | None = None,
) -> int:  # fmt: skip
    """Serve until SIGINT or SIGTERM, then return 0. SandboxError when something that was given is no good."""
    try:
        rules = read_faults_file(faults) if faults else []
    except BadFaults as error:
        raise SandboxError(str(error)) from None
    try:
        listening = listen(port)
    except PortTaken as error:
        raise SandboxError(f"{error}; choose another with --port") from None
    try:
        world, loaded = load(scenario, events, done, now)
        base_url = f"http://{HOST}:{listening.getsockname()[1]}"
        link_here(world, base_url)
        if write_config:
            save_config(write_config, config_text(world, base_url, loaded))
        for line in welcome(world, loaded, base_url, write_config, len(rules)):
            print(line, file=out or sys.stdout, flush=True)
        serve_forever(SandboxApp(world, Faults(rules), loaded), listening)
    finally:
        listening.close()
    return 0


def save_config(path: Path, text: str) -> None:
    """Write the config; a file there that is not one of ours is left alone (SandboxError)."""
    try:
        if path.exists():
            there = path.read_text("utf-8", errors="replace")
            if there.strip() and there != text and not there.startswith(MARK):
                raise SandboxError(f"{path} is there already and was not written by the sandbox; name another file")
        path.write_text(text, "utf-8")
    except OSError as error:
        raise SandboxError(f"{path}: cannot be written: {error.strerror}") from None


def welcome(world: World, loaded: Loaded, base_url: str, config: Path | None, faults: int) -> Iterator[str]:
    """What is said at the start, line by line."""
    clock = "stands still at " if world.clock.stands_still else "runs; it is now "
    instant = world.clock.now().isoformat(timespec="seconds").replace("+00:00", "Z")
    yield f"Handrail sandbox ({loaded.name}) at {base_url}"
    yield f"  pages    {base_url}/"
    yield f"  asana    {base_url}/asana/api/1.0"
    yield f"  notion   {base_url}/notion"
    yield f"  control  {base_url}/_sandbox/requests, /_sandbox/state, /_sandbox/clock, /_sandbox/faults"
    yield f"  clock    {clock}{instant}"
    for project in world.asana.state.projects:
        tasks = {gid for section in project.sections for gid in section.tasks}
        yield f"  project  {project.gid}  {_one_line(project.name)} ({len(tasks)} tasks)"
    if loaded.ideas:
        yield f"  ideas    {loaded.ideas.data_source}  (Notion data source)"
    yield f"  page     {world.notion.shared_page_id}  (Notion page shared with Handrail)"
    for notice in loaded.notices:
        yield f"  note     {notice}"
    if faults:
        yield f"  faults   {faults} in force"
    if config:
        yield f"  config   {config}"
    yield "Any token will do; as:NAME acts as that person. Ctrl-C stops it."


def _one_line(name: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in name)


def _load_events(world: World, path: Path, done: tuple[str, ...], loaded: Loaded) -> Loaded:
    """Live through the log; what its names mean is added to what is known."""
    from connectors.sandbox.eventlog import BadEventLog, read_event_log, seed_event_log

    try:
        log = read_event_log(path)
    except BadEventLog as error:
        raise SandboxError(str(error)) from None
    seeded = seed_event_log(world, log, done)
    closing = {name: Meaning("done") for name in seeded.done_sections}
    coming = (f"{seeded.waiting} rows are still to come, as the clock is advanced",) if seeded.waiting else ()
    return replace(
        loaded,
        name=log.name if loaded.name == "empty" else f"{loaded.name} and {log.name}",
        columns={**loaded.columns, log.name: closing},
        team_field=loaded.team_field or seeded.team_field,
        notices=(*loaded.notices, *seeded.notices, *coming),
    )
