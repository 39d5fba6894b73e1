from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from uuid import UUID
from xml.etree import ElementTree

import pytest
import xmlschema

from domain.core.actors import Actor
from domain.core.records import GROUP
from domain.finance.commands import (
    ApprovePaymentProposal,
    CancelPaymentProposal,
    ExecutePaymentProposal,
    ProposePayments,
)
from domain.finance.rules.proposals import NAMESPACE, Agent, Transfer, TransferRun, payment_file
from domain.master_data.parties import BankAccount
from tests.domain.books import AX, World, staff
from tests.domain.finance.money import a_supplier_invoice, account, balance, done, items, plain, vouchers

IBAN, OTHER_IBAN = "DE89370400440532013000", "GB82WEST12345698765432"
JUNE = date(2026, 6, 1)
PATHS = {"p": NAMESPACE}


@cache
def schema() -> xmlschema.XMLSchema:
    """What a bank holds a file of payments against: the schema of ISO 20022, as others publish it."""
    return xmlschema.XMLSchema(str(files("sepaxml") / "schemas" / "pain.001.001.09.xsd"))


async def an_account(world: World, *, is_approved: bool = True) -> UUID:
    """ACME's bank account."""
    row = {
        "party_id": world["ACME"], "account_number": IBAN, "bank_code": "COBADEFFXXX", "currency": "USD",
        "is_approved": is_approved,
    }  # fmt: skip
    return (await world.works(GROUP, lambda work: work.insert(BankAccount, [row])))[0]


async def the_proposal(world: World) -> ProposePayments:
    return ProposePayments(
        account_id=await account(world, "BANK"), currency="USD", pay_on=JUNE, due_until=date(2026, 5, 31)
    )


async def proposed(world: World) -> UUID:
    return (await done(world, await the_proposal(world))).ids[0]


async def approved(world: World, run: UUID, by: Actor | None = None) -> None:
    performed = await world.act(by or world.buyer, AX, ApprovePaymentProposal(payment_proposal_id=run))
    assert performed.committed, performed.refusals


async def test_what_is_due_is_proposed_approved_by_another_and_paid_once(world: World):
    await an_account(world)
    await a_supplier_invoice(world, "100.10", number="SI-1")
    await a_supplier_invoice(world, "20", number="SI-2")
    await a_supplier_invoice(world, "7", number="SI-3", blocked_reason="PRICE")
    await a_supplier_invoice(world, "9", number="SI-4", currency="EUR")
    run = await proposed(world)
    [row] = await world.rows("SELECT number, status, total, payment_file FROM payment_proposal")
    assert (row["number"], row["status"], plain(row["total"]), row["payment_file"]) == (
        "PP-000001", "PROPOSED", "120.1", None,
    )  # fmt: skip
    execute = ExecutePaymentProposal(payment_proposal_id=run)
    assert (await world.refusal(world.buyer, AX, execute)).code == "WRONG_STATE"
    own = await world.refusal(world.chief, AX, ApprovePaymentProposal(payment_proposal_id=run))
    assert own.code == "SEGREGATION_OF_DUTIES"
    await approved(world, run)
    await done(world, execute)
    assert (await world.refusal(world.chief, AX, execute)).code == "WRONG_STATE"
    assert [(kind, left) for kind, _, left, *_ in await items(world)] == [
        ("INVOICE", "0"), ("INVOICE", "0"), ("INVOICE", "-7"), ("INVOICE", "-9"), ("PAYMENT", "0"), ("PAYMENT", "0"),
    ]  # fmt: skip
    assert (await vouchers(world))[-2:] == [
        ("BANK-2026-06-000001", [("BANK", "-100.1", "USD", "-100.1"), ("PAYABLE", "100.1", "USD", "100.1")]),
        ("BANK-2026-06-000002", [("BANK", "-20", "USD", "-20"), ("PAYABLE", "20", "USD", "20")]),
    ]
    payments = await world.rows("SELECT bank_reference FROM payment ORDER BY number")
    assert [row["bank_reference"] for row in payments] == ["PP-000001/1", "PP-000001/2"]
    assert await balance(world, "BANK") == "-120.1"
    assert await world.findings() == []


async def test_the_file_for_the_bank_says_whom_where_and_how_much(world: World):
    await world.rows(
        "UPDATE account SET bank_account_number = '6222021001234567890', bank_code = '102290000001' "
        "WHERE role = 'BANK' AND company_id = $1 RETURNING 1",
        AX,
    )
    await an_account(world)
    await a_supplier_invoice(world, "100.10", number="SI-1")
    await a_supplier_invoice(world, "20", number="SI-2")
    run = await proposed(world)
    await approved(world, run)
    await done(world, ExecutePaymentProposal(payment_proposal_id=run))
    [row] = await world.rows("SELECT payment_file FROM payment_proposal")
    schema().validate(row["payment_file"])
    root = ElementTree.fromstring(row["payment_file"])

    def texts(path: str) -> list[str | None]:
        return [found.text for found in root.findall(path, PATHS)]

    assert root.tag == f"{{{NAMESPACE}}}Document"
    assert texts(".//p:GrpHdr/p:NbOfTxs") == ["2"]
    assert texts(".//p:CtrlSum") == ["120.10", "120.10"]
    assert texts(".//p:ReqdExctnDt/p:Dt") == ["2026-06-01"]
    assert texts(".//p:DbtrAcct/p:Id/p:Othr/p:Id") == ["6222021001234567890"]
    assert texts(".//p:DbtrAgt/p:FinInstnId/p:ClrSysMmbId/p:MmbId") == ["102290000001"]
    assert texts(".//p:CdtrAcct/p:Id/p:IBAN") == [IBAN, IBAN]
    assert texts(".//p:CdtrAgt/p:FinInstnId/p:BICFI") == ["COBADEFFXXX"] * 2
    assert texts(".//p:EndToEndId") == ["PP-000001/1", "PP-000001/2"]
    assert texts(".//p:InstdAmt") == ["100.10", "20.00"]
    assert texts(".//p:RmtInf/p:Ustrd") == ["R-77", "R-77"]
    assert {found.get("Ccy") for found in root.findall(".//p:InstdAmt", PATHS)} == {"USD"}


