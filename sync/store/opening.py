"""Opening a database: which kind it is, how its connections behave, and bringing its tables up to date."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from sync.store.errors import StoreError
from sync.store.schema import HEAD, METADATA

_BUSY_SECONDS = 30
_CONNECT_SECONDS = 10
_MIGRATION_LOCK = 0x68616E64  # "hand"


def open_engine(url: str) -> Engine:
    """An engine whose database has today's tables. A text without `://` is the path of a SQLite file.

    StoreError when the url is bad, the server is away, or the database is not ours or newer than this program.
    """
    address = _address(url)
    engine = _sqlite(address) if address.get_backend_name() == "sqlite" else _postgres(address)
    try:
        _bring_up_to_date(engine, address)
    except DBAPIError as error:
        engine.dispose()
        raise StoreError(_reason(address, error)) from error
    except StoreError:
        engine.dispose()
        raise
    return engine


def writing(engine: Engine) -> Engine:
    """The same engine, for transactions that write: SQLite takes its write lock at once and never fails halfway."""
    return engine.execution_options(writes=True)


def durable(engine: Engine) -> Engine:
    """The same engine, for commits that a power cut must not undo: SQLite waits for the disk, too.

    PostgreSQL does so unless its administrator has switched it off.
    """
    return engine.execution_options(writes=True, durable=True)


def _address(url: str) -> URL:
    if url and "://" not in url:
        return URL.create("sqlite", database=url)
    try:
        address = make_url(url)
    except ArgumentError:
        raise StoreError(
            "database_url: this is no database address; write sqlite:///handrail.db or postgresql://user@host/database"
        ) from None
    match address.get_backend_name():
        case "sqlite":
            if address.database in (None, "", ":memory:"):
                raise StoreError("database_url: SQLite needs a file; write sqlite:///handrail.db")
            return address.set(drivername="sqlite")
        case "postgresql" | "postgres":
            return address.set(drivername="postgresql+psycopg")
        case other:
            raise StoreError(f"database_url: {other} is not supported; use sqlite:///… or postgresql://…")


def _sqlite(address: URL) -> Engine:
    path = Path(str(address.database))
    if path.is_dir():
        raise StoreError(f"database_url: {path} is a folder; name a file in it, such as {path / 'handrail.db'}")
    if not path.parent.is_dir():
        raise StoreError(f"database_url: the folder {path.parent} does not exist; create it or name another place")
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(f"database_url: cannot write {path}: {error.strerror}; mend its rights") from error
    engine = create_engine(address, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own; _begin_sqlite does
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "cache_size = -8192"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    safety = "FULL" if options.get("durable") else "NORMAL"  # it holds for a connection, and connections are reused
    if connection.info.get("synchronous", "NORMAL") != safety:
        connection.exec_driver_sql(f"PRAGMA synchronous = {safety}")
        connection.info["synchronous"] = safety
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


def _postgres(address: URL) -> Engine:
    query = {"connect_timeout": str(_CONNECT_SECONDS), **address.query}
    return create_engine(address.set(query=query), pool_pre_ping=True, pool_size=10)


def _bring_up_to_date(engine: Engine, address: URL) -> None:
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    with writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        found = _revision(connection)  # again: another process may have been quicker
        if found == HEAD:
            return
        if found is None:
            _refuse_foreign(connection, address)
        _migrate(connection, found, address)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _refuse_foreign(connection: Connection, address: URL) -> None:
    there = set(inspect(connection).get_table_names())
    strangers = there if connection.dialect.name == "sqlite" else there & set(METADATA.tables)
    if strangers:
        raise StoreError(
            f"database_url: {_place(address)} already holds other tables ({', '.join(sorted(strangers)[:5])}); "
            "name an empty database"
        )


def _migrate(connection: Connection, found: str | None, address: URL) -> None:
    from alembic import command  # heavy, and needed only when the tables change
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"database_url: {_place(address)} was written by a newer Handrail (schema {found}, "
            f"this one knows {HEAD}); "
            "update Handrail, or name another database"
        )
    command.upgrade(config, "head")


def _place(address: URL) -> str:
    if address.get_backend_name() == "sqlite":
        return str(address.database)
    return address.render_as_string(hide_password=True)


def _reason(address: URL, error: DBAPIError) -> str:
    said: Any = error.orig
    words = " ".join(str(said).split())
    if "not a database" in words:
        return f"database_url: {_place(address)} is not a SQLite database; name another file, or move this one away"
    if address.get_backend_name() == "sqlite":
        return f"database_url: {_place(address)} cannot be used: {words}"
    if isinstance(error, OperationalError):
        return f"database_url: no answer from {_place(address)}: {words}; is the server up, and the address right?"
    return f"database_url: {_place(address)} cannot be used: {words}"
