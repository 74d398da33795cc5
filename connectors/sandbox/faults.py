"""Trouble on request: rules that make some vendor requests fail in the ways real ones do."""

from __future__ import annotations

import random
import re
import threading
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

BEFORE = frozenset({"drop", "expired_offset"})
AFTER = frozenset({"saved_503", "drop_saved", "truncated", "not_json", "empty", "slow"})
STATUSES = frozenset({400, 401, 402, 403, 404, 409, 412, 429, 500, 502, 503, 504, 529})
HOOK_KINDS = ("double", "drop", "reorder")
HOOKS = ("hook:asana", "hook:notion", "hook:*")
KINDS = (*sorted(str(status) for status in STATUSES), *sorted({*BEFORE, *AFTER, *HOOK_KINDS}))
_KEYS = ("match", "kind", "rate", "count", "skip", "retry_after", "seconds")
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "*"})


class BadFaults(ValueError):
    """Fault rules that cannot be read. One line for each problem."""


@dataclass(slots=True)
class Fault:
    """One rule. `method` and `path` (a pattern with `*`; the whole path from `/asana` or `/notion`) say whom it
    strikes, `rate` how often (0 to 1, by a fixed seed), after `skip` matching requests, at most `count` times.

    A path `hook:asana`, `hook:notion` or `hook:*` strikes webhook deliveries instead of requests (HOOK_KINDS).
    `retry_after`: seconds, for 429, 503 and 529; `seconds`: how long `slow` waits.
    """

    method: str
    path: str
    kind: str
    rate: float = 1.0
    count: int | None = None
    skip: int = 0
    retry_after: int | None = None
    seconds: float = 1.0
    struck: int = 0
    _chance: random.Random = field(default_factory=lambda: random.Random(20260311))  # noqa: S311

    def strikes(self, method: str, path: str, query: str) -> bool:
        """Whether this request is struck; counts it when so."""
        if (self.method not in ("*", method)) or not fnmatchcase(path, self.path):
            return False
        if self.kind == "expired_offset" and not re.search(r"(^|&)offset=", query):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.count is not None and self.struck >= self.count:
            return False
        if self.rate < 1.0 and self._chance.random() >= self.rate:
            return False
        self.struck += 1
        return True

    def as_json(self) -> dict[str, Any]:
        told = {"method": self.method, "path": self.path}
        return {
            "match": told, "kind": self.kind, "rate": self.rate, "count": self.count, "skip": self.skip,
            "retry_after": self.retry_after, "seconds": self.seconds, "struck": self.struck,
        }  # fmt: skip


