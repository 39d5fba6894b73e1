"""`verify` names the first breach of the two books: each test breaks one rule behind the write path's back."""

from decimal import Decimal

import asyncpg
import pytest

from domain.core.verify import Finding
from domain.finance.commands import ChangePeriodState
from domain.finance.models import PeriodState
from tests.domain.books import AX, World


async def a_receipt(world: World) -> None:
    order = await world.approved(AX, ("GEAR", "10", "150"))
    performed = await world.act(world.buyer, AX, world.receipt(order, (1, "10", "1")))
    assert performed.committed, performed.refusals
    assert await world.findings() == []


async def broken(world: World, *statements: str) -> dict[str, Finding]:
    """The findings by check once statements have run without the database's guards."""
    async with world.database.acquire() as connection, connection.raw.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            await connection.execute(statement)
    return {finding.check: finding for finding in await world.findings()}


async def test_a_changed_amount_is_found_by_its_voucher_the_account_and_gr_ir(world: World):
    await a_receipt(world)
    found = await broken(world, "UPDATE journal_line SET amount = 901, transaction_amount = 901 WHERE amount = 900")
    assert found["journal balance"].subject == f"company {AX}, STOCK-2026-05-000001"
    assert found["journal balance"].message.startswith("the voucher is off by 1")
    assert found["stock value"].subject == f"company {AX}"
    [posting] = await world.rows("SELECT posting_id FROM stock_move")
    assert found["stock value"].message.endswith(f"first in posting {posting['posting_id']}")
    assert set(found) == {"account turnover", "journal balance", "stock value", "stock value by item"}


async def test_a_changed_amount_in_the_groups_currency_is_found(world: World):
    await a_receipt(world)
    found = await broken(world, "UPDATE journal_line SET group_amount = 901 WHERE amount = 900")
    assert set(found) == {"account turnover", "journal balance"}
    assert found["journal balance"].message.startswith("the voucher is off by 1")


async def test_a_wrong_clearing_is_found_by_its_receipt(world: World):
    await a_receipt(world)
    sign = "amount = amount * 2, transaction_amount = transaction_amount * 2"
    found = await broken(world, f"UPDATE journal_line SET {sign} WHERE amount = -1350")
    assert found["goods received, not invoiced"].subject == f"company {AX}, goods receipt GR-000001"
    assert Decimal(found["goods received, not invoiced"].message.split()[2].rstrip(",")) == 2700


async def test_a_lost_voucher_leaves_a_gap(world: World):
    await a_receipt(world)
    await a_receipt(world)
    found = await broken(
        world,
        "DELETE FROM journal_line WHERE journal_entry_id IN (SELECT id FROM journal_entry WHERE number LIKE '%1')",
        "DELETE FROM journal_entry WHERE number LIKE '%1'",
    )
    assert found["voucher numbers"].subject == f"company {AX}, STOCK-2026-05-*"
    assert found["voucher numbers"].message == "1 vouchers, the last numbered 2"


async def test_a_changed_quantity_is_found_by_its_move_and_its_balance(world: World):
    await a_receipt(world)
    found = await broken(world, "UPDATE stock_entry SET quantity = 8 WHERE quantity = 9")
    [move] = await world.rows("SELECT id FROM stock_move")
    assert found["goods balance"].subject == f"company {AX}, move {move['id']}"
    assert found["stock balances"].subject == f"company {AX}, item GEAR at STORES (RELEASED)"
    assert set(found) == {"goods balance", "stock balances", "stock turnover", "stock value"}


async def test_what_one_item_gained_and_another_lost_is_found_though_no_total_shows_it(world: World):
    await a_receipt(world)
    found = await broken(
        world,
        "UPDATE journal_line SET item_id = (SELECT id FROM item WHERE code = 'BOLT') WHERE amount = 900",
    )
    assert set(found) == {"stock value by item"}
    assert found["stock value by item"].subject == f"company {AX}, item BOLT on 2026-05-20"


async def test_a_changed_balance_is_found(world: World):
    await a_receipt(world)
    found = await broken(world, "UPDATE stock_balance SET quantity = quantity + 1 WHERE status = 'REJECTED'")
    assert set(found) == {"stock balances"}
    assert found["stock balances"].subject == f"company {AX}, item GEAR at STORES (REJECTED)"


async def test_a_value_of_goods_that_are_not_ours_is_found(world: World):
    await a_receipt(world)
    found = await broken(world, "UPDATE stock_entry SET value = 1 WHERE status = 'REJECTED'")
    assert set(found) == {"stock value"}


async def test_an_order_line_that_its_receipts_do_not_make_is_found(world: World):
    await a_receipt(world)
    found = await broken(world, "UPDATE purchase_order_line SET stocked_quantity = 10, rejected_quantity = 0")
    assert set(found) == {"order quantities"}
    assert found["order quantities"].subject == f"company {AX}, purchase order PO-000001 line 1"


async def test_a_stored_balance_that_its_lines_do_not_make_is_found(world: World):
    await a_receipt(world)
    periods = await world.rows(
        "SELECT id FROM fiscal_period WHERE company_id = $1 AND sub_ledger = 'GENERAL' "
        "AND code <= '2026-05' ORDER BY code",
        AX,
    )
    commands = [ChangePeriodState(fiscal_period_id=row["id"], state=PeriodState.SOFT) for row in periods]
    assert (await world.act(world.chief, AX, *commands)).committed
    assert await world.findings() == []
    found = await broken(world, "UPDATE account_balance SET closing = closing + 1 WHERE closing = 900")
    assert found["account balances"].subject == f"company {AX}, 1405 in 2026-05"
    found = await broken(world, "DELETE FROM account_balance WHERE closing = 901")
    assert found["account balances"].message == "the period is closed without a stored balance"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO journal_entry (company_id, id, number, kind, period_id, occurred_on, posting_id, group_currency, "
        "group_rate) SELECT company_id, gen_random_uuid(), 'X-1', kind, period_id, occurred_on, posting_id, "
        "group_currency, group_rate FROM journal_entry LIMIT 1",
        "INSERT INTO stock_move (company_id, id, posting_id, kind, occurred_on) "
        "SELECT company_id, gen_random_uuid(), posting_id, kind, occurred_on FROM stock_move LIMIT 1",
    ],
)
async def test_the_database_itself_refuses_a_posting_that_does_not_balance(world: World, statement: str):
    await a_receipt(world)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="has 0"):
        await world.rows(statement)
    assert await world.findings() == []
