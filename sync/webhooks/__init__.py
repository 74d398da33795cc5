"""Our webhooks at the vendors, kept as they should be: made, adopted, mended, made anew, taken away.

It looks at how things are and needs no memory of what it did: killed at any moment, the next call mends it. A path is
noted before the vendor is asked, so that the handshake, which comes while we ask, finds it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.base import Ear, Scope, Subscribes, Subscription
from connectors.errors import ConnectorError, Denied, Garbled, Transient, Unreached
from sync.house import House, Source
from sync.pulling import Trouble
from sync.store import Busy, Hook
from sync.webhooks.done import Done, What
from sync.webhooks.plan import Pair, Wanted, health, hook_plan, ours, prefix_of

WHEN_NOBODY_ANSWERS = (
    "The vendor knocks at [serve] public_url while it is asked: `handrail serve` has to be running on this database "
    "and be reachable there from the internet"
)


def sync_hooks(house: House, ears: Mapping[str, Ear], now: datetime, *, remove: bool = False) -> Done:
    """Bring every source's webhooks into order: one request a hundred of them when nothing is to be done.

    `remove`: take all of ours away instead. Nothing of other programs is touched. A scope whose webhook was lost or
    made anew loses its cursor: the next pull reads all of it. Raises Busy when another process is at it, Parked.
    """
    done = Done({one.ref.id: one.name for one in house.store.containers()})
    with house.store.hooks_lock():
        _forsaken(house, done)
        for source in house.sources.values():
            ear = ears[source.id]
            if ear.hidden:
                _of_source(house, source, ear, now, remove, done)
            else:
                _in_settings(house, ear, remove, done)
    return done


def _of_source(house: House, source: Source, ear: Ear, now: datetime, remove: bool, done: Done) -> None:
    url, known = house.settings.shape.serve.public_url, house.store.hooks(source.id)
    if house.settings.mode == "observe":
        done.notes.append(f'[sources.{source.id}]: mode is "observe", where nothing but reading is done: no webhook '
                          "is made or taken away")  # fmt: skip
        return
    if not url and not remove:
        there = f"; the {len(known)} made before stay: `handrail webhooks sync --remove` ends them" if known else ""
        done.notes.append(f"[sources.{source.id}]: without [serve] public_url no webhook is made{there}")
        return
    door = source.connector
    if not isinstance(door, Subscribes):
        return
    others = {hook.path for hook in house.store.hooks() if hook.source != source.id}
    try:
        scopes = [] if remove else door.scopes()
        pairs = ours(known, door.subscriptions(), prefix_of(url, ear) if url else None, others, now)
    except ConnectorError as error:
        done.trouble(source.id, f"[sources.{source.id}]", error)
        return
    _Hand(house, source.id, door, prefix_of(url, ear) if url else "", done).carry(scopes, pairs)


@dataclass(frozen=True)
class _Hand:
    """Carries a source's plan out, scope by scope; what fails is said, and the others go on."""

    house: House
    source: str
    door: Subscribes
    prefix: str
    done: Done

    def carry(self, scopes: Sequence[Scope], pairs: Sequence[Pair]) -> None:
        plan, before = hook_plan(scopes, pairs), len(self.done.troubles)
        for number, wanted in enumerate(plan.wanted):
            self.house.stop.check()
            try:
                self._ensure(wanted)
            except Unreached as error:
                waiting = sum(one.good is None for one in plan.wanted[number + 1 :])
                more = f" {waiting} more wait for that." if waiting else ""
                text = f"{error}. {WHEN_NOBODY_ANSWERS}.{more}"
                self.done.troubles.append(Trouble(self.source, self.done.name(wanted.scope.id), text))
                return
            except Denied as error:
                self.done.trouble(self.source, f"[sources.{self.source}]", error)
                return
            except ConnectorError as error:
                self.done.trouble(self.source, self.done.name(wanted.scope.id), error)
        if len(self.done.troubles) == before:  # else it is not sure what is in scope
            for pair in plan.unwanted:
                self._end(pair, "removed", "not in scope any more" if scopes else "")

    def _ensure(self, wanted: Wanted) -> None:
        scope, good, store = wanted.scope, wanted.good, self.house.store
        if good is None:
            self._make(wanted)
        elif good.hook and good.there:
            self._keep(scope, good.hook, good.there)
        if wanted.sweep:
            try:
                with store.scope_lock(scope):  # who reads it now would put its cursor back
                    store.forget_cursor(scope)
            except Busy:
                self.done.notes.append(
                    f"{self.done.name(scope.id)}: is being read; its sweep waits for the next time"
                )
                return
            self.done.sweep.append(scope)
        for pair in wanted.old:
            self._end(pair, "replaced", pair.why)

    def _keep(self, scope: Scope, hook: Hook, there: Subscription) -> None:
        store, note = self.house.store, health(there)
        what: What = "kept"
        if hook.remote == there.remote and hook.state == "active":
            store.hook_checked(hook.path, note)
        else:
            store.hook_made(hook.path, there.remote, note)
            what = "adopted"
        if not there.as_wanted:
            self.door.mend(there.remote)
            what = "mended"
        self.done.step(what, self.source, scope.id, note)

    def _make(self, wanted: Wanted) -> None:
        store, scope = self.house.store, wanted.scope
        path = secrets.token_urlsafe(32)
        store.await_hook(path, self.source, scope.id)
        try:
            made, secret = self.door.subscribe(scope, self.prefix + path)
        except ConnectorError as error:
            if isinstance(error, Garbled) or (isinstance(error, Transient) and error.uncertain):
                store.hook_checked(path, "it may have been made: no certain answer came")
            else:
                store.forget_hook(path)
            for pair in wanted.old:
                if pair.hook:
                    store.hook_checked(pair.hook.path, f"{pair.why}; making it anew failed")
            raise
        kept = store.hook(path)
        if kept is None or kept.secret is None or (secret and kept.secret != secret):
            self.door.unsubscribe(made.remote)
            store.forget_hook(path)
            raise Unreached("somebody answered the handshake, but not for this database")
        store.hook_made(path, made.remote)
        self.done.step("made", self.source, scope.id, wanted.why)

    def _end(self, pair: Pair, what: What, why: str) -> None:
        """At the vendor, even if it is not told of there; then here."""
        try:
            if pair.remote:
                self.door.unsubscribe(pair.remote)
        except ConnectorError as error:
            self.done.trouble(self.source, self.done.name(pair.scope), error)
            return
        if pair.hook:
            self.house.store.forget_hook(pair.hook.path)
        if pair.remote:
            self.done.step(what, self.source, pair.scope, why)


