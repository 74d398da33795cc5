"""A storm of events: each task is read once a debounce window at most, however often it is named."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from connectors.sandbox.asana.hooks import sign
from tests.run.living import Life, living
from tests.run.test_serving import project
from tests.run.worlds import Rig, handed_log, rig
from tests.sync.receiver.rig import told

DEBOUNCE = 1.0
TOGETHER = 100
"""Events of one delivery."""


def deliver(life: Life, path: str, names: list[str]) -> int:
    """Send these events as Asana would, so many a delivery; how many deliveries that took."""
    hook = life.store.hook(path)
    assert hook is not None
    bodies = [told(*names[start : start + TOGETHER]) for start in range(0, len(names), TOGETHER)]
    with httpx.Client(base_url=life.url, trust_env=False, timeout=30) as vendor:
        for body in bodies:
            headers = {"content-type": "application/json", "x-hook-signature": sign(hook.secret or "", body)}
            vendor.post(f"/hooks/asana/{path}", content=body, headers=headers).raise_for_status()
    return len(bodies)


def reads(one: Rig) -> dict[str, Counter[str]]:
    """How often each task was read, and how often its stories, by gid."""
    found = {"task": Counter[str](), "stories": Counter[str]()}
    for asked in one.get("/_sandbox/requests")["requests"]:
        parts = asked["path"].split("/tasks/")
        if asked["method"] == "GET" and len(parts) == 2:
            gid, _, rest = parts[1].partition("/")
            found["stories" if rest == "stories" else "task"][gid] += 1
    return found


def storm(folder: Path, events: int, tasks: int, seed: int) -> tuple[int, int, float]:
    """So many events on so many tasks; the passes that followed, the most reads of one task, and the seconds."""
    chance = random.Random(seed)
    with rig(folder / "world", handed_log(tasks)) as one, living(
        one, f"\n[serve]\ndebounce_seconds = {DEBOUNCE}\n", env={"HANDRAIL__MODE": "plan"}
    ) as life:  # fmt: skip
        life.quiet(300)
        path = life.tell_asana(project(one))
        one.app.carrier.settle()
        one.send("POST", "/_sandbox/faults", {"fault": [{"match": "hook:asana", "kind": "drop"}]})
        gids = [task.gid for task in one.world.asana.state.tasks.values()]
        for gid in gids:
            one.send("PUT", f"/asana/api/1.0/tasks/{gid}", {"data": {"name": f"named {gid}"}}, "as:Lena")
        one.clear_log()
        names = [gids[number % tasks] for number in range(events)]
        chance.shuffle(names)
        began, before = time.monotonic(), life.ran("live")
        deliver(life, path, names)
        life.quiet(300)
        seconds, passes = time.monotonic() - began, life.ran("live") - before
        assert {item.title for item in life.store.items() if item.ref.source == "asana"} == {
            f"named {gid}" for gid in gids
        }
        most = reads(one)
    assert set(most["stories"]) == set(gids)
    assert passes <= seconds / DEBOUNCE + 1
    assert max(most["task"].values()) <= passes
    assert max(most["stories"].values()) <= passes
    return passes, max(most["task"].values()), seconds


def test_a_thousand_events_on_forty_tasks(tmp_path: Path) -> None:
    storm(tmp_path, 1_000, 40, seed=7)


@pytest.mark.torture
def test_ten_thousand_events_on_two_hundred_tasks(tmp_path: Path) -> None:
    passes, most, seconds = storm(tmp_path, 10_000, 200, seed=8)
    print(f"\n10,000 events on 200 tasks in {seconds:.1f} s: {passes} passes, no task read more than {most} times")
