"""The masters that commands of this module name, fetched set-wise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.errors import NotFound, Path
from domain.core.work import Work
from domain.finance.models import (
    Account,
    AccountRole,
    CostCentre,
    InstalmentShare,
    InstalmentStart,
    PaymentTerms,
    PaymentTermsInstalment,
    ProfitCentre,
    TaxCode,
    TaxKind,
    TaxMethod,
    TaxRule,
)
from domain.finance.rules.journals import LedgerAccount, UnusableMaster
from domain.finance.rules.taxes import Tax
from domain.finance.rules.terms import Instalment, Terms
from domain.master_data.calendars import DayMove
from domain.master_data.currencies import Currency
from domain.master_data.day_rules import working_days
from domain.master_data.items import Item
from domain.master_data.parties import Party, PartyTerms
from domain.master_data.working_days import DayRule, WorkingDays

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_account, _cost, _profit = Account.table, CostCentre.table, ProfitCentre.table
_ACCOUNTS = select(_account.c.id, _account.c.code, _account.c.role, _account.c.is_monetary).where(
    _account.c.company_id == _company_id, _account.c.id == _ids
)
_CENTRES = {
    CostCentre: select(_cost.c.id, _cost.c.code, _cost.c.is_active).where(
        _cost.c.company_id == _company_id, _cost.c.id == _ids
    ),
    ProfitCentre: select(_profit.c.id, _profit.c.code, _profit.c.is_active).where(
        _profit.c.company_id == _company_id, _profit.c.id == _ids
    ),
}
_code, _rule = TaxCode.table, TaxRule.table
_TAXES = (
    select(_code.c.id.label("tax_code_id"), _code.c.code, _code.c.price_includes_tax, _rule)
    .join_from(
        _code, _rule, (_rule.c.company_id == _code.c.company_id) & (_rule.c.tax_code_id == _code.c.id), isouter=True
    )
    .where(_code.c.company_id == _company_id, _code.c.id == _ids)
    .order_by(_code.c.id, _rule.c.position, _rule.c.valid_from)
)
_terms, _instalment = PaymentTerms.table, PaymentTermsInstalment.table
_TERMS = select(_terms).where(_terms.c.company_id == _company_id, _terms.c.id == _ids)
_INSTALMENTS = (
    select(_instalment)
    .where(_instalment.c.company_id == _company_id, _instalment.c.payment_terms_id == _ids)
    .order_by(_instalment.c.payment_terms_id, _instalment.c.position)
)
_party, _item, _currency = Party.table, Item.table, Currency.table
_PARTIES = select(_party.c.id, _party.c.code, _party.c.is_active, _party.c.archived_at).where(_party.c.id == _ids)
_ITEMS = select(_item.c.id, _item.c.code, _item.c.name).where(_item.c.id == _ids)
_CURRENCIES = select(_currency.c.code).where(
    _currency.c.code == func.any(bindparam("codes", type_=ARRAY(Text()))), _currency.c.archived_at.is_(None)
)


_CODE_IDS = select(_code.c.code, _code.c.id).where(
    _code.c.company_id == _company_id, _code.c.code == func.any(bindparam("codes", type_=ARRAY(Text())))
)


async def tax_code_ids(work: Work, codes: Iterable[str]) -> dict[str, UUID]:
    """The company's tax codes by code; an unknown code is absent."""
    return {row["code"]: row["id"] for row in await work.fetch(_CODE_IDS, codes=sorted(set(codes)))}


async def ledger_accounts(work: Work, ids: Iterable[UUID]) -> dict[UUID, LedgerAccount]:
    """The company's accounts by id; an unknown id is absent."""
    asked = sorted(set(ids))
    return {
        row["id"]: LedgerAccount(
            id=row["id"],
            code=row["code"],
            role=AccountRole(row["role"]) if row["role"] else None,
            is_monetary=row["is_monetary"],
        )
        for row in (await work.fetch(_ACCOUNTS, ids=asked) if asked else [])
    }


async def centres(
    work: Work, kind: type[CostCentre] | type[ProfitCentre], ids: Iterable[UUID | None]
) -> dict[UUID, Row]:
    """The company's cost or profit centres by id; an unknown id is absent."""
    asked = sorted({id_ for id_ in ids if id_ is not None})
    return {row["id"]: row for row in await work.fetch(_CENTRES[kind], ids=asked)} if asked else {}


def usable(what: str, id_: UUID | None, known: Mapping[UUID, Row], path: Path) -> None:
    """Raises: NotFound, UnusableMaster when a master that is named may not be used."""
    if id_ is None:
        return
    row = known.get(id_)
    if row is None:
        raise NotFound(path, what=what, key=str(id_))
    if not row["is_active"]:
        raise UnusableMaster(path, what=what, key=row["code"])


