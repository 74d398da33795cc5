"""A lock that dies with its holder: an advisory lock on PostgreSQL, an OS file lock beside a SQLite file."""

from __future__ import annotations

import fcntl
import os
import socket
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import Engine, delete, select, text
from sqlalchemy.exc import OperationalError

from sync.store.bulk import put
from sync.store.codec import instant, micros
from sync.store.errors import Busy, Holder
from sync.store.opening import writing
from sync.store.schema import LOCK


@contextmanager
def hold(engine: Engine, name: str, clock: Callable[[], datetime]) -> Iterator[None]:
    """Hold the lock of this name in this database, or raise Busy at once. A killed holder blocks nobody."""
    locked = _advisory if engine.dialect.name == "postgresql" else _beside
    with locked(engine, name):
        row = {"name": name, "host": socket.gethostname(), "pid": os.getpid(), "since": micros(clock())}
        with writing(engine).begin() as connection:
            put(connection, LOCK, [row])
        try:
            yield
        finally:
            with suppress(OperationalError), writing(engine).begin() as connection:  # it only says who holds it
                connection.execute(delete(LOCK).where(LOCK.c.name == name))


@contextmanager
def _advisory(engine: Engine, name: str) -> Iterator[None]:
    number = zlib.crc32(f"handrail/{name}".encode())
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": number}).scalar():
            raise Busy(_holder(engine, name))
        try:
            yield
        finally:
            with suppress(OperationalError):  # the server ended, and the lock with it
                connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": number})


@contextmanager
def _beside(engine: Engine, name: str) -> Iterator[None]:
    # Not the database file itself: closing any descriptor of it would drop SQLite's own locks.
    path = f"{os.path.realpath(str(engine.url.database))}.{quote(name, safe='')}.lock"
    descriptor = _locked(path)
    if descriptor is None:
        raise Busy(_holder(engine, name))
    try:
        yield
    finally:
        os.unlink(path)  # while it is held: who opened it meanwhile sees that it is another's and opens anew
        os.close(descriptor)


def _locked(path: str) -> int | None:
    """A descriptor of the file at this path, with the lock on it; None when somebody else has it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except FileNotFoundError:
            pass
        os.close(descriptor)


def _holder(engine: Engine, name: str) -> Holder:
    with engine.connect() as connection:
        row = connection.execute(select(LOCK).where(LOCK.c.name == name)).one_or_none()
    return Holder(row.host, row.pid, instant(row.since)) if row else Holder()
