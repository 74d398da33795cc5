"""Deliveries that nobody honest sends, as the bytes that go over the wire, and how each is to be answered."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Sequence

from tests.sync.receiver.rig import NOTION, PATH, by_asana, by_notion, page, told

CUT = 0
"""Instead of a status: the connection ends without an answer."""

Attack = tuple[bytes, Sequence[int]]
TARGET = f"/hooks/asana/{PATH}"
MOST = 2 * 1024 * 1024


def request(
    body: bytes, headers: dict[str, str], target: str = TARGET, method: str = "POST", length: int | None = None
) -> bytes:
    """A request as bytes. `length`: what it says its length is."""
    given = {"host": "localhost", **headers}
    if "transfer-encoding" not in given:
        given["content-length"] = str(len(body) if length is None else length)
    head = "".join(f"{name}: {text}\r\n" for name, text in given.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def _true(chance: random.Random) -> bytes:
    return told(*(str(chance.randrange(10**15)) for _ in range(chance.randint(1, 5))))


def bad_signature(chance: random.Random) -> Attack:
    return request(body := _true(chance), by_asana(body, str(chance.random()))), [401]


def no_signature(chance: random.Random) -> Attack:
    return request(_true(chance), {"content-type": "application/json"}), [401]


def signature_of_no_form(chance: random.Random) -> Attack:
    wrong = chance.choice(["", "0" * 63, "g" * 64, "sha256=" + "0" * 64, "é" * 64, "0" * 9_000])
    return request(_true(chance), {"content-type": "application/json", "x-hook-signature": wrong}), [401]


def signature_of_another_body(chance: random.Random) -> Attack:
    return request(_true(chance), by_asana(_true(chance))), [401]


def signature_without_a_bit(chance: random.Random) -> Attack:
    headers = by_asana(body := _true(chance))
    place, right = chance.randrange(64), headers["x-hook-signature"]
    flipped = f"{int(right[place], 16) ^ 1:x}"
    return request(body, headers | {"x-hook-signature": right[:place] + flipped + right[place + 1 :]}), [401]


def truncated(chance: random.Random) -> Attack:
    body = _true(chance)
    return request(body[: chance.randrange(len(body))], by_asana(body)), [401]


def cut_off(chance: random.Random) -> Attack:
    body = _true(chance)
    return request(body[: chance.randrange(len(body))], by_asana(body), length=len(body)), [CUT]


def replayed_elsewhere(chance: random.Random) -> Attack:
    """What one address took, sent to the other, with the signature under both names."""
    body, other = page(str(chance.random())), "/hooks/notion"
    if chance.random() < 0.5:
        return request(body, by_notion(body, NOTION), TARGET), [401]
    body = _true(chance)
    right = by_asana(body)["x-hook-signature"]
    return request(body, by_asana(body) | {"x-notion-signature": f"sha256={right}"}, other), [401]


def oversized(chance: random.Random) -> Attack:
    return request(b"", by_asana(b""), length=chance.choice([MOST + 1, 10**12, 10**300])), [413, 400]


def oversized_in_chunks(_: random.Random) -> Attack:
    body = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    return request(body * 40, by_asana(b"") | {"transfer-encoding": "chunked"}), [413]


def wrong_type(chance: random.Random) -> Attack:
    body = _true(chance)
    kind = chance.choice(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
    return request(body, by_asana(body) | {"content-type": kind}), [415]


def deep_json(chance: random.Random) -> Attack:
    """Signed as it should be: what if the secret were known?"""
    depth = chance.choice([1_000, 100_000])
    body = b'{"events":' + b"[" * depth + b"]" * depth + b"}"
    if chance.random() < 0.5:
        body = b'{"a":' * depth + b"1" + b"}" * depth
    return request(body, by_asana(body)), [400]


def not_utf8(chance: random.Random) -> Attack:
    body = b'{"events":["' + chance.choice([b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80"]) + b'"]}'
    return request(body, by_asana(body)), [400]


def another_shape(chance: random.Random) -> Attack:
    body = chance.choice([
        b"", b"null", b"1", b"[]", b'"x"', b"{}", b'{"events":3}', b'{"events":[1]}', b'{"events":null}', b"{",
        b'{"events":[{"resource":7}]}', told("x" * 1_000), told("nul\0"), told(""), b"\x00" * 50, b"NaN",
    ])  # fmt: skip
    return request(body, by_asana(body)), [400]


def huge_headers(chance: random.Random) -> Attack:
    body, size = _true(chance), chance.choice([400_000, 1_000_000])
    return request(body, by_asana(body) | {"x-more": "x" * size}), [400, CUT]


def garbage(chance: random.Random) -> Attack:
    return b"\x16\x03\x01" + chance.randbytes(chance.randint(30, 300)) + b"\r\n\r\n", [400, CUT]


def pipelined_garbage(chance: random.Random) -> Attack:
    body = _true(chance)
    return request(body, by_asana(body, "wrong")) + chance.randbytes(100) + b"\r\n\r\n", [401, 400]


def garbage_for_a_chunk(chance: random.Random) -> Attack:
    headers = by_asana(b"") | {"transfer-encoding": "chunked"}
    return request(b"5\r\nabcde\r\n" + chance.choice([b"zz\r\n", b"-1\r\n", b"f" * 40 + b"\r\n"]), headers), [
        400,
        CUT,
    ]


def two_lengths(chance: random.Random) -> Attack:
    body = _true(chance)
    length = chance.choice(["1", "-1", "1, 2", "0x10"])
    headers = by_asana(body) | {"Content-Length": length}
    return request(body, headers), [400]


def other_method(chance: random.Random) -> Attack:
    method = chance.choice(["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
    return request(body := _true(chance), by_asana(body), method=method), [405]


def unknown_address(chance: random.Random) -> Attack:
    end = chance.choice(["/nobody", "/%00", "/..%2f..%2fetc", "/" + "a" * 8_000, "/notion", "//", "/%ff%fe", ""])
    return request(body := _true(chance), by_asana(body), target="/hooks/asana" + end), [404]


def late_handshake(chance: random.Random) -> Attack:
    if chance.random() < 0.5:
        return request(b"{}", {"content-type": "application/json", "x-hook-secret": "mine" * 8}), [401]
    body = b'{"verification_token":"secret_of_mine"}'
    return request(body, by_notion(body, "secret_of_mine"), "/hooks/notion"), [401]


ATTACKS: Sequence[Callable[[random.Random], Attack]] = (
    bad_signature, no_signature, signature_of_no_form, signature_of_another_body, signature_without_a_bit, truncated,
    cut_off, replayed_elsewhere, oversized, oversized_in_chunks, wrong_type, deep_json, not_utf8, another_shape,
    huge_headers, garbage, pipelined_garbage, garbage_for_a_chunk, two_lengths, other_method, unknown_address,
    late_handshake,
)  # fmt: skip


def answered(port: int, sent: bytes, ends: bool = False) -> int:
    """The status of the first answer to these bytes, on a connection of their own; CUT when there is none.

    `ends`: the sender goes away after its last byte.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        try:
            line.sendall(sent)
            if ends:
                line.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has heard enough; the answer may lie here all the same
        try:
            first = line.makefile("rb").readline(200)
        except OSError:
            return CUT
    return int(first.split()[1]) if first else CUT
