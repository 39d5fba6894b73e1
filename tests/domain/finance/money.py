"""What tests of the money book share: accounts by role or code, vouchers as they stand, journals to post."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.money import Money
from domain.core.perform import Performed
from domain.finance.commands import ChangePeriodState, JournalLineInput, PostJournal
from domain.finance.models import PeriodState
from tests.domain.books import AX, World


async def account(world: World, code: str, company: int = AX) -> UUID:
    """The id of the account with this code or role."""
    [row] = await world.rows("SELECT id FROM account WHERE company_id = $1 AND (code = $2 OR role = $2)", company, code)
    return row["id"]


async def done(world: World, *commands: Any, company: int = AX, **terms: Any) -> Performed:
    """Commands of the chief that must be accepted."""
    performed = await world.act(world.chief, company, *commands, **terms)
    assert performed.committed, [refusal.message() for refusal in performed.refusals]
    return performed


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
