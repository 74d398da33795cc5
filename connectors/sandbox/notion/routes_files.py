"""File uploads: created, sent in one or more parts, completed."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.message import Message

from connectors.sandbox.core import Json
from connectors.sandbox.notion.call import Call, listed, route
from connectors.sandbox.notion.errors import bad_body, check_length, invalid, undefined
from connectors.sandbox.notion.records import Upload

LONGEST_NAME = 900
LIFETIME = timedelta(hours=1)


def _shown(call: Call, upload: Upload) -> Json:
    return call.shapes.upload(upload, base_url(call))


def base_url(call: Call) -> str:
    """Where this API is reached, by the request's own host; `/v1/…` follows."""
    host = call.request.headers.get("host")
    return f"http://{host}/notion" if host else "https://api.notion.com"


@route("POST", "/file_uploads")
def create(call: Call) -> Json:
    mode, name = call.body.get("mode", "single_part"), call.body.get("filename")
    if mode not in ("single_part", "multi_part", "external_url"):
        raise bad_body(
            "body.mode", f'should be `"single_part"`, `"multi_part"` or `"external_url"`, instead was `"{mode}"`.'
        )
    if mode == "external_url":
        raise invalid("The sandbox imports nothing from other hosts: send the file instead.")
    parts = call.body.get("number_of_parts")
    if mode == "multi_part" and (not name or not isinstance(parts, int)):
        raise undefined("body.filename" if not name else "body.number_of_parts")
    check_length("body.filename", len((name or "").encode()), LONGEST_NAME)
    made = call.side.new_upload(call.actor, name, call.body.get("content_type"), mode, parts)
    return _shown(call, made)


def upload_of(call: Call) -> Upload:
    """The upload of the path; one that nothing used in time has expired."""
    upload = call.side.uploads.get(call.id("file_upload_id"))
    if upload is None:
        raise call.side.not_found("file_upload", call.id("file_upload_id"))
    _age(call, upload)
    return upload


def _age(call: Call, upload: Upload) -> None:
    if not upload.attached and call.side.world.now() >= upload.created + LIFETIME:
        upload.status = "expired"


@route("GET", "/file_uploads")
def list_uploads(call: Call) -> Json:
    wanted = call.request.arg("status")
    for upload in call.side.uploads.values():
        _age(call, upload)
    newest = [u.id for u in reversed(call.side.uploads.values()) if wanted in (None, u.status)]
    ids, after = call.cut(newest)
    return listed([_shown(call, call.side.uploads[id_]) for id_ in ids], after, "file_upload")


@route("GET", "/file_uploads/{file_upload_id}")
def get_upload(call: Call) -> Json:
    return _shown(call, upload_of(call))


@route("POST", "/file_uploads/{file_upload_id}/send")
def send(call: Call) -> Json:
    upload = upload_of(call)
    if upload.status != "pending":
        raise invalid(f"File upload {upload.id} has status {upload.status}: only a pending one can be sent.")
    fields = _parts(call)
    if "file" not in fields:
        raise undefined("body.file")
    sent = fields["file"]
    content = sent.get_payload(decode=True)
    content = content if isinstance(content, bytes) else b""
    number = 1
    if upload.mode == "multi_part":
        raw = fields["part_number"].get_payload() if "part_number" in fields else ""
        if not str(raw).isdigit() or not 1 <= int(str(raw)) <= (upload.total_parts or 1):
            raise bad_body("body.part_number", f"should be from 1 to {upload.total_parts}.")
        number = int(str(raw))
    if len(content) > call.side.settings.max_upload_bytes:
        raise invalid("File size exceeds the limit of this workspace.")
    upload.parts[number] = content
    upload.filename = upload.filename or sent.get_filename()
    upload.content_type = upload.content_type or sent.get_content_type()
    if upload.mode == "single_part":
        upload.status = "uploaded"
    return _shown(call, upload)


@route("POST", "/file_uploads/{file_upload_id}/complete")
def complete(call: Call) -> Json:
    upload = upload_of(call)
    if upload.mode != "multi_part" or len(upload.parts) != upload.total_parts:
        raise invalid(f"{len(upload.parts)} of {upload.total_parts or 1} parts have been sent.")
    upload.status = "uploaded"
    return _shown(call, upload)


def _parts(call: Call) -> dict[str, Message]:
    """A multipart body's parts by name."""
    kind = call.request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise invalid("Content-Type should be multipart/form-data.")
    whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + call.request.body)
    parts = whole.get_payload() if whole.is_multipart() else []
    named = {}
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, Message):
            named[str(part.get_param("name", "", "content-disposition"))] = part
    return named
