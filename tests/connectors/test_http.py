"""The door on the wire: what is repeated, how long is waited, and which error comes out."""

from __future__ import annotations

import threading

import httpx
import pytest
import respx

from connectors.errors import ConnectorError, Denied, Garbled, Missing, NotGranted, Rejected, Transient
from connectors.http import Policy, open_door
from tests.connectors.wire import TOKEN, Paced, Wire, ok


def test_429_waits_as_told_and_holds_everybody_up(wire: Wire, vendor: respx.MockRouter) -> None:
    route = vendor.get("/tasks/1").mock(
        side_effect=[httpx.Response(429, json={}, headers={"Retry-After": "17"}), ok()]
    )
    assert wire.door.get("tasks/1").json() == {"data": 1}
    assert route.call_count == 2
    assert wire.slept == [17.0]
    assert wire.pace.paused == [17.0]
    assert wire.pace.turns == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_429_was_turned_away_so_writes_are_repeated_too(wire: Wire, vendor: respx.MockRouter, method: str) -> None:
    route = vendor.request(method, "/x").mock(side_effect=[httpx.Response(429, json={}), ok()])
    assert wire.door.request(method, "x", json={}).status_code == 200
    assert route.call_count == 2
    assert 0 <= wire.slept[0] <= 1


def test_retry_after_as_a_date_counts_from_the_answers_own_clock(wire: Wire, vendor: respx.MockRouter) -> None:
    headers = {"Retry-After": "Wed, 21 Oct 2015 07:28:30 GMT", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"}
    vendor.get("/x").mock(side_effect=[httpx.Response(503, text="busy", headers=headers), ok()])
    wire.door.get("x")
    assert wire.slept == [30.0]


@pytest.mark.parametrize("told", ["soon", "nan", "inf", ""])
def test_a_senseless_retry_after_is_no_retry_after(wire: Wire, vendor: respx.MockRouter, told: str) -> None:
    vendor.get("/x").mock(side_effect=[httpx.Response(503, text="", headers={"Retry-After": told}), ok()])
    wire.door.get("x")
    assert len(wire.slept) == 1
    assert wire.slept[0] <= 1
    assert wire.pace.paused == []


def test_an_hour_is_not_waited_for_but_told(wire: Wire, vendor: respx.MockRouter) -> None:
    route = vendor.get("/x").mock(return_value=httpx.Response(429, json={}, headers={"Retry-After": "3600"}))
    with pytest.raises(Transient) as caught:
        wire.door.get("x")
    assert caught.value.retry_after == 3600
    assert (route.call_count, wire.slept, wire.pace.paused) == (1, [], [300.0])


@pytest.mark.parametrize("trouble", [500, 502, 503, 504, 522, httpx.ReadTimeout("slow"), httpx.ReadError("gone")])
def test_reads_are_repeated_with_growing_waits_and_then_given_up(
    wire: Wire, vendor: respx.MockRouter, trouble: int | Exception
) -> None:
    answer = httpx.Response(trouble, json={}) if isinstance(trouble, int) else None
    route = vendor.get("/x").mock(return_value=answer, side_effect=None if isinstance(trouble, int) else trouble)
    with pytest.raises(Transient) as caught:
        wire.door.get("x")
    assert route.call_count == 6
    assert all(0 <= slept <= 2**number for number, slept in enumerate(wire.slept))
    assert not caught.value.uncertain
    assert caught.value.status == (trouble if isinstance(trouble, int) else 0)


@pytest.mark.parametrize("trouble", [500, 503, httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_write_that_may_have_landed_is_sent_once(
    wire: Wire, vendor: respx.MockRouter, method: str, trouble: int | Exception
) -> None:
    answer = httpx.Response(trouble, json={"saved": "id"}) if isinstance(trouble, int) else None
    route = vendor.request(method, "/x").mock(
        return_value=answer, side_effect=None if isinstance(trouble, int) else trouble
    )
    with pytest.raises(Transient) as caught:
        wire.door.request(method, "x", json={})
    assert caught.value.uncertain
    assert route.call_count == 1
    assert caught.value.answer == ({"saved": "id"} if answer else None)


@pytest.mark.parametrize("trouble", [httpx.ConnectError("refused"), httpx.ConnectTimeout("far")])
def test_a_write_that_never_left_is_repeated_and_certain(
    wire: Wire, vendor: respx.MockRouter, trouble: Exception
) -> None:
    route = vendor.post("/x").mock(side_effect=trouble)
    with pytest.raises(Transient) as caught:
        wire.door.post("x", json={})
    assert not caught.value.uncertain
    assert route.call_count == 6


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Rejected), (401, Denied), (402, NotGranted), (403, NotGranted), (404, Missing), (409, Rejected),
     (410, Missing), (412, Rejected), (451, NotGranted), (501, Rejected), (302, Garbled)],
)  # fmt: skip
def test_refusals_are_typed_and_not_repeated(
    wire: Wire, vendor: respx.MockRouter, status: int, kind: type[ConnectorError]
) -> None:
    route = vendor.get("/x").mock(return_value=httpx.Response(status, json={"why": status}))
    with pytest.raises(kind) as caught:
        wire.door.get("x")
    assert type(caught.value) is kind
    assert caught.value.status == status
    assert caught.value.request == "GET /api/x"
    assert route.call_count == 1


def test_every_attempt_is_counted_by_route(wire: Wire, vendor: respx.MockRouter) -> None:
    vendor.get("/tasks/123/stories").mock(
        side_effect=[httpx.Response(429, json={}, headers={"Retry-After": "3"}), httpx.ReadTimeout("x"), ok()]
    )
    wire.door.get("tasks/123/stories")
    tally = wire.meter.read()
    route = "/api/tasks/{id}/stories"
    counted = {(call.source, call.method, call.route, call.status): n for call, n in tally.requests.items()}
    assert counted == {("v", "GET", route, status): 1 for status in (429, 0, 200)}
    assert tally.total("v") == tally.total() == 3
    assert tally.retries["v"] == 2
    assert tally.paced["v"] == 0.75
    assert tally.backed_off["v"] == sum(wire.slept)


def test_reads_and_writes_in_flight_are_bounded_apart() -> None:
    policy = Policy(reads_in_flight=3, writes_in_flight=1)
    flying = {"GET": 0, "POST": 0}
    most = dict(flying)
    lock, step = threading.Lock(), threading.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        with lock:
            flying[request.method] += 1
            most[request.method] = max(most[request.method], flying[request.method])
        step.wait(0.02)
        with lock:
            flying[request.method] -= 1
        return ok()

    wire = Wire(policy, httpx.MockTransport(answer))
    threads = [
        threading.Thread(target=wire.door.request, args=(method, "x")) for method in ("GET", "POST") for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == {"GET": 3, "POST": 1}
    wire.door.close()


def test_nobody_home_on_this_machine_is_said_at_once() -> None:
    slept: list[float] = []
    door = open_door("http://127.0.0.1:1/api", TOKEN, Paced(), Policy(), sleep=slept.append)
    with door, pytest.raises(Transient, match=r"^GET 127\.0\.0\.1:1/api/x could not connect: .*refused") as caught:
        door.get("x")
    assert (slept, caught.value.uncertain) == ([], False)


@pytest.mark.parametrize("address", ["", "app.asana.com", "ftp://x/y", "https://"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(Rejected, match="is no http address"):
        open_door(address, TOKEN, Paced(), Policy())
