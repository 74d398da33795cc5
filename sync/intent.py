"""What we want to be readable where: findings in words, as the values of fields and rows. Pure.

Nothing here ages by the hour: dates and whole working days only, so that a run that finds the same trouble
writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from connectors.model import OwnField, Ref, Value
from rules.base import Finding, Hours, Rule
from sync.decisions import FIXED, NO_LEAK, WORDS
from sync.plan import Reason, Wanted

TABLE, ROW_KEY, ROW_TITLE = "findings", "Key", "Finding"
PEOPLES = ("Decision", "Until", "Because")
"""Columns of the findings table that are people's: read, never written."""
_LONGEST_LINK = 2000
"""No vendor holds a longer one, and half an address leads nowhere."""
ROW_OPEN, ROW_QUIET, ROW_CLOSED = "Open", "Snoozed", "Closed"


@dataclass(frozen=True, slots=True)
class FieldNames:
    """The names of our fields on items; None leaves a field out. `waited` counts whole working days; `cost` is what
    they cost at the rates given, or working hours where there are none: both change once a day at most."""

    status: str | None = "Flow status"
    since: str | None = "Waiting since"
    on: str | None = "Waiting on"
    next_step: str | None = "Next step"
    waited: str | None = None
    cost: str | None = None

    def present(self) -> tuple[str, ...]:
        every = (self.status, self.since, self.on, self.next_step, self.waited, self.cost)
        return tuple(name for name in every if name)


