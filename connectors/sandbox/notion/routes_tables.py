"""Databases, data sources and queries."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from connectors.sandbox.core import Json, stable_uuid
from connectors.sandbox.notion import texts
from connectors.sandbox.notion.blocks import icon
from connectors.sandbox.notion.call import Call, listed, route
from connectors.sandbox.notion.errors import ApiError, bad_body, invalid, undefined
from connectors.sandbox.notion.records import Database, DataSource, Page, Property
from connectors.sandbox.notion.texts import check_object


def said(call: Call, name: str) -> list[Json]:
    """A rich text of the body; empty when it is not there."""
    return texts.rich_text(call.body.get(name) or [], f"body.{name}", call.side.names.mention)


def marks(call: Call, *names: str) -> dict[str, Json]:
    """Icon, cover and other plain attributes that the body sets."""
    found = {name: call.body[name] for name in names if name in call.body}
    for name in ("icon", "cover"):
        if name in found:
            found[name] = icon(found[name], call.side.names, f"body.{name}")
    return found


@route("POST", "/databases")
def create_database(call: Call) -> Json:
    parent = call.part("parent")
    page = call.written(parent["page_id"], Page, "page").id if "page_id" in parent else None
    if page is None and parent.get("type") != "workspace":
        raise undefined("body.parent.page_id")
    if "properties" in call.body:
        raise bad_body("body.properties", "should be not present, use `initial_data_source.properties` instead.")
    properties = (
        check_object(call.body.get("initial_data_source") or {}, "body.initial_data_source").get("properties") or {}
    )
    made = call.side.create_database(
        call.actor, said(call, "title"), page, ungrouped(properties), inline=bool(call.body.get("is_inline")),
        description=said(call, "description"), **marks(call, "icon", "cover"),
    )  # fmt: skip
    if page is None:
        call.side.share(made.id)
    return call.shapes.database(made)


def ungrouped(properties: Json) -> Mapping[str, Json]:
    """Configurations without a status option's group, which requests cannot set."""
    if not isinstance(properties, Mapping):
        raise bad_body("body.properties", "should be an object.")
    for name, body in properties.items():
        path = f"body.properties.{name}"
        status = check_object((check_object(body or {}, path)).get("status") or {}, f"{path}.status")
        for option in status.get("options") or ():
            if "group" in check_object(option, f"{path}.status.options"):
                raise bad_body(f"body.properties.{name}.status.options", "should not have `group`.")
    return properties


@route("GET", "/databases/{database_id}")
def get_database(call: Call) -> Json:
    return call.shapes.database(database_of(call))


def database_of(call: Call) -> Database:
    """The database of the path; 404 for a data source's id too."""
    return call.seen(call.id("database_id"), Database, "database")


@route("PATCH", "/databases/{database_id}")
def update_database(call: Call) -> Json:
    database, away = database_of(call), call.away()
    if away is not None:
        call.side.put_away(call.actor, database.id, away)
    changes = marks(call, "icon", "cover", "is_inline", "is_locked")
    changes |= {name: said(call, name) for name in ("title", "description") if name in call.body}
    if changes:
        call.side.writable(database)
        call.side.set_marks(call.actor, database, **changes)
        if "title" in changes and len(database.sources) == 1:
            call.side.node(database.sources[0], DataSource).title = changes["title"]
    return call.shapes.database(database)


@route("POST", "/data_sources")
def create_data_source(call: Call) -> Json:
    database = call.written(call.part("parent").get("database_id"), Database, "database")
    made = call.side.create_source(call.actor, database.id, said(call, "title"), ungrouped(call.need("properties")))
    return call.shapes.data_source(made)


def source_of(call: Call) -> DataSource:
    """The data source of the path."""
    return call.seen(call.id("data_source_id"), DataSource, "data_source")


@route("GET", "/data_sources/{data_source_id}")
def get_data_source(call: Call) -> Json:
    return call.shapes.data_source(source_of(call))


@route("PATCH", "/data_sources/{data_source_id}")
def update_data_source(call: Call) -> Json:
    source, away = source_of(call), call.away()
    if away is not None:
        call.side.put_away(call.actor, source.id, away)
    changes = marks(call, "icon") | ({"title": said(call, "title")} if "title" in call.body else {})
    if changes or call.body.get("properties"):
        call.side.writable(source)
    if call.body.get("properties"):
        call.side.change_schema(call.actor, source.id, ungrouped(call.body["properties"]))
    if changes:
        call.side.set_marks(call.actor, source, **changes)
    return call.shapes.data_source(source)


@route("GET", "/data_sources/{data_source_id}/templates")
def templates(call: Call) -> Json:
    source_of(call)
    return {"templates": [], "has_more": False, "next_cursor": None}


@route("POST", "/data_sources/{data_source_id}/query", writes=False)
def query(call: Call) -> Json:
    """Rows by filter, in order. Cursors are bound to the query that made them."""
    source = source_of(call)
    if "filter" in call.body and call.body["filter"] is None:
        raise bad_body("body.filter", "should be an object or `undefined`, instead was `null`.")
    ids, cut_off = call.side.queries.found(source, call.body, call.actor)
    only = wanted_properties(call, source)
    page, after = call.cut(ids, f"s:{stable_uuid('query', source.id)}:")
    shapes = call.shapes
    rows = [shapes.page(call.side.node(id_, Page), only) for id_ in page]
    more = {"request_status": {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}}
    return listed(rows, after, "page_or_data_source", **(more if cut_off else {}))


def wanted_properties(call: Call, source: DataSource | None) -> frozenset[str] | None:
    """Ids of the properties that `filter_properties` (repeated; ids or names) asks for; None for all."""
    asked = [value for key, value in call.request.query if key in ("filter_properties", "filter_properties[]")]
    if not asked or source is None:
        return None
    found: set[str] = set()
    for one in asked:
        prop = _property(source, one)
        if prop is None:
            raise invalid(f"Could not find property with name or id: {one}")
        found.add(prop.id)
    return frozenset(found)


def _property(source: DataSource, name_or_id: str) -> Property | None:
    """Ids arrive percent-encoded once, twice or not at all, as clients differ."""
    plain = {unquote(prop.id): prop for prop in source.properties.values()}
    return source.property(name_or_id) or plain.get(name_or_id) or source.property(unquote(name_or_id))


@route("POST", "/databases/{database_id}/query", writes=False)
def query_database(call: Call) -> Json:
    raise ApiError(400, "invalid_request_url", "Invalid request URL.")
