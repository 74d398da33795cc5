"""kill -9 on the service while people work: what a webhook named is looked at and judged after the restart."""

from __future__ import annotations

import random
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from sync.config import load
from sync.store import Store
from tests.run.test_serve_command import serving, wait
from tests.run.test_serving import finish, marked
from tests.run.worlds import Rig, handed_log, rig


@contextmanager
def heard(folder: Path, tasks: int) -> Iterator[tuple[Rig, str]]:
    """A world with so many tasks, in which the service is told of changes, and no scheduled run comes to its help."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with rig(folder / "world", handed_log(tasks)) as one:
        url = f"http://127.0.0.1:{port}"
        text = one.config.read_text("utf-8").replace("[write]", '[write]\nwhen = "weekdays 07:00"', 1)
        serve = f'\n[serve]\nport = {port}\npublic_url = "{url}"\ndebounce_seconds = 0.3\nstale_after = "4d"\n'
        one.config.write_text(text + serve, "utf-8")
        yield one, url


def killed(folder: Path, tasks: int, kills: int, seed: int) -> tuple[int, int]:
    """People finish tasks while the service is killed so often; how many were finished, and how often it was killed
    with something in the inbox. What was not answered with 200, the vendor tells again; what was, only we can know.
    """
    chance, left = random.Random(seed), 0
    with heard(folder, tasks) as (one, url):
        log = one.config.parent / "log.txt"
        with serving(one, url), Store.open(load(one.config, {}).database_url) as store:
            wait(lambda: store.slot("fields"), log)  # the first run is through, and the next is due tomorrow
        todo = sorted(marked(one).items())
        each = len(todo) // (kills + 1)
        for _ in range(kills):
            mine, todo = todo[:each], todo[each:]
            with serving(one, url) as up:
                people = threading.Thread(target=_finish_all, args=(one, [gid for _, gid in mine]))
                people.start()
                time.sleep(chance.uniform(0.1, 1.5))
                up.send_signal(signal.SIGKILL)
                up.wait(10)
                people.join()
            with Store.open(load(one.config, {}).database_url) as store:
                left += bool(store.inbox().depth)
        with serving(one, url):
            for _ in range(4):  # the vendor comes again ten seconds later, then twenty, at most an hour
                _advance(one, "PT1H")
            wait(lambda: marked(one).keys() == {name for name, _ in todo}, log, 90)
            wait(lambda: rows(one) == {gid for _, gid in todo}, log, 90)
        with Store.open(load(one.config, {}).database_url) as store:
            scheduled = [run for run in store.runs(1000) if run.kind == "run"]
        assert len(scheduled) == 1  # the webhooks told it all
    return kills * each, left


def _finish_all(one: Rig, gids: list[str]) -> None:
    for gid in gids:
        finish(one, gid)
        time.sleep(0.05)


def _advance(one: Rig, text: str) -> None:
    httpx.post(f"{one.url}/_sandbox/clock", json={"advance": text}, trust_env=False, timeout=30).raise_for_status()
    one.app.carrier.settle()


def rows(one: Rig) -> set[str]:
    """The tasks of the open rows about handoffs."""
    open_ = [row["Key"] for row in one.rows() if row["State"] == "Open" and row["Rule"] == "handoff-stall"]
    return {key.split("asana:")[1].split("/")[0] for key in open_}


def test_what_a_webhook_named_is_judged_after_the_restart(tmp_path: Path) -> None:
    done, _ = killed(tmp_path, tasks=15, kills=2, seed=3)
    assert done >= 4


@pytest.mark.torture
def test_twenty_kills(tmp_path: Path) -> None:
    done, left = killed(tmp_path, tasks=90, kills=20, seed=5)
    print(f"\n{done} tasks finished, killed 20 times, {left} times with hints in the inbox: every one judged")
    assert left >= 5
