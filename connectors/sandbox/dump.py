"""The whole world as JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.core import Json, World


def world_dump(world: World) -> dict[str, Json]:
    """`people`; `asana`: projects, fields, tags, tasks with stories, as its API shows them; `notion`: the records
    behind its API by kind, in the order of their making. Call it under the lock."""
    from connectors.sandbox.asana.whole import whole

    people = [
        {"gid": each.gid, "uuid": each.uuid, "name": each.name, "email": each.email, "is_bot": each.is_bot}
        for each in world.people.everyone
    ]
    return {"people": people, "asana": whole(world.asana.state), "notion": _notion(world.notion)}


def _notion(side: Any) -> dict[str, Json]:
    told: defaultdict[str, list[Json]] = defaultdict(list)
    for node in side.nodes.values():
        told[type(node).__name__.lower()].append(_record(node))
    for name in ("comments", "views", "uploads"):
        told[name.rstrip("s")] = [_record(one) for one in getattr(side, name).values()]
    told["subscription"] = [_record(one) for one in side.herald.subscriptions]
    return {"top": list(side.top), "shared": sorted(side.shared), **told}


def _record(record: Any) -> dict[str, Json]:
    """A record's own fields."""
    return {each.name: _value(getattr(record, each.name)) for each in fields(record)}


def _value(value: Any) -> Json:
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if is_dataclass(value):
        return _record(value)
    if isinstance(value, Mapping):
        return {str(key): _value(one) for key, one in value.items()}
    return [_value(one) for one in value]
