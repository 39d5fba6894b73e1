"""The scalars of the graph: numbers travel as strings, exactly; days and instants as ISO 8601."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from graphql import GraphQLError

Cursor = NewType("Cursor", str)
JSON = NewType("JSON", object)

# Digits before and after the point that the widest column holds, numeric(24,10).
DECIMAL_PATTERN = re.compile(r"-?(0|[1-9]\d{0,17})(\.\d{1,10})?", re.ASCII)
DATE_PATTERN = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
CURSOR_LENGTH_MAX = 1_000


def _refuse(value: object, of: str, reason: str) -> GraphQLError:
    return GraphQLError(f"{str(value)[:60]!r} is not a valid {of}: {reason}.", extensions={"code": "BAD_USER_INPUT"})


def parse_decimal(value: Any) -> Decimal:
    """The exact number that a string (or a JSON integer) writes.

    Raises: GraphQLError BAD_USER_INPUT for floats, NaN, Infinity, exponents, leading zeros and more than 10 decimals.
    """
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not DECIMAL_PATTERN.fullmatch(text):
        raise _refuse(value, "Decimal", 'write it as a string of digits such as "12.50", at most 10 decimals')
    return Decimal(text)


def parse_date(value: Any) -> date:
    """The calendar day that `YYYY-MM-DD` writes. Raises: GraphQLError BAD_USER_INPUT."""
    if isinstance(value, str) and DATE_PATTERN.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise _refuse(value, "Date", "there is no such day") from error
    raise _refuse(value, "Date", "write it as YYYY-MM-DD")


def parse_datetime(value: Any) -> datetime:
    """The instant in UTC that an RFC 3339 text with an offset writes. Raises: GraphQLError BAD_USER_INPUT."""
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise _refuse(value, "DateTime", "write it as 2026-01-31T09:30:00Z, with an offset")
    return instant.astimezone(UTC)


def parse_cursor(value: Any) -> str:
    """An opaque cursor as received; its content is checked where it is used. Raises: GraphQLError BAD_USER_INPUT."""
    if not isinstance(value, str) or not value or len(value) > CURSOR_LENGTH_MAX:
        raise _refuse(value, "Cursor", "send back a cursor as this graph gave it")
    return value


SCALARS: dict[object, Any] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        serialize=str,
        parse_value=parse_decimal,
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259#section-7",
        description='An exact decimal number, as a string: "-12.50". Up to 10 decimals; no exponent, NaN or Infinity.',
    ),
    date: strawberry.scalar(
        name="Date",
        serialize=lambda value: value.isoformat(),
        parse_value=parse_date,
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        description="A calendar day of the company: YYYY-MM-DD.",
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        serialize=lambda value: value.isoformat(),
        parse_value=parse_datetime,
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        description="An instant with its offset; answers are in UTC.",
    ),
    Cursor: strawberry.scalar(
        name="Cursor",
        serialize=str,
        parse_value=parse_cursor,
        specified_by_url="https://relay.dev/graphql/connections.htm#sec-Cursor",
        description="An opaque place in a list or stream; send it back unchanged.",
    ),
    JSON: strawberry.scalar(
        name="JSON",
        serialize=lambda value: value,
        parse_value=lambda value: value,
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        description="A JSON value.",
    ),
}
