"""pydantic's findings in plain words. Values are shown only where they are a choice from a list, never a secret."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterator, Mapping
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sync.config.lines import Path
from sync.config.problems import Problem, nearest
from sync.config.read import Read

_PLAIN: Mapping[str, tuple[str, str]] = {
    "missing": ("is missing", ""),
    "string_type": ("takes text", 'text goes in quotes: key = "value"'),
    "string_too_short": ("is blank", "give a value, or leave the key out"),
    "bool_type": ("takes true or false", ""),
    "bool_parsing": ("takes true or false", "without quotes"),
    "int_type": ("takes a whole number", ""),
    "int_parsing": ("takes a whole number", "without quotes or unit"),
    "int_from_float": ("takes a whole number", ""),
    "float_type": ("takes a number", ""),
    "float_parsing": ("takes a number", "without quotes or unit"),
    "tuple_type": ("takes a list", 'lists look like ["a", "b"]'),
    "list_type": ("takes a list", 'lists look like ["a", "b"]'),
    "dict_type": ("is a table", "tables look like { key = value }"),
    "mapping_type": ("is a table", "tables look like { key = value }"),
    "model_type": ("is a table", "tables look like { key = value }"),
    "model_attributes_type": ("is a table", "tables look like { key = value }"),
    "dataclass_type": ("is a table", "tables look like { key = value }"),
    "too_short": ("is an empty list", "name at least one, or leave the key out"),
    "date_type": ("takes a date", 'dates look like "2026-12-25"'),
    "date_parsing": ("is no date", 'dates look like "2026-12-25"'),
    "date_from_datetime_parsing": ("is no date", 'dates look like "2026-12-25"'),
    "date_from_datetime_inexact": ("takes a date without a time", 'dates look like "2026-12-25"'),
    "string_pattern_mismatch": ("does not have the form it needs", ""),
}
_BOUNDS = {
    "greater_than": "more than", "greater_than_equal": "at least", "less_than": "less than",
    "less_than_equal": "at most",
}  # fmt: skip
_CURRENCY = ("is no currency code", 'three capitals, like "USD"')
_SECRET_WORDS = ("token", "secret", "password", "url")


def problems_of(error: ValidationError, read: Read, model: type[Any], above: Path = ()) -> Iterator[Problem]:
    """Each of pydantic's errors as a problem of ours, with the place in the file. `above`: the table validated."""
    for details in _chosen(error.errors(include_url=False, include_input=False), read, above):
        inner = _without_branches(details, read, above)
        path = (*above, *inner)
        message, hint = _said(details, inner, path, read, model)
        yield read.problem(path, message, hint)


def _chosen(errors: list[ErrorDetails], read: Read, above: Path) -> list[ErrorDetails]:
    """Where a number or a table may stand, pydantic complains for both; kept is what is said of the one there."""
    paths = [_without_branches(details, read, above) for details in errors]
    kept = []
    for index, (details, path) in enumerate(zip(errors, paths, strict=True)):
        wants_table = details["type"] in ("model_type", "model_attributes_type", "dict_type")
        others = any(other[: len(path)] == path for place, other in enumerate(paths) if place != index)
        about_another = wants_table != isinstance(read.at((*above, *path)), dict)
        if not (others and about_another and details["type"].endswith("_type")):
            kept.append(details)
    return kept


def _without_branches(details: ErrorDetails, read: Read, above: Path) -> Path:
    """The location without the names pydantic gives to branches of a union: only keys that lead somewhere."""
    path: Path = ()
    for position, part in enumerate(details["loc"]):
        here = read.at((*above, *path))
        lacking = details["type"] == "missing" and position == len(details["loc"]) - 1
        if (isinstance(here, dict) and (part in here or lacking)) or (
            isinstance(here, list) and isinstance(part, int)
        ):
            path = (*path, part)
    return path


def _said(details: ErrorDetails, inner: Path, path: Path, read: Read, model: type[Any]) -> tuple[str, str]:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "extra_forbidden" or kind == "unexpected_keyword_argument":
        return "unknown key", _home(path, model) or nearest(str(path[-1]), keys_at(model, inner[:-1]))
    if path == ("schema",):
        return "must be 1", "this version of Handrail reads no other"
    if kind == "literal_error":
        return _choice(path, str(context["expected"]), read)
    if kind == "value_error":
        message, _, hint = str(context["error"]).partition("; ")
        return message, hint
    if path[-1:] == ("currency",):
        return _CURRENCY
    if kind in _BOUNDS:
        return f"must be {_BOUNDS[kind]} {next(iter(context.values())):g}", ""
    return _PLAIN.get(kind, (details["msg"].replace("Input should be", "must be"), ""))


def _home(path: Path, model: Any) -> str:
    """For a key at the top of the file: the one table that it belongs in, if there is one."""
    if len(path) > 1:
        return ""
    homes = [table for table in keys_at(model, ()) if path[0] in keys_at(model, (table,))]
    return f"it belongs under [{homes[0]}]" if len(homes) == 1 else ""


def _choice(path: Path, expected: str, read: Read) -> tuple[str, str]:
    """A word that is not among the allowed ones."""
    value = read.at(path)
    choices = [choice.strip("'") for choice in expected.replace(" or ", ", ").split(", ")]
    if not isinstance(value, str) or any(word in str(path[-1]) for word in _SECRET_WORDS):
        return f"must be {expected.replace(chr(39), chr(34))}", ""
    hint = nearest(value, choices)
    return f'"{value}" is not one of {", ".join(choices)}', hint if hint.startswith("did") else ""


def keys_at(model: Any, inner: Path) -> tuple[str, ...]:
    """The keys a table takes, found by walking the model's annotations along the path."""
    for part in inner:
        model = _below(model, part)
    found = _model_in(model)
    if found is None:
        return ()
    if issubclass(found, BaseModel):
        return tuple(info.alias or name for name, info in found.model_fields.items())
    options = (field for field in dataclasses.fields(found) if field.metadata.get("option", True))
    return tuple(field.name for field in options if field.name != "id")


def _below(model: Any, part: str | int) -> Any:
    found = _model_in(model)
    if found is not None and isinstance(part, str):
        if issubclass(found, BaseModel):
            info = found.model_fields.get(part)
            return info.annotation if info else None
        return getattr(found, "__annotations__", {}).get(part)
    arguments = [one for one in get_args(_bare(model)) if one is not Ellipsis]
    return arguments[-1] if arguments else None


def _bare(annotation: Any) -> Any:
    """The annotation without `Annotated` and `| None`."""
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    if get_origin(annotation) in (Union, types.UnionType):
        branches = [_bare(one) for one in get_args(annotation) if one is not type(None)]
        return next((one for one in branches if _is_table(one)), branches[0])
    return annotation


def _model_in(annotation: Any) -> type[Any] | None:
    bare = _bare(annotation)
    return bare if _is_table(bare) else None


def _is_table(bare: Any) -> bool:
    return isinstance(bare, type) and (issubclass(bare, BaseModel) or dataclasses.is_dataclass(bare))
