"""Rebate agreements: drawn up, approved by another, and what they earned settled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import Date, SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part, told
from domain.core.database import Row
from domain.core.errors import AlreadyExists, DomainError, NotFound, Rejected, SegregationOfDuties
from domain.core.flow import Flow, Transition
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO, Money
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance import masters
from domain.finance.billing import Bill, BillLine, post_bills, purchase_taxes, sales_taxes
from domain.finance.journal import Books, books_of, hold_periods
from domain.finance.models import (
    AccountRole,
    OpenItemKind,
    RebateAgreement,
    RebateBasis,
    RebateEntry,
    RebateEntryKind,
    RebateSettlement,
    RebateSide,
    RebateStatus,
    RebateTier,
    RebateTiering,
    SubLedger,
)
from domain.finance.rates import Quotes, quotes_on
from domain.finance.rules import Period, PeriodClosed, Quote, in_company_currency
from domain.finance.rules.journals import by_hand
from domain.finance.rules.rebates import NothingEarned, RebateTierRule, RebateUnsettled, tiers_in_order
from domain.finance.rules.taxes import Taxed, in_force, on_net
from domain.master_data.items import ItemType
from domain.master_data.standing import standing, survivors_of

SETTLEMENT_NUMBERS = Series("rebate_settlement", prefix="RB-")

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_agreement, _entry = RebateAgreement.table, RebateEntry.table
_CODES = select(_agreement.c.code).where(
    _agreement.c.company_id == _company_id, _agreement.c.code == func.any(bindparam("codes", type_=ARRAY(Text())))
)
_EARNED = (
    select(
        _entry.c.rebate_agreement_id, _entry.c.occurred_on, func.sum(_entry.c.transaction_amount).label("transaction"),
        func.sum(_entry.c.amount).label("amount"),
    )
    .where(
        _entry.c.company_id == _company_id, _entry.c.rebate_agreement_id == _ids,
        _entry.c.occurred_on <= bindparam("until", type_=Date()),
    )
    .group_by(_entry.c.rebate_agreement_id, _entry.c.occurred_on)
)  # fmt: skip


@part
class RebateTierInput:
    """From how much on which rate holds."""

    from_turnover: Decimal = argument(
        doc="From this turnover or quantity on, itself included.", zh="起始基数", number="quantity"
    )
    rate: Decimal = argument(doc="Percent of the turnover, or the amount of one unit.", zh="返利率", number="rate")


@command(action=Action.CREATE, record=RebateAgreement, zh="新建返利协议")
class CreateRebateAgreement:
    """Draw up a rebate; it counts once another person has approved it."""

    code: str = argument(doc="Code of the agreement.", zh="返利代码")
    name: str = argument(doc="What it is called.", zh="名称")
    side: RebateSide = argument(doc="Given to a customer or got from a supplier.", zh="方向")
    party_id: UUID = argument(doc="The customer or supplier.", zh="往来单位", reference="party")
    basis: RebateBasis = argument(doc="Percent of turnover, or an amount per unit.", zh="计算基础")
    tiers: tuple[RebateTierInput, ...] = argument(doc="The tiers, from the least on.", zh="阶梯")
    currency: str = argument(doc="Currency of the rebate; documents in others do not count.", zh="币种")
    valid_from: date = argument(doc="First day whose documents count.", zh="开始日期")
    valid_to: date = argument(doc="Last day whose documents count.", zh="结束日期")
    accrual_account_id: UUID = argument(
        doc="Where what is earned and not settled stands.", zh="返利预提科目", reference="account"
    )
    result_account_id: UUID = argument(
        doc="What it costs when given, what it makes cheaper when got.", zh="返利损益科目", reference="account"
    )
    tiering: RebateTiering = argument(
        doc="What a tier that is reached holds for.", zh="阶梯方式", default=RebateTiering.RETROACTIVE
    )
    item_id: UUID | None = argument(doc="The only item that counts.", zh="物料", reference="item", default=None)
    item_type: ItemType | None = argument(doc="The only class of items that counts.", zh="物料类型", default=None)
    tax_code_id: UUID | None = argument(
        doc="The tax that a settlement takes back with it; none for no tax.", zh="税码", reference="tax_code",
        default=None,
    )  # fmt: skip


@command(action=Action.APPROVE, record=RebateAgreement, zh="批准返利协议")
class ApproveRebateAgreement:
    """Let a rebate count, by another person than drew it up: the next document of its party books what it earned."""

    rebate_agreement_id: UUID = argument(doc="The agreement.", zh="返利协议", reference="rebate_agreement")
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


@command(action=Action.POST, record=RebateSettlement, zh="结算返利", key_required=True)
class SettleRebate:
    """Credit the customer with what it earned up to a day and was not settled, or claim it from the supplier."""

    rebate_agreement_id: UUID = argument(doc="The agreement.", zh="返利协议", reference="rebate_agreement")
    settled_on: date | None = argument(doc="The day; today unless given.", zh="结算日期", default=None)
    party_reference: str | None = argument(doc="The party's own number for it.", zh="对方单号", default=None)


@command(action=Action.APPROVE, record=RebateAgreement, zh="关闭返利协议")
class CloseRebateAgreement:
    """Let nothing count any more of a rebate of which all that was earned is settled; what comes late is left out."""

    rebate_agreement_id: UUID = argument(doc="The agreement.", zh="返利协议", reference="rebate_agreement")
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


async def create_rebate_agreements(work: Work, commands: Sequence[CreateRebateAgreement]) -> Results[RebateAgreement]:
    """The agreements, PENDING; a refusal stands in its own place.

    Raises per row: NotFound, UnusableMaster, AlreadyExists, ControlAccount, Rejected. Emits: RebateAgreementCreated.
    """
    known = {row["code"] for row in await work.fetch(_CODES, codes=sorted({one.code for one in commands}))}
    parties = await masters.parties_by_id(work, [one.party_id for one in commands])
    items = await masters.items_by_id(work, [one.item_id for one in commands])
    currencies = await masters.known_currencies(work, [one.currency for one in commands])
    treatments = await masters.tax_treatments(work, [one.tax_code_id for one in commands])
    accounts = await masters.ledger_accounts(
        work, [id_ for one in commands for id_ in (one.accrual_account_id, one.result_account_id)]
    )
    outcomes: list[UUID | DomainError] = []
    accepted: list[tuple[UUID, CreateRebateAgreement]] = []
    for one in commands:
        try:
            if one.code in known:
                raise AlreadyExists(("code",), what="rebate agreement", key=one.code)
            masters.live_party(one.party_id, parties, ("party",))
            if one.currency not in currencies:
                raise NotFound(("currency",), what="currency", key=one.currency)
            if one.item_id is not None and one.item_id not in items:
                raise NotFound(("item",), what="item", key=str(one.item_id))
            if one.tax_code_id is not None and one.tax_code_id not in treatments:
                raise NotFound(("taxCode",), what="tax code", key=str(one.tax_code_id))
            by_hand(accounts.get(one.accrual_account_id), one.accrual_account_id, ("accrualAccount",))
            by_hand(accounts.get(one.result_account_id), one.result_account_id, ("resultAccount",))
            _check(one)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        known.add(one.code)
        accepted.append((new_id(), one))
        outcomes.append(accepted[-1][0])
    if accepted:
        await _write(work, accepted)
    return told(work, "RebateAgreementCreated", RebateAgreement, outcomes)


def _check(one: CreateRebateAgreement) -> None:
    """Nothing. Raises: Rejected."""
    if one.valid_to < one.valid_from:
        reason, reason_zh = f"it is before {one.valid_from}", f"早于 {one.valid_from}"
        raise Rejected(("validTo",), what="day", value=one.valid_to.isoformat(), reason=reason, reason_zh=reason_zh)
    if one.item_id is not None and one.item_type is not None:
        reason, reason_zh = "a rebate is of one item or of one class", "返利须针对单一物料或单一类型"
        raise Rejected(("itemType",), what="item type", value=one.item_type.value, reason=reason, reason_zh=reason_zh)
    if one.accrual_account_id == one.result_account_id:
        reason, reason_zh = "it is the accrual account", "与预提科目相同"
        raise Rejected(("resultAccount",), what="account", value=None, reason=reason, reason_zh=reason_zh)
    for place, tier in enumerate(one.tiers):
        if tier.rate < ZERO or tier.from_turnover < ZERO:
            reason, reason_zh = "it must not be below zero", "不能小于零"
            path = ("tiers", place, "rate" if tier.rate < ZERO else "fromTurnover")
            raise Rejected(path, what="tier", value=min(tier.rate, tier.from_turnover), reason=reason,
                           reason_zh=reason_zh)  # fmt: skip
    tiers_in_order([RebateTierRule(tier.from_turnover, tier.rate) for tier in one.tiers])


async def _write(work: Work, accepted: Sequence[tuple[UUID, CreateRebateAgreement]]) -> None:
    names = (
        "code", "name", "side", "party_id", "basis", "tiering", "currency", "valid_from", "valid_to",
        "accrual_account_id", "result_account_id", "item_id", "item_type", "tax_code_id",
    )  # fmt: skip
    rows = [
        {
            **{name: getattr(one, name) for name in names}, "id": id_, "status": RebateStatus.PENDING,
            "created_by": work.actor.id,
        }
        for id_, one in accepted
    ]  # fmt: skip
    await work.insert(RebateAgreement, rows)
    await work.insert(
        RebateTier,
        [
            {"rebate_agreement_id": id_, "position": place, "from_turnover": tier.from_turnover, "rate": tier.rate}
            for id_, one in accepted
            for place, tier in enumerate(one.tiers, start=1)
        ],
    )


REBATE_FLOW: Final = Flow(
    document="Rebate agreement",
    initial=RebateStatus.PENDING,
    transitions={
        "be approved": Transition(frozenset({RebateStatus.PENDING}), RebateStatus.ACTIVE),
        "be closed": Transition(frozenset({RebateStatus.ACTIVE}), RebateStatus.CLOSED),
    },
)


async def approve_rebate_agreements(work: Work, commands: Sequence[ApproveRebateAgreement]) -> Results[RebateAgreement]:
    """The agreements, ACTIVE; a refusal stands in its own place.

    Raises per row: NotFound, StaleVersion, WrongState, SegregationOfDuties. Emits: RebateAgreementApproved.
    """

    def checked(row: Row) -> dict[str, object]:
        if row["created_by"] == work.actor.id:
            raise SegregationOfDuties(duty="ApproveRebateAgreement", conflicting="CreateRebateAgreement")
        return {"approved_by": work.actor.id}

    return await _advanced(work, commands, ("be approved", "RebateAgreementApproved"), checked)


async def close_rebate_agreements(work: Work, commands: Sequence[CloseRebateAgreement]) -> Results[RebateAgreement]:
    """The agreements, CLOSED; a refusal stands in its own place.

    Raises per row: NotFound, StaleVersion, WrongState, RebateUnsettled. Emits: RebateAgreementClosed.
    """

    def checked(row: Row) -> dict[str, object]:
        if row["open_amount"]:
            raise RebateUnsettled(
                ("rebateAgreement",), agreement=row["code"], amount=row["open_amount"], currency=row["currency"]
            )
        return {"closed_on": work.now.date()}

    return await _advanced(work, commands, ("be closed", "RebateAgreementClosed"), checked)


async def _advanced(
    work: Work,
    commands: Sequence[ApproveRebateAgreement] | Sequence[CloseRebateAgreement],
    step: tuple[str, str],
    checked: Callable[[Row], dict[str, object]],
) -> Results[RebateAgreement]:
    """The agreements after a step, which `checked` refuses or says what else it writes."""
    transition, event = step
    rows = await work.lock(RebateAgreement, [one.rebate_agreement_id for one in commands])
    stale = await work.stale(RebateAgreement, rows, {one.rebate_agreement_id: one.expected_version for one in commands})
    states = {id_: RebateStatus(row["status"]) for id_, row in rows.items()}
    outcomes: list[UUID | DomainError] = []
    changed: dict[UUID, dict[str, object]] = {}
    for one in commands:
        id_ = one.rebate_agreement_id
        try:
            if id_ not in rows:
                raise NotFound(("rebateAgreement",), what="rebate agreement", key=str(id_))
            if id_ in stale:
                raise stale[id_]
            status = REBATE_FLOW.advance(rows[id_]["code"], states[id_], transition)
            changed[id_] = {"id": id_, "status": status, **checked(rows[id_])}
            states[id_] = status
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        outcomes.append(id_)
    if changed:
        written = list(changed.values())
        await work.update(RebateAgreement, written, fields=[name for name in written[0] if name != "id"])
        work.emit(event, RebateAgreement, list(changed))
    return Results(outcomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A settlement that breaks no rule: with whom, what it credits or claims, and at what that is carried."""

    asked: SettleRebate
    agreement: Row
    party_id: UUID
    on: date
    quote: Quote
    taxed: Taxed
    carried: Decimal
    id: UUID = field(default_factory=new_id)
    entry_id: UUID = field(default_factory=new_id)

    @property
    def transaction(self) -> Decimal:
        """What is credited or claimed, without taxes."""
        return self.taxed.net


