"""Lead operations: lists are cleaned and routed by MOps, then handed to sales, where some go quiet."""

from __future__ import annotations

import random

from connectors.sandbox.demo import words
from connectors.sandbox.demo.cast import first_look
from connectors.sandbox.demo.script import Plot, Script, Set
from connectors.sandbox.demo.worktime import DAY, END
from connectors.sandbox.loaded import Meaning

PROJECT = "Lead operations"
COLUMNS = {
    "Inbox": Meaning("backlog", "MOps"),
    "Cleaning": Meaning("active", "MOps"),
    "Routing": Meaning("active", "MOps"),
    "With sales": Meaning("waiting", "Sales ops"),
    "Worked": Meaning("done"),
}
COUNT = 84
_CLEANERS = (("Rubén Castillo", 0.6), ("Sam Whitaker", 0.4))
_SELLERS = (("Dmitri Volkov", 0.55), ("Grace Nwosu", 0.45))


def tell_leads(script: Script, stage: Set, seed: str) -> None:
    """Put every lead list's story into the script."""
    for number in range(COUNT):
        rng = random.Random(f"{seed}/leads/{number}")  # noqa: S311
        minute = END * (number + rng.uniform(0.05, 0.95)) / COUNT - DAY
        _tell_one(Plot(script, stage, PROJECT, minute, rng), number)


def _tell_one(plot: Plot, number: int) -> None:
    rng = plot.rng
    leads = rng.randrange(18, 460)
    topic = words.TOPICS[(number * 17 + 1) % len(words.TOPICS)]
    title = words.LEADS[number % len(words.LEADS)].format(topic=topic, n=leads)
    maker = rng.choice(("Rubén Castillo", "Priya Raman", "Tom Okafor", "Grace Nwosu"))
    plot.create(maker, title, "Inbox", team="MOps", priority=rng.choices(("High", "Medium"), (0.45, 0.55))[0])
    if rng.random() < 0.06:  # nobody's
        return
    cleaner = rng.choices([name for name, _ in _CLEANERS], [share for _, share in _CLEANERS])[0]
    plot.assign(maker, cleaner).wait(first_look(rng, cleaner, plot.minute))
    plot.move(cleaner, "Cleaning").wait(rng.uniform(2, 9))
    plot.say(cleaner, rng.choice(words.CLEANED).format(n=int(leads * 0.8))).move(cleaner, "Routing")
    plot.wait(rng.uniform(1, 5))
    seller = rng.choices([name for name, _ in _SELLERS], [share for _, share in _SELLERS])[0]
    plot.hand(cleaner, seller, "With sales", rng.choice(words.TO_SALES).format(n=int(leads * 0.3)))
    if rng.random() < (0.5 if seller == "Dmitri Volkov" else 0.1):  # gone quiet: the receiver never touches it
        if rng.random() < 0.5:
            plot.chase(cleaner, rng.choice(words.LEADS_CHASER).format(n=rng.choice((6, 8, 12))), rng.uniform(30, 60))
        # older ones were swept up by a colleague, unworked
        plot.wait(rng.uniform(220, 330)).say("Grace Nwosu", words.LEADS_SWEPT).finish("Grace Nwosu", "Worked")
        return
    wait = first_look(rng, seller, plot.minute)
    if wait > 30 and rng.random() < 0.4:
        plot.chase(cleaner, rng.choice(words.LEADS_CHASER).format(n=int(wait / 8) + 2), wait * 0.8)
    plot.wait(wait).say(seller, rng.choice(words.SALES_TOUCH)).wait(rng.uniform(8, 40))
    plot.say(seller, rng.choice(words.SALES_DONE)).finish(seller, "Worked")
    if rng.random() < 0.04:
        plot.wait(rng.uniform(4, 20)).reopen(cleaner, "Routing", words.REOPENED[2])
        plot.wait(rng.uniform(2, 6)).finish(cleaner, "Worked")
