"""What a vendor's failures look like: status, body and headers, by vendor.

Bodies after Asana's error documentation and Notion's request-limits and status-codes pages.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import orjson

from connectors.sandbox.core import Json, Response
from connectors.sandbox.faults import Fault

_ASANA_HELP = (
    "For more information on API status codes and how to handle them, read the docs on errors: "
    "https://developers.asana.com/docs/errors"
)
_ASANA_WORDS = {
    400: "Bad request", 401: "Not Authorized", 402: "This feature requires a paid plan.", 403: "Forbidden",
    404: "Not Found", 412: "Sync token invalid or too old. If you are attempting to keep resources in sync, "
    "you must fetch the full dataset for this query now and use the new sync token for the next sync.",
    429: "You have made too many requests recently. Please, be chill.", 500: "Server Error",
    502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
}  # fmt: skip
_NOTION_CODES = {
    400: ("validation_error", "body failed validation."),
    401: ("unauthorized", "API token is invalid."),
    403: ("restricted_resource", "Insufficient permissions for this endpoint."),
    404: ("object_not_found", "Could not find the resource."),
    409: ("conflict_error", "Conflict occurred while saving. Please try again."),
    429: ("rate_limited", "You have been rate limited. Please try again in a few minutes."),
    500: ("internal_server_error", "Unexpected error occurred."),
    503: ("service_unavailable", "Notion is unavailable, please try again later."),
    504: ("gateway_timeout", "Notion encountered a timeout, please try again later."),
    529: ("service_overload", "Notion is overloaded, please try again later."),
}
_SAVED = "The change was saved, but the response could not be built in time."


def fails_before(fault: Fault, vendor: str) -> Response:
    """The answer to a request that never reached the vendor's work."""
    if fault.kind == "expired_offset":
        if vendor == "asana":
            return Response(400, _asana_error("offset: Your pagination token has expired."))
        return Response(400, _notion_error(400, message="The start_cursor provided is invalid."))
    return failure(vendor, int(fault.kind), fault.retry_after)


def fails_after(fault: Fault, vendor: str, answer: Response) -> Response:
    """What reaches the client of an answer that the vendor did work out."""
    if fault.kind == "not_json":
        page = b"<!DOCTYPE html><html><head><title>Just a moment</title></head><body>Please wait.</body></html>"
        return Response(200, page, {"content-type": "text/html; charset=utf-8"})
    if fault.kind == "empty":
        return Response(answer.status, b"", answer.headers)
    if fault.kind == "saved_503":
        return _saved(vendor, answer)
    return answer


def failure(vendor: str, status: int, retry_after: int | None = None) -> Response:
    """An error answer as this vendor words it. 502 is HTML: it comes from the edge."""
    wait = retry_after if retry_after is not None else (1 if status in (429, 529) else None)
    headers = {} if wait is None else {"retry-after": str(wait)}
    if status == 502:
        page = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
        return Response(502, page, headers | {"content-type": "text/html"})
    if vendor == "notion":
        return Response(status, _notion_error(status, wait), headers)
    body = _asana_error(_ASANA_WORDS.get(status, "Error"))
    if status == 412:
        body["sync"] = uuid4().hex
    if status == 500:
        body["errors"][0] = {"message": "Server Error", "phrase": "6 sad squid snuggle softly"}
    return Response(status, body, headers)


def server_error(vendor: str) -> Response:
    """A 500 of this vendor."""
    return failure(vendor, 500)


def _asana_error(message: str) -> dict[str, Any]:
    return {"errors": [{"message": message, "help": _ASANA_HELP}]}


def _notion_error(status: int, wait: int | None = None, message: str = "") -> dict[str, Any]:
    code, words = _NOTION_CODES.get(status, ("internal_server_error", "Unexpected error occurred."))
    body: dict[str, Any] = {
        "object": "error", "status": status, "code": code, "message": message or words, "request_id": str(uuid4()),
    }  # fmt: skip
    if status in (429, 529):
        reason = "public_api_request_rate_limit" if status == 429 else "service_overload"
        body["additional_data"] = {"rate_limit_reason": reason, "retry_after": str(wait)}
    return body


def _saved(vendor: str, answer: Response) -> Response:
    """Saved, and still a 503. A request that failed on its own merits is answered as it was."""
    if answer.status >= 400:
        return answer
    if vendor == "asana":
        return failure("asana", 503)
    body = _notion_error(503, message=_SAVED)
    about: dict[str, Any] = {
        "elapsed_ms": "55012", "deadline_ms": "55000",
        "retry_guidance": ["Read the object again to confirm the saved change.", "Do not repeat the write."],
    }  # fmt: skip
    made: Json = orjson.loads(answer.body) if isinstance(answer.body, bytes) else answer.body
    if isinstance(made, dict) and made.get("object") in ("page", "database"):
        about["committed_resource_id"] = made["id"]
    elif isinstance(made, dict) and made.get("object") == "list":
        about["committed_child_ids"] = [one["id"] for one in made.get("results", []) if "id" in one]
    body["additional_data"] = about
    return Response(503, body)
