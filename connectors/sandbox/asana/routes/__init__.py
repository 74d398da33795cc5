"""The endpoints, one module a subject; importing them registers them."""

from connectors.sandbox.asana.routes import (
    bulk,
    fields,
    people,
    portfolios,
    projects,
    relations,
    search,
    statuses,
    stories,
    tasks,
    watching,
)

__all__ = [
    "bulk", "fields", "people", "portfolios", "projects", "relations", "search", "statuses", "stories", "tasks",
    "watching",
]  # fmt: skip
