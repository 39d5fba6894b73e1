"""Payment proposals: made by one person, approved by another, executed once, or cancelled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import Date, SmallInteger, Text, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected, SegregationOfDuties
from domain.core.money import Money, total
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance import masters
from domain.finance.commands.payments import PaymentMatchInput, RecordPayment, record_payments
from domain.finance.models import (
    CONTROL_ROLES,
    Account,
    AccountRole,
    OpenItem,
    PaymentDirection,
    PaymentProposal,
    PaymentProposalLine,
    ProposalStatus,
)
from domain.finance.open_items import item_of
from domain.finance.rules.journals import LINES_MAX
from domain.finance.rules.proposals import (
    PROPOSAL_FLOW,
    Agent,
    NothingDue,
    PayeeAccount,
    Proposed,
    Transfer,
    TransferRun,
    payment_file,
    propose,
    unchanged,
)
from domain.master_data.companies import Company
from domain.master_data.parties import BankAccount, Party
from domain.master_data.standing import stands_for

PROPOSAL_NUMBERS = Series("payment_proposal", prefix="PP-")


@command(action=Action.CREATE, record=PaymentProposal, zh="生成付款建议")
class ProposePayments:
    """Propose to pay what is due to suppliers: approved invoices in one currency, to approved accounts.

    Items that stand in another open run, or are blocked, are left out; at most 1,000 are taken, the earliest due first.
    """

    account_id: UUID = argument(doc="The bank account that pays.", zh="银行科目", reference="account")
    currency: str = argument(doc="Currency of what is paid (ISO 4217).", zh="币种")
    pay_on: date = argument(doc="Day the bank is to pay.", zh="付款日期")
    due_until: date = argument(doc="Last due day of what is paid.", zh="截止到期日")


@command(action=Action.APPROVE, record=PaymentProposal, zh="批准付款建议")
class ApprovePaymentProposal:
    """Approve a run with the accounts it pays to, as another person than proposed it; again, where one has changed."""

    payment_proposal_id: UUID = argument(doc="The run.", zh="付款建议", reference="payment_proposal")
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


@command(action=Action.POST, record=PaymentProposal, zh="执行付款建议", key_required=True)
class ExecutePaymentProposal:
    """Record the payments of an approved run and make the file for the bank."""

    payment_proposal_id: UUID = argument(doc="The run.", zh="付款建议", reference="payment_proposal")


@command(action=Action.CHANGE, record=PaymentProposal, zh="取消付款建议")
class CancelPaymentProposal:
    """Give up a run that was not executed; its items may be proposed again."""

    payment_proposal_id: UUID = argument(doc="The run.", zh="付款建议", reference="payment_proposal")


_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_item, _line, _bank = OpenItem.table, PaymentProposalLine.table, BankAccount.table
_account, _party, _company = Account.table, Party.table, Company.table
_DUE = (
    select(_item, stands_for(_item.c.party_id).label("payee_id"))
    .join_from(_item, _account, (_account.c.company_id == _item.c.company_id) & (_account.c.id == _item.c.account_id))
    .where(
        _item.c.company_id == _company_id,
        _account.c.role == AccountRole.PAYABLE.value,
        _item.c.transaction_currency == bindparam("currency", type_=Text()),
        _item.c.open_transaction_amount < 0,
        _item.c.pair_id.is_(None),
        _item.c.blocked_reason.is_(None),
        or_(
            _item.c.due_on <= bindparam("due_until", type_=Date()),
            _item.c.discount_until.between(bindparam("pay_on", type_=Date()), bindparam("due_until", type_=Date())),
        ),
        ~select(1)
        .where(_line.c.company_id == _item.c.company_id, _line.c.open_item_id == _item.c.id, _line.c.is_open)
        .exists(),
    )
    .order_by(_item.c.due_on, _item.c.id)
    .limit(LINES_MAX)
    .with_for_update(of=_item)
)
_PAYEES = (
    select(_bank)
    .where(
        _bank.c.party_id == _ids, _bank.c.archived_at.is_(None), _bank.c.currency == bindparam("currency", type_=Text())
    )
    .order_by(_bank.c.party_id, _bank.c.is_approved.desc(), _bank.c.id)
)
_ACCOUNTS_NOW = select(_bank).where(_bank.c.id == _ids).order_by(_bank.c.id).with_for_update(read=True)
_LINES = (
    select(_line)
    .where(_line.c.company_id == _company_id, _line.c.payment_proposal_id == _ids)
    .order_by(_line.c.payment_proposal_id, _line.c.position)
)
_NAMES = select(_party.c.id, func.coalesce(_party.c.legal_name, _party.c.name).label("name")).where(_party.c.id == _ids)
_NUMBERS = select(_item.c.id, _item.c.source_number, _item.c.partner_reference).where(
    _item.c.company_id == _company_id, _item.c.id == _ids
)
_PAYER = (
    select(_company.c.name, _account.c.bank_account_number, _account.c.bank_code)
    .join_from(_company, _account, _account.c.company_id == _company.c.company_id)
    .where(_company.c.company_id == _company_id, _account.c.id == bindparam("id", type_=Uuid()))
)


async def propose_payments(work: Work, commands: Sequence[ProposePayments]) -> Results[PaymentProposal]:
    """The runs, PROPOSED; a refusal stands in its own place. A later run of the batch takes what an earlier left.

    Raises per row: NotFound, Rejected, NothingDue. Emits: PaymentsProposed.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _propose(work, one))
        except DomainError as refusal:
            outcomes.append(refusal)
    made = [outcome for outcome in outcomes if isinstance(outcome, UUID)]
    if made:
        work.emit("PaymentsProposed", PaymentProposal, made)
    return Results(outcomes)


