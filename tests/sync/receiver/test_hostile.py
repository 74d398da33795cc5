"""Hostile deliveries: none is taken, none ends the receiver, none leaves anything in memory."""

from __future__ import annotations

import random
import socket
from collections import Counter
from pathlib import Path

import psutil
import pytest

from sync.receiver import Limits
from sync.store import Store
from tests.sync.receiver.child import Child, child
from tests.sync.receiver.hostile import ATTACKS, CUT, answered, request
from tests.sync.receiver.rig import Rig, asana, by_asana, inbox, notion, page, receiving, shaken, told


def _attack(at: Child, times: int, chance: random.Random) -> Counter[int]:
    statuses = Counter[int]()
    for number in range(times):
        attack = ATTACKS[number % len(ATTACKS)]
        sent, right = attack(chance)
        status = answered(at.port, sent, ends=right == [CUT])
        assert status in right, (attack.__name__, status, sent[:300])
        statuses[status] += 1
    return statuses


def _memory(at: Child) -> float:
    """In MB."""
    return float(psutil.Process(at.process.pid).memory_info().rss / 2**20)


def _hold_out(url: str, times: int, seed: int) -> tuple[float, float]:
    """So many attacks, with an honest delivery after each tenth: MB in use after a tenth of them, and after all."""
    chance, honest, used = random.Random(seed), told("1"), list[float]()
    with Store.open(url) as store:
        shaken(store)
        with child(url) as at:
            for _ in range(10):
                _attack(at, times // 10, chance)
                assert answered(at.port, request(honest, by_asana(honest))) == 200
                used.append(_memory(at))
        assert inbox(store) == {("asana", "1"): 10}
    return used[0], used[-1]


def test_none_is_taken_and_the_next_honest_one_is(tmp_path: Path) -> None:
    _hold_out(f"sqlite:///{tmp_path / 'handrail.db'}", 500, seed=7)


@pytest.mark.torture
def test_ten_thousand_leave_nothing_in_memory(database_url: str) -> None:
    early, late = _hold_out(database_url, 10_000, seed=8)
    print(f"\nafter 1,000 hostile deliveries {early:.0f} MB, after 10,000 {late:.0f} MB")
    assert late < early * 1.1 + 5


def test_a_refusal_tells_nothing(rig: Rig) -> None:
    """The same empty answer whatever is wrong with a signature."""
    rig.shaken()
    body = told("1")
    refused = [asana(rig, body, by_asana(body, "wrong")), asana(rig, body, {"content-type": "application/json"}),
               asana(rig, b"{", by_asana(body)), notion(rig, page("a"), by_asana(body))]  # fmt: skip
    assert [(answer.status_code, answer.content) for answer in refused] == [(401, b"")] * 4
    assert all({"server", "www-authenticate"}.isdisjoint(answer.headers) for answer in refused)
    assert rig.receiver.counts.refused == {"wrong signature": 2, "not signed": 2}
    assert rig.inbox() == {}


def test_a_replay_is_the_repeat_of_a_vendor_and_costs_one_look(rig: Rig) -> None:
    rig.shaken()
    body = told("1", "2")
    assert {asana(rig, body).status_code for _ in range(5)} == {200}
    assert rig.inbox() == {("asana", "1"): 5, ("asana", "2"): 5}


def test_a_body_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    with Store.open(f"{tmp_path / 'handrail.db'}") as store, receiving(store, limits=Limits(body_seconds=0.2)) as rig:
        rig.shaken()
        sent = request(b"{", by_asana(b"{}"), length=2)
        with socket.create_connection(("127.0.0.1", rig.port), timeout=20) as line:
            line.sendall(sent)
            assert line.makefile("rb").readline().startswith(b"HTTP/1.1 408")
            assert line.recv(1) in (b"", b"d", b"c")
        assert rig.receiver.counts.refused == {"too slow": 1}
        assert rig.receiver.bytes_held == 0
