"""What the names of columns and fields most likely mean. A table of words, and nothing else; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.discovery import FoundColumn, FoundField
from rules.base import StageKind

# Whole words, each list in English and, where teams use them, German, French and Spanish. Told apart are words that
# mean one thing wherever they stand (SURE) and those that the place in the flow decides (BY_PLACE).
_SURE: Mapping[StageKind, str] = {
    "waiting": """waiting; wait; waits; awaiting; pending; on hold; hold; held; paused; blocked; stuck; review;
        reviews; reviewing; approval; approvals; approve; sign off; signoff; feedback; stakeholder; client; requester;
        ready; legal; wartet; prüfung; freigabe; en attente; validation; revisión; en espera""",
    "done": """done; complete; completed; closed; archive; archived; finished; cancelled; canceled; declined;
        rejected; abandoned; resolved; dropped; shipped; duplicate; not doing; wont do; will not do; closed won;
        closed lost; fertig; erledigt; abgeschlossen; terminé; fini; hecho; terminado""",
    "backlog": """backlog; intake; inbox; requested; request; requests; not started; to do; todo; queue; queued;
        triage; later; icebox; someday; on deck; next up; up next; upcoming; parked; submitted; unsorted; wish list;
        wishlist; untitled section; recently assigned; offen; à faire; por hacer; pendiente""",
    "active": """doing; in progress; progress; working; work; wip; building; build; drafting; draft; writing; design;
        designing; production; editing; creating; brief; briefing; development; developing; active; started; testing;
        test; qa; trying; running; research; setup; set up; analysis; copy; creative; planning; execution; scoping;
        nurturing; contacted; arbeit; en cours; en curso; en progreso""",
}
_PHRASES: Mapping[str, StageKind] = {
    "waiting for": "waiting", "waiting on": "waiting", "ready for": "waiting", "ready to": "waiting",
    "handed to": "waiting", "to be reviewed": "waiting", "not started": "backlog", "new requests": "backlog",
    "work requests": "backlog", "design requests": "backlog", "creative requests": "backlog",
    "changes requested": "active", "in progress": "active", "in production": "active", "not doing": "done",
    "closed won": "done", "closed lost": "done",
}  # fmt: skip
"""Said together these mean more than their words alone; looked for before them."""
_AT_THE_END = "live; launched; launch; sent; published; delivered; released; won; lost; converted; decided"
"""An end where nothing but ends follows: “Live” before “Measuring” is still work."""
_AT_THE_START = "new; open; idea; ideas; next; proposed; planned; incoming; raw; captured"
"""A beginning where no work stands before it."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A kind, and whether anything spoke for it."""

    kind: StageKind
    sure: bool = True


