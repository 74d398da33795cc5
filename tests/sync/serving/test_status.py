"""The operator's page over real HTTP and in a real browser: it says what is so, hides secrets, and can be read."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.model import Ref
from sync.config import load
from sync.house import House
from sync.run import Outcome, run
from sync.serving.routes import routes
from sync.serving.vitals import Vitals
from sync.store import Store
from sync.wiring import open_house
from tests.run.worlds import NOW, Rig, rig
from tests.sync.serving.serving import served

PATH, SECRET = "the-secret-end-of-an-address", "the-secret-that-signs"
MINUTE = timedelta(minutes=1)
PUBLIC = {"HANDRAIL__SERVE__PUBLIC_URL": "http://127.0.0.1:9"}


@dataclass
class Service:
    house: House
    vitals: Vitals
    outcome: Outcome
    client: httpx.Client
    now: datetime = NOW + MINUTE

    def at(self, now: datetime) -> None:
        self.now = now
        self.vitals.loop_turn(now)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service that ran once, awaits a second look at an item, and has a webhook."""
    with rig(tmp_path) as one, open_house(load(one.config, PUBLIC)) as house:
        vitals = Vitals(NOW)
        outcome = run(house, NOW, write=True)
        vitals.ended("scheduled", NOW, 3.0, outcome)
        vitals.next_run(NOW + 15 * MINUTE)
        house.store.note_hints([Ref("asana", "1")], NOW)
        project = next(one.ref.id for one in house.store.containers() if one.ref.source == "asana")
        house.store.await_hook(PATH, "asana", project)
        house.store.shake_hook(PATH, SECRET)
        house.store.hook_made(PATH, "1209")
        made = Service(house, vitals, outcome, httpx.Client())
        with served(routes(house, vitals, host="127.0.0.1", clock=lambda: made.now)) as client:
            made.client = client
            yield made


def test_it_says_what_is_so(service: Service) -> None:
    told = service.client.get("/status.json").json()
    assert told["ok"] is True
    assert told["next_run"] == (NOW + 15 * MINUTE).isoformat()
    assert told["runs"][0]["run"] == service.outcome.run
    assert {one["source"]: one["read_whole_at"] for one in told["sources"]} == dict.fromkeys(
        ("asana", "notion"), NOW.isoformat()
    )
    assert sum(one["count"] for one in told["findings"]) == len(service.outcome.judgement.findings)
    assert (told["inbox"]["items"], told["webhooks"][0]["state"]) == (1, "active")
    page = service.client.get("/").text
    assert "All is well." in page
    assert service.outcome.run in page
    assert f"{len(service.outcome.judgement.findings)} found" in page
    assert "2026-03-02 12:15:00 UTC (in 14 minutes)" in page


def test_it_says_what_is_wrong_and_the_way_out_but_no_secret(service: Service) -> None:
    service.house.store.hook_checked(PATH, f"410 Gone from https://x.example/hooks/asana/{PATH}, secret {SECRET}")
    service.at(NOW + 180 * MINUTE)
    page, told = service.client.get("/").text, service.client.get("/status.json").text
    assert "3 checks of 5 fail." in page
    assert "not read whole since 2026-03-02 12:00:00 UTC" in page
    assert "<code>handrail run</code>" in page
    assert "410 Gone" in page
    for text in (page, told, service.client.get("/readyz").text, service.client.get("/metrics").text):
        assert PATH not in text
        assert SECRET not in text


def test_names_from_elsewhere_stay_text(service: Service) -> None:
    service.house.store.hook_checked(PATH, "<script>alert(1)</script>")
    page = service.client.get("/").text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_it_stands_without_its_database(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def away(_self: Store) -> Any:
        raise OperationalError("SELECT", {}, Exception("disk I/O error"))

    monkeypatch.setattr(Store, "last_read_whole", away)
    page = service.client.get("/")
    assert page.status_code == 200
    assert "disk I/O error" in page.text
    assert "Not known while the database does not answer." in page.text


def test_its_headers_allow_nothing_but_its_own_style(service: Service) -> None:
    answer = service.client.get("/")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "<script" not in answer.text
    assert "http-equiv" not in answer.text
    assert 'http-equiv="refresh" content="30"' in service.client.get("/?renew").text


def test_it_only_reads(service: Service) -> None:
    for path in ("/", "/status.json", "/metrics", "/healthz", "/readyz"):
        assert service.client.post(path).status_code == 405


def test_elsewhere_than_on_loopback_it_asks_for_the_token(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        one.run()
        assert _asked(one, {}, None).status_code == 403
        env = {"HANDRAIL_SERVE_TOKEN": "s3cret-token"}
        refused = _asked(one, env, None)
        assert (refused.status_code, refused.headers["www-authenticate"][:5]) == (401, "Basic")
        assert "asana" not in refused.text
        assert _asked(one, env, ("me", "s3cret-token")).status_code == 200
        assert _asked(one, env, ("me", "another")).status_code == 401


def _asked(one: Rig, env: dict[str, str], auth: tuple[str, str] | None) -> httpx.Response:
    with (
        open_house(load(one.config, env), doors=False) as house,
        served(routes(house, Vitals(NOW), host="0.0.0.0", clock=lambda: NOW)) as client,
    ):
        return client.get("/", auth=auth)


_LOOK = """() => ({
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  headings: [...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1]),
  scopes: [...document.querySelectorAll('th')].every(th => th.scope),
  ground: getComputedStyle(document.body).backgroundColor,
  lang: document.documentElement.lang,
})"""


@pytest.mark.parametrize("width", [390, 1100])
def test_it_can_be_read_on_a_phone_in_light_and_dark(service: Service, width: int) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = next((p for p in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser")) if p.exists()), None)
    if chromium is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    service.house.store.hook_checked(PATH, "could not deliver since 09:12")
    grounds = set()
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            complaints: list[str] = []
            page.on("console", lambda message, into=complaints: into.append(message.text))
            page.goto(str(service.client.base_url))
            seen = page.evaluate(_LOOK)
            page.close()
            assert (seen["wide"], seen["scopes"], seen["lang"], complaints) == (0, True, "en", [])
            assert seen["headings"][0] == 1
            assert all(after <= before + 1 for before, after in itertools.pairwise(seen["headings"]))
            grounds.add(seen["ground"])
        browser.close()
    assert len(grounds) == 2
    assert all(re.fullmatch(r"rgb\(\d+, \d+, \d+\)", one) for one in grounds)
