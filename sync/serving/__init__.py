"""The long-running service: its worker and schedule, and what it tells of itself."""
