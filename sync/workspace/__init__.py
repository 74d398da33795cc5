"""`handrail check` against the live workspace: does what the config names exist, and does it fit?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connectors.http import Meter
from sync.config import Problem, Settings
from sync.config.read import read
from sync.init.vendor import Vendor
from sync.intent import item_fields
from sync.workspace import choices, holding
from sync.workspace.looking import SeenSource, look


@dataclass(frozen=True, slots=True)
class Live:
    """What the look found. `requests`: how many it took; `lines`: what was seen and would be created, in words."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    lines: tuple[str, ...]
    sources: Mapping[str, SeenSource]
    requests: int

    @property
    def denied(self) -> bool:
        """Was a token refused?"""
        return any(one.code == "denied" for one in self.sources.values())

    @property
    def away(self) -> bool:
        """Could a vendor not be reached?"""
        return any(one.code == "away" for one in self.sources.values())


def live(settings: Settings, vendors: Mapping[str, Vendor]) -> Live:
    """Look with the config's tokens: GET, query and search only."""
    meter = Meter()
    seen = look(settings, vendors, meter)
    text = read(settings.path, settings.environment)
    told = [line for source in seen.values() for line in _told(settings, source)]
    requests = sum(meter.read().requests.values())
    told.append(f"{requests} requests to look, all of them reads" if requests else "no request was sent")
    order = dict.fromkeys(holding.problems(settings, text, seen))
    mild = [*holding.warnings(settings, text, seen), *choices.warnings(settings, text, seen)]
    found = sorted(order, key=lambda one: (one.line is None, one.line or 0))
    return Live(tuple(found), tuple(mild), tuple(told), seen, requests)


def _told(settings: Settings, source: SeenSource) -> Iterator[str]:
    name = f"live {source.id}: "
    if source.failed:
        before = {
            "no token": "there is no token",
            "skipped": "the look at the live workspace was skipped",
            "denied": f"{source.vendor.title} does not take this token",
            "away": f"{source.vendor.title} could not be asked; try again later",
        }[source.code]
        yield f"{name}{before}: {source.failed}"
        return
    places = source.all_places()
    sees = f"; {source.visible} that the token sees" if source.visible is not None else ""
    yield f"{name}signed in as {source.who}; projects or tables: {len(places)} read{sees}"
    yield f"{name}what is not shared with {source.who} is not seen, and not counted anywhere"
    yield from (f'{name}"{place.name}" is private: pages show its counts only, unless [publish] says names'
                for place in places if place.private and place.id not in settings.shape.publish)  # fmt: skip
    for made in _made(settings, source):
        yield f"{name}would be created: {made}"


def _made(settings: Settings, source: SeenSource) -> Iterator[str]:
    write = settings.write
    if source.vendor.own_types and write.create_fields:
        for place in (one for one in source.carrying() if not one.shut):
            there = {*place.own, *(one.name for one in place.fields)}
            names = [one.name for one in item_fields(settings.field_names, settings.rules()) if one.name not in there]
            if names:
                yield f'in "{place.name}", the fields {", ".join(names)}'
    if source.page is not None:
        page = () if write.notion_page else (("page", write.page_title),)
        for what, title in (*page, ("table", write.findings_title)):
            if title not in source.below:
                yield f'under the page "{source.page.title}", the {what} "{title}"'
