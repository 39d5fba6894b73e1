"""What is bought and not kept in stock: order lines on an account, what they promise of budgets, what they cost.

Such a line is a cost of its account and cost centre the day it is received: its receipt posts the cost against GR/IR
and takes back what was promised, its invoice moves the difference of the price alone. What is no longer wanted is no
longer promised. Amounts are in the company's currency; a promise counts at the rate of the day of approval.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.errors import Rejected
from domain.core.ids import new_id
from domain.core.ledger import Posting, Source
from domain.core.money import EXACT, ROUNDING, ZERO, Money, product, to_minor_unit
from domain.core.work import Work
from domain.finance import Promise, Release, post_vouchers, release_commitments
from domain.finance.journal import accounts, company_currency
from domain.finance.masters import centres, ledger_accounts, usable
from domain.finance.models import AccountRole, Commitment, CostCentre, JournalKind, SubLedger
from domain.finance.rules import Leg, Voucher, in_company_currency
from domain.finance.rules.budgets import Spending
from domain.finance.rules.journals import LedgerAccount, by_hand
from domain.master_data.items import ItemType
from domain.procurement.models import PurchaseOrder
from domain.procurement.rules import Order, OrderLine

# Items that nobody can put on a shelf: a line of one is a cost.
NEVER_STOCKED = frozenset({ItemType.SERVICE})

_commitment = Commitment.table
_OF_ORDERS = select(_commitment.c.id, _commitment.c.source_id, _commitment.c.source_position).where(
    _commitment.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _commitment.c.source_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """Where a line that is not kept in stock is charged; both None for goods."""

    account_id: UUID | None
    cost_centre_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chargeable:
    """The accounts and cost centres that a batch names, fetched once."""

    accounts: Mapping[UUID, LedgerAccount]
    centres: Mapping[UUID, Row]

    def check(self, one: Charged) -> None:
        """Nothing; raises NotFound, ControlAccount, UnusableMaster, Rejected for what may not be charged there."""
        if one.account_id is not None:
            by_hand(self.accounts.get(one.account_id), one.account_id, ("account",))
        elif one.cost_centre_id is not None:
            reason, reason_zh = "goods for stock have no cost centre", "库存物料行不能指定成本中心"
            raise Rejected(
                ("costCentre",), what="cost centre", value=str(one.cost_centre_id), reason=reason, reason_zh=reason_zh
            )
        usable("cost centre", one.cost_centre_id, self.centres, ("costCentre",))


async def chargeable(work: Work, lines: Collection[Charged]) -> Chargeable:
    """The accounts and cost centres of the lines; what is unknown is absent."""
    return Chargeable(
        accounts=await ledger_accounts(work, [one.account_id for one in lines if one.account_id]),
        centres=await centres(work, CostCentre, [one.cost_centre_id for one in lines]),
    )


def stocked_or_charged(code: str, kind: ItemType, account_id: UUID | None) -> None:
    """Nothing; raises Rejected for what cannot be stocked and is charged to no account."""
    if account_id is None and kind in NEVER_STOCKED:
        reason, reason_zh = f"{code} is a {kind.lower()}: it is a cost of an account", f"{code} 为服务，须指定费用科目"
        raise Rejected(("account",), what="account", value="", reason=reason, reason_zh=reason_zh)


def promises_of(order: Order, lines: Sequence[OrderLine], rate: Decimal, on: date, currency: str) -> list[Promise]:
    """What an order promises of budgets: each line that is charged, on the day it is due."""
    return [
        Promise(
            spending=Spending(
                account_id=line.account_id, cost_centre_id=line.cost_centre_id, on=line.due_on or on,
                amount=promised_amount(line, order.currency, rate, currency), path=("purchaseOrder",),
            ),
            description=f"{order.number}/{line.position}",
            source=Source(kind=PurchaseOrder.__name__, id=order.id, number=order.number),
            position=line.position,
        )
        for line in lines
        if line.account_id is not None and promised_amount(line, order.currency, rate, currency)
    ]  # fmt: skip


def promised_amount(line: OrderLine, of: str, rate: Decimal, currency: str) -> Decimal:
    """What is wanted of the line at its price, in the company's currency."""
    return in_company_currency(Money(line.price.of(line.wanted), of).to_minor_unit(), rate, currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What some of a line that is charged costs, as it was received: `line` as it is after the receipt."""

    order: Order
    line: OrderLine
    accepted: Decimal
    transaction: Money
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The costs of one receipt."""

    source: Source
    on: date
    rate: Decimal
    costs: Sequence[Cost]


async def post_costs(work: Work, receipts: Sequence[Received]) -> None:
    """The costs are posted, and what was promised of them is promised no more.

    Posts: the account and cost centre of each line against GR/IR, one voucher a receipt. Raises: PeriodClosed.
    """
    moved = [(one, [cost for cost in one.costs if cost.amount or cost.transaction.amount]) for one in receipts]
    moved = [(one, costs) for one, costs in moved if costs]
    if not moved:
        return
    clearing = (await accounts(work, AccountRole.GR_IR))[AccountRole.GR_IR]
    entries = [new_id() for _ in moved]
    vouchers = [_voucher(one, costs, clearing) for one, costs in moved]
    await post_vouchers(work, vouchers, ids=entries)
    used = [
        Used(order_id=cost.order.id, line=cost.line, accepted=cost.accepted, on=one.on, entry_id=entry)
        for entry, (one, costs) in zip(entries, moved, strict=True)
        for cost in costs
    ]
    await release_used(work, used)


def _voucher(one: Received, costs: Sequence[Cost], clearing: UUID) -> Voucher:
    legs: list[Leg] = []
    for cost in costs:
        assert cost.line.account_id is not None, "only lines that are charged have a cost"
        legs.append(
            Leg(
                account_id=cost.line.account_id, amount=cost.amount, transaction=cost.transaction, rate=one.rate,
                site_id=cost.order.site_id, item_id=cost.line.item_id, party_id=cost.order.supplier_id,
                cost_centre_id=cost.line.cost_centre_id,
            )
        )  # fmt: skip
        legs.append(
            Leg(
                account_id=clearing, amount=-cost.amount, transaction=-cost.transaction, rate=one.rate,
                site_id=cost.order.site_id, item_id=cost.line.item_id, party_id=cost.order.supplier_id,
            )
        )  # fmt: skip
    posting = Posting[Leg](id=new_id(), occurred_on=one.on, entries=tuple(legs), source=one.source)
    return Voucher(kind=JournalKind.STOCK, sub_ledger=SubLedger.STOCK, posting=posting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """So much of a line became a cost; with nothing accepted it is only no longer wanted. `line` as it then is."""

    order_id: UUID
    line: OrderLine
    accepted: Decimal
    on: date
    entry_id: UUID | None = None


async def release_used(work: Work, used: Sequence[Used]) -> None:
    """What was promised of the lines is less: in proportion to what came, all of it once nothing more is awaited."""
    charged = [one for one in used if one.line.account_id is not None]
    if not charged:
        return
    found = await work.fetch(_OF_ORDERS, ids=sorted({one.order_id for one in charged}))
    ids = {(row["source_id"], row["source_position"]): row["id"] for row in found}
    rows = await work.lock(Commitment, ids.values())
    currency = await company_currency(work)
    left = {id_: row["open_amount"] for id_, row in rows.items()}
    releases: list[Release] = []
    for one in charged:
        id_ = ids.get((one.order_id, one.line.position))
        if id_ is None or left[id_] == ZERO:
            continue
        part = left[id_]
        if not one.line.is_fully_received:
            share = ROUNDING.divide(product(rows[id_]["amount"], one.accepted), one.line.ordered)
            part = min(to_minor_unit(share, currency), part)
        if part > ZERO:
            left[id_] = EXACT.subtract(left[id_], part)
            releases.append(Release(commitment_id=id_, on=one.on, amount=part, entry_id=one.entry_id))
    if releases:
        await release_commitments(work, releases)


def legs_of_difference(charged: Iterable[tuple[Charged, UUID | None, Decimal]], currency: str) -> tuple[Leg, ...]:
    """The legs by which what was charged to accounts costs more: (where, item, amount in the company's currency)."""
    legs: list[Leg] = []
    for where, item_id, amount in charged:
        if where.account_id is not None and amount:
            legs.append(
                Leg(
                    account_id=where.account_id, amount=amount, transaction=Money(amount, currency), item_id=item_id,
                    cost_centre_id=where.cost_centre_id,
                )
            )  # fmt: skip
    return tuple(legs)