def plain(name: str) -> str:
    """A name as its words: lower case, accents kept, everything that is no letter or digit a space."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace("'", "").replace("’", "")
    return " ".join(re.findall(r"[^\W_]+", folded))


def says(name: str, words: Iterable[str]) -> bool:
    """Does a name hold one of these words, whole?"""
    text = f" {plain(name)} "
    return any(f" {word} " in text for word in words)


def _split(words: str) -> tuple[str, ...]:
    return tuple(" ".join(word.split()) for word in words.split(";"))


_KINDS = {kind: _split(words) for kind, words in _SURE.items()}
_ENDS, _BEGINNINGS = _split(_AT_THE_END), _split(_AT_THE_START)


def kinds(columns: Sequence[FoundColumn]) -> list[Guess]:
    """What each column of a flow means, in their order: by the vendor's word, by words, by place.

    What nothing speaks for is active and not sure.
    """
    found = [_by_words(one) for one in columns]
    for at, one in enumerate(columns):
        begins = all(kind in (None, "backlog") for kind in found[:at])
        if found[at] is None and begins and says(one.name, _BEGINNINGS):
            found[at] = "backlog"
    for at in reversed(range(len(columns))):
        ends = all(kind == "done" for kind in found[at + 1 :])
        if found[at] is None and ends and says(columns[at].name, _ENDS):
            found[at] = "done"
    return [Guess(kind) if kind else Guess("active", sure=False) for kind in found]


def _by_words(column: FoundColumn) -> StageKind | None:
    if column.hint in ("backlog", "done"):
        return column.hint
    text = f" {plain(column.name)} "
    phrase = next((kind for words, kind in _PHRASES.items() if f" {words} " in text), None)
    kind = phrase or next((kind for kind, words in _KINDS.items() if says(column.name, words)), None)
    if kind is None and text.startswith(" with "):
        kind = "waiting"
    if column.hint == "active":
        return kind if kind in ("waiting", "backlog") else "active"
    return kind


# ---- owners --------------------------------------------------------------------------------------------------

_ASKERS = ("requester", "requestor", "client", "stakeholder", "asker")


def owner(name: str, teams: Sequence[str]) -> str | None:
    """Whose turn it is in a column, where its name says so: a team, or whoever asked."""
    if says(name, _ASKERS):
        return "requester"
    named = [team for team in teams if plain(team) and says(name, [plain(team)])]
    return max(named, key=len, default=None)


# ---- fields --------------------------------------------------------------------------------------------------

FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "status": (("status", "state", "stage", "phase"), ("status", "select")),
    "owner": (("owner", "assignee", "assigned to", "assigned", "lead", "responsible", "driver", "who"), ("people",)),
    "team": (("team", "squad", "department", "group", "function"), ("enum", "select")),
    "priority": (("priority", "prio", "urgency", "importance"), ("enum", "select", "status")),
    "parked_until": (("parked until", "parked", "snoozed until", "snooze", "revisit", "not before"), ("date",)),
    "reviewed": (("last reviewed", "reviewed", "last review", "last looked at", "looked at"), ("date",)),
    "due": (("due", "due date", "deadline", "launch date", "go live", "target date"), ("date",)),
    "link": (("asana task", "asana", "task", "task link", "ticket"), ("url", "rich_text")),
    "effort": (("effort", "size", "estimate", "story points", "points"), ("enum", "select", "number")),
}
"""For each meaning: the words of its name, the likeliest first, and the types that can hold it."""
ALONE = {"status": "status", "owner": "people"}
"""A property of this type means this whatever it is called, where it is the only one of its type."""


def meanings(fields: Sequence[FoundField], wanted: Iterable[str]) -> dict[str, FoundField]:
    """Which field has which of these meanings, each field one at most; a meaning that no field has is left out."""
    found: dict[str, FoundField] = {}
    for meaning in wanted:
        free = [one for one in fields if one.name and one not in found.values()]
        if field := _meant(meaning, free):
            found[meaning] = field
    return found


def _meant(meaning: str, fields: Sequence[FoundField]) -> FoundField | None:
    words, types = FIELDS[meaning]
    able = [one for one in fields if one.type in types]
    whole = (one for word in words for one in able if plain(one.name) == word)
    within = (one for word in words for one in able if says(one.name, [word]))
    alone = [one for one in fields if one.type == ALONE.get(meaning)]
    by_name = next(whole, None) or next(within, None)
    if len(alone) == 1 and (by_name is None or by_name.type != ALONE[meaning]):
        return alone[0]
    return by_name


_IDEAS = ("idea", "ideas", "suggestion", "suggestions", "wishlist", "wish list", "proposals", "ideen", "idées")
_EXPERIMENTS = ("experiment", "experiments", "experimente", "a b", "ab tests", "tests", "trials", "hypotheses")


def role(name: str, found: Mapping[str, FoundField]) -> str | None:
    """What a table is for: ideas, experiments, work, or (None) plain pages. `found`: the meanings of its fields."""
    if says(name, _IDEAS) or ("reviewed" in found and "due" not in found):
        return "ideas"
    if says(name, _EXPERIMENTS):
        return "experiments"
    return "work" if "status" in found and found.keys() & {"owner", "due"} else None
