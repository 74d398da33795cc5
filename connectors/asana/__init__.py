"""Asana: projects, tasks and stories in; custom fields out."""
