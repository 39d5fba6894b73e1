from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.ids import new_id
from domain.finance import found_books
from domain.finance.commands import (
    ChangeAssetValue,
    DepreciateAssets,
    DepreciateByUnits,
    DisposeFixedAsset,
)
from domain.finance.models import DepreciationMethod
from domain.finance.rules import months
from tests.domain.books import AX, World
from tests.domain.finance.money import account, balance, done, plain
from tests.domain.finance.test_assets import a_machine, usd

ENDS = [ends_on for _, _, ends_on in months(date(2026, 1, 1), date(2026, 12, 1))]


async def acquired(world: World, method: DepreciationMethod, **more: Any) -> UUID:
    machine = replace(await a_machine(world), method=method, **more)
    return (await done(world, machine)).ids[0]


async def written_off(world: World) -> list[str]:
    rows = await world.rows("SELECT amount FROM fixed_asset_entry WHERE kind = 'DEPRECIATION' ORDER BY occurred_on, id")
    return [plain(-row["amount"]) for row in rows]


async def test_f46_by_days_the_first_day_counts_and_a_year_has_365(world: World):
    """Case F46: 100,000 residual 10,000, 3 years, 336 days in the first -> 27,616.44, 30,000, 30,000, 2,383.56."""
    await world.works(AX, lambda work: found_books(work, date(2027, 1, 1), date(2029, 1, 31)))
    await acquired(
        world, DepreciationMethod.DAYS, cost=usd("100000"), residual=usd("10000"), months=36,
        in_service_on=date(2026, 1, 30),
    )  # fmt: skip
    ends = [ends_on for _, _, ends_on in months(date(2026, 1, 1), date(2029, 1, 1))]
    await done(world, *(DepreciateAssets(ends_on=day) for day in ends))
    rows = await world.rows(
        "SELECT extract(year FROM occurred_on)::int AS year, -sum(amount) AS amount FROM fixed_asset_entry "
        "WHERE kind = 'DEPRECIATION' GROUP BY 1 ORDER BY 1"
    )
    assert [(row["year"], plain(row["amount"])) for row in rows] == [
        (2026, "27616.44"), (2027, "30000"), (2028, "30000"), (2029, "2383.56"),
    ]  # fmt: skip
    assert await world.findings() == []


async def test_a_declining_asset_loses_a_share_of_what_is_left_and_closes_at_its_residual(world: World):
    await acquired(
        world, DepreciationMethod.DECLINING, percent=Decimal(50), months=4, residual=usd("100"),
        in_service_on=date(2026, 1, 1),
    )  # fmt: skip
    await done(world, *(DepreciateAssets(ends_on=day) for day in ENDS[1:5]))
    assert await written_off(world) == ["500", "250", "125", "25"]
    nothing = await world.refusal(world.chief, AX, DepreciateAssets(ends_on=ENDS[5]))
    assert nothing.code == "NOTHING_TO_POST"
    assert await world.findings() == []


async def test_a_doubly_declining_asset_turns_to_the_straight_line_once_that_is_more(world: World):
    await acquired(world, DepreciationMethod.DOUBLE_DECLINING, months=5, residual=None, in_service_on=date(2026, 1, 1))
    await done(world, *(DepreciateAssets(ends_on=day) for day in ENDS[1:6]))
    assert await written_off(world) == ["400", "240", "144", "108", "108"]
    assert await world.findings() == []


async def test_an_asset_is_written_off_by_what_it_makes_and_anew_after_a_change(world: World):
    mould = await acquired(world, DepreciationMethod.UNITS, capacity=Decimal(300), residual=usd("100"))
    made = DepreciateByUnits(fixed_asset_id=mould, units=Decimal(100), occurred_on=ENDS[1])
    await done(world, made)
    assert (await world.refusal(world.chief, AX, DepreciateAssets(ends_on=ENDS[1]))).code == "NOTHING_TO_POST"
    change = ChangeAssetValue(
        fixed_asset_id=mould, change=usd("300"), occurred_on=ENDS[2], offset_account_id=await account(world, "1604")
    )
    await done(world, change)
    days = {"units": Decimal(50), "occurred_on": ENDS[3]}, {"units": Decimal(150), "occurred_on": ENDS[4]}
    await done(world, *(replace(made, **more) for more in days))
    # 900 over 300 units are 300; then 900 over the 200 left are 225 and 675.
    assert await written_off(world) == ["300", "225", "675"]
    over = await world.refusal(world.chief, AX, replace(made, units=Decimal(1), occurred_on=ENDS[5]))
    assert over.code == "NOT_DEPRECIABLE"
    assert await world.findings() == []


async def test_what_is_sold_leaves_the_books_with_its_gain_or_loss(world: World):
    mill = await acquired(world, DepreciationMethod.STRAIGHT_LINE)
    await done(world, *(DepreciateAssets(ends_on=day) for day in ENDS[1:4]))
    sale = DisposeFixedAsset(
        fixed_asset_id=mill, occurred_on=date(2026, 5, 4), result_account_id=await account(world, "6115"),
        proceeds=usd("900"), proceeds_account_id=await account(world, "1002"),
    )  # fmt: skip
    await done(world, sale)
    assert [await balance(world, code) for code in ("1601", "1602", "1002", "6115")] == ["0", "0", "900", "-12.5"]
    assert (await world.refusal(world.chief, AX, sale)).code == "WRONG_STATE"
    assert (await world.refusal(world.chief, AX, DepreciateAssets(ends_on=ENDS[5]))).code == "NOTHING_TO_POST"
    scrapped = await acquired(world, DepreciationMethod.STRAIGHT_LINE)
    await done(world, replace(sale, fixed_asset_id=scrapped, proceeds=None, proceeds_account_id=None))
    assert await balance(world, "6115") == "987.5"
    assert await world.findings() == []


async def test_terms_that_a_method_lacks_or_has_no_use_for_are_refused(world: World):
    good = await a_machine(world)
    cases = [
        (replace(good, method=DepreciationMethod.UNITS), "INVALID_VALUE"),
        (replace(good, method=DepreciationMethod.DECLINING), "INVALID_VALUE"),
        (replace(good, percent=Decimal(10)), "INVALID_VALUE"),
        (replace(good, method=DepreciationMethod.DAYS, months=13), "INVALID_VALUE"),
        (replace(good, method=DepreciationMethod.UNITS, capacity=Decimal(0)), "INVALID_VALUE"),
        (DepreciateByUnits(fixed_asset_id=new_id(), units=Decimal(1), occurred_on=ENDS[1]), "NOT_FOUND"),
    ]
    for command, code in cases:
        assert (await world.refusal(world.chief, AX, command)).code == code
    mill = await acquired(world, DepreciationMethod.STRAIGHT_LINE)
    units = DepreciateByUnits(fixed_asset_id=mill, units=Decimal(1), occurred_on=ENDS[1])
    assert (await world.refusal(world.chief, AX, units)).code == "INVALID_VALUE"
    sale = DisposeFixedAsset(
        fixed_asset_id=mill, occurred_on=ENDS[1], result_account_id=await account(world, "6115"), proceeds=usd("1")
    )
    assert (await world.refusal(world.chief, AX, sale)).code == "INVALID_VALUE"
