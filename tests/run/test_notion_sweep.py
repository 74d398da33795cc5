"""A sweep in a whole run: what was made twice in Notion is planned away, and the run after it is quiet."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.run.worlds import Rig, rig


def _long_ago(one: Rig) -> None:
    """As if the last sweep had been years ago."""
    with sqlite3.connect(one.config.parent / "handrail.db") as database:
        rows = database.execute("SELECT source, scope, cursor FROM cursor WHERE source = 'notion'").fetchall()
        for source, scope, cursor in rows:
            assert '"swept": "20' in cursor
            old = cursor.replace('"swept": "20', '"swept": "19')
            database.execute("UPDATE cursor SET cursor = ? WHERE source = ? AND scope = ?", (old, source, scope))
    database.close()


def test_a_row_made_twice_is_taken_away_by_the_run_that_sweeps(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        one.run()
        rows, notion = one.rows(), one.world.notion
        with one.world.lock:
            first = next(node for node in notion.nodes.values() if getattr(node, "parent_kind", "") == "data_source")
            twin = notion.create_row(one.world.people.bot, first.parent, {})
            twin.values = dict(first.values)
        assert len(one.rows()) == len(rows) + 1
        _long_ago(one)
        swept = one.run()
        assert swept.troubles == []
        assert [type(step.change).__name__ for step in swept.plan.steps] == ["PutAway"]
        assert one.rows() == rows
        one.clear_log()
        assert one.run().plan.steps == ()
        assert one.writes() == 0
