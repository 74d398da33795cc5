"""Whatever a client sends, the answer is Asana's, never a broken server."""

from __future__ import annotations

from typing import Any

from desk import Desk, Post
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.asana.call import ROUTES

NAMES = """
name workspace projects memberships custom_fields assignee followers tags notes html_notes due_on due_at start_on
completed approval_status resource_subtype parent enum_options type resource task target filters text html_text
is_pinned custom_field members section insert_before insert_after dependencies dependents tag status_type title
export_request_parameters actions enabled color description precision privacy_setting owner team before_section
project enum_option limit offset opt_fields sync modified_since
"""
KEYS = NAMES.split()
JUNK = st.sampled_from(
    [None, 1, "x", [], {}, ["x"], [1], [{}], [None], {"a": 1}, True, 3.5, "9" * 30, "me",
     [{"method": "get", "relative_path": "/users/me", "data": 5}], [{"method": "put", "relative_path": "/tasks/1"}],
     [{"resource_type": "task", "filters": 3, "fields": [3]}], "GID", ["GID"], [{"project": "GID", "section": 1}],
     {"GID": {"date": 5}}, {"GID": [{}]}],
)  # fmt: skip
ROUTE = st.sampled_from(sorted(ROUTES))


def _with(gid: str, value: Any) -> Any:
    """The value with a real gid where it says GID."""
    if isinstance(value, dict):
        return {_with(gid, key): _with(gid, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_with(gid, one) for one in value]
    return gid if value == "GID" else value


@settings(derandomize=True, max_examples=400, deadline=None)
@given(route=ROUTE, data=st.dictionaries(st.sampled_from(KEYS), JUNK, max_size=5), pick=st.integers(0, 5))
def test_no_input_breaks_the_server(route: tuple[str, ...], data: dict[str, Any], pick: int) -> None:
    desk = Desk()
    desk.world.carrier = Post()
    project, (section,) = desk.project("A")
    field = desk.field(project, "people")
    task = desk.task(project)
    tag = desk.do("POST", "/tags", {"name": "x", "workspace": desk.workspace})["gid"]
    gids = {"tasks": task, "projects": project, "sections": section, "tags": tag, "users": "me",
            "custom_fields": field["gid"], "workspaces": desk.workspace}  # fmt: skip
    method, *parts = route
    path = "/" + "/".join(gids.get(parts[n - 1], "1") if one == "*" else one for n, one in enumerate(parts))
    data = _with([task, project, section, tag, field["gid"], desk.workspace][pick], data)
    if method == "GET":
        answer = desk.ask(method, path, **{key: str(value) for key, value in data.items()})
    else:
        answer = desk.ask(method, path, data)
    assert answer.status in (200, 201, 400, 402, 403, 404, 412)
    assert isinstance(answer.body, bytes) or ("data" in answer.body) != ("errors" in answer.body)
