"""What should become of our webhooks, from what we know and what the vendor tells. Pure; `sync_hooks` does it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.base import Ear, Scope, Subscription
from sync.store import Hook

DYING = timedelta(hours=6)
"""A webhook that its vendor will delete within this time is made anew; until then it may still recover by itself."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A webhook of ours: what we know of it, and what the vendor tells. One of the two may be missing.

    `why`: what is wrong with it; empty: it is good. `lost`: it was at work before, so something may have been missed.
    """

    hook: Hook | None
    there: Subscription | None
    why: str

    @property
    def remote(self) -> str | None:
        return self.there.remote if self.there else self.hook.remote if self.hook else None

    @property
    def scope(self) -> str:
        return self.there.scope if self.there else self.hook.scope if self.hook else ""

    @property
    def lost(self) -> bool:
        return self.hook is not None and self.hook.state == "active"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A scope that is to have exactly one webhook. `good`: it has; None: make one. `old`: to be taken away once
    there is a good one, and then the scope is swept if one of them was at work. `why`: why one is made."""

    scope: Scope
    good: Pair | None
    old: tuple[Pair, ...]

    @property
    def why(self) -> str:
        worst = sorted(self.old, key=lambda pair: not pair.lost)
        return worst[0].why if worst else "there was none"

    @property
    def sweep(self) -> bool:
        return any(pair.lost for pair in self.old)


@dataclass(frozen=True, slots=True)
class HookPlan:
    """For one source: each scope with what it has, and what belongs to no scope any more."""

    wanted: tuple[Wanted, ...]
    unwanted: tuple[Pair, ...]


def prefix_of(public_url: str, ear: Ear) -> str:
    """What the addresses of a source's webhooks begin with; each ends in a path of its own."""
    return f"{public_url.rstrip('/')}/hooks/{ear.kind}/"


def open_address(public_url: str, ear: Ear, ears: Mapping[str, Ear]) -> str:
    """The one address of a source whose paths are no secret: shorter where it is the only source of its kind."""
    alike = [one for one in ears.values() if one.kind == ear.kind]
    prefix = prefix_of(public_url, ear)
    return prefix.rstrip("/") if len(alike) == 1 else prefix + ear.source


def ours(
    hooks: Sequence[Hook], told: Sequence[Subscription], prefix: str | None, others: Collection[str], now: datetime
) -> list[Pair]:
    """The webhooks of a source: those that we know of, and those whose address can only be ours. Nobody else's.

    `prefix` None: there is no public address any more. `others`: paths of other sources' webhooks.
    """
    by_path, by_remote = {hook.path: hook for hook in hooks}, {hook.remote: hook for hook in hooks if hook.remote}
    pairs: list[Pair] = []
    for one in told:
        path = one.target.removeprefix(prefix) if prefix and one.target.startswith(prefix) else None
        hook = by_path.get(path or "") or by_remote.get(one.remote)
        if hook or (path is not None and path not in others):
            pairs.append(Pair(hook, one, _wrong(hook, one, prefix, now)))
    met = {pair.hook.path for pair in pairs if pair.hook}
    alone = [hook for hook in hooks if hook.path not in met]
    return pairs + [Pair(hook, None, "it is gone" if hook.remote else "it was never confirmed") for hook in alone]


def hook_plan(scopes: Sequence[Scope], pairs: Sequence[Pair]) -> HookPlan:
    """One good webhook a scope, the oldest of several; everything else is to go."""
    wanted = tuple(_wanted(scope, [pair for pair in pairs if pair.scope == scope.id]) for scope in scopes)
    names = {scope.id for scope in scopes}
    return HookPlan(wanted, tuple(pair for pair in pairs if pair.scope not in names))


def health(one: Subscription) -> str:
    """What is wrong with the deliveries of a webhook, in words; empty when nothing is."""
    failed, went = one.last_failure_at, one.last_success_at
    if one.deleted_at is None and (failed is None or (went is not None and went >= failed)):
        return ""
    said = f": {one.last_failure}" if one.last_failure else ""
    when = f"since {failed:%Y-%m-%d %H:%M} UTC " if failed else ""
    tries = f" after {one.retries} tries" if one.retries > 1 else ""
    end = f"; it is deleted at {one.deleted_at:%Y-%m-%d %H:%M} UTC if that goes on" if one.deleted_at else ""
    return f"{when}deliveries fail{tries}{said}{end}"


def _wanted(scope: Scope, pairs: Sequence[Pair]) -> Wanted:
    good = next((pair for pair in _oldest_first(pairs) if not pair.why), None)
    return Wanted(scope, good, tuple(pair for pair in pairs if pair is not good))


def _oldest_first(pairs: Sequence[Pair]) -> Iterator[Pair]:
    known = [(pair.hook.state != "active", pair.hook.made_at, pair.hook.path, pair) for pair in pairs if pair.hook]
    yield from (pair for *_, pair in sorted(known, key=lambda one: one[:3]))


def _wrong(hook: Hook | None, one: Subscription, prefix: str | None, now: datetime) -> str:
    if hook is None:
        return "its address is of no use: this database does not know its secret"
    if prefix is None or one.target != prefix + hook.path:
        return "its address is not below [serve] public_url any more"
    if hook.secret is None:
        return "its secret is not known"
    if not one.active:
        return "it was switched off"
    if one.deleted_at is not None and one.deleted_at - now < DYING:
        return health(one)
    return ""
