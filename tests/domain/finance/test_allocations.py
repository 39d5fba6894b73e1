from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.core.ids import new_id
from domain.finance.commands import CreateAllocationCycle, ReceiverInput, ReverseJournal, RunAllocation
from domain.finance.models import PeriodState
from tests.domain.books import AX, World
from tests.domain.finance.money import a_journal, a_line, account, close, done, named, plain

MAY_31 = date(2026, 5, 31)


async def a_cycle(world: World) -> CreateAllocationCycle:
    """Overhead gives on to three."""
    centre = named("CreateCostCentre")
    made = await done(world, *(centre(code=code, name=code) for code in ("OVERHEAD", "CUT", "WELD", "PACK")))
    world.ids.update(zip(("OVERHEAD", "CUT", "WELD", "PACK"), made.ids, strict=True))
    shares = (("CUT", "33.33"), ("WELD", "33.33"), ("PACK", "33.34"))
    return CreateAllocationCycle(
        code="OH", name="Overhead", account_id=await account(world, "6602"), cost_centre_id=world["OVERHEAD"],
        receivers=tuple(ReceiverInput(cost_centre_id=world[code], percent=Decimal(share)) for code, share in shares),
    )  # fmt: skip


async def spent(world: World, amount: str) -> None:
    rent = await a_line(world, "6602", amount, cost_centre_id=world["OVERHEAD"])
    await done(world, await a_journal(world, rent, await a_line(world, "1002", f"-{amount}")))


async def borne(world: World) -> dict[str, str]:
    rows = await world.rows(
        "SELECT c.code, sum(l.amount) AS amount FROM journal_line l JOIN cost_centre c ON c.id = l.cost_centre_id "
        "GROUP BY c.code"
    )
    return {row["code"]: plain(row["amount"]) for row in rows}


async def test_what_the_sender_bears_is_given_on_again_and_again_and_taken_back(world: World):
    [cycle] = (await done(world, await a_cycle(world))).ids
    run = RunAllocation(allocation_cycle_id=cycle, ends_on=MAY_31)
    assert (await world.refusal(world.chief, AX, run)).code == "NOTHING_TO_POST"
    await spent(world, "100.01")
    [first] = (await done(world, run)).ids
    assert await borne(world) == {"OVERHEAD": "0", "CUT": "33.33", "WELD": "33.33", "PACK": "33.35"}
    assert (await world.refusal(world.chief, AX, run)).code == "NOTHING_TO_POST"
    await spent(world, "10")
    await done(world, run)
    assert await borne(world) == {"OVERHEAD": "0", "CUT": "36.66", "WELD": "36.66", "PACK": "36.69"}
    await done(world, ReverseJournal(journal_entry_id=first, occurred_on=MAY_31))
    assert await borne(world) == {"OVERHEAD": "100.01", "CUT": "3.33", "WELD": "3.33", "PACK": "3.34"}
    [entry] = await world.rows("SELECT source_kind, source_number, description FROM journal_entry WHERE id = $1", first)
    assert tuple(entry.values()) == ("AllocationCycle", "OH", "Overhead")
    assert await world.findings() == []


async def test_a_cycle_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    good = await a_cycle(world)
    first, *others = good.receivers
    cases = [
        (replace(good, receivers=(replace(first, percent=Decimal(30)), *others)), "PERCENTAGES_NOT_WHOLE"),
        (replace(good, receivers=()), "INVALID_VALUE"),
        (replace(good, receivers=(first, first, *others[1:])), "INVALID_VALUE"),
        (replace(good, cost_centre_id=world["CUT"]), "INVALID_VALUE"),
        (replace(good, cost_centre_id=new_id()), "NOT_FOUND"),
        (replace(good, account_id=await account(world, "STOCK")), "CONTROL_ACCOUNT"),
        (RunAllocation(allocation_cycle_id=new_id(), ends_on=MAY_31), "NOT_FOUND"),
    ]
    for command, code in cases:
        assert (await world.refusal(world.chief, AX, command)).code == code
    [cycle] = (await done(world, good)).ids
    await spent(world, "1")
    early = RunAllocation(allocation_cycle_id=cycle, ends_on=date(2026, 5, 30))
    assert (await world.refusal(world.chief, AX, early)).code == "INVALID_VALUE"
    await close(world, PeriodState.SOFT, "2026-01", "2026-02", "2026-03", "2026-04", "2026-05")
    assert (await world.refusal(world.chief, AX, replace(early, ends_on=MAY_31))).code == "PERIOD_CLOSED"
