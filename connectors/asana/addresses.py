"""Which task an address from the browser leads to. Pure."""

from __future__ import annotations

import re

from connectors.addresses import is_at, parts

_TODAY = re.compile(r"/1/\d+/(?:[^/]+/)*?(?:task|item)/(\d+)(?:/|$)")
_OLDER = re.compile(r"/0/(?:[a-z_]+/)?\d+/(\d+)(?:/|$)")


def task_gid(address: str, base_url: str) -> str | None:
    """The gid in a task's address, of today's forms (`/1/WORKSPACE/project/PROJECT/task/GID`, without a project, from
    the inbox) or the older (`/0/PROJECT/GID`, `/0/0/GID/f`, `/0/inbox/USER/GID`); None when it leads elsewhere."""
    split = parts(address)
    if split is None or not (split.hostname == "app.asana.com" or is_at(split, base_url)):
        return None
    found = _TODAY.match(split.path) or _OLDER.match(split.path)
    return found[1] if found else None
