"""Refusals as errors of the graph: a stable code, a trace id, the values that a client may use, no word of the inside.

What nobody foresaw is logged under the trace id and answered as INTERNAL_ERROR. The codes are listed in
`resolvers.codes`.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import structlog

from domain.core.database import LOST
from domain.core.errors import Overloaded, Refusal, RequestError, StaleVersion
from resolvers.catalog import camel
from resolvers.nodes import Withheld
from resolvers.operation import Invalid
from resolvers.request import FieldWithheld, InternalError, Operation, TimedOut

log = structlog.get_logger("graph")

# A request that has run this long is cancelled, and with it its statement.
REQUEST_SECONDS = 30


class Unavailable(RequestError):
    """The database cannot be reached, or closed the session."""

    code = "UNAVAILABLE"
    zh = "数据库暂时不可用，请稍后重试。"
    en = "The database is not available; try again."


def fault_of(error: BaseException) -> Refusal | Invalid:
    """The fault as one that has a code."""
    match error:
        case Refusal() | Invalid():
            return error
        case TimeoutError() | asyncpg.QueryCanceledError():
            return TimedOut(seconds=REQUEST_SECONDS)
        case asyncpg.TooManyConnectionsError():
            return Overloaded()
        case _:
            return Unavailable() if isinstance(error, LOST) else InternalError()


def known_fault(error: BaseException, trace_id: str) -> Refusal | Invalid:
    """The fault as one that has a code; a lost database and what nobody foresaw are logged first."""
    fault = fault_of(error)
    match fault:
        case Unavailable() if fault is not error:
            log.warning("database_unavailable", trace_id=trace_id, exc_info=error)
        case InternalError() if fault is not error:
            log.error("internal_error", trace_id=trace_id, exc_info=error)
        case _:
            pass
    return fault


def code_of(error: BaseException) -> str:
    """The published code of a fault, the first one's where there are several."""
    fault = fault_of(error)
    return fault.code if isinstance(fault, Refusal) else fault.refusals[0].code


def error_entries(
    fault: Refusal | Invalid, trace_id: str, locale: str = "en", path: tuple[str | int, ...] = ()
) -> list[dict[str, Any]]:
    """The entries of `errors` for a fault; `path` is the response field it belongs to."""
    if not isinstance(fault, Invalid):
        return [_entry(fault, trace_id, locale, path)]
    entries: list[dict[str, Any]] = []
    for refusal, places in zip(fault.refusals, fault.locations, strict=True):
        locations = [{"line": line, "column": column} for line, column in places]
        entries.append(_entry(refusal, trace_id, locale, path) | {"locations": locations})
    return entries


def withheld_entries(operation: Operation, withheld: Sequence[Withheld], locale: str) -> list[dict[str, Any]]:
    """The entries of `errors` for withheld fields, one a field, for a client that asked for them."""
    if not operation.request.withheld_as_errors:
        return []
    trace_id = operation.request.trace_id
    told = [(FieldWithheld(coordinate=one.coordinate, requires=one.requires), one.path) for one in withheld]
    return [_entry(refusal, trace_id, locale, path) for refusal, path in told]


def public_values(refusal: Refusal) -> dict[str, Any]:
    """The values that a client may use, under the names of the graph; words of the Chinese message are not data."""
    values = {camel(name): value for name, value in refusal.values.items() if not name.endswith("_zh")}
    if isinstance(refusal, StaleVersion):
        values["changedFields"] = [camel(name.removesuffix("_id")) for name in refusal.values.get("changed_fields", ())]
    return values


def _entry(refusal: Refusal, trace_id: str, locale: str, path: tuple[str | int, ...]) -> dict[str, Any]:
    extensions: dict[str, Any] = {"code": refusal.code, "traceId": trace_id}
    if values := public_values(refusal):
        extensions["values"] = values
    if path and refusal.path:
        extensions["inputPath"] = [str(step) for step in refusal.path]
    entry: dict[str, Any] = {"message": refusal.message(locale), "extensions": extensions}
    if path or refusal.path:
        entry["path"] = list(path or refusal.path)
    return entry
