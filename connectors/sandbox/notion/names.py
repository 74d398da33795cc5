"""How people, groups, options, pages and files are shown, and how requests may refer to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from connectors.sandbox.core import Json, Somebody
from connectors.sandbox.notion import texts
from connectors.sandbox.notion.errors import bad_body, check_length
from connectors.sandbox.notion.records import Database, Node, Page, Property

if TYPE_CHECKING:
    from connectors.sandbox.notion.store import Store


def uuid_of(value: Json) -> str | None:
    """The id with hyphens, whether it came with them or not; None when it is no uuid."""
    try:
        return str(UUID(str(value)))
    except ValueError:
        return None


class Names:
    """Looks up and shows what values refer to."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.new_id = store.new_id
        self._people: dict[str, Json] = {}

    def user(self, person: Somebody) -> Json:
        """A user object, complete."""
        user: dict[str, Json] = {"object": "user", "id": person.uuid, "name": person.name, "avatar_url": None}
        if not person.is_bot:
            inner = {"email": person.email} if person.email else {}
            return user | {"type": "person", "person": inner}
        settings = self.store.settings
        return user | {
            "type": "bot",
            "bot": {
                "owner": {"type": "workspace", "workspace": True},
                "workspace_name": settings.workspace_name,
                "workspace_id": settings.workspace_id,
                "workspace_limits": {"max_file_upload_size_in_bytes": settings.max_upload_bytes},
            },
        }

    def person(self, id_: str) -> Json:
        """A person, bot or group by uuid, complete; only the id of somebody unknown."""
        if id_ not in self._people:
            found = self.store.world.people.find(id_)
            if found is None and id_ in self.store.groups:
                self._people[id_] = {"object": "group", "id": id_, "name": self.store.groups[id_]}
            else:
                self._people[id_] = self.user(found) if found else {"object": "user", "id": id_}
        return self._people[id_]

    def option(self, prop: Property, id_: str) -> Json:
        """A select, multi_select or status value; None when the option is gone."""
        found = next((o for o in prop.options if o.id == id_), None)
        return {"id": found.id, "name": found.name, "color": found.color} if found else None

    def person_id(self, body: Json, path: str) -> str:
        """The uuid of the person or group that a request means."""
        raw = str(body.get("id", "")) if isinstance(body, Mapping) else str(body)
        id_ = uuid_of(raw)
        if id_ is None or (self.store.world.people.find(id_) is None and id_ not in self.store.groups):
            raise bad_body(f"{path}.id", f'should be a valid user id, instead was `"{raw}"`.')
        return id_

    def somebody(self, one: Somebody | str) -> str:
        """The uuid of a person or group given by name or id, or as the person. KeyError for an unknown one."""
        if isinstance(one, str) and one in self.store.groups:
            return one
        return self.store.who(one).uuid

    def related_id(self, body: Json, prop: Property, path: str) -> str:
        """The row that a request's relation means."""
        raw = body.get("id") if isinstance(body, Mapping) else body
        page = self.store.find(uuid_of(raw) or "", Page)
        if page is None:
            raise self.store.not_found("page", str(raw))
        if page.parent != prop.config.get("data_source_id"):
            raise bad_body(f"{path}.id", "should be a page of the related data source.")
        return page.id

    def file(self, body: Json, path: str) -> Json:
        """A file value as shown: external ones as they are, uploads as files that expire."""
        body = texts.check_object(body, path)
        if "external" in body:
            url = str(texts.check_object(body["external"], f"{path}.external").get("url", ""))
            check_length(f"{path}.external.url", len(url), 2000)
            return {"name": body.get("name", url), "type": "external", "external": {"url": url}}
        upload = self.store.uploads.get(
            uuid_of(texts.check_object(body.get("file_upload") or {}, f"{path}.file_upload").get("id")) or ""
        )
        if upload is None or upload.status != "uploaded":
            raise bad_body(f"{path}.file_upload.id", "should be the id of an uploaded file.")
        upload.attached = True
        return {"name": body.get("name") or upload.filename, "type": "file", "file": self.file_url(upload.id)}

    def file_url(self, upload_id: str) -> Json:
        """Where an upload can be read; such URLs expire after an hour in the real Notion."""
        upload = self.store.uploads[upload_id]
        name = re.sub(r"[^A-Za-z0-9._-]", "_", upload.filename or "file")
        return {
            "url": f"https://prod-files-secure.s3.us-west-2.amazonaws.com/{upload_id}/{name}",
            "expiry_time": self.store.hour_from_now(),
        }

    def title(self, node: Node) -> str:
        """A page's or database's title as plain text."""
        if isinstance(node, Page):
            return texts.plain(node.values.get("title") or [])
        return texts.plain(getattr(node, "title", []))

    def url(self, node: Node) -> str:
        """A page's or database's URL: the title's words and the id without hyphens."""
        slug = re.sub(r"[^A-Za-z0-9]+", "-", self.title(node)).strip("-") if isinstance(node, Page) else ""
        return self.store.settings.site + (f"{slug}-" if slug else "") + node.id.replace("-", "")

    def mention(self, kind: str, id_: str) -> Json:
        """What a mention shows: (inner object, plain text, href), or None when there is nothing of this id."""
        id_ = uuid_of(id_) or id_
        if kind == "user":
            found = self.store.world.people.find(id_)
            return (self.person(found.uuid), f"@{found.name}", None) if found else None
        node = self.store.nodes.get(id_)
        if not isinstance(node, Page if kind == "page" else Database):
            return None
        return {"id": node.id}, self.title(node) or "Untitled", self.url(node)
