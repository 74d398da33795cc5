"""The reference of the rules, `docs/rules.md`, made from the rules: `python -m sync.reference docs/rules.md`.

A kind's page is its docstring, its options and their defaults, what its status field says, and the example's table.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from rules.base import Rule
from rules.calibration import Learner
from rules.durations import Duration
from rules.engine import kinds
from rules.where import Where

EXAMPLE = Path("config.example.toml")
_COMMON = ("next_step", "limit", "exempt", "flow", "source", "where", "where_not", "warn", "breach", "clamp")
"""Keys in the order in which the reference lists them, before a kind's own."""
_PLAIN = {
    Duration: 'a length of time, `"3wd"`', Where: "a table of lists, see above", str: "text", int: "a whole number",
    float: "a number", bool: "`true` or `false`", date: "a date",
}  # fmt: skip

INTRO = """\
# The rules

<!-- Made from the rules by `make rules`; what you write here is lost. -->

A rule is a table `[rules.<name>]` in `config.toml`: its `kind` says what it looks for, its name is yours. This page
lists every kind with its options, as the program itself knows them. `config.example.toml` shows each of them in use,
`handrail why REF` explains a finding, `handrail why-not REF RULE` its absence, and `handrail backtest RULE` what a
rule would have said on past days.

## What all rules share

**Lengths of time** carry their calendar: `3wd` working days and `16wh` working hours count only the hours of the
calendar; `45m`, `4h`, `30d` and `2w` count every hour. A limit is passed when a wait is longer than it, not equal.

**Two levels**: `warn` is worth a look, `breach` asks for action. Give one or both; `breach` comes later.

**Learned limits**: `handoff_stall`, `stage_age` and `quiet` take `"p85"` for a length: what 85 of 100 past cases
stayed within, those that still go on counted as longer than they are by now. `handrail calibrate` shows what that
comes to, old and new; `--write` freezes it, with its day. `clamp` holds it between `min` and `max`, and gives the
`fallback` while nothing is frozen, fewer than `min_samples` cases have ended, or the rule asks about other items than
it was calibrated for. Where both levels are learned, the fallback is the second's; `fallback_warn` is the first's.
The same command learns and freezes, for each flow, within how many days 85 of 100 items were finished once begun: the
summary page holds what was finished lately against that.

**`exempt`** keeps findings from being said, up to and with a day: `{ ref = "asana:1201", until = 2026-12-01, by =
"Ana", because = "waits for the brand" }`. `ref` is what the finding is about, or `*` for the whole rule.

**`next_step`** is required: one sentence with what the reader should do. It may fill in `{placeholders}`, which each
kind lists. **`limit`** is the most that is said of one rule, the costliest first.

**`flow`**, **`source`**, **`where`** and **`where_not`** choose the items. Within a list any name will do, between
lists all must hold: `where = { WHERE }`. There are lists
of { LISTS }. In a name `*` stands for any run of characters (`\\\\*` for a star).

**`[patterns]`** names lists that several rules ask for: with `put-aside = ["frozen", "Parked*"]` there, `tag =
["@put-aside", "on hold"]` asks for all three. A name that really begins with an at sign is `"\\\\@name"`.

**What is said** changes once a day at most: whole days that have passed, or `more than 4 working hours` where no
whole day shows it. `handrail why` tells it to the minute.

**People**: sentences say how work stands, and no rule ranks anybody.

## The kinds

"""


def reference(example: str) -> str:
    """The page. `example`: the text of the example config, whose tables are shown with their kinds."""
    shown = _examples(example)
    names = ", ".join(one.name for one in dataclasses.fields(Where))
    index = "".join(f"- [`{kind}`](#{kind}): {_parts(shape)[0]}\n" for kind, shape in kinds().items())
    intro = INTRO.replace("{ WHERE }", '{ stage = ["Review"], tag = ["launch", "press"] }')
    intro = intro.replace("{ LISTS }", names)
    return intro + index + "\n" + "\n".join(_page(kind, shape, shown) for kind, shape in kinds().items())


def _page(kind: str, shape: type[Rule], shown: Mapping[str, str]) -> str:
    first, rest = _parts(shape)
    keys = "\n".join(f"| `{name}` | {taken} | {default} |" for name, taken, default in _options(shape))
    words = "; ".join(f"{level}: “{word}”" for level, word in shape.words.items())
    parts = [f"### {kind}", f"**{first}**", rest, f"| key | takes | left out |\n| --- | --- | --- |\n{keys}"]
    if words:
        parts.append(f"Status on the item: {words}.")
    if kind in shown:
        parts.append(f"```toml\n{shown[kind]}\n```")
    return "\n\n".join(parts) + "\n"


def _parts(shape: type[Rule]) -> tuple[str, str]:
    """The first sentence of a docstring, and the rest as paragraphs."""
    text = inspect.cleandoc(shape.__doc__ or "")
    first, _, rest = text.partition("\n\n")
    rest = re.sub(r"\{(\w+)\}", r"`{\1}`", rest.strip())
    return " ".join(first.split()), rest


def _options(shape: type[Any]) -> Iterator[tuple[str, str, str]]:
    """Key, what it takes, and what holds where it is left out."""
    hints = typing.get_type_hints(shape)
    fields = [one for one in dataclasses.fields(shape) if one.name != "id" and one.metadata.get("option", True)]
    known = {name: place for place, name in enumerate(_COMMON)}
    for one in sorted(fields, key=lambda one: known.get(one.name, len(known))):
        learned = issubclass(shape, Learner) and one.name in ("warn", "breach")
        percentile = ', or a percentile of its own past, `"p85"`' if learned else ""
        yield one.name, _taken(hints[one.name]) + percentile, _default(one)


def _default(one: dataclasses.Field[Any]) -> str:
    value = one.default
    if value is dataclasses.MISSING:
        if one.default_factory is dataclasses.MISSING:
            return "required"
        value = one.default_factory()
    if value is None or value in ((), {}) or isinstance(value, Where):
        return "–"
    return f"`{_written(value)}`"


def _written(value: Any) -> str:
    """A default as the config would have it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | Duration):
        return f'"{value}"'
    return f"[{', '.join(map(_written, value))}]" if isinstance(value, tuple) else str(value)


def _taken(hint: Any) -> str:
    """What a key takes, in words."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, inside = get_origin(hint), [one for one in get_args(hint) if one not in (type(None), Ellipsis)]
    if origin is Literal:
        return " or ".join(f'`"{one}"`' for one in inside)
    if origin in (Union, types.UnionType):
        return ", or ".join(_taken(one) for one in inside)
    if origin in (tuple, list):
        return f"a list of {_taken(inside[0]).replace('a table of', 'tables of')}"
    if origin is not None and len(inside) == 2:
        return f"a table, each with {_taken(inside[1])}"
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return "a table of " + ", ".join(f"`{name}`" for name, _, _ in _options(hint))
    return getattr(hint, "__name__", str(hint))


def _examples(text: str) -> dict[str, str]:
    """The first table of each kind in the example."""
    found: dict[str, str] = {}
    for block in re.findall(r"^\[rules\.[^\n]*\n(?:(?!\[|# ----)[^\n]*\n)*", text, re.MULTILINE):
        kind = re.search(r'^kind = "(\w+)"', block, re.MULTILINE)
        if kind:
            found.setdefault(kind[1], block.strip())
    return found


def main() -> None:
    """Write the page to the path given, beside the example of the same project."""
    Path(sys.argv[1]).write_text(reference(EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
