from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import Money
from domain.finance import Promise, Release, commit, commitments_of, release_commitments
from domain.finance.commands import (
    BudgetLineInput,
    CommitBudget,
    DraftBudgetVersion,
    ReleaseBudgetVersion,
    ReleaseCommitment,
    ReverseJournal,
)
from domain.finance.models import BudgetControl
from domain.finance.rules.budgets import Spending
from tests.domain.books import AX, TODAY, World, staff
from tests.domain.finance.money import a_journal, a_line, account, done, named, plain


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


async def a_budget(world: World, amount: str = "100", control: BudgetControl = BudgetControl.STOP) -> UUID:
    """A budget of the year for office expenses, drawn up by one and released by another; its edition."""
    [world.ids["CUT"]] = (await done(world, named("CreateCostCentre")(code="CUT", name="Cut"))).ids
    create = named("CreateBudget")(
        code="B26", name="2026", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), control=control
    )
    [world.ids["B26"]] = (await done(world, create)).ids
    return await an_edition(world, amount)


async def an_edition(world: World, amount: str, cost_centre: UUID | None = None) -> UUID:
    line = BudgetLineInput(account_id=await account(world, "660202"), amount=usd(amount), cost_centre_id=cost_centre)
    draft = DraftBudgetVersion(budget_id=world["B26"], lines=(line,))
    [edition] = (await world.act(staff("ann", accountant=AX), AX, draft)).ids
    await done(world, ReleaseBudgetVersion(budget_version_id=edition))
    return edition


async def promise(world: World, amount: str, **more: object) -> CommitBudget:
    made = CommitBudget(
        account_id=await account(world, "660202"), amount=usd(amount), description="Desks", committed_on=TODAY
    )
    return replace(made, **more)


async def bought(world: World, amount: str, **more: object):
    """An office expense by hand."""
    spent = await a_line(world, "660202", amount, "USD", **more)
    return await a_journal(world, spent, await a_line(world, "1002", f"-{amount}"), occurred_on=TODAY)


async def open_promises(world: World) -> list[str]:
    rows = await world.rows("SELECT open_amount FROM commitment ORDER BY number")
    return [plain(row["open_amount"]) for row in rows]


async def test_spent_and_promised_and_this_stay_within_what_was_released(world: World):
    await a_budget(world)
    await done(world, await bought(world, "30"))
    [desks] = (await done(world, await promise(world, "50"))).ids
    refused = await world.refusal(world.chief, AX, await promise(world, "20.01"))
    assert refused.code == "BUDGET_EXCEEDED"
    told = {name: plain(refused.values[name]) for name in ("available", "actual", "committed", "asked")}
    assert told == {"available": "20", "actual": "30", "committed": "50", "asked": "20.01"}
    assert (await world.refusal(world.chief, AX, await bought(world, "20.01"))).code == "BUDGET_EXCEEDED"
    # The desks cost 5 more than was promised: the promise is spent, and only the 5 count anew.
    await done(world, await bought(world, "55", commitment_id=desks))
    assert await open_promises(world) == ["0"]
    await done(world, await promise(world, "15"))
    assert (await world.refusal(world.chief, AX, await promise(world, "0.01"))).code == "BUDGET_EXCEEDED"
    rows = await world.rows(
        "SELECT e.amount, j.number FROM commitment_entry e LEFT JOIN journal_entry j ON j.id = e.journal_entry_id "
        "WHERE e.commitment_id = $1 ORDER BY e.id",
        desks,
    )
    assert [(plain(row["amount"]), row["number"]) for row in rows] == [
        ("50", None), ("-50", "GENERAL-2026-05-000002"),
    ]  # fmt: skip
    assert await world.findings() == []


async def test_a_cost_taken_back_is_promised_again_and_may_be_spent_anew(world: World):
    """Some of the desks is posted to the wrong day and taken back: nothing is lost of the promise."""
    await a_budget(world)
    [desks] = (await done(world, await promise(world, "100"))).ids
    [entry] = (await done(world, await bought(world, "60", commitment_id=desks))).ids
    assert await open_promises(world) == ["40"]
    await done(world, ReverseJournal(journal_entry_id=entry, occurred_on=TODAY))
    assert await open_promises(world) == ["100"]
    assert (await world.refusal(world.chief, AX, await promise(world, "0.01"))).code == "BUDGET_EXCEEDED"
    assert await world.findings() == []
    [entry] = (await done(world, await bought(world, "100", commitment_id=desks))).ids
    assert await open_promises(world) == ["0"]
    await done(world, ReverseJournal(journal_entry_id=entry, occurred_on=TODAY))
    assert await world.findings() == []
    async with world.database.acquire() as connection:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("DELETE FROM commitment_entry WHERE amount = 100 AND journal_entry_id IS NOT NULL")
        await connection.execute("UPDATE commitment SET open_amount = 0")
        await connection.execute("SET session_replication_role = origin")
    [found] = await world.findings()
    assert (found.check, found.message) == (
        "commitments", "100.000000 of it is spent no more by GENERAL-2026-05-000004, 0 is promised again",
    )  # fmt: skip


