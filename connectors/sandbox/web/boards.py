"""Pages of the pretend Asana: a project's board, a task with its history, people and what they have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from connectors.sandbox.core import Somebody, World
from connectors.sandbox.loaded import Loaded
from connectors.sandbox.web.markup import Html, Piece, initials, join, link, page, tag, when

if TYPE_CHECKING:
    from connectors.sandbox.asana.records import Project, Section, Story, Task

SHOWN = 30
"""Cards of a column that are shown unless all are asked for."""


class Boards:
    """Draws what is in the pretend Asana. Times are shown in the scenario's zone."""

    def __init__(self, world: World, loaded: Loaded) -> None:
        self._world = world
        self._loaded = loaded
        self._zone = ZoneInfo(loaded.timezone)

    def local(self, instant: datetime) -> datetime:
        """An instant in the scenario's zone."""
        return instant.astimezone(self._zone)

    @property
    def note(self) -> str:
        """The small print of every page: what the clock says."""
        return self.local(self._world.clock.now()).strftime("It is %A %d %B %Y, %H:%M %Z")

    def project_cards(self) -> Piece:
        """A card for each project, with what is in which kind of column."""
        return [self._project_card(project) for project in self._world.asana.state.projects]

    def _project_card(self, project: Project) -> Html:
        counts: dict[str, int] = dict.fromkeys(("backlog", "active", "waiting", "done"), 0)
        for section in project.sections:
            counts[self._loaded.meaning(project.name, section.name).kind] += len(section.tasks)
        bar = [
            tag("span", class_=f"k-{kind}", style=f"--n:{count}", title=f"{count} {kind}")
            for kind, count in counts.items() if count
        ]  # fmt: skip
        words = " · ".join(f"{count} {kind}" for kind, count in counts.items() if count) or "no tasks"
        return link(
            f"/projects/{project.gid}", tag("h3", project.name),
            tag("p", project.notes, class_="soft small") if project.notes else None,
            tag("div", bar, class_="bar"), tag("p", words, class_="soft small"), class_="card",
        )  # fmt: skip

    def board(self, project: Project, *, all_cards: bool) -> str:
        """A project as columns of cards."""
        columns = [self._column(project, section, all_cards) for section in project.sections]
        hidden = not all_cards and any(len(section.tasks) > SHOWN for section in project.sections)
        return page(
            project.name,
            tag("p", project.notes, class_="soft") if project.notes else None,
            tag("p", link("?all=1", "Show every card"), class_="small soft") if hidden else None,
            tag("div", columns, class_="board"),
            note=self.note, wide=True,
        )  # fmt: skip

    def _column(self, project: Project, section: Section, all_cards: bool) -> Html:
        kind = self._loaded.meaning(project.name, section.name).kind
        tasks = sorted(section.tasks.values(), key=lambda task: task.modified_at, reverse=True)
        shown = tasks if all_cards else tasks[:SHOWN]
        rest = len(tasks) - len(shown)
        more = tag("p", f"and {rest} more", class_="soft small") if rest else None
        heading = tag("h2", section.name, tag("b", str(len(tasks))), class_=f"k-{kind}")
        return tag("section", heading, [self.card(task) for task in shown], more, class_="column")

    def card(self, task: Task) -> Html:
        """A task in short."""
        late = (
            not task.completed
            and task.due_on
            and task.due_on < self.local(self._world.clock.now()).date().isoformat()
        )
        foot = [
            self.sign(task.assignee),
            tag("span", f"due {_day(task.due_on)}", class_="late" if late else None) if task.due_on else None,
            [
                tag("span", text, class_="chip hot" if text == "High" else "chip")
                for _, text in _values(task, enums=True)
            ],
            _chip(task.approval_status.replace("_", " ")) if task.approval_status else None,
        ]
        return link(
            f"/tasks/{task.gid}", task.name or "(no name)", tag("div", foot, class_="foot"),
            class_="card closed" if task.completed else "card",
        )  # fmt: skip

    def task(self, task: Task) -> str:
        """A task, everything about it and everything that happened to it."""
        trail = [(f"/projects/{home.project.gid}", home.project.name) for home in task.homes[:1]]
        if task.parent:
            trail = [(f"/tasks/{task.parent.gid}", task.parent.name)]
        stories = [self._story(story) for story in task.stories]
        return page(
            task.name or "(no name)",
            tag("dl", [[tag("dt", name), tag("dd", told)] for name, told in self._facts(task)]),
            tag("div", task.notes, class_="prose") if task.notes else None,
            [tag("h2", "Subtasks"), self.task_list(task.subtasks)] if task.subtasks else None,
            tag("h2", f"History ({len(stories)})"),
            tag("ol", stories, class_="history") if stories else tag("p", "Nothing has happened to it yet."),
            trail=trail, note=self.note,
        )  # fmt: skip

    def _facts(self, task: Task) -> Iterator[tuple[str, Piece]]:
        yield "Owner", self.person(task.assignee)
        for home in task.homes:
            yield "In", [link(f"/projects/{home.project.gid}", home.project.name), f" · {home.section.name}"]
        if task.completed and task.completed_at:
            yield "Done", [when(self.local(task.completed_at)), " by ", self.person(task.completed_by)]
        if task.approval_status:
            yield "Approval", task.approval_status.replace("_", " ")
        if task.due_on:
            yield "Due", _day(task.due_on)
        yield from _values(task)
        if task.tags:
            yield "Tags", [tag("span", one.name, class_="chip") for one in task.tags]
        for name, others in (("Waits for", task.dependencies), ("Blocks", task.dependents)):
            if others:
                yield name, [[link(f"/tasks/{one.gid}", one.name), tag("br")] for one in others]
        yield "Made", [when(self.local(task.created_at)), " by ", self.person(task.created_by)]

    def _story(self, story: Story) -> Html:
        from connectors.sandbox.asana.words import in_words

        by = story.created_by
        said: Piece = tag("p", in_words(story))
        if story.type == "comment":
            edited = " (edited)" if story.is_edited else ""
            said = [tag("p", tag("b", by.name if by else "Asana"), edited), tag("div", story.text, class_="said")]
        return tag("li", self.sign(by), tag("div", said, when(self.local(story.created_at))))

    def people(self) -> str:
        """Everybody, with how much open work they own."""
        held = self._world.asana.state.assigned
        rows = []
        for person in self._world.people.everyone:
            open_ = [task for task in held.get(person.gid, {}).values() if not task.completed]
            rows.append(tag(
                "tr", tag("td", self.person(person)), tag("td", person.email or "", class_="soft"),
                tag("td", self._team(person), class_="soft"), tag("td", str(len(open_)), class_="num"),
            ))  # fmt: skip
        head = tag(
            "tr", tag("th", "Name"), tag("th", "E-mail"), tag("th", "Team"), tag("th", "Open tasks", class_="num")
        )
        return page("People", tag("div", tag("table", head, rows), class_="scroll"), note=self.note)

    def one_person(self, person: Somebody) -> str:
        """What one person has on their desk."""
        held = self._world.asana.state.assigned.get(person.gid, {}).values()
        open_ = sorted((task for task in held if not task.completed), key=lambda task: task.modified_at)
        about = " · ".join(part for part in (self._team(person), person.email) if part)
        return page(
            person.name,
            tag("p", about, class_="soft"), tag("h2", f"Open tasks ({len(open_)})"), self.task_list(open_),
            trail=[("/people", "People")], note=self.note,
        )  # fmt: skip

    def task_list(self, tasks: Iterable[Task]) -> Html:
        """Tasks one below the other."""
        return tag("div", [self.card(task) for task in tasks], class_="grid")

    def person(self, person: Somebody | None) -> Html:
        """A person's sign and name, linked."""
        if person is None:
            return tag("span", "nobody", class_="soft")
        inner = join([initials(person.name, bot=person.is_bot), tag("span", person.name, class_="name")])
        return link(f"/people/{person.gid}", inner, class_="person")

    def sign(self, person: Somebody | None) -> Html:
        """A person's sign alone."""
        if person is None:
            return tag("span", class_="who none", title="nobody")
        return initials(person.name, bot=person.is_bot)

    def _team(self, person: Somebody) -> str:
        return next((team for team, members in self._loaded.teams.items() if person.name in members), "")


def _values(task: Task, *, enums: bool = False) -> Iterator[tuple[str, str]]:
    """What a task holds in its custom fields, by name, as a person reads it."""
    for field in task.fields():
        held: Any = task.values.get(field.gid)
        if held is None or (enums and field.type != "enum"):
            continue
        many = held if isinstance(held, list) else [held]
        yield field.name, ", ".join(_value(one) for one in many)


def _chip(text: str) -> Html:
    return tag("span", text, class_="chip hot" if text == "High" else "chip")


def _value(held: Any) -> str:
    if isinstance(held, dict):
        return str(held.get("date") or held.get("date_time") or "")
    return str(getattr(held, "name", held))


def _day(day: str) -> str:
    return datetime.fromisoformat(day).strftime("%d %b").lstrip("0")
