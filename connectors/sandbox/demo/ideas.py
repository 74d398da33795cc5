"""The team's ideas in Notion, most of them long unreviewed, and a page of notes beside them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from connectors.sandbox.core import World
from connectors.sandbox.demo.cast import Cast
from connectors.sandbox.demo.script import Script
from connectors.sandbox.demo.worktime import DAY, END, WorkLine
from connectors.sandbox.loaded import Ideas, Meaning

STATUSES = {
    "New": Meaning("backlog"),
    "Considering": Meaning("backlog"),
    "Trying": Meaning("active"),
    "Parked": Meaning("waiting"),
    "Shipped": Meaning("done"),
    "Declined": Meaning("done"),
}
_GROUPS = {
    "New": "To-do", "Considering": "To-do", "Trying": "In progress", "Parked": "In progress", "Shipped": "Complete",
    "Declined": "Complete",
}  # fmt: skip

_COLORS = {
    "New": "gray", "Considering": "purple", "Trying": "blue", "Parked": "yellow", "Shipped": "green",
    "Declined": "brown",
}  # fmt: skip

IDEAS = (
    "Self-service webinar lists as a saved report",
    "One intake form for all campaign requests",
    "Design takes a first look at briefs every morning",
    "Template kit for partner newsletters",
    "Lead alert in chat when nobody calls within a day",
    "Pre-approved claims library with Legal",
    "Drop the monthly PDF report",
    "Reuse booth panels across trade shows",
    "Nurture by temperature range, not industry",
    "Trial onboarding by text message",
    "Reference customers as a rota",
    "Localise landing pages for Iberia",
    "Calculator: cost of one warm truck",
    "Quiz instead of the compliance ebook",
    "Podcast with plant managers",
    "QA checklist inside the request task",
    "Kill the gated datasheets",
    "Score leads by fleet size",
    "Weekly office hour for requesters",
    "Swap stock photos for customers' cold stores",
    "Co-webinar with a pharmacy chain",
    "Retire the old UTM sheet",
    "Batch legal review on Tuesdays and Thursdays",
    "Video answers to the ten top questions",
    "Alumni circle of Halden Academy",
    "Sensor demo kit by post",
    "Map of vaccine routes as a campaign",
    "Merge the three newsletter lists",
    "Sales follow-up template per event",
    "Dark-mode email templates",
    "Ask for a review after the first saved load",
    "Ad pause in the harvest weeks",
    "Shared calendar of launches",
    "Price page A/B: per sensor or per site",
    "Short form: two fields only",
    "Field marketing budget by region",
    "Winter readiness check as a free service",
    "Recycle webinar Q&A into FAQ pages",
    "Chat on the recall page",
    "Sunset the v2 sensor micro-site",
    "Quarterly ideas review with a real decision",
)

_NOTES = """## How we work

- Requests come in through **Campaign requests**; MOps triages twice a day.
- Briefs go to Design with copy, sizes and a date. No date, no slot.
- Anything with a claim or a customer's name goes past Legal.

## Ideas

We said we would look at every idea once a quarter: *try it, park it with a date, or decline it*.

> The last review was before the summer.
"""


def tell_ideas(script: Script, cast: Cast, seed: str) -> Callable[[], Ideas]:
    """Put the ideas' stories into the script; call what comes back once it has been played."""
    world, line = script.world, script.line
    with world.at(line.instant(-200 * DAY)):
        page = world.notion.create_page("Priya Raman", "Marketing at Halden", markdown=_NOTES)
        world.notion.share(page.id)
        database = world.notion.create_database("Priya Raman", "Ideas", page.id, _properties())
    source = str(database.sources[0])
    for number, title in enumerate(IDEAS):
        _tell_idea(script, source, number, title, random.Random(f"{seed}/idea/{number}"), cast)  # noqa: S311
    return lambda: Ideas(
        source, status="Status", priority="Priority", owner="Owner", reviewed="Last reviewed",
        parked_until="Parked until", statuses=STATUSES,
    )  # fmt: skip


def _properties() -> dict[str, Any]:
    status = {
        "options": [{"name": name, "group": _GROUPS[name], "color": _COLORS[name]} for name in STATUSES],
    }  # fmt: skip
    colors = {"High": "red", "Medium": "yellow", "Low": "gray"}
    priority = {"options": [{"name": name, "color": color} for name, color in colors.items()]}
    return {
        "Name": {"title": {}}, "Status": {"status": status}, "Priority": {"select": priority},
        "Owner": {"people": {}}, "Last reviewed": {"date": {}}, "Parked until": {"date": {}},
        "Why": {"rich_text": {}},
    }  # fmt: skip


def _tell_idea(script: Script, source: str, number: int, title: str, rng: random.Random, cast: Cast) -> None:
    """Made long ago, perhaps reviewed once, perhaps decided."""
    made = END - rng.uniform(15, 190) * DAY
    author = rng.choice(tuple(cast.people))
    owner = rng.choice((author, author, None, "Priya Raman", "Nadia Haddad"))
    row: dict[str, Any] = {"Name": title, "Priority": rng.choices(("High", "Medium", "Low"), (0.25, 0.45, 0.3))[0]}
    if owner:
        row["Owner"] = [cast[owner].uuid]
    made_row: list[str] = []

    def make() -> None:
        made_row.append(script.world.notion.create_row(author, source, row).id)

    # its own line of time: ideas are older than the work
    script.at(made, make)
    reviewed = made + rng.uniform(3, 60) * DAY
    if rng.random() < 0.62 and reviewed < END:
        decision = rng.choices(tuple(STATUSES)[1:], (0.4, 0.2, 0.15, 0.1, 0.15))[0]
        script.at(reviewed, _review(script.world, script.line, made_row, decision, reviewed, rng, number))


def _review(
    world: World, line: WorkLine, made: list[str], decision: str, minute: float, rng: random.Random, number: int
) -> Callable[[], None]:
    said: dict[str, Any] = {"Status": decision, "Last reviewed": line.day(minute).isoformat()}
    if decision == "Parked":  # some of these dates have come and gone
        said["Parked until"] = line.days_ahead(rng.choice((-20, -6, 12, 45))).isoformat()
    if decision == "Declined":
        said["Why"] = ("Tried in spring, no effect.", "No budget this year.", "Legal says no.")[number % 3]
    return lambda: world.notion.set_properties("Priya Raman", made[0], said)
