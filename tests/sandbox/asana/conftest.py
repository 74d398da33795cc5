"""A desk at the pretend Asana, and the post that leaves it, for every test here."""

from __future__ import annotations

import pytest
from desk import Desk, Post


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def post(desk: Desk) -> Post:
    carrier = Post()
    desk.world.carrier = carrier
    return carrier
