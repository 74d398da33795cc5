"""Asking the pretend Notion directly, without a server; and columns of every type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.core import Request, Response
from connectors.sandbox.notion import NotionSide

NOW = datetime(2026, 11, 2, 10, 15, 30, tzinfo=UTC)


@dataclass
class Asker:
    """Asks as one token at one version."""

    side: NotionSide
    token: str = "ntn_x"
    version: str = "2026-03-11"
    headers: Mapping[str, str] = field(default_factory=dict)

    def raw(self, method: str, path: str, body: Any = None, **query: Any) -> Response:
        pairs = [(k, v) for k, value in query.items() for v in (value if isinstance(value, list) else [value])]
        headers = {"authorization": f"Bearer {self.token}", "notion-version": self.version, **self.headers}
        sent = json.dumps(body).encode() if body is not None else b""
        answer = self.side.handle(Request(method, f"/v1{path}", tuple(pairs), headers, sent))
        json.dumps(answer.body)
        return answer

    def __call__(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.raw(method, path, body, **query)
        assert answer.status < 300, answer.body
        return answer.body

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.raw(method, path, body, **query)
        assert answer.status >= 400, answer.body
        assert answer.body["status"] == answer.status
        assert answer.headers["x-notion-request-id"] == answer.body["request_id"]
        return answer.body


def said(text: str) -> list[Any]:
    """Rich text of a request."""
    return [{"text": {"content": text}}]


COLUMNS: dict[str, Any] = {
    "Name": {"title": {}},
    "Status": {"status": {"options": [
        {"name": "New", "group": "To-do"}, {"name": "Doing", "group": "In progress"},
        {"name": "Done", "group": "Complete"},
    ]}},
    "Team": {"select": {"options": [{"name": "Design"}, {"name": "MOps"}]}},
    "Tags": {"multi_select": {"options": [{"name": "a"}, {"name": "b"}]}},
    "Note": {"rich_text": {}}, "Size": {"number": {"format": "number"}}, "Due": {"date": {}},
    "Owner": {"people": {}}, "Ready": {"checkbox": {}}, "Link": {"url": {}}, "Mail": {"email": {}},
    "Phone": {"phone_number": {}}, "Files": {"files": {}}, "Sum": {"formula": {"expression": "1+1"}},
    "Rolled": {"rollup": {"function": "sum", "relation_property_name": "Needs", "rollup_property_name": "Size"}},
    "Made": {"created_time": {}}, "Maker": {"created_by": {}}, "Edited": {"last_edited_time": {}},
    "Editor": {"last_edited_by": {}}, "No": {"unique_id": {"prefix": "BR"}}, "Push": {"button": {}},
    "Checked": {"verification": {}}, "Where": {"place": {}},
}  # fmt: skip
