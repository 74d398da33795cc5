"""Who may ask: a person at this machine, or one who has the token. Pure but for the environment it is given.

On loopback a web page elsewhere could still send the browser here under a name of its own (DNS rebinding), so there
only loopback's names are answered. Behind a proxy, and so with a `public_url` or a header that proxies set, whoever
asks on loopback may be anybody.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


@dataclass(frozen=True, slots=True, repr=False)
class Gate:
    """`host`: the address we are bound to. `token`: None when its variable is not set. `public`: `public_url`."""

    host: str
    token: str | None
    variable: str
    public: str | None = None

    @property
    def local(self) -> bool:
        """Whether only this machine can ask."""
        return is_loopback(self.host) and (self.public is None or is_loopback(urlsplit(self.public).hostname or ""))

    def stranger(self, request: Request) -> Response | None:
        """The refusal of a request whose Host is none of ours; None: it may be answered."""
        if not is_loopback(self.host):
            return None
        name = _name(request.headers.get("host", ""))
        if is_loopback(name) or (self.public and name == (urlsplit(self.public).hostname or "").lower()):
            return None
        return answer(f"This service does not answer as {name[:80]!a}; ask for 127.0.0.1 or localhost.\n", 403)

    def knows(self, request: Request) -> bool:
        """Whether whoever asks may see all of it."""
        at_home = self.local and not any(name in request.headers for name in _FORWARDED)
        return at_home or self._token_given(request)

    def refusal(self, request: Request) -> Response | None:
        """The refusal of who may not see all of it; None: go on."""
        if self.knows(request):
            return None
        if not self.token:
            return answer(
                f"Set {self.variable} in the service's environment; then ask with it as the password.\n", 403
            )
        return answer("Any user name, and the token of this service as the password.\n", 401, {
            "WWW-Authenticate": 'Basic realm="Handrail", charset="UTF-8"'
        })  # fmt: skip

    def _token_given(self, request: Request) -> bool:
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        match kind.lower():
            case "bearer":
                given = value.strip().encode("latin-1")
            case "basic":
                given = _password(value)
            case _:
                return False
        return bool(self.token) and hmac.compare_digest(given, str(self.token).encode())


def answer(text: str, status: int = 200, more: Mapping[str, str] | None = None) -> Response:
    """A sentence as plain text, with the headers that every answer of ours has."""
    return PlainTextResponse(text, status, {**HEADERS, **(more or {})})


def is_loopback(host: str) -> bool:
    """Whether this name or address can only be this machine."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _password(value: str) -> bytes:
    try:
        return base64.b64decode(value.strip(), validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""
