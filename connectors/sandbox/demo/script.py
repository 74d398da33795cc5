"""How the story is told: plots put acts on the line of working time, then all are played in order."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from connectors.sandbox.asana import acts
from connectors.sandbox.asana.records import CustomField, Section, Tag, Task
from connectors.sandbox.core import Somebody, World
from connectors.sandbox.demo.cast import Cast, team_of
from connectors.sandbox.demo.worktime import END, WorkLine


class Script:
    """Acts by working minute. What would come after the end has not happened yet."""

    def __init__(self, world: World, line: WorkLine) -> None:
        self.world = world
        self.line = line
        self._acts: list[tuple[float, int, Callable[[], None]]] = []

    def at(self, minute: float, act: Callable[[], None]) -> None:
        """Let it happen at this working minute, if the story gets so far."""
        if minute <= END:
            self._acts.append((minute, len(self._acts), act))

    def play(self) -> int:
        """Let everything happen, in order of time; how many acts there were."""
        for minute, _, act in sorted(self._acts, key=lambda one: one[:2]):
            with self.world.at(self.line.instant(minute)):
                act()
        return len(self._acts)


class Set:
    """What the plots play on: fields, tags and sections, by name."""

    def __init__(
        self, state: Any, cast: Cast, team: CustomField, priority: CustomField, kind: CustomField,
        tags: dict[str, Tag], sections: dict[str, dict[str, Section]],
    ) -> None:  # fmt: skip
        self.state = state
        self.cast = cast
        self.team = team
        self.priority = priority
        self.kind = kind
        self.tags = tags
        self.sections = sections


class Plot:
    """One task's way through a project. Each verb happens at `minute`, which then moves on a little.

    `by` is a name of the cast, or None for one of Asana's rules.
    """

    def __init__(self, script: Script, stage: Set, project: str, minute: float, rng: random.Random) -> None:
        self.script, self.stage, self.project = script, stage, project
        self.minute, self.rng = minute, rng
        self._task: Task | None = None

    @property
    def over(self) -> bool:
        """The story has ended before this point."""
        return self.minute > END

    def wait(self, hours: float) -> Plot:
        """Working hours go by."""
        self.minute += hours * 60
        return self

    def then(self, act: Callable[[Any, Task], Any]) -> Plot:
        """Something happens to the task."""
        self.script.at(self.minute, lambda: self._act(act))
        self.minute += self.rng.uniform(0.3, 2.5)
        return self

    def meanwhile(self, hours: float, act: Callable[[Any, Task], Any]) -> Plot:
        """Something happens so many hours from here, while the story goes on."""
        self.script.at(self.minute + hours * 60, lambda: self._act(act))
        return self

    def _act(self, act: Callable[[Any, Task], Any]) -> None:
        if self._task is not None:
            act(self.stage.state, self._task)

    def create(
        self, by: str | None, title: str, section: str, owner: str | None = None, *, team: str | None = None,
        priority: str | None = None, kind: str | None = None, **facts: Any,
    ) -> Plot:  # fmt: skip
        """The task comes into being."""
        stage, held = self.stage, {}
        for field, option in ((stage.team, team), (stage.priority, priority), (stage.kind, kind)):
            if option is not None:
                held[field] = field.option(option)

        def act() -> None:
            self._task = acts.create_task(
                stage.state, self._person(by), title, section=stage.sections[self.project][section],
                assignee=self._person(owner), values=held, **facts,
            )  # fmt: skip

        self.script.at(self.minute, act)
        self.minute += self.rng.uniform(0.5, 3)
        return self

    def hand(self, by: str, to: str, section: str | None = None, say: str = "") -> Plot:
        """Hand it over: section, owner and team in one go, perhaps with a word."""
        if section:
            self.move(by, section)
        self.assign(by, to)
        self.team(by, team_of(to))
        return self.say(by, say) if say else self

    def move(self, by: str | None, section: str) -> Plot:
        """To another section."""
        target = self.stage.sections[self.project][section]
        return self.then(lambda state, task: acts.move_to_section(state, self._person(by), task, target))

    def assign(self, by: str | None, to: str | None) -> Plot:
        """To another owner."""
        return self.then(lambda state, task: acts.assign(state, self._person(by), task, self._person(to)))

    def team(self, by: str | None, name: str) -> Plot:
        """To another team."""
        field = self.stage.team
        return self.then(lambda state, task: acts.set_field(state, self._person(by), task, field, field.option(name)))

    def say(self, by: str, text: str) -> Plot:
        """A comment."""
        return self.then(lambda state, task: acts.comment(state, self._person(by), task, text=text))

    def chase(self, by: str, text: str, hours: float) -> Plot:
        """A comment so many hours from here, while everybody waits."""
        return self.meanwhile(hours, lambda state, task: acts.comment(state, self._person(by), task, text=text))

    def tag(self, by: str, name: str) -> Plot:
        """A tag."""
        return self.then(lambda state, task: acts.tag(state, self._person(by), task, self.stage.tags[name]))

    def finish(self, by: str | None, section: str) -> Plot:
        """Into the last section, and complete."""
        self.move(by, section)
        return self.then(lambda state, task: acts.complete(state, self._person(by), task))

    def reopen(self, by: str, section: str, why: str) -> Plot:
        """Back from the dead, with a reason."""
        self.then(lambda state, task: acts.complete(state, self._person(by), task, False))
        return self.move(by, section).say(by, why)

    def subtask(self, by: str, title: str, owner: str, done_after: float | None) -> Plot:
        """A part of it; done after so many working hours, by its owner, or not yet."""
        made: list[Task] = []

        def act(state: Any, task: Task) -> None:
            made.append(acts.create_task(state, self._person(by), title, parent=task, assignee=self._person(owner)))

        def done(state: Any, task: Task) -> None:
            acts.complete(state, self._person(owner), made[0])

        self.then(act)
        return self if done_after is None else self.meanwhile(done_after, done)

    def _person(self, name: str | None) -> Somebody | None:
        return None if name is None else self.stage.cast[name]