async def settle_rebates(work: Work, commands: Sequence[SettleRebate]) -> Results[RebateSettlement]:
    """The settlements; a refusal stands in its own place.

    Posts: the accrual at what it is carried at and its taxes against the party's account at the day's rate, what
    differs as exchange difference; a credit note of ours, or a claim. Raises per row: NotFound, NothingEarned,
    TaxNotInForce, PeriodClosed, RateMissing. Emits: RebateSettled.
    """
    today = work.now.date()
    rows = await work.lock(RebateAgreement, [one.rebate_agreement_id for one in commands])
    books = await books_of(work)
    days = {one.settled_on or today for one in commands}
    periods = {
        RebateSide.GIVEN: await hold_periods(work, SubLedger.RECEIVABLES, days),
        RebateSide.GOT: await hold_periods(work, SubLedger.PAYABLES, days),
    }
    wanted = [(row["currency"], day) for row in rows.values() for day in days]
    quotes = await quotes_on(work, wanted, books.currencies.company)
    entries = await work.fetch(_EARNED, ids=sorted(rows), until=max(days))
    survivors = await survivors_of(work, [row["party_id"] for row in rows.values()])
    treatments = await masters.tax_treatments(work, [row["tax_code_id"] for row in rows.values()])
    known = Known(periods=periods, quotes=quotes, survivors=survivors, treatments=treatments)
    outcomes: list[Planned | DomainError] = []
    settled: set[UUID] = set()
    for one in commands:
        try:
            plan = _plan(one, rows, known, entries, one.settled_on or today)
            if plan.agreement["id"] in settled:
                raise NothingEarned(("rebateAgreement",), agreement=plan.agreement["code"], day=plan.on.isoformat())
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        settled.add(plan.agreement["id"])
        outcomes.append(plan)
    planned = [one for one in outcomes if isinstance(one, Planned)]
    if planned:
        await _settle(work, planned, books)
    return Results([one.id if isinstance(one, Planned) else one for one in outcomes])


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a batch of settlements names, fetched once."""

    periods: Mapping[RebateSide, Mapping[date, Period | PeriodClosed]]
    quotes: Quotes
    survivors: Mapping[UUID, UUID]
    treatments: Mapping[UUID, masters.TaxTreatment]


def _plan(one: SettleRebate, rows: Mapping[UUID, Row], known: Known, entries: Sequence[Row], on: date) -> Planned:
    """The settlement. Raises: NotFound, PeriodClosed, RateMissing, NothingEarned, TaxNotInForce."""
    agreement = rows.get(one.rebate_agreement_id)
    if agreement is None:
        raise NotFound(("rebateAgreement",), what="rebate agreement", key=str(one.rebate_agreement_id))
    period = known.periods[RebateSide(agreement["side"])][on]
    if isinstance(period, PeriodClosed):
        raise period
    quote = known.quotes[agreement["currency"], on]
    if not isinstance(quote, Quote):
        raise quote
    transaction = carried = ZERO
    for row in entries:
        if row["rebate_agreement_id"] == agreement["id"] and row["occurred_on"] <= on:
            transaction = EXACT.add(transaction, row["transaction"])
            carried = EXACT.add(carried, row["amount"])
    if not transaction:
        raise NothingEarned(("rebateAgreement",), agreement=agreement["code"], day=on.isoformat())
    taxed = Taxed(net=transaction, charged=())
    if agreement["tax_code_id"] is not None:
        treatment = known.treatments[agreement["tax_code_id"]]
        rules = in_force(treatment.rules, on, treatment.code)
        # What is charged by the unit was charged on the goods, of which none come back.
        taxed = on_net(rules, transaction, ZERO, agreement["currency"])
    party_id = standing(known.survivors, agreement["party_id"])
    return Planned(asked=one, agreement=agreement, party_id=party_id, on=on, quote=quote, taxed=taxed, carried=carried)


async def _settle(work: Work, planned: Sequence[Planned], books: Books) -> None:
    """The documents with their vouchers and items; the agreements have settled so much more. Emits: RebateSettled."""
    numbers = await work.number(SETTLEMENT_NUMBERS, len(planned))
    sources = [
        Source(kind=RebateSettlement.__name__, id=one.id, number=number)
        for one, number in zip(planned, numbers, strict=True)
    ]
    bills = [_bill(one, source, books) for one, source in zip(planned, sources, strict=True)]
    opened = await post_bills(work, bills, books=books)
    await work.insert(
        RebateSettlement,
        [
            {
                "id": one.id, "number": source.number, "rebate_agreement_id": one.agreement["id"],
                "settled_on": one.on, "amount": one.transaction,
                "tax": EXACT.subtract(one.taxed.payable, one.transaction), "party_reference": one.asked.party_reference,
                "open_item_id": items[0].id, "journal_entry_id": one.entry_id,
            }
            for one, source, items in zip(planned, sources, opened, strict=True)
        ],
    )  # fmt: skip
    await work.insert(
        RebateEntry,
        [
            {
                "rebate_agreement_id": one.agreement["id"], "kind": RebateEntryKind.SETTLED, "occurred_on": one.on,
                "source_kind": source.kind, "source_id": source.id, "source_number": source.number, "turnover": ZERO,
                "transaction_amount": -one.transaction, "amount": -one.carried, "journal_entry_id": one.entry_id,
            }
            for one, source in zip(planned, sources, strict=True)
        ],
    )  # fmt: skip
    rows = [
        {
            "id": one.agreement["id"],
            "settled_amount": EXACT.add(one.agreement["settled_amount"], one.transaction),
        }
        for one in planned
    ]
    await work.update(RebateAgreement, rows, fields=("settled_amount",))
    work.emit("RebateSettled", RebateSettlement, [one.id for one in planned])


def _bill(one: Planned, source: Source, books: Books) -> Bill:
    """Given: the accrual is debited, the customer credited; got: the supplier is debited, the accrual credited."""
    agreement, is_given = one.agreement, one.agreement["side"] == RebateSide.GIVEN
    sign = 1 if is_given else -1
    value = in_company_currency(Money(one.transaction, agreement["currency"]), one.quote.rate, books.currencies.company)
    lines = [
        BillLine(
            account_id=agreement["accrual_account_id"], transaction=one.transaction * sign, amount=one.carried * sign
        )
    ]
    if difference := EXACT.subtract(value, one.carried):
        account_id = books.need(AccountRole.EXCHANGE_DIFFERENCE)[AccountRole.EXCHANGE_DIFFERENCE]
        lines.append(BillLine(account_id=account_id, transaction=ZERO, amount=difference * sign))
    taxes = sales_taxes(one.taxed.charged, -1) if is_given else []
    if not is_given:
        taxes, cost = purchase_taxes(one.taxed.charged, -1)
        if cost:
            lines.append(BillLine(account_id=agreement["result_account_id"], transaction=cost))
    is_charge = one.transaction < ZERO
    return Bill(
        source=source,
        sub_ledger=SubLedger.RECEIVABLES if is_given else SubLedger.PAYABLES,
        kind=OpenItemKind.INVOICE if is_charge else OpenItemKind.CREDIT_NOTE,
        party_id=one.party_id,
        on=one.on,
        currency=agreement["currency"],
        payable=-one.taxed.payable * sign,
        quote=one.quote,
        lines=lines,
        taxes=taxes,
        description=agreement["name"],
        partner_reference=one.asked.party_reference,
        entry_id=one.entry_id,
    )
