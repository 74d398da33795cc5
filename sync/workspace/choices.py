"""What rules ask for, held against what may be chosen: a value that nobody can choose matches nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from rules.patterns import matches
from rules.where import Where
from sync.config import Problem, Settings
from sync.config.problems import nearest
from sync.config.read import Read
from sync.workspace.holding import Seen, field_named

_PRIORITY = ("priority", "priority_field")


def warnings(settings: Settings, read: Read, seen: Seen) -> Iterator[Problem]:
    """Priorities and options of fields that no place has. Told only where every source could be read."""
    if not seen or any(source.failed or source.unseen for source in seen.values()):
        return
    for rule in settings.rules():
        for key in ("where", "where_not"):
            where = getattr(rule, key, None)
            for word, field, value in _asked(where, seen) if isinstance(where, Where) else ():
                options = _options(field, seen)
                if options and not any(value == one or matches(value, one) for one in options):
                    message = f'nothing can be "{value}": "{field}" has no such option'
                    yield read.problem(("rules", rule.id, key, word), message, nearest(value, options))


def _asked(where: Where, seen: Seen) -> Iterator[tuple[str, str, str]]:
    """The list that a value stands in, the field that it is a value of, and the value."""
    for pair in where.field:
        name, _, value = pair.partition("=")
        yield "field", name.strip(), value.strip()
    fields = list(dict.fromkeys(_priorities(seen)))
    if len(fields) == 1:  # with several, a name may be an option of either
        yield from (("priority", fields[0], value) for value in where.priority)


def _priorities(seen: Seen) -> Iterator[str]:
    for source in seen.values():
        needed = (*source.claims.anywhere, *(one for claim in source.claims.places for one in claim.fields))
        yield from (one.name for one in needed if one.path[-1] in _PRIORITY)


def _options(name: str, seen: Seen) -> list[str]:
    """What may be chosen in the fields of this name; empty where anything may be written into one of them."""
    places = [place for source in seen.values() for place in source.all_places()]
    found = [field for place in places if (field := field_named(name, place.fields))]
    if not all(field.options for field in found):
        return []
    return list(dict.fromkeys(option.name for field in found for option in field.options))
