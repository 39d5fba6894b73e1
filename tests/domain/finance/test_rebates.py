"""Rebates: what tiers earn, what each invoice books of it, what a settlement leaves; given to customers and got."""

import asyncio
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.core.errors import Rejected
from domain.core.records import GROUP
from domain.finance.commands import (
    ApproveRebateAgreement,
    CloseRebateAgreement,
    CreateRebateAgreement,
    CreateTaxCode,
    CreditCustomerInvoice,
    CreditLineInput,
    RebateTierInput,
    SettleRebate,
    TaxRuleInput,
)
from domain.finance.models import RebateBasis, RebateSide, RebateTiering
from domain.finance.rules.rebates import RebateTierRule, earned, tiers_in_order
from domain.governance.merges import ApprovePartyMerge, ProposePartyMerge, UndoPartyMerge
from domain.master_data.items import ItemType
from domain.master_data.parties import Party
from tests.domain.books import AX, TODAY, World, staff
from tests.domain.finance.money import account, an_invoice, balance, done, items, plain, rate, tax_code
from tests.domain.procurement.billing import billed
from tests.domain.procurement.test_invoices import arrived, credit

D = Decimal
TIERS = [RebateTierRule(D(0), D(2)), RebateTierRule(D(10_000), D(3)), RebateTierRule(D(50_000), D(5))]
ACCRUED, COST, GOT, CHEAPER = "2241", "6601", "1221", "6401"


@pytest.mark.parametrize(
    ("turnover", "retroactive", "incremental"),
    [
        ("60000", "3000.00", "1900.00"), ("50000", "2500.00", "1400.00"), ("49999.99", "1500.00", "1400.00"),
        ("10000", "300.00", "200.00"), ("0.25", "0.01", "0.01"), ("0", "0", "0"), ("-5", "0", "0"),
    ],
)  # fmt: skip
def test_a_tier_that_is_reached_holds_for_all_or_for_its_own_part(turnover: str, retroactive: str, incremental: str):
    both = [earned(D(turnover), TIERS, "CNY", in_percent=True, is_retroactive=one) for one in (True, False)]
    assert both == [D(retroactive), D(incremental)]


def test_a_rebate_per_unit_begins_at_its_first_tier_and_is_told_in_the_currencys_own_minor_unit():
    tiers = [RebateTierRule(D(100), D("1.555"))]
    for quantity, currency, whole, part in (
        ("99.99", "CNY", "0", "0"), ("101", "CNY", "157.06", "1.56"), ("101", "JPY", "157", "2"),
        ("101", "KWD", "157.055", "1.555"),
    ):  # fmt: skip
        both = [earned(D(quantity), tiers, currency, in_percent=False, is_retroactive=one) for one in (True, False)]
        assert both == [D(whole), D(part)], currency


def test_tiers_begin_above_each_other():
    for tiers in ([], [TIERS[1], TIERS[0]], [TIERS[0], TIERS[0]]):
        with pytest.raises(Rejected):
            tiers_in_order(tiers)


async def agreed(world: World, *tiers: tuple[str, str], company: int = AX, **more: Any) -> UUID:
    """An agreement with HOSPITAL, or with ACME where it is got, approved by another person."""
    is_got = more.get("side") is RebateSide.GOT
    accounts = (GOT, CHEAPER) if is_got else (ACCRUED, COST)
    accrual, result = [await account(world, code, company) for code in accounts]
    command = CreateRebateAgreement(
        code="R26", name="Bonus of 2026", side=RebateSide.GIVEN, party_id=world["ACME" if is_got else "HOSPITAL"],
        basis=RebateBasis.PERCENT, tiers=tuple(RebateTierInput(from_turnover=D(a), rate=D(b)) for a, b in tiers),
        currency="USD", valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31), accrual_account_id=accrual,
        result_account_id=result,
    )  # fmt: skip
    made = await world.act(staff("anna", accountant=company), company, replace(command, **more))
    assert made.committed, made.refusals
    await done(world, ApproveRebateAgreement(rebate_agreement_id=made.ids[0]), company=company)
    return made.ids[0]


