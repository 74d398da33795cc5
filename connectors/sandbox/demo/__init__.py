"""The demo scenario: fourteen weeks in the marketing team of an invented company, with leaks there to be found."""

from connectors.sandbox.demo.scenario import play_demo

__all__ = ["play_demo"]
