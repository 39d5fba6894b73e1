"""What the executor is given: objects that are asked for fields, values as they go over the wire, refusals by code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from resolvers.catalog import Entity, Scalar

Row = Mapping[str, Any]


class Refused(Exception):
    """The oracle's refusal, by code."""

    def __init__(self, code: str, coordinate: str = "") -> None:
        super().__init__(code)
        self.code, self.coordinate = code, coordinate


def global_id(entity: Entity, row: Row) -> str:
    return f"{entity.name}-{row['company_id']}-{row['id']}" if entity.is_sharded else f"{entity.name}-{row['id']}"


def plain(number: Decimal) -> str:
    """A number without exponent or trailing zeros."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


class Instant:
    """An instant as PostgreSQL writes it: no trailing zeros in the fraction."""

    def __init__(self, value: datetime) -> None:
        self._value = value

    def isoformat(self) -> str:
        head = self._value.strftime("%Y-%m-%dT%H:%M:%S")
        fraction = f".{self._value.microsecond:06}".rstrip("0") if self._value.microsecond else ""
        return f"{head}{fraction}+00:00"


def shown(value: Any, scalar: Scalar | None = None) -> Any:
    """A column's value for the executor."""
    if scalar is Scalar.JSON and value is not None:
        return orjson.Fragment(value)
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return Instant(value)
    return str(value) if isinstance(value, UUID) else value


class Thing:
    """Anything the executor asks for fields."""

    def get(self, name: str, arguments: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        raise NotImplementedError


@dataclass(frozen=True)
class Simple(Thing):
    """An object whose fields are known."""

    values: Mapping[str, Any]

    def get(self, name: str, arguments: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        return self.values[name]


def money(amount: Decimal, currency: str) -> Simple:
    return Simple({"amount": plain(amount), "currency": currency})
