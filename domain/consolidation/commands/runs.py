"""Runs of consolidation: made, made again, taken back."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, bindparam, select

from domain.consolidation.balances import averages_of, held_by, members_of, roles_of
from domain.consolidation.held_goods import profits_on
from domain.consolidation.models import (
    ConsolidationLine,
    ConsolidationMember,
    ConsolidationRun,
    RunStatus,
    StockProfitLine,
)
from domain.consolidation.rules import (
    HUNDRED,
    MEMBERS_MAX,
    Gaps,
    Group,
    Line,
    Member,
    Span,
    differences_of,
    elimination_of,
    goods_of,
    minority_of,
    translation_of,
)
from domain.consolidation.stock_profits import StockProfit, unrealised_of
from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, Forbidden, NotFound, Rejected
from domain.core.flow import Flow, Transition
from domain.core.ids import new_id
from domain.core.money import Money, total
from domain.core.numbering import Series
from domain.core.quantity import AMOUNT, RATE, positive
from domain.core.work import Work
from domain.finance import company_currency, quotes_on
from domain.finance.models import RateKind
from domain.finance.rules import Quote
from domain.finance.rules.journals import in_minor_units

RUN_NUMBERS = Series("consolidation_run", prefix="CON-")

RUN_FLOW = Flow(
    document="Consolidation run",
    initial=RunStatus.CURRENT,
    transitions={"be withdrawn": Transition(frozenset({RunStatus.CURRENT}), RunStatus.WITHDRAWN)},
)


@part
class TranslationRateInput:
    """The rates of one currency that are to be used instead of those published."""

    currency: str = argument(doc="Currency of the companies it is for (ISO 4217).", zh="币种")
    closing: Decimal | None = argument(
        doc="Units of the group's currency for one, on the last day.", zh="期末汇率", number="rate", default=None
    )
    average: Decimal | None = argument(
        doc="Units of the group's currency for one, over the span.", zh="平均汇率", number="rate", default=None
    )


@part
class StockProfitInput:
    """What one company earned on goods that another of the group still has in stock."""

    seller_id: UUID = argument(doc="The company that earned it.", zh="卖方公司", reference="company")
    holder_id: UUID = argument(doc="The company that has the goods.", zh="持有公司", reference="company")
    amount: Money = argument(doc="How much, in the group's currency.", zh="未实现利润")


@command(action=Action.POST, record=ConsolidationRun, zh="执行合并", key_required=True)
class RunConsolidation:
    """Add up the companies of the group over a span of months, in the currency of the company that does it.

    Balances are translated, what the companies hold with each other is eliminated, and the profit that one has in the
    stock of another with it, layer by layer (`stockProfitLines`); what others own is shown. It is refused, naming all
    that lacks, when an account that moved is not mapped or a rate is missing. Run again, it replaces the run of the
    same span.
    """

    starts_on: date = argument(doc="First day of the span: of a month.", zh="开始日期")
    ends_on: date = argument(doc="Last day of the span: of a month.", zh="结束日期")
    companies: tuple[UUID, ...] | None = argument(
        doc="The companies added up, beside the one that does it; all of the group unless given.", zh="合并公司",
        reference="company", default=None,
    )  # fmt: skip
    rates: tuple[TranslationRateInput, ...] = argument(
        doc="Rates to be used instead of those published.", zh="指定汇率", default=()
    )
    stock_profits: tuple[StockProfitInput, ...] = argument(
        doc="Profit of one company in the stock of another that no trade here tells of, such as a legacy system's.",
        zh="其他存货未实现利润",
        default=(),
    )


@command(action=Action.POST, record=ConsolidationRun, zh="撤回合并", key_required=True)
class WithdrawConsolidation:
    """Take back the last run of a span; it is kept as it was, and its span has no current run."""

    consolidation_run_id: UUID = argument(doc="The run.", zh="合并报表", reference="consolidation_run")
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


_run = ConsolidationRun.table
_EARLIER = (
    select(_run.c.id, _run.c.edition, _run.c.status)
    .where(
        _run.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _run.c.starts_on == bindparam("starts_on", type_=Date()),
        _run.c.ends_on == bindparam("ends_on", type_=Date()),
    )
    .order_by(_run.c.edition.desc())
    .with_for_update()
)


async def run_consolidations(work: Work, commands: Sequence[RunConsolidation]) -> Results[ConsolidationRun]:
    """The runs; a refusal stands in its own place.

    Raises per row: ConsolidationIncomplete, Rejected, NotFound, Unbalanced. Raises: Forbidden for a company in which
    the caller may not run it. Emits: ConsolidationPerformed.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _consolidate(work, one))
        except DomainError as refusal:
            outcomes.append(refusal)
    done = [outcome for outcome in outcomes if isinstance(outcome, UUID)]
    if done:
        work.emit("ConsolidationPerformed", ConsolidationRun, done)
    return Results(outcomes)


