"""Reading the file and laying the environment over it, remembering where each value came from."""

from __future__ import annotations

import contextlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pydantic_settings import EnvSettingsSource
from pydantic_settings.exceptions import SettingsError

from sync.config.lines import Path, find_lines, line_of
from sync.config.problems import ConfigProblems, Problem, named, nearest
from sync.config.shape import Shape

PREFIX = "HANDRAIL__"
TOP_KEYS = tuple(info.alias or name for name, info in Shape.model_fields.items())


@dataclass(frozen=True, slots=True)
class Read:
    """A config as plain values: the file with the environment laid over it. `name` is the file as spoken of."""

    name: str
    values: Mapping[str, Any]
    lines: Mapping[Path, int]
    variables: Mapping[Path, str]

    def problem(self, path: Path, message: str, hint: str = "") -> Problem:
        """A problem at this key: with its line, or with the variable that set it."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.variables:
                return Problem(self.variables[path[:end]], None, named(path), message, hint)
        return Problem(self.name, line_of(self.lines, path), named(path), message, hint)

    def unknown(self, path: Path, word: str, what: str, known: Sequence[str]) -> Problem:
        """A name that stands for nothing in this config."""
        hint = nearest(word, known) or f"the config has no {what} yet"
        return self.problem(path, f'there is no {what} "{word}"', hint)

    def names(self, section: str) -> tuple[str, ...]:
        """The ids in a section of the file, sound or not: so that one mistake is told once."""
        tables = self.values.get(section)
        return tuple(tables) if isinstance(tables, dict) else ()

    def at(self, path: Path) -> Any:
        """The value at this path, None where there is none."""
        value: Any = self.values
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value


def read(path: FilePath, env: Mapping[str, str]) -> Read:
    """Raises ConfigProblems when the file is missing, is no text, is no TOML, or a variable cannot be read."""
    text = _text(path)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigProblems([_toml_problem(path.name, str(error), text)]) from None
    over, variables, problems = _environment(env)
    if problems:
        raise ConfigProblems(problems)
    joined = _lay_over(values, over)
    places = {_spelled(joined, keys): variable for keys, variable in variables.items()}
    return Read(path.name, joined, find_lines(text), places)


def _text(path: FilePath) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        message = "there is no such file"
        hint = "`handrail init` writes one; config.example.toml shows every key; --config names another"
    except UnicodeDecodeError as error:
        message, hint = f"is not UTF-8 text (byte {error.start + 1})", "save it as UTF-8"
    except OSError as error:
        message, hint = f"cannot be read: {error.strerror}", ""
    raise ConfigProblems([Problem(str(path), None, "", message, hint)]) from None


def _toml_problem(name: str, said: str, text: str) -> Problem:
    """tomllib's own words are good, its place comes as text."""
    found = re.search(r" \((?:at line (\d+), column \d+|at end of document)\)$", said)
    line = int(found.group(1)) if found and found.group(1) else text.count("\n") + 1
    message = said[: found.start()] if found else said
    message = re.sub(r"\('(.+?)',?\)", lambda keys: "[" + keys[1].replace("', '", ".") + "]", message)
    return Problem(name, line, "", f"this is not TOML: {message[0].lower()}{message[1:]}", _toml_hint(message))


def _toml_hint(message: str) -> str:
    if "overwrite" in message or "twice" in message:
        return "a key or table may stand only once; keep one of the two"
    if "Invalid value" in message:
        return 'text goes in quotes: key = "value"'
    if "Illegal character" in message or "Unterminated" in message:
        return "a quote that begins here does not end"
    return ""


def _environment(env: Mapping[str, str]) -> tuple[dict[str, Any], dict[tuple[str, ...], str], list[Problem]]:
    """The overrides as nested values, the variable behind each (keys in lower case), and what is wrong with them."""
    ours = {name.lower(): (name, value) for name, value in env.items() if name.upper().startswith(PREFIX)}
    variables: dict[tuple[str, ...], str] = {}
    problems: list[Problem] = []
    for lower, (name, _) in ours.items():
        keys = tuple(lower[len(PREFIX) :].split("__"))
        variables[keys] = name
        if keys[0] not in TOP_KEYS:
            problems.append(Problem(name, None, "", f'unknown key "{keys[0]}"', nearest(keys[0], TOP_KEYS)))
    source = EnvSettingsSource(Shape)
    for lower, (name, value) in ours.items():
        source.env_vars = {lower: value}
        try:
            source()
        except SettingsError:
            problems.append(
                Problem(name, None, "", "is not valid JSON", 'lists look like ["a", "b"], tables like {"a": 1}')
            )
    source.env_vars = {lower: value for lower, (_, value) in ours.items()}
    return ({} if problems else _decoded(source())), variables, problems


def _decoded(value: Any) -> Any:
    """Lists and tables in JSON, also where only a connector or a rule knows the type."""
    if isinstance(value, dict):
        return {key: _decoded(below) for key, below in value.items()}
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        with contextlib.suppress(ValueError):
            return json.loads(value)
    return value


def _plain(key: object) -> str:
    return str(key).lower().replace("-", "_")


def _lay_over(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A variable's name has no case and no dash, so `REVIEW_STALL` finds the file's `review-stall`."""
    joined = dict(base)
    for key, value in over.items():
        name = next((known for known in base if _plain(known) == _plain(key)), key)
        below = joined.get(name)
        joined[name] = _lay_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return joined


def _spelled(values: Mapping[str, Any], keys: tuple[str, ...]) -> Path:
    """A variable's keys as the file spells them."""
    path: list[str] = []
    here: Any = values
    for key in keys:
        known = here if isinstance(here, dict) else {}
        name = next((name for name in known if _plain(name) == _plain(key)), key)
        path.append(name)
        here = known.get(name)
    return tuple(path)
