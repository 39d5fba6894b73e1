"""What tests of the money book share: accounts by role or code, vouchers as they stand, journals to post."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import domain
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import Money
from domain.core.perform import Performed
from domain.core.work import Work
from domain.finance import Bill, BillLine, post_bills
from domain.finance.commands import (
    ChangePeriodState,
    CreateTaxCode,
    CustomerInvoiceLineInput,
    JournalLineInput,
    PaymentMatchInput,
    PostCustomerInvoice,
    PostJournal,
    RecordPayment,
    TaxRuleInput,
)
from domain.finance.models import OpenItemKind, PaymentDirection, PeriodState, SubLedger
from domain.finance.rules import Quote
from tests.domain.books import AX, TODAY, World


async def account(world: World, code: str, company: int = AX) -> UUID:
    """The id of the account with this code or role."""
    [row] = await world.rows("SELECT id FROM account WHERE company_id = $1 AND (code = $2 OR role = $2)", company, code)
    return row["id"]


async def done(world: World, *commands: Any, company: int = AX, **terms: Any) -> Performed:
    """Commands of the chief that must be accepted."""
    performed = await world.act(world.chief, company, *commands, **terms)
    assert performed.committed, [refusal.message() for refusal in performed.refusals]
    return performed


def named(name: str) -> Any:
    """The command of that name: those that follow from a record have no other place."""
    return next(command for command in domain.COMMANDS if command.__name__ == name)


async def vouchers(world: World, company: int = AX) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    """Each voucher by number with its lines: role or code, transaction amount and currency, amount."""
    rows = await world.rows(
        "SELECT e.number, coalesce(a.role, a.code) AS account, l.transaction_amount, l.transaction_currency, l.amount "
        "FROM journal_entry e JOIN journal_line l ON l.company_id = e.company_id AND l.journal_entry_id = e.id "
        "JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id "
        "WHERE e.company_id = $1 ORDER BY e.id, l.position",
        company,
    )
    found: dict[str, list[tuple[str, str, str, str]]] = {}
    for row in rows:
        line = (row["account"], plain(row["transaction_amount"]), row["transaction_currency"], plain(row["amount"]))
        found.setdefault(row["number"], []).append(line)
    return list(found.items())


def plain(number: Decimal) -> str:
    """The number without the zeros that its column adds."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


async def balance(world: World, role: str, on: date = date(2026, 12, 31), company: int = AX) -> str:
    """What an account holds at the end of a day, summed from its lines."""
    [row] = await world.rows(
        "SELECT coalesce(sum(l.amount), 0) AS amount FROM journal_line l "
        "JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id "
        "WHERE l.company_id = $1 AND (a.role = $2 OR a.code = $2) AND l.occurred_on <= $3",
        company, role, on,
    )  # fmt: skip
    return plain(row["amount"])


async def a_line(world: World, code: str, amount: str, currency: str = "USD", **more: Any) -> JournalLineInput:
    """A debit (positive) or credit (negative)."""
    money = Money(abs(Decimal(amount)), currency)
    side = {"debit": money} if Decimal(amount) > 0 else {"credit": money}
    company = more.pop("company", AX)
    return JournalLineInput(account_id=await account(world, code, company), **side, **more)


async def a_journal(world: World, *lines: JournalLineInput, **more: Any) -> PostJournal:
    """A journal of these lines; two of them unless told otherwise."""
    given = lines or (await a_line(world, "6602", "100"), await a_line(world, "1002", "-100"))
    return replace(PostJournal(description="Rent", lines=tuple(given)), **more)


async def close(world: World, state: PeriodState, *codes: str, sub_ledger: str = "GENERAL", company: int = AX) -> None:
    """Change the state of periods, in the order given."""
    for code in codes:
        [row] = await world.rows(
            "SELECT id FROM fiscal_period WHERE company_id = $1 AND code = $2 AND sub_ledger = $3",
            company, code, sub_ledger,
        )  # fmt: skip
        await done(world, ChangePeriodState(fiscal_period_id=row["id"], state=state), company=company)


