from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.core.ids import new_id
from domain.core.money import Money
from domain.finance.commands import (
    DeferAmount,
    DepreciateAssets,
    PayLeases,
    RecordLease,
    ReleaseDeferrals,
    RemeasureLease,
    ReverseJournal,
)
from domain.finance.models import DeferralMethod, PeriodState
from tests.domain.books import AX, World
from tests.domain.finance.money import account, balance, close, done, plain, vouchers

JAN_31, FEB_28, MAR_31, DEC_31 = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 12, 31)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


async def insurance(world: World, **more: object) -> DeferAmount:
    made = DeferAmount(
        name="Insurance", amount=usd("100"), first_on=date(2026, 1, 16), last_on=date(2026, 3, 31),
        deferred_on=date(2026, 1, 10), account_id=await account(world, "1801"),
        result_account_id=await account(world, "6602"), offset_account_id=await account(world, "6602"),
    )  # fmt: skip
    return replace(made, **more)


async def planned(world: World) -> list[tuple[str, str, bool]]:
    """Each line: its day, its amount, whether it is posted."""
    rows = await world.rows("SELECT due_on, amount, journal_entry_id FROM deferral_line ORDER BY deferral_id, position")
    return [(row["due_on"].isoformat(), plain(row["amount"]), row["journal_entry_id"] is not None) for row in rows]


@pytest.mark.parametrize(
    ("method", "shares"),
    [(DeferralMethod.BY_MONTHS, ("33.33", "33.34", "33.33")), (DeferralMethod.BY_DAYS, ("21.33", "37.34", "41.33"))],
)
async def test_an_expense_paid_ahead_is_released_month_by_month_and_sums_exactly(
    world: World, method: DeferralMethod, shares: tuple[str, ...]
):
    await done(world, await insurance(world, method=method))
    assert [await balance(world, code) for code in ("1801", "6602")] == ["100", "-100"]
    assert [amount for _, amount, _ in await planned(world)] == list(shares)
    await done(world, ReleaseDeferrals(ends_on=JAN_31))
    assert [await balance(world, "6602", JAN_31), await balance(world, "1801")] == [
        plain(Decimal(shares[0]) - 100), plain(100 - Decimal(shares[0])),
    ]  # fmt: skip
    assert (await world.refusal(world.chief, AX, ReleaseDeferrals(ends_on=JAN_31))).code == "NOTHING_TO_POST"
    await done(world, ReleaseDeferrals(ends_on=MAR_31))
    assert [await balance(world, code) for code in ("1801", "6602")] == ["0", "0"]
    assert all(is_posted for *_, is_posted in await planned(world))
    assert await world.findings() == []


async def test_an_income_received_ahead_is_negative_and_no_hand_takes_its_release_back(world: World):
    income = await insurance(
        world, amount=usd("-90"), account_id=await account(world, "2401"),
        result_account_id=await account(world, "6051"), offset_account_id=await account(world, "1002"),
    )  # fmt: skip
    await done(world, income)
    [run] = (await done(world, ReleaseDeferrals(ends_on=FEB_28))).ids
    assert [await balance(world, code) for code in ("2401", "6051")] == ["-30", "-60"]
    refused = await world.refusal(world.chief, AX, ReverseJournal(journal_entry_id=run))
    assert refused.code == "VOUCHER_OF_DOCUMENT"
    assert await world.findings() == []


async def test_a_deferral_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    good = await insurance(world)
    cases = [
        (replace(good, last_on=date(2026, 1, 15)), "INVALID_VALUE"),
        (replace(good, amount=Money(Decimal(1), "EUR")), "CURRENCY_MISMATCH"),
        (replace(good, amount=usd("0")), "NOTHING_TO_POST"),
        (replace(good, amount=usd("0.001")), "INVALID_VALUE"),
        (replace(good, account_id=await account(world, "STOCK")), "CONTROL_ACCOUNT"),
        (replace(good, account_id=new_id()), "NOT_FOUND"),
        (replace(good, deferred_on=date(2030, 1, 1)), "PERIOD_CLOSED"),
    ]
    for command, code in cases:
        assert (await world.refusal(world.chief, AX, command)).code == code
    await done(world, good)
    await close(world, PeriodState.SOFT, "2026-01")
    assert (await world.refusal(world.chief, AX, ReleaseDeferrals(ends_on=JAN_31))).code == "PERIOD_CLOSED"
    await done(world, ReleaseDeferrals(ends_on=FEB_28))
    assert await balance(world, "1801") == "33.33"


