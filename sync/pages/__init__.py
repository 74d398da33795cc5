"""The pages people read: the summary, the Friday page, a page a team. Pure, but for `gather`, which reads the store.

Every figure is a count or a sum over rows of `handrail export`; the same facts give the same words. What only ages is
counted in whole working days up to the start of the day, so that no page changes by the hour. The as-of line stands
apart, outside the digest.
"""

from sync.pages.days import day_start, whole_days
from sync.pages.matter import Matter
from sync.pages.past import Move, Past
from sync.pages.summary import as_of_line, summary, summary_of

__all__ = ["Matter", "Move", "Past", "as_of_line", "day_start", "summary", "summary_of", "whole_days"]
