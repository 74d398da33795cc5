"""How records look in JSON: the keys each kind shows by default, and prepared selectors for `opt_fields`.

With `opt_fields` an object holds exactly `gid` and what was asked for; the bare name of a nested object gives its
`gid` and `resource_type` (seen in recordings), for objects without a gid all they have. Keys that do not apply (the
number of an enum field, the section of a comment) are left out. Names that do not exist are ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Getter = Callable[[Any], Any]
Selector = Callable[[Any], dict[str, Any]]
ABSENT: Any = object()


@dataclass(frozen=True, slots=True)
class Nested:
    """A field that holds another object, or several."""

    get: Getter
    kind: Callable[[], Kind]
    many: bool = False


@dataclass(eq=False)
class Kind:
    """One resource type: how to get each field, what a list shows (`compact`) and what a single record shows.

    `whole`: the bare name of such an object means all of `full` (custom fields, things without a gid).
    """

    name: str
    fields: Mapping[str, Getter | Nested]
    compact: str
    full: str
    has_gid: bool = True
    whole: bool = False


@lru_cache(maxsize=4096)
def selector(kind: Kind, opt_fields: str | None, full: bool) -> Selector:
    """What turns a record into JSON. `opt_fields` None: the default keys, of a single record when `full`."""
    if opt_fields is None:
        return _compile(kind, _default(kind, full))
    return _compile(kind, _tree(opt_fields), asked=True)


def _tree(opt_fields: str) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path in opt_fields.split(","):
        here = tree
        for part in path.strip().removeprefix("this.").split("."):
            here = here.setdefault(part.strip(), {})
    return tree


def _default(kind: Kind, full: bool) -> dict[str, Any]:
    return dict.fromkeys((kind.full if full else kind.compact).split())


def _compile(kind: Kind, tree: Mapping[str, Any], asked: bool = False) -> Selector:
    steps: list[tuple[str, Getter]] = []
    if kind.has_gid:
        steps.append(("gid", kind.fields["gid"]))  # type: ignore[arg-type]
    for name, below in tree.items():
        found = kind.fields.get(name)
        if found is None or name == "gid":
            continue
        if isinstance(found, Nested):
            steps.append((name, _nested(found, below, asked)))
        else:
            steps.append((name, found))

    def select(record: Any) -> dict[str, Any]:
        out = {}
        for key, get in steps:
            value = get(record)
            if value is not ABSENT:
                out[key] = value
        return out

    return select


def _nested(found: Nested, below: Mapping[str, Any] | None, asked: bool) -> Getter:
    kind, get = found.kind(), found.get
    if below:
        inner = _compile(kind, below, asked=True)
    elif kind.whole:
        inner = _compile(kind, _default(kind, full=True))
    else:
        inner = _compile(kind, {"resource_type": None} if asked else _default(kind, full=False))
    if found.many:
        return lambda record: _each(inner, get(record))
    return lambda record: _one(inner, get(record))


def _each(inner: Selector, values: Any) -> Any:
    return values if values is ABSENT or values is None else [inner(value) for value in values]


def _one(inner: Selector, value: Any) -> Any:
    return value if value is ABSENT or value is None else inner(value)
