"""Spans of operations for OpenTelemetry, where the extra `observe` is installed and an exporter is configured.

A span is made when its operation has ended, from the times that its stages took: tracing costs nothing inside. It is a
child of the caller's span where a `traceparent` came with the request, and in any case of the trace whose id stands in
the errors and the log. The environment says where spans go (OTEL_EXPORTER_OTLP_ENDPOINT and its kin).
"""

import os
import time
from typing import Any

from resolvers.request import GraphRequest
from server.observe import OK

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
NANOSECONDS = 1_000_000_000


class Spans:
    """Makes spans of operations with OpenTelemetry's API, given its tracer."""

    def __init__(self, tracer: Any) -> None:
        # Imported late: an extra.
        from opentelemetry import trace

        self._tracer = tracer
        self._trace = trace

    def operation(self, name: str, road: str, code: str, request: GraphRequest) -> None:
        """One span for an operation that has just ended, and one below it for each stage."""
        trace = self._trace
        ended = time.time_ns()
        begun = ended - int(request.stages.seconds * NANOSECONDS)
        span = self._tracer.start_span(
            f"graph {name}", self._parent(request), kind=trace.SpanKind.SERVER, start_time=begun,
            attributes={"graphql.operation.name": name, "skein.road": road, "skein.code": code},
        )  # fmt: skip
        if code != OK:
            span.set_status(trace.Status(trace.StatusCode.ERROR, code))
        inside = trace.set_span_in_context(span)
        for stage, seconds in request.stages.spent.items():
            is_statement = stage == "statement"
            part = self._tracer.start_span(
                stage, inside, kind=trace.SpanKind.CLIENT if is_statement else trace.SpanKind.INTERNAL,
                start_time=begun, attributes={"db.system.name": "postgresql"} if is_statement else None,
            )  # fmt: skip
            begun += int(seconds * NANOSECONDS)
            part.end(begun)
        span.end(ended)

    def _parent(self, request: GraphRequest) -> Any:
        """The context of the caller's span, or of a span that nobody has in the trace of this request."""
        trace = self._trace
        parent = trace.SpanContext(
            int(request.trace_id, 16), int(request.parent_span or os.urandom(8).hex(), 16), is_remote=True,
            trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
        )  # fmt: skip
        return trace.set_span_in_context(trace.NonRecordingSpan(parent))


def configured_spans(service: str = "skein") -> tuple[Spans, Any] | None:
    """Spans to the collector that the environment names, and the provider to shut down; None without either."""
    if ENDPOINT not in os.environ:
        return None
    try:
        # Not among the locked packages, which hold what tests need of the extra.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # pyright: ignore[reportMissingImports]
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        return None
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Spans(provider.get_tracer("skein")), provider
