"""Tasks of a listing on their way to be kept: a big listing waits on the disk, not in memory.

Asana's offsets expire, so a listing is drained before the stories of its tasks are asked for, which takes hours where
there are many. What has been listed has to wait somewhere.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any

import orjson

Json = Any
_IN_MEMORY = 2 << 20
"""Bytes; what is bigger goes into a file without a name, which is gone when the process is, however it ends."""


class Spool:
    """Tasks in the order in which they came; read as often as one likes."""

    def __init__(self, tasks: Iterable[Json] = ()) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed when nobody holds the spool
        weakref.finalize(self, self._file.close)
        self._count = 0
        self.extend(tasks)

    def append(self, task: Json) -> None:
        """One task more."""
        self._file.seek(0, 2)
        self._file.write(orjson.dumps(task) + b"\n")
        self._count += 1

    def extend(self, tasks: Iterable[Json]) -> None:
        """These tasks, too."""
        for task in tasks:
            self.append(task)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Json]:
        place = 0
        while True:
            self._file.seek(place)  # somebody else may have read or added since
            line = self._file.readline()
            if not line:
                return
            place = self._file.tell()
            yield orjson.loads(line)

    def chunks(self, size: int) -> Iterator[list[Json]]:
        """So many at a time; one empty chunk when there are none."""
        tasks = iter(self)
        yield list(islice(tasks, size))
        while chunk := list(islice(tasks, size)):
            yield chunk

    def clear(self) -> None:
        """Begin anew."""
        self._file.seek(0)
        self._file.truncate()
        self._count = 0
