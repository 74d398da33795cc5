"""Custom field values as requests write them, turned into what a task holds (asana-facts §8)."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.asana.call import Call
from connectors.sandbox.asana.errors import bad
from connectors.sandbox.asana.records import CustomField, EnumOption, Held
from connectors.sandbox.asana.times import is_date, read_instant

MAX_TEXT = 1024


def read_value(call: Call, field: CustomField, raw: Any) -> Held:
    """The value to hold; None clears. 400 for a shape or an option that the field does not take."""
    if raw is None:
        return None
    if field.type == "enum":
        return _option(field, raw)
    if field.type == "multi_enum":
        return [_option(field, one) for one in _listed(field, raw)]
    if field.type == "people":
        named = [one["gid"] if isinstance(one, dict) else one for one in _listed(field, raw)]
        people = {person.gid: person for person in (call.person(one, "people_value") for one in named)}
        return list(people.values())
    if field.type == "date":
        return _date(field, raw)
    if field.type == "number":
        return _number(field, raw)
    return _text(field, raw)


def _wrong(field: CustomField, wanted: str, raw: Any) -> Exception:
    return bad(f"custom_field: {field.gid}: {wanted} expected for the {field.type} field '{field.name}', got {raw!r}")


def _option(field: CustomField, raw: Any) -> EnumOption:
    option = next((one for one in field.options if one.gid == str(raw)), None)
    if option is None:
        raise bad(f"Cannot find enum option with ID {raw}, for custom field {field.gid}")
    if not option.enabled:
        raise bad(f"Enum option {raw} of custom field {field.gid} is disabled")
    return option


def _listed(field: CustomField, raw: Any) -> list[Any]:
    if isinstance(raw, str):
        return [part for part in raw.split(",") if part]
    if not isinstance(raw, list):
        raise _wrong(field, "A list", raw)
    return raw


def _date(field: CustomField, raw: Any) -> Held:
    date, time = (raw.get("date"), raw.get("date_time")) if isinstance(raw, dict) else (raw, None)
    instant = read_instant(time) if isinstance(time, str) else None
    if (time is not None and instant is None) or (time is None and not is_date(date)):
        raise _wrong(field, "A date YYYY-MM-DD, or an object with date or date_time,", raw)
    if instant is None:
        return {"date": date, "date_time": None}
    return {"date": instant.date().isoformat(), "date_time": instant.isoformat(timespec="milliseconds")[:-6] + "Z"}


def _number(field: CustomField, raw: Any) -> Held:
    try:
        number = float(raw)
    except (TypeError, ValueError) as error:
        raise _wrong(field, "A number", raw) from error
    if isinstance(raw, bool) or number != number or number in (float("inf"), float("-inf")):
        raise _wrong(field, "A number", raw)
    number = round(number, field.precision)
    return int(number) if number.is_integer() else number


def _text(field: CustomField, raw: Any) -> Held:
    if not isinstance(raw, str):
        raise _wrong(field, "Text", raw)
    if len(raw) > MAX_TEXT:
        raise bad(f"custom_field: {field.gid}: Text is too long: at most {MAX_TEXT} characters")
    return raw or None
