"""One pretend Asana a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.asana.world import AsanaRig, asana_rig
from tests.connectors.contract import Notes


@pytest.fixture
def rig() -> Iterator[AsanaRig]:
    with asana_rig() as rig:
        yield rig


@pytest.fixture
def small() -> Iterator[AsanaRig]:
    with asana_rig(8) as rig:
        yield rig


@pytest.fixture
def notes() -> Notes:
    return Notes()
