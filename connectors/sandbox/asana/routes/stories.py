"""Stories: a task's history, and comments."""

from __future__ import annotations

from connectors.sandbox.asana import acts
from connectors.sandbox.asana.call import Call, route
from connectors.sandbox.asana.errors import bad
from connectors.sandbox.asana.records import Story, Task
from connectors.sandbox.asana.task_kinds import STORY
from connectors.sandbox.core import Response


@route("GET", "/tasks/*/stories")
def list_stories(call: Call, gid: str) -> Response:
    """In order of time. `created_after` is exclusive and cut to the second, so that the last second comes again."""
    task = call.find(Task, gid)
    stories = sorted(task.stories, key=lambda story: story.created_at)
    after = call.instant("created_after")
    if after is not None:
        first = after.replace(microsecond=0)
        stories = [story for story in stories if story.created_at > first]
    subtype = call.query.get("resource_subtype")
    if subtype is not None:
        if subtype != "comment_added":
            raise bad("resource_subtype: Only comment_added is supported")
        stories = [story for story in stories if story.resource_subtype == subtype]
    if call.flag("sort_ascending") is False:
        stories.reverse()
    return call.many(STORY, stories)


@route("POST", "/tasks/*/stories")
def create_story(call: Call, gid: str) -> Response:
    task = call.find(Task, gid)
    text, html = call.data.get("text"), call.data.get("html_text")
    if (text is None) == (html is None):
        raise bad("text: Specify exactly one of text and html_text")
    pinned = bool(call.data.get("is_pinned", False))
    story = acts.comment(call.state, call.actor, task, str(text or ""), html=str(html or ""), pinned=pinned)
    return call.one(STORY, story, 201)


@route("GET", "/stories/*")
def get_story(call: Call, gid: str) -> Response:
    return call.one(STORY, call.find(Story, gid))


@route("PUT", "/stories/*")
def update_story(call: Call, gid: str) -> Response:
    story = call.find(Story, gid)
    text, html = call.data.get("text"), call.data.get("html_text")
    if text is not None and html is not None:
        raise bad("text: Specify only one of text and html_text")
    acts.edit_comment(call.state, call.actor, story, text=text, html=html, pinned=call.data.get("is_pinned"))
    return call.one(STORY, story)


@route("DELETE", "/stories/*")
def delete_story(call: Call, gid: str) -> Response:
    acts.delete_comment(call.state, call.actor, call.find(Story, gid))
    return call.empty()
