"""`handrail` as a person runs it: a process of its own, or, where that is too slow, the same command in this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
OURS = ("HANDRAIL", "ASANA", "NOTION")
TOKENS = {"ASANA_TOKEN": "sandbox", "NOTION_TOKEN": "sandbox"}


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This environment without anybody's tokens, and with these values."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("HANDRAIL", "ASANA", "NOTION"))
    }
    return clean | {"PYTHONPATH": str(ROOT)} | dict(TOKENS if extra is None else extra)


def process(*arguments: object, cwd: Path, env: Mapping[str, str] | None = None) -> Said:
    """Run `handrail` as a process in the folder `cwd`."""
    done = subprocess.run(
        [sys.executable, "-m", "sync", *map(str, arguments)], cwd=cwd, env=environment(env), capture_output=True,
        text=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


@contextmanager
def sandbox(*arguments: object, cwd: Path, config: str = "config.toml") -> Iterator[Path]:
    """`handrail sandbox` as a process until the block ends; yields the config once the sandbox has written it."""
    command = [sys.executable, "-m", "sync", "sandbox", *map(str, arguments)]
    with (cwd / "sandbox.txt").open("w", encoding="utf-8") as told:
        up = subprocess.Popen(command, cwd=cwd, env=environment({}), stdout=told, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + 60
        while "Ctrl-C" not in (cwd / "sandbox.txt").read_text("utf-8"):
            assert up.poll() is None, (cwd / "sandbox.txt").read_text("utf-8")
            assert time.monotonic() < end, "the sandbox did not start"
            time.sleep(0.1)
        yield cwd / config
    finally:
        up.terminate()
        up.wait(timeout=20)


def here(*arguments: object, env: Mapping[str, str] | None = None) -> Said:
    """Run `handrail` in this process. A traceback is an error of the test."""
    from sync.cli import app

    cleared = {name: None for name in os.environ if name.startswith(OURS)}
    values: dict[str, str | None] = {**cleared, **(TOKENS if env is None else env), "COLUMNS": "200"}
    try:
        result = CliRunner().invoke(app, [str(one) for one in arguments], env=values)
    finally:
        structlog.reset_defaults()  # its log lines went to a stream that is gone
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


def edited(config: Path, replace: Sequence[tuple[str, str]] = (), name: str = "edited.toml") -> Path:
    """A copy of a config beside it with these texts replaced; each must be there."""
    text = config.read_text("utf-8")
    for old, new in replace:
        assert old in text, old
        text = text.replace(old, new)
    copy = config.with_name(name)
    copy.write_text(text, "utf-8")
    return copy


def last_line(said: Said) -> Any:
    """The JSON in the last line of what was printed."""
    return json.loads(said.out.rstrip("\n").splitlines()[-1])
