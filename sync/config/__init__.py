"""The config: its shape, where each key stands in the file, and everything that can be wrong with it."""

from sync.config.problems import ConfigProblems, MissingToken, Problem
from sync.config.settings import Settings, load
from sync.config.sources import SourceKind

__all__ = ["ConfigProblems", "MissingToken", "Problem", "Settings", "SourceKind", "load"]
