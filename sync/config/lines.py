"""On which line of a TOML file does a key stand? tomllib does not say, so the text is read a second time."""

from __future__ import annotations

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""A key's way from the top of the file; an array's elements by index from 0."""

_TOKEN = re.compile(
    r"""(?P<text>\"{3}(?:[^\\]|\\.)*?\"{3,5}(?!\")|'{3}.*?'{3,5}(?!')|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
    r"|(?P<comment>\#[^\n]*)|(?P<newline>\n)|(?P<mark>[\[\]{}=,.])|(?P<bare>[^\s\[\]{}=,.\#\"']+)|(?P<space>[^\S\n]+)",
    re.DOTALL | re.VERBOSE,
)
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\", "e": "\x1b"}


def find_lines(text: str) -> Mapping[Path, int]:
    """The line (from 1) of every table, key and array element of a valid TOML document.

    A table that is only implied by a longer name stands where it is first named.
    """
    return _Reader(text).read()


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """The line of this key, else of the nearest thing around it; None when not even its table is in the file."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


class _Reader:
    """Walks the tokens of a document that tomllib has accepted, so that nothing needs to be checked again."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str, int]] = []
        line = 1
        for found in _TOKEN.finditer(text.replace("\r\n", "\n")):
            kind, token = str(found.lastgroup), found.group()
            if kind not in ("space", "comment"):
                self._tokens.append((kind, token, line))
            line += token.count("\n")
        self._next = 0
        self.lines: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}

    def read(self) -> dict[Path, int]:
        table: Path = ()
        while self._next < len(self._tokens):
            kind, word, _ = self._tokens[self._next]
            if kind == "newline":
                self._next += 1
            elif (kind, word) == ("mark", "["):
                table = self._header()
            else:
                self._pair(table)
        return self.lines

    def _take(self) -> tuple[str, str, int]:
        self._next += 1
        return self._tokens[self._next - 1]

    def _sees(self, mark: str) -> bool:
        return self._next < len(self._tokens) and self._tokens[self._next][:2] == ("mark", mark)

    def _skip_newlines(self) -> None:
        while self._next < len(self._tokens) and self._tokens[self._next][0] == "newline":
            self._next += 1

    def _header(self) -> Path:
        """`[a.b]` or `[[a.b]]`; inside an array of tables a name means its latest element."""
        line = self._take()[2]
        double = self._sees("[")
        self._next += double
        path: Path = ()
        keys = self._keys()
        for position, key in enumerate(keys):
            path = (*path, key)
            self.lines.setdefault(path, line)
            if double and position == len(keys) - 1:
                self._arrays[path] = self._arrays.get(path, -1) + 1
            if path in self._arrays:
                path = (*path, self._arrays[path])
                self.lines.setdefault(path, line)
        self._next += 1 + double
        self.lines[path] = line
        return path

    def _keys(self) -> list[str]:
        keys = [_key(self._take())]
        while self._sees("."):
            self._next += 1
            keys.append(_key(self._take()))
        return keys

    def _pair(self, table: Path) -> None:
        line = self._tokens[self._next][2]
        path = table
        for key in self._keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self._next += 1
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._sees("["):
            self._array(path)
        elif self._sees("{"):
            self._inline(path)
        else:
            while self._next < len(self._tokens) and not (
                self._tokens[self._next][0] == "newline" or self._tokens[self._next][1] in (",", "]", "}")
            ):
                self._next += 1

    def _array(self, path: Path) -> None:
        self._next += 1
        index = 0
        self._skip_newlines()
        while not self._sees("]"):
            element: Path = (*path, index)
            self.lines[element] = self._tokens[self._next][2]
            self._value(element)
            self._skip_newlines()
            if self._sees(","):
                self._next += 1
                self._skip_newlines()
            index += 1
        self._next += 1

    def _inline(self, path: Path) -> None:
        self._next += 1
        self._skip_newlines()
        while not self._sees("}"):
            self._pair(path)
            self._skip_newlines()
            if self._sees(","):
                self._next += 1
                self._skip_newlines()
        self._next += 1


def _key(token: tuple[str, str, int]) -> str:
    """A key as tomllib would give it: bare, 'literal' or "with escapes"."""
    kind, word, _ = token
    if kind != "text":
        return word
    inside = word[1:-1]
    return inside if word[0] == "'" else re.sub(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", _unescape, inside)


def _unescape(found: re.Match[str]) -> str:
    code = found.group(1)
    return chr(int(code[1:], 16)) if code[0] in "uU" else _ESCAPES[code]
