"""Notion: data sources in; findings rows and pages out."""
