"""A receiver on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sync.store import Store
from tests.sync.receiver.rig import Rig, receiving


@pytest.fixture
def rig(database_url: str) -> Iterator[Rig]:
    with Store.open(database_url) as store, receiving(store) as one:
        yield one
