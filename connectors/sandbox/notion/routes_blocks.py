"""Blocks: read, list, append, change, put away."""

from __future__ import annotations

from connectors.sandbox.core import Json
from connectors.sandbox.notion import blocks
from connectors.sandbox.notion.call import Call, listed, route
from connectors.sandbox.notion.errors import bad_body, invalid, undefined
from connectors.sandbox.notion.names import uuid_of
from connectors.sandbox.notion.records import Block, Database, DataSource, Node, Page
from connectors.sandbox.notion.texts import check_object


def block_of(call: Call) -> Node:
    """The block of the path; pages and databases are blocks too, data sources are not."""
    node = call.seen(call.id("block_id"), Node, "block")
    if isinstance(node, DataSource):
        raise call.side.not_found("block", node.id)
    return node


@route("GET", "/blocks/{block_id}")
def get_block(call: Call) -> Json:
    return call.shapes.block(block_of(call))


@route("GET", "/blocks/{block_id}/children")
def children(call: Call) -> Json:
    node = block_of(call)
    living = [] if isinstance(node, Database) else node.children
    ids, after = call.cut([id_ for id_ in living if not call.side.nodes[id_].in_trash])
    return listed([call.shapes.block(call.side.nodes[id_]) for id_ in ids], after, "block")


@route("PATCH", "/blocks/{block_id}/children")
def append(call: Call) -> Json:
    parent, drafts = _parent(call), blocks.drafts(call.need("children"), call.side.names, "body.children")
    for at, draft in enumerate(drafts):
        if (draft.type == "table_row") != (isinstance(parent, Block) and parent.type == "table"):
            raise undefined(f"body.children[{at}].{'table_row' if draft.type != 'table_row' else 'paragraph'}")
    made = call.side.append(call.actor, parent.id, drafts, _index(call, parent))
    return listed([call.shapes.block(block) for block in made], None, "block")


def _parent(call: Call) -> Node:
    node = block_of(call)
    call.side.writable(node)
    if isinstance(node, Page) or (isinstance(node, Block) and node.type in blocks.NESTING):
        return node
    raise invalid("Block does not support children.")


def _index(call: Call, parent: Node) -> int | None:
    """Where among the children: by `position`, or by `after` in the old version."""
    position = call.body.get("position")
    if "after" in call.body:
        if not call.old:
            raise bad_body("body.after", "should be not present, use `position` instead.")
        position = {"type": "after_block", "after_block": {"id": call.body["after"]}}
    if position is not None:
        position = check_object(position, "body.position")
    if position is None or position.get("type") == "end":
        return None
    if position.get("type") == "start":
        return 0
    if position.get("type") != "after_block":
        raise bad_body("body.position.type", 'should be `"after_block"`, `"start"` or `"end"`.')
    id_ = uuid_of(check_object(position.get("after_block") or {}, "body.position.after_block").get("id"))
    if id_ not in parent.children:
        raise invalid("Block to append children after is not a child of the parent block.")
    return parent.children.index(id_ or "") + 1


@route("PATCH", "/blocks/{block_id}")
def update(call: Call) -> Json:
    node, away = block_of(call), call.away()
    if away is not None:
        call.side.put_away(call.actor, node.id, away)
    type_ = next((name for name in blocks.TYPES if name in call.body), None)
    if type_ is None:
        return call.shapes.block(node)
    call.side.writable(node)
    if not isinstance(node, Block) or node.type != type_:
        raise invalid("Block type cannot be changed: the body has another type than the block.")
    content = blocks.content(type_, call.body[type_], call.side.names, f"body.{type_}", node.content)
    call.side.change_block(call.actor, node, content)
    return call.shapes.block(node)


@route("DELETE", "/blocks/{block_id}")
def delete(call: Call) -> Json:
    node = block_of(call)
    call.side.put_away(call.actor, node.id)
    return call.shapes.block(node)
