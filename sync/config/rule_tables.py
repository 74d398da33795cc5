"""From `[rules.<id>]` to a rule: the keys of a kind are the fields of its dataclass, and no others."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainValidator, ValidationError, create_model

from rules.base import Rule
from sync.config import learned, named_lists
from sync.config.problems import Problem, nearest
from sync.config.read import Read
from sync.config.words import problems_of


def built(read: Read, kinds: Mapping[str, type[Rule]]) -> tuple[list[Rule], list[Problem]]:
    """The rules of the config, and what is wrong with those that could not be built."""
    found: list[Rule] = []
    wrong: list[Problem] = []
    for id_, table in _tables(read):
        path = ("rules", id_)
        kind = table.get("kind")
        if kind is None:
            wrong.append(read.problem(path, "kind is missing", f"known: {', '.join(kinds)}"))
        elif not isinstance(kind, str) or kind not in kinds:
            wrong.append(read.problem((*path, "kind"), f'"{kind}" is no kind of rule', nearest(str(kind), kinds)))
        else:
            try:
                found.extend(_one(id_, kinds[kind], table, read, wrong))
            except ValueError as error:
                wrong.append(_refused(id_, table, str(error), read))
    return found, wrong


def _one(id_: str, kind: type[Rule], table: Mapping[str, Any], read: Read, wrong: list[Problem]) -> Iterator[Rule]:
    """The rule of a sound table. ValueError: what the rule itself refuses."""
    path = ("rules", id_)
    asked, unlearned = learned.percents(table), list(learned.problems(path, kind, table, read))
    wrong.extend(unlearned)
    model = model_of(kind)
    try:
        options = {key: value for key, value in named_lists.spelled_out(read, table).items() if key != "kind"}
        valid = model.model_validate(learned.plain(options, asked))
    except ValidationError as error:
        wrong.extend(problems_of(error, read, model, path))
        return
    if not unlearned:
        yield _made(kind, valid, id=id_, **({"percents": asked} if asked else {}))


def _refused(id_: str, table: Mapping[str, Any], said: str, read: Read) -> Problem:
    """What a rule itself says: "breach (1wd) is not beyond warn; breach comes later" is about its key breach."""
    message, _, hint = said.partition("; ")
    key, _, rest = message.partition(" ")
    if key not in table:
        return read.problem(("rules", id_), message, hint)
    return read.problem(("rules", id_, key), re.sub(r"^\((.*?)\)", r"\1", rest), hint)


def _tables(read: Read) -> Iterator[tuple[str, Mapping[str, Any]]]:
    tables = read.values.get("rules", {})
    if isinstance(tables, dict):
        yield from ((id_, table) for id_, table in tables.items() if isinstance(table, dict))


def model_of(shape: type[Any]) -> type[BaseModel]:
    """A strict table with the fields of a dataclass; what has a `parse` is read from text."""
    hints = typing.get_type_hints(shape, include_extras=True)
    keys: dict[str, Any] = {}
    for field in dataclasses.fields(shape):
        if (field.name == "id" and issubclass(shape, Rule)) or not field.metadata.get("option", True):
            continue
        default: Any = ...
        if field.default is not dataclasses.MISSING:
            default = field.default
        elif field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        keys[field.name] = (_readable(hints[field.name]), default)
    config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True)
    return create_model(shape.__name__, __config__=config, __doc__=shape.__doc__, **keys)


def _made(shape: type[Any], valid: BaseModel, **more: Any) -> Any:
    return shape(**{name: getattr(valid, name) for name in type(valid).model_fields}, **more)


def _readable(annotation: Any) -> Any:
    """The annotation as pydantic can read it from TOML."""
    if isinstance(annotation, type) and callable(getattr(annotation, "parse", None)):
        return Annotated[annotation, PlainValidator(_parser(annotation))]
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        shape = annotation
        return Annotated[model_of(shape), AfterValidator(lambda valid: _made(shape, valid))]
    arguments, origin = get_args(annotation), get_origin(annotation)
    if not arguments or origin is typing.Literal:
        return annotation
    if origin in (Union, types.UnionType):
        return Union[tuple(_readable(one) for one in arguments)]  # noqa: UP007
    if origin is Annotated:
        return Annotated[(_readable(arguments[0]), *arguments[1:])]
    within = tuple(one if one is Ellipsis else _readable(one) for one in arguments)
    return types.GenericAlias(origin, within)


def _parser(shape: type[Any]) -> Any:
    def parse(value: object) -> object:
        return value if isinstance(value, shape) else shape.parse(value)

    return parse
