"""An event log as a past that was lived in the pretend Asana, and as a future that is still to come.

The first row of a case makes the task. Every later row makes the stories of its differences from the row before,
and a comment when nothing but the resource differs. A change of resource is handed over by the row before, as its
last story, so that the later row is the receiver's first touch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from connectors.sandbox.asana import acts
from connectors.sandbox.asana.records import CustomField, EnumOption, Project, Section, Task
from connectors.sandbox.asana.state import State
from connectors.sandbox.core import Somebody, World
from connectors.sandbox.eventrows import GROUP, LIFECYCLE, BadEventLog, EventLog, Row, read_event_log

__all__ = ["BadEventLog", "EventLog", "Row", "Seeded", "read_event_log", "seed_event_log"]

TEAM_FIELD, STATUS_FIELD = "Team", "Status"
NO_SECTION = "Untitled section"
"""What Asana calls the section of tasks that are in none: for rows without an activity."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a log became. `done_sections`: names of the sections that complete a task; `waiting`: rows to come."""

    project_gid: str
    notices: tuple[str, ...]
    team_field: str | None = None
    done_sections: tuple[str, ...] = ()
    waiting: int = 0


@dataclass(slots=True)
class _Case:
    """A case while it is lived: its task, the row before, and whether that row completed the task."""

    task: Task | None = None
    before: Row | None = None
    just_completed: bool = False


class _Life:
    """How rows become acts in one project."""

    def __init__(self, state: State, project: Project, log: EventLog, done: Sequence[str]) -> None:
        self._state = state
        self._done = frozenset(done)
        self._people = {row.resource: _person(state, row.resource) for row in log.rows}
        self._sections = _sections(state, project, log)
        self._team = _Choice(state, project, TEAM_FIELD, (row.group for row in log.rows), GROUP in log.columns)
        self._status = _Choice(
            state, project, STATUS_FIELD, (row.lifecycle for row in log.rows), LIFECYCLE in log.columns
        )

    def is_done(self, row: Row) -> bool:
        return row.activity in self._done or row.lifecycle in self._done

    def live(self, case: _Case, row: Row, after: Row | None) -> None:
        """Let one row happen, with every story that it makes, and let listeners know."""
        settings = self._state.settings
        merging, settings.consolidate_within = settings.consolidate_within, None
        self._live(case, row, after)
        settings.consolidate_within = merging
        self._state.hooks.flush()

    def _live(self, case: _Case, row: Row, after: Row | None) -> None:
        """One row, and the hand over to the next one where the resource changes.

        A person may have changed the task meanwhile: what is gone stays gone, what is there already makes no story.
        """
        state, by = self._state, self._people[row.resource]
        if case.task is None:
            case.task = self._create(by, row)
            changed = True
        elif case.task.deleted:
            return
        else:
            if case.just_completed:
                acts.assign(state, by, case.task, by)
            changed = self._differ(case.task, by, row, case.before)
        done, was = self.is_done(row), case.before is not None and self.is_done(case.before)
        if done != was:
            acts.complete(state, by, case.task, done)
        elif not changed:
            acts.comment(state, by, case.task, row.activity or NO_SECTION)
        case.before, case.just_completed = row, done and not was
        if after is not None and not case.just_completed:
            acts.assign(state, by, case.task, self._people[after.resource])

    def _create(self, by: Somebody | None, row: Row) -> Task:
        values: dict[CustomField, EnumOption] = {}
        for choice, name in ((self._team, row.group), (self._status, row.lifecycle)):
            if choice.field is not None and name is not None:
                values[choice.field] = choice.options[name]
        section = self._sections[row.activity]
        return acts.create_task(self._state, by, row.case, section=section, assignee=by, values=values)

    def _differ(self, task: Task, by: Somebody | None, row: Row, before: Row | None) -> bool:
        """Make the stories of what differs from the row before; whether anything did."""
        number = len(task.stories)
        section = self._sections[row.activity]
        if before is not None and row.activity != before.activity and not section.deleted:
            acts.move_to_section(self._state, by, task, section)
        for choice, name in ((self._team, row.group), (self._status, row.lifecycle)):
            if choice.field is not None and choice.field in task.fields():
                acts.set_field(self._state, by, task, choice.field, choice.options[name] if name else None)
        return len(task.stories) > number


class _Choice:
    """An enum field with an option for every name in the log, in order of appearance; none without the column."""

    def __init__(self, state: State, project: Project, name: str, values: Iterable[str | None], wanted: bool) -> None:
        self.field: CustomField | None = None
        self.options: dict[str, EnumOption] = {}
        if not wanted:
            return
        there = next((one for one in state.fields if one.name == name and one.type == "enum"), None)
        self.field = there or acts.create_field(state, None, name, "enum")
        acts.attach_field(state, None, project, self.field, is_important=True)
        known = {option.name: option for option in self.field.options}
        for value in dict.fromkeys(value for value in values if value):
            option = known.get(value) or acts.add_option(state, None, self.field, value, capped=False)
            self.options[value] = option


def _person(state: State, name: str | None) -> Somebody | None:
    return state.world.people.add(name) if name else None


def _sections(state: State, project: Project, log: EventLog) -> dict[str | None, Section]:
    names = list(dict.fromkeys(row.activity for row in log.rows))
    return dict(zip(names, project.sections, strict=True)) if names else {}


def seed_event_log(world: World, log: EventLog, done: Sequence[str] = ()) -> Seeded:
    """Live through the log in the pretend Asana, in order of time; BadEventLog never comes from here.

    On a clock that stands still, rows later than it are scheduled: they happen as the clock is advanced.
    `done`: the values of activity or lifecycle that complete a task.
    """
    with world.lock:
        state: State = world.asana.state
        rows = log.in_time_order()
        names = [name or NO_SECTION for name in dict.fromkeys(row.activity for row in log.rows)]
        with world.at(min(rows[0].at, world.now())):
            project = acts.create_project(state, None, log.name, sections=names)
            life = _Life(state, project, log, done)
        project.members = list(world.people.everyone)
        waiting = 0
        for row, act in _acts(life, rows):
            if world.clock.stands_still:
                at = row.at.replace(microsecond=row.at.microsecond // 1000 * 1000)
                waiting += at > world.clock.now()
                world.schedule(at, act)
            else:
                with world.at(row.at):
                    act()
    closing = tuple(name for name in names if name in done)
    team = TEAM_FIELD if GROUP in log.columns else None
    return Seeded(project.gid, _notices(log, done), team, closing, waiting)


def _acts(life: _Life, rows: Sequence[Row]) -> Iterable[tuple[Row, Callable[[], None]]]:
    """Every row with what makes it happen, in order of time; each knows the next row of its case."""
    follower: dict[int, Row] = {}
    last: dict[str, int] = {}
    for index, row in enumerate(rows):
        if row.case in last:
            follower[last[row.case]] = row
        last[row.case] = index
    cases: dict[str, _Case] = {}
    for index, row in enumerate(rows):
        case = cases.setdefault(row.case, _Case())
        yield row, partial(life.live, case, row, follower.get(index))


def _notices(log: EventLog, done: Sequence[str]) -> tuple[str, ...]:
    notices = []
    repeated = log.repeated()
    if repeated:
        word = "1 row repeats" if repeated == 1 else f"{repeated} rows repeat"
        notices.append(f"{word} an earlier row in every column that is read: kept, as comments")
    values = {row.activity for row in log.rows} | {row.lifecycle for row in log.rows}
    notices.extend(
        f"--done {value!r}: no row has this activity or lifecycle value" for value in done if value not in values
    )
    return tuple(notices)
