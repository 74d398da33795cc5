"""`handrail backfill`: what the command does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from connectors.errors import ConnectorError, Denied
from sync import backfill as filler
from sync.backfill import Cost, Filled, NotInScope, chosen, estimates
from sync.cli import gauges, show
from sync.cli.commands import exit_code, opened
from sync.cli.exits import CREDENTIALS, SURVIVED, Refusal
from sync.cli.instants import parse
from sync.cli.parking import parking
from sync.house import House
from sync.pulling import Pulled
from sync.stopping import Stop


def backfill(
    config: Path, since: str | None, sources: Sequence[str], projects: Sequence[str], estimate: bool,
    max_minutes: float | None, json: bool, verbose: bool,
) -> int:  # fmt: skip
    """Read everything in scope, or say what that would cost."""
    begin = parse(since, "--since") if since else None
    stop = Stop(max_minutes)
    with parking(stop), opened(config, quiet=True, verbose=verbose, stop=stop) as house:
        pulled = Pulled()
        try:
            picked = chosen(house, sources, projects, pulled.troubles)
        except NotInScope as error:
            raise Refusal(f"{config}: {error}") from None
        if estimate:
            return _estimate(house, picked, stop, pulled, json)
        with gauges.of(house, picked, json) as watched:
            filled = filler.backfill(watched, picked, begin, stop, pulled)
        if not json:
            show.text(_told(filled, begin))
            show.troubles(pulled.troubles)
        show.data(filler.summary_of(filled, house))
    return exit_code(pulled.troubles)


def _told(filled: Filled, since: datetime | None) -> list[str]:
    pulled = filled.pulled
    read = f"{pulled.items} items and {pulled.events} new dated facts read"
    if filled.finished:
        rest = f" What did not change since {since:%Y-%m-%d} comes with the next sweep." if since else ""
        return [f"Done: {read}. Nothing was written to Asana or Notion.{rest}"]
    why = filled.parked or f"{len(pulled.troubles)} of {filled.picked} could not be read"
    return [f"Not through: {why}. {read} and kept; the same command goes on from there."]


def _estimate(house: House, picked: Sequence[filler.Chosen], stop: Stop, pulled: Pulled, json: bool) -> int:
    costs: list[Cost] = []
    try:
        costs.extend(estimates(house, picked, stop))
    except ConnectorError as error:
        raise Refusal(
            f"an estimate needs the vendor's answer: {error}", CREDENTIALS if isinstance(error, Denied) else SURVIVED
        ) from None
    if json:
        show.data({"scopes": [_as_data(one) for one in costs], "minutes": _minutes(costs)})
        return exit_code(pulled.troubles)
    for one in costs:
        items = "unknown number of" if one.amount.items is None else str(one.amount.items)
        asked = "" if one.amount.requests is None else f", about {one.amount.requests} requests"
        kept = f" ({one.kept} kept already)" if one.kept else ""
        why = f"; {one.amount.why}" if one.amount.why else ""
        show.text([f"{one.source}: {one.name}: {items} items{kept}{asked}{why}"])
    for source, pace in {one.source: one.per_minute for one in costs}.items():
        mine = [one for one in costs if one.source == source]
        total = sum(one.amount.requests or 0 for one in mine)
        at = f"at {pace} a minute about {max(round(total / pace), 1)} minutes" if pace else "no pace is set"
        more = ", and what is unknown on top" if any(one.amount.requests is None for one in mine) else ""
        show.text([f"{source}: {total} requests in all, {at}{more}"])
    show.text(["Nothing was read yet; without --estimate it begins."])
    show.troubles(pulled.troubles)
    return exit_code(pulled.troubles)


def _as_data(cost: Cost) -> dict[str, object]:
    return {
        "source": cost.source, "scope": cost.scope.id, "name": cost.name, "items": cost.amount.items,
        "kept": cost.kept, "requests": cost.amount.requests, "why": cost.amount.why,
        "minutes": None if cost.minutes is None else round(cost.minutes, 1),
    }  # fmt: skip


def _minutes(costs: Sequence[Cost]) -> float | None:
    """Of everything that can be told; the sources are read one after the other."""
    known = [one.minutes for one in costs if one.minutes is not None]
    return round(sum(known), 1) if known else None
