"""The receiver: takes webhook deliveries over HTTP, and answers once what they name is safely in the inbox."""

from __future__ import annotations

from sync.receiver.app import Counts, Receiver
from sync.receiver.limits import Limits
from sync.receiver.web import CannotListen, Web

__all__ = ["CannotListen", "Counts", "Limits", "Receiver", "Web"]
