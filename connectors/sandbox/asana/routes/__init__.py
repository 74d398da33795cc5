"""The endpoints, one module a subject; importing them registers them."""

from connectors.sandbox.asana.routes import fields, people, projects, relations, stories, tasks

__all__ = ["fields", "people", "projects", "relations", "stories", "tasks"]
