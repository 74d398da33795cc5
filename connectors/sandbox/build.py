"""Builds an empty pretend world: people, Asana, Notion, and the page that is shared with the bot."""

from __future__ import annotations

from datetime import datetime

from connectors.sandbox.core import World


def build_world(now: datetime | None = None) -> World:
    """A world without work in it. `now`: the clock stands still there; None: the machine's clock."""
    from connectors.sandbox.asana import AsanaSide
    from connectors.sandbox.notion import NotionSide

    world = World(now)
    world.asana = AsanaSide(world)
    world.notion = NotionSide(world)
    return world