async def a_lease(world: World, **more: object) -> RecordLease:
    made = RecordLease(
        name="Hall", begins_on=date(2026, 1, 1), months=36, payment=usd("10000"), percent=Decimal("0.5"),
        asset_account_id=await account(world, "1601"), accumulated_account_id=await account(world, "1602"),
        expense_account_id=await account(world, "660201"), liability_account_id=await account(world, "2701"),
        interest_account_id=await account(world, "660301"), payment_account_id=await account(world, "1002"),
    )  # fmt: skip
    return replace(made, **more)


async def test_f52_a_lease_is_worth_its_payments_and_ends_at_nothing(world: World):
    """Case F52: 36 x 10,000 at 0.5 % in arrears -> 328,710.16; month 1 interest 1,643.55, the last 49.78; ends at 0."""
    await done(world, await a_lease(world))
    assert [await balance(world, code) for code in ("1601", "2701")] == ["328710.16", "-328710.16"]
    rows = await world.rows("SELECT due_on, interest, principal, closing FROM lease_line ORDER BY position")
    told = [
        (row["due_on"].isoformat(), *(plain(row[name]) for name in ("interest", "principal", "closing")))
        for row in rows
    ]
    assert told[0] == ("2026-01-31", "1643.55", "8356.45", "320353.71")
    assert told[-1] == ("2028-12-31", "49.78", "9950.22", "0")
    assert plain(sum((row["interest"] for row in rows), Decimal(0))) == "31289.84"
    await done(world, PayLeases(due_until=FEB_28))
    await done(world, DepreciateAssets(ends_on=FEB_28))
    [second] = [closing for day, _, _, closing in told if day == "2026-02-28"]
    assert await balance(world, "2701", FEB_28) == f"-{second}"
    assert [await balance(world, code) for code in ("1002", "1602")] == ["-20000", "-9130.84"]
    assert (await world.refusal(world.chief, AX, PayLeases(due_until=FEB_28))).code == "NOTHING_TO_POST"
    assert [number for number, _ in await vouchers(world)] == [
        "GENERAL-2026-01-000001", "GENERAL-2026-01-000002", "GENERAL-2026-02-000001", "GENERAL-2026-02-000002",
    ]  # fmt: skip
    assert await world.findings() == []


async def test_a_lease_without_terms_or_with_a_control_account_is_refused(world: World):
    good = await a_lease(world)
    cases = [
        (replace(good, months=0), "INVALID_VALUE"),
        (replace(good, payment=usd("0")), "LEASE_INVALID"),
        (replace(good, percent=Decimal(-1)), "INVALID_VALUE"),
        (replace(good, payment=Money(Decimal(1), "EUR")), "CURRENCY_MISMATCH"),
        (replace(good, liability_account_id=await account(world, "PAYABLE")), "CONTROL_ACCOUNT"),
        (replace(good, asset_account_id=await account(world, "STOCK")), "CONTROL_ACCOUNT"),
        (replace(good, begins_on=date(2030, 1, 1)), "PERIOD_CLOSED"),
    ]
    for command, code in cases:
        assert (await world.refusal(world.chief, AX, command)).code == code
    advance = replace(good, in_advance=True, months=2, payment=usd("100"), percent=Decimal(0))
    await done(world, advance)
    await done(world, PayLeases(due_until=DEC_31))
    assert [await balance(world, "2701", day) for day in (date(2026, 1, 1), date(2026, 2, 1))] == ["-100", "0"]
    assert await world.findings() == []


async def lease_plan(world: World) -> list[tuple[str, ...]]:
    """Each payment: its day, what is paid, its interest, what is owed after it."""
    rows = await world.rows("SELECT due_on, payment, interest, closing FROM lease_line ORDER BY position")
    names = ("payment", "interest", "closing")
    return [(row["due_on"].isoformat(), *(plain(row[name]) for name in names)) for row in rows]


