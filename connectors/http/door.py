"""One patient transport under both vendors' SDKs, and the client that is opened on it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass  # noqa: TID251 - reads the settings, sends nothing

import httpx
import structlog
import tenacity

from connectors.errors import ConnectorError, Rejected, Transient
from connectors.http.answer import PARSED, parsed
from connectors.http.meter import Call, Meter
from connectors.http.policy import Failure, Json, Policy, plain_words
from connectors.http.rate import ObservedRate
from connectors.pace import Pace

_log = structlog.get_logger("handrail.http")

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CUT_OFF = (httpx.DecodingError, httpx.RemoteProtocolError)


class _Failed(Exception):
    """One attempt failed; whether it is repeated is the policy's word."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class PatientTransport(httpx.BaseTransport):
    """Sends a request as often as the vendor's policy allows, at the shared pace, and answers only with good JSON.

    Everything else is raised as one of `connectors.errors`; httpx and both SDKs let those through unchanged. The
    token is added here, and only for the host it belongs to, so that no SDK object holds it.
    """

    def __init__(
        self, inner: httpx.BaseTransport, *, pace: Pace, policy: Policy, token: str, host: str, source: str,
        meter: Meter | None = None, sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._inner, self._pace, self._policy = inner, pace, policy
        self._secret = httpx.Headers({"Authorization": f"Bearer {token}"})  # its repr hides the value
        self._host, self._source, self._meter, self._sleep = host, source, meter or Meter(), sleep
        self._is_local = (urlsplit(f"//{host}").hostname or "") in _LOOPBACK
        self._notes: set[tuple[str, str]] = set()
        self._reads = threading.BoundedSemaphore(policy.reads_in_flight)
        self._writes = threading.BoundedSemaphore(policy.writes_in_flight)
        self._rate = ObservedRate(policy.learns_from)
        self._timeout = httpx.Timeout(policy.read_timeout, connect=policy.connect_timeout).as_dict()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.headers.setdefault("Accept-Encoding", "gzip")
        if request.url.netloc.decode() == self._host:
            request.headers["Authorization"] = self._secret["Authorization"]
        request.extensions = {**request.extensions, "timeout": self._timeout}
        request.read()  # a body that can be sent again
        patience = tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._may_repeat),
            wait=self._delay,
            stop=tenacity.stop_after_attempt(self._policy.attempts)
            | tenacity.stop_before_delay(self._policy.total_seconds),
            before_sleep=self._note_repeat,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return patience(self._attempt, request)
        except _Failed as failed:
            raise self._error(failed) from failed.__cause__

    def close(self) -> None:
        self._inner.close()

    def _attempt(self, request: httpx.Request) -> httpx.Response:
        write = self._policy.is_write(request.method, request.url.path)
        self._meter.waited(self._source, self._pace.wait_for_turn())
        with self._writes if write else self._reads:
            started, status = time.monotonic(), 0
            try:
                response = self._inner.handle_request(request)
                status = response.status_code
                response.read()
            except (httpx.TransportError, httpx.DecodingError) as error:
                raise _Failed(self._broken_off(request, write, status, error)) from error
            finally:
                self._count(request, status, time.monotonic() - started)
        return self._judge(request, write, response)

    def _judge(self, request: httpx.Request, write: bool, response: httpx.Response) -> httpx.Response:
        self._note_headers(response)
        try:
            response = parsed(response)
        except ValueError:
            if not response.content and response.status_code == httpx.codes.NO_CONTENT:
                return response
            body, is_json = None, False
        else:
            body, is_json = response.extensions[PARSED], True
        if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
            self._rate.answered(time.monotonic())
        if response.is_success and is_json:
            return response
        raise _Failed(self._refused(request, write, response, body, is_json))

    def _note_headers(self, response: httpx.Response) -> None:
        for name in self._policy.notable_headers:
            note = (name, response.headers.get(name, ""))
            if note[1] and note not in self._notes:
                self._notes.add(note)
                _log.info("vendor_note", source=self._source, header=name, text=self._clean(note[1]))

    def _refused(
        self, request: httpx.Request, write: bool, response: httpx.Response, body: Json, is_json: bool
    ) -> Failure:
        status = response.status_code
        words = self._policy.message(body) if is_json else plain_words(response.text)
        what = "answered 200 with something that is no JSON" if response.is_success else f"answered {status}"
        wait = self._policy.retry_after(response.headers, body)
        if wait is not None and status >= 400:
            self._pace.pause(min(wait, self._policy.longest_pause))
        if status == httpx.codes.TOO_MANY_REQUESTS and (limit := self._rate.refused(time.monotonic())):
            _log.info("limit_learned", source=self._source, per_minute=limit)
            self._pace.learn(limit)
        return self._failure(
            request, write, f"{what}: {words}" if words else what, status=status,
            broken=response.is_success, body=body, retry_after=wait,
        )  # fmt: skip

    def _broken_off(self, request: httpx.Request, write: bool, status: int, error: Exception) -> Failure:
        kind = "timed out" if isinstance(error, httpx.TimeoutException) else "broke off"
        kind = "could not connect" if isinstance(error, httpx.ConnectError) else kind
        detail = plain_words(str(error)) or type(error).__name__
        cut_off = isinstance(error, _CUT_OFF) and 200 <= status < 300
        return self._failure(
            request, write, f"{kind}: {detail}", status=status if cut_off or status >= 400 else 0, broken=cut_off,
            sent=not isinstance(error, _NEVER_SENT),
        )  # fmt: skip

    def _failure(
        self, request: httpx.Request, write: bool, message: str, *, status: int, sent: bool = True,
        broken: bool = False, body: Json = None, retry_after: float | None = None,
    ) -> Failure:  # fmt: skip
        where = f"{request.method} {request.url.netloc.decode()}{request.url.path}"
        text = self._clean(f"{where} {message}") + ("" if sent or not self._is_local else "; is the sandbox running?")
        return Failure(request.method, request.url.path, write, status, sent, text, broken, body, retry_after)

    def _error(self, failed: _Failed) -> ConnectorError:
        error = self._policy.error(failed.failure)
        if isinstance(error, Transient):
            _log.warning("gave_up", source=self._source, request=error.request, status=error.status)
        return error

    def _may_repeat(self, error: BaseException) -> bool:
        if not isinstance(error, _Failed):
            return False
        if self._is_local and not error.failure.sent:
            return False  # nothing listens on this machine: waiting brings nobody, and a person is watching
        return self._policy.repeats(error.failure)

    def _delay(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.failure.retry_after if isinstance(error, _Failed) else None
        if asked is not None:
            return asked
        spread = tenacity.wait_random_exponential(
            multiplier=self._policy.backoff_first, max=self._policy.backoff_most
        )
        return spread(state)

    def _note_repeat(self, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        self._meter.repeats(self._source, state.upcoming_sleep)
        _log.debug(
            "repeats", source=self._source, why=str(error), attempt=state.attempt_number,
            after=round(state.upcoming_sleep, 3),
        )  # fmt: skip

    def _count(self, request: httpx.Request, status: int, seconds: float) -> None:
        call = Call(self._source, request.method, self._policy.route(request.url.path), status)
        self._meter.sent(call, seconds)
        _log.debug(
            "request", source=self._source, method=request.method, route=call.route, status=status,
            seconds=round(seconds, 3),
        )  # fmt: skip

    def _clean(self, text: str) -> str:
        secret = self._secret["Authorization"].removeprefix("Bearer ")
        return text.replace(secret, "***") if secret else text


def open_door(
    base_url: str, token: str, pace: Pace, policy: Policy, *, source: str = "",
    headers: Mapping[str, str] | None = None, meter: Meter | None = None,
    sleep: Callable[[float], None] = time.sleep, transport: httpx.BaseTransport | None = None,
) -> httpx.Client:  # fmt: skip
    """A client for one vendor and one token; give it to an SDK, or use it with paths below `base_url`.

    `source` names it in metrics and logs; `transport` replaces the real one under the patience (tests).
    Calls raise the types of `connectors.errors` only; Rejected when `base_url` is no http address.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Rejected(f"base_url {base_url!r} is no http address; it looks like https://host/path")
    inner = transport or _real_transport(parts.scheme, parts.hostname or "", policy)
    patient = PatientTransport(
        inner, pace=pace, policy=policy, token=token, host=parts.netloc, source=source, meter=meter, sleep=sleep
    )
    return httpx.Client(transport=patient, base_url=base_url, headers=headers, follow_redirects=False)


def _real_transport(scheme: str, host: str, policy: Policy) -> httpx.HTTPTransport:
    # httpx reads the proxy variables only when it builds the transport itself
    direct = host in _LOOPBACK or proxy_bypass(host)
    proxy = None if direct else getproxies().get(scheme)
    most = policy.reads_in_flight + policy.writes_in_flight
    return httpx.HTTPTransport(proxy=proxy, limits=httpx.Limits(max_connections=most, max_keepalive_connections=16))
