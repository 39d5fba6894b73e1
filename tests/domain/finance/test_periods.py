import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.work import Work
from domain.finance import account_balances_on
from domain.finance.commands import ChangePeriodState
from domain.finance.models import PeriodState
from tests.domain.books import AX, World


async def period(world: World, code: str, sub_ledger: str = "GENERAL") -> UUID:
    sql = "SELECT id FROM fiscal_period WHERE company_id = $1 AND code = $2 AND sub_ledger = $3"
    [row] = await world.rows(sql, AX, code, sub_ledger)
    return row["id"]


async def changed(world: World, state: PeriodState, *codes: str, sub_ledger: str = "GENERAL") -> None:
    commands = [
        ChangePeriodState(fiscal_period_id=await period(world, code, sub_ledger), state=state) for code in codes
    ]
    performed = await world.act(world.chief, AX, *commands)
    assert performed.committed, performed.refusals


async def received(world: World, quantity: str, on: date, price: str = "150") -> None:
    order = await world.approved(AX, ("GEAR", quantity, price))
    performed = await world.act(world.buyer, AX, world.receipt(order, (1, quantity, "0"), received_on=on))
    assert performed.committed, performed.refusals


async def held(world: World, on: date) -> dict[str, Decimal]:
    """What the accounts hold by role at the end of a day."""

    async def act(work: Work) -> Any:
        return await account_balances_on(work, on)

    roles = {
        row["id"]: row["role"] for row in await world.rows("SELECT id, role FROM account WHERE company_id = $1", AX)
    }
    return {roles[account]: closing.amount for (account, _), closing in (await world.works(AX, act)).items()}


async def test_a_closed_period_takes_no_receipt(world: World):
    for sub_ledger, named in (("STOCK", "STOCK"), ("GENERAL", "GENERAL")):
        await changed(world, PeriodState.SOFT, "2026-01", "2026-02", "2026-03", "2026-04", sub_ledger=sub_ledger)
        order = await world.approved(AX, ("GEAR", "1", "100"))
        refusal = await world.refusal(
            world.buyer, AX, world.receipt(order, (1, "1", "0"), received_on=date(2026, 4, 30))
        )
        assert refusal.code == "PERIOD_CLOSED"
        assert refusal.values == {"sub_ledger": named, "day": "2026-04-30", "state": "SOFT"}
        await changed(world, PeriodState.OPEN, "2026-04", "2026-03", "2026-02", "2026-01", sub_ledger=sub_ledger)
        await world.act(world.buyer, AX, world.receipt(order, (1, "1", "0"), received_on=date(2026, 4, 30)))
    assert await world.findings() == []


async def test_a_balance_is_what_was_stored_and_the_open_tail(world: World):
    await received(world, "1", date(2026, 1, 31))
    await received(world, "2", date(2026, 2, 1))
    await received(world, "4", date(2026, 3, 15))
    days = [date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 14), date(2026, 12, 31)]
    summed = [await held(world, day) for day in days]
    assert summed[0] == {}
    assert summed[2] == {"GR_IR": Decimal(-450), "PURCHASE_PRICE_VARIANCE": Decimal(150), "STOCK": Decimal(300)}
    assert summed[4] == {"GR_IR": Decimal(-1050), "PURCHASE_PRICE_VARIANCE": Decimal(350), "STOCK": Decimal(700)}
    await changed(world, PeriodState.HARD, "2026-01", "2026-02")
    assert [await held(world, day) for day in days] == summed
    stored = await world.rows(
        "SELECT a.role, b.debit, b.credit, b.closing, b.transaction_closing FROM account_balance b "
        "JOIN account a ON a.company_id = b.company_id AND a.id = b.account_id "
        "JOIN fiscal_period p ON p.company_id = b.company_id AND p.id = b.period_id "
        "WHERE p.code = '2026-02' ORDER BY a.role"
    )
    assert [tuple(row.values()) for row in stored] == [
        ("GR_IR", Decimal(0), Decimal(300), Decimal(-450), Decimal(-450)),
        ("PURCHASE_PRICE_VARIANCE", Decimal(100), Decimal(0), Decimal(150), Decimal(150)),
        ("STOCK", Decimal(200), Decimal(0), Decimal(300), Decimal(300)),
    ]
    assert await world.findings() == []


async def test_a_period_opened_again_has_no_stored_balance(world: World):
    await received(world, "1", date(2026, 1, 31))
    await changed(world, PeriodState.SOFT, "2026-01")
    assert len(await world.rows("SELECT id FROM account_balance")) == 3
    await changed(world, PeriodState.OPEN, "2026-01")
    assert await world.rows("SELECT id FROM account_balance") == []
    assert await world.findings() == []


async def test_periods_that_cannot_change_are_refused(world: World):
    await changed(world, PeriodState.HARD, "2026-01")
    cases = [
        ("2026-03", PeriodState.SOFT, "EARLIER_PERIOD_OPEN"),
        ("2026-01", PeriodState.OPEN, "WRONG_STATE"),
        ("2026-02", PeriodState.OPEN, "WRONG_STATE"),
    ]
    for code, state, refused in cases:
        command = ChangePeriodState(fiscal_period_id=await period(world, code), state=state)
        assert (await world.refusal(world.chief, AX, command)).code == refused
    stale = ChangePeriodState(
        fiscal_period_id=await period(world, "2026-01"), state=PeriodState.HARD, expected_version=1
    )
    assert (await world.refusal(world.chief, AX, stale)).code == "STALE_VERSION"


async def test_closing_waits_for_the_postings_under_way(world: World):
    order = await world.approved(AX, ("GEAR", "100", "100"))
    deliveries = [
        world.act(world.buyer, AX, world.receipt(order, (1, "1", "0"), received_on=date(2026, 1, 15))) for _ in range(6)
    ]
    close = ChangePeriodState(fiscal_period_id=await period(world, "2026-01"), state=PeriodState.HARD)
    outcomes = await asyncio.gather(*deliveries[:3], world.act(world.chief, AX, close), *deliveries[3:])
    assert outcomes[3].committed
    codes = {one.refusals[0].code for one in outcomes if one.refusals}
    assert codes <= {"PERIOD_CLOSED"}
    posted = sum(one.committed for one in outcomes) - 1
    assert await held(world, date(2026, 1, 31)) == (
        {"GR_IR": Decimal(-100 * posted), "STOCK": Decimal(100 * posted)} if posted else {}
    )
    assert await world.findings() == []
