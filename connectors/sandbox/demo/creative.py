"""Creative production: briefs go from Demand Gen to Design, back for feedback, through Legal, to Web."""

from __future__ import annotations

import random

from connectors.sandbox.demo import words
from connectors.sandbox.demo.cast import TEAMS, first_look, slower
from connectors.sandbox.demo.script import Plot, Script, Set
from connectors.sandbox.demo.worktime import DAY, END
from connectors.sandbox.loaded import Meaning

PROJECT = "Creative production"
COLUMNS = {
    "Brief drafting": Meaning("backlog", "Demand Gen"),
    "Handed to Design": Meaning("waiting", "Design"),
    "Designing": Meaning("active", "Design"),
    "Feedback": Meaning("waiting", "requester"),
    "Legal review": Meaning("waiting", "Legal"),
    "Ready for web": Meaning("waiting", "Web"),
    "Published": Meaning("done"),
}
COUNT = 118
_DESIGNERS = (("Mara Lindqvist", 0.52), ("Jonas Weber", 0.28), ("Aiko Tanabe", 0.20))


def tell_creative(script: Script, stage: Set, seed: str) -> None:
    """Put every creative task's story into the script."""
    for number in range(COUNT):
        rng = random.Random(f"{seed}/creative/{number}")  # noqa: S311
        minute = END * (number + rng.uniform(0.05, 0.95)) / COUNT - 2 * DAY
        _tell_one(Plot(script, stage, PROJECT, minute, rng), number)


def _tell_one(plot: Plot, number: int) -> None:
    rng = plot.rng
    author = rng.choice(TEAMS["Demand Gen"])
    title = f"{words.TOPICS[number % len(words.TOPICS)]}: {rng.choice(words.ASSETS)}"
    priority = rng.choices(("High", "Medium", "Low"), (0.25, 0.5, 0.25))[0]
    due = plot.script.line.day(plot.minute + rng.uniform(8, 22) * DAY) if rng.random() < 0.7 else None
    owner = author if rng.random() < 0.94 else None
    plot.create(
        author, title, "Brief drafting", owner, team="Demand Gen", priority=priority,
        due_on=due.isoformat() if due else None,
    )  # fmt: skip
    if owner is None:
        return
    if rng.random() < 0.12:
        plot.tag(author, rng.choice(("launch", "events", "pharma")))
    plot.wait(rng.uniform(2, 20))
    designer = rng.choices([name for name, _ in _DESIGNERS], [share for _, share in _DESIGNERS])[0]
    _design(plot, author, designer)
    for _ in range(_rounds(rng)):
        plot.wait(first_look(rng, author, plot.minute))
        plot.say(author, rng.choice(words.WANTS_CHANGES)).move(author, "Designing")
        plot.wait(first_look(rng, designer, plot.minute) * 0.6)
        plot.say(designer, rng.choice(words.NEXT_VERSION)).move(designer, "Feedback")
    plot.wait(first_look(rng, author, plot.minute))
    if rng.random() < 0.5:
        _legal(plot, author, designer)
    _publish(plot, author)


def _rounds(rng: random.Random) -> int:
    return rng.choices((0, 1, 2, 3), (0.5, 0.28, 0.15, 0.07))[0]


def _design(plot: Plot, author: str, designer: str) -> None:
    """Handed over and waited for, perhaps sent back for want of a better brief, worked on, and up for feedback."""
    rng = plot.rng
    plot.hand(author, designer, "Handed to Design", rng.choice(words.BRIEF_READY))
    _first_look(plot, author, designer)
    for _ in range(rng.choices((0, 1, 2), (0.68, 0.24, 0.08))[0]):
        plot.hand(designer, author, "Brief drafting", rng.choice(words.BRIEF_LACKS))
        plot.wait(first_look(rng, author, plot.minute))
        plot.hand(author, designer, "Handed to Design", rng.choice(words.BRIEF_FIXED))
        _first_look(plot, author, designer)
    if rng.random() < 0.3:
        plot.say(designer, rng.choice(words.DESIGN_QUESTION)).wait(rng.uniform(0.5, 5))
        plot.say(author, "Answered in the brief.").wait(rng.uniform(0.5, 6))
    plot.move(designer, "Designing").wait(rng.uniform(6, 30) * slower(designer, plot.minute))
    plot.say(designer, rng.choice(words.FIRST_VERSION)).move(designer, "Feedback")


def _first_look(plot: Plot, author: str, designer: str) -> None:
    """The wait, and sometimes a word from whoever waits."""
    wait = first_look(plot.rng, designer, plot.minute)
    if wait > 20 and plot.rng.random() < 0.55:
        plot.chase(author, plot.rng.choice(words.CHASERS), wait * plot.rng.uniform(0.55, 0.85))
    plot.wait(wait)


def _legal(plot: Plot, author: str, designer: str) -> None:
    rng, lawyer = plot.rng, "Helen Marsh"
    plot.hand(author, lawyer, "Legal review", rng.choice(words.LEGAL_ASK))
    wait = first_look(rng, lawyer, plot.minute)
    if wait > 30 and rng.random() < 0.5:
        plot.chase(author, rng.choice(words.CHASERS), wait * 0.7)
    plot.wait(wait)
    if rng.random() < 0.25:
        plot.hand(lawyer, designer, "Designing", rng.choice(words.LEGAL_NO))
        plot.wait(first_look(rng, designer, plot.minute))
        plot.hand(designer, lawyer, "Legal review", rng.choice(words.NEXT_VERSION))
        plot.wait(first_look(rng, lawyer, plot.minute) * 0.5)
    plot.say(lawyer, rng.choice(words.LEGAL_YES))


def _publish(plot: Plot, author: str) -> None:
    rng = plot.rng
    web = rng.choice(TEAMS["Web"])
    by = author if rng.random() < 0.8 else "Helen Marsh"
    plot.hand(by, web, "Ready for web").wait(first_look(rng, web, plot.minute))
    plot.say(web, rng.choice(words.WEB_LIVE)).finish(web, "Published")
    if rng.random() < 0.05:
        plot.wait(rng.uniform(6, 30)).reopen(author, "Ready for web", rng.choice(words.REOPENED))
        plot.wait(first_look(rng, web, plot.minute)).finish(web, "Published")
