"""What comes late: receipts and issues dated back, landed costs, revaluations, returns; posted entries stay."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.errors import DomainError
from domain.core.money import Money
from domain.core.work import Work
from domain.finance.commands import ChangePeriodState
from domain.finance.models import PeriodState
from domain.inventory.commands import (
    AddLandedCost,
    CancelLandedCost,
    ConvertStock,
    IssueLineInput,
    ProductInput,
    RevalueStock,
    SetItemValuation,
)
from domain.inventory.models import LandedCostBasis, ValuationArea, ValuationMethod
from domain.master_data.items import Item
from domain.master_data.units import UnitOfMeasure
from tests.domain.books import AX, World
from tests.domain.inventory.goods import (
    accounts,
    done,
    issue,
    place,
    pool,
    received,
    sent_back,
    transfer,
    valued,
    worth,
)

FIFO, AVERAGE, LOCATION = ValuationMethod.FIFO, ValuationMethod.AVERAGE, ValuationArea.LOCATION
EQUAL, QUANTITY = LandedCostBasis.EQUAL, LandedCostBasis.QUANTITY


def april(day: int) -> date:
    return date(2026, 4, day)


def cost(*entries: UUID, amount: str, basis: LandedCostBasis = EQUAL, currency: str = "USD", **more: Any) -> Any:
    money = Money(Decimal(amount), currency)
    return AddLandedCost(stock_entries=entries, basis=basis, amount=money, **more)


async def difference_days(world: World) -> list[tuple[date, Decimal]]:
    """Day and value of each layer written for a move by a later posting."""
    rows = await world.rows(
        "SELECT y.occurred_on, y.value FROM value_layer y "
        "JOIN stock_entry e ON e.company_id = y.company_id AND e.id = y.movement_id "
        "JOIN stock_move m ON m.company_id = e.company_id AND m.id = e.stock_move_id "
        "WHERE y.posting_id <> m.posting_id ORDER BY y.id"
    )
    return [(row["occurred_on"], row["value"]) for row in rows]


async def test_v8_a_revaluation_dated_back_goes_through_transfer_and_production(world: World):
    """Stores 50 @100, FG 10 @200, 10 to FG -> 150, 5 + 40 -> product 540; back to 150 -> 175 and 790 (case V8)."""
    for item in ("BOLT", "GEAR"):
        await valued(world, item, AVERAGE, LOCATION)
    finished = await place(world, "FG")
    await received(world, ("BOLT", "50", "100"), on=april(10))
    await received(world, ("BOLT", "10", "200"), on=april(20), location=finished)
    [moved] = await done(world, transfer(world, "BOLT", "10", finished, on=april(30)))
    assert await pool(world, "BOLT", finished) == (Decimal(20), Decimal(3000))
    used = IssueLineInput(item_id=world["BOLT"], location_id=world[f"STORES{AX}"], quantity=Decimal(5))
    [made] = await done(
        world,
        ConvertStock(
            lines=(used,),
            product=ProductInput(item_id=world["GEAR"], location_id=finished, quantity=Decimal(1)),
            added_cost=Money(Decimal(40), "USD"),
            converted_on=april(30),
        ),
    )
    assert await pool(world, "GEAR", finished) == (Decimal(1), Decimal(540))
    posted = await world.rows("SELECT id, value FROM stock_entry ORDER BY id")
    revalued = RevalueStock(
        item_id=world["BOLT"], unit_cost=Decimal(150), location_id=world[f"STORES{AX}"], revalued_on=april(12)
    )
    await done(world, revalued)
    assert await pool(world, "BOLT", finished) == (Decimal(20), Decimal(3500))
    assert await pool(world, "GEAR", finished) == (Decimal(1), Decimal(790))
    assert await pool(world, "BOLT", world[f"STORES{AX}"]) == (Decimal(35), Decimal(5250))
    # Posted entries stay; the transfer and what was used and made have entries linked to them.
    assert await world.rows("SELECT id, value FROM stock_entry ORDER BY id") == posted
    assert sorted(await difference_days(world)) == [
        (april(30), Decimal(-500)), (april(30), Decimal(-250)), (april(30), Decimal(250)), (april(30), Decimal(500)),
    ]  # fmt: skip
    assert (await worth(world, moved), await worth(world, made)) == (Decimal(0), Decimal(40))
    assert (await accounts(world))["STOCK_REVALUATION"] == Decimal(-2500)
    assert await world.findings() == []


async def test_v13_a_landed_cost_after_a_return(world: World):
    """In 5 @100; return 2 = -200; landed cost 50 -> the return becomes -220; stock left 3 @110 = 330 (case V13)."""
    for item, method in (("GEAR", FIFO), ("BOLT", AVERAGE)):
        await valued(world, item, method)
        entries = await received(world, (item, "5", "100"))
        back = await sent_back(world, entries[item], "2")
        assert await worth(world, back) == Decimal(-200)
        await done(world, cost(entries[item], amount="50"))
        assert await worth(world, back) == Decimal(-220)
        assert await pool(world, item) == (Decimal(3), Decimal(330))
    # The suppliers are owed 300 each; of each cost 20 went where the goods that are gone went.
    assert await accounts(world) == {
        "COST_OF_SALES": Decimal(40), "GR_IR": Decimal(-600), "LANDED_COST": Decimal(-100), "STOCK": Decimal(660),
    }  # fmt: skip
    assert await world.findings() == []


async def test_a_return_after_a_landed_cost_leaves_the_cost_behind(world: World):
    await valued(world, "GEAR", FIFO)
    entries = await received(world, ("GEAR", "5", "100"))
    await done(world, cost(entries["GEAR"], amount="50"))
    back = await sent_back(world, entries["GEAR"], "2")
    assert await worth(world, back) == Decimal(-220)
    assert await accounts(world) == {
        "COST_OF_SALES": Decimal(20), "GR_IR": Decimal(-300), "LANDED_COST": Decimal(-50), "STOCK": Decimal(330),
    }  # fmt: skip
    assert await world.findings() == []


async def test_a_return_takes_back_what_was_owed_to_the_last_cent(world: World):
    await valued(world, "GEAR", AVERAGE)
    entries = await received(world, ("GEAR", "3", "3.3333"), currency="EUR", rate="1.10")
    for _ in range(3):
        await sent_back(world, entries["GEAR"], "1")
    assert await accounts(world) == {}
    [owed] = await world.rows(
        "SELECT sum(transaction_amount) AS amount, count(*) AS lines FROM journal_line "
        "WHERE transaction_currency = 'EUR'"
    )
    assert (owed["amount"], owed["lines"]) == (Decimal(0), 4)
    refused = await sent_back(world, entries["GEAR"], "1")
    assert isinstance(refused, DomainError)
    assert refused.code == "INVALID_VALUE"
    assert await world.findings() == []


async def with_measures(world: World) -> None:
    """A: weight 10, volume 1; B: weight 20, volume 1.5 each."""

    async def act(work: Work) -> None:
        [kilo, litre] = await work.insert(
            UnitOfMeasure,
            [
                {"code": code, "name": code, "dimension": dimension, "base_factor": Decimal(1)}
                for code, dimension in (("KG", "MASS"), ("L", "VOLUME"))
            ],
        )
        rows = [
            {"id": world[item], "weight": Decimal(weight), "weight_unit_id": kilo, "volume": Decimal(volume),
             "volume_unit_id": litre}
            for item, weight, volume in (("BOLT", "10", "1"), ("GEAR", "20", "1.5"))
        ]  # fmt: skip
        await work.update(Item, rows, ("weight", "weight_unit_id", "volume", "volume_unit_id"))

    await world.works(0, act)


async def test_l21_a_landed_cost_is_shared_by_each_basis(world: World):
    """A 5 units (10, 1), B 10 (20, 1.5): equal 10 -> 5/5; quantity 150 -> 50/100; weight 250 -> 50/200; volume 20 ->
    5/15; with 2 of 5 A gone, 2/5 of A's share to cost (case L21).
    """
    await with_measures(world)
    for item in ("BOLT", "GEAR"):
        await valued(world, item, AVERAGE)
    entries = await received(world, ("BOLT", "5", "100"), ("GEAR", "10", "100"))
    both = (entries["BOLT"], entries["GEAR"])
    await done(world, issue(world, "BOLT", "2"))
    shares: dict[str, list[Decimal]] = {}
    for basis, amount in (
        (EQUAL, "10"),
        (QUANTITY, "150"),
        (LandedCostBasis.WEIGHT, "250"),
        (LandedCostBasis.VOLUME, "20"),
    ):
        [document] = await done(world, cost(*both, amount=amount, basis=basis))
        rows = await world.rows(
            "SELECT amount FROM landed_cost_line WHERE landed_cost_id = $1 ORDER BY position", document
        )
        shares[basis] = [row["amount"] for row in rows]
    assert shares == {
        "EQUAL": [Decimal(5), Decimal(5)], "QUANTITY": [Decimal(50), Decimal(100)],
        "WEIGHT": [Decimal(50), Decimal(200)], "VOLUME": [Decimal(5), Decimal(15)],
    }  # fmt: skip
    # A: 500 - 200 = 300 and 3/5 of 110; B: 1000 and 320.
    assert await pool(world, "BOLT") == (Decimal(3), Decimal(366))
    assert await pool(world, "GEAR") == (Decimal(10), Decimal(1320))
    assert (await accounts(world))["COST_OF_SALES"] == Decimal(244)
    assert await world.findings() == []


async def test_l22_a_landed_cost_by_value_and_its_cancellation(world: World):
    """10 @100 plus excluded 1 @10, cost 10 on the first only -> 101.0000 / 10; cancel -> 100.0000 (case L22)."""
    for item in ("BOLT", "GEAR"):
        await valued(world, item, AVERAGE)
    entries = await received(world, ("GEAR", "10", "100"), ("BOLT", "1", "10"))
    [document] = await done(world, cost(entries["GEAR"], amount="10", basis=LandedCostBasis.VALUE))
    assert (await pool(world, "GEAR"), await pool(world, "BOLT")) == (
        (Decimal(10), Decimal(1010)), (Decimal(1), Decimal(10)),
    )  # fmt: skip
    await done(world, CancelLandedCost(landed_cost_id=document))
    assert await pool(world, "GEAR") == (Decimal(10), Decimal(1000))
    refused = await world.refusal(world.chief, AX, CancelLandedCost(landed_cost_id=document))
    assert refused.code == "ALREADY_REVERSED"
    assert await world.findings() == []


async def test_a_landed_cost_of_goods_at_standard_cost_is_variance_at_once(world: World):
    entries = await received(world, ("GEAR", "10", "100"))
    await done(world, cost(entries["GEAR"], amount="30"))
    assert await accounts(world) == {
        "GR_IR": Decimal(-1000), "LANDED_COST": Decimal(-30), "PURCHASE_PRICE_VARIANCE": Decimal(30),
        "STOCK": Decimal(1000),
    }  # fmt: skip
    assert await world.findings() == []


async def test_costs_claimed_on_an_invoice_never_exceed_it(world: World):
    entries = await received(world, ("GEAR", "10", "100"))
    invoice = {
        "supplier_id": world["ACME"], "invoice_number": "F-7", "invoice_amount": Money(Decimal(100), "USD"),
    }  # fmt: skip
    await done(world, cost(entries["GEAR"], amount="60", **invoice))
    refused = await world.refusal(world.chief, AX, cost(entries["GEAR"], amount="40.01", **invoice))
    assert (refused.code, refused.values["claimed"]) == ("CLAIM_EXCEEDS_INVOICE", Decimal(60))
    await done(world, cost(entries["GEAR"], amount="40", **invoice))
    other = cost(entries["GEAR"], amount="1", currency="EUR", **(invoice | {"invoice_amount": None}))
    assert (await world.refusal(world.chief, AX, other)).code == "CURRENCY_MISMATCH"


async def test_a_landed_cost_in_another_currency_counts_at_the_days_rate(world: World):
    await valued(world, "GEAR", FIFO)
    entries = await received(world, ("GEAR", "4", "100"))
    await done(world, cost(entries["GEAR"], amount="10", currency="EUR"))
    assert await pool(world, "GEAR") == (Decimal(4), Decimal(411))
    [line] = await world.rows(
        "SELECT amount, transaction_amount, rate FROM journal_line WHERE transaction_currency = 'EUR'"
    )
    assert tuple(line.values()) == (Decimal(-11), Decimal(-10), Decimal("1.10"))


async def test_a_late_cost_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    entries = await received(world, ("GEAR", "10", "100"))
    gear = entries["GEAR"]
    await done(world, issue(world, "GEAR", "1"))
    [outside] = await world.rows("SELECT e.id FROM stock_entry e WHERE quantity < 0 ORDER BY e.id LIMIT 1")
    cases = [
        (cost(gear, amount="0"), "INVALID_VALUE"),
        (cost(gear, amount="1.001"), "INVALID_VALUE"),
        (cost(gear, gear, amount="1"), "INVALID_VALUE"),
        (cost(outside["id"], amount="1"), "INVALID_VALUE"),
        (cost(world["GEAR"], amount="1"), "NOT_FOUND"),
        (cost(gear, amount="1", basis=LandedCostBasis.WEIGHT), "INVALID_VALUE"),
        (cost(gear, amount="1", occurred_on=date(2025, 1, 1)), "PERIOD_CLOSED"),
        (cost(gear, amount="1", supplier_id=world["GEAR"]), "NOT_FOUND"),
    ]
    for command, code in cases:
        assert (await world.refusal(world.chief, AX, command)).code == code, command


async def test_a_receipt_dated_back_corrects_what_left_after_it_in_the_periods_that_are_open(world: World):
    """Each later move that changes has a linked entry, one voucher a period; what was posted stays."""
    await valued(world, "GEAR", AVERAGE)
    await received(world, ("GEAR", "10", "10"), on=april(1))
    sold = [(await done(world, issue(world, "GEAR", "5", on=on)))[0] for on in (april(20), date(2026, 5, 2))]
    assert [await worth(world, move) for move in sold] == [Decimal(-50), Decimal(-50)]
    vouchers = await world.rows("SELECT id, number FROM journal_entry ORDER BY id")
    await received(world, ("GEAR", "10", "20"), on=april(10))
    assert [await worth(world, move) for move in sold] == [Decimal(-75), Decimal(-75)]
    assert await pool(world, "GEAR") == (Decimal(10), Decimal(150))
    assert await difference_days(world) == [(april(20), Decimal(-25)), (date(2026, 5, 2), Decimal(-25))]
    after = await world.rows("SELECT id, number FROM journal_entry ORDER BY id")
    assert after[: len(vouchers)] == vouchers
    assert len(after) == len(vouchers) + 3
    assert await world.findings() == []


async def test_a_late_cost_of_goods_of_a_closed_period_counts_in_the_open_one(world: World):
    await valued(world, "GEAR", FIFO)
    entries = await received(world, ("GEAR", "10", "10"), on=april(1))
    await done(world, issue(world, "GEAR", "4", on=april(20)))
    periods = await world.rows(
        "SELECT id FROM fiscal_period WHERE company_id = $1 AND sub_ledger = 'STOCK' AND code < '2026-05' "
        "ORDER BY code",
        AX,
    )
    commands = [ChangePeriodState(fiscal_period_id=row["id"], state=PeriodState.HARD) for row in periods]
    assert (await world.act(world.chief, AX, *commands)).committed
    await done(world, cost(entries["GEAR"], amount="5", occurred_on=date(2026, 5, 4)))
    assert await difference_days(world) == [(date(2026, 5, 4), Decimal(5)), (date(2026, 5, 4), Decimal(-2))]
    assert await pool(world, "GEAR") == (Decimal(6), Decimal(63))
    [voucher] = await world.rows(
        "SELECT count(*) AS lines FROM journal_line l JOIN journal_entry e ON e.id = l.journal_entry_id "
        "WHERE e.source_kind = 'LandedCost'"
    )
    assert voucher["lines"] == 3
    assert (await world.refusal(world.chief, AX, issue(world, "GEAR", "1", on=april(21)))).code == "PERIOD_CLOSED"
    assert await world.findings() == []


async def test_goods_at_standard_cost_have_no_differences(world: World):
    await received(world, ("GEAR", "10", "100"), on=april(1))
    await done(world, issue(world, "GEAR", "4", on=april(20)))
    await received(world, ("GEAR", "10", "150"), on=april(10))
    assert await difference_days(world) == []
    assert (await accounts(world))["PURCHASE_PRICE_VARIANCE"] == Decimal(500)
    assert await world.findings() == []


async def test_v14_a_standard_cost_is_set_and_set_back(world: World):
    """Standard 100: receive 10 @150 -> stock 1000, 500 to variance; 130 -> 1300; cancelled -> 1000 (case V14)."""
    await received(world, ("GEAR", "10", "150"))
    assert (await accounts(world))["STOCK"] == Decimal(1000)
    [document] = await done(world, RevalueStock(item_id=world["GEAR"], unit_cost=Decimal(130)))
    assert (await accounts(world))["STOCK"] == Decimal(1300)
    [row] = await world.rows("SELECT number, value FROM stock_revaluation WHERE id = $1", document)
    assert (row["number"], row["value"]) == ("RV-000001", Decimal(300))
    await done(world, RevalueStock(item_id=world["GEAR"], unit_cost=Decimal(100)))
    assert await accounts(world) == {
        "GR_IR": Decimal(-1500), "PURCHASE_PRICE_VARIANCE": Decimal(500), "STOCK": Decimal(1000),
    }  # fmt: skip
    assert await world.findings() == []


async def test_how_an_item_is_valued_changes_only_while_there_is_none_of_it(world: World):
    await received(world, ("GEAR", "1", "100"))
    command = SetItemValuation(item_id=world["GEAR"], method=FIFO)
    refused = await world.refusal(world.chief, AX, command)
    assert (refused.code, refused.values["quantity"]) == ("ITEM_HOLDS_STOCK", Decimal(1))
    await done(world, issue(world, "GEAR", "1"))
    await done(world, command)
    await received(world, ("GEAR", "1", "120"))
    assert await pool(world, "GEAR") == (Decimal(1), Decimal(120))
    assert await world.findings() == []


async def test_late_costs_of_one_batch_value_what_was_taken_once(world: World):
    """3 x 10 @10, 15 taken = 150; freight of 30 on each receipt: 39 a unit in all is 13, so the 15 taken cost 195."""
    await valued(world, "GEAR", AVERAGE)
    entries = [await received(world, ("GEAR", "10", "10"), on=april(day)) for day in (1, 2, 3)]
    await done(world, issue(world, "GEAR", "15", on=april(4)))
    freights = [cost(one["GEAR"], amount="30", occurred_on=april(5)) for one in entries]
    performed = await world.act(world.chief, AX, *freights)
    assert performed.committed, performed.refusals
    assert await pool(world, "GEAR") == (Decimal(15), Decimal(195))
    assert await accounts(world) == {
        "COST_OF_SALES": Decimal(195), "GR_IR": Decimal(-300), "LANDED_COST": Decimal(-90), "STOCK": Decimal(195),
    }  # fmt: skip
    [gone] = await world.rows(
        "SELECT y.value FROM value_layer y JOIN stock_entry e ON e.company_id = y.company_id AND e.id = y.movement_id "
        "WHERE e.quantity < 0 AND y.quantity = 0"
    )
    assert gone["value"] == Decimal(-45)
    assert await world.findings() == []
