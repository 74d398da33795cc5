"""Asana's limits: kept to, and learned where the config knows them wrongly."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from connectors.asana.learned import RememberedPace
from connectors.http.rate import ObservedRate
from connectors.pace import LocalPace
from sync.pace import SharedPace
from sync.store import Store
from tests.connectors.asana.world import START, AsanaRig, Keeper
from tests.connectors.contract import Kept, Notes
from tests.connectors.wire import Paced

API = "/asana/api/1.0"


def test_the_plans_limit_is_learned_from_the_first_refusal(rig: AsanaRig, notes: Notes) -> None:
    rig.side.settings.requests_per_minute = 148
    pace = Paced()
    connector = rig.connector(notes, pace=pace, sleep=lambda _: setattr(rig.side.settings, "requests_per_minute", 0))
    kept = Kept()
    kept.pull(connector)
    assert len(kept.items) == 140
    assert len(pace.learned) == 1
    assert 140 <= (pace.learned[0] or 0) <= 148
    assert pace.paused
    assert all(seconds > 0 for seconds in pace.paused)


def test_a_refusal_tells_nothing_when_others_may_have_used_the_token() -> None:
    rate = ObservedRate(140)
    for number in range(100):
        rate.answered(number * 0.1)
    assert rate.refused(10.0) is None


def test_the_refusals_after_a_pause_tell_nothing() -> None:
    rate = ObservedRate(140)
    for number in range(300):
        rate.answered(number * 0.1)
    assert rate.refused(30.0) == 300
    for number in range(200):
        rate.answered(60 + number * 0.1)
    assert rate.refused(80.0) is None
    for number in range(400):
        rate.answered(120 + number * 0.1)
    assert rate.refused(175.0) == 400


def test_what_was_learned_is_shared_and_outlives_the_process(tmp_path: Path) -> None:
    slept: list[float] = []
    with Store.open(f"sqlite:///{tmp_path}/pace.db") as store:
        SharedPace(store.engine, "token", 1500).learn(150)
        other = SharedPace(store.engine, "token", 1500, burst=1, clock=lambda: 1000.0, sleep=slept.append)
        other.wait_for_turn()
        other.wait_for_turn()
        assert [round(one, 3) for one in slept] == [0.4]


def test_a_local_pace_learns_and_forgets() -> None:
    now, slept = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = LocalPace(600, burst=1, clock=lambda: now[0], sleep=sleep)
    pace.learn(60)
    pace.wait_for_turn()
    pace.wait_for_turn()
    pace.learn(None)
    pace.wait_for_turn()
    pace.wait_for_turn()
    assert [round(one, 3) for one in slept] == [1.0, 1.0, 0.1]


def test_it_is_forgotten_after_a_week(keeper: Keeper) -> None:
    notes, pace, now = keeper.store.memory("asana"), Paced(), [START]
    RememberedPace(pace, notes, "k", lambda: now[0]).learn(150)
    now[0] += timedelta(days=6)
    RememberedPace(pace, notes, "k", lambda: now[0])
    assert pace.learned == [150]
    now[0] += timedelta(days=1)
    RememberedPace(pace, notes, "k", lambda: now[0])
    assert pace.learned == [150, None]


def test_in_flight_limits_are_kept(rig: AsanaRig, notes: Notes) -> None:
    rig.side.settings.reads_in_flight, rig.side.settings.latency = 50, 0.01
    pace = Paced()
    Kept().pull(rig.connector(notes, pace=pace))
    assert pace.paused == []
