"""A pretend Notion that stands still, with one table that has every type of property."""

from __future__ import annotations

import pytest

from connectors.sandbox.core import World
from connectors.sandbox.notion import NotionSide
from tests.sandbox.notion.asking import COLUMNS, NOW, Asker


@pytest.fixture
def world() -> World:
    world = World(NOW)
    world.people.add("Ann", "ann@example.com")
    world.people.add("Ben", "ben@example.com")
    world.notion = NotionSide(world)
    return world


@pytest.fixture
def side(world: World) -> NotionSide:
    side: NotionSide = world.notion
    return side


@pytest.fixture
def ask(side: NotionSide) -> Asker:
    return Asker(side)


@pytest.fixture
def old(side: NotionSide) -> Asker:
    return Asker(side, version="2025-09-03")


@pytest.fixture
def ann(side: NotionSide) -> Asker:
    return Asker(side, token="as:Ann")


@pytest.fixture
def source(side: NotionSide) -> str:
    """A data source with every type of property, below the shared page."""
    database = side.create_database("Ann", "Briefs", side.shared_page_id, COLUMNS)
    source = database.sources[0]
    side.change_schema("Ann", source, {"Needs": {"relation": {"data_source_id": source, "single_property": {}}}})
    return source
