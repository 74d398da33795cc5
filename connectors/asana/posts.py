"""What people are told: status updates, comments, a project's brief. Each is looked for before it is repeated.

Every text of ours ends in a short mark: which change it is of, and a hash of its words. Asana knows no idempotency
keys, and a status update cannot be edited, so the mark is what tells ours from a person's, and edited from untouched.
"""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from connectors.asana.mapping import gid_of, instant
from connectors.asana.sdk import Endpoints
from connectors.errors import Rejected, Transient
from connectors.model import PostComment, PostStatus, PutBrief, Receipt

Json = Any
_WEEK = timedelta(days=7)
_MARK = re.compile(r"\s*\[handrail ([0-9a-f]{8})\.([0-9a-f]{8})\]\s*$")
_TAGS = frozenset({"body", "strong", "em", "u", "s", "code", "pre", "a", "ol", "ul", "li", "h1", "h2", "hr"})
"""What we send of Asana's rich text; its documents promise these."""


class Posts:
    """One or two reads and one write a change. `me`: our own gid; `clock`: for "at most one a week"."""

    def __init__(self, source: str, api: Endpoints, me: Callable[[], str], clock: Callable[[], datetime]) -> None:
        self._source, self._api, self._me, self._clock = source, api, me, clock

    def status(self, change: PostStatus) -> Receipt:
        """Post a status update. `found`: it is there, or ours before it says the same; `moved_on`: we said something
        less than a week ago."""
        if (there := self._standing(change)) is not None:
            return there
        data = {
            "parent": change.container.id, "status_type": change.status, "title": change.title,
            **_body(change.text, _mark(change.key, f"{change.status} {change.title} {change.text}"), change.link),
        }  # fmt: skip
        create = self._api.statuses.create_status_for_object
        try:
            made = self._api.one(create, {"data": data}, fields="title,text,status_type")
        except Transient as error:
            there = self._standing(change) if error.uncertain else None
            if there is None or there.outcome != "found":
                raise
            return there
        return Receipt(change.key, "written", made["gid"])

    def _standing(self, change: PostStatus) -> Receipt | None:
        """What there is of ours instead of it; None when it is to be posted."""
        listing = self._api.statuses.get_statuses_for_object
        every = self._api.all(listing, change.container.id, fields="text,status_type,created_at,created_by")
        ours = [one for one in every if gid_of(one.get("created_by")) == self._me()]
        ours.sort(key=lambda one: instant(one["created_at"]))
        if not ours:
            return None
        newest = ours[-1]
        found = _MARK.search(newest.get("text") or "")
        wanted = _hash(f"{change.status} {change.title} {change.text}")
        if found and found[2] == wanted:
            return Receipt(change.key, "found", newest["gid"])
        if self._clock() - instant(newest["created_at"]) < _WEEK:
            note = f"the last status update of ours is of {newest['created_at'][:10]}: at most one a week"
            return Receipt(change.key, "moved_on", newest["gid"], note=note)
        return None

    def comment(self, change: PostComment) -> Receipt:
        """Comment on a task, once for each key; `found` when the comment is there."""
        if (there := self._comment(change)) is not None:
            return Receipt(change.key, "found", there["gid"])
        data = {**_body(change.text, _mark(change.key, change.text), change.link), "is_pinned": change.pinned}
        try:
            made = self._api.one(
                self._api.stories.create_story_for_task, {"data": data}, change.ref.id, fields="text"
            )
        except Transient as error:
            made = self._comment(change) if error.uncertain else None
            if made is None:
                raise
        return Receipt(change.key, "written", made["gid"])

    def _comment(self, change: PostComment) -> Json | None:
        """The oldest comment of ours with this mark."""
        listing = self._api.stories.get_stories_for_task
        every = self._api.all(listing, change.ref.id, fields="text,created_by,resource_subtype")
        for one in every:
            mark = _MARK.search(one.get("text") or "")
            if mark and mark[1] == _hash(change.key) and gid_of(one.get("created_by")) == self._me():
                return one
        return None

    def brief(self, change: PutBrief) -> Receipt:
        """Write the project's brief. `moved_on` when a person edited ours; Rejected when a person wrote it."""
        there = self._brief(change)
        if there is not None and (held := _held(there, change)) is not None:
            return held
        data = {"title": change.title, **_body(change.text, _mark(change.key, change.text))}
        briefs = self._api.briefs
        try:
            if there is None:
                made = self._api.one(briefs.create_project_brief, {"data": data}, change.container.id, fields="title")
            else:
                made = self._api.one(briefs.update_project_brief, {"data": data}, there["gid"], fields="title")
        except Transient as error:
            made = self._brief(change) if error.uncertain else None
            if made is None or _mark_of(made) != (_hash(change.key), _hash(change.text)):
                raise
        return Receipt(change.key, "written", made["gid"])

    def _brief(self, change: PutBrief) -> Json | None:
        project = self._api.one(self._api.projects.get_project, change.container.id, fields="name,project_brief")
        gid = gid_of(project.get("project_brief"))
        if gid is None:
            return None
        found = self._api.one(self._api.briefs.get_project_brief, gid, fields="title,text")
        if _MARK.search(found.get("text") or "") is None:
            raise Rejected(
                f"project “{project.get('name')}” has a brief that a person wrote; Handrail leaves it alone. "
                "Take it away in Asana if Handrail's should be there"
            )
        return found


