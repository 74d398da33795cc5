"""What a page says of costs, counted again: waiting in days and money, and friction at the config's minutes."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.sync.counting import Export, number


def costs(export: Export, days: int) -> dict[str, Callable[[re.Match[str]], object]]:
    """Patterns of sentences, and what must stand there. `days`: of waiting, by the findings of the rule at hand."""
    return {
        r"What it costs: ([\d,]+) working days of waiting so far\. No rates .*": lambda m: m[1] == f"{days:,}",
        r"What it costs: ([\d,]+) working days of waiting so far, ([\d,]+) EUR at your rates\. .*": lambda m: (
            (m[1], m[2]) == (f"{days:,}", f"{days * 8 * 80:,}")
        ),
        r"(Asking again|Sending back|Opening again): (.*)\.": lambda m: m[2] == _friction(m[1], export),
    }


def _friction(what: str, export: Export) -> str:
    """How often, times its minutes, times the rate, in the page's words."""
    times, minutes, many = {
        "Asking again": (export.asked_again(28), 15, "times somebody asked again"),
        "Sending back": (export.sent_back(28), 30, "times work was sent back"),
        "Opening again": (export.opened_again(28), 60, "reopenings"),
    }[what]
    hours = times * minutes / 60
    work = f"{number(hours)} hours" if times * minutes % 6 == 0 else f"{times * minutes:,} minutes"
    said = f"{times} {many} × {minutes} minutes = {work} of work × 80 EUR an hour (the default rate)"
    return f"{said} = {number(hours * 80)} EUR"
