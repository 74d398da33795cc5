"""`handrail demo`: the whole service, once, against pretend vendors in this process, over real HTTP."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectors.document import Document, to_text
from sync.cli import show
from sync.cli.exits import Refusal
from sync.config import Settings, load
from sync.pages.gather import matter
from sync.pages.summary import summary_of as page_of
from sync.pages.targets import PAGE
from sync.planning import page_source
from sync.run import Outcome, run, summary_of
from sync.wiring import open_house

_TOKENS = {"ASANA_TOKEN": "sandbox", "NOTION_TOKEN": "sandbox"}


@dataclass(frozen=True)
class Shown:
    """What one demo did: both runs, their requests and seconds, the page as text, where to look."""

    first: Outcome
    second: Outcome
    requests: tuple[Mapping[str, int], Mapping[str, int]]
    seconds: tuple[float, float]
    page: str
    page_url: str


def run_demo(*, serve: bool, port: int, json: bool) -> int:
    """Start the sandbox, run twice, show what was found and written; with `serve` stay until Ctrl-C."""
    started = time.monotonic()
    show.logging(verbose=False)
    with (
        _sandbox(port if serve else 0) as (url, text),
        tempfile.TemporaryDirectory(prefix="handrail-demo-") as folder,
    ):
        _say(json, f"Pretend Asana and Notion are up at {url}: a marketing team, fourteen weeks of its work.")
        shown = _live_through(url, text, Path(folder), json)
        seconds = time.monotonic() - started
        if json:
            show.data(_as_data(shown, url, seconds))
        else:
            show.text(_story(shown, url, seconds, serve))
        if serve:
            _until_stopped()
    return 1 if shown.first.troubles or shown.second.troubles else 0


@contextmanager
def _sandbox(port: int) -> Iterator[tuple[str, str]]:
    """Its URL, and a config for what is in it."""
    from connectors.sandbox.serve import load as fill
    from connectors.sandbox.server import PortTaken, link_here, serving
    from connectors.sandbox.writeconfig import config_text

    world, loaded = fill("demo")
    try:
        with serving(world, port) as url:
            link_here(world, url)
            yield url, config_text(world, url, loaded)
    except PortTaken as error:
        raise Refusal(f"{error}; choose another with --port, or leave it out") from None


def _live_through(url: str, config_text: str, folder: Path, json: bool) -> Shown:
    config = folder / "config.toml"
    config.write_text(config_text, encoding="utf-8")
    settings = load(config, os.environ | _TOKENS)
    now = datetime.now(UTC)
    first, requests1, seconds1 = _timed(settings, now, json, "First run: read everything, judge, write.")
    second, requests2, seconds2 = _timed(settings, now, json, "Second run: the same instant. It should be quiet.")
    with open_house(settings) as house:
        page, as_of_line = page_of(matter(house, second.judgement))
        page_id = house.store.made(f"page:{page_source(house)}/{PAGE}") or ""
    text = to_text(Document((as_of_line, *page.blocks)), show.width(), links=False)
    return Shown(first, second, (requests1, requests2), (seconds1, seconds2), text, f"{url}/notion/page/{page_id}")


def _timed(settings: Settings, now: datetime, json: bool, what: str) -> tuple[Outcome, Mapping[str, int], float]:
    _say(json, what)
    began = time.monotonic()
    with open_house(settings) as house:
        outcome = run(house, now, write=True)
        tally = house.meter.read()
        requests = {source: tally.total(source) for source in house.sources}
        summary_of(outcome, house)
    return outcome, requests, time.monotonic() - began


def _story(shown: Shown, url: str, seconds: float, serve: bool) -> list[str]:
    first, second = shown.first, shown.second
    reads = sum(shown.requests[0].values())
    lines = [
        "",
        f"Read {first.judgement.board.items.height} items and {first.pulled.events} dated facts; {reads} requests, "
        f"{shown.seconds[0]:.1f} s. Found {len(first.judgement.findings)} things worth saying.",
        f"Wrote {first.applied.written} changes: status fields on tasks in Asana, a findings table and a page "
        "in Notion.",
        "",
        "This is the page that the team now finds in Notion:",
        "",
        *("  " + line for line in shown.page.splitlines()),
        "",
        f"The second run asked {sum(shown.requests[1].values())} times and wrote {second.applied.written} changes"
        f"{': nothing had changed.' if not second.applied.written else '.'}",
        f"All of it took {seconds:.1f} s.",
        "",
    ]
    if serve:
        lines += ["Look around (Ctrl-C ends it):", f"  the boards     {url}/", f"  the page       {shown.page_url}"]
    else:
        lines += [
            "To look around in a browser:   handrail demo --serve",
            "To connect the real thing:     README.md, “Connect your own”",
        ]
    return lines


def _as_data(shown: Shown, url: str, seconds: float) -> dict[str, object]:
    return {
        "url": url,
        "page_url": shown.page_url,
        "seconds": round(seconds, 3),
        "runs": [
            {
                "items": outcome.pulled.items, "events": outcome.pulled.events,
                "findings": len(outcome.judgement.findings), "planned": len(outcome.plan.steps),
                "written": outcome.applied.written, "requests": dict(requests),
                "errors": [trouble.text for trouble in outcome.troubles],
            }
            for outcome, requests in zip((shown.first, shown.second), shown.requests, strict=True)
        ],
    }  # fmt: skip


def _say(json: bool, text: str) -> None:
    if not json:
        show.text([text])


def _until_stopped() -> None:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