async def said(world: World) -> tuple[str, ...]:
    """What the agreement has turned over, accrued, settled, and what is open."""
    [row] = await world.rows(
        "SELECT turnover, accrued_amount, settled_amount, open_amount FROM rebate_agreement ORDER BY id DESC LIMIT 1"
    )
    return tuple(plain(one) for one in row.values())


async def test_each_invoice_books_what_it_earns_and_the_settlement_leaves_nothing(world: World):
    """2 % from 0, 5 % from 1,000 for all: 600 earn 12, 400 more 38; a red letter of 100 takes 32 back; 18 are paid."""
    agreement = await agreed(world, ("0", "2"), ("1000", "5"))
    await done(world, an_invoice(world, ("6", "100")))
    assert (await balance(world, ACCRUED), await balance(world, COST), await said(world)) == (
        "-12", "12", ("600", "12", "0", "12"),
    )  # fmt: skip
    second = (await done(world, an_invoice(world, ("4", "100")))).ids[0]
    assert (await balance(world, ACCRUED), await said(world)) == ("-50", ("1000", "50", "0", "50"))
    red = CreditCustomerInvoice(
        customer_invoice_id=second, reason="one is back", lines=(CreditLineInput(position=1, quantity=D(1)),)
    )
    await done(world, red)
    assert (await balance(world, ACCRUED), await said(world)) == ("-18", ("900", "18", "0", "18"))
    before = await balance(world, "RECEIVABLE")
    await done(world, SettleRebate(rebate_agreement_id=agreement, party_reference="H-9"))
    assert (await balance(world, ACCRUED), await balance(world, COST)) == ("0", "18")
    assert D(await balance(world, "RECEIVABLE")) - D(before) == D(-18)
    assert (await said(world))[2:] == ("18", "0")
    assert (await items(world))[-1][:4] == ("CREDIT_NOTE", TODAY.isoformat(), "-18", "USD")
    again = await world.refusal(world.chief, AX, SettleRebate(rebate_agreement_id=agreement))
    assert (again.code, again.path) == ("NOTHING_EARNED", ("rebateAgreement",))
    rows = await world.rows("SELECT kind, source_number, turnover, transaction_amount FROM rebate_entry ORDER BY id")
    assert [(row["kind"], plain(row["turnover"]), plain(row["transaction_amount"])) for row in rows] == [
        ("ACCRUED", "600", "12"), ("ACCRUED", "400", "38"), ("ACCRUED", "-100", "-32"), ("SETTLED", "0", "-18"),
    ]  # fmt: skip
    assert rows[3]["source_number"] == "RB-000001"
    assert await world.findings() == []


async def test_what_came_back_after_the_settlement_is_charged_again(world: World):
    agreement = await agreed(world, ("0", "10"))
    bill = (await done(world, an_invoice(world, ("4", "100")))).ids[0]
    await done(world, SettleRebate(rebate_agreement_id=agreement))
    red = CreditCustomerInvoice(customer_invoice_id=bill, reason="all is back")
    await done(world, red)
    assert (await balance(world, ACCRUED), await said(world)) == ("40", ("0", "0", "40", "-40"))
    await done(world, SettleRebate(rebate_agreement_id=agreement))
    assert (await balance(world, ACCRUED), (await said(world))[2:]) == ("0", ("0", "0"))
    assert (await items(world))[-1][0] == "INVOICE"
    assert await world.findings() == []


async def test_a_batch_of_invoices_books_each_apart_and_what_is_not_meant_counts_nothing(world: World):
    """Another currency, another item, a day outside of the span and another customer do not count."""
    await agreed(world, ("0", "10"), ("500", "20"), tiering=RebateTiering.INCREMENTAL, item_id=world["BOLT"])
    bolt = an_invoice(world, ("3", "100"))
    bolt = replace(bolt, lines=tuple(replace(line, item_id=world["BOLT"]) for line in bolt.lines))
    gear = replace(bolt, lines=tuple(replace(line, item_id=world["GEAR"]) for line in bolt.lines))
    euro = an_invoice(world, ("3", "100"), currency="EUR")
    euro = replace(euro, lines=tuple(replace(line, item_id=world["BOLT"]) for line in euro.lines))
    await done(world, bolt, gear, bolt, euro, replace(bolt, customer_id=world["ACME"]), bolt)
    rows = await world.rows("SELECT turnover, transaction_amount FROM rebate_entry ORDER BY id")
    assert [(plain(row["turnover"]), plain(row["transaction_amount"])) for row in rows] == [
        ("300", "30"), ("300", "40"), ("300", "60"),
    ]  # fmt: skip
    assert await said(world) == ("900", "130", "0", "130")
    assert await world.findings() == []
    # Merged into GEAR, what was BOLT is sold as GEAR, and what was sold as GEAR was the same thing.
    await world.rows("UPDATE item SET merged_into_id = $1 WHERE code = 'BOLT' RETURNING 1", world["GEAR"])
    await done(world, gear)
    assert await said(world) == ("1500", "250", "0", "250")


