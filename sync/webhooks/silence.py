"""Webhooks that look good and tell nothing: noticed by what must have been heard, and was not.

Asana makes itself heard every eight hours. Notion does not, so there what was read has to do: a page that changed
should have been told of, by whomever it was changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from connectors.base import Ear
from sync.store import Hook, Store

SLOW = timedelta(hours=1)
"""What a delivery may take at most before its absence says something: vendors promise minutes."""

_BEGINS = "nothing has come here since"


def silence(hook: Hook, ear: Ear, changed_at: datetime | None, listening_since: datetime, now: datetime) -> str:
    """What is odd about how quiet this webhook is, in words; empty when nothing is.

    `changed_at`: the latest change of its source that was read. Nothing is expected of the time before
    `listening_since`.
    """
    since = max(listening_since, hook.made_at, *([hook.heard_at] if hook.heard_at else []))
    quiet = f"{_BEGINS} {since:%Y-%m-%d %H:%M} UTC"
    if ear.heartbeat is not None:
        hours = int(ear.heartbeat / timedelta(hours=1))
        missed = now - since > 2 * ear.heartbeat + SLOW
        return f"{quiet}, though its vendor makes itself heard every {hours} hours" if missed else ""
    if changed_at is not None and since < changed_at < now - SLOW:
        return f"{quiet}, though something changed at {changed_at:%Y-%m-%d %H:%M} UTC"
    return ""


def note_silence(
    store: Store, ears: Mapping[str, Ear], changed_at: Mapping[str, datetime], listening_since: datetime,
    now: datetime,
) -> list[str]:  # fmt: skip
    """Keep on each webhook of these sources whether it is too quiet; what is new about that, in words."""
    news: list[str] = []
    for hook in store.hooks():
        ear = ears.get(hook.source)
        in_trouble = hook.note and not hook.note.startswith(_BEGINS)  # and that is said already
        if ear is None or hook.state != "active" or in_trouble:
            continue
        said = silence(hook, ear, changed_at.get(hook.source), listening_since, now)
        heard_again = bool(hook.heard_at and hook.checked_at and hook.heard_at > hook.checked_at)
        if said and not hook.note:
            news.append(f"{hook.source} {hook.scope}".rstrip() + f": {said}")
        if (said and said != hook.note) or (hook.note and not said and heard_again):
            store.hook_checked(hook.path, said)
    return news
