"""`handrail check`: what is wrong with the config, what may surprise, what it switches on; live, what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sync.config import ConfigProblems, MissingToken, Problem, Settings, load
from sync.config.sources import is_loopback
from sync.workspace import Live, live

_MODES = {
    "observe": "nothing is planned to be written; no writer is even built",
    "plan": "runs show what they would write and write nothing",
    "apply": "runs write",
}


@dataclass(frozen=True, slots=True)
class Check:
    """What a look at the config found. `settings`: None when it cannot be used; `tokens`: what each source lacks.

    `live`: what a look at the workspace found; None when there was none.
    """

    config: Path
    problems: tuple[Problem, ...] = ()
    settings: Settings | None = None
    tokens: Mapping[str, str | None] | None = None
    live: Live | None = None
    untaken: bool = False
    """Is a token wrong that is here, or not here where it would have to be?"""

    @property
    def ok(self) -> bool:
        """Can this config be used? A token that is not set here may be set where the service runs."""
        return not self.problems

    def lines(self) -> list[str]:
        """The same for a person, one thing a line."""
        if self.settings is None:
            count = len(self.problems)
            return [*map(str, self.problems), f"{count} problem{'s' * (count != 1)}. Nothing was run."]
        seen = self.live.lines if self.live else ()
        if self.problems:
            ending = f"{len(self.problems)} problem{'s' * (len(self.problems) != 1)}. Nothing was written."
            return [*seen, *self._warnings(), *map(str, self.problems), ending]
        return [f"{self.config}: good", *_switched_on(self.settings), *seen, *self._warnings()]

    def _warnings(self) -> Iterator[str]:
        for problem in self.settings.warnings if self.settings else ():
            yield f"warning: {problem}"
        for problem in self.live.warnings if self.live else ():
            yield f"warning: {problem}"
        for missing in (self.tokens or {}).values():
            if missing:
                yield f"warning: {missing}"

    def to_json(self) -> dict[str, Any]:
        """The same for a script."""
        answer: dict[str, Any] = {
            "config": str(self.config),
            "ok": self.ok,
            "problems": [_plain(problem) for problem in self.problems],
        }
        if self.settings is None:
            return answer
        settings, write = self.settings, self.settings.write
        return answer | {
            "warnings": [_plain(one) for one in (*settings.warnings, *(self.live.warnings if self.live else ()))],
            "live": _live(self.live),
            "mode": settings.mode,
            "hash": settings.hash,
            "notifies": [what for what, _ in _notifying(settings)],
            "sources": {
                id_: {
                    "kind": getattr(options, "kind", ""),
                    "sandbox": is_loopback(str(getattr(options, "base_url", ""))),
                    "token": "missing" if (self.tokens or {}).get(id_) else "found",
                }
                for id_, options in settings.sources.items()
            },
            "flows": {id_: [stage.name for stage in flow.stages] for id_, flow in settings.shape.flows.items()},
            "rules": {rule.id: rule.kind for rule in settings.rules()},
            "fields": list(settings.field_names.present()) if write.create_fields and _takes_fields(settings) else [],
            "page": write.page_title if write.notion_parent else None,
            "findings": write.findings_title if write.notion_parent else None,
            "caps": {"max_writes": write.max_writes, "max_percent": write.max_percent},
        }


def check(config: Path, env: Mapping[str, str]) -> Check:
    """Look at a config without asking anybody: no request is sent, no database opened."""
    try:
        settings = load(config, env)
    except ConfigProblems as error:
        return Check(config, error.problems)
    tokens: dict[str, str | None] = {}
    untaken = False
    for source in settings.sources:
        try:
            settings.token_of(source)
            tokens[source] = None
        except MissingToken as missing:
            tokens[source] = str(missing)
            untaken = untaken or not missing.elsewhere
    return Check(config, (), settings, tokens, untaken=untaken)


def check_live(config: Path, env: Mapping[str, str]) -> Check:
    """The same, and where tokens are, a look at the workspace: reads only."""
    from sync.wiring import VENDORS

    found = check(config, env)
    if found.settings is None:
        return found
    seen = live(found.settings, VENDORS)
    return replace(found, problems=seen.problems, live=seen)


def _live(seen: Live | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    told = {
        id_: {"user": one.who or None, "asked": not one.failed, "why_not": one.failed or None,
              "places": [place.name for place in one.all_places()]}
        for id_, one in seen.sources.items()
    }  # fmt: skip
    return {"requests": seen.requests, "sources": told, "lines": list(seen.lines)}


def _plain(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.where, "line": problem.line, "key": problem.key, "message": problem.message,
        "hint": problem.hint,
    }  # fmt: skip


def _takes_fields(settings: Settings) -> bool:
    return any(settings.kind_of(source).item_fields for source in settings.sources)


def _switched_on(settings: Settings) -> Iterator[str]:
    write = settings.write
    yield f"mode {settings.mode}: {_MODES[settings.mode]}"
    for id_, options in settings.sources.items():
        sandbox = " (a sandbox on this machine)" if is_loopback(str(getattr(options, "base_url", ""))) else ""
        yield f"source {id_}: {getattr(options, 'kind', '')}{sandbox}"
    for id_, flow in settings.shape.flows.items():
        yield f"flow {id_}: {' → '.join(stage.name for stage in flow.stages)}"
    for rule in settings.rules():
        yield f"rule {rule.id}: {rule.kind}"
    names = settings.field_names.present()
    if names and _takes_fields(settings):
        how = "created where they are missing" if write.create_fields else "written only where they exist already"
        yield f"fields on items: {', '.join(names)}; {how}"
    if write.notion_parent:
        yield f'page "{write.page_title}" and table "{write.findings_title}", under the page that notion_parent names'
    else:
        yield "no page and no table of findings: notion_parent is not set"
    caps = [
        f"{write.max_writes} writes" if write.max_writes else "",
        f"{write.max_percent:g} % of the items" if write.max_percent else "",
    ]
    yield f"a run is refused above {' or '.join(filter(None, caps))}" if any(caps) else "no cap on a run's writes"
    yield "fields, rows and pages are written quietly: nobody is notified"
    loud = [words for _, words in _notifying(settings)]
    yield from loud or ["status updates and comments in Asana would notify everybody who follows: they are off"]


def _notifying(settings: Settings) -> Iterator[tuple[str, str]]:
    """What the config switches on that people are told of."""
    if not any(settings.kind_of(source).posts for source in settings.sources):
        return
    if settings.write.status_updates:
        often = "at most once a week, and only when there is something else to say"
        yield "status_updates", f"status updates are on: everybody who follows a project is notified, {often}"
    if settings.write.comments:
        yield "comments", "comments are on: whoever follows an item that breaches a limit is notified, once a finding"
