from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.finance.commands import (
    ChangeAssetValue,
    DepreciateAssets,
    DepreciateBook,
    DisposeFixedAsset,
    OpenAssetBook,
    RevalueFixedAsset,
    SplitFixedAsset,
)
from domain.finance.models import DepreciationMethod
from domain.finance.rules.assets import part_of, revalued
from tests.domain.books import AX, World
from tests.domain.finance.money import account, balance, done, named, plain
from tests.domain.finance.test_asset_methods import ENDS, acquired
from tests.domain.finance.test_assets import usd


async def a_book(world: World) -> UUID:
    return (await done(world, named("CreateDepreciationBook")(code="TAX", name="Tax"))).ids[0]


async def worth(world: World) -> list[tuple[str, str, str]]:
    """Each asset: its number, what it is worth in the ledger's book, and in the further one."""
    rows = await world.rows(
        "SELECT a.number, a.book_value, b.book_value AS other FROM fixed_asset a JOIN asset_book b "
        "ON b.company_id = a.company_id AND b.fixed_asset_id = a.id ORDER BY a.number"
    )
    return [(row["number"], plain(row["book_value"]), plain(row["other"])) for row in rows]


async def test_a_further_book_writes_off_by_its_own_terms_and_posts_nothing(world: World):
    mill = await acquired(world, DepreciationMethod.STRAIGHT_LINE)
    tax = await a_book(world)
    opened = OpenAssetBook(fixed_asset_id=mill, depreciation_book_id=tax, months=10)
    await done(world, opened)
    again = await world.refusal(world.chief, AX, opened)
    assert again.code == "ALREADY_EXISTS"
    for wrong, code in (
        ({"method": DepreciationMethod.UNITS}, "INVALID_VALUE"),
        ({"percent": Decimal(5)}, "INVALID_VALUE"),
        ({"method": DepreciationMethod.DAYS}, "INVALID_VALUE"),
        ({"residual": usd("1000.01")}, "NOT_DEPRECIABLE"),
        ({"fixed_asset_id": tax}, "NOT_FOUND"),
        ({"depreciation_book_id": mill}, "NOT_FOUND"),
    ):
        other = await acquired(world, DepreciationMethod.STRAIGHT_LINE) if "residual" in wrong else mill
        asked = replace(opened, **{"fixed_asset_id": other, **wrong})
        if code == "INVALID_VALUE":
            asked = replace(asked, fixed_asset_id=await acquired(world, DepreciationMethod.STRAIGHT_LINE))
        assert (await world.refusal(world.chief, AX, asked)).code == code
    months = [DepreciateBook(depreciation_book_id=tax, ends_on=day) for day in ENDS[1:4]]
    await done(world, *months)
    assert (await world.refusal(world.chief, AX, months[-1])).code == "NOTHING_TO_POST"
    middle = replace(months[0], ends_on=date(2026, 5, 30))
    assert (await world.refusal(world.chief, AX, middle)).code == "INVALID_VALUE"
    await done(world, *(DepreciateAssets(ends_on=day) for day in ENDS[1:4]))
    # 37.50 a month in the ledger, 100 for the tax office: a temporary difference of 187.50.
    assert (await worth(world))[0] == ("FA-000001", "887.5", "700")
    rows = await world.rows("SELECT amount FROM asset_book_entry ORDER BY occurred_on, id")
    assert [plain(row["amount"]) for row in rows] == ["1000", "-100", "-100", "-100"]
    assert await world.findings() == []


async def test_what_is_built_on_is_worth_more_in_every_book_and_what_is_sold_nothing_in_any(world: World):
    mill = await acquired(world, DepreciationMethod.STRAIGHT_LINE)
    tax = await a_book(world)
    await done(world, OpenAssetBook(fixed_asset_id=mill, depreciation_book_id=tax, months=10))
    await done(world, DepreciateBook(depreciation_book_id=tax, ends_on=ENDS[1]))
    change = ChangeAssetValue(
        fixed_asset_id=mill, change=usd("90"), occurred_on=date(2026, 3, 1),
        offset_account_id=await account(world, "1604"),
    )  # fmt: skip
    await done(world, change)
    await done(world, replace(change, change=usd("-50"), in_every_book=False))
    assert await worth(world) == [("FA-000001", "1040", "990")]
    await done(world, DepreciateBook(depreciation_book_id=tax, ends_on=ENDS[2]))
    assert await worth(world) == [("FA-000001", "1040", "880")]
    sale = DisposeFixedAsset(
        fixed_asset_id=mill, occurred_on=date(2026, 5, 4), result_account_id=await account(world, "6115")
    )
    await done(world, sale)
    assert await worth(world) == [("FA-000001", "0", "0")]
    late = DepreciateBook(depreciation_book_id=tax, ends_on=ENDS[5])
    assert (await world.refusal(world.chief, AX, late)).code == "NOTHING_TO_POST"
    assert await world.findings() == []


