"""How the pretend Notion says no: status, code, message and extra data, as the real one's error bodies."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.sandbox.core import Json


class ApiError(Exception):
    """An answer that is an error body. `code` as in Notion's documentation of status codes."""

    def __init__(
        self, status: int, code: str, message: str, *, additional_data: Json = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.additional_data = additional_data
        self.headers = dict(headers or {})

    def body(self, request_id: str) -> Json:
        """The JSON body, keys in the real order."""
        body = {"object": "error", "status": self.status, "code": self.code, "message": self.message}
        if self.additional_data is not None:
            body["additional_data"] = self.additional_data
        return body | {"request_id": request_id}


def invalid(message: str) -> ApiError:
    """400 `validation_error` with this very message."""
    return ApiError(400, "validation_error", message)


def bad_body(path: str, complaint: str) -> ApiError:
    """400 for a place in the body, in Notion's words: `body failed validation: body.x should be …`."""
    return invalid(f"body failed validation: {path} {complaint}")


def check_length(path: str, length: int, limit: int) -> None:
    """400 when something is longer than the documented limit."""
    if length > limit:
        raise bad_body(f"{path}.length", f"should be ≤ `{limit}`, instead was `{length}`.")


def undefined(path: str) -> ApiError:
    """400 for a missing part of the body."""
    return bad_body(path, "should be defined, instead was `undefined`.")