async def _propose(work: Work, one: ProposePayments) -> UUID:
    """One run: it locks what it takes, so two runs made at once take different items."""
    account = (await masters.ledger_accounts(work, [one.account_id])).get(one.account_id)
    if account is None:
        raise NotFound(("account",), what="account", key=str(one.account_id))
    if not account.is_monetary or account.role in CONTROL_ROLES:
        raise Rejected(
            ("account",), what="account", value=account.code, reason="it holds no money", reason_zh="不是货币资金科目"
        )
    due = await work.fetch(_DUE, currency=one.currency, due_until=one.due_until, pay_on=one.pay_on)
    payees = await work.fetch(_PAYEES, ids=sorted({row["payee_id"] for row in due}), currency=one.currency)
    accounts: dict[UUID, PayeeAccount] = {}
    for row in payees:
        accounts.setdefault(row["party_id"], _payee(row))
    payable = [replace(item_of(row), party_id=row["payee_id"]) for row in due]
    proposed = propose(payable, accounts, one.pay_on, one.currency)
    if not proposed:
        raise NothingDue(day=one.due_until.isoformat())
    [number] = await work.number(PROPOSAL_NUMBERS, 1)
    [id_] = await work.insert(
        PaymentProposal,
        [
            {
                "number": number,
                "status": PROPOSAL_FLOW.initial,
                "account_id": one.account_id,
                "pay_on": one.pay_on,
                "currency": one.currency,
                "total": total([line.amount for line in proposed]),
                "proposed_by": work.actor.id,
            }
        ],
    )
    await work.insert(
        PaymentProposalLine, [_line_row(id_, place, line) for place, line in enumerate(proposed, start=1)]
    )
    return id_


def _payee(row: Row) -> PayeeAccount:
    return PayeeAccount(
        id=row["id"],
        number=row["account_number"],
        version=row["version"],
        is_approved=row["is_approved"] and row["archived_at"] is None,
        bank_code=row["bank_code"],
    )


def _line_row(proposal_id: UUID, position: int, line: Proposed) -> dict[str, object]:
    return {
        "payment_proposal_id": proposal_id,
        "position": position,
        "open_item_id": line.item.id,
        "party_id": line.item.party_id,
        "bank_account_id": line.account.id,
        "amount": line.amount,
        "discount": line.discount,
        "is_open": True,
    }


