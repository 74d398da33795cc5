"""The fields of webhooks, events and jobs, as JSON shows them."""

from __future__ import annotations

from operator import attrgetter

from connectors.sandbox.asana.hooks import compact
from connectors.sandbox.asana.kinds import USER, always, nested, plain, when
from connectors.sandbox.asana.present import ABSENT, Kind, Nested
from connectors.sandbox.asana.streams import Happening

WEBHOOK = Kind(
    "webhook",
    {
        **plain("gid active target filters last_failure_content"),
        "resource_type": always("webhook"),
        "resource": nested("resource", lambda: _ANY),
        "created_at": when("created_at"),
        "last_success_at": when("last_success_at"),
        "last_failure_at": when("last_failure_at"),
        "delivery_retry_count": attrgetter("retries"),
        "next_attempt_after": when("next_attempt_after"),
        "failure_deletion_timestamp": when("deleted_at"),
    },
    compact="resource_type active resource target",
    full="resource_type active resource target created_at last_success_at last_failure_at last_failure_content "
    "filters delivery_retry_count next_attempt_after failure_deletion_timestamp",
)

_ANY: Kind = Kind(
    "resource",
    {
        "gid": attrgetter("gid"),
        "resource_type": attrgetter("kind"),
        "resource_subtype": lambda record: getattr(record, "resource_subtype", ABSENT),
        "name": lambda record: getattr(record, "name", ABSENT),
    },
    compact="resource_type name",
    full="resource_type name",
)

EXPORT = Kind(
    "resource_export",
    {
        "gid": attrgetter("export_gid"),
        "resource_type": always("resource_export"),
        "created_at": when("created_at"),
        "completed_at": when("completed_at"),
        "download_url": attrgetter("download_url"),
    },
    compact="resource_type created_at download_url completed_at",
    full="resource_type created_at download_url completed_at",
)

JOB = Kind(
    "job",
    {
        **plain("gid status"),
        "resource_type": always("job"),
        "resource_subtype": always("export_resource"),
        "new_resource_export": Nested(lambda job: job, lambda: EXPORT),
        "new_project": always(None),
        "new_task": always(None),
    },
    compact="resource_type resource_subtype status new_resource_export",
    full="resource_type resource_subtype status new_resource_export new_project new_task",
)


def _change(event: Happening) -> dict[str, object] | None:
    if event.change is None:
        return None
    return {key: value if isinstance(value, (str, dict)) else compact(value) for key, value in event.change.items()}


EVENT = Kind(
    "event",
    {
        "user": nested("user", lambda: USER),
        "resource": nested("resource", lambda: _ANY),
        "parent": nested("parent", lambda: _ANY),
        "action": attrgetter("action"),
        "type": attrgetter("resource.kind"),
        "created_at": when("at"),
        "change": _change,
    },
    compact="user resource action parent created_at change",
    full="user resource action parent created_at change",
    has_gid=False,
)
