"""The whole pretend Asana as JSON, every task with its stories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.sandbox.asana.kinds import CUSTOM_FIELD, PROJECT, SECTION, STATUS_UPDATE, TAG
from connectors.sandbox.asana.present import selector
from connectors.sandbox.asana.task_kinds import STORY, TASK
from connectors.sandbox.asana.watch_kinds import WEBHOOK

if TYPE_CHECKING:
    from connectors.sandbox.asana.state import State


def whole(state: State) -> dict[str, Any]:
    """Projects with sections and status updates, fields, tags, tasks with stories, webhooks."""
    project, section, status = (selector(kind, None, True) for kind in (PROJECT, SECTION, STATUS_UPDATE))
    task, story = selector(TASK, None, True), selector(STORY, None, True)
    return {
        "projects": [
            {
                **project(one),
                "sections": [{**section(each), "tasks": list(each.tasks)} for each in one.sections],
                "status_updates": [status(each) for each in one.statuses],
            }
            for one in state.projects
        ],
        "custom_fields": list(map(selector(CUSTOM_FIELD, None, True), state.fields)),
        "tags": list(map(selector(TAG, None, True), state.tags)),
        "tasks": [{**task(one), "stories": [story(each) for each in one.stories]} for one in state.tasks.values()],
        "webhooks": list(map(selector(WEBHOOK, None, True), state.hooks.all.values())),
    }
