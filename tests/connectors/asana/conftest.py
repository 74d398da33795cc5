"""One pretend Asana a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.store import Store
from tests.connectors.asana.world import AsanaRig, Keeper, asana_rig
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


@pytest.fixture
def keeper(small: AsanaRig, tmp_path: Path) -> Iterator[Keeper]:
    """Of the small pretend Asana."""
    with Store.open(f"sqlite:///{tmp_path}/kept.db") as store:
        yield Keeper(small, store)