async def _consolidate(work: Work, one: RunConsolidation) -> UUID:
    """One run: the next of the batch may replace it, so they go one by one."""
    span = Span(starts_on=one.starts_on, ends_on=one.ends_on).checked()
    currency, gaps = await company_currency(work), Gaps()
    rows = await _members(work, one)
    came = {row["id"]: row["since"] for row in rows if row["since"] is not None}
    group = Group(roles=await roles_of(work), span=span, currency=currency, gaps=gaps, came=came)
    members = await _with_rates(work, one, rows, currency)
    held = await held_by(work, rows, span, gaps, currency)
    translated: list[Line] = []
    for row, member in zip(rows, members, strict=True):
        number = row["company_id"]
        translated += translation_of(group, member, held.moved.get(number, ()), held.mapped.get(number, {}))
    gaps.check()
    by_id = {member.id: member for member in members}
    profits = _stock_profits(one, by_id, currency)
    by_number = {row["company_id"]: member for row, member in zip(rows, members, strict=True)}
    for day in (span.starts_on - timedelta(days=1), span.ends_on):
        profits += await profits_on(work, by_number, day, currency, gaps)
    unrealised = unrealised_of(group, profits)
    eliminated: list[Line] = []
    minority: list[Line] = []
    for row, member in zip(rows, members, strict=True):
        number = row["company_id"]
        mapped = held.mapped.get(number, {})
        dealings = (*held.moved.get(number, ()), *held.between.get(number, ()))
        eliminated += elimination_of(group, member, dealings, mapped)
        eliminated += goods_of(group, member, held.sold.get(number, ()), mapped)
        own = [line for line in (*translated, *unrealised) if line.member.id == member.id]
        minority += minority_of(group, member, own)
    eliminated += differences_of(group, eliminated, by_id)
    gaps.check()
    lines = [*translated, *eliminated, *unrealised, *minority]
    assert not total([line.amount for line in lines]), "each step of a run comes to zero"
    return await _write(work, one, (currency, members), (lines, profits))


def _stock_profits(one: RunConsolidation, members: Mapping[UUID, Member], currency: str) -> list[StockProfit]:
    """What was named, if it is between two companies of the run. Raises: NotFound, CurrencyMismatch, Rejected."""
    found: list[StockProfit] = []
    for place, profit in enumerate(one.stock_profits):
        path = ("stockProfits", place)
        for name, id_ in (("seller", profit.seller_id), ("holder", profit.holder_id)):
            if id_ not in members:
                raise NotFound((*path, name), what="company", key=str(id_))
        in_minor_units(profit.amount.in_currency(currency, "amount"), "amount", (*path, "amount"))
        positive(profit.amount.amount, AMOUNT, "amount", (*path, "amount"))
        if profit.seller_id == profit.holder_id:
            raise Rejected(
                (*path, "holder"), what="holder", value=members[profit.holder_id].code,
                reason="a company earns nothing from itself", reason_zh="买卖双方不能相同",
            )  # fmt: skip
        found.append(
            StockProfit(
                seller=members[profit.seller_id], holder=members[profit.holder_id], held_on=one.ends_on,
                amount=profit.amount.amount,
            )
        )  # fmt: skip
    return found


async def _members(work: Work, one: RunConsolidation) -> list[Row]:
    """The companies of the run. Raises: NotFound, Forbidden, Rejected, ConsolidationIncomplete."""
    rows = await members_of(work, one.companies, one.ends_on)
    found = {row["id"] for row in rows}
    for place, id_ in enumerate(one.companies or ()):
        if id_ not in found:
            raise NotFound(("companies", place), what="company", key=str(id_))
    allowed = work.grants.may("consolidation", Action.POST, RunConsolidation.__name__)
    for row in rows:
        if row["company_id"] not in allowed:
            raise Forbidden(what=RunConsolidation.__name__)
    if len(rows) > MEMBERS_MAX:
        raise Rejected(
            ("companies",), what="companies", value=len(rows), reason=f"at most {MEMBERS_MAX} are added up at once",
            reason_zh=f"一次最多合并 {MEMBERS_MAX} 家公司",
        )  # fmt: skip
    gaps = Gaps()
    for row in rows:
        if row["percent"] is None and row["company_id"] != work.company_id:
            gaps.add(f"company {row['code']} is no member of the group", f"公司 {row['code']} 不是集团成员")
    gaps.check()
    return rows


async def _with_rates(work: Work, one: RunConsolidation, rows: Sequence[Row], currency: str) -> list[Member]:
    """The members with the rates of their currencies: those given, else those published."""
    given: dict[str, TranslationRateInput] = {}
    for place, rate in enumerate(one.rates):
        for name in ("closing", "average"):
            value = getattr(rate, name)
            if value is not None:
                positive(value, RATE, name, ("rates", place, name))
        given[rate.currency] = rate
    currencies = sorted({row["currency"] for row in rows})
    closings = await quotes_on(work, [(each, one.ends_on) for each in currencies], currency, purpose=RateKind.CLOSING)
    averages = await averages_of(work, currencies, currency, one.ends_on)
    members: list[Member] = []
    for row in rows:
        own = given.get(row["currency"])
        published = closings[row["currency"], one.ends_on]
        closing = published.rate if isinstance(published, Quote) else None
        members.append(
            Member(
                id=row["id"],
                code=row["code"],
                currency=row["currency"],
                percent=HUNDRED if row["percent"] is None else row["percent"],
                closing=own.closing if own is not None and own.closing is not None else closing,
                averages=averages[row["currency"]],
                given=own.average if own is not None else None,
            )
        )
    return members


