"""Writes down what goes over the wire, an exchange a line, as the contract checker beside the project reads it."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import httpx

TOOLS = Path(__file__).parents[2] / ".." / "shared" / "tools" / "contract"


class Recording(httpx.BaseTransport):
    """A real transport that notes every exchange that it carries."""

    def __init__(self, path: Path) -> None:
        self._inner = httpx.HTTPTransport()
        self._path, self._lock, self._count = path, threading.Lock(), 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        response.read()
        with self._lock, self._path.open("a", encoding="utf-8") as lines:
            self._count += 1
            lines.write(json.dumps(self._told(request, response), ensure_ascii=False) + "\n")
        return response

    def _told(self, request: httpx.Request, response: httpx.Response) -> dict[str, Any]:
        secret = {"authorization": "Bearer ***"}
        return {
            "n": self._count, "method": request.method, "url": str(request.url), "path": request.url.path,
            "query": [list(pair) for pair in request.url.params.multi_items()],
            "request_headers": {**dict(request.headers), **secret},
            "request": json.loads(request.content) if request.content else None,
            "status": response.status_code, "injected": False, "response_headers": dict(response.headers),
            "response": json.loads(response.content) if response.content else None,
        }  # fmt: skip

    def close(self) -> None:
        self._inner.close()
