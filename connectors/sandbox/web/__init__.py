"""The same world for a person: boards, tasks with their history, people, pages. No scripts, all text escaped."""

from connectors.sandbox.web.routes import page_routes

__all__ = ["page_routes"]
