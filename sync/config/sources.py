"""A source of work in the config: its table is typed by its connector; here only what all have in common."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from sync.config.problems import MissingToken, Problem, nearest
from sync.config.read import Read
from sync.config.words import problems_of

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
SANDBOX_TOKEN = "sandbox"  # noqa: S105


@dataclass(frozen=True, slots=True)
class SourceKind:
    """What a `kind` of source means. `pages`: it can hold our table and page; `item_fields`: our fields; `posts`:
    status updates and comments. `histories`: its vendor keeps who changed a field, and to what."""

    options: type[BaseModel]
    item_fields: bool = False
    pages: bool = False
    posts: bool = False
    histories: bool = False


def built(read: Read, kinds: Mapping[str, SourceKind]) -> tuple[dict[str, BaseModel], list[Problem]]:
    """The typed options of each source, and what is wrong with the others."""
    found: dict[str, BaseModel] = {}
    wrong: list[Problem] = []
    tables = read.values.get("sources", {})
    for id_, table in tables.items() if isinstance(tables, dict) else ():
        path = ("sources", id_)
        if not isinstance(table, dict):
            continue
        kind = table.get("kind")
        if kind is None:
            wrong.append(read.problem(path, "kind is missing", f"known: {', '.join(kinds)}"))
        elif not isinstance(kind, str) or kind not in kinds:
            wrong.append(read.problem((*path, "kind"), f'"{kind}" is no kind of source', nearest(str(kind), kinds)))
        else:
            model = kinds[kind].options
            try:
                found[id_] = model.model_validate(table)
            except ValidationError as error:
                wrong.extend(problems_of(error, read, model, path))
            wrong.extend(_common(id_, table, read))
    return found, wrong


def _common(id_: str, table: Mapping[str, Any], read: Read) -> Iterator[Problem]:
    """Names, not secrets; addresses that can be called."""
    path = ("sources", id_)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", id_):
        yield read.problem(
            path, "is no good name for a source", "letters, digits, - and _ only: it is part of every ref"
        )
    variable = table.get("token_env")
    if isinstance(variable, str) and not _VARIABLE.fullmatch(variable):
        message = "takes the NAME of an environment variable, never the token itself"
        yield read.problem((*path, "token_env"), message, 'like token_env = "TEAM_TOKEN"; or use token_file')
    if "token_env" in table and "token_file" in table:
        yield read.problem((*path, "token_file"), "stands beside token_env", "keep one of the two")
    url = table.get("base_url")
    if isinstance(url, str) and not _callable(url):
        yield read.problem(
            (*path, "base_url"),
            "is no web address",
            "it starts with https://, for a sandbox http://, and holds no password",
        )


def _callable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
        )
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    """Does this address lead to this very machine, as a sandbox's does?"""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def token(id_: str, options: BaseModel, beside: FilePath, env: Mapping[str, str]) -> str:
    """A source's token from its file or variable; raises MissingToken. A loopback address needs none.

    `beside`: the folder of the config, which a relative `token_file` is relative to.
    """
    name, variable = getattr(options, "token_file", None), getattr(options, "token_env", "")
    if name:
        here = is_loopback(getattr(options, "base_url", ""))
        return _from_file(id_, beside / FilePath(name).expanduser(), elsewhere=not here)
    value = env.get(variable, "").strip()
    if value:
        if not could_be_token(value):
            raise MissingToken(
                f"[sources.{id_}] The value of {variable} is no token: it has spaces or odd characters."
            )
        return value
    if is_loopback(getattr(options, "base_url", "")):
        return SANDBOX_TOKEN
    raise MissingToken(
        f"[sources.{id_}] The environment variable {variable} is not set. "
        f"Put the token into it (export {variable}=…), or name a file that holds it with token_file.",
        elsewhere=True,
    )


def could_be_token(value: str) -> bool:
    """Can this stand in a header? What was copied with a space or a dash that is none cannot."""
    return value.isascii() and value.isprintable() and " " not in value


def _from_file(id_: str, path: FilePath, *, elsewhere: bool) -> str:
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        message = f"[sources.{id_}] token_file {path} cannot be read: {reason}."
        raise MissingToken(message, elsewhere=elsewhere) from None
    if not value or not could_be_token(value):
        raise MissingToken(f"[sources.{id_}] token_file {path} must hold the token and nothing else.")
    return value
