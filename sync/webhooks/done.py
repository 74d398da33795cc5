"""What was done about our webhooks, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from connectors.base import Scope
from connectors.errors import ConnectorError, Denied
from sync.pulling import Trouble

What = Literal["kept", "made", "adopted", "mended", "replaced", "removed", "left"]


@dataclass(frozen=True, slots=True)
class Step:
    """One webhook. `scope` "": the whole source. `replaced`: another took its place. `left`: ours, out of reach."""

    what: What
    source: str
    scope: str
    name: str
    why: str


@dataclass
class Done:
    """What became of each webhook, in order; what went wrong; what is to be known; which scopes are swept next."""

    names: Mapping[str, str]
    steps: list[Step] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sweep: list[Scope] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything is otherwise than before."""
        return any(step.what != "kept" for step in self.steps)

    def name(self, scope: str) -> str:
        """A project's name, as far as it is known."""
        return self.names.get(scope) or scope

    def step(self, what: What, source: str, scope: str, why: str) -> None:
        self.steps.append(Step(what, source, scope, self.name(scope), why))

    def trouble(self, source: str, where: str, error: ConnectorError) -> None:
        self.troubles.append(Trouble(source, where, str(error), isinstance(error, Denied)))

    def to_json(self) -> dict[str, Any]:
        """Nothing secret is in it."""
        return {
            "steps": [
                {"what": one.what, "source": one.source, "scope": one.scope, "name": one.name, "why": one.why}
                for one in self.steps
            ],
            "notes": self.notes,
            "errors": [f"{one.source}: {one.where}: {one.text}" for one in self.troubles],
            "sweep": [{"source": one.source, "scope": one.id} for one in self.sweep],
        }
