"""What a broken constraint of the database says to a person: the second guard speaks with the codes of the first.

A rule stands in the write path and again in the database. Where two writers race past the first, the second answers,
and the client gets a named refusal instead of an internal error. What has no such meaning (a missing NOT NULL value)
stays a fault.
"""

import re
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from domain.core.errors import AlreadyExists, DomainError, NotFound, Rejected, StillReferenced
from domain.core.records import spaced

# "Key (company_id, number)=(1, PO-7) already exists." The values are the client's own.
_DETAIL = re.compile(r"Key \((?P<columns>.*?)\)=\((?P<values>.*?)\) ")
# A whole number that its column has no room for is refused by the driver, before the database sees it.
_TOO_WIDE = re.compile(r"(?:: (?P<value>-?\d+) )?\(value out of int\d+ range\)")

BROKEN: tuple[type[Exception], ...] = (
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.DataError,
    asyncpg.CharacterNotInRepertoireError,
    asyncpg.UntranslatableCharacterError,
)


def refusal_of(error: Exception) -> DomainError | None:
    """The refusal that a database error stands for; None when it is a fault of the program."""
    facts: Any = error
    table: str = facts.table_name or ""
    what = spaced(table)
    columns, values = _key(facts.detail or "")
    match error:
        case asyncpg.UniqueViolationError() | asyncpg.ExclusionViolationError():
            return AlreadyExists(what=what, key=values)
        case asyncpg.ForeignKeyViolationError() if "still referenced" in (facts.detail or ""):
            return StillReferenced(what=what, key=values)
        case asyncpg.ForeignKeyViolationError():
            return NotFound(what=spaced(columns.removesuffix("_id")), key=values)
        case asyncpg.CheckViolationError():
            rule = str(facts.constraint_name or "").removeprefix(f"ck_{table}_")
            return Rejected(what=what, value="", reason=f"it breaks {rule}", reason_zh=f"违反规则 {rule}", rule=rule)
        case asyncpg.NumericValueOutOfRangeError():
            return Rejected(what="number", value="", reason="it is too large", reason_zh="数值过大")
        case asyncpg.DataError() if (wide := _TOO_WIDE.search(str(error))) is not None:
            return Rejected(what="number", value=wide["value"] or "", reason="it is too large", reason_zh="数值过大")
        case asyncpg.CharacterNotInRepertoireError() | asyncpg.UntranslatableCharacterError():
            return Rejected(what="text", value="", reason="it holds a character that is none", reason_zh="含无效字符")
        case _:
            return None


def _key(detail: str) -> tuple[str, str]:
    """The column and value that a detail names, the company number left out."""
    found = _DETAIL.search(detail)
    if found is None:
        return "", ""
    columns, values = found["columns"].split(", "), found["values"].split(", ")
    if len(columns) == len(values) and columns[0] == "company_id":
        columns, values = columns[1:], values[1:]
    return ", ".join(columns), ", ".join(values)
