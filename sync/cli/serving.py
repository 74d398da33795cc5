"""`handrail serve`: what the command does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from starlette.applications import Starlette

from connectors.http import Meter
from sync.cli.exits import DONE, Refusal
from sync.cli.instants import instant_of
from sync.cli.parking import parking
from sync.config import Settings, load
from sync.receiver import CannotListen, Receiver, Web
from sync.serving import logs
from sync.serving.agenda import Agenda
from sync.serving.progress import Told
from sync.serving.routes import routes
from sync.serving.secrets import Secrets
from sync.serving.upkeep import Upkeep
from sync.serving.vitals import Vitals
from sync.serving.worker import Worker, wall
from sync.stopping import Stop
from sync.store import Store
from sync.wiring import ears, furnished

_log = structlog.get_logger("handrail.serve")


def serve(config: Path, as_of: str | None, host: str | None, port: int | None, verbose: bool) -> int:
    """Until SIGTERM or Ctrl-C."""
    if as_of not in (None, "sandbox"):
        raise Refusal("--as-of on serve is `sandbox` or left out: a service lives in the present")
    settings, stop = load(config, os.environ), Stop()
    logs.configure(settings.shape.serve.logs, _secrets(settings), verbose=verbose)
    if as_of:
        instant_of(as_of, settings)  # said now, not by a loop that goes on
    host, port = host or settings.shape.serve.host, settings.shape.serve.port if port is None else port
    with parking(stop), Store.open(settings.database_url) as store, store.serve_lock():
        worker = _worker(settings, store, stop, as_of)
        with _listening(worker, settings, store, host, port):
            worker.work()
        _log.info("stopped", why=stop.why)
    return DONE


def _worker(settings: Settings, store: Store, stop: Stop, as_of: str | None) -> Worker:
    vitals, meter = Vitals(), Meter()
    now: Callable[[], datetime] = (lambda: instant_of(as_of, settings)) if as_of else wall
    told = Told(lambda: vitals.loop_turn(now())).progress()
    zone = ZoneInfo(settings.terms().hours.timezone)
    return Worker(
        store, lambda: furnished(settings, store, meter, told, stop=stop),
        Agenda(settings.write.when, zone, store), vitals, stop, now, Upkeep(ears(settings), now, wall),
    )  # fmt: skip


def _secrets(settings: Settings) -> Secrets:
    """Every token; the secrets of webhooks have a form of their own, and are hidden by that."""
    tokens = [settings.token_of(source) for source in settings.sources]
    return Secrets([*tokens, settings.environment.get(settings.shape.serve.token_env, "")])


@contextmanager
def _listening(worker: Worker, settings: Settings, store: Store, host: str, port: int) -> Iterator[None]:
    """The web server, up for the block. Refusal when the address cannot be had."""
    receiver = Receiver(ears(settings), store, worker.me, wall, worker.knock)
    with worker.house() as house:  # without a token it ends here
        shown = routes(
            house, worker.vitals, host=host, received=lambda: dict(receiver.counts.by_source), clock=worker.now
        )
    web = Web(logs.Requests(Starlette(routes=[*receiver.routes(), *shown])), host, port)
    receiver.start()
    try:
        bound = web.start()
    except CannotListen as error:
        receiver.close()
        raise Refusal(f"[serve]: {error}") from None
    try:
        _log.info(
            "listening", host=host, port=bound, mode=settings.mode, webhooks=bool(settings.shape.serve.public_url)
        )
        yield
    finally:
        web.close()
        receiver.close()
