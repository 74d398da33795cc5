"""Every sentence the rules say, in one place: short, one number each with its unit and span, no blame.

One module a topic. Another language is another folder with these functions. The same data gives the same words.
"""

from rules.language.costs import Cost, cost
from rules.language.handoffs import chased, given, not_touched, pair_waits, stalled
from rules.language.ideas import last_looked_at, unreviewed
from rules.language.loads import arriving, in_hand_since, loaded
from rules.language.words import counted, elapsed_time, moment, money, number, quoted, too_few, working_time

__all__ = [
    "Cost",
    "arriving",
    "chased",
    "cost",
    "counted",
    "elapsed_time",
    "given",
    "in_hand_since",
    "last_looked_at",
    "loaded",
    "moment",
    "money",
    "not_touched",
    "number",
    "pair_waits",
    "quoted",
    "stalled",
    "too_few",
    "unreviewed",
    "working_time",
]
