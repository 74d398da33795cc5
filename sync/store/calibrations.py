"""Learned limits as they were frozen: nothing is overwritten, the newest of a rule's level is in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine, insert, select

from rules.calibration import Calibration
from rules.durations import Duration
from sync.store.codec import instant, micros
from sync.store.opening import writing
from sync.store.schema import CALIBRATION


class Calibrations:
    """The part of the store that remembers what was learned, and when."""

    engine: Engine

    def freeze(self, learned: Iterable[Calibration]) -> None:
        """Keep these from now on. What was frozen before stays readable, for days before."""
        rows = [
            {
                "rule": one.rule, "level": one.level, "percent": one.percent, "sample": one.sample,
                "drawn": one.drawn, "value": None if one.value is None else str(one.value),
                "frozen_at": micros(one.frozen_at),
            }
            for one in learned
        ]  # fmt: skip
        if rows:
            with writing(self.engine).begin() as connection:
                connection.execute(insert(CALIBRATION), rows)

    def calibrations(self, until: datetime | None = None) -> list[Calibration]:
        """Everything frozen up to an instant, oldest first; all of it without one."""
        query = select(CALIBRATION).order_by(CALIBRATION.c.frozen_at, CALIBRATION.c.id)
        if until is not None:
            query = query.where(CALIBRATION.c.frozen_at <= micros(until))
        with self.engine.connect() as connection:
            return [
                Calibration(
                    row.rule, row.level, row.percent, None if row.value is None else Duration.parse(row.value),
                    row.sample, row.drawn, instant(row.frozen_at),
                )
                for row in connection.execute(query)
            ]  # fmt: skip
