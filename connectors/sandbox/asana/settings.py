"""What of Asana's sterner side is switched on. Everything here is off (or kind) unless asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(slots=True)
class Settings:
    """Changed at run time by tests, faults and scenarios; looked at on every request.

    `requests_per_minute`: a token's limit (Asana: 150 free, 1,500 paid), refused ones count too; 0: none.
    `searches_per_minute`: the search endpoint's own limit (Asana: 60). `cost_per_minute`: objects a token may be
    answered with in a minute, debited after the answer. `reads_in_flight`, `writes_in_flight` (Asana: 50 and 15).
    `offset_life`: how long a page token lives. `offset_generation`: raise it and every earlier token has expired.
    `premium`: search and dependencies are in the plan, else 402. `exports`: the token may start resource exports.
    `moves_modify`: a move to another section moves `modified_at` (Asana's texts contradict each other there).
    `search_lag`: how long the search index lags (Asana: 10-60 s). `export_time`: how long an export takes.
    `latency`: seconds that a request is in flight before it is looked at, others being served meanwhile.
    `consolidate_within`: a completion undone so soon leaves no story. `default_limit`: the most objects that an
    answer without `limit` may hold, else 400 "too large". `loopback_targets`: webhooks to this machine are allowed.
    `lose_every`: of all events each n-th is never told, on no channel (Asana's events are at-most-once); 0: none.
    `announce`: what every answer says in `Asana-Change`, as when a deprecation is on its way.
    """

    requests_per_minute: int = 0
    searches_per_minute: int = 0
    cost_per_minute: int = 0
    reads_in_flight: int = 0
    writes_in_flight: int = 0
    offset_life: timedelta | None = None
    offset_generation: int = 0
    premium: bool = True
    exports: bool = True
    moves_modify: bool = True
    consolidate_within: timedelta | None = None
    search_lag: timedelta = timedelta(0)
    export_time: timedelta = timedelta(0)
    latency: float = 0.0
    default_limit: int = 0
    loopback_targets: bool = True
    lose_every: int = 0
    announce: str = ""
