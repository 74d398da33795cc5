"""`calibrate` and `backtest` on one small world, as a person and as a script read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Said, here
from tests.run.worlds import Rig, rig

AS_OF = ("--as-of", "2026-03-02T12:00:00Z")
RULE = """
[rules.learned]
kind = "handoff_stall"
warn = "p50"
breach = "p85"
clamp = { min_samples = 2, max = "3wd", fallback = "2wd", fallback_warn = "1wd" }
next_step = "Ask {waiting_on}."

[rules.strict]
kind = "handoff_stall"
breach = "p85"
clamp = { min_samples = 500, fallback = "2wd" }
next_step = "Ask {waiting_on}."
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A world that was read once, with a config that learns."""
    with rig(tmp_path_factory.mktemp("learning")) as one:
        assert one.run().troubles == []
        config = one.config.with_name("learned.toml")
        config.write_text(one.config.read_text("utf-8") + RULE, "utf-8")
        yield Rig(one.url, config, one.world, one.app, one.now)


def handrail(one: Rig, *arguments: object) -> Said:
    return here(*arguments, "--config", one.config)


def test_calibrate_shows_old_and_new_freezes_on_word_and_then_stays(ran: Rig) -> None:
    first = handrail(ran, "calibrate", *AS_OF)
    assert first.code == 0, first.all
    assert "[rules.learned] breach = p85" in first.out
    assert "  - 2wd  (fallback: never calibrated)" in first.out
    assert "waits, frozen 2026-03-02)" in first.out
    assert "would change: `calibrate --write` freezes them." in first.out
    told = {(one["rule"], one["level"]): one for one in json.loads(handrail(ran, "calibrate", "--json", *AS_OF).out)}
    assert told["learned", "warn"]["old"] == "1wd"
    assert not told["learned", "warn"]["frozen"]
    assert told["strict", "breach"]["new_from"].startswith("fallback: only ")
    kept = handrail(ran, "calibrate", "--write", *AS_OF)
    assert kept.out.splitlines()[-1].startswith("Frozen: 3 limits, ")
    again = handrail(ran, "calibrate", *AS_OF)
    assert again.out.count("  stays") == 3
    assert "0 of 3 limits would change" in again.out


def test_findings_say_where_their_limit_came_from(ran: Rig) -> None:
    handrail(ran, "calibrate", "--write", *AS_OF)
    report = json.loads(handrail(ran, "report", "-f", "json", *AS_OF).out)
    origins = {one["limit_from"] for one in report["findings"] if one["rule"] == "learned"}
    assert origins
    assert all(" waits" in one and "frozen 2026-03-02" in one for one in origins)
    ref = next(one["subject"]["id"] for one in report["findings"] if one["rule"] == "learned")
    assert "from p" in handrail(ran, "why", ref, *AS_OF).out
    assert "  breach was learned: p85 of " in handrail(ran, "why-not", ref, "learned", *AS_OF).out
    earlier = json.loads(handrail(ran, "report", "-f", "json", "--as-of", "2026-03-01T12:00:00Z").out)
    assert {one["limit_from"] for one in earlier["findings"] if one["rule"] == "learned"} == {
        "fallback: never calibrated"
    }


def test_backtest_counts_draws_and_quotes_the_page(ran: Rig) -> None:
    said = handrail(ran, "backtest", "--since", "2026-02-23", *AS_OF)
    assert said.code == 0, said.all
    assert "handoff-stall (handoff_stall), 8 days from Mon 23 Feb 2026" in said.out
    assert "█" in said.out
    assert "What the page would have said first:\n  Fri 27 Feb 2026  " in said.out
    assert "As they are now, since they have no dated history: url, tags" in said.out


def test_backtest_of_one_rule_agrees_with_a_look_at_each_day(ran: Rig) -> None:
    told = json.loads(handrail(ran, "backtest", "handoff-stall", "--since", "2026-02-24", "--json", *AS_OF).out)
    (one,) = told["rules"]
    assert [day["day"] for day in one["days"]] == [f"2026-02-{n}" for n in range(24, 29)] + [
        "2026-03-01",
        "2026-03-02",
    ]
    for day, instant in (("2026-02-25", "2026-02-26T00:00:00Z"), ("2026-03-02", AS_OF[1])):
        fresh = json.loads(handrail(ran, "report", "-f", "json", "--as-of", instant).out)["findings"]
        fresh = [finding["level"] for finding in fresh if finding["rule"] == "handoff-stall"]
        counted = next(row for row in one["days"] if row["day"] == day)
        assert (counted["warn"], counted["breach"]) == (fresh.count("warn"), fresh.count("breach"))
    assert one["decided"] <= one["found"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("backtest", "--since", "soon"), "--since soon: not a date; write it like 2026-08-01"),
        (("backtest", "--since", "1999-01-01"), "give a day of the last 366 days"),
        (("backtest", "nope"), "[rules.nope] is no rule of "),
        (("calibrate", "nope"), "[rules.nope] is no rule of "),
        (("calibrate", "overload"), "no rule learns a limit; write warn"),
    ],
)
def test_what_cannot_be_asked_says_the_way_out(ran: Rig, arguments: tuple[str, ...], words: str) -> None:
    said = handrail(ran, *arguments)
    assert said.code == 2
    assert words in said.err


def test_neither_needs_a_vendor_or_a_token(ran: Rig, tmp_path: Path) -> None:
    ran.clear_log()
    handrail(ran, "calibrate", *AS_OF)
    handrail(ran, "backtest", "--since", "2026-03-01", *AS_OF)
    served = ran.get("/_sandbox/requests")["requests"]
    assert served == []
