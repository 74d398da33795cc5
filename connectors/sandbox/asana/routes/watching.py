"""Being told of changes: `/events` with sync tokens, and webhooks."""

from __future__ import annotations

import hashlib
import ipaddress
from typing import Any
from urllib.parse import urlsplit

from connectors.sandbox.asana.call import Call, route
from connectors.sandbox.asana.errors import Refused, bad, forbidden
from connectors.sandbox.asana.hooks import HIGHER_LEVEL, Webhook, compact_event
from connectors.sandbox.asana.present import selector
from connectors.sandbox.asana.records import Project, Section, Tag, Task, Team, Workspace
from connectors.sandbox.asana.watch_kinds import EVENT, WEBHOOK
from connectors.sandbox.core import Response

ACTIONS = ("added", "changed", "deleted", "removed", "undeleted")
STALE = (
    "Sync token invalid or too old. If you are attempting to keep resources in sync, you must fetch the full dataset "
    "for this query now and use the new sync token for the next sync."
)


@route("GET", "/events")
def get_events(call: Call) -> Response:
    """At most a hundred events since the token; 412 with a fresh token when it is missing, wrong or too old."""
    return _events(call, call.refer(object, "resource"))


@route("GET", "/projects/*/events")
def get_project_events(call: Call, gid: str) -> Response:
    return _events(call, call.find(Project, gid))


@route("GET", "/tasks/*/events")
def get_task_events(call: Call, gid: str) -> Response:
    return _events(call, call.find(Task, gid))


def _events(call: Call, resource: Any) -> Response:
    if not isinstance(resource, (Project, Task)):
        raise bad("resource: Events are only available for projects and tasks")
    streams, now = call.state.streams, call.state.world.now()
    found = streams.read(resource.gid, call.query["sync"], now) if call.query.get("sync") else None
    if found is None:
        raise Refused(412, STALE, extra={"sync": streams.start(resource.gid, now)})
    events, sync, more = found
    show = compact_event if call.fields is None else selector(EVENT, call.fields, False)
    return Response(200, {"data": [show(event) for event in events], "sync": sync, "has_more": more})


@route("GET", "/webhooks")
def list_webhooks(call: Call) -> Response:
    """The caller's own."""
    call.workspace()
    wanted = call.query.get("resource")
    hooks = [hook for hook in call.state.hooks.all.values() if hook.owner is call.actor]
    return call.many(WEBHOOK, [hook for hook in hooks if wanted in (None, hook.resource.gid)])


def _hook(call: Call, gid: str) -> Webhook:
    hook = call.state.hooks.all.get(gid)
    if hook is None or hook.owner is not call.actor:
        raise Refused(404, f"webhook: Not a recognized ID: {gid}")
    return hook


@route("GET", "/webhooks/*")
def get_webhook(call: Call, gid: str) -> Response:
    return call.one(WEBHOOK, _hook(call, gid))


@route("DELETE", "/webhooks/*")
def delete_webhook(call: Call, gid: str) -> Response:
    del call.state.hooks.all[_hook(call, gid).gid]
    return call.empty()


@route("PUT", "/webhooks/*")
def update_webhook(call: Call, gid: str) -> Response:
    """The filters that are sent take the place of all there were."""
    hook = _hook(call, gid)
    hook.filters = _filters(call, hook.resource)
    return call.one(WEBHOOK, hook)


@route("POST", "/webhooks")
def create_webhook(call: Call) -> Response:
    """While this request waits, the target is asked to echo `X-Hook-Secret`; the world goes on meanwhile."""
    resource, target = call.refer(object, "resource"), str(call.need("target"))
    if not isinstance(resource, (Project, Task, Section, Tag, Team, Workspace)):
        raise bad("resource: Webhooks are not available for this resource")
    _check_target(call, target)
    _refuse_double(call, resource, target)
    filters = _filters(call, resource)
    gid = call.state.gid()
    # The same in every run of a scenario; nobody but this machine ever hears it.
    secret = hashlib.sha256(f"{gid} {target}".encode()).hexdigest()
    _shake_hands(call, target, secret)
    _refuse_double(call, resource, target)
    hook = Webhook(gid, resource, target, filters, call.actor, secret, call.state.world.tick())
    call.state.hooks.add(hook)
    made = call.one(WEBHOOK, hook, 201)
    return Response(201, {**made.body, "X-Hook-Secret": secret}, made.headers)


def _shake_hands(call: Call, target: str, secret: str) -> None:
    headers = {"Content-Type": "application/json", "X-Hook-Secret": secret}
    with call.state.world.unlocked():
        answer = call.state.world.carrier.call(target, headers, b"{}")
    if answer.status not in (200, 204) or answer.headers.get("x-hook-secret") != secret:
        raise bad(
            "target: The remote server did not complete the handshake: it must answer 200 or 204 with the same "
            f"X-Hook-Secret (it answered {answer.status or 'nothing'})"
        )


def _refuse_double(call: Call, resource: Any, target: str) -> None:
    same = [
        h for h in call.state.hooks.all.values() if (h.resource, h.target, h.owner) == (resource, target, call.actor)
    ]
    if same:
        raise forbidden("Duplicated webhook: a webhook for this resource and target already exists")


def _check_target(call: Call, target: str) -> None:
    parts = urlsplit(target)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad(f"target: Not a valid URL: {target}")
    if _is_local(parts.hostname) and not call.state.settings.loopback_targets:
        raise forbidden(f"target: Invalid hostname: {parts.hostname}")


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _filters(call: Call, resource: Any) -> list[dict[str, Any]]:
    """The filters of a request, checked: `fields` only with changed, and never above projects."""
    filters = call.data.get("filters") or []
    high = resource.kind in HIGHER_LEVEL
    if high and not filters:
        raise bad(f"filters: Webhooks on a {resource.kind} must have filters")
    for one in filters:
        if not isinstance(one, dict) or not one.get("resource_type"):
            raise bad("filters: Each filter must name a resource_type")
        if one.get("action") is not None and one["action"] not in ACTIONS:
            raise bad(f"filters: action is not one of {', '.join(ACTIONS)}")
        if one.get("fields") and (one.get("action") != "changed" or high):
            raise bad("filters: fields are only valid with the action changed, below teams and workspaces")
    return list(filters)
