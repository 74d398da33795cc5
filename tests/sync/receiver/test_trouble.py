"""The store fails: senders are told to come again, and nothing need be restarted when it is back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import make_url

from sync.receiver import Limits
from sync.store import Store
from sync.store.opening import writing
from tests.sync.receiver.child import child
from tests.sync.receiver.hostile import answered, request
from tests.sync.receiver.rig import asana, by_asana, inbox, receiving, shaken, told


def _until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not met():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_is_down(database_url: str, postgres_url: str) -> None:
    name = make_url(database_url).database
    with Store.open(database_url) as store, receiving(store) as rig, psycopg.connect(
        postgres_url, autocommit=True
    ) as server:  # fmt: skip
        rig.shaken()
        assert asana(rig, told("1")).status_code == 200
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        down = asana(rig, told("2"))
        assert (down.status_code, down.headers["retry-after"], down.content) == (503, "10", b"")
        assert asana(rig, told("2"), path="another").status_code == 503  # perhaps it is ours; nobody can know
        assert "not currently accepting connections" in rig.receiver.trouble
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert asana(rig, told("3")).status_code == 200
        assert asana(rig, told("3"), path="another").status_code == 404
        assert set(rig.inbox()) == {("asana", "1"), ("asana", "3")}
        assert rig.receiver.trouble == ""
        assert rig.receiver.counts.refused == {"store": 2, "unknown address": 1}


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """No file of the process may grow for a while."""
    url = f"sqlite:///{tmp_path / 'handrail.db'}"
    with Store.open(url) as store:
        shaken(store)
        with child(url) as at:
            statuses = [_told(at.port, 1)]
            process = psutil.Process(at.process.pid)
            _, most = process.rlimit(psutil.RLIMIT_FSIZE)
            process.rlimit(psutil.RLIMIT_FSIZE, (1, most))
            statuses += [_told(at.port, number) for number in (2, 3)]
            process.rlimit(psutil.RLIMIT_FSIZE, (most, most))
            statuses.append(_told(at.port, 4))
        assert statuses == [200, 503, 503, 200]
        assert set(inbox(store)) == {("asana", "1"), ("asana", "4")}


def _told(port: int, number: int) -> int:
    body = told(str(number))
    return answered(port, request(body, by_asana(body)))


def test_a_commit_that_waits_too_long_is_answered_before_the_vendor_gives_up(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "handrail.db")) as store, receiving(
        store, limits=Limits(commit_seconds=0.2)
    ) as rig:  # fmt: skip
        rig.shaken()
        with writing(store.engine).begin():  # somebody else writes, and takes their time
            late = asana(rig, told("1"))
        assert (late.status_code, late.headers["retry-after"]) == (503, "10")
        _until(lambda: ("asana", "1") in rig.inbox())  # kept all the same: one look too many, if it comes again
        assert rig.receiver.counts.accepted == 0
        assert asana(rig, told("2")).status_code == 200


def test_too_much_at_once_is_sent_away(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "handrail.db")) as store, receiving(store, limits=Limits(memory=100)) as rig:
        rig.shaken()
        full = asana(rig, told("1", "2", "3"))
        assert (full.status_code, full.headers["retry-after"]) == (503, "10")
        assert asana(rig, b'{"events":[]}').status_code == 200
        assert rig.receiver.counts.refused == {"memory": 1}
        assert rig.receiver.bytes_held == 0
