"""How soon the service answers: a person completes tasks, and the field and the row that say so change.

    python -m benchmarks.live [CHANGES_A_SECOND …]

The sandbox, a process of its own, delivers signed webhooks over HTTP; the debounce is one second. Printed: the time
from a person's change to our write in Asana and to the finding's row in Notion, as a distribution. At first without
limits; then at the pace that the vendors allow, one change a second for a minute: how many are answered in that
minute, and how far behind it is.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import structlog

from tests.cli.program import sandbox
from tests.run.living import Life, living
from tests.run.worlds import NOW, Client

_SERVE = "\n[serve]\ndebounce_seconds = 1.0\n"
_SECONDS = 10
_PATIENCE = 90
_NO_CAP = {"HANDRAIL__WRITE__FIRST_RUN_MAX": "0"}


def main(rates: Sequence[int]) -> None:
    """One world, one service; each rate has tasks of its own."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder, _world(Path(folder), _log(_tasks(rates))) as world:
        todo, project = [], re.findall(r'projects = \["(\d+)"', world.config.read_text("utf-8"))[0]
        with living(world, _SERVE, env=_NO_CAP) as life:
            life.quiet(600)
            life.tell_asana(project)
            todo = _marked(world, project)
            _say(f"{len(todo)} tasks with marks; no limits, debounce 1 s")
            for rate in rates:
                mine, todo = todo[: rate * _SECONDS], todo[rate * _SECONDS :]
                _report(f"{rate:>4}/s", life, _change(world, mine, rate))
        _paced(world, project, todo[:60])


@contextmanager
def _world(folder: Path, log: str) -> Iterator[Client]:
    (folder / "log.csv").write_text(log, "utf-8")
    with sandbox("--events", "log.csv", "--write-config", "config.toml", "--now", NOW.isoformat(), "--port", 0,
                 cwd=folder) as config:  # fmt: skip
        yield Client(re.findall(r"http://127\.0\.0\.1:\d+", config.read_text("utf-8"))[0], config)


def _tasks(rates: Sequence[int]) -> int:
    """Each change is another task's."""
    return sum(rates) * _SECONDS + 60


def _log(cases: int) -> str:
    """Briefs handed to Kofi in the days before, at which he first looks long after."""
    lines = ["case:concept:name,concept:name,time:timestamp,org:resource,org:group"]
    for number in range(cases):
        given = NOW - timedelta(days=12, minutes=-7 * (number % 1000))
        lines += [
            f"brief {number},Briefing,{given.isoformat()},Lena,Demand Gen",
            f"brief {number},Design,{(given + timedelta(hours=2)).isoformat()},Lena,Design",
            f"brief {number},Design,{(NOW + timedelta(days=40)).isoformat()},Kofi,Design",
        ]
    return "\n".join(lines) + "\n"


def _paced(world: Client, project: str, mine: Sequence[str]) -> None:
    text = world.config.read_text("utf-8")
    world.config.write_text(text.replace("requests_per_minute = 0", "# the vendors' pace"), "utf-8")
    _say("at the vendors' pace (150 and 180 requests a minute), 1 change a second for a minute")
    with living(world, _SERVE, env=_NO_CAP) as life:
        life.quiet(600)
        life.tell_asana(project)
        sent = _change(world, mine, 1)
        end = datetime.now(UTC)
        written = _written(life, sent)
        inside = sum(at <= end for at, _ in written.values())
        _say(f"  answered within the minute: {inside} of {len(sent)}")
        _report("   1/s", life, sent)


def _change(world: Client, gids: Sequence[str], rate: int) -> dict[str, datetime]:
    """A person completes these at this rate; task → when the vendor had it."""
    sent: dict[str, datetime] = {}
    headers = {"Authorization": "Bearer as:Lena"}
    with httpx.Client(base_url=world.url, headers=headers, trust_env=False, timeout=60) as person:
        began = time.monotonic()
        for number, gid in enumerate(gids):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            sent[gid] = datetime.now(UTC)
            person.put(f"/asana/api/1.0/tasks/{gid}", json={"data": {"completed": True}}).raise_for_status()
    return sent


def _report(name: str, life: Life, sent: dict[str, datetime]) -> None:
    """Wait until all is answered, and print the distribution."""
    end = time.monotonic() + _PATIENCE
    while len(written := _written(life, sent)) < len(sent) and time.monotonic() < end:
        time.sleep(0.2)
    for what, waits in (
        ("field", sorted((at - sent[gid]).total_seconds() for gid, (at, _) in written.items())),
        ("row", sorted((at - sent[gid]).total_seconds() for gid, (_, at) in written.items())),
    ):
        if waits:
            told = ", ".join(f"p{n} {waits[min(len(waits) * n // 100, len(waits) - 1)]:.2f} s" for n in (50, 95, 99))
            _say(f"  {name} {what:>5}: {told}, longest {waits[-1]:.2f} s, {len(waits)} of {len(sent)} answered")
    _say(f"  {name} {life.ran('live')} passes so far")


def _written(life: Life, sent: dict[str, datetime]) -> dict[str, tuple[datetime, datetime]]:
    """Task → when its field was cleared, and when its row was closed, after the change; those where both are done."""
    found: dict[str, list[datetime | None]] = {gid: [None, None] for gid in sent}
    for entry in life.store.ledger():
        gid = next((one for one in re.split(r"[:/]", entry.target) if one in sent), "")
        if gid and entry.settled_at and entry.settled_at >= sent[gid]:
            found[gid][entry.target.startswith("row:")] = entry.settled_at
    return {gid: (field, row) for gid, (field, row) in found.items() if field and row}


def _marked(world: Client, project: str) -> list[str]:
    """The tasks that carry a status of ours, in pages of a hundred."""
    gids: list[str] = []
    fields = "custom_fields.name,custom_fields.display_value"
    query = {"project": project, "limit": "100", "opt_fields": fields}
    while True:
        answer = world.get("/asana/api/1.0/tasks", **query)
        gids.extend(
            task["gid"]
            for task in answer["data"]
            if any(one["name"] == "Flow status" and one["display_value"] for one in task["custom_fields"])
        )
        if not answer["next_page"]:
            return gids
        query["offset"] = answer["next_page"]["offset"]


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [1, 10, 100])
