"""`/metrics` over real HTTP: it says what happened, survives its store, and the document names all of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from connectors.model import Ref
from sync.config import load
from sync.house import House
from sync.run import Outcome, run
from sync.serving.routes import routes
from sync.serving.vitals import Vitals
from sync.wiring import open_house
from tests.run.worlds import NOW, rig
from tests.sync.serving.serving import served

LATER = NOW + timedelta(minutes=7)


def scraped(client: httpx.Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


def sample(found: dict[tuple[str, frozenset[tuple[str, str]]], float], name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[tuple[House, Vitals, Outcome]]:
    """A service that has run once and heard of one change."""
    with rig(tmp_path) as one, open_house(load(one.config, {})) as house:
        vitals = Vitals(NOW)
        vitals.began("scheduled", NOW)
        outcome = run(house, NOW, write=True)
        vitals.ended("scheduled", NOW, 3.0, outcome)
        vitals.next_run(NOW + timedelta(minutes=15))
        house.store.note_hints([Ref("asana", "1")], LATER - timedelta(seconds=42))
        yield house, vitals, outcome


def at() -> datetime:
    return LATER


def test_what_it_says_is_what_happened(lived: tuple[House, Vitals, Outcome]) -> None:
    house, vitals, outcome = lived
    counts = {("asana", "accepted"): 5, ("asana", "bad signature"): 2}
    with served(routes(house, vitals, host="127.0.0.1", received=lambda: counts, clock=at)) as client:
        found = scraped(client)
    tally = house.meter.read()
    for source in ("asana", "notion"):
        sent = sum(
            value
            for (name, labels), value in found.items()
            if name == "handrail_requests_total" and ("source", source) in labels
        )
        assert sent == tally.total(source) > 0
        assert sample(found, "handrail_source_stale_seconds", source=source) == 7 * 60
    assert sample(found, "handrail_inbox_items") == 1
    assert sample(found, "handrail_inbox_oldest_seconds") == 42
    assert sample(found, "handrail_runs_total", kind="scheduled", result="done") == 1
    assert sample(found, "handrail_run_duration_seconds_count", kind="scheduled") == 1
    assert sample(found, "handrail_run_duration_seconds_bucket", kind="scheduled", le="2.5") == 0
    assert sample(found, "handrail_run_duration_seconds_bucket", kind="scheduled", le="5.0") == 1
    assert sample(found, "handrail_writes_total", outcome="written") == outcome.applied.written > 0
    held = sum(value for (name, _), value in found.items() if name == "handrail_findings")
    assert held == len(outcome.judgement.findings) > 0
    assert sample(found, "handrail_deliveries_total", source="asana", result="bad signature") == 2
    assert sample(found, "handrail_next_run_timestamp_seconds") == (NOW + timedelta(minutes=15)).timestamp()
    assert sample(found, "handrail_store_errors_total") == 0
    assert any(name == "handrail_build_info" for name, _ in found)


def test_after_a_restart_findings_and_ages_come_from_the_store(lived: tuple[House, Vitals, Outcome]) -> None:
    house, _, outcome = lived
    with served(routes(house, Vitals(LATER), host="127.0.0.1", clock=at)) as client:
        found = scraped(client)
    held = sum(value for (name, _), value in found.items() if name == "handrail_findings")
    assert held == len(outcome.judgement.findings)
    assert sample(found, "handrail_source_stale_seconds", source="asana") == 7 * 60


def test_a_store_error_leaves_the_gauge_out_and_is_counted(lived: tuple[House, Vitals, Outcome]) -> None:
    house, vitals, _ = lived
    with sqlite3.connect(str(house.store.engine.url.database)) as connection:
        connection.execute("DROP TABLE hint")
    connection.close()
    with served(routes(house, vitals, host="127.0.0.1", clock=at)) as client:
        found = scraped(client)
        assert sample(found, "handrail_store_errors_total") == 1
        assert not any(name == "handrail_inbox_items" for name, _ in found)
        assert sample(found, "handrail_source_stale_seconds", source="asana") == 7 * 60
        assert sample(scraped(client), "handrail_store_errors_total") == 2


def test_the_document_names_every_metric_and_no_other(lived: tuple[House, Vitals, Outcome]) -> None:
    house, vitals, _ = lived
    text = (Path(__file__).parents[3] / "docs" / "operating.md").read_text(encoding="utf-8")
    told = {cell.split("`")[1].partition("{")[0] for cell in text.splitlines() if cell.startswith("| `handrail_")}
    with served(routes(house, vitals, host="127.0.0.1", clock=at)) as client:
        page = client.get("/metrics").text
    there = {line.split()[2] for line in page.splitlines() if line.startswith("# TYPE handrail_")}
    assert told == there


def test_only_who_has_the_token_may_scrape_a_service_that_others_reach(lived: tuple[House, Vitals, Outcome]) -> None:
    house, vitals, _ = lived
    with served(routes(house, vitals, host="0.0.0.0", clock=at)) as client:
        refused = client.get("/metrics")
        assert refused.status_code == 403
        assert "HANDRAIL_SERVE_TOKEN" in refused.text
