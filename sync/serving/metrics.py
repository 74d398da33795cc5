"""`/metrics` for Prometheus: what the service has counted and what its store says, read at each scrape.

A registry of its own. A gauge that the store cannot answer is left out, and the error counted; the scrape goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from connectors.http.meter import Tally
from sync.house import House
from sync.serving.status import held
from sync.serving.vitals import BUCKETS, Snapshot, Spent, Vitals

Received = Callable[[], Mapping[tuple[str, str], int]]
"""Deliveries since the start by source and what became of them: "accepted", or why it was refused."""


def registry(house: House, vitals: Vitals, received: Received, clock: Callable[[], datetime]) -> CollectorRegistry:
    """One that holds everything this service measures, and its process."""
    made = CollectorRegistry()
    made.register(_Service(house, vitals, received, clock))
    ProcessCollector(registry=made)
    return made


def rendered(made: CollectorRegistry, accept: str) -> tuple[bytes, str]:
    """A scrape in the form asked for by the `Accept` header, and its content type."""
    encode, kind = choose_encoder(accept)
    return encode(made), kind


class _Service(Collector):
    def __init__(
        self, house: House, vitals: Vitals, received: Received, clock: Callable[[], datetime]
    ) -> None:  # fmt: skip
        self._house, self._vitals, self._received, self._clock = house, vitals, received, clock
        self._errors = 0

    def describe(self) -> list[Metric]:
        """Nothing ahead: registering must not ask the store."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Everything, as it is now."""
        now, vitals = self._clock(), self._vitals.snapshot()
        yield _build()
        yield from _worker(vitals)
        yield from _runs(vitals)
        yield from _vendors(self._house.meter.read())
        yield _counted("handrail_deliveries", "Webhook deliveries, by what became of them.",
                       ("source", "result"), self._received())  # fmt: skip
        for part in (self._inbox, self._sources, self._webhooks, self._findings):
            try:
                yield from part(now, vitals)
            except SQLAlchemyError:
                self._errors += 1
        yield CounterMetricFamily("handrail_store_errors", "Gauges left out because the store did not answer.",
                                  value=self._errors)  # fmt: skip

    def _inbox(self, now: datetime, _vitals: Snapshot) -> list[Metric]:
        waiting = self._house.store.inbox()
        age = (now - waiting.oldest).total_seconds() if waiting.oldest else 0.0
        return [
            GaugeMetricFamily("handrail_inbox_items", "Items that wait to be looked at again.", waiting.depth),
            GaugeMetricFamily("handrail_inbox_oldest_seconds", "How long the oldest of them waits.", max(age, 0.0)),
        ]

    def _sources(self, now: datetime, _vitals: Snapshot) -> list[Metric]:
        read = self._house.store.last_read_whole()
        stale = GaugeMetricFamily("handrail_source_stale_seconds", "Since the source was last read whole; absent: "
                                  "never.", labels=["source"])  # fmt: skip
        for source in self._house.sources:
            if source in read:
                stale.add_metric([source], max((now - read[source]).total_seconds(), 0.0))
        return [stale]

    def _webhooks(self, _now: datetime, _vitals: Snapshot) -> list[Metric]:
        hooks = Counter((one.source, "troubled" if one.note else one.state) for one in self._house.store.hooks())
        told = GaugeMetricFamily("handrail_webhooks", "Our webhooks, by how they are.", labels=["source", "state"])
        for (source, state), count in sorted(hooks.items()):
            told.add_metric([source, state], count)
        return [told]

    def _findings(self, _now: datetime, vitals: Snapshot) -> list[Metric]:
        told = GaugeMetricFamily("handrail_findings", "Findings that hold, as last judged.", labels=["rule", "level"])
        for (rule, level), count in sorted(held(self._house, vitals).items()):
            told.add_metric([rule, level], count)
        return [told]


def _build() -> Metric:
    told = GaugeMetricFamily("handrail_build_info", "1; its labels say what runs.", labels=["version"])
    told.add_metric([version("handrail")], 1)
    return told


def _worker(vitals: Snapshot) -> Iterator[Metric]:
    turned = vitals.turned_at or vitals.started_at
    yield GaugeMetricFamily("handrail_worker_turn_timestamp_seconds", "When the worker last turned.",
                            turned.timestamp())  # fmt: skip
    yield GaugeMetricFamily("handrail_run_in_hand", "1 while a run is in hand.", int(vitals.working is not None))
    if vitals.next_run:
        yield GaugeMetricFamily("handrail_next_run_timestamp_seconds", "When the next scheduled run is due.",
                                vitals.next_run.timestamp())  # fmt: skip


def _runs(vitals: Snapshot) -> Iterator[Metric]:
    yield _counted("handrail_runs", "Runs that ended, by how.", ("kind", "result"), vitals.runs)
    spent = HistogramMetricFamily("handrail_run_duration_seconds", "How long runs took.", labels=["kind"])
    for kind, one in vitals.spent.items():
        spent.add_metric([kind], _buckets(one), one.seconds)
    yield spent
    yield _counted("handrail_writes", "Changes sent to a vendor, by what became of them.", ("outcome",),
                   {(outcome,): count for outcome, count in vitals.writes.items()})  # fmt: skip


def _buckets(spent: Spent) -> list[tuple[str, float]]:
    """Cumulative, as Prometheus wants them."""
    total, told = 0, []
    for bound, count in zip(BUCKETS, spent.buckets, strict=True):
        total += count
        told.append((f"{bound}", float(total)))
    return [*told, ("+Inf", float(spent.count))]


def _vendors(tally: Tally) -> Iterator[Metric]:
    sent: Counter[tuple[str, ...]] = Counter()
    seconds: dict[str, float] = {}
    for call, count in tally.requests.items():
        sent[call.source, call.method, str(call.status)] += count
    for call, spent in tally.seconds.items():
        seconds[call.source] = seconds.get(call.source, 0.0) + spent
    yield _counted("handrail_requests", "Requests to vendors, repeated ones included; status 0: no answer came.",
                   ("source", "method", "status"), sent)  # fmt: skip
    for name, said, by_source in (
        ("handrail_request_seconds", "Seconds that requests to vendors took.", seconds),
        ("handrail_limiter_wait_seconds", "Seconds waited for the pace of [sources.…].", tally.paced),
        ("handrail_backoff_seconds", "Seconds slept before requests were repeated.", tally.backed_off),
        ("handrail_retries", "Requests that were repeated.", tally.retries),
    ):
        yield _counted(name, said, ("source",), {(source,): value for source, value in by_source.items()})


def _counted(name: str, said: str, labels: tuple[str, ...], counts: Mapping[Any, float]) -> Metric:
    told = CounterMetricFamily(name, said, labels=labels)
    for values, count in sorted(counts.items()):
        told.add_metric(list(values), count)
    return told
