"""How much one sender, and all of them together, may ask of the receiver."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`body_bytes`: the longest body; deliveries of both vendors are some hundred bytes an event. `body_seconds`: how
    long a sender may take over it. `memory`: bytes of all bodies held at once. `commit_seconds`: how long a sender
    waits until what it told is on the disk. The seconds together stay below ten for any honest sender: then Asana
    counts a delivery as failed."""

    body_bytes: int = 2 * 1024 * 1024
    body_seconds: float = 5.0
    memory: int = 64 * 1024 * 1024
    commit_seconds: float = 8.0
