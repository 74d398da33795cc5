"""The keys a config file may have, and their types. What sources and rules hold is theirs to say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from rules.base import StageKind
from rules.durations import Duration
from sync.config.times import Times

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Pattern = Annotated[str, StringConstraints(min_length=1)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_SPAN = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")


def _span(value: object) -> object:
    if not isinstance(value, str) or not _SPAN.fullmatch(value) or value[:5] == value[6:]:
        raise ValueError('hours look like "09:00-17:00"; several spans as a list')
    return value


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _members(value: object) -> object:
    return {"members": value} if isinstance(value, (list, tuple)) else value


def _whole_name(value: object) -> object:
    if value is True or (isinstance(value, str) and not value.strip()):
        raise ValueError("takes a name, or false to leave the field out")
    return value


def _times(value: object) -> object:
    return {"fields": value} if isinstance(value, str | list | tuple) else value


def _due(value: str) -> str:
    Times.parse(value)
    return value


When = Annotated[Name, AfterValidator(_due)]


class Table(BaseModel):
    """A table of the file: unknown keys are refused, values never shown in errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class WeekTable(Table):
    """Which days are worked, and from when to when. A span that ends before it starts ends the next morning."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = ("mon", "tue", "wed", "thu", "fri")
    hours: Annotated[
        tuple[Annotated[str, BeforeValidator(_span)], ...], BeforeValidator(_listed), Field(min_length=1)
    ] = ("09:00-17:00",)


class CalendarTable(Table):
    """Working time. `country` is an ISO code whose public holidays are off; `subdivision` a state or region of it."""

    timezone: Name = "UTC"
    week: WeekTable = WeekTable()
    holidays: tuple[date, ...] = ()
    country: Name | None = None
    subdivision: Name | None = None


class MoneyTable(Table):
    """Rates for a working hour. `rates` by team; `friction_minutes`: what a chaser, a bounce, a reopening takes;
    `value_field`: the field that says what each day late costs."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    default_rate: Annotated[float, Field(gt=0)] | None = None
    rates: Mapping[Name, Annotated[float, Field(gt=0)]] = {}
    friction_minutes: Mapping[Literal["chaser", "bounce", "reopen"], Annotated[float, Field(gt=0, le=480)]] = {}
    value_field: Name | None = None


class TeamTable(Table):
    """Who is in a team, by the name or the e-mail address that the vendor shows."""

    members: tuple[Name, ...] = ()


class PersonTable(Table):
    """A person's own working time: other hours than everybody's, days off, or both.

    `same`: this person's other accounts, by name, e-mail address or `source:id`, where no shared address tells.
    """

    calendar: Name | None = None
    days_off: tuple[date, ...] = ()
    same: tuple[Name, ...] = ()


class BlockedTable(Table):
    """What says that an item cannot go on, beside an open dependency."""

    tags: tuple[Name, ...] = ()
    fields: tuple[Name, ...] = ()


class StageTable(Table):
    """A step of a flow. `match`: names of columns, exactly, `*` for any run of characters; left out, its own name."""

    name: Name
    kind: StageKind
    match: Annotated[tuple[Pattern, ...], BeforeValidator(_listed), Field(min_length=1)] | None = None
    owner: Name | None = None


class FlowTable(Table):
    """Stages in order. `source`: a source's id, or `source.role`; `projects`: all of the source's when left out.

    `subtasks`: what counts as work in these projects, where it is not what the source says.
    """

    source: Name
    projects: tuple[Name, ...] = ()
    calendar: Name | None = None
    subtasks: Literal["parents", "leaves", "both"] | None = None
    stages: Annotated[tuple[StageTable, ...], Field(min_length=1)]


FieldName = Annotated[Name | Literal[False], BeforeValidator(_whole_name)]


class FieldsTable(Table):
    """What our fields on items are called; false leaves one out."""

    status: FieldName = "Flow status"
    since: FieldName = "Waiting since"
    on: FieldName = "Waiting on"
    next_step: FieldName = "Next step"
    waited: FieldName = False
    cost: FieldName = False


class WhenTable(Table):
    """When `handrail serve` runs by itself: "weekdays 07:00", "fri 08:00", "daily 06:30", "every 15m", or cron.

    `fields`: runs that write fields and rows; `page`: runs that write the pages, too (left out: every one of them).
    """

    fields: Annotated[tuple[When, ...], BeforeValidator(_listed), Field(min_length=1)] = ("every 15m",)
    page: Annotated[tuple[When, ...], BeforeValidator(_listed)] = ()


class WriteTable(Table):
    """What is written, where, and how much of it at most. A cap left out is no cap, but for the first run's."""

    when: Annotated[WhenTable, BeforeValidator(_times)] = WhenTable()
    create_fields: bool = True
    fields: FieldsTable = FieldsTable()
    notion_parent: Name | None = None
    notion_page: Name | None = None
    notion_source: Name | None = None
    page_title: Name = "Where the machine is leaking"
    status_updates: bool = False
    comments: bool = False
    friday_page: bool = False
    friday_title: Name = "The week in one look"
    team_pages: bool = False
    name_people: bool = False
    findings_title: Name = "Handrail findings"
    max_writes: Annotated[int, Field(ge=1)] | None = None
    max_percent: Annotated[float, Field(gt=0, le=100)] | None = None
    first_run_max: Annotated[int, Field(ge=0)] = 200
    keep_undo_days: Annotated[int, Field(ge=1)] = 30


class HandoffsTable(Table):
    """`slip`: handing over and back within this time, with nothing between, is no handoff."""

    slip: Annotated[Duration, NoDecode] = Duration.parse("60m")


class ServeTable(Table):
    """How `handrail serve` lives: where it listens, what it does when, how quickly it looks again.

    `public_url`: how the vendors reach it; left out, no webhook is made. The scheduled work is in `[write] when`.
    """

    host: Name = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+(/\S*)?$")] | None = None
    debounce_seconds: Annotated[float, Field(ge=0, le=600)] = 1.0
    pages_every: Annotated[Duration, NoDecode] = Duration.parse("5m")
    stale_after: Annotated[Duration, NoDecode] = Duration.parse("2h")
    token_env: Name = "HANDRAIL_SERVE_TOKEN"  # noqa: S105
    logs: Literal["console", "json"] = "console"


class Shape(BaseSettings):
    """The whole file. What stands in a source or a rule is checked by its kind."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True,
        env_prefix="HANDRAIL__", env_nested_delimiter="__", nested_model_default_partial_update=False,
    )  # fmt: skip

    config_schema: Annotated[Literal[1], Field(alias="schema")] = 1
    mode: Literal["observe", "plan", "apply"] = "observe"
    database_url: Name | None = None
    calendar: CalendarTable = CalendarTable()
    calendars: Mapping[str, CalendarTable] = {}
    people: Mapping[str, PersonTable] = {}
    money: MoneyTable | None = None
    blocked: BlockedTable = BlockedTable()
    teams: Mapping[str, Annotated[TeamTable, BeforeValidator(_members)]] = {}
    sources: Mapping[str, dict[str, Any]] = {}
    flows: Mapping[str, FlowTable] = {}
    patterns: Mapping[Name, Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]] = {}
    rules: Mapping[str, dict[str, Any]] = {}
    write: WriteTable = WriteTable()
    handoffs: HandoffsTable = HandoffsTable()
    serve: ServeTable = ServeTable()
    publish: Mapping[Name, Literal["names", "counts", "none"]] = {}

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """File and environment are joined before this (`sync.config.read`), so that each value's place is known."""
        return (init_settings,)
