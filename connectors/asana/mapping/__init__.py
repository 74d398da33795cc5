"""The pure translation from Asana's JSON to the model: no network, disk, clock or environment."""

from connectors.asana.mapping.history import history
from connectors.asana.mapping.items import (
    as_promised,
    container,
    gid_of,
    homes,
    inheriting,
    instant,
    person,
    version,
    work_item,
)
from connectors.asana.mapping.stories import Surroundings

__all__ = [
    "Surroundings", "as_promised", "container", "gid_of", "history", "homes", "inheriting", "instant", "person",
    "version", "work_item",
]  # fmt: skip
