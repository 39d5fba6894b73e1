from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from domain.core.ids import new_id
from domain.core.money import Money
from domain.core.perform import BatchPolicy, perform
from domain.finance.commands import (
    JournalLineInput,
    PostJournal,
    ReverseJournal,
)
from domain.finance.models import PeriodState
from tests.domain.books import AX, BX, World, clock
from tests.domain.finance.money import a_journal, a_line, account, an_invoice, close, done, named, vouchers


async def test_a_journal_is_posted_with_its_number_and_dimensions(world: World):
    [cost] = (await done(world, named("CreateCostCentre")(code="CC1", name="Assembly"))).ids
    [profit] = (await done(world, named("CreateProfitCentre")(code="PC1", name="Implants"))).ids
    rent = await a_line(
        world, "6602", "100.50", cost_centre_id=cost, profit_centre_id=profit, project_code="P-7",
        party_id=world["ACME"], item_id=world["BOLT"],
    )  # fmt: skip
    performed = await done(world, await a_journal(world, rent, await a_line(world, "1002", "-100.50")))
    assert await vouchers(world) == [
        ("GENERAL-2026-05-000001", [("6602", "100.5", "USD", "100.5"), ("BANK", "-100.5", "USD", "-100.5")])
    ]
    [entry] = await world.rows("SELECT id, description, group_currency, group_rate, source_id FROM journal_entry")
    assert performed.ids == [entry["id"]]
    assert (entry["description"], entry["group_currency"], entry["group_rate"], entry["source_id"]) == (
        "Rent", "USD", Decimal(1), None,
    )  # fmt: skip
    [line] = await world.rows("SELECT * FROM journal_line WHERE position = 1")
    dimensions = ("cost_centre_id", "profit_centre_id", "project_code", "party_id", "item_id")
    assert [line[name] for name in dimensions] == [cost, profit, "P-7", world["ACME"], world["BOLT"]]
    assert await world.findings() == []


async def test_a_foreign_journal_stands_in_three_currencies_with_its_rates(world: World):
    await world.rows("UPDATE company SET is_group = true WHERE code = 'BX' RETURNING 1")
    await done(
        world,
        await a_journal(world, await a_line(world, "6602", "100", "EUR"), await a_line(world, "1002", "-100", "EUR")),
    )
    rows = await world.rows(
        "SELECT l.amount, l.rate, l.rate_type, l.rate_source, l.group_amount, e.group_currency, e.group_rate, "
        "e.group_rate_type, e.group_rate_source FROM journal_line l JOIN journal_entry e ON e.id = l.journal_entry_id "
        "ORDER BY l.position"
    )
    assert [tuple(row.values()) for row in rows] == [
        (Decimal(110), Decimal("1.1"), "SPOT", "ECB", Decimal(100), "EUR", Decimal("0.9090909091"), "SPOT", "ECB"),
        (Decimal(-110), Decimal("1.1"), "SPOT", "ECB", Decimal(-100), "EUR", Decimal("0.9090909091"), "SPOT", "ECB"),
    ]
    assert await world.findings() == []


async def test_a_given_rate_is_kept_and_what_rounding_leaves_is_one_line(world: World):
    lines = [
        await a_line(world, "6602", "33.33", "EUR", rate=Decimal("1.055")),
        await a_line(world, "6601", "33.33", "EUR", rate=Decimal("1.055")),
        await a_line(world, "1002", "-66.66", "EUR", rate=Decimal("1.055")),
    ]
    await done(world, await a_journal(world, *lines))
    [(_, posted)] = await vouchers(world)
    assert posted == [
        ("6602", "33.33", "EUR", "35.16"), ("6601", "33.33", "EUR", "35.16"), ("BANK", "-66.66", "EUR", "-70.33"),
        ("ROUNDING", "0", "EUR", "0.01"),
    ]  # fmt: skip
    kinds = await world.rows("SELECT rate_type, is_rounding FROM journal_line ORDER BY position")
    assert [tuple(row.values()) for row in kinds] == [("GIVEN", False)] * 3 + [(None, True)]
    assert await world.findings() == []


async def test_currencies_meet_in_one_journal_where_the_companys_balances(world: World):
    lines = [await a_line(world, "1002", "100", "EUR"), await a_line(world, "1012", "-110")]
    await done(world, await a_journal(world, *lines))
    [(_, posted)] = await vouchers(world)
    assert posted == [("BANK", "100", "EUR", "110"), ("1012", "-110", "USD", "-110")]


