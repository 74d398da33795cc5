"""What people decided about findings, as last heard; one decision a finding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Engine, delete, select

from sync.decisions import Decision
from sync.store.bulk import put
from sync.store.codec import instant, micros, plain
from sync.store.opening import writing
from sync.store.schema import DECISION


class Decided:
    """The part of the store that remembers decisions."""

    engine: Engine

    def decisions(self) -> dict[str, Decision]:
        """Every decision by the key of its finding, sorted by key."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(DECISION).order_by(DECISION.c.key)).all()
        return {
            row.key: Decision(
                row.key, row.source, row.rule, row.word, date.fromisoformat(row.until) if row.until else None,
                row.because, row.by, instant(row.at), instant(row.noted_at),
            )
            for row in rows
        }  # fmt: skip

    def note_decisions(self, made: Sequence[Decision], withdrawn: Sequence[str]) -> None:
        """Keep these, forget those; what is kept already and says the same stays as it was noted."""
        rows = [
            {
                "key": plain(one.key), "source": one.source, "rule": plain(one.rule), "word": one.word,
                "until": one.until.isoformat() if one.until else None, "because": plain(one.because), "by": one.by,
                "at": micros(one.at), "noted_at": micros(one.noted_at),
            }
            for one in made
        ]  # fmt: skip
        if not rows and not withdrawn:
            return
        with writing(self.engine).begin() as connection:
            put(connection, DECISION, rows)
            for key in withdrawn:
                connection.execute(delete(DECISION).where(DECISION.c.key == key))
