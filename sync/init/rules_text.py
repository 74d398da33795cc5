"""The rules of a first config: every kind explained, a few of them on. Text and data; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleText:
    """One `[rules.<id>]` table as it stands in the file. `about`: what it asks, for the line above it."""

    id: str
    kind: str
    about: str
    keys: str
    next_step: str

    def lines(self, *, on: bool) -> Iterator[str]:
        """The table; commented out when it is not on."""
        mark = "" if on else "# "
        table = [f"[rules.{self.id}]", f'kind = "{self.kind}"', *self.keys.splitlines()]
        yield f"# {self.about}"
        yield from (f"{mark}{line}" for line in [*table, f'next_step = "{self.next_step}"'])
        yield ""


USUAL = frozenset({"handoff_stall", "stage_age", "overload"})
"""The kinds that are on in every first config. `unreviewed` joins them where there is a table of ideas."""

RULES: tuple[RuleText, ...] = (
    RuleText(
        "first-look", "handoff_stall", "Handed over, and the receiver has not touched it since.",
        'warn = "2wd"\nbreach = "5wd"', "Ask {waiting_on} for a first look today, or for a date.",
    ),
    RuleText(
        "long-in-a-stage", "stage_age", "In one stage for too long, whoever has it.",
        'warn = "5wd"\nbreach = "10wd"', "Ask {waiting_on} what {title} needs to go on.",
    ),
    RuleText(
        "too-much-at-once", "overload", "More open work with one person than anybody can move.",
        'per = "owner"                     # owner, team or stage\nwarn = 8\nbreach = 12',
        "Finish or hand back {title} before taking new work.",
    ),
    RuleText(
        "ideas-not-reviewed", "unreviewed", "An idea that nobody has looked at for longer than its priority allows.",
        'source = "notion.ideas"\nreview_every = { high = "60d", medium = "90d", default = "180d" }',
        "Decide: try it, park it with a date, or decline it.",
    ),
    RuleText(
        "gone-quiet", "quiet", "No person has touched it: the lead that went quiet.",
        'warn = "5wd"\nbreach = "10wd"', "{waiting_on}: say where {title} stands, or close it.",
    ),
    RuleText(
        "nobodys", "unowned", "In work without an owner, or with one whose account was closed.",
        'warn = "4wh"\nbreach = "2wd"', "Name an owner for {title}.",
    ),
    RuleText(
        "past-its-date", "overdue", "The due date has passed; without limits, a breach from the next morning on.",
        'warn = "1h"\nbreach = "3wd"', "Ask {waiting_on} for a new date for {title}.",
    ),
    RuleText(
        "will-be-late", "at_risk", "What became of others that were as old says that it will be late.",
        'promise = "due"                   # its own date; or a time from start to finish, like "8d"\n'
        "warn = 0.5                        # a chance between 0 and 1\nbreach = 0.8",
        "Help {waiting_on} with {title}, or tell the asker.",
    ),
    RuleText(
        "sent-back", "bounce", "Given and given back, moved to an earlier stage, or an approval refused.",
        "warn = 2                          # so many times or more\nbreach = 4",
        "Talk {title} through with {waiting_on}: it was sent back {excess}.",
    ),
    RuleText(
        "held-up", "blocked", "An open dependency, a tag or a field says that it cannot go on.",
        'warn = "2wd"\nbreach = "5wd"', "Ask {waiting_on} what {title} waits for, and until when.",
    ),
    RuleText(
        "done-too-early", "reopened", "It was finished, and is open again.",
        "warn = 1                          # so many times or more\nbreach = 2",
        "Ask {waiting_on} what {title} still lacked.",
    ),
    RuleText(
        "looked-at-in-piles", "batching", "Waiting items first looked at in one sitting: the pile made them wait.",
        'per = "team"\nwarn = 5                          # so many waiting items in one sitting\nbreach = 10',
        "{waiting_on}: take a first look every day instead of all at once.",
    ),
    RuleText(
        "one-pair-of-hands", "sole_handler", "A stage that only one person keeps moving: a risk, no blame.",
        'window = "90d"\nwarn = 5                          # from so many moves on\nbreach = 20',
        "Show somebody else in {team} how {stage} works.",
    ),
    RuleText(
        "asked-again-and-again", "repeat", "Near-identical requests: a candidate for a form or for self-service.",
        'window = "8w"\nwarn = 5                          # so many of them in the window\nbreach = 12',
        "Make a template or a form for {title}.",
    ),
    RuleText(
        "what-is-missing", "hygiene", "Nobody can plan what has no owner and no date.",
        'look_for = ["owner", "due"]       # and: stage, done\nwarn = "1wd"\nbreach = "5wd"',
        "Fill in what {title} lacks.",
    ),
    RuleText(
        "frozen-too-long", "match", "Anything else: what conditions of your own pick out, for longer than a limit.",
        'where = { tag = ["frozen"] }\nsays = "is frozen"                # the end of the sentence\nwarn = "2w"',
        "Thaw {title}, or close it.",
    ),
)  # fmt: skip
