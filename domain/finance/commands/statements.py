"""Bank statements: imported, and their lines matched with payments."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, case, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, told
from domain.core.database import Row
from domain.core.errors import AlreadyExists, CurrencyMismatch, DomainError, NotFound, Rejected, WrongState
from domain.core.money import Money
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance import masters
from domain.finance.commands.payments import PaymentMatchInput, RecordPayment, record_payments
from domain.finance.models import (
    CONTROL_ROLES,
    Account,
    AccountRole,
    BankStatement,
    BankStatementLine,
    OpenItem,
    Payment,
    PaymentDirection,
    StatementFormat,
)
from domain.finance.rules.statements import (
    CONTENT_LENGTH_MAX,
    CandidateItem,
    RecordedPayment,
    Statement,
    StatementLine,
    StatementUnreadable,
    item_of,
    payment_of,
    read_camt_053,
    read_csv,
)
from domain.master_data.standing import stands_for

STATEMENT_NUMBERS = Series("bank_statement", prefix="BS-")


@command(action=Action.CREATE, record=BankStatement, zh="导入银行对账单")
class ImportBankStatement:
    """Take over a statement of the bank, once; its movements lead from its opening to its closing balance."""

    account_id: UUID = argument(doc="The bank account.", zh="银行科目", reference="account")
    format: StatementFormat = argument(doc="The form it comes in.", zh="格式")
    content: str = argument(doc="The file as text, at most 5,000,000 characters.", zh="文件内容")
    bank_reference: str | None = argument(
        doc="The bank's identification; needed for CSV, camt.053 says its own.", zh="银行单号", default=None
    )
    opening: Money | None = argument(doc="Balance before; needed for CSV.", zh="期初余额", default=None)
    closing: Money | None = argument(doc="Balance after; needed for CSV.", zh="期末余额", default=None)


@command(action=Action.POST, record=BankStatement, zh="核对银行对账单", key_required=True)
class MatchBankStatement:
    """Match the lines of a statement that are not matched yet: with payments recorded, or with the open item they name,
    whose payment is then recorded. What fits nothing, or more than one, stays for a person.
    """

    bank_statement_id: UUID = argument(doc="The statement.", zh="对账单", reference="bank_statement")


@command(action=Action.CHANGE, record=BankStatementLine, zh="手工核对对账单行")
class MatchBankStatementLine:
    """Say which recorded payment a line is; the amounts must agree."""

    bank_statement_line_id: UUID = argument(doc="The line.", zh="对账单行", reference="bank_statement_line")
    payment_id: UUID = argument(doc="The payment.", zh="收付款", reference="payment")


@command(action=Action.CHANGE, record=BankStatementLine, zh="撤销对账单行核对")
class UnmatchBankStatementLine:
    """Say that a line is not the payment it was taken for; both stand as they are, and either is matched anew."""

    bank_statement_line_id: UUID = argument(doc="The line.", zh="对账单行", reference="bank_statement_line")


class LineMatched(DomainError):
    code = "LINE_MATCHED"
    zh = "对账单行已核对。"
    en = "The line is matched already."


_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_line, _payment, _item, _account = BankStatementLine.table, Payment.table, OpenItem.table, Account.table
_statement = BankStatement.table
_KNOWN = select(_statement.c.bank_reference).where(
    _statement.c.company_id == _company_id,
    _statement.c.account_id == bindparam("account_id", type_=Uuid()),
    _statement.c.bank_reference == func.any(bindparam("references", type_=ARRAY(Text()))),
)
_OPEN_LINES = (
    select(_line)
    .where(_line.c.company_id == _company_id, _line.c.bank_statement_id == _ids, _line.c.payment_id.is_(None))
    .order_by(_line.c.bank_statement_id, _line.c.position)
    .with_for_update()
)
_signed = case((_payment.c.direction == PaymentDirection.IN.value, _payment.c.amount), else_=-_payment.c.amount)
_amounts = func.any(bindparam("amounts", type_=ARRAY(_payment.c.amount.type)))
_UNMATCHED_PAYMENTS = (
    select(_payment.c.id, _payment.c.number, _payment.c.bank_reference, _signed.label("amount"))
    .where(
        _payment.c.company_id == _company_id,
        _payment.c.account_id == bindparam("account_id", type_=Uuid()),
        _payment.c.currency == bindparam("currency", type_=Text()),
        _signed == _amounts,
        ~select(1).where(_line.c.company_id == _payment.c.company_id, _line.c.payment_id == _payment.c.id).exists(),
    )
    .order_by(_payment.c.id)
)
_CANDIDATES = (
    select(
        _item.c.id,
        stands_for(_item.c.party_id).label("party_id"),
        _item.c.source_number,
        _item.c.partner_reference,
        _item.c.open_transaction_amount,
    )
    .join_from(_item, _account, (_account.c.company_id == _item.c.company_id) & (_account.c.id == _item.c.account_id))
    .where(
        _item.c.company_id == _company_id,
        or_(_account.c.role == AccountRole.RECEIVABLE.value, _account.c.role == AccountRole.PAYABLE.value),
        _item.c.transaction_currency == bindparam("currency", type_=Text()),
        _item.c.blocked_reason.is_(None),
        _item.c.open_transaction_amount == _amounts,
        _item.c.open_transaction_amount != 0,
    )
    .order_by(_item.c.id)
)


async def import_bank_statements(work: Work, commands: Sequence[ImportBankStatement]) -> Results[BankStatement]:
    """The statements, of a document with several the first; a refusal stands in its own place.

    Raises per row: NotFound, Rejected, StatementUnreadable, StatementIncomplete, CurrencyMismatch, AlreadyExists.
    Emits: BankStatementImported.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _import(work, one))
        except DomainError as refusal:
            outcomes.append(refusal)
    return told(work, "BankStatementImported", BankStatement, outcomes)


