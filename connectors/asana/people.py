"""Who is who: ourselves, the people of a workspace, the listed bots; each asked for at most once."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Collection, Iterable
from typing import Any

from connectors.asana import fields
from connectors.asana.mapping import person
from connectors.asana.sdk import Endpoints
from connectors.base import Memory
from connectors.model import Person

Json = Any


class Directory:
    """People by workspace. Notes who is known, so that a quiet run asks nothing."""

    def __init__(self, source: str, api: Endpoints, memory: Memory, token: str, bots: Collection[str]) -> None:
        self._source, self._api, self._memory = source, api, memory
        self._bots = frozenset(bots)
        self._me_key = f"{source}:me:{hashlib.sha256(token.encode()).hexdigest()[:16]}"
        self._me: Json = None
        self._listed: dict[str, list[Person]] = {}
        self._lock = threading.Lock()

    def me(self) -> str:
        """Our own gid; one request, ever, for a token."""
        with self._lock:
            if self._me is None:
                noted = self._memory.get(self._me_key)
                self._me = json.loads(noted) if noted else self._ask_me()
            return str(self._me["gid"])

    def _ask_me(self) -> Json:
        me = self._api.one(self._api.users.get_user, "me", fields=fields.USER)
        self._memory.set(self._me_key, json.dumps(me))
        return me

    def everyone(self, workspace: str) -> list[Person]:
        """All people of the workspace and ourselves; listed once per connector, at 100 a request."""
        me = self.me()
        if workspace not in self._listed:
            where = {"workspace": workspace} if workspace else {}
            users = self._api.all(self._api.users.get_users, fields=fields.USER, **where)
            if all(user["gid"] != me for user in users):
                users = [*users, self._me]
            people = [person(self._source, user, me, self._bots) for user in users]
            self._listed[workspace] = people
            self._note(workspace, people)
        return self._listed[workspace]

    def bots(self, workspace: str) -> frozenset[str]:
        """The gids of the listed bots; none are looked up when the config lists none."""
        if not self._bots:
            return frozenset()
        note = self._noted(workspace)
        if note is None:
            self.everyone(workspace)
            note = self._noted(workspace) or {"bots": []}
        return frozenset(note["bots"]) | self._bots

    def strangers(self, workspace: str, seen: Iterable[Json]) -> list[Person]:
        """Of the users seen in tasks and stories, those not told of before; gone colleagues by name alone."""
        found = {user["gid"]: user for user in seen}
        note = self._noted(workspace)
        unknown = set(found) - set(note["people"] if note else ())
        if not unknown:
            return []
        listed = {one.ref.id: one for one in self.everyone(workspace)}
        gone = unknown - listed.keys()
        leavers = [person(self._source, found[gid], self.me(), self._bots, active=False) for gid in sorted(gone)]
        self._note(workspace, [*listed.values(), *leavers])
        return [listed[gid] for gid in sorted(unknown & listed.keys())] + leavers

    def _key(self, workspace: str) -> str:
        return f"{self._source}:people:{workspace}"

    def _noted(self, workspace: str) -> Json:
        noted = self._memory.get(self._key(workspace))
        note = json.loads(noted) if noted else None
        return note if note and note["asked"] == sorted(self._bots) else None

    def _note(self, workspace: str, people: Iterable[Person]) -> None:
        before = self._noted(workspace) or {"people": []}
        gids = {one.ref.id: one.kind for one in people}
        note = {
            "asked": sorted(self._bots),
            "people": sorted({*before["people"], *gids}),
            "bots": sorted(gid for gid, kind in gids.items() if kind == "bot"),
        }
        self._memory.set(self._key(workspace), json.dumps(note))


def seen_in(task: Json, stories: Iterable[Json]) -> Iterable[Json]:
    """The users that a task and its stories name."""
    if task.get("assignee"):
        yield task["assignee"]
    for story in stories:
        for key in ("created_by", "assignee"):
            if story.get(key):
                yield story[key]
        for key in ("old_people_value", "new_people_value"):
            yield from story.get(key) or ()
