"""The pure translation from Asana's JSON to the model: no network, disk, clock or environment."""

from connectors.asana.mapping.history import history
from connectors.asana.mapping.items import container, gid_of, instant, person, work_item
from connectors.asana.mapping.stories import Surroundings

__all__ = ["Surroundings", "container", "gid_of", "history", "instant", "person", "work_item"]
