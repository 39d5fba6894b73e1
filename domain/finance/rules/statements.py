"""Bank statements, pure: read from CSV or camt.053, and each line told which payment or open item it is.

CSV has one line a movement under the headers of `COLUMNS`, days as YYYY-MM-DD, amounts with a point; the balances are
given beside it. camt.053 is ISO 20022 bank-to-customer statement (any version): booked entries only, a batch by its
transactions, balances OPBD and CLBD. A statement whose movements do not lead from its opening to its closing balance is
refused: part of it is missing.

Matching never guesses between two: a line becomes a payment that is recorded already when their reference and amount
agree, or settles an open item when its text names the item's number and the amount is exactly what is open.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final
from uuid import UUID
from xml.etree import ElementTree

from domain.core.errors import DomainError
from domain.core.money import EXACT, ZERO, total
from domain.core.quantity import AMOUNT
from domain.finance.models.statements import StatementFormat

COLUMNS: Final = ("booked_on", "amount", "reference", "counterparty", "counterparty_account", "remittance")

# A statement of one day of a large account; more is told in several.
CONTENT_LENGTH_MAX: Final = 5_000_000
LINES_MAX: Final = 1_000

# Item numbers shorter than this would be found in any text.
NUMBER_LENGTH_MIN: Final = 4

_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_-]*")


class StatementUnreadable(DomainError):
    code = "STATEMENT_UNREADABLE"
    zh = "对账单第 {place} 处无法读取：{reason_zh}。"
    en = "The statement cannot be read at {place}: {reason}."


class StatementIncomplete(DomainError):
    code = "STATEMENT_INCOMPLETE"
    zh = "对账单从 {opening} 到 {closing} 的发生额为 {moved}，不相符。"
    en = "The statement goes from {opening} to {closing}, but its movements come to {moved}."


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One movement: money in positive, out negative."""

    booked_on: date
    amount: Decimal
    reference: str | None = None
    counterparty: str | None = None
    counterparty_account: str | None = None
    remittance: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement as the bank told it; `account` is the number it is about, where it says so."""

    reference: str
    currency: str
    opening: Decimal
    closing: Decimal
    lines: tuple[StatementLine, ...]
    account: str | None = None

    def checked(self) -> "Statement":
        """Itself, complete. Raises: StatementIncomplete, StatementUnreadable for one without lines or with too many."""
        if not 1 <= len(self.lines) <= LINES_MAX:
            raise StatementUnreadable(
                place="lines", reason=f"a statement has 1 to {LINES_MAX} movements, this one {len(self.lines)}",
                reason_zh=f"须有 1 至 {LINES_MAX} 笔，实有 {len(self.lines)} 笔",
            )  # fmt: skip
        moved = total([line.amount for line in self.lines])
        if EXACT.add(self.opening, moved) != self.closing:
            raise StatementIncomplete(opening=self.opening, closing=self.closing, moved=moved)
        return self


def read_csv(content: str, reference: str, currency: str, opening: Decimal, closing: Decimal) -> Statement:
    """The statement of a CSV file. Raises: StatementUnreadable, StatementIncomplete."""
    reader = csv.DictReader(io.StringIO(content.removeprefix("\ufeff")))
    missing = [name for name in COLUMNS[:2] if name not in (reader.fieldnames or ())]
    if missing:
        raise StatementUnreadable(
            place="header", reason=f"there is no column {missing[0]}", reason_zh=f"缺少列 {missing[0]}"
        )
    lines = tuple(_csv_line(row, number) for number, row in enumerate(reader, start=2))
    return Statement(reference=reference, currency=currency, opening=opening, closing=closing, lines=lines).checked()


def _csv_line(row: dict[str, str], number: int) -> StatementLine:
    place = f"line {number}"
    return StatementLine(
        booked_on=_day(row["booked_on"], place),
        amount=_number(row["amount"], place),
        reference=row.get("reference") or None,
        counterparty=row.get("counterparty") or None,
        counterparty_account=row.get("counterparty_account") or None,
        remittance=row.get("remittance") or None,
    )


def read_camt_053(content: str) -> tuple[Statement, ...]:
    """The statements of a camt.053 document. Raises: StatementUnreadable, StatementIncomplete."""
    if "<!DOCTYPE" in content or "<!ENTITY" in content:
        raise StatementUnreadable(place="document", reason="it declares entities", reason_zh="含实体声明")
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as broken:
        line, column = broken.position
        raise StatementUnreadable(
            place=f"line {line}, column {column}", reason="it is no XML", reason_zh="不是有效的 XML"
        ) from broken
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    found = tuple(_statement(one) for one in root.iter("Stmt"))
    if not found:
        raise StatementUnreadable(place="document", reason="it holds no statement", reason_zh="不含对账单")
    return found


def _statement(node: ElementTree.Element) -> Statement:
    reference = _text(node, "Id") or ""
    place = f"statement {reference}"
    balances = {_text(one, "Tp/CdOrPrtry/Cd"): one for one in node.findall("Bal")}
    opening, closing = balances.get("OPBD", balances.get("PRCD")), balances.get("CLBD")
    if not reference or opening is None or closing is None:
        raise StatementUnreadable(place=place, reason="it lacks its id or a balance", reason_zh="缺少标识或余额")
    amount = closing.find("Amt")
    currency = amount.get("Ccy") if amount is not None else None
    if not currency:
        raise StatementUnreadable(place=place, reason="its balance has no currency", reason_zh="余额缺少币种")
    return Statement(
        reference=reference,
        currency=currency,
        opening=_signed(opening, place),
        closing=_signed(closing, place),
        lines=tuple(
            line for one in node.findall("Ntry") if _is_booked(one) for line in _entries(one, currency, place)
        ),
        account=_text(node, "Acct/Id/IBAN") or _text(node, "Acct/Id/Othr/Id"),
    ).checked()


def _is_booked(entry: ElementTree.Element) -> bool:
    return (_text(entry, "Sts/Cd") or _text(entry, "Sts")) in ("BOOK", None)


def _entries(node: ElementTree.Element, currency: str, place: str) -> list[StatementLine]:
    """The movements of a booked entry: each transaction of a batch where all tell what they came to in the account's
    currency and that is the entry's amount, else the entry as a whole.
    """
    amount, details = _signed(node, place), node.findall("NtryDtls/TxDtls")
    told = [one.find("Amt") for one in details]
    if len(details) > 1 and all(one is not None and one.get("Ccy") == currency for one in told):
        is_debit = amount < ZERO
        parts = [_signed(one, place, is_debit=is_debit) for one in details]
        if total(parts) == amount:
            return [_entry(node, one, part, place) for one, part in zip(details, parts, strict=True)]
    return [_entry(node, details[0] if len(details) == 1 else None, amount, place)]


def _entry(node: ElementTree.Element, detail: ElementTree.Element | None, amount: Decimal, place: str) -> StatementLine:
    around = node if detail is None else detail
    # The other side of money that came in is the debtor, of money that went out the creditor. A reversal tells the
    # parties of what it takes back: what came in again had gone out.
    is_reversal = _text(node, "RvslInd") in ("true", "1")
    role = "Dbtr" if (amount > ZERO) != is_reversal else "Cdtr"
    words = [one.text or "" for one in around.iter("Ustrd")]
    return StatementLine(
        booked_on=_day(_text(node, "BookgDt/Dt") or (_text(node, "BookgDt/DtTm") or "")[:10], place),
        amount=amount,
        reference=_text(around, "Refs/EndToEndId") or _text(node, "NtryRef"),
        counterparty=_text(around, f"RltdPties/{role}/Nm") or _text(around, f"RltdPties/{role}/Pty/Nm"),
        counterparty_account=_text(around, f"RltdPties/{role}Acct/Id/IBAN")
        or _text(around, f"RltdPties/{role}Acct/Id/Othr/Id"),
        remittance=" ".join(words) or _text(node, "AddtlNtryInf"),
    )


def _signed(node: ElementTree.Element, place: str, *, is_debit: bool = False) -> Decimal:
    """The amount, out negative; `is_debit` where the element itself does not say which it is."""
    amount = _number(_text(node, "Amt") or "", place)
    told = _text(node, "CdtDbtInd")
    return -amount if (told == "DBIT" if told else is_debit) else amount


def _text(node: ElementTree.Element, path: str) -> str | None:
    found = node.find(path)
    text = (found.text or "").strip() if found is not None else ""
    return text or None


def _day(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as wrong:
        raise StatementUnreadable(place=place, reason=f"{text!r} is no day", reason_zh=f"{text!r} 不是日期") from wrong


def _number(text: str, place: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation as wrong:
        raise StatementUnreadable(
            place=place, reason=f"{text!r} is no amount", reason_zh=f"{text!r} 不是金额"
        ) from wrong
    if not AMOUNT.holds(number):
        raise StatementUnreadable(place=place, reason=f"{text!r} is no amount", reason_zh=f"{text!r} 不是金额")
    return number


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPayment:
    """A payment that no line is matched with yet: `amount` signed as the bank sees it."""

    id: UUID
    number: str
    bank_reference: str | None
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateItem:
    """An open item that money could settle; `open` has the sign of the ledger."""

    id: UUID
    party_id: UUID
    number: str
    partner_reference: str | None
    open: Decimal


def payment_of(line: StatementLine, payments: Iterable[RecordedPayment]) -> RecordedPayment | None:
    """The one recorded payment whose reference and amount the line has; None where there is none, or several."""
    told = {text.strip() for text in (line.reference, line.remittance) if text}
    found = [one for one in payments if one.amount == line.amount and told & {one.number, one.bank_reference}]
    return found[0] if len(found) == 1 else None


def item_of(line: StatementLine, items: Sequence[CandidateItem]) -> CandidateItem | None:
    """The one open item whose number the line's text names and whose open amount it pays; None otherwise."""
    words = set(_WORD.findall(f"{line.reference or ''} {line.remittance or ''}"))
    found = [
        one
        for one in items
        if one.open == line.amount
        and any(
            len(number) >= NUMBER_LENGTH_MIN and number in words for number in (one.number, one.partner_reference or "")
        )
    ]
    return found[0] if len(found) == 1 else None


__all__ = [
    "COLUMNS", "CONTENT_LENGTH_MAX", "CandidateItem", "RecordedPayment", "Statement", "StatementFormat",
    "StatementIncomplete", "StatementLine", "StatementUnreadable", "item_of", "payment_of", "read_camt_053", "read_csv",
]  # fmt: skip
