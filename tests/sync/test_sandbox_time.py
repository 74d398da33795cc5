"""The clock by which a look at a sandbox is dated, and what it is where no sandbox answers."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx

from connectors.sandbox.core import World
from connectors.sandbox.server import serving
from sync.sandbox_time import observing

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def _near(at: datetime) -> bool:
    return abs(datetime.now(UTC) - at) < timedelta(minutes=5)


def test_a_sandboxs_clock_counts_and_one_that_stops_answering_is_where_it_was() -> None:
    with serving(World(NOW), 0) as url:
        clock = observing(f"{url}/notion")
        assert clock() == NOW
        httpx.post(f"{url}/_sandbox/clock", json={"advance": "PT1H"}, trust_env=False).raise_for_status()
        assert clock() == NOW + timedelta(hours=1)
    assert clock() == NOW + timedelta(hours=1)


def test_everywhere_else_it_is_the_machines() -> None:
    for url in (
        "https://api.notion.com",
        "http://127.0.0.1:9/notion",
        "http://127.0.0.1:9",
        "http://example.com/notion",
    ):
        assert _near(observing(url)())


def test_whoever_is_no_sandbox_is_asked_once() -> None:
    asked: list[str] = []

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *told: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            clock = observing(f"http://127.0.0.1:{server.server_port}/notion")
            assert _near(clock())
            assert _near(clock())
        finally:
            server.shutdown()
            thread.join()
    assert asked == ["/_sandbox/clock"]
