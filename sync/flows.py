"""Which flow a container follows and which stage a column means, as the config says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from connectors.model import Ref
from rules.base import Flow, Stage, Terms
from rules.patterns import matches


@dataclass(frozen=True, slots=True)
class SourceTerms:
    """What one source's fields mean. Fields are named as in the config, by name or by id. `team_fields`
    and the like: more of the kind, as Notion names them table by table.

    `fields`: those listed for rules to look at. `bots`: ids, names or emails. `roles`: container id → role (work,
    ideas, …), where it differs from the stored one.
    """

    id: str
    team_field: str | None = None
    priority_field: str | None = None
    team_fields: tuple[str, ...] = ()
    priority_fields: tuple[str, ...] = ()
    reviewed_fields: tuple[str, ...] = ()
    parked_fields: tuple[str, ...] = ()
    blocked_fields: tuple[str, ...] = ()
    value_fields: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """The flow that a container follows; `rank` is smaller for what comes first in the config."""

    flow: Flow
    rank: tuple[int, int]


class Places:
    """Which flow each container follows. `roles`: the role of each container."""

    def __init__(self, terms: Terms, roles: Mapping[Ref, str]) -> None:
        self._terms, self._roles = terms, roles
        self._found: dict[Ref, Place | None] = {}

    def of(self, container: Ref) -> Place | None:
        """The first flow of the config that covers this container; None: in no flow."""
        if container not in self._found:
            self._found[container] = next(self._covering(container), None)
        return self._found[container]

    def home(self, containers: Iterable[Ref]) -> tuple[Ref | None, str | None]:
        """Of an item's containers the one whose flow it follows, and that flow; the first where none has a flow."""
        several = list(containers)
        placed = [(place.rank, n, one, place.flow.id) for n, one in enumerate(several) if (place := self.of(one))]
        if placed:
            _, _, container, flow = min(placed)
            return container, flow
        return (several[0] if several else None), None

    def _covering(self, container: Ref) -> Iterator[Place]:
        role = self._roles.get(container, "work")
        for order, flow in enumerate(self._terms.flows.values()):
            source, _, wanted = flow.source.partition(".")
            if source != container.source or role != (wanted or "work"):
                continue
            if not flow.projects:
                yield Place(flow, (order, 0))
            elif container.id in flow.projects:
                yield Place(flow, (order, flow.projects.index(container.id)))


def stage_of(flow: Flow, column: str) -> Stage | None:
    """The first stage of a flow with a pattern that matches a column of this name."""
    return next((stage for stage in flow.stages if any(matches(one, column) for one in stage.match)), None)