async def test_an_agreement_that_is_late_counts_what_came_before_with_the_next_invoice(world: World):
    await done(world, an_invoice(world, ("1", "100")))
    await agreed(world, ("0", "10"), valid_to=TODAY)
    assert await said(world) == ("0", "0", "0", "0")
    await done(world, an_invoice(world, ("1", "50")))
    assert await said(world) == ("150", "15", "0", "15")
    assert await world.findings() == []


async def test_a_rebate_in_foreign_currency_leaves_its_exchange_difference(world: World):
    """1,000 EUR at 1.10 earn 50 EUR = 55 USD; settled at 1.20 they are 60: 5 are lost, the accrual is 0 in both."""
    agreement = await agreed(world, ("0", "5"), currency="EUR")
    await done(world, an_invoice(world, ("10", "100"), currency="EUR"))
    assert (await balance(world, ACCRUED), await balance(world, COST)) == ("-55", "55")
    await rate(world, "EUR", "USD", date(2026, 6, 30), "1.20")
    await done(world, SettleRebate(rebate_agreement_id=agreement, settled_on=date(2026, 6, 30)))
    assert (await balance(world, ACCRUED), await balance(world, "EXCHANGE_DIFFERENCE")) == ("0", "5")
    assert (await items(world))[-1][2:] == ("-50", "EUR", "-60")
    assert await world.findings() == []


async def test_a_settlement_takes_back_the_tax_of_what_it_credits_or_claims(world: World):
    """10 % of 333.30 are 33.33, with 13 % of it 4.33: 37.66 are credited; the red letter of all of it charges both."""
    treatment = await tax_code(world, "13", code="VAT13")
    agreement = await agreed(world, ("0", "10"), tax_code_id=treatment)
    bill = (await done(world, an_invoice(world, ("1", "333.30"), tax=treatment))).ids[0]
    assert (await balance(world, "TAX_OUTPUT"), await said(world)) == ("-43.33", ("333.3", "33.33", "0", "33.33"))
    await done(world, SettleRebate(rebate_agreement_id=agreement))
    assert [await balance(world, code) for code in ("TAX_OUTPUT", ACCRUED, "RECEIVABLE")] == ["-39", "0", "338.97"]
    await done(world, CreditCustomerInvoice(customer_invoice_id=bill, reason="all is back"))
    await done(world, SettleRebate(rebate_agreement_id=agreement))
    assert [await balance(world, code) for code in ("TAX_OUTPUT", ACCRUED, "RECEIVABLE")] == ["0", "0", "0"]
    rows = await world.rows("SELECT amount, tax FROM rebate_settlement ORDER BY number")
    assert [(plain(row["amount"]), plain(row["tax"])) for row in rows] == [("33.33", "4.33"), ("-33.33", "-4.33")]
    assert await world.findings() == []
    next_year = TaxRuleInput(name="VAT", percent=D(9), valid_from=date(2027, 1, 1))
    [late] = (await done(world, CreateTaxCode(code="NEXT", name="From 2027", rules=(next_year,)))).ids
    got = await agreed(world, ("0", "10"), side=RebateSide.GOT, code="R27", tax_code_id=treatment)
    other = await agreed(world, ("0", "10"), side=RebateSide.GOT, code="R28", tax_code_id=late)
    order = await world.approved(AX, ("BOLT", "20", "20"))
    await arrived(world, order, (1, "20", "0"))
    await billed(world, (order, 1, "10", "20"))
    owed = await balance(world, "PAYABLE")
    await done(world, SettleRebate(rebate_agreement_id=got))
    assert [await balance(world, "TAX_INPUT"), await balance(world, GOT)] == ["-2.6", "20"]
    assert D(await balance(world, "PAYABLE")) - D(owed) == D("22.6")
    refused = await world.refusal(world.chief, AX, SettleRebate(rebate_agreement_id=other))
    assert refused.code == "TAX_NOT_IN_FORCE"
    assert await world.findings() == []


