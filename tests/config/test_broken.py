r"""Every broken config in `broken/` is refused with exactly the messages written at its end, after `#!`.

`#$ NAME=value` lines set the environment; `…` at the end of an expected message stands for anything.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sync.config import ConfigProblems, load
from sync.wiring import KINDS

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.toml"))
SECRET = "secret-do-not-print"


def told(path: Path) -> list[str]:
    """The messages that loading this file ends with."""
    env = dict(re.findall(r"^#\$ (\w+)=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE))
    with pytest.raises(ConfigProblems) as refused:
        load(path, env, KINDS)
    return [str(problem).removeprefix(path.name) for problem in refused.value.problems]


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_it_is_refused_with_its_message(path: Path) -> None:
    expected = re.findall(r"^#! (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    found = told(path)
    assert len(found) == len(expected), found
    for message, wanted in zip(found, expected, strict=True):
        assert message.startswith(wanted[:-1]) if wanted.endswith("…") else message == wanted
        assert SECRET not in message


def test_there_are_enough_of_them() -> None:
    assert len(BROKEN) >= 50


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_the_line_is_the_one_to_mend(path: Path) -> None:
    """The line that a message names holds the key it speaks of (or the table that lacks it)."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for message in told(path):
        found = re.match(r":(\d+): (?:\[(?P<table>[\w.-]+)\] ?)?(?P<key>[\w.-]*):", message)
        if found and found["key"]:
            line = lines[int(found[1]) - 1]
            words = [
                part for part in (found["table"] or "").split(".") + found["key"].split(".") if not part.isdigit()
            ]
            assert words[-1] in line or line.startswith(("[", "  {")), (message, line)
