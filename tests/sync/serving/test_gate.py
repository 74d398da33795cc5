"""Who may ask for what, by where the service listens, the address it was asked under, and the token given."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from sync.serving.gate import Gate, is_loopback

TOKEN = "correct horse ü"


def asked(host: str = "127.0.0.1:8080", authorization: str | None = None) -> Request:
    given: dict[str, Any] = {"host": host, "authorization": authorization}
    headers = [(name.encode(), value.encode("latin-1")) for name, value in given.items() if value is not None]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers, "query_string": b""})


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


OPEN = Gate("0.0.0.0", TOKEN, "HANDRAIL_SERVE_TOKEN")


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (None, 401),
        ("", 401),
        ("Bearer", 401),
        ("Bearer wrong", 401),
        ("Basic", 401),
        ("Basic ???", 401),
        (basic("", TOKEN), None),
        (basic("anybody", TOKEN), None),
        (basic(TOKEN, ""), 401),
        (basic("anybody", TOKEN + " "), 401),
        ("bearer " + TOKEN.encode().decode("latin-1"), None),
        ("Digest " + TOKEN.encode().decode("latin-1"), 401),
    ],
)
def test_the_token_is_asked_for(authorization: str | None, status: int | None) -> None:
    refused = OPEN.refusal(asked("handrail.example.com", authorization))
    assert (refused.status_code if refused else None) == status
    if refused:
        assert refused.headers["www-authenticate"].startswith("Basic ")


def test_without_a_token_nobody_may_and_the_variable_is_named() -> None:
    for given_token in (None, ""):
        refused = Gate("::", given_token, "MY_TOKEN").refusal(asked("h", "Bearer "))
        assert refused is not None
        assert (refused.status_code, "MY_TOKEN" in bytes(refused.body).decode()) == (403, True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.8.8.8:80", "[::1]:8080", "LOCALHOST.:1"])
def test_on_loopback_its_own_names_are_answered_without_a_token(host: str) -> None:
    gate = Gate("127.0.0.1", None, "T")
    assert gate.stranger(asked(host)) is None
    assert gate.refusal(asked(host)) is None


@pytest.mark.parametrize("host", ["", "evil.example", "127.0.0.1.evil.example", "[::1", "localhost@evil.example"])
def test_on_loopback_other_names_are_refused(host: str) -> None:
    refused = Gate("localhost", None, "T").stranger(asked(host))
    assert refused is not None
    assert refused.status_code == 403


def test_behind_a_proxy_loopback_is_not_only_this_machine() -> None:
    gate = Gate("127.0.0.1", TOKEN, "T", "https://Handrail.example.com/base")
    assert gate.stranger(asked("handrail.example.com")) is None
    assert gate.stranger(asked("other.example.com")) is not None
    refused = gate.refusal(asked("127.0.0.1"))
    assert refused is not None
    assert refused.status_code == 401
    at_home = Gate("127.0.0.1", TOKEN, "T")
    forwarded = asked()
    forwarded.scope["headers"].append((b"x-forwarded-for", b"203.0.113.9"))
    assert at_home.knows(asked())
    assert not at_home.knows(Request(forwarded.scope))


@given(st.text())
def test_no_header_breaks_it(text: str) -> None:
    assert OPEN.refusal(asked("h", text.encode("utf-8", "replace").decode("latin-1"))) is not None
    assert isinstance(is_loopback(text), bool)
