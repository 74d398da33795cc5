"""Reading an answer to its end, as JSON."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import httpx
import orjson

PARSED = "handrail.json"
"""The key in `response.extensions` under which the parsed body travels, so that nobody parses twice."""

_ABOUT_THE_BODY = frozenset({"content-encoding", "content-length", "transfer-encoding"})


def parsed(response: httpx.Response) -> httpx.Response:
    """The response with its body as Python under `PARSED`; ValueError when it is no JSON.

    Vendors cut names by UTF-16 units, so half an emoji can arrive as a lone surrogate, which no database takes:
    it becomes U+FFFD, in the text too. Everything else stays character for character.
    """
    try:
        response.extensions[PARSED] = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        body = _without_lone_surrogates(json.loads(response.content, parse_constant=_no_number))
        headers = [pair for pair in response.headers.multi_items() if pair[0].lower() not in _ABOUT_THE_BODY]
        extensions = {**response.extensions, PARSED: body}
        return httpx.Response(
            response.status_code, headers=headers, content=orjson.dumps(body), extensions=extensions
        )
    return response


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


def _without_lone_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_lone_surrogates(each) for each in value]
    if isinstance(value, dict):
        return {_without_lone_surrogates(key): _without_lone_surrogates(each) for key, each in value.items()}
    return value
