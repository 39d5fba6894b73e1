"""What must hold of masters beyond their columns (pure): codes with check characters, days in order, lives.

Each rule takes the whole row that a master is to have and answers the columns that follow from the others; it raises
Rejected, naming the column and the value.
"""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import available_timezones

from stdnum import iban, lei  # pyright: ignore[reportMissingTypeStubs]
from stdnum.cn import uscc  # pyright: ignore[reportMissingTypeStubs]
from stdnum.eu import vat  # pyright: ignore[reportMissingTypeStubs]

from domain.core.errors import Rejected
from domain.core.flow import Flow, Transition
from domain.core.labels import camel
from domain.master_data.device_rules import (
    check_digit_valid,
    gs1_check_digit_valid,
    is_normal_length,
    normal_identifier,
)
from domain.master_data.devices import IssuingAgency
from domain.master_data.items import ItemStatus
from domain.master_data.parties import IdentifierScheme
from domain.master_data.places import LocationKind

Row = Mapping[str, Any]

# Countries whose VAT numbers carry a check digit that the EU publishes.
_EU: Final = frozenset(
    "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 shorter
)
GLN_DIGITS = 13

ITEM_FLOW: Final = Flow(
    document="Item",
    initial=ItemStatus.DRAFT,
    transitions={
        "become REVIEW": Transition(frozenset({ItemStatus.DRAFT, ItemStatus.RETIRED}), ItemStatus.REVIEW),
        "become DRAFT": Transition(frozenset({ItemStatus.REVIEW}), ItemStatus.DRAFT),
        "be approved": Transition(frozenset({ItemStatus.REVIEW}), ItemStatus.ACTIVE),
        "become RETIRED": Transition(frozenset({ItemStatus.ACTIVE}), ItemStatus.RETIRED),
    },
)


def refused(column: str, value: Any, reason: str, reason_zh: str) -> Rejected:
    """The refusal of one column's value."""
    what = camel(column.removesuffix("_id"))
    return Rejected((what,), what=what, value=str(value), reason=reason, reason_zh=reason_zh)


def item(row: Row) -> Row:
    """An item begins as a draft; whoever releases it is another matter (`ApproveItem`)."""
    _in_order(row, "sold_from", "sold_to")
    return {"status": row.get("status") or ITEM_FLOW.initial}


def location(row: Row) -> Row:
    """A consignment is on the premises of a customer; no other place is."""
    if (row["kind"] == LocationKind.CONSIGNMENT) != (row.get("customer_id") is not None):
        raise refused(
            "customer_id", row.get("customer_id") or "", "a consignment names its customer, other places name none",
            "寄售库位须指定客户，其他库位不得指定",
        )  # fmt: skip
    return {}


def party(row: Row) -> Row:
    """A credit code's last character is that of GB 32100-2015, modulo 31."""
    code = row["credit_code"]
    if code is not None and not uscc.is_valid(code):
        raise refused("credit_code", code, "its check character is wrong", "校验码错误")
    return {}


def valid_period(row: Row) -> Row:
    """The last day of a period is not before its first."""
    _in_order(row, "valid_from", "valid_to")
    return {}


def party_identifier(row: Row) -> Row:
    """A register's number has the check characters its register gives it; numbers of other registers are taken."""
    scheme, value, country = row["scheme"], row["value"], row.get("country")
    wrong = {
        IdentifierScheme.LEI: lambda: not lei.is_valid(value),
        IdentifierScheme.GLN: lambda: not (len(value) == GLN_DIGITS and gs1_check_digit_valid(value)),
        IdentifierScheme.VAT: lambda: country in _EU and not vat.is_valid(value),
    }.get(IdentifierScheme(scheme))
    if wrong is not None and wrong():
        raise refused("value", value, f"it is no {scheme} number: a check digit is wrong", f"不是有效的 {scheme} 编号")
    return {}


def bank_account(row: Row) -> Row:
    """An account that looks like an IBAN is one (ISO 13616); any change needs to be approved again."""
    number = row["account_number"].replace(" ", "")
    if number[:2].isalpha() and number[2:4].isdigit() and not iban.is_valid(number):
        raise refused("account_number", number, "it is no IBAN: its check digits are wrong", "IBAN 校验位错误")
    return {"account_number": number, "is_approved": False}


def device_identifier(row: Row) -> Row:
    """What a person registers has the right length and check digit; only a regulator's file may hold another.

    Source: GS1 General Specifications, 7.9.1.
    """
    agency, value = IssuingAgency(row["agency"]).value, row["value"].strip()
    is_valid, is_well_formed = check_digit_valid(agency, value), is_normal_length(agency, value)
    if is_valid is False:
        raise refused("value", value, "its check digit is wrong", "校验位错误")
    if not is_well_formed:
        raise refused("value", value, "a GTIN is registered with 14 digits", "GTIN 须以 14 位登记")
    if (row["contained_id"] is None) != (row["package_quantity"] is None):
        reason, reason_zh = "a package says what it contains and how many", "包装须注明内装标识及数量"
        raise refused("package_quantity", row["package_quantity"], reason, reason_zh)
    normal = normal_identifier(agency, value)
    return {"value": value, "normal_value": normal, "check_digit_valid": is_valid, "is_well_formed": is_well_formed}


def currency_rate(row: Row) -> Row:
    """A rate leads from one currency to another."""
    if row["base_currency"] == row["quote_currency"]:
        raise refused("quote_currency", row["quote_currency"], "it is the base currency", "与基准货币相同")
    return {}


def work_calendar(row: Row) -> Row:
    """A calendar's time zone is one of the IANA data base."""
    if row["time_zone"] not in available_timezones():
        raise refused("time_zone", row["time_zone"], "it is no IANA time zone", "不是 IANA 时区")
    return {}


def _in_order(row: Row, first: str, last: str) -> None:
    if row[first] is not None and row[last] is not None and row[last] < row[first]:
        raise refused(last, row[last], f"it is before {row[first]}", f"早于 {row[first]}")
