"""What a company's books begin with: the chart, taxes and terms of a pack, and the periods of its first years."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select

from domain.core.ids import new_id
from domain.core.work import Work
from domain.finance.models import (
    Account,
    AccountRole,
    FiscalPeriod,
    PaymentTerms,
    PaymentTermsInstalment,
    SubLedger,
    TaxCode,
    TaxRule,
)
from domain.finance.packs import Cells, PackName, pack
from domain.finance.rules import months

_company_id = bindparam("company_id", type_=SmallInteger())
_accounts, _periods = Account.table, FiscalPeriod.table
_codes, _terms = TaxCode.table, PaymentTerms.table
_HAS_CHART = select(func.count()).where(_accounts.c.company_id == _company_id)
_KNOWN_PERIODS = select(_periods.c.sub_ledger, _periods.c.starts_on).where(_periods.c.company_id == _company_id)
_KNOWN_CODES = select(_codes.c.code).where(_codes.c.company_id == _company_id)
_KNOWN_TERMS = select(_terms.c.code).where(_terms.c.company_id == _company_id)


async def found_books(work: Work, first_on: date, last_on: date, name: PackName = PackName.CHINA) -> None:
    """The company has the pack's chart, if it had no account, and open monthly periods over the days given.

    Running it again adds only the periods that are missing.
    """
    if (await work.fetch(_HAS_CHART))[0][0] == 0:
        await work.insert(Account, [_account(cells) for cells in pack(name).accounts])
    known = {(row["sub_ledger"], row["starts_on"]) for row in await work.fetch(_KNOWN_PERIODS)}
    missing = [
        {
            "sub_ledger": ledger, "code": code, "fiscal_year": f"{starts_on:%Y}", "position": starts_on.month,
            "starts_on": starts_on, "ends_on": ends_on, "state": "OPEN",
        }
        for ledger in SubLedger
        for code, starts_on, ends_on in months(first_on, last_on)
        if (ledger.value, starts_on) not in known
    ]  # fmt: skip
    if missing:
        await work.insert(FiscalPeriod, missing)


async def load_taxes_and_terms(work: Work, name: PackName) -> None:
    """The company has the tax codes and payment terms of the pack; a code it has already keeps its own rules."""
    shipped = pack(name)
    known = {row["code"] for row in await work.fetch(_KNOWN_CODES)}
    codes = {cells["code"]: new_id() for cells in shipped.tax_codes if cells["code"] not in known}
    if codes:
        await work.insert(TaxCode, [_tax_code(cells, codes) for cells in shipped.tax_codes if cells["code"] in codes])
        rules = [_tax_rule(cells, codes) for cells in shipped.tax_rules if cells["tax_code"] in codes]
        await work.insert(TaxRule, rules)
    known = {row["code"] for row in await work.fetch(_KNOWN_TERMS)}
    new = [cells for cells in shipped.payment_terms if cells["code"] not in known]
    if new:
        await _insert_terms(work, new)


async def _insert_terms(work: Work, new: Sequence[Cells]) -> None:
    ids = [new_id() for _ in new]
    terms = [_terms_row(id_, cells) for id_, cells in zip(ids, new, strict=True)]
    await work.insert(PaymentTerms, terms)
    await work.insert(PaymentTermsInstalment, [_instalment(id_, cells) for id_, cells in zip(ids, new, strict=True)])


_ROLES = select(_accounts.c.role, _accounts.c.id).where(
    _accounts.c.company_id == _company_id, _accounts.c.role.is_not(None)
)


async def accounts_by_role(work: Work) -> dict[AccountRole, UUID]:
    """The account that plays each role in the company's chart; a role nobody plays is absent."""
    return {AccountRole(row["role"]): row["id"] for row in await work.settled(_ROLES)}


def _account(cells: Cells) -> dict[str, Any]:
    return {
        "code": cells["code"],
        "name": cells["name"],
        "name_zh": cells["name_zh"],
        "kind": cells["kind"],
        "role": cells["role"] or None,
        "is_monetary": cells["is_monetary"] == "true",
        "is_liquid": cells["is_liquid"] == "true",
    }


def _tax_code(cells: Cells, codes: dict[str, UUID]) -> dict[str, Any]:
    return {
        "id": codes[cells["code"]],
        "code": cells["code"],
        "name": cells["name"],
        "name_zh": cells["name_zh"],
        "country": cells["country"] or None,
        "price_includes_tax": cells["price_includes_tax"] == "true",
    }


def _tax_rule(cells: Cells, codes: dict[str, UUID]) -> dict[str, Any]:
    return {
        "tax_code_id": codes[cells["tax_code"]],
        "position": int(cells["position"]),
        "name": cells["name"],
        "kind": cells["kind"],
        "method": cells["method"],
        "percent": Decimal(cells["percent"]),
        "sales_role": cells["sales_role"],
        "purchase_role": cells["purchase_role"] or None,
        "valid_from": date.fromisoformat(cells["valid_from"]),
        "valid_to": date.fromisoformat(cells["valid_to"]) if cells["valid_to"] else None,
    }


def _terms_row(id_: UUID, cells: Cells) -> dict[str, Any]:
    return {
        "id": id_,
        "code": cells["code"],
        "name": cells["name"],
        "name_zh": cells["name_zh"],
        "discount_percent": Decimal(cells["discount_percent"]) if cells["discount_percent"] else None,
        "discount_days": int(cells["discount_days"]) if cells["discount_days"] else None,
    }


def _instalment(id_: UUID, cells: Cells) -> dict[str, Any]:
    return {
        "payment_terms_id": id_,
        "position": 1,
        "share": cells["share"],
        "start": cells["start"],
        "months": int(cells["months"]),
        "days": int(cells["days"]),
        "fixed_day": int(cells["fixed_day"]) if cells["fixed_day"] else None,
        "minimum_days": int(cells["minimum_days"]),
    }
