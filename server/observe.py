"""What is known of every request afterwards: figures, one line of the log, and a span where somebody traces.

Neither the values of variables nor the text of a document is ever written down: a name, a road, a code, times, points.
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson

from resolvers.request import GraphRequest, Operation
from server.metrics import Metrics
from server.tiers import Client

OK = "OK"
# The road of what was refused before it had one.
NONE = "none"

# `Skein-Timing: 1` asks for a Server-Timing header. Only staff get it: times tell strangers what exists.
TIMING = b"skein-timing"


class Tracer(Protocol):
    """Takes finished operations to where traces are kept."""

    def operation(self, name: str, road: str, code: str, request: GraphRequest, /) -> None: ...


class Observer:
    """Told of every request once, when it has ended."""

    def __init__(self, metrics: Metrics, *, logs_requests: bool, tracer: Tracer | None = None) -> None:
        self.metrics = metrics
        self.tracer = tracer
        self._logs = logs_requests

    def answered(self, operation: Operation, client: Client, road: str, actual: int) -> None:
        """An operation was answered, for so many points; a subscription has begun."""
        node = operation.node
        name = self.metrics.name(node.name.value if node.name else None, learn=not client.is_anonymous)
        self._ended((name, road, OK), operation.request, client, (operation.cost, actual))

    def failed(self, operation: Operation, client: Client, road: str, code: str) -> None:
        """A prepared operation ended with a fault."""
        node = operation.node
        name = self.metrics.name(node.name.value if node.name else None, learn=False)
        self._ended((name, road, code), operation.request, client, (operation.cost, 0))

    def refused(self, request: GraphRequest, client: Client, code: str) -> None:
        """A document was refused before it became an operation."""
        name = self.metrics.name(request.operation_name, learn=False)
        self._ended((name, NONE, code), request, client, (0, 0))

    def turned_away(self, trace_id: str, code: str) -> None:
        """A request never came to the gate: its transport or its credential was at fault."""
        self.metrics.count((NONE, NONE, code), 0.0)
        if self._logs:
            log_line({"event": "turned_away", "trace_id": trace_id, "code": code})

    def _ended(self, kind: tuple[str, str, str], request: GraphRequest, client: Client, cost: tuple[int, int]) -> None:
        name, road, code = kind
        stages = request.stages
        seconds = stages.seconds
        self.metrics.count(kind, seconds, *cost)
        self.metrics.took(road, stages.spent)
        if self._logs:
            log_line({
                "event": "operation", "trace_id": request.trace_id, "operation": name, "road": road, "code": code,
                "client": client.text, "requested": cost[0], "actual": cost[1], "seconds": seconds,
                "stages": stages.spent,
            })  # fmt: skip
        if self.tracer is not None:
            self.tracer.operation(name, road, code, request)


def log_line(event: Mapping[str, Any]) -> None:
    """Write one line of the log at level info, as `server.logs` has them.

    Not through structlog: its processors take a third of the time of a planned read, and this is once a request.
    """
    told = {**event, "level": "info", "timestamp": datetime.now(UTC)}
    line = orjson.dumps(told, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
    # The stream of now: whoever redirects it later redirects the log.
    sys.stderr.buffer.write(line)
    sys.stderr.buffer.flush()


def server_timing(request: GraphRequest) -> str:
    """The value of a Server-Timing header: each stage and the whole in milliseconds."""
    stages = request.stages
    told = [*stages.spent.items(), ("total", stages.seconds)]
    return ", ".join(f"{stage};dur={seconds * 1e3:.3f}" for stage, seconds in told)