async def test_a_supplier_owes_us_a_rebate_per_unit_and_it_is_claimed(world: World):
    """1.5 a unit from 10 on: 8 earn nothing, 4 more 18; a credit note of 3 takes all back; 3 anew, claimed: 18."""
    agreement = await agreed(
        world, ("10", "1.5"), side=RebateSide.GOT, basis=RebateBasis.PER_UNIT, item_type=ItemType.COMPONENT
    )
    await world.rows("UPDATE item SET kind = 'COMPONENT' WHERE code = 'BOLT'")
    order = await world.approved(AX, ("BOLT", "20", "20"))
    await arrived(world, order, (1, "20", "0"))
    await billed(world, (order, 1, "8", "20"))
    assert await said(world) == ("8", "0", "0", "0")
    second = await billed(world, (order, 1, "4", "20"), number="A-2")
    assert (await balance(world, GOT), await balance(world, CHEAPER)) == ("18", "-18")
    from_credit = credit(second, (1, "3"))
    made = await world.act(staff("clara", accountant=AX), AX, from_credit)
    assert made.committed, made.refusals
    assert (await balance(world, GOT), await said(world)) == ("0", ("9", "0", "0", "0"))
    await billed(world, (order, 1, "3", "20"), number="A-3")
    owed = await balance(world, "PAYABLE")
    await done(world, SettleRebate(rebate_agreement_id=agreement))
    assert (await balance(world, GOT), await said(world)) == ("0", ("12", "18", "18", "0"))
    assert D(await balance(world, "PAYABLE")) - D(owed) == D(18)
    assert await world.findings() == []


async def test_an_agreement_goes_on_with_the_survivor_of_its_party_and_is_its_own_again_once_they_are_two(world: World):
    """10 % for HOSPITAL: 100 of its own, then 50 of CLINIC, that stands for it, which is credited; 30 when undone."""
    agreement = await agreed(world, ("0", "10"))
    await done(world, an_invoice(world, ("1", "100")))
    [clinic] = await world.works(GROUP, lambda work: work.insert(Party, [{"code": "CLINIC", "name": "Clinic"}]))
    proposal = ProposePartyMerge(survivor_id=clinic, merged_id=world["HOSPITAL"], reason="one and the same")
    [merge] = (await world.act(world.chief, GROUP, proposal)).ids
    assert (await world.act(world.buyer, GROUP, ApprovePartyMerge(party_merge_id=merge))).committed
    await done(world, an_invoice(world, ("1", "50"), customer_id=clinic))
    assert await said(world) == ("150", "15", "0", "15")
    await done(world, SettleRebate(rebate_agreement_id=agreement))
    [row] = await world.rows("SELECT party_id, open_transaction_amount FROM open_item ORDER BY id DESC LIMIT 1")
    assert (row["party_id"], plain(row["open_transaction_amount"])) == (clinic, "-15")
    assert await world.findings() == []
    assert (await world.act(world.buyer, GROUP, UndoPartyMerge(party_merge_id=merge))).committed
    await done(world, an_invoice(world, ("1", "7"), customer_id=clinic), an_invoice(world, ("1", "30")))
    # What CLINIC bought is no more HOSPITAL's: 130 earn 13, of which 15 were credited.
    assert await said(world) == ("130", "13", "15", "-2")
    assert await world.findings() == []


