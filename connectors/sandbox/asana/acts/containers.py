"""What people do to projects, sections and tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.sandbox.asana.errors import bad
from connectors.sandbox.asana.records import Project, ProjectBrief, Section, StatusUpdate, Tag, Team
from connectors.sandbox.asana.records_apart import Portfolio
from connectors.sandbox.asana.richtext import as_html, as_text
from connectors.sandbox.asana.state import State
from connectors.sandbox.core import Somebody

STATUS_TYPES = ("on_track", "at_risk", "off_track", "on_hold", "complete", "dropped")


def create_project(
    state: State, by: Somebody | None, name: str, *, sections: Sequence[str] = (), team: Team | None = None,
    private: bool = False, **facts: Any,
) -> Project:  # fmt: skip
    """A new project with these sections (one "Untitled section" when none are named), owned by its maker.

    `facts`: any other attribute of `Project`, such as `notes`, `color`, `due_on`.
    """
    at = state.world.tick()
    people = [by] if by else []
    project = Project(
        state.gid(), name, at, at, state.workspace, team=team, owner=by, members=list(people), followers=people,
        privacy="private" if private else "public_to_workspace",
    )  # fmt: skip
    for key, value in facts.items():
        setattr(project, key, value)
    state.keep(project)
    state.projects.append(project)
    state.emit(project, by, "added", at, parent=state.workspace)
    for section in sections or ("Untitled section",):
        create_section(state, by, project, section)
    return project


def create_portfolio(
    state: State, by: Somebody | None, name: str, items: Sequence[Project | Portfolio] = (), *, private: bool = False
) -> Portfolio:
    """A list of projects and portfolios."""
    at = state.world.tick()
    members = [by] if by else []
    return state.keep(Portfolio(state.gid(), name, at, state.workspace, by, list(items), members, private))


def update_project(state: State, by: Somebody | None, project: Project, **facts: Any) -> None:
    """Set attributes of a project (`name`, `notes`, `archived`, `owner`, `due_on`, …); equal ones are left alone."""
    at = state.world.tick()
    for key, value in facts.items():
        if getattr(project, key) == value:
            continue
        setattr(project, key, value)
        project.modified_at = at
        state.changed(project, by, key, at)
        if key == "completed":
            project.completed_at, project.completed_by = (at, by) if value else (None, None)


def delete_project(state: State, by: Somebody | None, project: Project) -> None:
    """Take a project away; its tasks stay, without this home."""
    at = state.world.tick()
    state.emit(project, by, "deleted", at, parent=state.workspace)
    for section in project.sections:
        for task in section.tasks.values():
            task.homes = [home for home in task.homes if home.project is not project]
        section.deleted = True
    project.deleted = True
    state.projects.remove(project)


def add_members(state: State, by: Somebody | None, project: Project, people: Sequence[Somebody]) -> None:
    """Make people members of a project; those who are already stay so."""
    at = state.world.tick()
    for person in people:
        if person not in project.members:
            project.members.append(person)
            state.changed(project, by, "members", at, person, "added")


def remove_members(state: State, by: Somebody | None, project: Project, people: Sequence[Somebody]) -> None:
    """Take people out of a project's members."""
    at = state.world.tick()
    for person in people:
        if person in project.members:
            project.members.remove(person)
            state.changed(project, by, "members", at, person, "removed")


def create_section(
    state: State, by: Somebody | None, project: Project, name: str, *, before: Section | None = None,
    after: Section | None = None,
) -> Section:  # fmt: skip
    """A new section: last in the project, unless put before or after another."""
    at = state.world.tick()
    section = state.keep(Section(state.gid(), name, at, project))
    project.sections.append(section)
    place_section(project, section, before=before, after=after)
    state.emit(section, by, "added", at, parent=project)
    return section


def place_section(
    project: Project, section: Section, *, before: Section | None = None, after: Section | None = None
) -> None:
    """Put a section before or after another one of its project."""
    anchor = before or after
    if anchor is None or anchor is section:
        return
    project.sections.remove(section)
    project.sections.insert(project.sections.index(anchor) + (after is not None), section)


def rename_section(state: State, by: Somebody | None, section: Section, name: str) -> None:
    """Give a section another name; its gid and its stories stay."""
    at = state.world.tick()
    if section.name != name:
        section.name = name
        state.changed(section, by, "name", at)


def delete_section(state: State, by: Somebody | None, section: Section) -> None:
    """Take an empty section away. 400 when it holds tasks or is the project's last."""
    at = state.world.tick()
    if section.tasks:
        raise bad("section: Cannot delete a section with tasks in it")
    if len(section.project.sections) == 1:
        raise bad("section: Cannot delete the last section in a project")
    state.emit(section, by, "deleted", at, parent=section.project)
    section.project.sections.remove(section)
    section.deleted = True


def create_tag(state: State, by: Somebody | None, name: str, *, color: str | None = None, notes: str = "") -> Tag:
    """A new tag in the workspace."""
    tag = state.keep(Tag(state.gid(), name, state.world.tick(), state.workspace, color, notes))
    state.tags.append(tag)
    return tag


def post_status(
    state: State, by: Somebody | None, project: Project, status_type: str, title: str, *, text: str = "",
    html_text: str = "",
) -> StatusUpdate:  # fmt: skip
    """A status update of a project; it can be deleted, never edited. 400 for an unknown status type."""
    if status_type not in STATUS_TYPES:
        raise bad(f"status_type: Value is not one of the valid options: {', '.join(STATUS_TYPES)}")
    at = state.world.tick()
    text, html_text = (as_text(html_text), html_text) if html_text else (text, as_html(text))
    status = state.keep(StatusUpdate(state.gid(), project, at, by, status_type, title, text, html_text))
    project.statuses.append(status)
    project.modified_at = at
    state.emit(status, by, "added", at, parent=project)
    state.changed(project, by, "current_status_update", at, status)
    return status


def delete_status(state: State, by: Somebody | None, status: StatusUpdate) -> None:
    """Take a status update away."""
    at = state.world.tick()
    state.emit(status, by, "deleted", at, parent=status.parent)
    status.parent.statuses.remove(status)
    del state.by_gid[status.gid]


def write_brief(
    state: State, by: Somebody | None, project: Project, title: str, *, text: str = "", html_text: str = ""
) -> ProjectBrief:
    """The project's brief, made or rewritten."""
    at = state.world.tick()
    text, html_text = (as_text(html_text), html_text) if html_text else (text, as_html(text))
    if project.brief is None:
        project.brief = state.keep(ProjectBrief(state.gid(), project, title, text, html_text))
        state.emit(project.brief, by, "added", at, parent=project)
    else:
        project.brief.title, project.brief.text, project.brief.html_text = title, text, html_text
        state.changed(project.brief, by, "html_text", at)
    return project.brief
