"""Between the store and `decisions`: noting what the rows say, and what is kept quiet because of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from connectors.document import Block
from rules.engine import Judgement
from sync import decisions
from sync.decisions import Decision
from sync.house import House


def note_decisions(house: House, now: datetime) -> None:
    """Keep what people decided on our rows since the last look, and forget what they took back."""
    store = house.store
    kept = store.decisions()
    ours = {one.ref.id for one in store.people() if one.kind in ("own", "bot")}
    made: list[Decision] = []
    withdrawn: list[str] = []
    for source in house.sources.values():
        if not source.pages:
            continue
        for key, row in store.own_rows(source.id).items():
            found, before = decisions.read(source.id, row, ours, now), kept.get(key)
            if found is None:
                withdrawn.extend([key] if before and not row.trashed else [])
            elif before is None or _differs(found, before):
                made.append(found)
    store.note_decisions(made, withdrawn)


def _differs(found: Decision, before: Decision) -> bool:
    """Whether a person has decided anew. Our own later write to the row changes its editor and time, nothing else."""
    return (found.word, found.until, found.because) != (before.word, before.until, before.because)


def answer(house: House, judgement: Judgement) -> list[Block]:
    """The page's part about decisions."""
    return list(_answer(house, judgement))


def _answer(house: House, judgement: Judgement) -> Iterator[Block]:
    made = list(house.store.decisions().values())
    titles: Mapping[str, str] = {finding.key: finding.subject.name for finding in judgement.findings}
    yield from decisions.heard(made, house.verdicts(judgement.board.now), house.rules, titles)