async def approve_payment_proposals(work: Work, commands: Sequence[ApprovePaymentProposal]) -> Results[PaymentProposal]:
    """The runs, APPROVED with the accounts they pay to as they are now; a refusal stands in its own place.

    Raises per row: NotFound, StaleVersion, WrongState, SegregationOfDuties, BankAccountNotApproved. Emits:
    PaymentsApproved.
    """
    rows = await work.lock(PaymentProposal, [one.payment_proposal_id for one in commands])
    stale = await work.stale(PaymentProposal, rows, {one.payment_proposal_id: one.expected_version for one in commands})
    lines = await work.fetch(_LINES, ids=sorted(rows))
    accounts = await _accounts_now(work, lines)
    outcomes: list[UUID | DomainError] = []
    approved: dict[UUID, dict[str, object]] = {}
    for one in commands:
        id_ = one.payment_proposal_id
        try:
            row = _there(rows, id_)
            if id_ in stale:
                raise stale[id_]
            status = PROPOSAL_FLOW.advance(row["number"], ProposalStatus(row["status"]), "be approved")
            if row["proposed_by"] == work.actor.id:
                raise SegregationOfDuties(duty="ApprovePaymentProposal", conflicting="ProposePayments")
            payees = {line["bank_account_id"] for line in lines if line["payment_proposal_id"] == id_}
            unchanged(row["number"], {payee: accounts[payee].version for payee in payees}, accounts)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        approved[id_] = {"id": id_, "status": status, "approved_by": work.actor.id, "approved_at": work.now}
        outcomes.append(id_)
    if approved:
        await work.update(PaymentProposal, list(approved.values()), fields=("status", "approved_by", "approved_at"))
        versions = [
            {"id": line["id"], "bank_account_version": accounts[line["bank_account_id"]].version}
            for line in lines
            if line["payment_proposal_id"] in approved
        ]
        await work.update(PaymentProposalLine, versions, fields=("bank_account_version",))
        work.emit("PaymentsApproved", PaymentProposal, list(approved))
    return Results(outcomes)


async def _accounts_now(work: Work, lines: Iterable[Row]) -> dict[UUID, PayeeAccount]:
    """The accounts that lines pay to, held as they are until the work ends."""
    ids = sorted({line["bank_account_id"] for line in lines})
    return {row["id"]: _payee(row) for row in await work.fetch(_ACCOUNTS_NOW, ids=ids)}


def _there(rows: Mapping[UUID, Row], id_: UUID) -> Row:
    row = rows.get(id_)
    if row is None:
        raise NotFound(("paymentProposal",), what="payment proposal", key=str(id_))
    return row


async def execute_payment_proposals(work: Work, commands: Sequence[ExecutePaymentProposal]) -> Results[PaymentProposal]:
    """The runs, EXECUTED: their payments recorded, their files made; a refusal stands in its own place.

    Posts: one payment a transfer. Raises per row: NotFound, WrongState, BankAccountChanged, BankAccountNotApproved.
    Raises: what recording a payment raises. Emits: PaymentsExecuted, PaymentRecorded.
    """
    rows = await work.lock(PaymentProposal, [one.payment_proposal_id for one in commands])
    lines = await work.fetch(_LINES, ids=sorted(rows))
    accounts = await _accounts_now(work, lines)
    outcomes: list[UUID | DomainError] = []
    executed: dict[UUID, ProposalStatus] = {}
    for one in commands:
        id_ = one.payment_proposal_id
        try:
            row = _there(rows, id_)
            status = executed.get(id_, ProposalStatus(row["status"]))
            status = PROPOSAL_FLOW.advance(row["number"], status, "be executed")
            own = [line for line in lines if line["payment_proposal_id"] == id_]
            unchanged(row["number"], {line["bank_account_id"]: line["bank_account_version"] for line in own}, accounts)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        executed[id_] = status
        outcomes.append(id_)
    if executed:
        chosen = [line for line in lines if line["payment_proposal_id"] in executed]
        await _execute(work, {id_: rows[id_] for id_ in executed}, chosen, accounts)
        work.emit("PaymentsExecuted", PaymentProposal, list(executed))
    return Results(outcomes)


