"""What the values of a master are held against: the company's currency, and the codes of each list it draws from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from domain.core.columns import spec_of
from domain.core.commands import UNSET
from domain.core.database import Row
from domain.core.records import GROUP, GroupRecord, Record
from domain.core.work import Work
from domain.master_data.code_lists import CodeList, CodeValue
from domain.master_data.companies import Company
from domain.master_data.currencies import Currency
from domain.master_data.units import UnitOfMeasure


@dataclass(frozen=True, slots=True)
class Known:
    """The company's currency, none for the group; by list, those of the commands' codes that it holds.

    A list that the installation does not hold is absent, and is not enforced.
    """

    currency: str | None
    codes: Mapping[str, frozenset[str]]


_company, _currency, _unit = Company.table, Currency.table, UnitOfMeasure.table
_CURRENCY_OF_COMPANY = select(_company.c.currency).where(
    _company.c.company_id == bindparam("company_id", type_=SmallInteger())
)
_list, _value = CodeList.table, CodeValue.table
_codes = func.any(bindparam("codes", type_=ARRAY(Text())))
# A list that the installation does not hold answers no row, and is not enforced.
_CODES = (
    select(_list.c.code.label("list"), _value.c.code)
    .join_from(_list, _value, _value.c.list_id == _list.c.id, isouter=True)
    .where(_list.c.code == func.any(bindparam("lists", type_=ARRAY(Text()))))
    .where(_value.c.code.is_(None) | (_value.c.is_active & (_value.c.code == _codes)))
)
_OWN_LISTS = {
    "ISO4217": select(_currency.c.code).where(_currency.c.archived_at.is_(None), _currency.c.code == _codes),
    "unit": select(_unit.c.code).where(_unit.c.archived_at.is_(None), _unit.c.code == _codes),
}


async def known_values(
    work: Work, record: type[Record], columns: Mapping[str, Column[Any]], commands: Sequence[Any]
) -> Known:
    """What the commands' values are held against, in one statement a kind."""
    lists: dict[str, set[str]] = {}
    for name, column in columns.items():
        list_ = spec_of(column).code_list
        if list_ is not None:
            values = {getattr(one, name, UNSET) for one in commands}
            lists.setdefault(list_, set()).update(value for value in values if isinstance(value, str))
    codes: dict[str, frozenset[str]] = {}
    for list_ in lists.keys() & _OWN_LISTS.keys():
        rows: Sequence[Row] = await work.fetch(_OWN_LISTS[list_], codes=sorted(lists[list_]))
        codes[list_] = frozenset(row["code"] for row in rows)
    others = sorted(list_ for list_ in lists.keys() - _OWN_LISTS.keys() if lists[list_])
    if others:
        found: dict[str, set[str]] = {}
        given = sorted({code for list_ in others for code in lists[list_]})
        for row in await work.fetch(_CODES, lists=others, codes=given):
            found.setdefault(row["list"], set()).add(row["code"])
        codes |= {list_: frozenset(values) for list_, values in found.items()}
    is_company = not issubclass(record, GroupRecord) and work.company_id != GROUP
    rows = await work.fetch(_CURRENCY_OF_COMPANY) if is_company else []
    return Known(rows[0]["currency"] if rows else None, codes)
