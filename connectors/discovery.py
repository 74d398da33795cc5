"""What can be found at a vendor before there is a config: who we are, where work is, how its columns are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Hint = Literal["backlog", "active", "done"]
"""What the vendor itself says of a column: not begun, begun, over."""


@dataclass(frozen=True, slots=True)
class Space:
    """What a vendor keeps apart from others of its kind: a workspace."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column by its name, with the vendor's own word for it where there is one."""

    name: str
    hint: Hint | None = None


@dataclass(frozen=True, slots=True)
class FoundField:
    """A field that items have. `options`: what may be chosen in it, as far as it was read along."""

    id: str
    name: str
    type: str
    options: tuple[FoundColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Where items are: a project, a data source. `group`: the team or page it is shown under, empty when unknown.

    `columns` is empty until it was asked for; where a field's options are the columns it stays empty. `own`: names
    of the fields that carry our mark; they are not among `fields`. `shut`: why our fields cannot be there.
    """

    id: str
    name: str
    url: str = ""
    group: str = ""
    private: bool = False
    fields: tuple[FoundField, ...] = ()
    columns: tuple[FoundColumn, ...] = ()
    own: tuple[str, ...] = ()
    shut: str = ""


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page that others can be written under."""

    id: str
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class NeededField:
    """A field that the config names: where (keys below the source's table), by name or id, and the types it may have.

    No types: any will do.
    """

    path: tuple[str | int, ...]
    name: str
    types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Claim:
    """A place, or a group of places (`kind`), that the config of a source names, with the fields it must have.

    `role`: what its items are, as in a flow's `source`. `columns`: the field whose options are the columns.
    `carries`: our fields may be on its items.
    """

    path: tuple[str | int, ...]
    id: str
    kind: str = "place"
    role: str = ""
    columns: str | None = None
    fields: tuple[NeededField, ...] = ()
    carries: bool = True


@dataclass(frozen=True, slots=True)
class Claims:
    """What a source's table of the config names. `anywhere`: fields that some place of it must have."""

    places: tuple[Claim, ...]
    anywhere: tuple[NeededField, ...] = ()


class Discovery(Protocol):
    """A look around at one vendor with one token: GET, query and search only. Raises `connectors.errors`."""

    def who(self) -> str:
        """The name of the token's user. Denied when the token is wrong. One request."""

    def spaces(self) -> Sequence[Space]:
        """The workspaces that the token reaches. At most one request a hundred."""

    def places(self, space: Space) -> Sequence[FoundPlace]:
        """Where items are, archived ones left out, with their fields: one request a hundred."""

    def with_columns(self, place: FoundPlace) -> FoundPlace:
        """The same with its columns: at most one request."""

    def choices(self, field: FoundField) -> tuple[str, ...]:
        """What may be chosen in a field: at most one request."""

    def pages(self) -> Sequence[FoundPage]:
        """Pages that others can be written under, the likeliest first: a handful of requests at most."""

    def place(self, id_: str) -> FoundPlace:
        """One place with its fields: one request, by another of its addresses three. Missing when the token does not
        see it, Rejected when several are meant."""

    def group(self, kind: str, id_: str) -> Sequence[FoundPlace]:
        """The places of a group, likewise: one request a hundred."""

    def people(self) -> Sequence[str]:
        """Names and e-mail addresses of those whom the token sees: one request a hundred, and one a workspace."""

    def page(self, id_: str) -> FoundPage:
        """One page: one request. Missing when it is not shared with us."""

    def below(self, page: FoundPage) -> Sequence[str]:
        """Titles of the pages and tables right below a page: one request a hundred blocks."""

    def id_of(self, text: str) -> str:
        """The id of a place in an address from the browser; the text itself when it is no address. ValueError."""

    def close(self) -> None:
        """Close the connections."""
