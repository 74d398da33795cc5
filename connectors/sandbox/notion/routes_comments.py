"""Comments: a thread is a discussion; listing gives unresolved ones of one page or block."""

from __future__ import annotations

from connectors.sandbox.core import Json
from connectors.sandbox.notion import texts
from connectors.sandbox.notion.call import Call, listed, route
from connectors.sandbox.notion.errors import invalid, undefined
from connectors.sandbox.notion.inline import read
from connectors.sandbox.notion.names import uuid_of
from connectors.sandbox.notion.records import Block, Comment, Node, Page

MOST_ATTACHMENTS = 3


def _said(call: Call) -> list[Json]:
    if "markdown" in call.body:
        return read(str(call.body["markdown"]).replace("\n", "<br>"), call.side.names)
    return texts.rich_text(call.need("rich_text"), "body.rich_text", call.side.names.mention)


@route("POST", "/comments")
def create(call: Call) -> Json:
    said, discussion = _said(call), call.body.get("discussion_id")
    name = _name(call)
    if discussion is not None:
        first = next((c for c in call.side.comments.values() if c.discussion == uuid_of(discussion)), None)
        if first is None:
            raise call.side.not_found("discussion", str(discussion))
        call.seen(first.parent, Node, "block")
        target, discussion = first.parent, first.discussion
    else:
        target = _target(call)
    made = call.side.comment(call.actor, target, said, discussion, name, _attached(call))
    return call.shapes.comment(made)


def _name(call: Call) -> Json:
    name = texts.check_object(call.body.get("display_name") or {}, "body.display_name")
    if name.get("type") == "custom":
        custom = texts.check_object(name.get("custom"), "body.display_name.custom")
        if not texts.check_text(custom, "name", "body.display_name.custom"):
            raise undefined("body.display_name.custom.name")
    elif name and name.get("type") not in ("integration", "user"):
        raise undefined("body.display_name.type")
    return name


def _target(call: Call) -> str:
    parent = call.part("parent")
    if "page_id" in parent:
        return call.written(parent["page_id"], Page, "page").id
    if "block_id" in parent:
        return call.written(parent["block_id"], Block, "block").id
    raise undefined("body.parent.page_id")


def _attached(call: Call) -> list[Json]:
    wanted = call.body.get("attachments") or []
    if len(wanted) > MOST_ATTACHMENTS:
        raise invalid(f"body failed validation: body.attachments.length should be ≤ `{MOST_ATTACHMENTS}`.")
    names = call.side.names
    files = [names.file({"file_upload": {"id": one.get("file_upload_id")}}, "body.attachments") for one in wanted]
    return [{"category": "productivity", "file": file["file"]} for file in files]


@route("GET", "/comments")
def list_comments(call: Call) -> Json:
    id_ = uuid_of(call.request.arg("block_id"))
    if id_ is None:
        raise invalid("query failed validation: query.block_id should be a valid uuid.")
    node = call.seen(id_, Node, "block")
    open_ones = {
        c.id: c for c in call.side.comments.values() if c.parent == node.id and c.discussion not in call.side.resolved
    }
    ids, after = call.cut(list(open_ones))
    return listed([call.shapes.comment(open_ones[one]) for one in ids], after, "comment")


def comment_of(call: Call) -> Comment:
    """The comment of the path."""
    comment = call.side.comments.get(call.id("comment_id"))
    if comment is None or not call.side.visible(call.side.nodes[comment.parent], call.actor):
        raise call.side.not_found("comment", call.id("comment_id"))
    return comment


@route("GET", "/comments/{comment_id}")
def get_comment(call: Call) -> Json:
    return call.shapes.comment(comment_of(call))


@route("PATCH", "/comments/{comment_id}")
def update(call: Call) -> Json:
    comment = comment_of(call)
    call.side.change_comment(call.actor, comment, _said(call))
    return call.shapes.comment(comment)


@route("DELETE", "/comments/{comment_id}")
def delete(call: Call) -> Json:
    comment = comment_of(call)
    call.side.drop_comment(call.actor, comment)
    return call.shapes.comment(comment)