async def test_a_journal_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    bank, rent = await a_line(world, "1002", "-100"), await a_line(world, "6602", "100")
    euro = await a_line(world, "1002", "-100", "EUR")
    other = JournalLineInput(account_id=await account(world, "6602", BX), debit=Money(Decimal(100), "USD"))
    inactive = (await done(world, named("CreateCostCentre")(code="OLD", name="Old"))).ids[0]
    await world.rows("UPDATE cost_centre SET is_active = false RETURNING 1")
    cases: list[tuple[PostJournal, str, tuple[str | int, ...]]] = [
        (await a_journal(world, rent, await a_line(world, "1002", "-99.99")), "UNBALANCED", ()),
        (await a_journal(world, rent, euro), "UNBALANCED", ()),
        (await a_journal(world, rent, await a_line(world, "1002", "-100", "GBP")), "RATE_MISSING", ()),
        (await a_journal(world, rent, await a_line(world, "RECEIVABLE", "-100")), "CONTROL_ACCOUNT", ("lines", 1)),
        (await a_journal(world, await a_line(world, "STOCK", "100"), bank), "CONTROL_ACCOUNT", ("lines", 0)),
        (await a_journal(world, await a_line(world, "6602", "100.001"), bank), "INVALID_VALUE", ("lines", 0)),
        (await a_journal(world, await a_line(world, "6602", "1.5", "JPY"), bank), "INVALID_VALUE", ("lines", 0)),
        (await a_journal(world, replace(rent, credit=rent.debit), bank), "INVALID_VALUE", ("lines", 0)),
        (await a_journal(world, replace(rent, debit=None), bank), "INVALID_VALUE", ("lines", 0)),
        (await a_journal(world, replace(rent, debit=Money(Decimal(0), "USD")), bank), "INVALID_VALUE", ("lines", 0)),
        (await a_journal(world, replace(rent, rate=Decimal(2)), bank), "INVALID_VALUE", ("lines", 0)),
        (await a_journal(world, replace(euro, rate=Decimal(0)), rent), "INVALID_VALUE", ("lines", 0)),
        (await a_journal(world, other, bank), "NOT_FOUND", ("lines", 0)),
        (await a_journal(world, replace(rent, cost_centre_id=inactive), bank), "NOT_ACTIVE", ("lines", 0)),
        (await a_journal(world, replace(rent, profit_centre_id=new_id()), bank), "NOT_FOUND", ("lines", 0)),
        (await a_journal(world, replace(rent, item_id=new_id()), bank), "NOT_FOUND", ()),
        (replace(await a_journal(world), lines=()), "INVALID_VALUE", ("lines",)),
        (await a_journal(world, *[rent, bank] * 501), "INVALID_VALUE", ("lines",)),
        (await a_journal(world, occurred_on=date(2025, 12, 31)), "PERIOD_CLOSED", ()),
    ]
    for command, code, path in cases:
        refusal = await world.refusal(world.chief, AX, command)
        assert (refusal.code, refusal.path[: len(path)]) == (code, path), command


async def test_a_late_journal_goes_to_the_first_open_period_when_asked(world: World):
    await close(world, PeriodState.SOFT, "2026-01", "2026-02")
    late = await a_journal(world, occurred_on=date(2026, 1, 15))
    assert (await world.refusal(world.chief, AX, late)).code == "PERIOD_CLOSED"
    await done(world, replace(late, into_open_period=True))
    await done(world, await a_journal(world, occurred_on=date(2026, 3, 15), into_open_period=True))
    rows = await world.rows("SELECT number, occurred_on FROM journal_entry ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [
        ("GENERAL-2026-03-000001", date(2026, 3, 1)), ("GENERAL-2026-03-000002", date(2026, 3, 15)),
    ]  # fmt: skip
    past = await a_journal(world, occurred_on=date(2027, 1, 15), into_open_period=True)
    assert (await world.refusal(world.chief, AX, past)).code == "PERIOD_CLOSED"
    assert await world.findings() == []


