"""What a delivery goes through: whose address is it, is it signed, is it whole, is it true, is it kept; then 200."""

from __future__ import annotations

import asyncio
import hmac
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.base import Ear, Handshake
from connectors.errors import Denied, Garbled
from connectors.model import Ref
from sync.receiver.body import Bodies
from sync.receiver.known import Known
from sync.receiver.limits import Limits
from sync.receiver.refusal import Refused
from sync.receiver.writer import Writer
from sync.store import Hook, Store

BIG = 32 * 1024
"""Bytes from which on a body is verified and read in a thread, so that others need not wait for it."""

LONGEST_ID = 200
Headers = Mapping[str, str]


@dataclass
class Counts:
    """What has come since the start. `refused`: by reason; the reasons are ours, senders hear a status only."""

    accepted: int = 0
    hints: int = 0
    handshakes: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    by_source: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By source ("" for an unknown address), and "accepted", "handshake" or the reason why not."""


class Receiver:
    """Takes the deliveries of these sources.

    `me`: the ids of our own user in a source, at once and without I/O; none while they are not known. `heard`: is
    called, in a thread of ours, when new hints are in the inbox.
    """

    def __init__(
        self, ears: Mapping[str, Ear], store: Store, me: Callable[[str], Collection[str]],
        clock: Callable[[], datetime], heard: Callable[[], None], limits: Limits | None = None,
    ) -> None:  # fmt: skip
        self.counts = Counts()
        self._ears, self._store, self._me = dict(ears), store, me
        self._known = Known(store.hooks)
        self._limits = limits or Limits()
        self._bodies = Bodies(self._limits)
        self._writer = Writer(store, clock, heard)
        self._readers = ThreadPoolExecutor(2, "receiver-reader")

    # ---- for those who run it ----------------------------------------------------------------------------------

    def routes(self) -> list[Route]:
        """`POST /hooks/{kind}/{path}`; where a source has one address only, `/hooks/{kind}/{source}` is that, and
        `/hooks/{kind}` when it is the only source of its kind."""
        found: list[Route] = []
        for kind in sorted({ear.kind for ear in self._ears.values()}):
            found.append(Route(f"/hooks/{kind}/{{path}}", self._door(kind), methods=["POST"]))
            open_ones = [ear.source for ear in self._ears.values() if ear.kind == kind and not ear.hidden]
            if len(open_ones) == 1:
                found.append(Route(f"/hooks/{kind}", self._door(kind, open_ones[0]), methods=["POST"]))
        return found

    def start(self) -> None:
        """Begin to write what comes."""
        self._writer.start()

    def close(self) -> None:
        """Take nothing more; what was taken is written first."""
        self._writer.close()
        self._readers.shutdown(wait=False, cancel_futures=True)

    @property
    def depth(self) -> int:
        """Deliveries that wait to be written."""
        return self._writer.depth

    @property
    def commits(self) -> int:
        """Transactions so far."""
        return self._writer.commits

    @property
    def bytes_held(self) -> int:
        """Bytes of bodies in memory right now."""
        return self._bodies.held

    @property
    def trouble(self) -> str:
        """Why the last commit failed; empty when it did not."""
        return self._writer.trouble

    # ---- one delivery ------------------------------------------------------------------------------------------

    def _door(self, kind: str, only: str | None = None) -> Callable[[Request], Awaitable[Response]]:
        async def door(request: Request) -> Response:
            request.state.source, became = "", "failed"
            try:
                answer = await self._answer(kind, only or request.path_params["path"], request)
                became = request.state.became
            except Refused as refused:
                became = refused.reason
                self.counts.refused[became] += 1
                answer = refused.answer()
            finally:
                self.counts.by_source[request.state.source, became] += 1
            return answer

        return door

    async def _answer(self, kind: str, path: str, request: Request) -> Response:
        headers = {name.decode("latin-1"): text.decode("latin-1") for name, text in request.scope["headers"]}
        hook = await self._known.find(path)
        ear = self._ears.get(hook.source) if hook else None
        if hook is None or ear is None or ear.kind != kind:
            raise Refused(404, "unknown address", unread=True)
        request.state.source, request.state.became = hook.source, "accepted"
        signed = ear.signed(headers)
        if not signed:
            hook = await self._knocked_at(ear, hook, headers)
        elif hook.secret and not _is_json(headers):
            raise Refused(415, "not JSON", unread=True)
        with self._bodies.share() as share:
            body = await self._bodies.read(request, share)
            if hook.secret is None or not signed:
                shaken = ear.handshake(headers, body)
                if shaken or not signed:
                    request.state.became = "handshake"
                    return await self._shake(hook, shaken)
            ids = await self._hints(ear, hook, headers, body)
        await self._keep(hook, ids)
        return Response(status_code=200)

    async def _knocked_at(self, ear: Ear, hook: Hook, headers: Headers) -> Hook:
        """The hook at which this knocks: one that awaits its handshake, or had it just now."""
        if not ear.knocks(headers):
            raise Refused(401, "not signed", unread=True)
        if hook.state != "pending":  # made anew by another process since we read it?
            hook = await self._known.doubted(hook.path) or hook
        if hook.state != "pending":
            raise Refused(401, "handshake not awaited", unread=True)
        return hook

    async def _shake(self, hook: Hook, shaken: Handshake | None) -> Response:
        """Keep the secret, if it is the first; the same once more is answered once more."""
        if shaken is None:
            raise Refused(401, "no handshake")
        try:
            first = await asyncio.to_thread(self._store.shake_hook, hook.path, shaken.secret)
        except Exception:
            raise Refused(503, "store") from None
        self._known.forget()
        if not first:
            now = await self._known.find(hook.path)
            if now is None or now.state != "pending" or not _same(now.secret, shaken.secret):
                raise Refused(401, "handshake not awaited")
        self.counts.handshakes += 1
        return Response(status_code=200, headers=dict(shaken.answer))

    async def _hints(self, ear: Ear, hook: Hook, headers: Headers, body: bytes) -> Sequence[str]:
        """The ids that a delivery names. Refused unless it is signed with the secret of today, and can be read."""
        try:
            try:
                return await self._heard(ear, hook.secret or "", headers, body)
            except Denied:
                now = await self._known.doubted(hook.path)
                if now is None or now.secret is None or now.secret == hook.secret:
                    raise
                return await self._heard(ear, now.secret, headers, body)
        except Denied:
            raise Refused(401, "wrong signature") from None
        except Garbled:
            raise Refused(400, "not understood") from None

    async def _heard(self, ear: Ear, secret: str, headers: Headers, body: bytes) -> Sequence[str]:
        me = self._me(ear.source)
        if len(body) < BIG:
            return ear.hints(headers, body, secret, me)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, ear.hints, headers, body, secret, me)

    async def _keep(self, hook: Hook, ids: Sequence[str]) -> None:
        """Wait until they are on the disk."""
        if not all(0 < len(one) <= LONGEST_ID and one.isprintable() for one in ids):
            raise Refused(400, "not understood")  # no database need see it
        kept = self._writer.put([Ref(hook.source, one) for one in ids], hook.path)
        try:
            good = await asyncio.wait_for(kept, self._limits.commit_seconds)
        except TimeoutError:
            raise Refused(503, "commit too slow") from None
        if not good:
            raise Refused(503, "store")
        self.counts.accepted += 1
        self.counts.hints += len(ids)


def _is_json(headers: Headers) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _same(kept: str | None, given: str) -> bool:
    return kept is not None and hmac.compare_digest(kept.encode(), given.encode())