class Faults:
    """The rules in force. The first that strikes a request decides its fate."""

    def __init__(self, rules: Sequence[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._rules = list(rules)

    def replace(self, rules: Sequence[Fault]) -> None:
        """These, and no others, from now on."""
        with self._lock:
            self._rules = list(rules)

    def of_delivery(self, sender: str) -> Fault | None:
        """The fault that strikes this webhook delivery of `asana` or `notion`; "" is never struck."""
        if not self._rules or not sender:
            return None
        with self._lock:
            rules = (rule for rule in self._rules if rule.path in HOOKS)
            return next((rule for rule in rules if rule.strikes("POST", f"hook:{sender}", "")), None)

    def of(self, method: str, path: str, query: str) -> Fault | None:
        """The fault that strikes this request."""
        if not self._rules:
            return None
        with self._lock:
            return next((rule for rule in self._rules if rule.strikes(method, path, query)), None)

    def as_json(self) -> dict[str, Any]:
        with self._lock:
            return {"fault": [rule.as_json() for rule in self._rules], "kinds": list(KINDS)}


def read_faults(told: object, where: str = "faults") -> list[Fault]:
    """Rules from `{"fault": [{match, kind, rate, count, …}]}` or the bare list; BadFaults names every problem.

    `match`: `"GET /asana/api/1.0/tasks/*"`, `"/notion/*"`, or `{method=, path=}`; every request, when absent.
    `"hook:asana"`, `"hook:notion"`, `"hook:*"`: webhook deliveries.
    """
    if isinstance(told, Mapping):
        strange = [key for key in told if key not in ("fault", "faults")]
        if strange:
            raise BadFaults(f"{where}: unknown key {strange[0]!r}; rules go into [[fault]]")
        told = told.get("fault", told.get("faults", []))
    if not isinstance(told, list):
        raise BadFaults(f"{where}: [[fault]] must be a list of tables")
    problems: list[str] = []
    rules = []
    for number, rule in enumerate(told, start=1):
        try:
            rules.append(_read_fault(rule))
        except BadFaults as error:
            problems += [f"{where}: fault {number}: {line}" for line in str(error).splitlines()]
    if problems:
        raise BadFaults("\n".join(problems))
    return rules


def read_faults_file(path: Path) -> list[Fault]:
    """Rules from a TOML file with `[[fault]]` tables; BadFaults when it is missing, no TOML, or has bad rules."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadFaults(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFaults(f"{path}: not TOML: {error}") from None
    return read_faults(told, str(path))


def _read_fault(told: object) -> Fault:
    if not isinstance(told, Mapping):
        raise BadFaults("must be a table with match and kind")
    problems = [f"unknown key {key!r}; the keys are {', '.join(_KEYS)}" for key in told if key not in _KEYS]
    kind = str(told.get("kind", ""))
    if kind not in KINDS:
        problems.append(f"kind {told.get('kind')!r} is none; the kinds are {', '.join(KINDS)}")
    method, path = _read_match(told.get("match", "*"), problems)
    if kind in KINDS and path in HOOKS and kind not in HOOK_KINDS:
        problems.append(f"kind {kind!r} is none for deliveries ({path}); those are {', '.join(HOOK_KINDS)}")
    elif kind in ("double", "reorder") and path not in HOOKS:
        problems.append(f'kind {kind!r} is for webhook deliveries: match = "hook:asana", "hook:notion" or "hook:*"')
    rate = _number(told, "rate", 1.0, 0.0, 1.0, problems)
    seconds = _number(told, "seconds", 1.0, 0.0, 3600.0, problems)
    count = _whole(told, "count", problems)
    skip = _whole(told, "skip", problems)
    retry_after = _whole(told, "retry_after", problems)
    if problems:
        raise BadFaults("\n".join(problems))
    return Fault(method, path, kind, rate, count, skip or 0, retry_after, seconds)


def _read_match(told: object, problems: list[str]) -> tuple[str, str]:
    if isinstance(told, Mapping):
        strange = [key for key in told if key not in ("method", "path")]
        if strange:
            problems.append(f"match: unknown key {strange[0]!r}; the keys are method, path")
        method, path = str(told.get("method", "*")), str(told.get("path", "*"))
    elif isinstance(told, str) and told.strip():
        first, _, rest = told.strip().partition(" ")
        method, path = ("*", first) if not rest else (first, rest.strip())
    else:
        problems.append('match must be "METHOD PATH", a path, or {method=, path=}')
        return "*", "*"
    if method.upper() not in _METHODS:
        problems.append(f"match: {method!r} is no method; one of {', '.join(sorted(_METHODS))}")
    if path.startswith("hook:") and path not in HOOKS:
        problems.append(f"match: {path!r} is none of {', '.join(HOOKS)}")
    elif path not in HOOKS and not path.startswith(("/", "*")):
        problems.append(f"match: the path {path!r} must begin with / (such as /asana/api/1.0/tasks/*)")
    return method.upper(), path


def _number(
    told: Mapping[str, Any], key: str, default: float, least: float, most: float, problems: list[str]
) -> float:
    value = told.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        problems.append(f"{key} must be a number from {least:g} to {most:g}, not {value!r}")
        return default
    return float(value)


def _whole(told: Mapping[str, Any], key: str, problems: list[str]) -> int | None:
    value = told.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        problems.append(f"{key} must be a whole number from 0, not {value!r}")
        return None
    return int(value)
