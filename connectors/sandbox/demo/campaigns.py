"""Campaign requests: everybody asks MOps for emails, pages, lists and reports; one of them does most of it."""

from __future__ import annotations

import random

from connectors.sandbox.asana import acts
from connectors.sandbox.demo import words
from connectors.sandbox.demo.cast import TEAMS, first_look, slower, team_of
from connectors.sandbox.demo.script import Plot, Script, Set
from connectors.sandbox.demo.worktime import DAY, END
from connectors.sandbox.loaded import Meaning

PROJECT = "Campaign requests"
COLUMNS = {
    "New requests": Meaning("backlog", "MOps"),
    "Scoping": Meaning("active", "MOps"),
    "Building": Meaning("active", "MOps"),
    "In QA": Meaning("active", "MOps"),
    "Needs review": Meaning("waiting", "requester"),
    "Scheduled": Meaning("waiting", "MOps"),
    "Live": Meaning("done"),
    "Declined": Meaning("done"),
}
COUNT = 104
LIST_PULL_COUNT = 16
APPROVAL_COUNT = 14
_ASKERS = (*TEAMS["Demand Gen"], *TEAMS["Demand Gen"], *TEAMS["Sales ops"], "Helen Marsh", "Inès Moreau")
_BUILDERS = (("Sam Whitaker", 0.56), ("Nadia Haddad", 0.26), ("Rubén Castillo", 0.18))


def tell_campaigns(script: Script, stage: Set, seed: str) -> None:
    """Put every campaign request's story into the script."""
    for number in range(COUNT):
        rng = random.Random(f"{seed}/campaign/{number}")  # noqa: S311
        minute = END * (number + rng.uniform(0.05, 0.95)) / COUNT - DAY
        _tell_request(Plot(script, stage, PROJECT, minute, rng), number)
    for number in range(LIST_PULL_COUNT):
        rng = random.Random(f"{seed}/list/{number}")  # noqa: S311
        minute = END * 6 / 14 + END * 8 / 14 * (number + rng.random()) / LIST_PULL_COUNT - DAY
        _tell_list_pull(Plot(script, stage, PROJECT, minute, rng), number)
    for number in range(APPROVAL_COUNT):
        rng = random.Random(f"{seed}/approval/{number}")  # noqa: S311
        minute = END * (number + rng.random()) / APPROVAL_COUNT - DAY
        _tell_approval(Plot(script, stage, PROJECT, minute, rng), number)


def _tell_request(plot: Plot, number: int) -> None:
    rng = plot.rng
    asker = rng.choice(_ASKERS)
    kind = rng.choices(tuple(words.REQUESTS), (0.3, 0.2, 0.12, 0.14, 0.14, 0.1))[0]
    topic = words.TOPICS[(number * 7 + 3) % len(words.TOPICS)]
    title = rng.choice(words.REQUESTS[kind]).format(topic=topic)
    due = plot.script.line.day(plot.minute + rng.uniform(5, 15) * DAY) if rng.random() < 0.6 else None
    plot.create(
        asker, title, "New requests", kind=kind, priority=rng.choices(("High", "Medium", "Low"), (0.3, 0.5, 0.2))[0],
        due_on=due.isoformat() if due else None,
    )  # fmt: skip
    plot.team(None, "MOps")
    if rng.random() < 0.07:  # nobody ever takes it
        return
    plot.wait(rng.lognormvariate(1.6, 0.7))
    if rng.random() < 0.05:
        plot.say("Nadia Haddad", rng.choice(words.DECLINED)).finish("Nadia Haddad", "Declined")
        return
    builder = rng.choices([name for name, _ in _BUILDERS], [share for _, share in _BUILDERS])[0]
    _build(plot, builder, big=number % 13 == 5)
    tester = rng.choice([name for name in TEAMS["MOps"] if name != builder])
    _test(plot, builder, tester)
    _review(plot, tester, asker)


