"""How long a flow takes: learned from its past, frozen by `calibrate`, and then it stands still on the page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.cli.program import Said, here
from tests.run.worlds import NOW, Rig, rig

HEAD = "case:concept:name,concept:name,time:timestamp,org:resource\n"


def _log() -> str:
    """Thirty items finished in the twelve weeks before the last four, which took 1 to 30 days; then ten of 20 days;
    and ten more, of 40 days, in the four weeks to come."""
    rows = []
    for number in range(1, 31):
        rows += _item(f"past {number}", NOW - timedelta(days=30 + number), timedelta(days=number))
    for number in range(10):
        rows += _item(f"late {number}", NOW - timedelta(days=1 + number), timedelta(days=20))
        rows += _item(f"next {number}", NOW + timedelta(days=1 + number), timedelta(days=40))
    return HEAD + "".join(rows)


def _item(name: str, finished: datetime, took: timedelta) -> list[str]:
    return [f"{name},Making,{(finished - took).isoformat()},Lena\n", f"{name},Shipped,{finished.isoformat()},Lena\n"]


@pytest.fixture
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("promise"), _log()) as one:
        text = one.config.read_text()
        text = re.sub(r'\{ name = "Shipped".*?\}', '{ name = "Shipped", match = ["Shipped"], kind = "done" }', text)
        one.config.write_text(re.sub(r'.*name = "Done".*\n', "", text))
        assert one.run().troubles == []
        yield one


def _calibrate(one: Rig, *more: str) -> Said:
    said = here("calibrate", *more, "--as-of", one.now.isoformat(), "--config", one.config)
    assert said.code == 0, said.all
    return said


def _told(one: Rig) -> str:
    return next(line for line in one.page().splitlines() if line.startswith("- Log:"))


def test_the_promise_is_shown_as_a_difference_frozen_with_its_day_and_stands_still(ran: Rig) -> None:
    assert _told(ran) == (
        "- Log: 10 of 10 items finished in the last four weeks took no longer than 26 days, 100 %. "
        "Of 30 items before, 85 of 100 did; not frozen."
    )
    assert "To hold on to it: `handrail calibrate --write`." in ran.page()
    assert "1 of 1 limit would change" in _calibrate(ran).out
    assert "not frozen" in _told(ran), "a look freezes nothing"
    kept = _calibrate(ran, "--write").out
    assert "[flows.log] promise = p85 of the time from begin to finish\n  - none  (never calibrated" in kept
    assert "  + 26d  (p85 of 30 finished items, frozen 2026-03-02)" in kept
    assert "  stays 26d" in _calibrate(ran).out
    assert ran.run().troubles == []
    assert _told(ran).endswith("did; frozen Mon 2 Mar 2026.")
    assert "To hold on to it" not in ran.page()
    later = ran.now = NOW + timedelta(days=28)
    ran.world.advance_to(later)
    assert ran.run().troubles == []
    assert "0 of 10 items finished in the last four weeks took no longer than 26 days, 0 %." in _told(ran)
    (plain,) = json.loads(_calibrate(ran, "--json").out)
    assert (plain["flow"], plain["old"], plain["sample"], plain["frozen"]) == ("log", "26d", 40, False)


def test_a_flow_that_begins_or_ends_elsewhere_has_promised_nothing(ran: Rig) -> None:
    _calibrate(ran, "--write")
    text = ran.config.read_text()
    ran.config.write_text(text.replace('name = "Making", match', 'name = "Making it", match'))
    assert ran.run().troubles == []
    assert _told(ran).endswith("frozen Mon 2 Mar 2026."), "another name is the same stage"
    ran.config.write_text(text.replace('match = ["Making"], kind = "active"', 'match = ["Ma*"], kind = "active"'))
    assert ran.run().troubles == []
    assert _told(ran).endswith("not frozen.")


def test_too_few_items_promise_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    with rig(tmp_path_factory.mktemp("few")) as one:
        one.run()
        said = _calibrate(one, "--write").out
        assert "[flows.log] promises nothing yet: only 0 items finished in the past that counts" in said
        assert said.endswith("Frozen: 0 limits, 0 changed, until the next calibration.\n")