@pytest.mark.parametrize(
    ("remittance", "told"),
    [
        ("", []), (" \t", []), ("\x0b", []), ("R-77\x00 & <2>\n", ["R-77 & <2>"]), ("发票" * 80, ["发票" * 70]),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("account_number", "bank_code", "currency"),
    [
        (IBAN, "COBADEFFXXX", "USD"),
        ("de89 3704 0044 0532 0130 00", None, "JPY"),
        ("6222 0210 0123 4567 890", "102290000001", "CNY"),
        ("9" * 34, "9" * 35, "KWD"),
    ],
)
def test_the_file_is_what_the_schema_of_the_standard_says(
    remittance: str, told: list[str], account_number: str, bank_code: str | None, currency: str
):
    """Case: ISO 20022 pain.001.001.09, whatever there is to say of a payment and wherever it goes."""
    payee = Agent(name="Implants & Screws <Suzhou> " * 4, account_number=account_number, bank_code=bank_code)
    transfer = Transfer(reference="PP-000001/1", payee=payee, amount=Decimal(12), remittance=remittance)
    run = TransferRun(
        number="PP-000001", made_at=datetime(2026, 6, 1, 8, tzinfo=UTC), pay_on=JUNE, currency=currency,
        payer=Agent(name="AX", account_number="NOTPROVIDED"), transfers=(transfer, transfer),
    )  # fmt: skip
    file = payment_file(run)
    schema().validate(file)
    said = ElementTree.fromstring(file).findall(".//p:RmtInf/p:Ustrd", PATHS)
    assert [one.text for one in said] == told * 2


async def test_a_changed_account_reopens_the_approval(world: World):
    bank = await an_account(world)
    await a_supplier_invoice(world, "100")
    run = await proposed(world)
    await approved(world, run)
    changed = [{"id": bank, "account_number": OTHER_IBAN, "is_approved": False}]
    await world.works(GROUP, lambda work: work.update(BankAccount, changed, fields=("account_number", "is_approved")))
    execute = ExecutePaymentProposal(payment_proposal_id=run)
    assert (await world.refusal(world.chief, AX, execute)).code == "BANK_ACCOUNT_CHANGED"
    again = ApprovePaymentProposal(payment_proposal_id=run)
    assert (await world.refusal(world.buyer, AX, again)).code == "BANK_ACCOUNT_NOT_APPROVED"
    allowed = [{"id": bank, "is_approved": True}]
    await world.works(GROUP, lambda work: work.update(BankAccount, allowed, fields=("is_approved",)))
    assert (await world.refusal(world.chief, AX, execute)).code == "BANK_ACCOUNT_CHANGED"
    await approved(world, run)
    await done(world, execute)
    [row] = await world.rows("SELECT payment_file FROM payment_proposal")
    assert OTHER_IBAN in row["payment_file"] and IBAN not in row["payment_file"]


async def test_an_item_stands_in_one_open_run_at_most(world: World):
    await an_account(world)
    await a_supplier_invoice(world, "100")
    run = await proposed(world)
    again = await the_proposal(world)
    assert (await world.refusal(world.chief, AX, again)).code == "NOTHING_DUE"
    await done(world, CancelPaymentProposal(payment_proposal_id=run))
    second = await proposed(world)
    assert (await world.refusal(world.chief, AX, CancelPaymentProposal(payment_proposal_id=run))).code == "WRONG_STATE"
    await approved(world, second)
    await done(world, ExecutePaymentProposal(payment_proposal_id=second))
    assert (await world.refusal(world.chief, AX, again)).code == "NOTHING_DUE"
    assert await world.findings() == []


async def test_a_payee_without_an_approved_account_is_left_out(world: World):
    await an_account(world, is_approved=False)
    await a_supplier_invoice(world, "100")
    assert (await world.refusal(world.chief, AX, await the_proposal(world))).code == "NOTHING_DUE"


async def test_a_discount_is_taken_where_the_bank_pays_early(world: World):
    await an_account(world)
    item = await a_supplier_invoice(world, "100")
    await world.rows(
        "UPDATE open_item SET discount_percent = 2, discount_until = $2, due_on = '2026-07-01' WHERE id = $1 "
        "RETURNING 1",
        item, JUNE,
    )  # fmt: skip
    early = ProposePayments(account_id=await account(world, "BANK"), currency="USD", pay_on=JUNE, due_until=JUNE)
    [run] = (await done(world, early)).ids
    [line] = await world.rows("SELECT amount, discount FROM payment_proposal_line")
    assert (line["amount"], line["discount"]) == (Decimal(98), Decimal(2))
    await approved(world, run, staff("dora", controller=AX))
    await done(world, ExecutePaymentProposal(payment_proposal_id=run))
    assert [await balance(world, role) for role in ("PAYABLE", "BANK", "DISCOUNT_TAKEN")] == ["0", "-98", "-2"]
    assert await world.findings() == []


async def test_verify_names_a_run_that_is_not_its_lines(world: World):
    await an_account(world)
    await a_supplier_invoice(world, "100")
    await proposed(world)
    assert await world.findings() == []
    await world.rows("UPDATE payment_proposal SET total = 99 RETURNING 1")
    [found] = await world.findings()
    assert (found.check, found.subject) == ("payment proposals", f"company {AX}, PP-000001")
