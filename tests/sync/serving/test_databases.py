"""What the service tells of itself, the same on SQLite and on PostgreSQL; and a database that comes back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from sync.config import load
from sync.run import run
from sync.serving.routes import routes
from sync.serving.vitals import Vitals
from sync.wiring import open_house
from tests.run.worlds import NOW, rig
from tests.sync.serving.serving import served

LATER = NOW + timedelta(minutes=3)
_END_ALL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()
"""


def test_everything_is_told_on_both(tmp_path: Path, database_url: str) -> None:
    with rig(tmp_path) as one:
        settings = load(one.config, {"HANDRAIL__DATABASE_URL": database_url})
        with open_house(settings) as house:
            outcome = run(house, NOW, write=True)
            with served(routes(house, Vitals(NOW), host="127.0.0.1", clock=lambda: LATER)) as client:
                assert client.get("/readyz").json()["ok"] is True
                told = client.get("/status.json").json()
                assert told["runs"][0]["run"] == outcome.run
                assert sum(each["count"] for each in told["findings"]) == len(outcome.judgement.findings)
                scraped = client.get("/metrics").text
                assert 'handrail_source_stale_seconds{source="asana"} 180.0' in scraped
                assert "handrail_store_errors_total 0.0" in scraped
                if house.store.engine.dialect.name == "postgresql":
                    with house.store.engine.connect() as connection:
                        connection.execute(text(_END_ALL))
                    assert client.get("/readyz").status_code == 200
        with open_house(settings, doors=False) as house:
            assert house.store.last_read_whole() == {"asana": NOW, "notion": NOW}
            house.store.note_read_whole(["asana"], LATER)
            assert house.store.last_read_whole() == {"asana": LATER, "notion": NOW}


def test_readyz_says_that_postgresql_is_down_and_that_it_is_back(tmp_path: Path, own_postgres: Any) -> None:
    with rig(tmp_path) as one:
        settings = load(one.config, {"HANDRAIL__DATABASE_URL": own_postgres.get_uri()})
        with open_house(settings) as house:
            run(house, NOW, write=False)
            with served(routes(house, Vitals(NOW), host="127.0.0.1", clock=lambda: LATER)) as client:
                assert client.get("/readyz").status_code == 200
                own_postgres.stop()
                down = client.get("/readyz")
                assert down.status_code == 503
                (failing,) = [check for check in down.json()["checks"] if not check["ok"]]
                assert failing["check"] == "database"
                assert failing["said"].startswith("does not answer: ")
                assert "is it up" in failing["said"]
                assert "\n" not in failing["said"]
                assert client.get("/healthz").status_code == 200  # a restart of ours would not help
                assert client.get("/metrics").status_code == 200
                own_postgres.ensure_postgres_running()
                assert client.get("/readyz").status_code == 200