async def _execute(
    work: Work, runs: Mapping[UUID, Row], lines: Sequence[Row], accounts: Mapping[UUID, PayeeAccount]
) -> None:
    """Files and payments, the payments last: they draw numbers."""
    names = {row["id"]: row["name"] for row in await work.fetch(_NAMES, ids=sorted({one["party_id"] for one in lines}))}
    numbers = {row["id"]: row for row in await work.fetch(_NUMBERS, ids=sorted({one["open_item_id"] for one in lines}))}
    files: list[dict[str, object]] = []
    payments: list[RecordPayment] = []
    for id_, run in runs.items():
        own = [line for line in lines if line["payment_proposal_id"] == id_]
        payer = (await work.fetch(_PAYER, id=run["account_id"]))[0]
        transfers = [_transfer(run, line, accounts, names, numbers=numbers) for line in own]
        file = payment_file(
            TransferRun(
                number=run["number"],
                made_at=work.now,
                pay_on=run["pay_on"],
                currency=run["currency"],
                payer=Agent(
                    name=payer["name"],
                    account_number=payer["bank_account_number"] or "NOTPROVIDED",
                    bank_code=payer["bank_code"],
                ),
                transfers=tuple(transfers),
            )
        )
        files.append({"id": id_, "status": ProposalStatus.EXECUTED, "payment_file": file})
        payments += _payments(run, own)
    await work.update(PaymentProposal, files, fields=("status", "payment_file"))
    await _close_lines(work, lines)
    for refusal in (await record_payments(work, payments)).refusals:
        raise refusal


def _transfer(
    run: Row,
    line: Row,
    accounts: Mapping[UUID, PayeeAccount],
    names: Mapping[UUID, str],
    *,
    numbers: Mapping[UUID, Row],
) -> Transfer:
    account, item = accounts[line["bank_account_id"]], numbers[line["open_item_id"]]
    return Transfer(
        reference=_reference(run, line),
        payee=Agent(name=names[line["party_id"]], account_number=account.number, bank_code=account.bank_code),
        amount=line["amount"],
        remittance=item["partner_reference"] or item["source_number"],
    )


def _payments(run: Row, lines: Sequence[Row]) -> list[RecordPayment]:
    """One payment a transfer, under the reference that the bank's statement will name."""
    return [
        RecordPayment(
            direction=PaymentDirection.OUT,
            party_id=line["party_id"],
            amount=Money(line["amount"], run["currency"]),
            paid_on=run["pay_on"],
            account_id=run["account_id"],
            matches=(_match(line, run["currency"]),),
            bank_reference=_reference(run, line),
        )
        for line in lines
    ]


def _reference(run: Row, line: Row) -> str:
    """What a transfer is called from end to end: in the file, on the statement, and on its payment."""
    return f"{run['number']}/{line['position']}"


def _match(line: Row, currency: str) -> PaymentMatchInput:
    if line["discount"]:
        return PaymentMatchInput(open_item_id=line["open_item_id"], take_discount=True)
    return PaymentMatchInput(open_item_id=line["open_item_id"], amount=Money(line["amount"], currency))


async def _close_lines(work: Work, lines: Sequence[Row]) -> None:
    await work.update(
        PaymentProposalLine, [{"id": line["id"], "is_open": False} for line in lines], fields=("is_open",)
    )


async def cancel_payment_proposals(work: Work, commands: Sequence[CancelPaymentProposal]) -> Results[PaymentProposal]:
    """The runs, CANCELLED; a refusal stands in its own place. Raises per row: NotFound, WrongState. Emits:
    PaymentsCancelled.
    """
    rows = await work.lock(PaymentProposal, [one.payment_proposal_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    cancelled: dict[UUID, ProposalStatus] = {}
    for one in commands:
        id_ = one.payment_proposal_id
        try:
            row = _there(rows, id_)
            status = cancelled.get(id_, ProposalStatus(row["status"]))
            cancelled[id_] = PROPOSAL_FLOW.advance(row["number"], status, "be cancelled")
            outcomes.append(id_)
        except DomainError as refusal:
            outcomes.append(refusal)
    if cancelled:
        await work.update(
            PaymentProposal, [{"id": id_, "status": status} for id_, status in cancelled.items()], fields=("status",)
        )
        await _close_lines(work, await work.fetch(_LINES, ids=sorted(cancelled)))
        work.emit("PaymentsCancelled", PaymentProposal, list(cancelled))
    return Results(outcomes)
