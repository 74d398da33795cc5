"""Opening databases: new, old, foreign, newer, away; and migrations that lead to today's tables."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import sync.store
from sync.store import Store, StoreError
from sync.store.schema import HEAD, METADATA
from tests.sync.store.facts import SCOPE, page


def test_migrations_lead_to_the_tables_of_the_schema(store: Store) -> None:
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_head_is_the_last_migration() -> None:
    folder = Path(sync.store.__file__).parents[1] / "migrations"
    assert ScriptDirectory(str(folder)).get_heads() == [HEAD]


def test_opening_again_finds_what_was_kept(database_url: str) -> None:
    with Store.open(database_url) as first:
        first.keep(page(cursor="here"))
    with Store.open(database_url) as second:
        assert second.cursor(SCOPE) == "here"


def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    with Store.open(str(file)) as store, store.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_newer_database_is_refused(store: Store, database_url: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer Handrail.*update Handrail"):
        Store.open(database_url)


def _file(path: Path) -> str:
    path.write_bytes(b"this is a letter, not a database, and long enough to be read as one" * 20)
    return str(path)


def _foreign(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")
    connection.close()
    return str(path)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (lambda tmp: _file(tmp / "letter.txt"), "letter.txt is not a SQLite database; name another file"),
        (lambda tmp: _foreign(tmp / "places.db"), "holds other tables \\(bookmarks\\); name an empty database"),
        (lambda tmp: str(tmp), "is a folder; name a file in it"),
        (lambda tmp: str(tmp / "none" / "x.db"), "does not exist; create it"),
        (lambda tmp: "sqlite://", "SQLite needs a file"),
        (lambda tmp: "", "no database address"),
        (lambda tmp: "mysql://u:p@h/d", "mysql is not supported"),
        (lambda tmp: "://", "no database address"),
        (lambda tmp: "postgresql://u:secret@127.0.0.1:1/d", "no answer from .*is the server up"),
    ],
)
def test_what_cannot_be_opened_says_why_and_the_way_out(tmp_path: Path, url: Any, words: str) -> None:
    with pytest.raises(StoreError, match=words) as caught:
        Store.open(url(tmp_path))
    assert str(caught.value).startswith("database_url: ")
    assert "secret" not in str(caught.value)
