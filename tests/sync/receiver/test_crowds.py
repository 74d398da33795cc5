"""Many at once, slow ones, and more than there is room for: each is answered or let go, and honest ones are heard."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from sync.receiver import protocol, web, writer
from sync.store import Store
from sync.store.opening import writing
from tests.sync.receiver.hostile import request
from tests.sync.receiver.rig import Rig, asana, by_asana, receiving, told


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "handrail.db")) as one:
        yield one


def sent(rig: Rig, name: str) -> tuple[int, str]:
    """The status of a delivery about this task, and when to come again."""
    answer = asana(rig, told(name))
    return answer.status_code, answer.headers.get("retry-after", "")


def test_a_full_queue_is_said_at_once_and_what_waits_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MOST_DELIVERIES", 3)
    with receiving(store) as rig, ThreadPoolExecutor(12) as senders:
        rig.shaken()
        with writing(store.engine).begin():  # somebody else writes: the writer holds three at most, three wait
            answers = {name: senders.submit(sent, rig, name) for name in "abcdefghijkl"}
            while sum(one.done() for one in answers.values()) < 6:
                time.sleep(0.01)
            assert {one.result() for one in answers.values() if one.done()} == {(503, "10")}
        kept = {name for name, one in answers.items() if one.result() == (200, "")}
        assert kept
        assert {id_ for _, id_ in rig.inbox()} == kept
        assert rig.receiver.counts.refused == {"queue": 12 - len(kept)}
        assert sent(rig, "again") == (200, "")


def test_a_head_that_does_not_end_is_not_waited_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)
    head = request(b"", by_asana(b"")).partition(b"\r\n\r\n")[0]
    with receiving(store) as rig:
        rig.shaken()
        for said in (b"", head[:1], head):
            with socket.create_connection(("127.0.0.1", rig.port), timeout=20) as line:
                line.sendall(said)
                assert line.recv(1) == b""  # let go, without an answer
        with socket.create_connection(("127.0.0.1", rig.port), timeout=20) as line:
            assert any(_ends(line, bytes([byte])) for byte in head)  # what comes does not move the deadline
        assert sent(rig, "1") == (200, "")
        assert rig.receiver.counts.refused == {}


def _ends(line: socket.socket, more: bytes) -> bool:
    """Whether the other side has ended the connection, after so many bytes more and a moment."""
    try:
        line.sendall(more)
        return bool(select.select([line], [], [], 0.02)[0]) and line.recv(1) == b""
    except ConnectionError:
        return True


def test_many_big_heads_at_once_do_not_keep_an_honest_one_out(store: Store) -> None:
    big = request(b"", by_asana(b"") | {"x-more": "x" * 30_000}).partition(b"\r\n\r\n")[0]
    with receiving(store) as rig, ExitStack() as lines:
        rig.shaken()
        open_ = [
            lines.enter_context(socket.create_connection(("127.0.0.1", rig.port), timeout=20)) for _ in range(100)
        ]
        for line in open_:
            line.sendall(big)  # and no end of it
        assert sent(rig, "1") == (200, "")
        for line in open_:
            line.sendall(b"y" * 10_000)  # more than a head may have
        answers = [line.makefile("rb").readline() for line in open_]
        assert {answer.split()[1] for answer in answers if answer} <= {b"400"}
        assert sent(rig, "2") == (200, "")


def test_who_finds_no_room_is_told_when_to_come_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_CONNECTIONS", 4)
    with receiving(store) as rig, ExitStack() as lines:
        rig.shaken()
        for _ in range(4):
            line = lines.enter_context(httpx.Client(base_url=rig.url, trust_env=False, timeout=20))
            assert line.post("/hooks/asana/unguessable", content=told("1"), headers=by_asana(told("1"))).is_success
        crowded = asana(rig, told("2"))
        assert (crowded.status_code, crowded.headers["retry-after"], crowded.content) == (503, "10", b"")
        lines.close()
        while sent(rig, "2") != (200, ""):
            time.sleep(0.01)  # the server has not noticed yet
        assert {id_ for _, id_ in rig.inbox()} == {"1", "2"}