async def test_an_agreement_is_closed_once_all_of_it_is_settled_and_counts_nothing_more(world: World):
    agreement = await agreed(world, ("0", "10"))
    close = CloseRebateAgreement(rebate_agreement_id=agreement)
    await done(world, an_invoice(world, ("1", "100")))
    refused = await world.refusal(world.chief, AX, close)
    assert (refused.code, plain(refused.values["amount"])) == ("REBATE_UNSETTLED", "10")
    await done(world, SettleRebate(rebate_agreement_id=agreement))
    stale = await world.refusal(world.chief, AX, replace(close, expected_version=1))
    assert stale.code == "STALE_VERSION"
    await done(world, close)
    await done(world, an_invoice(world, ("1", "100")))
    [row] = await world.rows("SELECT status, closed_on FROM rebate_agreement")
    assert (row["status"], row["closed_on"], await said(world)) == ("CLOSED", TODAY, ("100", "10", "10", "0"))
    for one in (close, ApproveRebateAgreement(rebate_agreement_id=agreement)):
        assert (await world.refusal(world.chief, AX, one)).code == "WRONG_STATE"
    again = await world.refusal(world.chief, AX, SettleRebate(rebate_agreement_id=agreement))
    assert again.code == "NOTHING_EARNED"
    assert await world.findings() == []


async def test_what_no_agreement_can_be_is_refused_and_leaves_nothing(world: World):
    agreement = await agreed(world, ("0", "5"))
    accrual, result, stock = [await account(world, code) for code in (ACCRUED, COST, "STOCK")]
    good = CreateRebateAgreement(
        code="R27", name="Bonus", side=RebateSide.GIVEN, party_id=world["HOSPITAL"], basis=RebateBasis.PERCENT,
        tiers=(RebateTierInput(from_turnover=D(0), rate=D(1)),), currency="USD", valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31), accrual_account_id=accrual, result_account_id=result,
    )  # fmt: skip
    down = (RebateTierInput(from_turnover=D(5), rate=D(1)), RebateTierInput(from_turnover=D(4), rate=D(1)))
    for changes, code, path in (
        ({"code": "R26"}, "ALREADY_EXISTS", ("code",)),
        ({"currency": "XXX"}, "NOT_FOUND", ("currency",)),
        ({"party_id": accrual}, "NOT_FOUND", ("party",)),
        ({"accrual_account_id": stock}, "CONTROL_ACCOUNT", ("accrualAccount",)),
        ({"result_account_id": accrual}, "INVALID_VALUE", ("resultAccount",)),
        ({"valid_to": date(2025, 1, 1)}, "INVALID_VALUE", ("validTo",)),
        ({"tiers": ()}, "INVALID_VALUE", ("tiers",)),
        ({"tiers": down}, "INVALID_VALUE", ("tiers", 1, "fromTurnover")),
        ({"item_id": world["BOLT"], "item_type": ItemType.DEVICE}, "INVALID_VALUE", ("itemType",)),
        ({"tax_code_id": accrual}, "NOT_FOUND", ("taxCode",)),
    ):  # fmt: skip
        refusal = await world.refusal(world.buyer, AX, replace(good, **changes))
        assert (refusal.code, refusal.path) == (code, path)
    own = await world.act(world.chief, AX, good)
    refusal = await world.refusal(world.chief, AX, ApproveRebateAgreement(rebate_agreement_id=own.ids[0]))
    assert refusal.code == "SEGREGATION_OF_DUTIES"
    refusal = await world.refusal(world.chief, AX, ApproveRebateAgreement(rebate_agreement_id=agreement))
    assert refusal.code == "WRONG_STATE"
    await done(world, an_invoice(world, ("1", "100")))
    assert (await said(world)) == ("0", "0", "0", "0"), "what nobody approved counts nothing"
    await world.rows("UPDATE fiscal_period SET state = 'HARD' WHERE sub_ledger = 'RECEIVABLES'")
    refusal = await world.refusal(world.chief, AX, SettleRebate(rebate_agreement_id=agreement))
    assert refusal.code == "PERIOD_CLOSED"


async def test_invoices_at_once_miss_nothing_of_each_other(world: World):
    """Eight at once, 100 each: 2 % below 500, 10 % from there on for all; every document has an entry of its own."""
    await agreed(world, ("0", "2"), ("500", "10"))
    made = await asyncio.gather(*(world.act(world.chief, AX, an_invoice(world, ("1", "100"))) for _ in range(8)))
    assert all(one.committed for one in made), [one.refusals for one in made]
    assert await said(world) == ("800", "80", "0", "80")
    [row] = await world.rows("SELECT count(*) AS entries, count(DISTINCT source_id) AS documents FROM rebate_entry")
    assert (row["entries"], row["documents"]) == (8, 8)
    assert await world.findings() == []
