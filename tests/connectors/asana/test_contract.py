"""The Asana connector keeps every connector's promises."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.asana.world import AsanaRig, asana_rig
from tests.connectors.contract import ConnectorContract


class TestAsana(ConnectorContract):
    @pytest.fixture
    def rig(self) -> Iterator[AsanaRig]:
        with asana_rig() as rig:
            yield rig