async def tax_code(world: World, percent: str = "20", company: int = AX, code: str | None = None, **more: Any) -> UUID:
    """A new tax code of one rule."""
    command = CreateTaxCode(
        code=code or f"T{percent}",
        name=f"{percent} %",
        rules=(TaxRuleInput(name="VAT", percent=Decimal(percent)),),
        **more,
    )
    return (await done(world, command, company=company)).ids[0]


def an_invoice(world: World, *lines: tuple[str, str], tax: UUID | None = None, **more: Any) -> PostCustomerInvoice:
    """An invoice to the hospital of (quantity, unit price) lines."""
    currency = more.pop("currency", "USD")
    return PostCustomerInvoice(
        customer_id=more.pop("customer_id", world["HOSPITAL"]),
        currency=currency,
        lines=tuple(
            CustomerInvoiceLineInput(
                description="Work",
                quantity=Decimal(quantity),
                unit_price=Money(Decimal(price), currency),
                tax_code_id=tax,
            )
            for quantity, price in lines or (("1", "100"),)
        ),
        **more,
    )


def a_payment(world: World, amount: str, *matches: PaymentMatchInput, **more: Any) -> RecordPayment:
    """Money received from the hospital."""
    money = Money(Decimal(amount), more.pop("currency", "USD"))
    direction, party = more.pop("direction", PaymentDirection.IN), more.pop("party_id", world["HOSPITAL"])
    return RecordPayment(direction=direction, party_id=party, amount=money, matches=tuple(matches), **more)


async def items(world: World, company: int = AX) -> list[tuple[str, ...]]:
    """Each item: kind, due day, open amount and currency, open amount of the company."""
    rows = await world.rows(
        "SELECT kind, due_on, open_transaction_amount, transaction_currency, open_amount FROM open_item "
        "WHERE company_id = $1 ORDER BY id",
        company,
    )
    return [
        (
            row["kind"], row["due_on"].isoformat(), plain(row["open_transaction_amount"]),
            row["transaction_currency"], plain(row["open_amount"]),
        )
        for row in rows
    ]  # fmt: skip


async def item_ids(world: World, company: int = AX) -> list[UUID]:
    """The items in the order in which they were opened."""
    return [
        row["id"] for row in await world.rows("SELECT id FROM open_item WHERE company_id = $1 ORDER BY id", company)
    ]


async def rate(world: World, base: str, quote: str, on: date, spot: str, closing: str | None = None) -> None:
    """A published rate."""
    await world.rows(
        "INSERT INTO currency_rate (id, base_currency, quote_currency, valid_on, source, spot_rate, closing_rate) "
        "VALUES (gen_random_uuid(), $1, $2, $3, 'TEST', $4, $5) RETURNING 1",
        base, quote, on, Decimal(spot), Decimal(closing) if closing else None,
    )  # fmt: skip


async def a_supplier_invoice(world: World, amount: str, **more: Any) -> UUID:
    """What procurement hands over: a bill of ACME with its own number, on an expense; answers the item it opened."""
    expense = await account(world, "6602")

    async def act(work: Work) -> UUID:
        bill = Bill(
            source=Source(kind="SupplierInvoice", id=new_id(), number=more.pop("number", "SI-1")),
            sub_ledger=SubLedger.PAYABLES, kind=OpenItemKind.INVOICE, party_id=world["ACME"], on=TODAY,
            currency=more.pop("currency", "USD"), payable=-Decimal(amount),
            quote=Quote(rate=more.pop("rate", Decimal(1))),
            lines=[BillLine(account_id=expense, transaction=Decimal(amount))], partner_reference="R-77", **more,
        )  # fmt: skip
        [[item]] = await post_bills(work, [bill])
        return item.id

    return await world.works(AX, act)
