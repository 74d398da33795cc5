"""How the pretend Notion is set up: its workspace, and the trouble that it makes only on request."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sandbox.core import stable_uuid


@dataclass(slots=True)
class Settings:
    """All of it may be changed at any time.

    `site`: what page URLs start with. `requests_per_minute`: 0 is no limit; Notion's own are 180 and 600 in fixed
    windows of 60 seconds, per token. `saved_but_503`: so many of the next writes are saved and yet answered 503.
    `content_moves_edited_time`: whether an edit of a page's content moves the page's last_edited_time (not
    documented; 2024 reports say that it does not for edits by the API). `webhook_delay`: seconds over which events
    of one entity are joined into one.
    """

    site: str = "https://app.notion.com/p/"
    workspace_name: str = "Handrail sandbox"
    workspace_id: str = stable_uuid("notion", "workspace")
    requests_per_minute: int = 0
    saved_but_503: int = 0
    content_moves_edited_time: bool = True
    webhook_delay: float = 1.0
    max_upload_bytes: int = 5_242_880
