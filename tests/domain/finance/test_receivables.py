from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.core.work import Work
from domain.finance import credit_of
from domain.finance.commands import CreatePaymentTerms, InstalmentInput, PaymentMatchInput, RunDunning
from domain.finance.rules.receivables import Credit, CreditExceeded, Level, next_level, within_credit
from tests.domain.books import AX, World
from tests.domain.finance.money import a_payment, an_invoice, done, item_ids, named, plain, rate

DUE = date(2026, 3, 1)
LEVELS = [
    Level(level=2, days_overdue=20, days_between=7), Level(level=1, days_overdue=5, days_between=0),
]  # fmt: skip


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def test_an_item_is_asked_for_one_level_at_a_time_and_after_its_days():
    assert next_level(LEVELS, 0, DUE, None, after(4)) is None
    assert next_level(LEVELS, 0, DUE, None, after(5)) is LEVELS[1]
    assert next_level(LEVELS, 0, DUE, None, after(90)) is LEVELS[1]
    assert next_level(LEVELS, 1, DUE, after(15), after(21)) is None
    assert next_level(LEVELS, 1, DUE, after(15), after(22)) is LEVELS[0]
    assert next_level(LEVELS, 2, DUE, after(22), after(99)) is None
    assert next_level([Level(level=1, days_overdue=0, days_between=0)], 0, DUE, None, DUE) is None


def test_what_is_open_ordered_and_asked_for_fits_the_limit():
    credit = Credit(party="H", currency="USD", limit=Decimal(100), open=Decimal(60))
    assert credit.available == Decimal(40)
    within_credit(credit, Decimal(30), Decimal(10))
    with pytest.raises(CreditExceeded) as refused:
        within_credit(credit, Decimal(30), Decimal("10.01"))
    assert refused.value.values["used"] == Decimal(90)
    within_credit(Credit(party="H", currency="USD", limit=None, open=Decimal(60)), Decimal(1), Decimal(10**9))


async def test_what_a_customer_owes_is_told_in_the_currency_of_its_limit(world: World):
    await world.rows(
        "INSERT INTO party_terms (company_id, id, party_id, currency, credit_limit) "
        "VALUES (1, gen_random_uuid(), $1, 'EUR', 1000) RETURNING 1",
        world["HOSPITAL"],
    )
    await rate(world, "EUR", "USD", date(2026, 5, 1), "1.25")
    await done(world, an_invoice(world, ("1", "250")), an_invoice(world, ("1", "80"), currency="EUR"))
    await done(world, a_payment(world, "50", is_prepayment=True))

    async def act(work: Work) -> dict[str, tuple[str, str, str | None]]:
        found = await credit_of(work, [world["HOSPITAL"], world["ACME"]], date(2026, 5, 21))
        return {
            one.party: (one.currency, plain(one.open), None if one.available is None else plain(one.available))
            for one in found.values()
        }

    assert await world.works(AX, act) == {"HOSPITAL": ("EUR", "240", "760"), "ACME": ("USD", "0", None)}


async def test_customers_are_asked_level_by_level_with_a_notice_each(world: World):
    level = named("CreateDunningLevel")
    await done(
        world,
        level(level=1, name="Reminder", days_overdue=5),
        level(level=2, name="Final", days_overdue=20, days_between=7),
    )
    terms = CreatePaymentTerms(code="N10", name="10 days", instalments=(InstalmentInput(days=10),))
    [agreed] = (await done(world, terms)).ids
    later = an_invoice(world, ("1", "30"), payment_terms_id=agreed)
    await done(world, an_invoice(world, ("1", "100")), later, an_invoice(world, ("1", "7"), customer_id=world["ACME"]))
    run = RunDunning(dunned_on=date(2026, 5, 25))
    assert (await world.refusal(world.chief, AX, RunDunning(dunned_on=date(2026, 5, 24)))).code == "NOTHING_TO_POST"
    await done(world, run)
    assert (await world.refusal(world.chief, AX, run)).code == "NOTHING_TO_POST"
    first, *_ = await item_ids(world)
    await done(world, a_payment(world, "40", PaymentMatchInput(open_item_id=first)))
    await done(world, RunDunning(dunned_on=date(2026, 6, 12)))
    rows = await world.rows(
        "SELECT n.number, p.code, n.level, n.total, count(l.id) AS lines, max(l.days_overdue) AS days "
        "FROM dunning_notice n JOIN party p ON p.id = n.party_id "
        "JOIN dunning_notice_line l ON l.dunning_notice_id = n.id "
        "GROUP BY n.number, p.code, n.level, n.total ORDER BY n.number"
    )
    told = [tuple(plain(one) if isinstance(one, Decimal) else one for one in row.values()) for row in rows]
    assert told == [
        ("DN-000001", "HOSPITAL", 1, "100", 1, 5), ("DN-000002", "ACME", 1, "7", 1, 5),
        ("DN-000003", "HOSPITAL", 2, "90", 2, 23), ("DN-000004", "ACME", 2, "7", 1, 23),
    ]  # fmt: skip
    levels = await world.rows("SELECT dunning_level FROM open_item WHERE kind = 'INVOICE' ORDER BY id")
    assert [row["dunning_level"] for row in levels] == [2, 1, 2]
    assert await world.findings() == []
