"""Comments, file uploads and views."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.sandbox.core import Request, World
from connectors.sandbox.notion import NotionSide
from tests.sandbox.notion.asking import Asker, said


def comment(ask: Asker, text: str, **where: Any) -> Any:
    return ask("POST", "/comments", {"rich_text": said(text), **where})


def test_a_comment_as_recorded(ask: Asker, side: NotionSide) -> None:
    made = comment(ask, "This is a test comment.", parent={"page_id": side.shared_page_id})
    assert made["display_name"] == {"type": "integration", "resolved_name": "Handrail"}
    assert made["created_time"] == made["last_edited_time"] == "2026-11-02T10:15:00.000Z"
    assert made["parent"] == {"type": "page_id", "page_id": side.shared_page_id}
    listed = ask("GET", "/comments", block_id=side.shared_page_id)
    assert (listed["type"], [one["id"] for one in listed["results"]]) == ("comment", [made["id"]])
    assert ask("GET", f"/comments/{made['id']}")["rich_text"] == made["rich_text"]


def test_threads_resolve_and_go_with_their_first_comment(ask: Asker, ann: Asker, side: NotionSide) -> None:
    page = side.shared_page_id
    first = comment(ask, "one", parent={"page_id": page})
    reply = comment(ann, "two", discussion_id=first["discussion_id"])
    other = comment(ask, "other", parent={"page_id": page})
    assert reply["discussion_id"] == first["discussion_id"]
    assert reply["display_name"] == {"type": "user", "resolved_name": "Ann"}
    side.resolve(other["discussion_id"])
    listed = ask("GET", "/comments", block_id=page)["results"]
    assert [one["id"] for one in listed] == [first["id"], reply["id"]]
    ask("DELETE", f"/comments/{first['id']}")
    assert ask("GET", "/comments", block_id=page)["results"] == []
    assert ask.refused("GET", f"/comments/{reply['id']}")["code"] == "object_not_found"


def test_comments_on_blocks_in_markdown_and_changed(ask: Asker, side: NotionSide) -> None:
    body = {"children": [{"paragraph": {"rich_text": said("x")}}]}
    block = ask("PATCH", f"/blocks/{side.shared_page_id}/children", body)["results"][0]["id"]
    made = ask("POST", "/comments", {"parent": {"block_id": block}, "markdown": "**Bold**\nnext"})
    assert made["rich_text"][0]["annotations"]["bold"] is True
    assert ask("GET", "/comments", block_id=side.shared_page_id)["results"] == []
    changed = ask("PATCH", f"/comments/{made['id']}", {"rich_text": said("new")})
    assert changed["rich_text"][0]["plain_text"] == "new"
    assert "block_id" in ask.refused("GET", "/comments")["message"]
    assert "body.parent" in ask.refused("POST", "/comments", {"rich_text": said("x")})["message"]


def upload(side: NotionSide, id_: str, content: bytes, part: int | None = None) -> Any:
    lines = [b'--xx\r\nContent-Disposition: form-data; name="file"; filename="chart.png"\r\n'
             b"Content-Type: image/png\r\n\r\n" + content + b"\r\n"]  # fmt: skip
    if part:
        lines.append(f'--xx\r\nContent-Disposition: form-data; name="part_number"\r\n\r\n{part}\r\n'.encode())
    headers = {
        "authorization": "Bearer x", "notion-version": "2026-03-11",
        "content-type": "multipart/form-data; boundary=xx",
    }  # fmt: skip
    request = Request("POST", f"/v1/file_uploads/{id_}/send", (), headers, b"".join(lines) + b"--xx--\r\n")
    return side.handle(request).body


def test_a_file_is_created_sent_and_used(ask: Asker, side: NotionSide, source: str) -> None:
    made = ask("POST", "/file_uploads", {"filename": "chart.png", "content_type": "image/png"})
    assert (made["status"], made["expiry_time"]) == ("pending", "2026-11-02T11:15:00.000Z")
    assert made["upload_url"].endswith(f"/v1/file_uploads/{made['id']}/send")
    sent = upload(side, made["id"], b"\x89PNG\r\n\x00\xff")
    assert (sent["status"], sent["content_length"], "upload_url" in sent) == ("uploaded", 8, False)
    image = {"image": {"type": "file_upload", "file_upload": {"id": made["id"]}}}
    block = ask("PATCH", f"/blocks/{side.shared_page_id}/children", {"children": [image]})["results"][0]
    assert block["image"]["file"]["expiry_time"] == "2026-11-02T11:15:00.000Z"
    row = {
        "parent": {"data_source_id": source},
        "properties": {"Files": {"files": [{"file_upload": {"id": made["id"]}}]}},
    }
    assert ask("POST", "/pages", row)["properties"]["Files"]["files"][0]["name"] == "chart.png"
    assert ask("GET", f"/file_uploads/{made['id']}")["expiry_time"] is None
    assert [one["id"] for one in ask("GET", "/file_uploads", status="uploaded")["results"]] == [made["id"]]


def test_what_is_never_used_expires(ask: Asker, side: NotionSide, world: World) -> None:
    made = ask("POST", "/file_uploads", {"filename": "x.txt"})
    world.advance_to(world.now() + timedelta(minutes=61))
    assert ask("GET", f"/file_uploads/{made['id']}")["status"] == "expired"
    assert "expired" in upload(side, made["id"], b"x")["message"]


def test_a_file_in_parts(ask: Asker, side: NotionSide) -> None:
    made = ask("POST", "/file_uploads", {"mode": "multi_part", "filename": "x.bin", "number_of_parts": 2})
    upload(side, made["id"], b"bb", 2)
    assert "1 of 2 parts" in ask.refused("POST", f"/file_uploads/{made['id']}/complete")["message"]
    assert upload(side, made["id"], b"aa", 1)["number_of_parts"] == {"total": 2, "sent": 2}
    done = ask("POST", f"/file_uploads/{made['id']}/complete")
    assert (done["status"], done["content_length"]) == ("uploaded", 4)
    assert side.uploads[made["id"]].content == b"aabb"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"mode": "magic"}, "body.mode"),
        ({"filename": "x" * 901}, "should be ≤ `900`"),
        ({"mode": "multi_part", "filename": "x"}, "body.number_of_parts"),
        ({"mode": "external_url", "external_url": "https://example.com/x"}, "send the file instead"),
    ],
)
def test_wrong_uploads_are_refused(ask: Asker, body: Any, words: str) -> None:
    assert words in ask.refused("POST", "/file_uploads", body)["message"]


def test_views_are_kept_and_queried(ask: Asker, side: NotionSide, source: str) -> None:
    database = side.nodes[source].parent
    row = side.create_row("Ann", source, {"Name": "x", "Status": "Doing"})
    side.create_row("Ann", source, {"Name": "y"})
    wanted = {"property": "Status", "status": {"equals": "Doing"}}
    view = ask("POST", "/views", {"data_source_id": source, "database_id": database, "name": "Board", "type": "table",
                                  "filter": wanted})  # fmt: skip
    assert view["created_time"].endswith("+00:00")
    assert view["configuration"] == {"type": "table"}
    assert ask("GET", "/views", database_id=database)["results"] == [{"object": "view", "id": view["id"]}]
    assert ask("PATCH", f"/views/{view['id']}", {"name": "New"})["name"] == "New"
    found = ask("POST", f"/views/{view['id']}/queries", {})
    assert (found["total_count"], found["results"]) == (1, [{"object": "page", "id": row.id}])
    path = f"/views/{view['id']}/queries/{found['id']}"
    assert ask("GET", path)["results"] == found["results"]
    assert ask("DELETE", path)["deleted"] is True
    assert ask.refused("GET", path)["status"] == 404
    assert ask("DELETE", f"/views/{view['id']}")["id"] == view["id"]
    assert ask.refused("GET", f"/views/{view['id']}")["code"] == "object_not_found"


def test_a_linked_database_is_placed_on_a_page(ask: Asker, side: NotionSide, source: str) -> None:
    place = {"parent": {"type": "page_id", "page_id": side.shared_page_id}}
    body = {"data_source_id": source, "name": "Chart", "type": "chart", "create_database": place}
    view = ask("POST", "/views", body)
    linked = ask("GET", f"/databases/{view['parent']['database_id']}")
    assert [one["id"] for one in linked["data_sources"]] == [source]
    assert ask("GET", "/custom_emojis")["results"] == []
