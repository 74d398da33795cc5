"""Who is one person under several accounts: by e-mail where two sources show it, else as the config says.

An account that only one source knows is a person, too: its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from rules.base import Terms
from sync.store.schema import PERSON

Same = Mapping[str, str]
"""Key ("source:id") of an account → key of the person it belongs to; people of one account are left out."""


@dataclass(frozen=True, slots=True)
class Account:
    """One user of one source."""

    key: str
    remote: str
    name: str
    email: str | None
    kind: str

    def called(self, word: str) -> bool:
        """Whether the config means this account: its key, id or name, or its address whatever its capitals."""
        return word in (self.key, self.remote, self.name) or word.casefold() == (self.email or "").casefold() != ""


def accounts(connection: Connection) -> list[Account]:
    """Every account ever met, sorted by key."""
    rows = connection.execute(select(PERSON))
    found = (Account(f"{row.source}:{row.remote}", row.remote, row.name, row.email, row.kind) for row in rows)
    return sorted(found, key=lambda one: one.key)


def same_people(listed: Iterable[Account], terms: Terms) -> Same:
    """Accounts that are one person's, by the first of their keys. Bots, groups and our own user stay as they are."""
    people = [one for one in listed if one.kind == "person"]
    groups: list[set[str]] = []
    by_email: dict[str, set[str]] = {}
    for one in people:
        if one.email:
            by_email.setdefault(one.email.casefold(), set()).add(one.key)
    groups += by_email.values()
    for name, told in terms.people.items():
        if told.same:
            words = (name, *told.same)
            groups.append({one.key for one in people if any(map(one.called, words))})
    return {key: min(group) for group in _joined(groups) for key in group if key != min(group)}


def _joined(groups: Iterable[set[str]]) -> list[set[str]]:
    """Groups that share a member become one."""
    apart: list[set[str]] = []
    for group in groups:
        touching = [one for one in apart if one & group]
        apart = [one for one in apart if not one & group]
        apart.append(group.union(*touching))
    return [one for one in apart if len(one) > 1]
