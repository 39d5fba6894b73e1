"""Credit: what customers owe against what they may, for whoever is about to sell to them.

What is open is read from the items, not from a stored sum; who confirms an order adds what is ordered and not yet
charged (`within_credit`). Amounts in other currencies than the limit's are converted at the day's spot rate.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import CompanyReader
from domain.core.money import EXACT, ZERO, Money
from domain.finance.models import Account, AccountRole, OpenItem
from domain.finance.rates import company_currency, rates_to
from domain.finance.rules import RateMissing, in_company_currency
from domain.finance.rules.receivables import Credit
from domain.master_data.parties import Party, PartyTerms

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_party, _terms, _item, _account = Party.table, PartyTerms.table, OpenItem.table, Account.table
# One that was merged shares the limit of its survivor, and owes together with all that stand for the same.
_standing = func.coalesce(_party.c.merged_into_id, _party.c.id)
_own = _party.alias("own")
_LIMITS = (
    select(_party.c.id, _party.c.code, _terms.c.currency, _terms.c.credit_limit)
    .join_from(_party, _terms, (_terms.c.company_id == _company_id) & (_terms.c.party_id == _standing), isouter=True)
    .where(_party.c.id == _ids)
)
_OPEN = (
    select(
        _party.c.id.label("party_id"),
        _item.c.transaction_currency.label("currency"),
        func.sum(_item.c.open_transaction_amount).label("open"),
        func.coalesce(
            func.sum(_item.c.open_transaction_amount).filter(
                _item.c.due_on < bindparam("on", type_=Date()), _item.c.open_transaction_amount > 0
            ),
            0,
        ).label("overdue"),
    )
    .join_from(_party, _own, or_(_own.c.id == _standing, _own.c.merged_into_id == _standing))
    .join(_item, _item.c.party_id == _own.c.id)
    .join(_account, (_account.c.company_id == _item.c.company_id) & (_account.c.id == _item.c.account_id))
    .where(
        _item.c.company_id == _company_id,
        _party.c.id == _ids,
        _item.c.open_transaction_amount != 0,
        or_(_account.c.role == AccountRole.RECEIVABLE.value, _account.c.role == AccountRole.CUSTOMER_PREPAYMENT.value),
    )
    .group_by(_party.c.id, _item.c.transaction_currency)
)


async def credit_of(reader: CompanyReader, party_ids: Iterable[UUID], on: date) -> dict[UUID, Credit | RateMissing]:
    """What each party owes us and may, in the currency of its limit (the company's without one); an unknown id is
    absent. Prepayments and credit notes count against what is owed.

    A party that owes in a currency without a rate stands for that refusal: it says nothing of the others.
    """
    ids = sorted(set(party_ids))
    own = await company_currency(reader)
    limits = {row["id"]: row for row in await reader.fetch(_LIMITS, ids=ids)}
    owed = await reader.fetch(_OPEN, ids=ids, on=on)
    currencies = {id_: row["currency"] or own for id_, row in limits.items()}
    rates: dict[tuple[str, str], Decimal | RateMissing] = {}
    for target in sorted(set(currencies.values())):
        wanted = {row["currency"] for row in owed if currencies[row["party_id"]] == target}
        rates |= {(base, target): rate for base, rate in (await rates_to(reader, wanted, target, on)).items()}
    sums = dict.fromkeys(limits, (ZERO, ZERO))
    missing: dict[UUID, RateMissing] = {}
    for row in owed:
        target = currencies[row["party_id"]]
        rate = rates[row["currency"], target]
        if isinstance(rate, RateMissing):
            missing.setdefault(row["party_id"], rate)
            continue
        parts = [in_company_currency(Money(row[name], row["currency"]), rate, target) for name in ("open", "overdue")]
        before = sums[row["party_id"]]
        sums[row["party_id"]] = EXACT.add(before[0], parts[0]), EXACT.add(before[1], parts[1])
    return {
        id_: missing.get(id_)
        or Credit(
            party=row["code"],
            currency=currencies[id_],
            limit=row["credit_limit"],
            open=sums[id_][0],
            overdue=sums[id_][1],
        )
        for id_, row in limits.items()
    }
