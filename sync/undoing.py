"""`handrail undo`: one run's writes, or all of them, taken back where they are still ours; a run of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from connectors.document import Document
from connectors.model import EnsureFields, EnsureTable, Post, PutAway, PutPage, PutRow, Ref, SetFields
from sync import intent, undo
from sync.applying import Applied, carry_out
from sync.house import House
from sync.plan import LeftAlone, Plan, Reason, Step, alike
from sync.plan.page_moves import page_moves
from sync.planning import readable
from sync.pulling import Pulled, Trouble, pull, read_echo
from sync.store import Entry
from sync.undo import Past, Place, Stays

_OURS = ("row:", "page:", "table:")
_MAY_HAVE_LANDED = ("written", "started", "failed")


class NothingToUndo(Exception):
    """No such run, or it wrote nothing, or too long ago. The text says what there is."""


@dataclass(slots=True)
class Undone:
    """What an undo put back, what it left alone, and what stays by its nature (`remains`, in words)."""

    run: str
    undone: tuple[str, ...]
    plan: Plan
    remains: tuple[str, ...]
    pulled: Pulled
    applied: Applied = field(default_factory=Applied)

    @property
    def troubles(self) -> list[Trouble]:
        return [*self.pulled.troubles, *self.applied.troubles]

    def to_json(self) -> dict[str, object]:
        """What `--json` prints and what the store keeps."""
        left = [*((one.title, one.field) for one in self.plan.left_alone)]
        left += [(step.title, "") for step in self.applied.moved_on]
        return {
            "run": self.run, "undone": list(self.undone), "planned": len(self.plan.steps),
            "written": self.applied.written, "outcomes": dict(self.applied.outcomes),
            "left_alone": [{"title": title, "field": name} for title, name in left],
            "remains": list(self.remains), "errors": [one.text for one in self.troubles],
        }  # fmt: skip


def take_back(house: House, run: str | None, now: datetime, *, write: bool) -> Undone:
    """Undo one run, or every run when `run` is None. Without `write`: what it would do.

    Reads first, so that what a person has changed since is seen; a source that cannot be read is left as it is.
    Raises NothingToUndo, Busy.
    """
    with house.store.run_lock():
        chosen = _chosen(house, run)
        number = house.store.begin_run("undo", "apply" if write else "plan", now, house.settings.hash)
        pulled = pull(house, Pulled(), house.stop)
        back = _Back(house, chosen, frozenset(pulled.unheard))
        plan = back.plan(now)
        done = Undone(number, tuple(sorted({entry.run for entry in chosen})), plan, tuple(back.remains), pulled)
        if write:
            carry_out(house, number, plan, done.applied, house.stop)
            read_echo(house, done.applied.whole, done.applied.items, house.stop)
        house.store.end_run(number, done.to_json())
    return done


def _chosen(house: House, run: str | None) -> list[Entry]:
    """The writes to take back, oldest first."""
    store, days = house.store, house.settings.write.keep_undo_days
    entries = [one for one, _ in store.writes() if run in (None, one.run) and one.outcome in _MAY_HAVE_LANDED]
    if not entries:
        known = dict.fromkeys(entry.run for entry in store.ledger())
        there = f"the last that wrote: {', '.join(list(known)[:5])}" if known else "no run has written anything"
        raise NothingToUndo(f"{f'run {run}' if run else 'undo --all'}: nothing was written; {there}")
    recent = [one for one in entries if store.clock() - one.started_at <= timedelta(days=days)]
    if not recent:
        raise NothingToUndo(
            f"this was written more than {days} days ago, and [write] keep_undo_days says how long that can be undone"
        )
    return recent


class _Back:
    """Gathers what is there now and what was written, target by target, and makes the plan that puts it back."""

    def __init__(self, house: House, chosen: Collection[Entry], unheard: frozenset[str]) -> None:
        self._house, self._unheard = house, unheard
        self._runs = {entry.id: entry.run for entry in chosen}
        self.remains: list[str] = []
        self._left: list[LeftAlone] = []
        self._all: dict[str, list[Past]] = {}
        for entry, change in house.store.writes():
            known = entry.outcome in (*_MAY_HAVE_LANDED, "found")
            double = isinstance(change, PutAway) and not entry.target.startswith(_OURS)  # it was there twice
            if change is not None and known and not double:
                past = Past(entry.id, change, entry.before, entry.after, entry.outcome in ("written", "found"))
                self._all.setdefault(entry.target, []).append(past)

    def plan(self, now: datetime) -> Plan:
        """What goes into the trash goes last, the table after its rows; what comes back comes first."""
        steps = [step for target in sorted(self._all) for step in self._steps(target)]
        heard = [step for step in steps if step.source not in self._unheard]
        return Plan(now, tuple(sorted(heard, key=_order)), tuple(self._left))

    def _steps(self, target: str) -> Iterator[Step]:
        past = [one for one in reversed(self._all[target]) if one.number in self._runs]
        if not past:
            return
        match past[0].change:
            case SetFields(ref=ref):
                yield from self._item(target, ref, past)
            case PutRow(source=source, row=key) | PutAway(source=source, what="row", key=key):
                yield from self._row(target, source, key.removeprefix("row/"), past)
            case PutPage() | PutAway(what="page"):
                yield from self._page(target, past)
            case EnsureTable() | PutAway(what="table"):
                yield from self._table(target, past)
            case EnsureFields(fields=own, container=container):
                if any(one.certain for one in past):
                    names = ", ".join(one.name for one in own)
                    where = self._containers.get(container, str(container))
                    self.remains.append(f"the fields {names} with their options, in {where}")
            case change if isinstance(change, Post):
                self.remains.extend([f"what was posted: {target}"] if any(one.certain for one in past) else [])

    @cached_property
    def _containers(self) -> Mapping[Ref, str]:
        return {one.ref: one.name for one in self._house.store.containers()}

    # ---- items

    def _item(self, target: str, ref: Ref, past: list[Past]) -> Iterator[Step]:
        item = next(iter(self._house.store.items([ref])), None)
        if item is None or item.presence in ("trashed", "unseen"):
            self._stay(target, str(ref), "", [Stays("", note="it is gone")])
            return
        now = {one.name: readable(one.type, one.text, one.value) for one in item.fields}
        write, stays = undo.fields_back(now, past)
        self._stay(target, item.title, item.url, stays)
        if write:
            change = SetFields(f"fields/{ref}", ref, write, {name: now.get(name) for name in write})
            yield Step(change, target, item.title, item.url, self._reason(past))

    # ---- rows

    def _row(self, target: str, source: str, key: str, past: list[Past]) -> Iterator[Step]:
        row = self._house.store.own_rows(source).get(key)
        there = row is not None and not row.trashed
        values: dict[str, object] = dict(row.values) if row and there else {}
        now = Place(there, row.remote if row and there else "", values)  # type: ignore[arg-type]
        place, stays = undo.row_back(now, past, intent.PEOPLES)
        title = str(values.get(intent.ROW_TITLE) or key)
        self._stay(target, title, row.url if row else "", stays)
        table = next(one.change.table for one in past if isinstance(one.change, PutRow | PutAway))
        if place.there is now.there and place.there:
            write = {name: v for name, v in place.values.items() if not alike(v, now.values.get(name))}
            if write:
                before = {name: now.values.get(name) for name in write}
                change = PutRow(f"row/{key}", source, table, key, title, write, before, now.remote)
                yield Step(change, target, title, row.url if row else "", self._reason(past))
        elif place.there is not now.there:
            stood = now if now.there else place
            ours = {name: v for name, v in stood.values.items() if name not in (intent.ROW_KEY, intent.ROW_TITLE)}
            away = PutAway(f"row/{key}", source, "row", stood.remote, now.there, table, "", ours)
            yield Step(away, target, title, row.url if row else "", self._reason(past))

    # ---- the page and the table

    def _page(self, target: str, past: list[Past]) -> Iterator[Step]:
        chain = self._all[target]
        page = next(one.change for one in reversed(chain) if isinstance(one.change, PutPage))
        remote = self._house.store.made(target)
        expect = undo.may_stand(chain)
        stands = undo.standing(chain) or next(iter(expect if remote else ()), None)  # made, and no answer came
        now = Place(remote is not None, remote or "", {}, stands)
        place, stays = undo.page_back(chain, past, now)
        self._stay(target, page.title, "", stays)
        if place.there is not now.there:
            back = now if now.there else place
            digest = {"digest": self._digest(back.document)}
            away = PutAway(page.key, page.source, "page", back.remote, now.there, "", page.title, digest, expect)
            yield Step(away, target, page.title, "", self._reason(past))
        elif place.there and place.document is not None and place.document != now.document:
            change, moves = self._rewrite(page, place.document, now, expect), page_moves(now.document, place.document)
            yield Step(change, target, page.title, "", self._reason(past), moves)

    def _rewrite(self, page: PutPage, wanted: Document, now: Place, expect: tuple[Document, ...]) -> PutPage:
        digest = self._digest(wanted)
        return replace(page, document=wanted, digest=digest, remote=now.remote, expect=expect, before=None)

    def _digest(self, document: Document | None) -> str:
        pages = (one.change for writes in self._all.values() for one in writes if isinstance(one.change, PutPage))
        return next((one.digest for one in pages if one.document == document), "")

    def _table(self, target: str, past: list[Past]) -> Iterator[Step]:
        remote = self._house.store.made(target)
        now = Place(remote is not None, remote or "")
        place = undo.table_back(now, past)
        if place.there is now.there:
            return
        first = past[-1].change
        assert isinstance(first, EnsureTable | PutAway)  # noqa: S101
        remote = now.remote if now.there else place.remote
        away = PutAway(first.key, first.source, "table", remote, now.there, first.key, first.title)
        yield Step(away, target, first.title, "", self._reason(past))

    # ---- words

    def _reason(self, past: list[Past]) -> Reason:
        runs = sorted({self._runs[one.number] for one in past})
        return Reason(f"Taking back what {'run' if len(runs) == 1 else 'runs'} {', '.join(runs)} wrote.")

    def _stay(self, target: str, title: str, url: str, stays: list[Stays]) -> None:
        said = self._house.store.last_written(target)
        for one in stays:
            note = one.note
            if not note and said and alike(said.values.get(one.name), one.theirs):
                note = undo.SINCE
            self._left.append(LeftAlone(target, title, url, one.name, one.theirs, one.ours, note))


def _order(step: Step) -> tuple[int, str]:
    match step.change:
        case PutAway(away=False, what=what):
            return {"table": 0, "page": 1, "row": 2}[what], step.target
        case PutAway(what=what):
            return {"row": 6, "page": 7, "table": 8}[what], step.target
        case SetFields():
            return 3, step.target
        case PutRow():
            return 4, step.target
    return 5, step.target