async def test_a_reversal_takes_a_journal_back_at_its_own_rates_and_once(world: World):
    await world.rows("UPDATE company SET is_group = true WHERE code = 'BX' RETURNING 1")
    lines = [await a_line(world, "6602", "33.33", "EUR"), await a_line(world, "1002", "-33.33", "EUR")]
    [entry] = (await done(world, await a_journal(world, *lines))).ids
    await world.rows("UPDATE currency_rate SET spot_rate = 1.5 WHERE quote_currency = 'USD' RETURNING 1")
    reverse = ReverseJournal(journal_entry_id=entry, occurred_on=date(2026, 6, 1), description="Wrong month")
    [back] = (await done(world, reverse)).ids
    rows = await world.rows("SELECT id, number, reverses_id, occurred_on, description FROM journal_entry ORDER BY id")
    assert (rows[1]["id"], rows[1]["reverses_id"], rows[1]["number"]) == (back, entry, "GENERAL-2026-06-000001")
    assert (rows[1]["occurred_on"], rows[1]["description"]) == (date(2026, 6, 1), "Wrong month")
    sums = await world.rows(
        "SELECT sum(amount) AS a, sum(group_amount) AS g, sum(transaction_amount) AS t FROM journal_line "
        "GROUP BY account_id"
    )
    assert [tuple(row.values()) for row in sums] == [(0, 0, 0)] * 2
    for command in (reverse, replace(reverse, journal_entry_id=back)):
        assert (await world.refusal(world.chief, AX, command)).code == "ALREADY_REVERSED"
    assert (await world.refusal(world.chief, AX, replace(reverse, journal_entry_id=new_id()))).code == "NOT_FOUND"
    both = await world.act(world.chief, AX, *[ReverseJournal(journal_entry_id=await one_more(world))] * 2)
    assert [refusal.code for refusal in both.refusals] == ["ALREADY_REVERSED"]
    told = await world.rows(
        "SELECT event, record_ids FROM outbox_event WHERE event LIKE 'Journal%' ORDER BY id LIMIT 2"
    )
    assert [tuple(row.values()) for row in told] == [("JournalPosted", [entry]), ("JournalReversed", [back])]
    assert await world.findings() == []


async def one_more(world: World) -> UUID:
    return (await done(world, await a_journal(world))).ids[0]


async def test_a_voucher_of_a_document_is_not_taken_back_by_hand(world: World):
    order = await world.approved(AX, ("GEAR", "1", "100"))
    await world.act(world.buyer, AX, world.receipt(order, (1, "1", "0")))
    [entry] = await world.rows("SELECT id FROM journal_entry")
    refusal = await world.refusal(world.chief, AX, ReverseJournal(journal_entry_id=entry["id"]))
    assert (refusal.code, refusal.values["source_kind"]) == ("VOUCHER_OF_DOCUMENT", "GoodsReceipt")


async def test_a_batch_keeps_the_good_rows_where_the_policy_says_so(world: World):
    bad = await a_journal(world, await a_line(world, "6602", "1"), await a_line(world, "1002", "-2"))
    performed = await world.act(
        world.chief, AX, await a_journal(world), bad, await a_journal(world), policy=BatchPolicy.REJECT_ROW
    )
    assert [isinstance(one, UUID) for one in performed.outcomes] == [True, False, True]
    assert [number for number, _ in await vouchers(world)] == ["GENERAL-2026-05-000001", "GENERAL-2026-05-000002"]


@pytest.mark.soak
async def test_a_hundred_thousand_lines_are_one_batch(world: World):
    rent, bank = await a_line(world, "6602", "1.25"), await a_line(world, "1002", "-1.25")
    journals = [await a_journal(world, *[rent, bank] * 500)] * 100
    await done(world, *journals)
    [row] = await world.rows("SELECT count(*) AS lines, sum(abs(amount)) AS moved FROM journal_line")
    assert (row["lines"], row["moved"]) == (100_000, Decimal(125_000))
    assert await world.findings() == []


async def test_postings_to_one_account_never_wait_for_each_other(world: World):
    """Two series that touch one account: while the first posting is not committed yet, the second one is."""
    on_account = await account(world, "6051")
    invoice = an_invoice(world, ("1", "10"))
    invoice = replace(invoice, lines=(replace(invoice.lines[0], account_id=on_account),))
    lines = [await a_line(world, "6051", "5"), await a_line(world, "1002", "-5")]
    async with world.database.acquire() as connection, connection.raw.transaction():
        held = await perform(connection, world.chief, world.grants, AX, [invoice], clock=clock, idempotency_key="held")
        assert held.committed
        await done(world, await a_journal(world, *lines))
        assert [number for number, _ in await vouchers(world)] == ["GENERAL-2026-05-000001"]
    assert [number for number, _ in await vouchers(world)] == ["SALES-2026-05-000001", "GENERAL-2026-05-000001"]
    assert await world.findings() == []
