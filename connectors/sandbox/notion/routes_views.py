"""Views as far as they are used: kept, listed, changed, and their saved queries."""

from __future__ import annotations

from datetime import timedelta

from connectors.sandbox.core import Json
from connectors.sandbox.notion.call import Call, listed, route
from connectors.sandbox.notion.errors import ApiError, bad_body, invalid, undefined
from connectors.sandbox.notion.names import uuid_of
from connectors.sandbox.notion.records import Database, DataSource, Page, View
from connectors.sandbox.notion.texts import check_object
from connectors.sandbox.notion.times import exact

TYPES = ("table", "board", "list", "calendar", "timeline", "gallery", "form", "chart", "map", "dashboard")
KEPT = ("filter", "sorts", "quick_filters", "configuration")


@route("GET", "/views")
def list_views(call: Call) -> Json:
    database, source = uuid_of(call.request.arg("database_id")), uuid_of(call.request.arg("data_source_id"))
    if database is None and source is None:
        raise invalid("query failed validation: query.database_id should be defined, instead was `undefined`.")
    if database:
        call.seen(database, Database, "database")
    if source:
        call.seen(source, DataSource, "data_source")
    found = [v.id for v in call.side.views.values() if database in (None, v.database) and source in (None, v.source)]
    ids, after = call.cut(found)
    return listed([{"object": "view", "id": id_} for id_ in ids], after, "view")


@route("POST", "/views")
def create(call: Call) -> Json:
    source, type_, name = (
        call.seen(call.need("data_source_id"), DataSource, "data_source"),
        call.need("type"),
        call.need("name"),
    )
    if not isinstance(type_, str) or type_ not in TYPES:
        raise bad_body("body.type", f'should be one of the view types, instead was `"{type_}"`.')
    database = _place(call, source)
    now = call.side.world.tick()
    made = View(
        call.side.new_id("view"), database.id, source.id, str(name), type_, now, call.actor.uuid, now,
        call.actor.uuid,        {key: call.body[key] for key in KEPT if key in call.body},
    )  # fmt: skip
    call.side.views[made.id] = made
    return call.shapes.view(made)


def _place(call: Call, source: DataSource) -> Database:
    """The database that shows it: one that is there, or a linked one that is made on a page."""
    if "create_database" in call.body:
        page = call.written(_page(call), Page, "page")
        made = call.side.create_database(call.actor, source.title, page.id, {})
        call.side.nodes.pop(made.sources.pop())
        made.sources.append(source.id)
        return made
    if "database_id" not in call.body:
        raise undefined("body.database_id")
    return call.written(call.body["database_id"], Database, "database")


def _page(call: Call) -> Json:
    parent = check_object(call.part("create_database").get("parent"), "body.create_database.parent")
    return parent.get("page_id")


def view_of(call: Call) -> View:
    """The view of the path."""
    view = call.side.views.get(call.id("view_id"))
    if view is None or not call.side.visible(call.side.nodes[view.database], call.actor):
        raise call.side.not_found("view", call.id("view_id"))
    return view


@route("GET", "/views/{view_id}")
def get_view(call: Call) -> Json:
    return call.shapes.view(view_of(call))


@route("PATCH", "/views/{view_id}")
def update(call: Call) -> Json:
    view = view_of(call)
    view.name = call.body.get("name", view.name)
    view.settings |= {key: call.body[key] for key in KEPT if key in call.body}
    view.edited, view.edited_by = call.side.world.tick(), call.actor.uuid
    return call.shapes.view(view)


@route("DELETE", "/views/{view_id}")
def delete(call: Call) -> Json:
    view = view_of(call)
    del call.side.views[view.id]
    parent = {"type": "database_id", "database_id": view.database}
    return {"object": "view", "id": view.id, "parent": parent, "type": view.type}


@route("POST", "/views/{view_id}/queries", writes=False)
def create_query(call: Call) -> Json:
    """Run the view's query once; its ids are kept about 15 minutes."""
    view, side = view_of(call), call.side
    asked = {key: view.settings[key] for key in ("filter", "sorts") if view.settings.get(key)}
    ids, cut_off = side.queries.found(side.node(view.source, DataSource), asked, call.actor)
    id_ = side.new_id("view query")
    side.view_queries[id_] = ids
    page, after = call.cut(ids)
    shown = {
        "object": "view_query", "id": id_, "view_id": view.id,
        "expires_at": exact(side.world.now() + timedelta(minutes=15)), "total_count": len(ids),
        "results": [{"object": "page", "id": one} for one in page],
        "next_cursor": after, "has_more": after is not None,
    }  # fmt: skip
    more = {"request_status": {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}}
    return shown | (more if cut_off else {})


@route("GET", "/views/{view_id}/queries/{query_id}")
def query_results(call: Call) -> Json:
    view_of(call)
    ids, after = call.cut(_kept(call))
    return listed([{"object": "page", "id": one} for one in ids], after, "page")


@route("DELETE", "/views/{view_id}/queries/{query_id}")
def delete_query(call: Call) -> Json:
    view_of(call)
    _kept(call)
    del call.side.view_queries[call.id("query_id")]
    return {"object": "view_query", "id": call.id("query_id"), "deleted": True}


def _kept(call: Call) -> list[str]:
    ids = call.side.view_queries.get(call.id("query_id"))
    if ids is None:
        raise ApiError(404, "object_not_found", f"Could not find view query with ID: {call.id('query_id')}.")
    return ids
