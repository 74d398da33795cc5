"""Writes TOML values. The standard library reads TOML and does not write it; the config needs only these few."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}

Value = str | int | bool | Sequence["Value"] | Mapping[str, "Value"]


def text(value: str) -> str:
    """A basic string, on one line, whatever it holds (a lone surrogate, which TOML cannot say, becomes U+FFFD)."""
    return '"' + "".join(_SHORT.get(sign) or _sign(sign) for sign in value) + '"'


def key(name: str) -> str:
    """A key: bare where that is allowed, else quoted."""
    return name if _BARE.fullmatch(name) else text(name)


def value(told: Value) -> str:
    """A value on one line: text, whole number, truth, list, or inline table."""
    if isinstance(told, bool):
        return "true" if told else "false"
    if isinstance(told, str):
        return text(told)
    if isinstance(told, int):
        return str(told)
    if isinstance(told, Mapping):
        return "{ " + ", ".join(f"{key(name)} = {value(one)}" for name, one in told.items()) + " }"
    return "[" + ", ".join(value(one) for one in told) + "]"


def _sign(sign: str) -> str:
    """As it is when a person can see it, else by its number."""
    code = ord(sign)
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    if sign.isprintable():
        return sign
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
