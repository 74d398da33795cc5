"""Pages, their properties, and their content as markdown."""

from __future__ import annotations

from urllib.parse import unquote

from connectors.sandbox.core import Json
from connectors.sandbox.notion import blocks, values
from connectors.sandbox.notion.call import Call, data_source_of, listed, route
from connectors.sandbox.notion.errors import bad_body, check_length, invalid, undefined
from connectors.sandbox.notion.names import uuid_of
from connectors.sandbox.notion.records import Database, DataSource, Node, Page
from connectors.sandbox.notion.routes_tables import marks, wanted_properties
from connectors.sandbox.notion.texts import check_object

MOST_UPDATES = 100


@route("POST", "/pages")
def create_page(call: Call) -> Json:
    parent, properties = _parent(call), call.body.get("properties") or {}
    if not isinstance(properties, dict):
        raise bad_body("body.properties", "should be an object.")
    markdown, children = call.body.get("markdown"), call.body.get("children", call.body.get("content"))
    if markdown is not None and children is not None:
        raise invalid("body failed validation: body should have only one of `markdown` and `children`.")
    drafts = blocks.drafts(children or [], call.side.names, "body.children")
    side, text, look = call.side, str(markdown or ""), marks(call, "icon", "cover")
    at = _index(call, parent)
    if isinstance(parent, DataSource):
        row = side.read_values(parent, properties)
        page = side.create_row(call.actor, parent.id, row, markdown=text, children=drafts, ready=True)
    else:
        title = side.read_values(None, properties).get("title", [])
        under = parent.id if parent else None
        page = side.create_page(call.actor, title, under, markdown=text, children=drafts, at=at)
        if parent is None:
            side.share(page.id)
    page.icon, page.cover = look.get("icon"), look.get("cover")
    return call.shapes.page(page, wanted_properties(call, data_source_of(page, side)))


def _index(call: Call, parent: Node | None) -> int | None:
    """Where on the parent page the new page stands."""
    position = check_object(call.body.get("position") or {"type": "page_end"}, "body.position")
    if position.get("type") == "page_start":
        return 0
    if position.get("type") == "after_block" and isinstance(parent, Page):
        after = uuid_of(check_object(position.get("after_block") or {}, "body.position.after_block").get("id"))
        if after is None or after not in parent.children:
            raise invalid("Block to insert after is not a child of the parent page.")
        return parent.children.index(after) + 1
    return None


def _parent(call: Call) -> DataSource | Page | None:
    parent = call.part("parent")
    if "page_id" in parent:
        return call.written(parent["page_id"], Page, "page")
    if "data_source_id" in parent:
        return call.written(parent["data_source_id"], DataSource, "data_source")
    if "database_id" in parent:
        database = call.written(parent["database_id"], Database, "database")
        if len(database.sources) != 1:
            raise invalid("Databases with multiple data sources need a data_source_id as parent.")
        return call.side.node(database.sources[0], DataSource)
    if parent.get("workspace") is True:
        return None
    raise undefined("body.parent.page_id")


def page_of(call: Call) -> Page:
    """The page of the path."""
    return call.seen(call.id("page_id"), Page, "page")


@route("GET", "/pages/{page_id}")
def get_page(call: Call) -> Json:
    page = page_of(call)
    return call.shapes.page(page, wanted_properties(call, data_source_of(page, call.side)))


@route("PATCH", "/pages/{page_id}")
def update_page(call: Call) -> Json:
    page, away, side = page_of(call), call.away(), call.side
    only = wanted_properties(call, data_source_of(page, side))
    if away is False:
        side.put_away(call.actor, page.id, False)
    changes = marks(call, "icon", "cover", "is_archived", "is_locked")
    properties = call.body.get("properties") or {}
    if changes or properties or call.body.get("erase_content"):
        side.writable(page)
    if properties:
        row = side.read_values(data_source_of(page, side), properties)
        side.set_properties(call.actor, page.id, row, ready=True)
    if changes:
        side.set_marks(call.actor, page, **changes)
    if call.body.get("erase_content"):
        side.replace_markdown(call.actor, page.id, "", allow_deleting=True)
    if away:
        side.put_away(call.actor, page.id)
    return call.shapes.page(page, only)


@route("POST", "/pages/{page_id}/move")
def move_page(call: Call) -> Json:
    page, parent = call.written(call.id("page_id"), Page, "page"), _parent(call)
    if parent is None:
        raise invalid("A page can be moved only under another page or into a data source.")
    if any(node is page for node in call.side.up(parent)):
        raise invalid("A page cannot be moved below itself.")
    return call.shapes.page(call.side.move(call.actor, page.id, parent.id))


