"""The shape of a request's `data`: a wrong one is refused by name before any endpoint looks at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox.asana.errors import bad

_TEXTS = (
    "name notes html_notes text html_text title description color status_type target privacy_setting "
    "resource_subtype approval_status"
)
_LISTS = "projects members followers tags dependencies dependents"
_OBJECT_LISTS = "memberships enum_options filters actions export_request_parameters"


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_list(value: Any) -> bool:
    return value is None or isinstance(value, str) or (isinstance(value, list) and all(map(_is_gid, value)))


def _is_gid(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _are_objects(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, dict) for one in value))


_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(_TEXTS.split(), (_is_text, "a string")),
    **dict.fromkeys(_LISTS.split(), (_is_list, "a list of gids")),
    **dict.fromkeys(_OBJECT_LISTS.split(), (_are_objects, "a list of objects")),
    "custom_fields": (lambda value: value is None or isinstance(value, dict), "an object"),
}


def check_shape(data: Mapping[str, Any]) -> None:
    """400 naming the first key whose value has the wrong type."""
    for key, value in data.items():
        fits, wanted = _CHECKS.get(key, (None, ""))
        if fits is not None and not fits(value):
            raise bad(f"{key}: Expected {wanted}, got {value!r}")
    if data.get("name", "") is None:
        raise bad("name: Cannot be null")
