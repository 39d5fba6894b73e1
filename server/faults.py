"""Faults at the edge: which HTTP status a refusal has, and the whole answer to a request that failed.

What a refusal says is the business of `resolvers.errors`; only the status, the trace and the headers are decided here.
"""

import os
import re
from collections.abc import Mapping

from domain.core.database import to_json
from domain.core.errors import Overloaded, Refusal
from resolvers.errors import Unavailable, error_entries, known_fault
from resolvers.limits import LimitExceeded
from resolvers.operation import Invalid
from resolvers.request import (
    Answer,
    InternalError,
    MalformedRequest,
    MethodNotAllowed,
    NoSuchPath,
    NotAcceptable,
    OperationUnresolved,
    PayloadTooLarge,
    TimedOut,
    UnsupportedMediaType,
)
from server.throttle import Throttled

# Faults of the transport: their status holds whatever media type the client takes.
_STATUS: Mapping[type[Refusal], int] = {
    MalformedRequest: 400,
    OperationUnresolved: 400,
    NoSuchPath: 404,
    MethodNotAllowed: 405,
    NotAcceptable: 406,
    PayloadTooLarge: 413,
    UnsupportedMediaType: 415,
    Throttled: 429,
    InternalError: 500,
    Overloaded: 503,
    Unavailable: 503,
    TimedOut: 504,
}
_BY_CODE: Mapping[str, int] = {"UNAUTHENTICATED": 401}

_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_NO_TRACE = "0" * 32


def trace_of(header: bytes | None) -> str:
    """The caller's trace id (W3C traceparent), or a new one."""
    given = _TRACEPARENT.fullmatch(header) if header else None
    trace = given[1].decode() if given else _NO_TRACE
    return os.urandom(16).hex() if trace == _NO_TRACE else trace


def span_of(header: bytes) -> str:
    """The caller's span (W3C traceparent), empty where the header names none."""
    given = _TRACEPARENT.fullmatch(header)
    return given[2].decode() if given and given[2].strip(b"0") else ""


def fault_answer(error: BaseException, trace_id: str, locale: str = "en") -> Answer:
    """The whole answer for a request that failed with `error`."""
    fault = known_fault(error, trace_id)
    status, fixed = _status_of(fault)
    headers = {"retry-after": "1"} if status == 503 else {}
    if isinstance(fault, Throttled):
        headers = {"retry-after": str(fault.values["retry_after_seconds"])}
    if status == 401:
        headers = {"www-authenticate": "Bearer"}
    body = to_json({"errors": error_entries(fault, trace_id, locale)})
    return Answer(status=status, body=body, fixed=fixed, headers=headers)


def _status_of(fault: Refusal | Invalid) -> tuple[int, bool]:
    """The HTTP status, and whether it holds for application/json too."""
    return (400, False) if isinstance(fault, Invalid) else status_of(type(fault))


def status_of(kind: type[Refusal]) -> tuple[int, bool]:
    """The HTTP status of a refusal that is all of an answer, and whether it holds for application/json too."""
    if issubclass(kind, LimitExceeded):
        return 400, False
    status = _STATUS.get(kind) or _BY_CODE.get(kind.code)
    return (400, False) if status is None else (status, True)


__all__ = ["error_entries", "fault_answer", "known_fault", "span_of", "status_of", "trace_of"]
