"""The summary page under its old name: see `sync.pages`."""

from sync.pages import as_of_line, day_start, summary, whole_days

__all__ = ["as_of_line", "day_start", "summary", "whole_days"]