async def test_a_lease_that_is_dearer_longer_and_at_another_rate_is_owed_at_what_is_to_come(world: World):
    """Three payments of 100 at 1 %: 294.10, after the first 197.04. Then three of 110 at 2 %: 317.23, 120.19 more."""
    [lease] = (await done(world, await a_lease(world, months=3, payment=usd("100"), percent=Decimal(1)))).ids
    await done(world, PayLeases(due_until=JAN_31))
    change = RemeasureLease(lease_id=lease, payment=usd("110"), months_left=3, percent=Decimal(2))
    await done(world, change)
    assert [await balance(world, code) for code in ("1601", "2701")] == ["414.29", "-317.23"]
    assert await lease_plan(world) == [
        ("2026-01-31", "100", "2.94", "197.04"), ("2026-02-28", "110", "6.34", "213.57"),
        ("2026-03-31", "110", "4.27", "107.84"), ("2026-04-30", "110", "2.16", "0"),
    ]  # fmt: skip
    assert (await vouchers(world))[-1] == (
        "GENERAL-2026-02-000001", [("1601", "120.19", "USD", "120.19"), ("2701", "-120.19", "USD", "-120.19")],
    )  # fmt: skip
    assert (await world.refusal(world.chief, AX, change)).code == "NOTHING_TO_POST"
    assert await world.findings() == []
    await done(world, PayLeases(due_until=DEC_31))
    # Written off from February to May: 414.29 in four months.
    ends = [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]
    await done(world, *(DepreciateAssets(ends_on=day) for day in ends))
    assert [await balance(world, code) for code in ("2701", "1602", "660201")] == ["0", "-414.29", "414.29"]
    assert (await world.refusal(world.chief, AX, change)).code == "NOTHING_TO_POST"
    assert await world.findings() == []


async def test_a_lease_that_becomes_shorter_takes_no_more_of_the_right_of_use_than_it_is_worth(world: World):
    """Four payments of 100 in advance, without interest; two are paid, three months written off; then one of 20."""
    terms = {"months": 4, "payment": usd("100"), "percent": Decimal(0), "in_advance": True}
    [lease] = (await done(world, await a_lease(world, **terms))).ids
    await done(world, PayLeases(due_until=date(2026, 2, 1)))
    await done(world, DepreciateAssets(ends_on=FEB_28))
    change = RemeasureLease(lease_id=lease, months_left=1, payment=usd("20"))
    await world.rows("UPDATE fixed_asset SET book_value = 150, accumulated = 250 RETURNING 1")
    refused = await world.refusal(world.chief, AX, change)
    assert (refused.code, refused.path) == ("INVALID_VALUE", ("resultAccount",))
    stock = replace(change, result_account_id=await account(world, "STOCK"))
    assert (await world.refusal(world.chief, AX, stock)).code == "CONTROL_ACCOUNT"
    await done(world, replace(change, result_account_id=await account(world, "6051")))
    assert (await vouchers(world))[-1][1] == [
        ("1601", "-150", "USD", "-150"), ("2701", "180", "USD", "180"), ("6051", "-30", "USD", "-30"),
    ]  # fmt: skip
    assert (await lease_plan(world))[2:] == [("2026-03-01", "20", "0", "0")]
    await done(world, PayLeases(due_until=DEC_31))
    assert await balance(world, "2701") == "0"


async def test_a_change_of_a_lease_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    [lease] = (await done(world, await a_lease(world))).ids
    good = RemeasureLease(lease_id=lease, payment=usd("11000"))
    cases = [
        (replace(good, lease_id=new_id()), "NOT_FOUND"),
        (replace(good, payment=usd("0")), "LEASE_INVALID"),
        (replace(good, payment=usd("0.001")), "INVALID_VALUE"),
        (replace(good, payment=Money(Decimal(1), "EUR")), "CURRENCY_MISMATCH"),
        (replace(good, months_left=0), "LEASE_INVALID"),
        (replace(good, percent=Decimal(-1)), "INVALID_VALUE"),
        (replace(good, payment=None), "NOTHING_TO_POST"),
    ]
    for command, code in cases:
        assert (await world.refusal(world.chief, AX, command)).code == code
    await close(world, PeriodState.SOFT, "2026-01")
    assert (await world.refusal(world.chief, AX, good)).code == "PERIOD_CLOSED"
    assert await world.findings() == []
