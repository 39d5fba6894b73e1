"""Approval limits by role and class of items, delegations between people, and what an approver finds of both."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, SmallInteger, UniqueConstraint, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Uuid

from domain.core.accounts import RoleAssignment
from domain.core.columns import Tier, amount_column, code_column, date_column, enum_column, reference, text_column
from domain.core.money import Money
from domain.core.records import GROUP, CompanyRecord, Scope
from domain.core.work import Work
from domain.finance import company_currency, rates_to
from domain.finance.rules import RateMissing, in_company_currency
from domain.master_data.items import Item, ItemType
from domain.procurement.approval_rules import Asked, Limits, Voice, limit_currency

CURRENCY_LENGTH = 3


class ApprovalLimit(CompanyRecord, scope=Scope(), zh="审批限额"):
    """Up to which amount a role may approve purchases, of one class of items or of all that have no limit of their own.

    What is in a currency without limits is measured at the rate of the day by those in the company's own, else by the
    first by code; a company without any limits has none.
    """

    __tablename__ = "approval_limit"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        UniqueConstraint("company_id", "role", "currency", "item_type", postgresql_nulls_not_distinct=True),
    )

    role: Mapped[str] = code_column(doc="The role the limit holds for.", zh="角色", tier=Tier.INTERNAL)
    currency: Mapped[str] = code_column(
        doc="Currency of the limit.", zh="币种", tier=Tier.INTERNAL, length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    item_type: Mapped[str | None] = enum_column(
        ItemType, doc="Class of items it holds for; all without a limit of their own where there is none.",
        zh="物料类型", tier=Tier.INTERNAL,
    )  # fmt: skip
    amount: Mapped[Decimal] = amount_column(
        doc="Largest total the role may approve.", zh="限额", unit="currency", tier=Tier.INTERNAL
    )


class ApprovalDelegation(CompanyRecord, scope=Scope(), zh="审批授权委托"):
    """For some days one person approves with the limits of another beside their own."""

    __tablename__ = "approval_delegation"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="span_positive"),
        CheckConstraint("delegate_id <> delegator_id", name="delegate_is_another"),
    )

    delegator_id: Mapped[UUID] = reference(
        "user_account", doc="Whose limits they are.", zh="委托人", tier=Tier.INTERNAL
    )
    delegate_id: Mapped[UUID] = reference("user_account", doc="Who may use them.", zh="受托人", tier=Tier.INTERNAL)
    valid_from: Mapped[date] = date_column(doc="First day.", zh="开始日期", order=True)
    valid_to: Mapped[date] = date_column(doc="Last day.", zh="结束日期")
    reason: Mapped[str] = text_column(doc="Why.", zh="原因")


_company_id = bindparam("company_id", type_=SmallInteger())
_limit, _delegation, _role, _item = ApprovalLimit.table, ApprovalDelegation.table, RoleAssignment.table, Item.table
_LIMITS = select(_limit.c.currency, _limit.c.role, _limit.c.item_type, _limit.c.amount).where(
    _limit.c.company_id == _company_id
)
_now = func.now()
# The roles that each delegator plays in the company, or in the whole group, now.
_VOICES = (
    select(_delegation.c.delegator_id, func.array_agg(_role.c.role.distinct()).label("roles"))
    .join_from(_delegation, _role, _role.c.user_id == _delegation.c.delegator_id)
    .where(
        _delegation.c.company_id == _company_id,
        _delegation.c.delegate_id == bindparam("actor_id", type_=Uuid()),
        bindparam("on", type_=Date()).between(_delegation.c.valid_from, _delegation.c.valid_to),
        or_(_role.c.company_number == _company_id, _role.c.company_number == GROUP),
        _role.c.valid_from_at <= _now,
        or_(_role.c.valid_to_at.is_(None), _role.c.valid_to_at > _now),
        _role.c.archived_at.is_(None),
    )
    .group_by(_delegation.c.delegator_id)
    .order_by(_delegation.c.delegator_id)
)
_TYPES = select(_item.c.id, _item.c.kind).where(_item.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))))


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitBook:
    """The limits of a company by currency, and the day's rates to those of them that amounts are measured in."""

    limits: Mapping[str, Limits]
    own: str
    rates: Mapping[tuple[str, str], Decimal | RateMissing]

    def measure(self, asked: Asked) -> tuple[Asked, Limits | None]:
        """What is asked, in the currency of the limits that it is measured by, and these. Raises: RateMissing."""
        target = limit_currency(self.limits, asked.currency, self.own)
        if target is None:
            return asked, None
        if target == asked.currency:
            return asked, self.limits[target]
        rate = self.rates[asked.currency, target]
        if isinstance(rate, RateMissing):
            # Each document has a refusal of its own: where it stands in its batch is added to it.
            raise RateMissing(**rate.values)
        total = in_company_currency(Money(asked.total, asked.currency), rate, target)
        return replace(asked, total=total, currency=target), self.limits[target]


async def limit_book(work: Work, asked: Iterable[Asked]) -> LimitBook:
    """The limits that what is asked is measured by; an amount in a currency without limits is converted at the rate of
    the day.
    """
    limits: dict[str, dict[tuple[str, ItemType | None], Decimal]] = {}
    for row in await work.fetch(_LIMITS):
        item_type = ItemType(row["item_type"]) if row["item_type"] else None
        limits.setdefault(row["currency"], {})[row["role"], item_type] = row["amount"]
    own = await company_currency(work)
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for currency in {one.currency for one in asked}:
        target = limit_currency(limits, currency, own)
        if target is not None and target != currency:
            wanted[target].add(currency)
    rates: dict[tuple[str, str], Decimal | RateMissing] = {}
    for target, bases in sorted(wanted.items()):
        found = await rates_to(work, bases, target, work.now.date())
        rates |= {(base, target): rate for base, rate in found.items()}
    return LimitBook(limits=limits, own=own, rates=rates)


async def voices_of(work: Work) -> list[Voice]:
    """The approver's own voice, then those lent to them today."""
    roles = work.actor.roles
    own = Voice(roles=roles.get(work.company_id, frozenset()) | roles.get(GROUP, frozenset()))
    rows = await work.fetch(_VOICES, actor_id=work.actor.id, on=work.now.date())
    return [own, *(Voice(roles=frozenset(row["roles"]), user_id=row["delegator_id"]) for row in rows)]


async def types_of(work: Work, item_ids: Iterable[UUID]) -> dict[UUID, ItemType]:
    """The class of each item."""
    return {row["id"]: ItemType(row["kind"]) for row in await work.fetch(_TYPES, ids=sorted(set(item_ids)))}


__all__ = ["ApprovalDelegation", "ApprovalLimit", "LimitBook", "limit_book", "types_of", "voices_of"]