async def _import(work: Work, one: ImportBankStatement) -> UUID:
    """One file; the next of the batch may be the same and is then refused."""
    account = (await masters.ledger_accounts(work, [one.account_id])).get(one.account_id)
    if account is None:
        raise NotFound(("account",), what="account", key=str(one.account_id))
    if not account.is_monetary or account.role in CONTROL_ROLES:
        raise Rejected(
            ("account",), what="account", value=account.code, reason="it holds no money", reason_zh="不是货币资金科目"
        )
    statements = _read(one)
    known = await work.fetch(_KNOWN, account_id=one.account_id, references=[one.reference for one in statements])
    if known:
        raise AlreadyExists(what="bank statement", key=known[0]["bank_reference"])
    numbers = await work.number(STATEMENT_NUMBERS, len(statements))
    ids = await work.insert(
        BankStatement,
        [_row(one, number, told) for number, told in zip(numbers, statements, strict=True)],
    )
    lines = [row for id_, told in zip(ids, statements, strict=True) for row in _line_rows(id_, told)]
    await work.insert(BankStatementLine, lines)
    return ids[0]


def _read(one: ImportBankStatement) -> tuple[Statement, ...]:
    if len(one.content) > CONTENT_LENGTH_MAX:
        raise StatementUnreadable(
            place="document", reason=f"it is longer than {CONTENT_LENGTH_MAX} characters",
            reason_zh=f"超过 {CONTENT_LENGTH_MAX} 个字符",
        )  # fmt: skip
    if one.format is StatementFormat.CAMT_053:
        return read_camt_053(one.content)
    if one.bank_reference is None or one.opening is None or one.closing is None:
        raise Rejected(
            ("bankReference",), what="statement", value=one.bank_reference, reason="CSV needs a reference and balances",
            reason_zh="CSV 须提供银行单号与余额",
        )  # fmt: skip
    if one.opening.currency != one.closing.currency:
        raise CurrencyMismatch(
            ("closing",), what="closing", currency=one.closing.currency, expected=one.opening.currency
        )
    return (read_csv(one.content, one.bank_reference, one.opening.currency, one.opening.amount, one.closing.amount),)


def _row(one: ImportBankStatement, number: str, told: Statement) -> dict[str, object]:
    days = [line.booked_on for line in told.lines]
    return {
        "number": number,
        "account_id": one.account_id,
        "bank_reference": told.reference,
        "format": one.format,
        "first_on": min(days),
        "last_on": max(days),
        "currency": told.currency,
        "opening": told.opening,
        "closing": told.closing,
    }


def _line_rows(statement_id: UUID, told: Statement) -> list[dict[str, object]]:
    return [
        {
            "bank_statement_id": statement_id,
            "position": position,
            "booked_on": line.booked_on,
            "amount": line.amount,
            "reference_text": line.reference,
            "counterparty": line.counterparty,
            "counterparty_account": line.counterparty_account,
            "remittance": line.remittance,
        }
        for position, line in enumerate(told.lines, start=1)
    ]


