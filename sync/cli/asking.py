"""A person at a terminal, and nobody: the two who answer `handrail init`."""

from __future__ import annotations

import getpass
import sys

from sync.cli.exits import Refusal, say


class Person:
    """Questions go to standard error, so that standard output stays for what a script may read."""

    present = True

    def say(self, *lines: str) -> None:
        for line in lines:
            say(line)

    def line(self, question: str, default: str = "") -> str:
        sys.stderr.write(question)
        sys.stderr.flush()
        answer = sys.stdin.readline()
        if not answer:
            raise Refusal("The input ended before the last question. Nothing was written.")
        return answer.strip() or default

    def secret(self, question: str) -> str:
        try:
            return getpass.getpass(question)
        except EOFError:
            raise Refusal("The input ended before the last question. Nothing was written.") from None

    def agrees(self, question: str) -> bool:
        while True:
            answer = self.line(f"{question} [Y/n] ", "y").casefold()
            if answer in ("y", "yes", "n", "no"):
                return answer.startswith("y")


class Nobody:
    """Takes every proposal. `quiet`: says nothing either, since a script reads what is printed."""

    present = False

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def say(self, *lines: str) -> None:
        if not self._quiet:
            for line in lines:
                say(line)

    def line(self, question: str, default: str = "") -> str:
        return default

    def secret(self, question: str) -> str:
        return ""

    def agrees(self, question: str) -> bool:
        return True
