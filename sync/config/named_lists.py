r"""`[patterns]`: lists of names that several rules refer to, as `"@name"` in `where` and `where_not`.

In a condition `*` stands for any run of characters; a name that begins with an at sign is written `"\\@name"`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sync.config.lines import Path
from sync.config.problems import Problem
from sync.config.read import Read

MARK = "@"
CONDITIONS = ("where", "where_not")


def written(read: Read, path: Path, values: Any) -> Iterator[tuple[Path, Any]]:
    """Each value of a list in a condition with the place where it stands: those of a named list stand there."""
    listed = isinstance(values, list)
    for index, value in enumerate(values if listed else [values]):
        place = (*path, index) if listed else path
        names = _named(read, value)
        if names is None:
            yield place, value
        else:
            base = ("patterns", value.removeprefix(MARK))
            places = [(*base, n) for n in range(len(names))] if isinstance(names, list) else [base]
            yield from zip(places, _each(names), strict=True)


def spelled_out(read: Read, table: Mapping[str, Any]) -> dict[str, Any]:
    """A rule's table with the names of each named list in place of its own."""
    return {
        key: {field: _whole(read, values) for field, values in below.items()}
        if key in CONDITIONS and isinstance(below, dict) else below
        for key, below in table.items()
    }  # fmt: skip


def problems(read: Read) -> Iterator[Problem]:
    """A list that refers to a list, says a name twice, or holds a blank; a reference to none that there is."""
    for name, values in _lists(read).items():
        said: list[str] = []
        for index, value in enumerate(_each(values)):
            path = ("patterns", name, index) if isinstance(values, list) else ("patterns", name)
            if not isinstance(value, str):
                continue
            if not value.strip():
                yield read.problem(path, "is blank", "give a name, or leave it out")
            elif value.startswith(MARK):
                yield read.problem(path, "refers to another list", r'give names; one that begins with @ is "\\@name"')
            elif value in said:
                yield read.problem(path, f'names "{value}" twice', "once is enough")
            said.append(value)


def unknown(read: Read, place: Path, value: Any) -> Problem | None:
    """The problem of a reference to a list that there is not."""
    if not isinstance(value, str) or not value.startswith(MARK) or _named(read, value) is not None:
        return None
    return read.unknown(place, value.removeprefix(MARK), "list under [patterns]", list(_lists(read)))


def _whole(read: Read, values: Any) -> Any:
    if not isinstance(values, list):
        named = _named(read, values)
        return values if named is None else _each(named)
    told = [one for place, one in written(read, (), values) if not (place[:1] == ("patterns",) and _blank(one))]
    return told or values


def _blank(value: Any) -> bool:
    """Whether this is told as a problem of the list, and need not be told of every rule."""
    return isinstance(value, str) and not value.strip()


def _each(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _lists(read: Read) -> Mapping[str, Any]:
    tables = read.values.get("patterns")
    return tables if isinstance(tables, dict) else {}


def _named(read: Read, value: Any) -> Any:
    """The list that a value refers to; None where it refers to none."""
    return _lists(read).get(value.removeprefix(MARK)) if isinstance(value, str) and value.startswith(MARK) else None
