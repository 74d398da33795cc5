"""`handrail serve` in this process: the worker in a thread, the receiver on a port, a sandbox that delivers."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from starlette.applications import Starlette

from connectors.http import Meter
from sync.cli.instants import instant_of
from sync.config import Settings, load
from sync.receiver import Receiver, Web
from sync.serving.agenda import Agenda
from sync.serving.vitals import Vitals
from sync.serving.worker import Worker, wall
from sync.stopping import Stop
from sync.store import Store
from sync.wiring import ears, furnished
from tests.run.worlds import Client

LIVE = "\n[serve]\ndebounce_seconds = 0.2\n"


@dataclass
class Life:
    """One service on a rig. `url`: where it listens."""

    rig: Client
    settings: Settings
    store: Store
    worker: Worker
    vitals: Vitals
    meter: Meter
    stop: Stop
    url: str

    def until(self, true: Callable[[], Any], what: str, seconds: float = 30) -> Any:
        """Wait until it is; what it was then."""
        end = time.monotonic() + seconds
        while not (found := true()):
            assert time.monotonic() < end, f"{what} did not come; {self.vitals.snapshot()}"
            time.sleep(0.05)
        return found

    def quiet(self, seconds: float = 30) -> None:
        """Until a scheduled run has ended, nothing is in the inbox, and nobody works."""
        self.until(lambda: self.vitals.snapshot().last, "the first run", seconds)
        self.until(
            lambda: not self.store.inbox().depth and not self.vitals.snapshot().working, "a quiet moment", seconds
        )

    def ran(self, kind: str) -> int:
        """How many runs of this kind have ended."""
        return sum(count for (one, _), count in self.vitals.snapshot().runs.items() if one == kind)

    def tell_asana(self, project: str) -> str:
        """A webhook for this project, made as any client makes one; its path."""
        path = secrets.token_urlsafe(32)
        self.store.await_hook(path, "asana", project)
        body = {"data": {"resource": project, "target": f"{self.url}/hooks/asana/{path}"}}
        made = self.rig.send("POST", "/asana/api/1.0/webhooks", body, "sandbox")
        self.store.hook_made(path, made["data"]["gid"])
        return path

    def advance(self, text: str) -> None:
        """Let the sandbox's clock jump."""
        answer = httpx.post(f"{self.rig.url}/_sandbox/clock", json={"advance": text}, trust_env=False, timeout=30)
        answer.raise_for_status()


@contextmanager
def living(
    rig: Client, more: str = LIVE, now: Callable[[], datetime] | None = None, env: Mapping[str, str] | None = None
) -> Iterator[Life]:  # fmt: skip
    """The service on this rig's config with `more` at its end, until the block ends. Time is the sandbox's."""
    text = rig.config.read_text("utf-8")
    rig.config.write_text(text + more, "utf-8")
    settings, stop, vitals, meter = load(rig.config, env or {}), Stop(), Vitals(), Meter()
    with Store.open(settings.database_url) as store:
        worker = Worker(
            store, lambda: furnished(settings, store, meter, stop=stop),
            Agenda(settings.write.when, ZoneInfo(settings.terms().hours.timezone), store), vitals, stop,
            now or (lambda: instant_of("sandbox", settings)),
        )  # fmt: skip
        receiver = Receiver(ears(settings), store, worker.me, wall, worker.knock)
        web = Web(Starlette(routes=receiver.routes()), "127.0.0.1", 0)
        receiver.start()
        url = f"http://127.0.0.1:{web.start()}"
        thread = threading.Thread(target=worker.work, name="worker")
        thread.start()
        try:
            yield Life(rig, settings, store, worker, vitals, meter, stop, url)
        finally:
            stop.ask("the test is over")
            thread.join(20)
            web.close()
            receiver.close()
            rig.config.write_text(text, "utf-8")
            assert not thread.is_alive()