async def _write(
    work: Work,
    one: RunConsolidation,
    of: tuple[str, Sequence[Member]],
    found: tuple[Sequence[Line], Sequence[StockProfit]],
) -> UUID:
    """The run with its members, lines and profits in stock; the one it replaces is marked so."""
    (currency, members), (lines, profits) = of, found
    earlier = await work.fetch(_EARLIER, starts_on=one.starts_on, ends_on=one.ends_on)
    replaced = next((row["id"] for row in earlier if row["status"] == RunStatus.CURRENT), None)
    if replaced is not None:
        await work.update(ConsolidationRun, [{"id": replaced, "status": RunStatus.REPLACED}], fields=("status",))
    [number] = await work.number(RUN_NUMBERS, 1)
    id_ = new_id()
    await work.insert(
        ConsolidationRun,
        [
            {
                "id": id_, "number": number, "starts_on": one.starts_on, "ends_on": one.ends_on, "currency": currency,
                "edition": earlier[0]["edition"] + 1 if earlier else 1, "status": RUN_FLOW.initial,
                "replaces_id": replaced,
            }
        ],
    )  # fmt: skip
    await work.insert(ConsolidationMember, [_member_row(id_, member) for member in members])
    code_of = {member.id: member.code for member in members}
    rows = [_line_row(id_, place, line, code_of) for place, line in enumerate(lines, start=1)]
    if rows:
        await work.insert(ConsolidationLine, rows)
    if profits:
        details = [_profit_row(id_, place, profit) for place, profit in enumerate(profits, start=1)]
        await work.insert(StockProfitLine, details)
    return id_


def _member_row(run_id: UUID, member: Member) -> Mapping[str, object]:
    return {
        "consolidation_run_id": run_id, "member_id": member.id, "member_code": member.code,
        "currency": member.currency, "percent": member.percent, "closing_rate": member.closing,
    }  # fmt: skip


def _line_row(run_id: UUID, position: int, line: Line, code_of: Mapping[UUID, str]) -> Mapping[str, object]:
    return {
        "consolidation_run_id": run_id,
        "position": position,
        "kind": line.kind,
        "group_account_id": line.target.id,
        "member_id": line.member.id,
        "partner_id": line.partner,
        "member_code": line.member.code,
        "partner_code": code_of[line.partner] if line.partner is not None else None,
        "account_code": line.account,
        "local_currency": line.member.currency,
        "local_amount": line.local,
        "translation": line.translation,
        "rate": line.rate,
        "amount": line.amount,
    }


def _profit_row(run_id: UUID, position: int, profit: StockProfit) -> Mapping[str, object]:
    row: dict[str, object] = {
        "consolidation_run_id": run_id, "position": position, "held_on": profit.held_on,
        "seller_id": profit.seller.id, "holder_id": profit.holder.id, "seller_code": profit.seller.code,
        "holder_code": profit.holder.code, "currency": profit.seller.currency, "amount": profit.amount,
        "remaining_quantity": profit.remaining,
    }  # fmt: skip
    goods = profit.goods
    if goods is None:
        return row
    return row | {
        "item_id": goods.item_id, "trade_number": goods.trade_number, "traded_on": goods.traded_on,
        "layer_id": goods.layer_id, "lot_number": goods.lot_number, "quantity": goods.quantity,
        "net_amount": goods.earned, "cost_amount": goods.cost, "rate": goods.rate,
    }  # fmt: skip


async def withdraw_consolidations(work: Work, commands: Sequence[WithdrawConsolidation]) -> Results[ConsolidationRun]:
    """The runs, taken back. Raises per row: NotFound, StaleVersion, WrongState. Emits: ConsolidationWithdrawn."""
    rows = await work.lock(ConsolidationRun, [one.consolidation_run_id for one in commands])
    stale = await work.stale(
        ConsolidationRun, rows, {one.consolidation_run_id: one.expected_version for one in commands}
    )
    outcomes: list[UUID | DomainError] = []
    states = {id_: RunStatus(row["status"]) for id_, row in rows.items()}
    for one in commands:
        id_ = one.consolidation_run_id
        try:
            if id_ not in rows:
                raise NotFound(("consolidationRun",), what="consolidation run", key=str(id_))
            if id_ in stale:
                raise stale[id_]
            states[id_] = RUN_FLOW.advance(rows[id_]["number"], states[id_], "be withdrawn")
            outcomes.append(id_)
        except DomainError as refusal:
            outcomes.append(refusal)
    done = [outcome for outcome in outcomes if isinstance(outcome, UUID)]
    if done:
        await work.update(ConsolidationRun, [{"id": id_, "status": states[id_]} for id_ in done], fields=("status",))
        work.emit("ConsolidationWithdrawn", ConsolidationRun, done)
    return Results(outcomes)
