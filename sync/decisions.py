"""What people decide on a finding's row: heard with the normal pull, kept, honoured, answered on row and page.

The columns `Decision`, `Until` and `Because` are theirs. Who decided is the row's last editor as far as the vendor
tells, and when is that edit's time: both are approximate, and said so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.base import OwnRow
from connectors.document import Block, Bullets, Heading, line
from rules.base import Rule
from rules.language.words import MONTHS

SNOOZE, NO_LEAK, FIXED = "snooze", "not a leak", "fixed"
WORDS = (SNOOZE, NO_LEAK, FIXED)
NAP = timedelta(days=7)
"""How long a snooze lasts that names no end."""
BELIEVED = timedelta(days=2)
"""How long "fixed" is believed before a finding that still holds is said again."""
_TOO_EAGER = 3
"""From so many findings judged not a leak on, a rule is called too eager."""
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about one finding. `by`: the vendor's id of the row's last editor, None when it was us.

    `at`: the time of that edit; `noted_at`: when Handrail first read it.
    """

    key: str
    source: str
    rule: str
    word: str
    until: date | None
    because: str
    by: str | None
    at: datetime
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a decision today: whether the finding is kept quiet, and the answer in words."""

    quiet: bool
    answer: str


def read(source: str, row: OwnRow, ours: Iterable[str], noted_at: datetime) -> Decision | None:
    """The decision on a row; None when there is none, or none that Handrail knows. `ours`: our own and bots' ids."""
    word = str(row.values.get("Decision") or "").strip().lower()
    if word not in WORDS or row.trashed:
        return None
    by = row.edited_by if row.edited_by not in set(ours) else None
    because = str(row.values.get("Because") or "").strip()
    rule = str(row.values.get("Rule") or row.key.partition("/")[0])
    return Decision(row.key, source, rule, word, _day(row.values.get("Until")), because, by, row.edited_at, noted_at)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def unknown(row: OwnRow) -> str:
    """The answer to a word that Handrail does not know; empty when it knows it, or when there is none."""
    word = str(row.values.get("Decision") or "").strip()
    return f"Handrail knows {', '.join(WORDS)}, not {word}." if word and word.lower() not in WORDS else ""


def verdict(decision: Decision, now: datetime, timezone: str, who: Mapping[str, str]) -> Verdict:
    """What a decision means at an instant. `who`: names by the vendor's id."""
    zone = ZoneInfo(timezone)
    today, made = now.astimezone(zone).date(), decision.at.astimezone(zone).date()
    name = who.get(decision.by or "", "somebody")
    told = f"decided by {name}, about {_said(made)}"
    match decision.word:
        case "snooze":
            until = decision.until or made + NAP
            if today < until:
                return Verdict(True, f"Snoozed until {_said(until)}, {told}.")
            return Verdict(False, f"The snooze ended on {_said(until)}; {told}.")
        case "fixed":
            again = made + BELIEVED
            if today < again:
                return Verdict(True, f"Taken as fixed, {told}; looked at again on {_said(again)}.")
            return Verdict(False, f"Fixed, {told}; but it still holds.")
        case _:
            return Verdict(True, f"Not a leak, {told}. It is counted, so that the rule can be mended.")


def _said(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def heard(
    decisions: Sequence[Decision], verdicts: Mapping[str, Verdict], rules: Iterable[Rule], titles: Mapping[str, str]
) -> Iterator[Block]:
    """The page's answer: counts by rule, and the latest decisions with what follows. `titles`: by finding key."""
    if not decisions:
        return
    yield Heading(line("What you decided"))
    counts = Counter((one.rule, one.word) for one in decisions)
    names = dict.fromkeys([*(rule.id for rule in rules), *sorted({one.rule for one in decisions})])
    by_rule = [_counts(name, counts) for name in names if any((name, word) in counts for word in WORDS)]
    latest = sorted(decisions, key=lambda one: (one.at, one.key), reverse=True)[:_SHOWN]
    yield Bullets(tuple(line(text) for text in by_rule))
    yield Bullets(tuple(line(_one(one, verdicts, titles)) for one in latest))


def _counts(rule: str, counts: Mapping[tuple[str, str], int]) -> str:
    told = {SNOOZE: "snoozed", FIXED: "said to be fixed", NO_LEAK: "judged not a leak"}
    parts = [f"{counts[rule, word]} {told[word]}" for word in WORDS if (rule, word) in counts]
    eager = counts.get((rule, NO_LEAK), 0) >= _TOO_EAGER
    return f"{rule}: {', '.join(parts)}{'. It is too eager: raise its limit, or exempt what it misjudges' * eager}."


def _one(decision: Decision, verdicts: Mapping[str, Verdict], titles: Mapping[str, str]) -> str:
    answer = verdicts[decision.key].answer
    because = f" Because: {decision.because}" if decision.because else ""
    return f"{titles.get(decision.key, decision.key)}: {answer}{because}"
