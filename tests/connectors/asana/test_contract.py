"""The Asana connector keeps every connector's promises."""

from __future__ import annotations

from tests.connectors.contract import ConnectorContract


class TestAsana(ConnectorContract):
    """With the `rig` of this folder."""
