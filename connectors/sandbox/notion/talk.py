"""Acts on comments, uploads and asynchronous tasks."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.sandbox.core import Json, Somebody
from connectors.sandbox.notion import texts
from connectors.sandbox.notion.records import Block, Comment, Upload
from connectors.sandbox.notion.tables import Tables
from connectors.sandbox.notion.times import exact


class Talk(Tables):
    """What people say beside the content."""

    def comment(
        self, by: Somebody | str, on: str, said: str | list[Json], discussion: str | None = None,
        display_name: Json = None, attachments: Sequence[Json] = (),
    ) -> Comment:  # fmt: skip
        """A comment on a page or block, in a new discussion or an existing one."""
        actor, node, instant = self.who(by), self.nodes[on], self.world.tick()
        rich = texts.simple(said) if isinstance(said, str) else said
        made = Comment(
            self.new_id("comment"), discussion or self.new_id("discussion"),
            "block" if isinstance(node, Block) else "page", node.id, instant, actor.uuid, instant, rich,
            _display_name(display_name, actor), list(attachments),
        )  # fmt: skip
        self.comments[made.id] = made
        self._told("comment.created", made, actor)
        return made

    def change_comment(self, by: Somebody | str, comment: Comment, said: list[Json]) -> None:
        """Say it otherwise."""
        comment.rich_text, comment.edited = said, self.world.tick()
        self._told("comment.updated", comment, self.who(by))

    def drop_comment(self, by: Somebody | str, comment: Comment) -> None:
        """Take it away; the first comment of a thread takes the thread with it."""
        thread = [one for one in self.comments.values() if one.discussion == comment.discussion]
        for one in thread if thread[0] is comment else [comment]:
            del self.comments[one.id]
            self._told("comment.deleted", one, self.who(by))

    def resolve(self, discussion: str) -> None:
        """Close a discussion: it is no longer listed."""
        self.resolved.add(discussion)

    def _told(self, event: str, comment: Comment, by: Somebody) -> None:
        node = self.nodes[comment.parent]
        if self.herald.subscriptions and self.visible(node, self.world.people.bot):
            parent = {"id": node.id, "type": comment.parent_kind}
            data = {"page_id": self.page_of(node).id, "parent": parent}
            self.herald.note(event, {"id": comment.id, "type": "comment"}, by, data)

    def new_upload(
        self, by: Somebody, filename: str | None, content_type: str | None, mode: str, parts: int | None
    ) -> Upload:  # fmt: skip
        """A file that is to be sent."""
        made = Upload(
            self.new_id("upload"), self.world.tick(), by.uuid, filename, content_type, mode=mode, total_parts=parts
        )  # fmt: skip
        self.uploads[made.id] = made
        return made

    def new_task(self, result: Json) -> Json:
        """A task that is queued now and done at the next look."""
        id_ = "task_" + self.new_id("task").replace("-", "")
        task = {
            "object": "async_task", "id": id_, "status": "queued",
            "status_url": f"https://api.notion.com/v1/async_tasks/{id_}", "created_time": exact(self.world.now()),
        }  # fmt: skip
        operation = {"operation": {"surface": "rest", "name": "PATCH /v1/pages/:page_id/markdown"}}
        self.tasks[id_] = task | operation | {"status": "succeeded", "result": result}
        return task | {"poll_after_seconds": 2} | operation


def _display_name(wanted: Json, actor: Somebody) -> Json:
    kind = (wanted or {}).get("type", "integration" if actor.is_bot else "user")
    name = wanted["custom"]["name"] if kind == "custom" else actor.name
    return {"type": kind, "resolved_name": name}
