"""Payment proposals, pure: which items a run takes, who may approve it, and the file for the bank.

The file is ISO 20022 pain.001.001.09 (customer credit transfer initiation): one payment information block, one
transfer a payee's item, the control sum and number of transactions in the header. A party's account is told as IBAN
where it is one, else as another number; a bank as BIC where it has that form, else as a member of its clearing system.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID
from xml.etree import ElementTree

from domain.core.errors import DomainError
from domain.core.flow import Flow, Transition
from domain.core.money import EXACT, ZERO, minor_unit_digits, total
from domain.finance.models.proposals import ProposalStatus
from domain.finance.rules.open_items import Item
from domain.finance.rules.terms import early_discount

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"

# What a name or reference of the file may hold (ISO 20022 Max70Text, Max35Text, Max140Text).
NAME_LENGTH: Final = 70
REFERENCE_LENGTH: Final = 35
REMITTANCE_LENGTH: Final = 140

_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC: Final = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_CLEARING: Final = re.compile(r"[0-9]{12}")
# What no XML document can hold, whatever it is escaped to (XML 1.0, production 2).
_NO_CHARACTER: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NothingDue(DomainError):
    code = "NOTHING_DUE"
    zh = "截至 {day} 没有可付款的到期项目。"
    en = "Nothing that may be paid is due by {day}."


class BankAccountChanged(DomainError):
    code = "BANK_ACCOUNT_CHANGED"
    zh = "付款建议 {number} 批准后，收款账户 {account} 已变更，须重新批准。"
    en = "Since {number} was approved, the account {account} it pays to has changed; it must be approved again."


class BankAccountNotApproved(DomainError):
    code = "BANK_ACCOUNT_NOT_APPROVED"
    zh = "收款账户 {account} 未获批准。"
    en = "The account {account} is not approved for payments."


PROPOSAL_FLOW: Final = Flow(
    document="Payment proposal",
    initial=ProposalStatus.PROPOSED,
    transitions={
        # Approving again is how a run whose payees changed their account becomes good once more.
        "be approved": Transition(
            frozenset({ProposalStatus.PROPOSED, ProposalStatus.APPROVED}), ProposalStatus.APPROVED
        ),
        "be executed": Transition(frozenset({ProposalStatus.APPROVED}), ProposalStatus.EXECUTED),
        "be cancelled": Transition(
            frozenset({ProposalStatus.PROPOSED, ProposalStatus.APPROVED}), ProposalStatus.CANCELLED
        ),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeAccount:
    """The account a party is paid to, as it stands now."""

    id: UUID
    number: str
    version: int
    is_approved: bool
    bank_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """An item that a run takes: `amount` is what is paid, both as magnitudes."""

    item: Item
    account: PayeeAccount
    amount: Decimal
    discount: Decimal


def propose(
    items: Sequence[Item], accounts: Mapping[UUID, PayeeAccount], pay_on: date, currency: str
) -> tuple[Proposed, ...]:
    """The items whose payee has an approved account, each with its discount where paying on the day is early.

    What a payee owes us (a credit note) reduces nothing here: match it first.
    """
    found: list[Proposed] = []
    for item in items:
        account = accounts.get(item.party_id)
        if account is None or not account.is_approved or item.open_transaction >= ZERO:
            continue
        open_amount = abs(item.open_transaction)
        discount = ZERO
        if item.discount_percent is not None and item.discount_until is not None and pay_on <= item.discount_until:
            discount = early_discount(open_amount, item.discount_percent, currency)
        found.append(
            Proposed(item=item, account=account, amount=EXACT.subtract(open_amount, discount), discount=discount)
        )
    return tuple(found)


def unchanged(number: str, approved: Mapping[UUID, int | None], accounts: Mapping[UUID, PayeeAccount]) -> None:
    """Every payee's account is the one that was approved, and still is.

    Raises: BankAccountChanged, BankAccountNotApproved.
    """
    for id_, version in approved.items():
        account = accounts[id_]
        if account.version != version:
            raise BankAccountChanged(number=number, account=account.number)
        if not account.is_approved:
            raise BankAccountNotApproved(account=account.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One end of a transfer: who, which account, at which bank."""

    name: str
    account_number: str
    bank_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One transfer of a run."""

    reference: str
    payee: Agent
    amount: Decimal
    remittance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRun:
    """All transfers of one file; `made_at` in UTC."""

    number: str
    made_at: datetime
    pay_on: date
    currency: str
    payer: Agent
    transfers: tuple[Transfer, ...]


def payment_file(run: TransferRun) -> str:
    """The pain.001.001.09 document of a run."""
    root = ElementTree.Element("Document", xmlns=NAMESPACE)
    initiation = _child(root, "CstmrCdtTrfInitn")
    control = _amount(total([one.amount for one in run.transfers]), run.currency)
    header = _child(initiation, "GrpHdr")
    _child(header, "MsgId", _text(run.number, REFERENCE_LENGTH))
    _child(header, "CreDtTm", run.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    _child(header, "NbOfTxs", str(len(run.transfers)))
    _child(header, "CtrlSum", control)
    _child(_child(header, "InitgPty"), "Nm", _text(run.payer.name, NAME_LENGTH))
    block = _child(initiation, "PmtInf")
    _child(block, "PmtInfId", _text(run.number, REFERENCE_LENGTH))
    _child(block, "PmtMtd", "TRF")
    _child(block, "NbOfTxs", str(len(run.transfers)))
    _child(block, "CtrlSum", control)
    _child(_child(block, "ReqdExctnDt"), "Dt", run.pay_on.isoformat())
    _child(_child(block, "Dbtr"), "Nm", _text(run.payer.name, NAME_LENGTH))
    _account(_child(block, "DbtrAcct"), run.payer)
    _bank(_child(block, "DbtrAgt"), run.payer)
    for transfer in run.transfers:
        _transfer(_child(block, "CdtTrfTxInf"), transfer, run.currency)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _transfer(parent: ElementTree.Element, transfer: Transfer, currency: str) -> None:
    _child(_child(parent, "PmtId"), "EndToEndId", _text(transfer.reference, REFERENCE_LENGTH))
    amount = _child(_child(parent, "Amt"), "InstdAmt", _amount(transfer.amount, currency))
    amount.set("Ccy", currency)
    _bank(_child(parent, "CdtrAgt"), transfer.payee)
    _child(_child(parent, "Cdtr"), "Nm", _text(transfer.payee.name, NAME_LENGTH))
    _account(_child(parent, "CdtrAcct"), transfer.payee)
    # An element without text is none of Max140Text: where there is nothing to say, nothing is said.
    if remittance := _text(transfer.remittance, REMITTANCE_LENGTH):
        _child(_child(parent, "RmtInf"), "Ustrd", remittance)


def _account(parent: ElementTree.Element, agent: Agent) -> None:
    id_, number = _child(parent, "Id"), agent.account_number.replace(" ", "").upper()
    if _IBAN.fullmatch(number):
        _child(id_, "IBAN", number)
    else:
        _child(_child(id_, "Othr"), "Id", agent.account_number)


def _bank(parent: ElementTree.Element, agent: Agent) -> None:
    institution = _child(parent, "FinInstnId")
    code = agent.bank_code or ""
    if _BIC.fullmatch(code):
        _child(institution, "BICFI", code)
    elif _CLEARING.fullmatch(code):
        member = _child(institution, "ClrSysMmbId")
        _child(_child(member, "ClrSysId"), "Cd", "CNAPS")
        _child(member, "MmbId", code)
    else:
        _child(_child(institution, "Othr"), "Id", code or "NOTPROVIDED")


def _text(text: str, length_max: int) -> str:
    """As much of it as there is room for, on one line, without what XML cannot hold."""
    return " ".join(_NO_CHARACTER.sub(" ", text).split())[:length_max]


def _child(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, name)
    made.text = text
    return made


def _amount(amount: Decimal, currency: str) -> str:
    return f"{amount:.{minor_unit_digits(currency)}f}"
