"""Whatever goes wrong, as errors that a client can act on: a stable code, a trace id, and no word of the inside.

One place turns exceptions into response bodies, for HTTP, event streams and sockets alike. What nobody foresaw is logged
under the trace id and answered as INTERNAL_ERROR.
"""

import os
import re
from collections.abc import Mapping
from typing import Any

import asyncpg
import structlog

from domain.core.database import to_json
from domain.core.errors import Overloaded, Refusal, RequestError
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

log = structlog.get_logger("server")

# A request that has run this long is cancelled, and with it its statement.
REQUEST_SECONDS = 30


class Unavailable(RequestError):
    """The database cannot be reached, or closed the session."""

    code = "UNAVAILABLE"
    zh = "数据库暂时不可用，请稍后重试。"
    en = "The database is not available; try again."


# Faults of the transport: their status holds whatever media type the client takes.
_STATUS: Mapping[type[Refusal], int] = {
    MalformedRequest: 400,
    OperationUnresolved: 400,
    NoSuchPath: 404,
    MethodNotAllowed: 405,
    NotAcceptable: 406,
    PayloadTooLarge: 413,
    UnsupportedMediaType: 415,
    InternalError: 500,
    Overloaded: 503,
    Unavailable: 503,
    TimedOut: 504,
}
_BY_CODE: Mapping[str, int] = {"UNAUTHENTICATED": 401, "THROTTLED": 429}

_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_NO_TRACE = "0" * 32

# What the driver raises when the session or the server is gone.
_LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError, OSError)


def trace_of(header: bytes | None) -> str:
    """The caller's trace id (W3C traceparent), or a new one."""
    given = _TRACEPARENT.fullmatch(header) if header else None
    trace = given[1].decode() if given else _NO_TRACE
    return os.urandom(16).hex() if trace == _NO_TRACE else trace


def known_fault(error: BaseException, trace_id: str) -> Refusal | Invalid:
    """The fault as one that has a code; an unforeseen one is logged first."""
    match error:
        case Refusal() | Invalid():
            return error
        case TimeoutError() | asyncpg.QueryCanceledError():
            return TimedOut(seconds=REQUEST_SECONDS)
        case asyncpg.TooManyConnectionsError():
            return Overloaded()
        case _ if isinstance(error, _LOST):
            log.warning("database_unavailable", trace_id=trace_id, exc_info=error)
            return Unavailable()
        case _:
            log.error("internal_error", trace_id=trace_id, exc_info=error)
            return InternalError()


def error_entries(fault: Refusal | Invalid, trace_id: str, locale: str = "en") -> list[dict[str, Any]]:
    """The entries of `errors` for a fault."""
    if isinstance(fault, Invalid):
        return [
            _entry(refusal, trace_id, locale)
            | {"locations": [{"line": line, "column": column} for line, column in places]}
            for refusal, places in zip(fault.refusals, fault.locations, strict=True)
        ]
    return [_entry(fault, trace_id, locale)]


def _entry(refusal: Refusal, trace_id: str, locale: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "message": refusal.message(locale),
        "extensions": {"code": refusal.code, "traceId": trace_id},
    }
    if refusal.path:
        entry["path"] = list(refusal.path)
    return entry


def fault_answer(error: BaseException, trace_id: str, locale: str = "en") -> Answer:
    """The whole answer for a request that failed with `error`."""
    fault = known_fault(error, trace_id)
    status, fixed = _status_of(fault)
    headers = {"retry-after": "1"} if status in (429, 503) else {}
    body = to_json({"errors": error_entries(fault, trace_id, locale)})
    return Answer(status=status, body=body, fixed=fixed, headers=headers)


def _status_of(fault: Refusal | Invalid) -> tuple[int, bool]:
    """The HTTP status, and whether it holds for application/json too."""
    if isinstance(fault, Invalid | LimitExceeded):
        return 400, False
    status = _STATUS.get(type(fault)) or _BY_CODE.get(fault.code)
    return (400, False) if status is None else (status, True)