async def test_an_asset_parted_in_two_is_written_off_to_the_same_cent_in_every_book(world: World):
    mill = await acquired(world, DepreciationMethod.STRAIGHT_LINE)
    tax = await a_book(world)
    await done(world, OpenAssetBook(fixed_asset_id=mill, depreciation_book_id=tax, months=10))
    await done(world, *(DepreciateAssets(ends_on=day) for day in ENDS[1:4]))
    await done(world, DepreciateBook(depreciation_book_id=tax, ends_on=ENDS[1]))
    split = SplitFixedAsset(fixed_asset_id=mill, cost=usd("333.33"), name="Motor", occurred_on=date(2026, 5, 2))
    for wrong in ("0", "1000", "-1"):
        assert (await world.refusal(world.chief, AX, replace(split, cost=usd(wrong)))).code == "INVALID_VALUE"
    before = [await balance(world, code) for code in ("1601", "1602", "660201")]
    await done(world, split)
    assert [await balance(world, code) for code in ("1601", "1602", "660201")] == before
    assert await worth(world) == [("FA-000001", "591.67", "600"), ("FA-000002", "295.83", "300")]
    rows = await world.rows("SELECT accumulated, residual, split_from_id FROM fixed_asset ORDER BY number")
    assert [(plain(row["accumulated"]), plain(row["residual"]), row["split_from_id"]) for row in rows] == [
        ("75", "66.67", None), ("37.5", "33.33", mill),
    ]  # fmt: skip
    assert await world.findings() == []
    await done(world, *(DepreciateBook(depreciation_book_id=tax, ends_on=day) for day in ENDS[2:11]))
    await done(world, *(DepreciateAssets(ends_on=day) for day in ENDS[4:]))
    assert [row[2] for row in await worth(world)] == ["0", "0"]
    # 8 of the 21 months that were left, 25.00 and 12.50 each.
    assert [row[1] for row in await worth(world)] == ["391.67", "195.83"]
    sale = DisposeFixedAsset(
        fixed_asset_id=mill, occurred_on=date(2026, 12, 31), result_account_id=await account(world, "6115")
    )
    await done(world, sale)
    assert [await balance(world, code) for code in ("1601", "1602")] == ["333.33", "-137.5"]
    mould = await acquired(world, DepreciationMethod.UNITS, capacity=Decimal(300))
    assert (await world.refusal(world.chief, AX, replace(split, fixed_asset_id=mould))).code == "INVALID_VALUE"
    assert await world.findings() == []


async def test_a_revaluation_is_equity_first_and_takes_back_what_was_an_expense(world: World):
    mill = await acquired(world, DepreciationMethod.STRAIGHT_LINE)
    await done(world, *(DepreciateAssets(ends_on=day) for day in ENDS[1:4]))
    anew = RevalueFixedAsset(
        fixed_asset_id=mill, value=usd("1000"), occurred_on=date(2026, 5, 2),
        surplus_account_id=await account(world, "4003"), result_account_id=await account(world, "6701"),
    )  # fmt: skip
    await done(world, anew)
    assert (await world.refusal(world.chief, AX, anew)).code == "NOTHING_TO_POST"
    # 887.50 are worth 1,000: the 112.50 written off are off the cost, and 112.50 stand in equity.
    assert [await balance(world, code) for code in ("1601", "1602", "4003", "6701")] == ["1000", "0", "-112.5", "0"]
    await done(world, DepreciateAssets(ends_on=ENDS[4]))
    assert await balance(world, "1602") == "-42.86"
    for value, equity, result in (("800", "0", "44.64"), ("860", "-15.36", "0")):
        await done(world, replace(anew, value=usd(value), occurred_on=date(2026, 6, 2)))
        assert [await balance(world, code) for code in ("1601", "1602", "4003", "6701")] == [value, "0", equity, result]
        assert await world.findings() == []
    too_low = replace(anew, value=usd("99.99"), occurred_on=date(2026, 6, 2))
    assert (await world.refusal(world.chief, AX, too_low)).code == "NOT_DEPRECIABLE"
    closed = replace(anew, value=usd("900"), occurred_on=date(2031, 1, 2))
    assert (await world.refusal(world.chief, AX, closed)).code == "PERIOD_CLOSED"
    sale = DisposeFixedAsset(
        fixed_asset_id=mill, occurred_on=date(2026, 6, 30), result_account_id=await account(world, "6115")
    )
    await done(world, sale)
    assert [await balance(world, code) for code in ("1601", "1602", "6115")] == ["0", "0", "860"]
    assert await world.findings() == []


def test_a_change_of_value_goes_where_the_one_before_it_went():
    def goes(change: str, surplus: str, loss: str) -> tuple[Decimal, Decimal]:
        one = revalued(Decimal(change), Decimal(surplus), Decimal(loss))
        assert one.change == Decimal(change)
        return one.surplus, one.result

    assert goes("10", "0", "0") == (10, 0)
    assert goes("10", "0", "4") == (6, 4)
    assert goes("-10", "4", "0") == (-4, -6)
    assert goes("-3", "4", "0") == (-3, 0)
    assert part_of(Decimal("887.50"), Decimal("333.33"), Decimal(1000), "USD") == Decimal("295.83")