def _held(there: Json, change: PutBrief) -> Receipt | None:
    """What comes of the brief as it is; None when it is ours, untouched, and says something else."""
    key, words = _mark_of(there)
    if key != _hash(change.key) or words != _hash(_plain(there["text"])):
        return Receipt(change.key, "moved_on", there["gid"], note="a person edited the brief")
    return Receipt(change.key, "found", there["gid"]) if words == _hash(change.text) else None


def _mark_of(thing: Json) -> tuple[str, str]:
    found = _MARK.search(thing.get("text") or "")
    return (found[1], found[2]) if found else ("", "")


def _mark(key: str, words: str) -> str:
    return f"[handrail {_hash(key)}.{_hash(words)}]"


def _hash(words: str) -> str:
    """Eight letters for words, whatever the blanks and bullets between them and whether they are rich text."""
    text = "".join(_plain(words).replace("•", "").split())
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _plain(words: str) -> str:
    """The words alone, without markup and without our mark."""
    root = _rich(words)
    text = " ".join(root.itertext()) if root is not None else words
    return _MARK.sub("", text)


def _rich(text: str) -> ET.Element | None:
    """The text as Asana's rich text: XML in a `<body>`, known tags, and no link in a link; else None."""
    if not text.lstrip().startswith("<body"):
        return None
    try:
        root = ET.fromstring(text)  # noqa: S314 - our own text, and entities are not expanded from outside
    except ET.ParseError:
        return None
    known = all(one.tag in _TAGS for one in root.iter())
    nested = any(len(list(link.iter("a"))) > 1 for link in root.iter("a"))
    return root if root.tag == "body" and known and not nested else None


def _body(text: str, mark: str, link: str = "") -> dict[str, str]:
    """`html_text` where the text is valid rich text, else `text`, which Asana escapes; at its end link and mark."""
    root = _rich(text)
    if root is None:
        more = f"\n\nAll of it: {link}" if link else ""
        return {"text": f"{text}{more}\n\n{mark}"}
    if link:
        if len(root):
            root[-1].tail = f"{root[-1].tail or ''}\n\n"
        ET.SubElement(root, "a", href=link).text = "All of it"
    last = ET.SubElement(root, "em")
    last.text, last.tail = mark, None
    if len(root) > 1:
        root[-2].tail = f"{root[-2].tail or ''}\n\n"
    else:
        root.text = f"{root.text or ''}\n\n"
    return {"html_text": ET.tostring(root, encoding="unicode")}
