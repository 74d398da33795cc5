"""The log: one line an event, with run and request; no secret in it, wherever it came in."""

from __future__ import annotations

import base64
import io
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, Literal

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.serving.logs import Requests, configure, in_run
from sync.serving.secrets import MASK, Secrets
from tests.sync.serving.serving import served

FORMS: tuple[Literal["console", "json"], ...] = ("console", "json")


@contextmanager
def logged(form: Literal["console", "json"], secrets: Secrets, *, verbose: bool = False) -> Iterator[io.StringIO]:
    """What the log says meanwhile; afterwards logging is as it was."""
    root, out = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    try:
        configure(form, secrets, verbose=verbose, stream=out)
        yield out
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(False)
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_one_line_of_json_an_event() -> None:
    with logged("json", Secrets()) as out:
        with in_run("abc123"):
            structlog.get_logger("handrail.http").warning("gave_up", source="asana", status=503, text="a\nb")
        logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
        try:
            raise ValueError("no")
        except ValueError:
            structlog.get_logger("x").exception("broke")
    first, second, third = lines(out)
    assert [*first][:3] == ["time", "level", "event"]
    assert first["time"].endswith("Z")
    assert {"run": "abc123", "source": "asana", "status": 503, "logger": "handrail.http"}.items() <= first.items()
    assert (second["level"], second["event"], second["logger"]) == (
        "info",
        "Started server process [7]",
        "uvicorn.error",
    )
    assert "run" not in second
    assert third["exception"].endswith("ValueError: no")


def test_console_lines_cannot_be_forged() -> None:
    with logged("console", Secrets()) as out:
        structlog.get_logger("x").info("a\n2026-01-01 [info] forged", text="\x1b[31mred\r\nmore")
    assert len(out.getvalue().splitlines()) == 1
    assert "\x1b" not in out.getvalue()


def test_quiet_libraries_and_verbose() -> None:
    with logged("json", Secrets()) as out:
        for client in ("urllib3", "handrail.notion"):
            logging.getLogger(client).info("request success")
        structlog.get_logger("handrail.http").debug("request")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("old", UserWarning, stacklevel=1)
    assert [one["logger"] for one in lines(out)] == ["py.warnings"]
    with logged("json", Secrets(), verbose=True) as out:
        structlog.get_logger("handrail.http").debug("request")
    assert [one["event"] for one in lines(out)] == ["request"]


SECRET = st.text(st.characters(codec="ascii", min_codepoint=33), min_size=16, max_size=60)


@given(known=st.lists(SECRET, min_size=1, max_size=4), around=st.text(max_size=20), form=st.sampled_from(FORMS))
def test_known_secrets_are_in_no_line(known: list[str], around: str, form: Literal["console", "json"]) -> None:
    hidden = Secrets()
    with logged(form, hidden) as out:
        hidden.hide(*known)
        log = structlog.get_logger("handrail.test")
        for one in known:
            text = f"{around}{one}{around}"
            log.info(text, value=text, deep={"a": [text, {one: text}], "b": text.encode()}, error=ValueError(text))
            logging.getLogger("uvicorn.error").warning("for %s", text)
            try:
                raise RuntimeError(text)
            except RuntimeError:
                log.exception("broke")
    assert out.getvalue().count("broke") >= len(known)
    for one in known:
        assert one not in out.getvalue()


ODD = st.integers(0, 2**32)


@given(ODD)
def test_what_looks_like_a_secret_is_in_no_line_though_nobody_told(seed: int) -> None:
    hexes = f"{seed:08x}" * 4
    unguessable = base64.urlsafe_b64encode(sha256(hexes.encode()).digest()).decode().rstrip("=")
    tokens = [
        f"2/{10**9 + seed}/{10**9 + seed}:{hexes}", "ntn_" + hexes, "secret_" + hexes, hexes + "a",
        "eyJ" + hexes + "." + hexes, unguessable + "7a",
    ]  # fmt: skip
    with logged("json", Secrets()) as out:
        log = structlog.get_logger("handrail.test")
        for one in tokens:
            log.info(
                "sent", header=f"Authorization: Bearer {one}", text=f"with {one} in it", path=f"/hooks/asana/{one}?x"
            )
            log.info("kept", authorization="short", x_hook_secret="short", headers={"X-Hook-Signature": "short"})
        log.info("hook", path="/hooks/asana/short")
    assert all(one not in out.getvalue() for one in tokens)
    assert "short" not in out.getvalue()
    assert f"/hooks/asana/{MASK}" in out.getvalue()


def test_what_a_reader_needs_stays() -> None:
    text = (
        "GET /notion/v1/pages/1f00c0de-0000-4000-8000-000000000003 answered 503; task 1201000000000002, run 0abc12def"
    )
    assert Secrets(["", "abc"]).masked(text) == text


def test_each_request_has_an_id_in_the_answer_and_in_the_log() -> None:
    def hello(request: Request) -> Response:
        structlog.get_logger("handrail.test").info("inside")
        return Response("hello", 200 if request.url.path == "/" else 503)

    pages = [Route("/", hello), Route("/hooks/asana/{path}", hello)]
    with logged("json", Secrets()) as out, served(pages, Requests) as client:
        number = client.get("/").headers["x-request-id"]
        own = client.get("/hooks/asana/thepath", headers={"X-Request-ID": "caller-0001"})
        assert own.headers["x-request-id"] == "caller-0001"
        assert client.get("/", headers={"X-Request-ID": "bad id"}).headers["x-request-id"] != "bad id"
    ours = [one for one in lines(out) if one["logger"] != "uvicorn.error"]
    assert [one["event"] for one in ours] == ["inside", "served"] * 3
    assert {one["request"] for one in ours[:2]} == {number}
    assert (ours[3]["level"], ours[3]["status"], ours[3]["path"]) == ("warning", 503, f"/hooks/asana/{MASK}")


@pytest.mark.parametrize("form", FORMS)
def test_it_can_be_set_up_twice(form: Literal["console", "json"]) -> None:
    with logged(form, Secrets()), logged(form, Secrets()) as out:
        structlog.get_logger("x").info("once")
    assert out.getvalue().count("once") == 1