def _build(plot: Plot, builder: str, *, big: bool) -> None:
    rng, giver = plot.rng, "Nadia Haddad" if builder != "Nadia Haddad" else "Rubén Castillo"
    plot.assign(giver, builder).wait(first_look(rng, builder, plot.minute))
    plot.say(builder, rng.choice(words.TRIAGE)).move(builder, "Scoping").wait(rng.uniform(1, 8))
    if big:
        for title, hours in (("Build emails", 12), ("Build landing page", 20), ("Set up reporting", None)):
            plot.subtask(builder, title, rng.choice(TEAMS["MOps"]), hours)
    plot.say(builder, rng.choice(words.SCOPED)).move(builder, "Building")
    plot.wait(rng.uniform(4, 22) * slower(builder, plot.minute))


def _test(plot: Plot, builder: str, tester: str) -> None:
    rng = plot.rng
    plot.move(builder, "In QA").assign(builder, tester)
    ask = rng.choice(words.QA_ASK)
    if ask:
        plot.say(builder, ask)
    plot.wait(first_look(rng, tester, plot.minute))
    if rng.random() < 0.25:
        plot.say(tester, rng.choice(words.QA_NO)).move(tester, "Building").assign(tester, builder)
        plot.wait(first_look(rng, builder, plot.minute)).move(builder, "In QA").assign(builder, tester)
        plot.wait(first_look(rng, tester, plot.minute) * 0.5)
    plot.say(tester, rng.choice(words.QA_OK))


def _review(plot: Plot, tester: str, asker: str) -> None:
    """Waits for the one who asked; some never come back to it."""
    rng = plot.rng
    plot.say(tester, rng.choice(words.REVIEW_ASK)).move(tester, "Needs review")
    wait = first_look(rng, asker, plot.minute) * rng.choice((0.7, 1.0, 2.2))
    if wait > 22:
        plot.chase(tester, rng.choice(words.CHASERS), wait * 0.6)
    plot.wait(wait).say(asker, rng.choice(words.REVIEW_OK))
    plot.move(None, "Scheduled").wait(rng.uniform(1, 10))
    plot.finish(tester, "Live")
    if rng.random() < 0.06:
        plot.wait(rng.uniform(3, 24)).reopen(asker, "Building", rng.choice(words.REOPENED))
        plot.wait(first_look(rng, tester, plot.minute)).finish(tester, "Live")


def _tell_list_pull(plot: Plot, number: int) -> None:
    rng = plot.rng
    asker = rng.choice(_ASKERS)
    title = words.LIST_PULLS[number % len(words.LIST_PULLS)].format(topic=words.TOPICS[(number * 11) % 30])
    plot.create(asker, title, "New requests", kind="List pull", priority="Medium").team(None, "MOps")
    builder = rng.choices([name for name, _ in _BUILDERS], [share for _, share in _BUILDERS])[0]
    plot.wait(rng.uniform(1, 6)).assign("Nadia Haddad", builder).wait(first_look(rng, builder, plot.minute) * 0.7)
    plot.move(builder, "Building").wait(rng.uniform(0.5, 2))
    plot.say(builder, rng.choice(words.LIST_DONE).format(n=rng.randrange(180, 2600))).finish(builder, "Live")


def _tell_approval(plot: Plot, number: int) -> None:
    rng = plot.rng
    asker, judge = rng.choice(TEAMS["Demand Gen"]), ("Helen Marsh", "Lena Fischer", "Grace Nwosu")[number % 3]
    topic = words.TOPICS[(number * 13 + 5) % len(words.TOPICS)]
    what = rng.choice(("budget", "customer quote", "send list", "claims"))
    plot.create(
        asker, f"Approve {what}: {topic}", "Needs review", judge, team=team_of(judge), priority="High",
        resource_subtype="approval",
    )  # fmt: skip
    plot.wait(first_look(rng, judge, plot.minute) * 1.3)
    if rng.random() < 0.4:
        _decide(plot, judge, "changes_requested")
        plot.say(judge, rng.choice(words.LEGAL_NO)).wait(first_look(rng, asker, plot.minute))
        _decide(plot, asker, "pending")
        plot.say(asker, "Reworded, please look again.").wait(first_look(rng, judge, plot.minute))
    rejected = rng.random() < 0.12
    _decide(plot, judge, "rejected" if rejected else "approved")
    plot.move(None, "Declined" if rejected else "Live")


def _decide(plot: Plot, by: str, status: str) -> None:
    person = plot.stage.cast[by]
    plot.then(lambda state, task: acts.decide(state, person, task, status))
