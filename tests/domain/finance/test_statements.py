from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from domain.core.ids import new_id
from domain.core.money import Money
from domain.finance.commands import (
    ImportBankStatement,
    MatchBankStatement,
    MatchBankStatementLine,
    UnmatchBankStatementLine,
)
from domain.finance.models import StatementFormat
from domain.finance.rules.statements import (
    CandidateItem,
    RecordedPayment,
    StatementIncomplete,
    StatementLine,
    StatementUnreadable,
    item_of,
    payment_of,
    read_camt_053,
    read_csv,
)
from tests.domain.books import AX, World
from tests.domain.finance.money import a_payment, account, an_invoice, balance, done, items, plain

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
 <BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>
  <Stmt><Id>2026-05</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>
   <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
   <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">385.50</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
   <Ntry><Amt Ccy="USD">396.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
    <BookgDt><Dt>2026-05-22</Dt></BookgDt>
    <NtryDtls><TxDtls><Refs><EndToEndId>E-1</EndToEndId></Refs>
     <RltdPties><Dbtr><Pty><Nm>Hospital</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>GB82WEST12345698765432</IBAN></Id></DbtrAcct>
     </RltdPties><RmtInf><Ustrd>Invoice INV-000001</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
   <Ntry><Amt Ccy="USD">20.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
    <BookgDt><Dt>2026-05-23</Dt></BookgDt><AddtlNtryInf>Fees</AddtlNtryInf></Ntry>
   <Ntry><Amt Ccy="USD">7.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts>
    <BookgDt><Dt>2026-05-23</Dt></BookgDt></Ntry>
  </Stmt></BkToCstmrStmt></Document>"""

CSV = """booked_on,amount,reference,counterparty,counterparty_account,remittance
2026-05-22,396.00,E-1,Hospital,GB82WEST12345698765432,Invoice INV-000001
2026-05-23,-20.50,,,,Fees
"""


BATCH = """<Ntry><Amt Ccy="USD">20.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
    <BookgDt><Dt>2026-05-23</Dt></BookgDt><NtryDtls>
    <TxDtls><Refs><EndToEndId>P-1</EndToEndId></Refs><Amt Ccy="USD">12.25</Amt>
     <RltdPties><Cdtr><Nm>Acme</Nm></Cdtr></RltdPties></TxDtls>
    <TxDtls><Refs><EndToEndId>P-2</EndToEndId></Refs><Amt Ccy="USD">%s</Amt></TxDtls></NtryDtls></Ntry>"""


def batched(second: str) -> str:
    """The statement whose fees are a batch of 12.25 and another amount."""
    start = CAMT.index('<Ntry><Amt Ccy="USD">20.50')
    return CAMT[:start] + BATCH % second + CAMT[CAMT.index("</Ntry>", start) + len("</Ntry>") :]


def test_a_batch_is_told_by_its_transactions_where_they_come_to_it():
    [statement] = read_camt_053(batched("8.25"))
    told = [(line.amount, line.reference, line.counterparty) for line in statement.lines[1:]]
    assert told == [(Decimal("-12.25"), "P-1", "Acme"), (Decimal("-8.25"), "P-2", None)]
    [whole] = read_camt_053(batched("8.00"))
    assert [(line.amount, line.reference) for line in whole.lines[1:]] == [(Decimal("-20.50"), None)]


def test_a_reversal_names_the_party_of_what_it_takes_back():
    """396.00 that came in again had gone out: its other side is the creditor of what is taken back."""
    back = CAMT.replace("<Sts><Cd>BOOK</Cd></Sts>", "<RvslInd>true</RvslInd><Sts><Cd>BOOK</Cd></Sts>", 1)
    back = back.replace("<Dbtr>", "<Cdtr>", 1).replace("</Dbtr>", "</Cdtr>", 1)
    [statement] = read_camt_053(back)
    [usual] = read_camt_053(CAMT)
    assert statement.lines[0].counterparty == usual.lines[0].counterparty
    assert statement.lines[0].amount == Decimal(396)


def test_camt_053_tells_booked_movements_with_their_other_side():
    [statement] = read_camt_053(CAMT)
    assert (statement.reference, statement.currency, statement.account) == (
        "2026-05", "USD", "DE89370400440532013000",
    )  # fmt: skip
    assert (statement.opening, statement.closing) == (Decimal("10.00"), Decimal("385.50"))
    assert statement.lines == (
        StatementLine(
            booked_on=date(2026, 5, 22), amount=Decimal("396.00"), reference="E-1", counterparty="Hospital",
            counterparty_account="GB82WEST12345698765432", remittance="Invoice INV-000001",
        ),
        StatementLine(booked_on=date(2026, 5, 23), amount=Decimal("-20.50"), remittance="Fees"),
    )  # fmt: skip


def test_csv_tells_the_same():
    told = read_csv(CSV, "2026-05", "USD", Decimal(10), Decimal("385.5"))
    assert told.lines == read_camt_053(CAMT)[0].lines


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("", "line 1, column 0"),
        ("<a>", "line 1, column 3"),
        ("<Document/>", "document"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document"),
        (CAMT.replace("CLBD", "ITBD"), "statement 2026-05"),
        (CAMT.replace("2026-05-22", "May"), "statement 2026-05"),
        (CAMT.replace("396.00", "many"), "statement 2026-05"),
        (CAMT.replace("396.00", "NaN"), "statement 2026-05"),
    ],
)
def test_what_is_no_statement_is_refused_with_its_place(content: str, place: str):
    with pytest.raises(StatementUnreadable) as refused:
        read_camt_053(content)
    assert refused.value.values["place"] == place


def test_a_statement_that_lacks_a_movement_is_refused():
    with pytest.raises(StatementIncomplete) as refused:
        read_camt_053(CAMT.replace("20.50", "20.00"))
    assert refused.value.values["moved"] == Decimal("376")
    with pytest.raises(StatementUnreadable):
        read_csv("booked_on\n2026-05-22\n", "R", "USD", Decimal(0), Decimal(0))
    with pytest.raises(StatementUnreadable):
        read_csv(CSV.replace("396.00", "1e999"), "R", "USD", Decimal(0), Decimal(0))


def candidate(number: str, amount: str) -> CandidateItem:
    return CandidateItem(id=new_id(), party_id=UUID(int=1), number=number, partner_reference=None, open=Decimal(amount))


def test_a_line_settles_the_one_item_it_names_to_the_cent():
    line = StatementLine(booked_on=date(2026, 5, 22), amount=Decimal(396), remittance="for INV-000001, thanks")
    wanted = candidate("INV-000001", "396")
    assert item_of(line, [wanted, candidate("INV-000002", "396"), candidate("INV-0000011", "396")]) is wanted
    assert item_of(line, [candidate("INV-000001", "395.99")]) is None
    assert item_of(line, [wanted, candidate("INV-000001", "396")]) is None
    assert item_of(line, [candidate("for", "396")]) is None


def test_a_line_is_the_payment_whose_reference_and_amount_it_has():
    line = StatementLine(booked_on=date(2026, 5, 22), amount=Decimal(-5), reference="PP-1")
    right = RecordedPayment(id=new_id(), number="PAY-9", bank_reference="PP-1", amount=Decimal(-5))
    assert payment_of(line, [right, replace(right, amount=Decimal(5)), replace(right, bank_reference="PP-2")]) is right
    assert payment_of(line, [right, replace(right, id=new_id())]) is None


async def an_import(world: World) -> ImportBankStatement:
    return ImportBankStatement(account_id=await account(world, "BANK"), format=StatementFormat.CAMT_053, content=CAMT)


async def test_a_statement_is_imported_once_and_its_lines_are_matched_once(world: World):
    await done(world, an_invoice(world, ("1", "396")))
    given = await an_import(world)
    [statement] = (await done(world, given)).ids
    assert (await world.refusal(world.chief, AX, given)).code == "ALREADY_EXISTS"
    for _ in range(2):
        await done(world, MatchBankStatement(bank_statement_id=statement))
    lines = await world.rows(
        "SELECT l.position, p.number, p.amount, p.paid_on FROM bank_statement_line l "
        "LEFT JOIN payment p ON p.id = l.payment_id ORDER BY l.position"
    )
    assert [tuple(line.values()) for line in lines] == [
        (1, "PAY-000001", Decimal(396), date(2026, 5, 22)), (2, None, None, None),
    ]  # fmt: skip
    assert [(kind, left) for kind, _, left, *_ in await items(world)] == [("INVOICE", "0"), ("PAYMENT", "0")]
    assert await balance(world, "BANK") == "396"
    [row] = await world.rows("SELECT number, first_on, last_on, opening, closing FROM bank_statement")
    assert (row["number"], row["first_on"], row["last_on"]) == ("BS-000001", date(2026, 5, 22), date(2026, 5, 23))
    assert [plain(row["opening"]), plain(row["closing"])] == ["10", "385.5"]
    assert await world.findings() == []


async def test_a_payment_that_is_recorded_already_is_found_by_its_reference(world: World):
    [payment] = (await done(world, a_payment(world, "396", bank_reference="E-1"))).ids
    [statement] = (await done(world, await an_import(world))).ids
    await done(world, MatchBankStatement(bank_statement_id=statement))
    rows = await world.rows("SELECT payment_id FROM bank_statement_line ORDER BY position")
    assert [row["payment_id"] for row in rows] == [payment, None]
    assert len(await world.rows("SELECT id FROM payment")) == 1


async def test_a_person_says_which_payment_a_line_is(world: World):
    [payment, other] = (await done(world, a_payment(world, "396"), a_payment(world, "395"))).ids
    await done(world, await an_import(world))
    line, _ = await world.rows("SELECT id FROM bank_statement_line ORDER BY position")
    match = MatchBankStatementLine(bank_statement_line_id=line["id"], payment_id=payment)
    assert (await world.refusal(world.chief, AX, replace(match, payment_id=other))).code == "INVALID_VALUE"
    assert (await world.refusal(world.chief, AX, replace(match, payment_id=new_id()))).code == "NOT_FOUND"
    await done(world, match)
    assert (await world.refusal(world.chief, AX, match)).code == "LINE_MATCHED"
    # It was another payment of the same amount after all.
    wrong = UnmatchBankStatementLine(bank_statement_line_id=line["id"])
    [same] = (await done(world, a_payment(world, "396"))).ids
    await done(world, wrong)
    assert (await world.refusal(world.chief, AX, wrong)).code == "WRONG_STATE"
    none = replace(wrong, bank_statement_line_id=new_id())
    assert (await world.refusal(world.chief, AX, none)).code == "NOT_FOUND"
    await done(world, replace(match, payment_id=same))
    rows = await world.rows("SELECT payment_id FROM bank_statement_line ORDER BY position")
    assert [row["payment_id"] for row in rows] == [same, None]
    assert len(await world.rows("SELECT id FROM payment")) == 3


async def test_a_statement_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    given = await an_import(world)
    csv = replace(given, format=StatementFormat.CSV, content=CSV)
    balances = {"bank_reference": "R", "opening": Money(Decimal(10), "USD"), "closing": Money(Decimal(11), "USD")}
    cases = [
        (replace(given, account_id=await account(world, "RECEIVABLE")), "INVALID_VALUE"),
        (replace(given, content="<x/>"), "STATEMENT_UNREADABLE"),
        (replace(given, content=" " * 5_000_001), "STATEMENT_UNREADABLE"),
        (csv, "INVALID_VALUE"),
        (replace(csv, **balances), "STATEMENT_INCOMPLETE"),
        (replace(csv, **balances | {"closing": Money(Decimal(11), "EUR")}), "CURRENCY_MISMATCH"),
        (MatchBankStatement(bank_statement_id=new_id()), "NOT_FOUND"),
    ]
    for command, code in cases:
        assert (await world.refusal(world.chief, AX, command)).code == code
