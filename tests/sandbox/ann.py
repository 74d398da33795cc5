"""A small sandbox with one person in it, Ann, and her client: for whoever wants to see what webhooks tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx

from connectors.sandbox.build import build_world
from connectors.sandbox.server import SandboxApp, serving_app

HEADERS = {"authorization": "Bearer as:Ann", "notion-version": "2026-03-11"}


def ann_app() -> SandboxApp:
    """Nothing in it but the people and the page shared with the bot; its clock stands."""
    world = build_world(datetime(2026, 11, 2, 9, tzinfo=UTC))
    world.people.add("Ann", "ann@example.org")
    return SandboxApp(world)


@contextmanager
def ann_client(app: SandboxApp) -> Iterator[httpx.Client]:
    """The app served over HTTP, and Ann's client for both vendors."""
    with serving_app(app) as url, httpx.Client(base_url=url, headers=HEADERS, timeout=20) as made:
        yield made