def status_words(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Every word our status field can hold under these rules, in a stable order."""
    words = {word: None for rule in sorted(rules, key=lambda rule: rule.kind) for word in rule.words.values()}
    return tuple(words)


def item_fields(names: FieldNames, rules: Iterable[Rule]) -> tuple[OwnField, ...]:
    """Our fields on items, as they are created."""
    fields = (
        (names.status, "option", status_words(rules)),
        (names.since, "date", ()),
        (names.on, "text", ()),
        (names.next_step, "text", ()),
        (names.waited, "number", ()),
        (names.cost, "number", ()),
    )
    return tuple(OwnField(name, type_, options) for name, type_, options in fields if name)  # type: ignore[arg-type]


def row_fields(rules: Iterable[Rule]) -> tuple[OwnField, ...]:
    """The columns of the findings table. Decision, Until and Because are there for people and never written."""
    return (
        OwnField("State", "option", (ROW_OPEN, ROW_QUIET, ROW_CLOSED)),
        OwnField("Level", "option", ("breach", "warn")),
        OwnField("Rule", "option", tuple(sorted({rule.id for rule in rules}))),
        OwnField("What", "text"),
        OwnField("Since", "date"),
        OwnField("Waiting on", "text"),
        OwnField("Team", "text"),
        OwnField("Cause", "text"),
        OwnField("Waited (working days)", "number"),
        OwnField("Next step", "text"),
        OwnField("Link", "url"),
        OwnField("Decision", "option", WORDS),
        OwnField("Until", "date"),
        OwnField("Because", "text"),
        OwnField("Answer", "text"),
    )


def _local_date(finding: Finding, hours: Hours) -> str:
    return finding.since.astimezone(ZoneInfo(hours.timezone)).date().isoformat()


def _reason(finding: Finding) -> Reason:
    return Reason(finding.sentence, finding.rule, finding.key, finding.cost_hours)


def on_items(
    said: Sequence[Finding], rules: Mapping[str, Rule], names: FieldNames, hours: Hours, day_seconds: float
) -> dict[Ref, tuple[Finding, dict[str, Value]]]:
    """Per item the finding that speaks for it (breach first, then the costliest), and our fields' values."""
    chosen: dict[Ref, Finding] = {}
    for finding in sorted(said, key=lambda one: (one.level != "breach", -(one.cost_hours or 0.0), one.key)):
        if finding.subject.kind == "item" and rules[finding.rule].words:
            chosen.setdefault(Ref.parse(finding.subject.id), finding)
    return {ref: (finding, _values(finding, rules, names, hours, day_seconds)) for ref, finding in chosen.items()}


def _values(
    finding: Finding, rules: Mapping[str, Rule], names: FieldNames, hours: Hours, day_seconds: float
) -> dict[str, Value]:
    values: dict[str | None, Value] = {
        names.status: rules[finding.rule].words[finding.level],
        names.since: _local_date(finding, hours),
        names.on: finding.waiting_on or None,
        names.next_step: finding.next_step or None,
        names.waited: whole_days(finding, day_seconds),
        names.cost: _cost(finding, day_seconds),
    }
    return {name: value for name, value in values.items() if name}


def whole_days(finding: Finding, day_seconds: float) -> int | None:
    """Whole working days waited; None where the rule counts no waiting."""
    return None if finding.waited_working is None else int(finding.waited_working // day_seconds)


def _cost(finding: Finding, day_seconds: float) -> Value:
    days = whole_days(finding, day_seconds)
    if days is None or not finding.cost_hours:
        return None
    hours = days * day_seconds / 3600
    return round(hours if finding.cost_money is None else hours * finding.cost_money / finding.cost_hours, 2)


def want_on_item(finding: Finding, values: Mapping[str, Value]) -> Wanted:
    """What an item with a finding should show."""
    return Wanted(finding.subject.id, finding.subject.name, finding.subject.url, values, _reason(finding))


def want_cleared(ref: Ref, title: str, url: str, names: Iterable[str]) -> Wanted:
    """What an item without a finding should show: nothing of ours."""
    return Wanted(str(ref), title, url, dict.fromkeys(names), Reason("Nothing is waiting here any more."))


def row_target(source: str, key: str) -> str:
    """The name of a row's place in plan and ledger."""
    return f"row:{source}/{key}"


def own_target(source: str, change_key: str) -> str:
    """The place of a row or page of ours, by the key of the change that made it; `region/…`: part of your page."""
    kind, _, key = change_key.partition("/")
    if kind == "region":
        return f"page:{source}/{key}/region"
    return row_target(source, key) if kind == "row" else f"page:{source}/{change_key}"


def want_row(
    source: str, finding: Finding, hours: Hours, day_seconds: float, answer: str | None = None
) -> tuple[str, Wanted]:
    """The row of one open finding. Waiting is counted in whole working days. `answer`: to a person's decision."""
    values: dict[str, Value] = {
        "State": ROW_OPEN,
        "Level": finding.level,
        "Rule": finding.rule,
        "What": finding.sentence,
        "Since": _local_date(finding, hours),
        "Waiting on": finding.waiting_on or None,
        "Team": finding.team or None,
        "Cause": finding.cause or None,
        "Waited (working days)": whole_days(finding, day_seconds),
        "Next step": finding.next_step,
        "Link": finding.subject.url if 0 < len(finding.subject.url) <= _LONGEST_LINK else None,
        "Answer": answer,
    }
    target = row_target(source, finding.key)
    return finding.key, Wanted(target, finding.subject.name, finding.subject.url, values, _reason(finding))


def want_row_closed(source: str, key: str, title: str, url: str) -> tuple[str, Wanted]:
    """The row of a finding that is over: closed, never deleted, so that people's notes on it stay."""
    reason = Reason("The trouble is over.", finding=key)
    return key, Wanted(row_target(source, key), title, url, {"State": ROW_CLOSED}, reason)


def want_row_quiet(source: str, finding: Finding, word: str) -> tuple[str, Wanted]:
    """The row of a finding that somebody keeps quiet: by a decision on the row, or by an exemption in the config."""
    state = ROW_CLOSED if word in (NO_LEAK, FIXED) else ROW_QUIET
    values: dict[str, Value] = {"State": state, "Answer": finding.exempt}
    target = row_target(source, finding.key)
    return finding.key, Wanted(target, finding.subject.name, finding.subject.url, values, _reason(finding))