def _in_settings(house: House, ear: Ear, remove: bool, done: Done) -> None:
    """A vendor whose webhooks are made by hand: only our side of it."""
    for hook in house.store.hooks(ear.source):
        if remove:
            house.store.forget_hook(hook.path)
            done.step("removed", ear.source, "", "take it away in the vendor's settings page, too")
        elif hook.secret and hook.state != "active":
            house.store.hook_made(hook.path, None)
            done.step("adopted", ear.source, "", "")
    if not remove and not house.store.hooks(ear.source) and house.settings.shape.serve.public_url:
        done.notes.append(f"[sources.{ear.source}]: its webhook is made by hand; `handrail webhooks {ear.kind}` "
                          "says how")  # fmt: skip


def _forsaken(house: House, done: Done) -> None:
    """Webhooks of sources that the config no longer names: taken away by a door to the same vendor that sees them."""
    hooks = [hook for hook in house.store.hooks() if hook.source not in house.sources]
    if not hooks or house.settings.mode == "observe":
        return
    seen: dict[str, Subscribes] = {}
    for source in house.sources.values():
        door = source.connector
        if isinstance(door, Subscribes) and any(hook.remote for hook in hooks):
            try:
                seen |= {one.remote: door for one in door.subscriptions()}
            except ConnectorError as error:
                done.trouble(source.id, f"[sources.{source.id}]", error)
                return
    for hook in hooks:
        _forget(house, hook, seen.get(hook.remote or ""), done)


def _forget(house: House, hook: Hook, door: Subscribes | None, done: Done) -> None:
    said = "its source is not in the config any more"
    if door is None:
        done.step("left", hook.source, hook.scope, f"{said}, nor a token that sees it: what it sends is refused from "
                  "now on; take it away at the vendor")  # fmt: skip
    else:
        try:
            door.unsubscribe(hook.remote or "")
        except ConnectorError as error:
            done.trouble(hook.source, done.name(hook.scope), error)
            return
        done.step("removed", hook.source, hook.scope, said)
    house.store.forget_hook(hook.path)
