"""Where a pull of a project begins."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from connectors.asana.mapping import instant
from connectors.errors import Garbled

_OVERLAP = timedelta(seconds=120)
_ONE_PAGE = 90


@dataclass(frozen=True, slots=True)
class Cursor:
    """`since`: Asana's own instant for `modified_since`, None while the first pull is not through.

    `swept`: when everything was last listed, by our clock. `sync`: the token that the next events are asked with.
    """

    since: str | None = None
    swept: str | None = None
    sync: str | None = None

    @classmethod
    def from_(cls, since: datetime) -> Cursor:
        """One that begins at an instant."""
        return cls(_text(since))

    @classmethod
    def parse(cls, text: str | None) -> Cursor:
        """Read what `str` wrote; None and the empty text begin from the beginning."""
        if not text:
            return cls()
        try:
            told = json.loads(text)
            since, swept, sync = told["since"], told.get("swept"), told.get("sync")
            if not all(one is None or instant(one) for one in (since, swept)) or not isinstance(sync, str | None):
                raise ValueError(text)
            return cls(since, swept, sync)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Garbled(
                f"{text!r} is no cursor of an Asana project; delete it to pull from the beginning"
            ) from error

    def __str__(self) -> str:
        return json.dumps({key: value for key, value in asdict(self).items() if value or key == "since"})

    def is_due(self, now: datetime, every: timedelta | None) -> bool:
        """Whether it is time to list everything again."""
        return every is not None and (self.swept is None or now - instant(self.swept) >= every)

    def swept_at(self, now: datetime) -> Cursor:
        """After everything was listed."""
        return replace(self, swept=now.isoformat(timespec="seconds"))

    def after(self, modified: Sequence[str], drained_in: float) -> Cursor:
        """Where the next pull begins, from the `modified_at` of the tasks listed in this one.

        Only Asana's clock counts. The newest `modified_at` less two minutes: changes become visible a little out
        of order. The overlap shrinks to what fills one page, so that the run after one of our own big writes does
        not list all of it again. A first pull goes back by the seconds that its listing took (`drained_in`), since
        a task may have changed after its page was read. What slips through all the same is found by the sweep,
        which lists everything: that is the guarantee, this is the fast path.
        """
        if not modified:
            return replace(self, since=self.since or _BEGINNING)
        newest = sorted(modified, key=instant, reverse=True)
        floor = instant(newest[0]) - _OVERLAP
        one_page = instant(newest[_ONE_PAGE - 1]) if len(newest) >= _ONE_PAGE else floor
        since = max(floor, one_page)
        if self.since is None:
            return replace(self, since=_text(min(since, instant(newest[0]) - timedelta(seconds=drained_in))))
        return replace(self, since=_text(max(since, instant(self.since))))


_BEGINNING = "1970-01-01T00:00:00.000Z"


def _text(moment: object) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