@dataclass(frozen=True, slots=True)
class TaxTreatment:
    """A tax code with all its rules, whatever their days."""

    code: str
    includes_tax: bool
    rules: list[Tax] = field(default_factory=list[Tax])


async def tax_treatments(work: Work, ids: Iterable[UUID | None]) -> dict[UUID, TaxTreatment]:
    """The company's tax codes by id; an unknown id is absent."""
    asked = sorted({id_ for id_ in ids if id_ is not None})
    found: dict[UUID, TaxTreatment] = {}
    for row in await work.fetch(_TAXES, ids=asked) if asked else []:
        treatment = found.setdefault(row["tax_code_id"], TaxTreatment(row["code"], row["price_includes_tax"]))
        if row["id"] is not None:
            treatment.rules.append(_tax(row))
    return found


def _tax(row: Row) -> Tax:
    method = TaxMethod(row["method"])
    return Tax(
        id=row["id"],
        kind=TaxKind(row["kind"]),
        method=method,
        value=row["unit_amount"] if method is TaxMethod.FIXED_PER_UNIT else row["percent"],
        currency=row["currency"],
        sales_role=AccountRole(row["sales_role"]),
        purchase_role=AccountRole(row["purchase_role"]) if row["purchase_role"] else None,
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


async def terms_by_id(work: Work, ids: Iterable[UUID | None]) -> dict[UUID, Terms]:
    """The company's payment terms by id; an unknown id is absent."""
    asked = sorted({id_ for id_ in ids if id_ is not None})
    if not asked:
        return {}
    instalments: dict[UUID, list[Instalment]] = {}
    for row in await work.fetch(_INSTALMENTS, ids=asked):
        instalments.setdefault(row["payment_terms_id"], []).append(_instalment_of(row))
    rows = await work.fetch(_TERMS, ids=asked)
    days = await working_days(work, [row["calendar_id"] for row in rows])
    return {
        row["id"]: Terms(
            instalments=tuple(instalments[row["id"]]),
            discount_percent=row["discount_percent"],
            discount_days=row["discount_days"],
            day_rule=_day_rule(row, days),
        )
        for row in rows
    }


def _day_rule(row: Row, days: Mapping[UUID, WorkingDays]) -> DayRule | None:
    """Where due days move that are not worked; nowhere in a calendar that says of no weekday that it is."""
    known = days.get(row["calendar_id"]) if row["calendar_id"] is not None else None
    return None if known is None else DayRule(known, DayMove(row["day_move"]))


_agreed = PartyTerms.table
_AGREED = (
    select(_agreed.c.party_id, _terms.c.id)
    .join_from(
        _agreed, _terms, (_terms.c.company_id == _agreed.c.company_id) & (_terms.c.code == _agreed.c.payment_terms)
    )
    .where(_agreed.c.company_id == _company_id, _agreed.c.party_id == _ids)
)


async def agreed_terms(work: Work, party_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """By party the payment terms that the company agreed with it; a party without any is absent."""
    rows = await work.fetch(_AGREED, ids=sorted(set(party_ids)))
    return {row["party_id"]: row["id"] for row in rows}


def _instalment_of(row: Row) -> Instalment:
    share = InstalmentShare(row["share"])
    return Instalment(
        share=share,
        value=row["fixed_amount"] if share is InstalmentShare.FIXED else row["percent"],
        currency=row["currency"],
        start=InstalmentStart(row["start"]),
        months=row["months"],
        days=row["days"],
        fixed_day=row["fixed_day"],
        minimum_days=row["minimum_days"],
    )


async def parties_by_id(work: Work, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Parties with code and activity; an unknown id is absent."""
    return {row["id"]: row for row in await work.fetch(_PARTIES, ids=sorted(set(ids)))}


async def items_by_id(work: Work, ids: Iterable[UUID | None]) -> dict[UUID, Row]:
    """Items with code and name; an unknown id is absent."""
    asked = sorted({id_ for id_ in ids if id_ is not None})
    return {row["id"]: row for row in await work.fetch(_ITEMS, ids=asked)} if asked else {}


async def known_currencies(work: Work, codes: Iterable[str]) -> frozenset[str]:
    """Those of the codes that are currencies."""
    return frozenset(row["code"] for row in await work.fetch(_CURRENCIES, codes=sorted(set(codes))))


def live_party(id_: UUID, known: Mapping[UUID, Row], path: Path) -> None:
    """Raises: NotFound, UnusableMaster when the party may not be named on a new document."""
    row = known.get(id_)
    if row is None:
        raise NotFound(path, what="party", key=str(id_))
    if not row["is_active"] or row["archived_at"] is not None:
        raise UnusableMaster(path, what="party", key=row["code"])
