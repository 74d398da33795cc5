"""The pretend Asana: state, acts and HTTP, written from Asana's documents."""

from __future__ import annotations

from connectors.sandbox.asana.side import AsanaSide

__all__ = ["AsanaSide"]
