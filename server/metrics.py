"""What a process counts, and how Prometheus reads it.

Counting happens once a request and must cost next to nothing: dictionaries and lists, about a microsecond a request,
where the client library's own counters take twenty. The library writes the exposition when it is asked for.

With several processes behind one port a scrape reaches any of them. Each therefore writes what it counted to a file of
its own every few seconds, and the one that is asked adds the files of the others to what it knows itself: a figure of
another process is at most `SHARE_SECONDS` old. A process that ends takes its figures along, which Prometheus reads as
a counter that began again.
"""

import asyncio
import contextlib
import os
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

import orjson
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)

# Upper bounds in seconds: a planned read takes one millisecond, the longest request thirty seconds.
BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

# Operation names told apart; whatever comes later is counted as OTHER, so that no client can fill the memory of the
# one who scrapes. A name is learned only when its operation was answered to somebody with a credential.
NAMES_MAX = 200
NAME_LENGTH_MAX = 64
OTHER = "other"
UNNAMED = "unnamed"

SHARE_SECONDS = 5.0
# A file that was not written for so long is that of a process that was killed.
SHARE_STALE_SECONDS = 20.0

Figures = dict[str, Any]


class _Outcome:
    """Requests of one operation that ended in one way: how many, how long, and what they cost.

    `counts` is a count for each bound and one for what is longer.
    """

    __slots__ = ("actual", "counts", "requested", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0
        self.requested = self.actual = 0


class Metrics:
    """The figures of this process; `gauges` are asked for when somebody looks."""

    def __init__(self, gauges: Mapping[str, Callable[[], int]] | None = None) -> None:
        self.gauges: dict[str, Callable[[], int]] = dict(gauges or {})
        self._names: dict[str, str] = {}
        self._outcomes: dict[tuple[str, str, str], _Outcome] = {}
        # Road, then stage: how often and how long.
        self._stages: dict[str, dict[str, list[float]]] = {}

    def name(self, given: str | None, *, learn: bool) -> str:
        """The name under which an operation is counted."""
        if given is None:
            return UNNAMED
        known = self._names.get(given)
        if known is not None:
            return known
        if learn and len(self._names) < NAMES_MAX and len(given) <= NAME_LENGTH_MAX:
            self._names[given] = given
            return given
        return OTHER

    def count(self, kind: tuple[str, str, str], seconds: float, requested: int = 0, actual: int = 0) -> None:
        """One request of this (operation, road, code) took so long and cost so much."""
        outcome = self._outcomes.get(kind)
        if outcome is None:
            outcome = self._outcomes[kind] = _Outcome()
        outcome.counts[bisect_left(BOUNDS, seconds)] += 1
        outcome.seconds += seconds
        outcome.requested += requested
        outcome.actual += actual

    def took(self, road: str, spent: Mapping[str, float]) -> None:
        """One request spent its time in these stages."""
        stages = self._stages.get(road)
        if stages is None:
            stages = self._stages[road] = {}
        for stage, seconds in spent.items():
            known = stages.get(stage)
            if known is None:
                stages[stage] = [1, seconds]
            else:
                known[0] += 1
                known[1] += seconds

    def figures(self) -> Figures:
        """Everything counted so far, as JSON takes it."""
        return {
            "outcomes": [
                [*kind, one.counts, one.seconds, one.requested, one.actual] for kind, one in self._outcomes.items()
            ],
            "stages": [[stage, road, *took] for road, stages in self._stages.items() for stage, took in stages.items()],
            "gauges": [[name, ask()] for name, ask in self.gauges.items()],
        }


class Sharing:
    """The figures of the other processes behind the same port, through files in one folder."""

    def __init__(
        self, metrics: Metrics, folder: Path, *, pid: int | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._metrics = metrics
        self._folder = folder
        self._file = folder / f"{pid or os.getpid()}.json"
        self._clock = clock

    async def watch(self) -> None:
        """Write what was counted every few seconds until cancelled; then take the file away."""
        try:
            while True:
                self.write()
                await asyncio.sleep(SHARE_SECONDS)
        finally:
            with contextlib.suppress(FileNotFoundError):
                self._file.unlink()

    def write(self) -> None:
        """Write what was counted, in one step."""
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".draft")
        draft.write_bytes(orjson.dumps(self._metrics.figures()))
        draft.replace(self._file)

    def others(self) -> Iterator[Figures]:
        """What the other processes counted."""
        for path in sorted(self._folder.glob("*.json")):
            # A process that ends meanwhile takes its file along.
            with contextlib.suppress(FileNotFoundError):
                if path != self._file and self._clock() - path.stat().st_mtime < SHARE_STALE_SECONDS:
                    yield orjson.loads(path.read_bytes())


def exposition(processes: Iterable[Figures], extra: Mapping[str, float]) -> bytes:
    """The figures of all processes added up, and single values beside them, in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Collector(list(processes), extra))
    return generate_latest(registry)


_GAUGES = {
    "connections_lent": "Connections to the database that serve requests now.",
    "connections_waiting": "Requests that wait for a connection now.",
    "sockets": "Open sockets.",
    "streams": "Open subscriptions, over sockets and event streams.",
    "documents": "Documents that are remembered.",
    "plans": "Plans that are remembered.",
    "clients": "Clients with a lease of their bucket.",
    "outbox_waiting": "Events that are committed and have no position yet.",
    "outbox_lag_seconds": "Age of the oldest event without a position.",
    "watch_lag": "Positions that this process has not told its subscribers yet.",
}
_COUNTERS = {
    "connections_awaited": "Requests that had to wait for a connection.",
    "connections_refused": "Requests that waited for a connection in vain.",
    "bucket_writes": "Statements that moved points between the buckets and this process.",
}


class _Collector:
    """Adds up and names."""

    def __init__(self, processes: list[Figures], extra: Mapping[str, float]) -> None:
        self._processes = processes
        self._extra = extra

    def collect(self) -> Iterator[Metric]:
        """The families, each once."""
        yield from self._outcomes()
        stages = SummaryMetricFamily("skein_stage_seconds", "Where that time went.", labels=("stage", "road"))
        for key, (count, seconds) in sorted(self._sums("stages", 2).items()):
            stages.add_metric(key, count, seconds)
        yield stages
        singles: dict[str, float] = dict(self._extra)
        for figures in self._processes:
            for name, value in figures["gauges"]:
                singles[name] = singles.get(name, 0) + value
        for name, value in singles.items():
            if name in _COUNTERS:
                yield CounterMetricFamily(f"skein_{name}", _COUNTERS[name], value=value)
            else:
                yield GaugeMetricFamily(f"skein_{name}", _GAUGES[name], value=value)

    def _outcomes(self) -> Iterator[Metric]:
        labels = ("operation", "road", "code")
        times = HistogramMetricFamily(
            "skein_operation_seconds", "Requests by how they ended, and from the request read to the answer made.",
            labels=labels,
        )  # fmt: skip
        points = CounterMetricFamily("skein_cost_points", "Cost in points.", labels=(*labels, "kind"))
        for key, (counts, seconds, requested, actual) in sorted(self._sums("outcomes", 3).items()):
            bounds = (*map(str, BOUNDS), "+Inf")
            times.add_metric(key, list(zip(bounds, accumulate(counts), strict=True)), seconds)
            points.add_metric((*key, "requested"), requested)
            points.add_metric((*key, "actual"), actual)
        yield times
        yield points

    def _sums(self, family: str, width: int) -> dict[tuple[str, ...], list[Any]]:
        """The rows of a family of every process, added by their labels."""
        found: dict[tuple[str, ...], list[Any]] = {}
        for figures in self._processes:
            for row in figures[family]:
                key, values = tuple(row[:width]), row[width:]
                known = found.get(key)
                found[key] = values if known is None else [_plus(*pair) for pair in zip(known, values, strict=True)]
        return found


def _plus(one: Any, two: Any) -> Any:
    """Two figures, or two lists of figures, added."""
    return [a + b for a, b in zip(one, two, strict=True)] if isinstance(one, list) else one + two