@route("GET", "/pages/{page_id}/properties/{property_id}")
def get_property(call: Call) -> Json:
    """One value in full; title, rich text, people, relation and rollups of lists come in pages."""
    page, wanted = page_of(call), unquote(call.args["property_id"])
    props = {unquote(prop.id): prop for prop in call.shapes.properties(page)}
    prop = props.get(wanted) or next((p for p in props.values() if p.name == wanted), None)
    if prop is None:
        raise invalid(f"Could not find property with name or id: {wanted}")
    value = values.whole(page, prop, call.side.names)
    item = {"object": "property_item", "type": prop.type, "id": prop.id}
    rolled = prop.type == "rollup" and value["type"] == "array"
    if prop.type not in ("title", "rich_text", "people", "relation") and not rolled:
        return item | {prop.type: value}
    parts = value["array"] if rolled else value
    size, start = call.page_size(), _start(call)
    after = str(start + size) if start + size < len(parts) else None
    shown = [
        {"object": "property_item", "id": prop.id} | (part if rolled else {"type": prop.type, prop.type: part})
        for part in parts[start : start + size]
    ]
    inner = value | {"array": []} if rolled else {}
    listing = listed(shown, after, "property_item")
    listing["property_item"] = {
        "id": prop.id,
        "next_url": _next_url(call, after),
        "type": prop.type,
        prop.type: inner,
    }
    return listing


def _start(call: Call) -> int:
    cursor = call.cursor()
    if cursor is not None and not cursor.isdigit():
        raise invalid(f"The start_cursor provided is invalid: {cursor}")
    return int(cursor or 0)


def _next_url(call: Call, after: str | None) -> str | None:
    return f"https://api.notion.com{call.request.path}?start_cursor={after}" if after else None


# ---- markdown ------------------------------------------------------------------------------------------------


@route("GET", "/pages/{page_id}/markdown")
def get_markdown(call: Call) -> Json:
    node = call.seen(call.id("page_id"), Node, "page")
    return _markdown(call, node)


def _markdown(call: Call, node: Node) -> Json:
    written = call.side.markdown(node.id)
    return {
        "object": "page_markdown", "id": node.id, "markdown": written.markdown, "truncated": False,
        "unknown_block_ids": written.unknown,
    }  # fmt: skip


@route("PATCH", "/pages/{page_id}/markdown")
def update_markdown(call: Call) -> Json:
    page, kind = call.written(call.id("page_id"), Page, "page"), call.need("type")
    if isinstance(table := call.side.nodes.get(page.parent), DataSource) and table.synced_from:
        raise invalid("Can't update the content of a page that is synced from an external source.")
    ways = {
        "replace_content": _replace, "update_content": _update, "insert_content": _insert,
        "replace_content_range": _range,
    }  # fmt: skip
    if kind not in ways:
        known = ", ".join(f'`"{way}"`' for way in ways)
        raise bad_body("body.type", f'should be one of {known}, instead was `"{kind}"`.')
    body = call.part(kind)
    text = ways[kind](body, call.side.markdown(page.id).markdown)
    call.side.replace_markdown(call.actor, page.id, text, allow_deleting=bool(body.get("allow_deleting_content")))
    done = _markdown(call, page)
    return call.side.new_task(done) if call.body.get("allow_async") else done


def _text(body: Json, name: str, path: str) -> str:
    if not isinstance(body.get(name), str):
        raise undefined(f"{path}.{name}")
    return str(body[name])


def _replace(body: Json, now: str) -> str:
    return _text(body, "new_str", "body.replace_content")


def _update(body: Json, now: str) -> str:
    updates = body.get("content_updates")
    if not isinstance(updates, list):
        raise undefined("body.update_content.content_updates")
    check_length("body.update_content.content_updates", len(updates), MOST_UPDATES)
    for at, update in enumerate(updates):
        path = f"body.update_content.content_updates[{at}]"
        update = check_object(update, path)
        old, new = _text(update, "old_str", path), _text(update, "new_str", path)
        count = now.count(old) if old else 0
        if count == 0:
            raise invalid(f"{path}.old_str was not found in the page content: {old!r}")
        if count > 1 and not update.get("replace_all_matches"):
            raise invalid(
                f"{path}.old_str matches {count} places in the page content; make it match exactly one, "
                "or set replace_all_matches to true."
            )
        now = now.replace(old, new)
    return now


def _insert(body: Json, now: str) -> str:
    said = _text(body, "content", "body.insert_content")
    if body.get("after") is not None:
        at = _found(now, str(body["after"]), "body.insert_content.after")[1]
        return f"{now[:at]}\n{said}\n{now[at:]}"
    first, second = (
        (said, now)
        if check_object(body.get("position") or {}, "body.insert_content.position").get("type") == "start"
        else (now, said)
    )
    return f"{first}\n{second}"


def _range(body: Json, now: str) -> str:
    said = _text(body, "content", "body.replace_content_range")
    start, end = _found(now, _text(body, "content_range", "body.replace_content_range"), "body.replace_content_range")
    return now[:start] + said + now[end:]


def _found(now: str, selection: str, path: str) -> tuple[int, int]:
    """Where `start of the text...end of it` stands; 400 when it does not."""
    head, dots, tail = selection.partition("...")
    start = now.find(head)
    end = now.find(tail, start + len(head)) if start >= 0 and dots else start
    if start < 0 or end < 0:
        raise invalid(f"{path} was not found in the page content: {selection!r}")
    return start, end + (len(tail) if dots else len(head))