async def test_what_was_promised_in_one_budget_and_is_spent_in_another_must_be_within_the_other(world: World):
    """Promised in May of a budget of half a year, spent in July of one that released less."""
    await a_budget(world)
    await world.rows("UPDATE budget SET ends_on = '2026-06-30' RETURNING 1")
    second = named("CreateBudget")(
        code="B26-2", name="July on", starts_on=date(2026, 7, 1), ends_on=date(2026, 12, 31), control=BudgetControl.STOP
    )
    [world.ids["B26"]] = (await done(world, second)).ids
    await an_edition(world, "60")
    [desks] = (await done(world, await promise(world, "100"))).ids
    late = replace(await bought(world, "60.01", commitment_id=desks), occurred_on=date(2026, 7, 1))
    refused = await world.refusal(world.chief, AX, late)
    assert (refused.code, refused.values["budget"]) == ("BUDGET_EXCEEDED", "B26-2")
    await done(world, replace(await bought(world, "60", commitment_id=desks), occurred_on=date(2026, 7, 1)))
    # The first budget has room again for what is spent in the second.
    await done(world, await promise(world, "60"))
    assert (await world.refusal(world.chief, AX, await promise(world, "0.01"))).code == "BUDGET_EXCEEDED"
    assert await world.findings() == []


async def test_a_promise_taken_back_is_there_to_be_spent_again(world: World):
    await a_budget(world)
    [desks] = (await done(world, await promise(world, "100"))).ids
    await done(world, ReleaseCommitment(commitment_id=desks, amount=usd("40")))
    await done(world, await promise(world, "40"))
    assert await open_promises(world) == ["60", "40"]
    await done(world, ReleaseCommitment(commitment_id=desks))
    assert await open_promises(world) == ["0", "40"]
    assert (await world.refusal(world.chief, AX, ReleaseCommitment(commitment_id=desks))).code == "INVALID_VALUE"
    assert (await world.refusal(world.chief, AX, ReleaseCommitment(commitment_id=new_id()))).code == "NOT_FOUND"


async def test_a_budget_that_warns_lets_through_and_tells(world: World):
    await a_budget(world, control=BudgetControl.WARN)
    await done(world, await promise(world, "100.01"))
    rows = await world.rows("SELECT record_type FROM outbox_event WHERE event = 'BudgetExceeded'")
    assert [row["record_type"] for row in rows] == ["BudgetLine"]


async def test_the_last_edition_released_holds_and_a_draft_limits_nothing(world: World):
    first = await a_budget(world, "10")
    line = BudgetLineInput(account_id=await account(world, "660202"), amount=usd("1"))
    await done(world, DraftBudgetVersion(budget_id=world["B26"], lines=(line,)))
    await done(world, await promise(world, "10"))
    await an_edition(world, "25")
    await done(world, await promise(world, "15"))
    assert (await world.refusal(world.chief, AX, await promise(world, "1"))).code == "BUDGET_EXCEEDED"
    again = await world.refusal(world.chief, AX, ReleaseBudgetVersion(budget_version_id=first))
    assert again.code == "WRONG_STATE"
    rows = await world.rows("SELECT status FROM budget_version ORDER BY edition")
    assert [row["status"] for row in rows] == ["REPLACED", "DRAFT", "RELEASED"]


async def test_a_line_of_a_cost_centre_limits_only_that_one(world: World):
    await a_budget(world)
    await an_edition(world, "10", world["CUT"])
    await done(world, await promise(world, "500"))
    refused = await world.refusal(world.chief, AX, await promise(world, "11", cost_centre_id=world["CUT"]))
    assert refused.code == "BUDGET_EXCEEDED"
    await done(world, await promise(world, "10", cost_centre_id=world["CUT"]))
    wrong = await bought(world, "1", commitment_id=(await first_promise(world)), cost_centre_id=world["CUT"])
    assert (await world.refusal(world.chief, AX, wrong)).code == "INVALID_VALUE"


async def first_promise(world: World) -> UUID:
    return (await world.rows("SELECT id FROM commitment ORDER BY number"))[0]["id"]


async def test_a_document_promises_and_the_entry_of_its_cost_releases(world: World):
    """What procurement calls: a promise a line, released by what was posted, never more than is open."""
    await a_budget(world)
    order = new_id()
    expense = await account(world, "660202")

    async def promised(work):
        spending = Spending(account_id=expense, cost_centre_id=None, on=TODAY, amount=Decimal(60))
        source = Source(kind="PurchaseOrder", id=order, number="PO-1")
        return await commit(work, [Promise(spending=spending, description="Desks", source=source, position=1)])

    async def received(work):
        [one] = await commitments_of(work, [order])
        await release_commitments(work, [Release(commitment_id=one, on=TODAY, amount=Decimal(70))])

    await world.works(AX, promised)
    assert (await world.refusal(world.chief, AX, await promise(world, "41"))).code == "BUDGET_EXCEEDED"
    await world.works(AX, received)
    await done(world, await promise(world, "41"))
    assert await world.findings() == []


async def test_an_edition_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    await a_budget(world)
    good = BudgetLineInput(account_id=await account(world, "660202"), amount=usd("1"))
    draft = DraftBudgetVersion(budget_id=world["B26"], lines=(good,))
    cases = [
        (replace(draft, lines=()), "INVALID_VALUE"),
        (replace(draft, budget_id=new_id()), "NOT_FOUND"),
        (replace(draft, lines=(replace(good, account_id=new_id()),)), "NOT_FOUND"),
        (replace(draft, lines=(replace(good, amount=usd("-1")),)), "INVALID_VALUE"),
        (replace(draft, lines=(replace(good, amount=Money(Decimal(1), "EUR")),)), "CURRENCY_MISMATCH"),
        (ReleaseBudgetVersion(budget_version_id=new_id()), "NOT_FOUND"),
    ]
    for command, code in cases:
        assert (await world.refusal(world.chief, AX, command)).code == code
