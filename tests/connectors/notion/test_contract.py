"""The Notion connector keeps every connector's promises."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.contract import ConnectorContract
from tests.connectors.notion.world import NotionRig, notion_rig


class TestNotion(ConnectorContract):
    @pytest.fixture
    def rig(self) -> Iterator[NotionRig]:
        with notion_rig() as rig:
            yield rig
