from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.core.ids import new_id
from domain.core.money import Money
from domain.finance.commands import AcquireFixedAsset, ChangeAssetValue, DepreciateAssets, ReverseJournal
from domain.finance.rules import months
from tests.domain.books import AX, World
from tests.domain.finance.money import account, balance, done, plain, vouchers

ENDS = [ends_on for _, _, ends_on in months(date(2026, 1, 1), date(2026, 12, 1))]


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


async def a_machine(world: World) -> AcquireFixedAsset:
    return AcquireFixedAsset(
        name="Mill", cost=usd("1000"), residual=usd("100"), months=24, in_service_on=date(2026, 1, 10),
        account_id=await account(world, "1601"), accumulated_account_id=await account(world, "1602"),
        expense_account_id=await account(world, "660201"), offset_account_id=await account(world, "1604"),
    )  # fmt: skip


async def test_f45_a_machine_is_written_off_month_by_month_and_anew_after_a_change(world: World):
    """Case F45: 37.50 a month; after 3 months +100 -> 42.26; the month it came into service has none (CAS 4)."""
    [asset] = (await done(world, await a_machine(world))).ids
    nothing = await world.refusal(world.chief, AX, DepreciateAssets(ends_on=ENDS[0]))
    assert nothing.code == "NOTHING_TO_POST"
    await done(world, *(DepreciateAssets(ends_on=day) for day in ENDS[1:4]))
    again = await world.refusal(world.chief, AX, DepreciateAssets(ends_on=ENDS[3]))
    assert again.code == "NOTHING_TO_POST"
    change = ChangeAssetValue(
        fixed_asset_id=asset, change=usd("100"), occurred_on=date(2026, 5, 2),
        offset_account_id=await account(world, "1604"),
    )  # fmt: skip
    await done(world, change)
    await done(world, *(DepreciateAssets(ends_on=day) for day in ENDS[4:6]))
    rows = await world.rows("SELECT kind, amount FROM fixed_asset_entry ORDER BY occurred_on, id")
    assert [(row["kind"], plain(row["amount"])) for row in rows] == [
        ("ACQUISITION", "1000"), *[("DEPRECIATION", "-37.5")] * 3, ("VALUE_CHANGE", "100"),
        *[("DEPRECIATION", "-42.26")] * 2,
    ]  # fmt: skip
    [run] = await world.rows("SELECT id FROM journal_entry WHERE number = 'GENERAL-2026-02-000001'")
    assert (
        await world.refusal(world.chief, AX, ReverseJournal(journal_entry_id=run["id"]))
    ).code == "VOUCHER_OF_DOCUMENT"
    [row] = await world.rows("SELECT number, months_done, book_value FROM fixed_asset")
    assert (row["number"], row["months_done"], plain(row["book_value"])) == ("FA-000001", 5, "902.98")
    assert [await balance(world, code) for code in ("1601", "1602", "660201")] == ["1100", "-197.02", "197.02"]
    assert (await vouchers(world))[1] == (
        "GENERAL-2026-02-000001", [("660201", "37.5", "USD", "37.5"), ("1602", "-37.5", "USD", "-37.5")],
    )  # fmt: skip
    assert await world.findings() == []


async def test_the_last_month_takes_what_rounding_left_and_there_is_none_after(world: World):
    short = replace(await a_machine(world), cost=usd("100"), residual=None, months=3)
    await done(world, short)
    await done(world, *(DepreciateAssets(ends_on=day) for day in ENDS[1:4]))
    rows = await world.rows("SELECT amount FROM fixed_asset_entry WHERE kind = 'DEPRECIATION' ORDER BY occurred_on")
    assert [plain(row["amount"]) for row in rows] == ["-33.33", "-33.33", "-33.34"]
    assert (await world.refusal(world.chief, AX, DepreciateAssets(ends_on=ENDS[4]))).code == "NOTHING_TO_POST"
    assert await world.findings() == []
    await world.rows("UPDATE fixed_asset SET book_value = 1 RETURNING 1")
    [found] = await world.findings()
    assert (found.check, found.subject) == ("fixed assets", f"company {AX}, FA-000001")


async def test_an_asset_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    good = await a_machine(world)
    stock = await account(world, "STOCK")
    change = ChangeAssetValue(
        fixed_asset_id=new_id(), change=usd("1"), occurred_on=ENDS[1], offset_account_id=good.offset_account_id
    )
    cases = [
        (replace(good, cost=usd("0")), "INVALID_VALUE"),
        (replace(good, cost=usd("0.001")), "INVALID_VALUE"),
        (replace(good, cost=Money(Decimal(5), "EUR")), "CURRENCY_MISMATCH"),
        (replace(good, residual=usd("1001")), "NOT_DEPRECIABLE"),
        (replace(good, months=0), "NOT_DEPRECIABLE"),
        (replace(good, offset_account_id=stock), "CONTROL_ACCOUNT"),
        (replace(good, account_id=new_id()), "NOT_FOUND"),
        (replace(good, cost_centre_id=new_id()), "NOT_FOUND"),
        (replace(good, in_service_on=date(2025, 1, 1)), "PERIOD_CLOSED"),
        (change, "NOT_FOUND"),
        (DepreciateAssets(ends_on=date(2026, 1, 30)), "INVALID_VALUE"),
    ]
    for command, code in cases:
        assert (await world.refusal(world.chief, AX, command)).code == code, command
