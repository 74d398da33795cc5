"""Users, search, custom emojis and asynchronous tasks."""

from __future__ import annotations

from connectors.sandbox.core import Json
from connectors.sandbox.notion.call import Call, listed, route
from connectors.sandbox.notion.errors import ApiError, bad_body
from connectors.sandbox.notion.records import DataSource, Node, Page
from connectors.sandbox.notion.texts import check_object


@route("GET", "/users")
def list_users(call: Call) -> Json:
    people = {person.uuid: person for person in call.side.world.people.everyone}
    ids, after = call.cut(list(people))
    return listed([call.side.names.user(people[id_]) for id_ in ids], after, "user")


@route("GET", "/users/me")
def me(call: Call) -> Json:
    return call.side.names.user(call.actor)


@route("GET", "/users/{user_id}")
def get_user(call: Call) -> Json:
    person = call.side.world.people.find(call.id("user_id"))
    if person is None:
        raise call.side.not_found("user", call.id("user_id"))
    return call.side.names.user(person)


@route("POST", "/search", writes=False)
def search(call: Call) -> Json:
    """Pages and data sources by title, newest edit first."""
    wanted = check_object(call.body.get("filter") or {}, "body.filter")
    kinds = {"page": Page, "data_source": DataSource}
    value = wanted.get("value")
    if value is not None and (not isinstance(value, str) or value not in kinds):
        raise bad_body("body.filter.value", f'should be `"page"` or `"data_source"`, instead was `"{value}"`.')
    types = (kinds[value],) if value else (Page, DataSource)
    trashed, words = bool(wanted.get("in_trash", False)), str(call.body.get("query") or "").casefold()
    side = call.side
    found: list[Node] = [
        node for node in side.nodes.values()
        if isinstance(node, types) and words in side.names.title(node).casefold()
        and side.trashed(node) is trashed and side.visible(node, call.actor)
    ]  # fmt: skip
    down = check_object(call.body.get("sort") or {}, "body.sort").get("direction", "descending") == "descending"
    found.sort(key=lambda node: node.edited, reverse=down)
    ids, after = call.cut([node.id for node in found])
    return listed([call.shapes.of(side.nodes[id_]) for id_ in ids], after, "page_or_data_source")


@route("GET", "/custom_emojis")
def custom_emojis(call: Call) -> Json:
    return {"object": "list", "type": "custom_emoji", "results": [], "has_more": False, "next_cursor": None}


@route("GET", "/async_tasks/{task_id}")
def async_task(call: Call) -> Json:
    task = call.side.tasks.get(call.args["task_id"])
    if task is None:
        raise ApiError(404, "object_not_found", f"Could not find async task with ID: {call.args['task_id']}.")
    return task
