"""What several tests of webhooks start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.hooked import Desk, desk


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    """Two projects, a receiver, and a config that names them."""
    with desk(tmp_path) as one:
        yield one
