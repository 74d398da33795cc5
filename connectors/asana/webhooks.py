"""Our webhooks at Asana: one a project, with filters; they are listed, made, mended and taken away.

Sources: the specification's createWebhook, getWebhooks, updateWebhook, deleteWebhook; the webhooks guide (a webhook
whose deliveries fail for a day is deleted; those of teams and workspaces never hear of tasks).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connectors.asana.mapping import as_promised, gid_of, instant
from connectors.asana.reads import Reads
from connectors.asana.scope import Projects
from connectors.asana.sdk import Endpoints
from connectors.base import Scope, Subscription
from connectors.errors import ConnectorError, Missing, Rejected, Transient, Unreached

Json = Any

FIELDS = (
    "active,resource,target,filters,last_success_at,last_failure_at,last_failure_content,delivery_retry_count,"
    "next_attempt_after,failure_deletion_timestamp"
)
_CHANGES = (
    "name", "completed", "assignee", "due_on", "due_at", "start_on", "start_at", "custom_fields", "approval_status",
    "parent", "dependencies", "tags",
)  # fmt: skip
"""Fields of a task that are read. Moves come as added and removed, and nearly all of these as stories, too."""

FILTERS: tuple[Json, ...] = (
    *({"resource_type": "task", "action": action} for action in ("added", "removed", "deleted", "undeleted")),
    {"resource_type": "task", "action": "changed", "fields": list(_CHANGES)},
    *({"resource_type": "story", "action": action} for action in ("added", "changed", "removed")),
    *({"resource_type": "section", "action": action} for action in ("added", "changed", "deleted")),
)
"""What a project's webhook tells of; what is not in it (likes, followers, descriptions) costs no delivery."""


class Webhooks:
    """Requests: one a hundred webhooks of a workspace, and one for each that is made, mended or taken away."""

    def __init__(self, api: Endpoints, projects: Projects, reads: Reads) -> None:
        self._api, self._projects, self._reads = api, projects, reads

    def every(self) -> list[Subscription]:
        """See `Subscribes.subscriptions`. A project whose workspace is not noted yet costs a request."""
        workspaces = sorted({self._workspace(gid) for gid in self._projects.gids()} - {""})
        return [one for workspace in workspaces for one in self._listed(workspace)]

    def make(self, scope: Scope, target: str) -> tuple[Subscription, str]:
        """See `Subscribes.subscribe`. When no certain answer came, or Asana says that it is there already, it is
        looked for once: Asana tells the secret once only, so then it is empty."""
        if failure := self._projects.failure(scope):
            raise failure
        body = {"data": {"resource": scope.id, "target": target, "filters": list(FILTERS)}}
        create = self._api.webhooks.create_webhook
        try:
            made = create(body, {"opt_fields": FIELDS}, full_payload=True)
        except ConnectorError as error:
            there = self._found(scope, target, error) if _may_be_there(error) else None
            if there is None:
                raise _told(error) from error
            return there, ""
        with as_promised("a webhook that was made"):
            return _subscription(made["data"]), made.get("X-Hook-Secret") or ""

    def mend(self, gid: str) -> None:
        """Our filters take the place of all there were."""
        update = self._api.webhooks.update_webhook
        update({"data": {"filters": list(FILTERS)}}, gid, {"opt_fields": "filters"}, full_payload=True)

    def remove(self, gid: str) -> None:
        """Gone already is as good."""
        try:
            self._api.webhooks.delete_webhook(gid, full_payload=True)
        except Missing:
            return

    def _workspace(self, project: str) -> str:
        """Empty for a project that we cannot see: making its webhook will say why."""
        if noted := self._reads.workspace(project):
            return noted
        try:
            found = self._api.one(self._api.projects.get_project, project, fields="workspace")
        except Rejected:
            return ""
        return gid_of(found.get("workspace")) or ""

    def _listed(self, workspace: str, **opts: str) -> list[Subscription]:
        found = self._api.all(self._api.webhooks.get_webhooks, workspace, fields=FIELDS, **opts)
        with as_promised("a listing of webhooks"):
            return [_subscription(one) for one in found]

    def _found(self, scope: Scope, target: str, error: ConnectorError) -> Subscription | None:
        """What stands there; when the look fails, too, it is still as uncertain as it was."""
        try:
            return self._standing(scope, target)
        except ConnectorError:
            raise error from None

    def _standing(self, scope: Scope, target: str) -> Subscription | None:
        found = self._listed(self._workspace(scope.id), resource=scope.id)
        return next((one for one in found if one.target == target), None)


def _may_be_there(error: ConnectorError) -> bool:
    """After an answer that was lost, or “Duplicated webhook” (403), which says so in its text only."""
    if isinstance(error, Transient):
        return error.uncertain
    return error.status == 403 and "duplicate" in str(error).casefold()


def _told(error: ConnectorError) -> ConnectorError:
    """Unreached when it was about the target: a host that Asana will not call, or no handshake from there."""
    about_it = any(word in str(error).casefold() for word in ("handshake", "target", "remote server", "hostname"))
    if isinstance(error, Rejected) and error.status in (400, 403) and about_it:
        return Unreached(str(error), status=error.status, request=error.request, answer=error.answer)
    return error


def _subscription(raw: Json) -> Subscription:
    return Subscription(
        remote=raw["gid"], scope=gid_of(raw.get("resource")) or "", target=raw.get("target") or "",
        as_wanted=_shape(raw.get("filters") or ()) == _shape(FILTERS), active=bool(raw.get("active")),
        last_success_at=_at(raw.get("last_success_at")), last_failure_at=_at(raw.get("last_failure_at")),
        last_failure=" ".join((raw.get("last_failure_content") or "").split())[:200],
        retries=int(raw.get("delivery_retry_count") or 0), next_attempt_after=_at(raw.get("next_attempt_after")),
        deleted_at=_at(raw.get("failure_deletion_timestamp")),
    )  # fmt: skip


def _at(text: str | None) -> datetime | None:
    return instant(text) if text else None


def _shape(filters: Sequence[Json]) -> frozenset[tuple[str, str, str, frozenset[str]]]:
    """Filters as a set: in which order Asana gives them back is nowhere promised."""
    return frozenset(
        (one.get("resource_type") or "", one.get("resource_subtype") or "", one.get("action") or "",
         frozenset(one.get("fields") or ()))
        for one in filters
    )  # fmt: skip
