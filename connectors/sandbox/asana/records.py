"""What the pretend Asana remembers: plain records, compared by identity. People are `core.Somebody`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

from connectors.sandbox.core import Somebody

FieldType = Literal["text", "enum", "multi_enum", "number", "date", "people"]

Held = Any
"""What a task holds in a custom field: an EnumOption, a list of them, a list of people, text, a number, or a date as
`{"date": "2026-01-31", "date_time": None}`. A field that is empty is not in `Task.values`."""


@dataclass(slots=True, eq=False)
class Workspace:
    kind: ClassVar[str] = "workspace"
    gid: str
    name: str
    email_domains: list[str] = field(default_factory=list)
    is_organization: bool = True
    site: str = "https://app.asana.com"


@dataclass(slots=True, eq=False)
class Team:
    kind: ClassVar[str] = "team"
    gid: str
    name: str
    organization: Workspace
    description: str = ""
    members: list[Somebody] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class EnumOption:
    kind: ClassVar[str] = "enum_option"
    gid: str
    name: str
    color: str
    enabled: bool = True


@dataclass(slots=True, eq=False)
class CustomField:
    kind: ClassVar[str] = "custom_field"
    gid: str
    name: str
    type: FieldType
    created_by: Somebody | None
    description: str = ""
    precision: int = 0
    format: str = "none"
    currency_code: str | None = None
    options: list[EnumOption] = field(default_factory=list)
    locked: bool = False
    has_notifications: bool = False
    is_formula: bool = False
    is_read_only: bool = False

    def option(self, gid_or_name: str) -> EnumOption | None:
        """By gid, or by exact name."""
        return next((o for o in self.options if gid_or_name in (o.gid, o.name)), None)


@dataclass(slots=True, eq=False)
class Setting:
    """A custom field attached to a project."""

    kind: ClassVar[str] = "custom_field_setting"
    gid: str
    project: Project
    custom_field: CustomField
    is_important: bool = False


@dataclass(slots=True, eq=False)
class Section:
    kind: ClassVar[str] = "section"
    gid: str
    name: str
    created_at: datetime
    project: Project
    tasks: dict[str, Task] = field(default_factory=dict)
    deleted: bool = False


@dataclass(slots=True, eq=False)
class Project:
    kind: ClassVar[str] = "project"
    gid: str
    name: str
    created_at: datetime
    modified_at: datetime
    workspace: Workspace
    team: Team | None = None
    owner: Somebody | None = None
    notes: str = ""
    html_notes: str = ""
    color: str | None = None
    icon: str | None = None
    default_view: str = "board"
    privacy: str = "public_to_workspace"
    archived: bool = False
    start_on: str | None = None
    due_on: str | None = None
    completed: bool = False
    completed_at: datetime | None = None
    completed_by: Somebody | None = None
    members: list[Somebody] = field(default_factory=list)
    followers: list[Somebody] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    statuses: list[StatusUpdate] = field(default_factory=list)
    brief: ProjectBrief | None = None
    deleted: bool = False


@dataclass(slots=True, eq=False)
class CustomType:
    """A kind of task that a team defined,."""

    kind: ClassVar[str] = "custom_type"
    gid: str
    name: str


@dataclass(slots=True, eq=False)
class CustomTypeStatus(CustomType):
    kind: ClassVar[str] = "custom_type_status_option"


@dataclass(slots=True, eq=False)
class Home:
    """A task's place in one project."""

    project: Project
    section: Section


@dataclass(slots=True, eq=False)
class Tag:
    kind: ClassVar[str] = "tag"
    gid: str
    name: str
    created_at: datetime
    workspace: Workspace
    color: str | None = None
    notes: str = ""
    tasks: dict[str, Task] = field(default_factory=dict)
    deleted: bool = False


@dataclass(slots=True, eq=False)
class Task:
    kind: ClassVar[str] = "task"
    gid: str
    name: str
    created_at: datetime
    modified_at: datetime
    workspace: Workspace
    created_by: Somebody | None = None
    resource_subtype: str = "default_task"
    notes: str = ""
    html_notes: str = ""
    assignee: Somebody | None = None
    assigned_by: Somebody | None = None
    completed: bool = False
    completed_at: datetime | None = None
    completed_by: Somebody | None = None
    approval_status: str | None = None
    start_on: str | None = None
    start_at: str | None = None
    due_on: str | None = None
    due_at: str | None = None
    parent: Task | None = None
    subtasks: list[Task] = field(default_factory=list)
    homes: list[Home] = field(default_factory=list)
    values: dict[str, Held] = field(default_factory=dict)
    dependencies: list[Task] = field(default_factory=list)
    dependents: list[Task] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    followers: list[Somebody] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)
    external: dict[str, str] | None = None
    actual_time_minutes: float | None = None
    custom_type: CustomType | None = None
    custom_type_status_option: CustomTypeStatus | None = None
    deleted: bool = False

    def home(self, project: Project) -> Home | None:
        """Its place in this project."""
        return next((home for home in self.homes if home.project is project), None)

    def fields(self) -> list[CustomField]:
        """The custom fields that its projects give it, each once, in their order."""
        return list({s.custom_field.gid: s.custom_field for h in self.homes for s in h.project.settings}.values())


@dataclass(slots=True, eq=False)
class Story:
    """A line of a task's history. `facts`: the payload of its subtype, records inside; `text` of comments only."""

    kind: ClassVar[str] = "story"
    gid: str
    task: Task
    created_at: datetime
    created_by: Somebody | None
    resource_subtype: str
    source: str = "web"
    facts: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    html_text: str = ""
    is_pinned: bool = False
    is_edited: bool = False

    @property
    def type(self) -> str:
        return "comment" if self.resource_subtype == "comment_added" else "system"


@dataclass(slots=True, eq=False)
class StatusUpdate:
    kind: ClassVar[str] = "status_update"
    gid: str
    parent: Project
    created_at: datetime
    created_by: Somebody | None
    status_type: str
    title: str
    text: str
    html_text: str


@dataclass(slots=True, eq=False)
class ProjectBrief:
    kind: ClassVar[str] = "project_brief"
    gid: str
    project: Project
    title: str
    text: str
    html_text: str
