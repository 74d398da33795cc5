"""The kinds of rules. This folder is the registry: one file, one kind."""