async def match_bank_statements(work: Work, commands: Sequence[MatchBankStatement]) -> Results[BankStatement]:
    """The statements, their lines matched as far as the rules go; a refusal stands in its own place.

    Posts: a payment for each line that settles an item. Raises per row: NotFound. Raises: what recording a payment
    raises. Emits: PaymentRecorded.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _match(work, one.bank_statement_id))
        except DomainError as refusal:
            outcomes.append(refusal)
    return Results(outcomes)


async def _match(work: Work, id_: UUID) -> UUID:
    """One statement: what it settles is gone for the next."""
    rows = await work.lock(BankStatement, [id_])
    if id_ not in rows:
        raise NotFound(("bankStatement",), what="bank statement", key=str(id_))
    statement = rows[id_]
    lines = await work.fetch(_OPEN_LINES, ids=[id_])
    amounts = sorted({line["amount"] for line in lines})
    payments = [
        RecordedPayment(id=row["id"], number=row["number"], bank_reference=row["bank_reference"], amount=row["amount"])
        for row in await work.fetch(
            _UNMATCHED_PAYMENTS, account_id=statement["account_id"], currency=statement["currency"], amounts=amounts
        )
    ]
    items = await _candidates(work, statement["currency"], amounts)
    matched: dict[UUID, UUID] = {}
    settling: list[tuple[UUID, RecordPayment]] = []
    for line in lines:
        told = _told(line)
        payment = payment_of(told, payments)
        if payment is not None:
            payments.remove(payment)
            matched[line["id"]] = payment.id
            continue
        item = item_of(told, items)
        if item is not None:
            items.remove(item)
            settling.append((line["id"], _payment_of_item(statement, line, item)))
    if settling:
        results = await record_payments(work, [payment for _, payment in settling])
        for refusal in results.refusals:
            raise refusal
        matched |= dict(zip([line_id for line_id, _ in settling], results.ids, strict=True))
    await _store(work, matched)
    return id_


async def _candidates(work: Work, currency: str, amounts: Sequence[Decimal]) -> list[CandidateItem]:
    return [
        CandidateItem(
            id=row["id"],
            party_id=row["party_id"],
            number=row["source_number"],
            partner_reference=row["partner_reference"],
            open=row["open_transaction_amount"],
        )
        for row in await work.fetch(_CANDIDATES, currency=currency, amounts=list(amounts))
    ]


def _told(line: Row) -> StatementLine:
    return StatementLine(
        booked_on=line["booked_on"],
        amount=line["amount"],
        reference=line["reference_text"],
        counterparty=line["counterparty"],
        counterparty_account=line["counterparty_account"],
        remittance=line["remittance"],
    )


def _payment_of_item(statement: Row, line: Row, item: CandidateItem) -> RecordPayment:
    amount = Money(abs(line["amount"]), statement["currency"])
    return RecordPayment(
        direction=PaymentDirection.IN if line["amount"] > 0 else PaymentDirection.OUT,
        party_id=item.party_id,
        amount=amount,
        paid_on=line["booked_on"],
        account_id=statement["account_id"],
        matches=(PaymentMatchInput(open_item_id=item.id, amount=amount),),
        bank_reference=line["reference_text"],
    )


async def _store(work: Work, matched: dict[UUID, UUID]) -> None:
    if matched:
        rows = [{"id": line_id, "payment_id": payment_id} for line_id, payment_id in matched.items()]
        await work.update(BankStatementLine, rows, fields=("payment_id",))


async def match_bank_statement_lines(
    work: Work, commands: Sequence[MatchBankStatementLine]
) -> Results[BankStatementLine]:
    """The lines, matched; a refusal stands in its own place. Raises per row: NotFound, LineMatched, Rejected.
    Emits: BankStatementLineMatched.
    """
    lines = await work.lock(BankStatementLine, [one.bank_statement_line_id for one in commands])
    statements = await work.lock(BankStatement, {line["bank_statement_id"] for line in lines.values()})
    payments = await work.lock(Payment, [one.payment_id for one in commands])
    matched: dict[UUID, UUID] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            line, payment = lines.get(one.bank_statement_line_id), payments.get(one.payment_id)
            if line is None:
                raise NotFound(("bankStatementLine",), what="line", key=str(one.bank_statement_line_id))
            if payment is None:
                raise NotFound(("payment",), what="payment", key=str(one.payment_id))
            _check_same(line, statements[line["bank_statement_id"]], payment)
            if line["payment_id"] is not None or line["id"] in matched:
                raise LineMatched()
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        matched[line["id"]] = payment["id"]
        outcomes.append(line["id"])
    await _store(work, matched)
    return told(work, "BankStatementLineMatched", BankStatementLine, outcomes)


async def unmatch_bank_statement_lines(
    work: Work, commands: Sequence[UnmatchBankStatementLine]
) -> Results[BankStatementLine]:
    """The lines, matched to no payment; a refusal stands in its own place. Raises per row: NotFound, WrongState.
    Emits: BankStatementLineUnmatched.
    """
    lines = await work.lock(BankStatementLine, [one.bank_statement_line_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    freed: list[UUID] = []
    for one in commands:
        line = lines.get(one.bank_statement_line_id)
        if line is None:
            outcomes.append(NotFound(("bankStatementLine",), what="line", key=str(one.bank_statement_line_id)))
        elif line["payment_id"] is None or line["id"] in freed:
            outcomes.append(
                WrongState(what="line", key=str(line["position"]), state="OPEN", transition="be matched to nothing")
            )
        else:
            freed.append(line["id"])
            outcomes.append(line["id"])
    if freed:
        rows = [{"id": id_, "payment_id": None} for id_ in freed]
        await work.update(BankStatementLine, rows, fields=("payment_id",))
    return told(work, "BankStatementLineUnmatched", BankStatementLine, outcomes)


def _check_same(line: Row, statement: Row, payment: Row) -> None:
    """The line and the payment tell the same movement. Raises: Rejected."""
    sign = 1 if payment["direction"] == PaymentDirection.IN else -1
    told = (line["amount"], statement["currency"], statement["account_id"])
    if told != (payment["amount"] * sign, payment["currency"], payment["account_id"]):
        raise Rejected(
            ("payment",), what="payment", value=payment["number"],
            reason=f"the line tells {line['amount']} {statement['currency']} on its own account",
            reason_zh=f"与对账单行的金额 {line['amount']} {statement['currency']} 或账户不符",
        )  # fmt: skip
