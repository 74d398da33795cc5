"""A sweep in a whole run: what was made twice in Notion is planned away, and the run after it is quiet."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.notion.region import BEGIN, END, cut
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


@pytest.mark.parametrize(("spoil", "left"), [
    (lambda text: text.replace("can be counted", "is so, says Lena"), "says Lena"),
    (lambda text: text.replace(f"\n{END}", f"\nMine, between your lines.\n{END}"), "Mine, between"),
    (lambda text: text[: text.index(BEGIN)] + text[text.index(END) + len(END) :], "never there"),
])  # fmt: skip
def test_what_somebody_changed_in_our_region_is_said_and_mended_by_the_run_that_sweeps(
    tmp_path: Path, spoil: Callable[[str], str], left: str
) -> None:
    with rig(tmp_path) as one:
        page = one.world.notion.shared_page_id
        text = one.config.read_text().replace("create_fields", f'notion_page = "{page}"\ncreate_fields')
        one.config.write_text(text)

        def shown() -> str:
            return str(one.get(f"/notion/v1/pages/{page}/markdown")["markdown"])

        one.run()
        written = shown()
        assert written.count(BEGIN) == 1
        spoiled = spoil(written) + "\nLena's own line."
        assert spoiled.replace("\nLena's own line.", "") != written
        with one.world.lock:
            one.world.notion.replace_markdown("Lena", page, spoiled)
        assert one.run().plan.steps == ()  # nobody looks before the sweep
        _long_ago(one)
        swept = one.run()
        assert swept.troubles == []
        assert [step.reason.text for step in swept.plan.steps] == [
            "What stands there is not what Handrail last wrote; its own part is put right."
        ]
        inside, was = cut(shown()), cut(written)
        assert inside is not None
        assert was is not None
        assert inside.inside == was.inside
        assert left not in shown()
        assert "Lena's own line." in shown()
        one.clear_log()
        assert one.run().plan.steps == ()
        _long_ago(one)
        one.run()
        assert one.writes() == 0


def test_a_broken_mark_is_said_by_the_run_that_sweeps_and_nothing_is_written(tmp_path: Path) -> None:
    with rig(tmp_path) as one:
        page = one.world.notion.shared_page_id
        text = one.config.read_text().replace("create_fields", f'notion_page = "{page}"\ncreate_fields')
        one.config.write_text(text)
        one.run()
        spoiled = str(one.get(f"/notion/v1/pages/{page}/markdown")["markdown"]).replace(END, "")
        with one.world.lock:
            one.world.notion.replace_markdown("Lena", page, spoiled)
        _long_ago(one)
        swept = one.run()
        assert ["mend them" in trouble.text for trouble in swept.troubles] == [True]
        assert one.get(f"/notion/v1/pages/{page}/markdown")["markdown"].count(BEGIN) == 1
