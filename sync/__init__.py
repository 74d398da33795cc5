"""The engine: pull, keep, view, judge, plan, apply, settle."""
