"""Learned limits as they were frozen: nothing is overwritten, the newest of a rule's level is in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, insert, select

from rules.calibration import Calibration
from rules.durations import Duration
from rules.promises import PERCENT, Promise
from sync.store.codec import instant, micros
from sync.store.opening import writing
from sync.store.schema import CALIBRATION

_PROMISE = "promise"


class Calibrations:
    """The part of the store that remembers what was learned, and when."""

    engine: Engine

    def freeze(self, learned: Iterable[Calibration]) -> None:
        """Keep these from now on. What was frozen before stays readable, for days before."""
        self._keep([
            {
                "rule": one.rule, "level": one.level, "percent": one.percent, "sample": one.sample,
                "drawn": one.drawn, "value": None if one.value is None else str(one.value),
                "frozen_at": micros(one.frozen_at),
            }
            for one in learned
        ])  # fmt: skip

    def freeze_promises(self, promises: Iterable[Promise]) -> None:
        """Keep these, too: rows of the same table, of a level that no rule has, under the flow's id."""
        self._keep([
            {
                "rule": one.flow, "level": _PROMISE, "percent": PERCENT, "sample": one.sample, "drawn": one.drawn,
                "value": str(one.value), "frozen_at": micros(one.frozen_at),
            }
            for one in promises
        ])  # fmt: skip

    def _keep(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            with writing(self.engine).begin() as connection:
                connection.execute(insert(CALIBRATION), rows)

    def promises(self, until: datetime | None = None) -> list[Promise]:
        """Every promise frozen up to an instant, oldest first."""
        return [
            Promise(row.rule, Duration.parse(row.value), row.sample, row.drawn, instant(row.frozen_at))
            for row in self._frozen(until)
            if row.level == _PROMISE
        ]

    def calibrations(self, until: datetime | None = None) -> list[Calibration]:
        """Everything frozen up to an instant, oldest first; all of it without one."""
        return [
            Calibration(
                row.rule, row.level, row.percent, None if row.value is None else Duration.parse(row.value),
                row.sample, row.drawn, instant(row.frozen_at),
            )
            for row in self._frozen(until)
            if row.level != _PROMISE
        ]  # fmt: skip

    def _frozen(self, until: datetime | None) -> Sequence[Row[Any]]:
        query = select(CALIBRATION).order_by(CALIBRATION.c.frozen_at, CALIBRATION.c.id)
        if until is not None:
            query = query.where(CALIBRATION.c.frozen_at <= micros(until))
        with self.engine.connect() as connection:
            return connection.execute(query).all()
