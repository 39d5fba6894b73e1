"""Journals by hand, pure: what a line may say, and which vouchers a hand may take back."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.errors import DomainError, NotFound, Path, Rejected
from domain.core.money import ZERO, Money, minor_unit
from domain.core.quantity import RATE, positive
from domain.finance.models import CONTROL_ROLES, AccountRole, JournalKind, RateKind
from domain.finance.rules.vouchers import ONE, PAR, Quote, RateMissing

# The documents whose vouchers a hand may take back: nothing of theirs but the voucher would be left.
REVERSIBLE_SOURCES: Final = frozenset({None, "AllocationCycle"})

# The lines of one document that a reader gets as a plain list; a larger act is several vouchers.
LINES_MAX: Final = 1_000


class ControlAccount(DomainError):
    code = "CONTROL_ACCOUNT"
    zh = "科目 {account} 是统驭科目，只能由子分类账过账。"
    en = "Account {account} is a control account: only its sub-ledger posts to it."


class AlreadyReversed(DomainError):
    code = "ALREADY_REVERSED"
    zh = "凭证 {number} 已被冲销。"
    en = "Voucher {number} has been reversed already."


class VoucherOfDocument(DomainError):
    code = "VOUCHER_OF_DOCUMENT"
    zh = "凭证 {number} 由 {source_kind} {source_number} 产生，须通过该单据更正。"
    en = "Voucher {number} belongs to {source_kind} {source_number}; correct it there."


class UnusableMaster(DomainError):
    code = "NOT_ACTIVE"
    zh = "{what} {key} 已停用。"
    en = "{what} {key} is not active."


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAccount:
    """An account as the rules see it."""

    id: UUID
    code: str
    role: AccountRole | None = None
    is_monetary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A voucher as the rules see it."""

    id: UUID
    number: str
    kind: JournalKind
    reverses_id: UUID | None = None
    source_kind: str | None = None
    source_number: str | None = None


def line_count(count: int) -> None:
    """Raises: Rejected for a document without lines, or with more than a reader can be given at once."""
    if not 1 <= count <= LINES_MAX:
        raise Rejected(
            ("lines",),
            what="lines",
            value=count,
            reason=f"a document has 1 to {LINES_MAX} lines",
            reason_zh=f"单据须有 1 至 {LINES_MAX} 行",
        )


def by_hand(account: LedgerAccount | None, account_id: UUID, path: Path) -> LedgerAccount:
    """The account, if a hand may post to it. Raises: NotFound, ControlAccount."""
    if account is None:
        raise NotFound(path, what="account", key=str(account_id))
    if account.role in CONTROL_ROLES:
        raise ControlAccount(path, account=account.code)
    return account


def signed(debit: Money | None, credit: Money | None, path: Path = ()) -> Money:
    """The amount of a line, debit positive. Raises: Rejected unless exactly one side is given, above zero, in cents."""
    if (debit is None) == (credit is None):
        raise Rejected(
            path,
            what="line",
            value=None,
            reason="it has either a debit or a credit",
            reason_zh="借方与贷方须且只能填一方",
        )
    given, side = (debit, "debit") if debit is not None else (credit, "credit")
    assert given is not None, "one of the two is given"
    in_minor_units(given, side, (*path, side))
    if given.amount <= ZERO:
        raise Rejected(
            (*path, side), what=side, value=given.amount, reason="it must be above zero", reason_zh="必须大于零"
        )
    return given if debit is not None else -given


def in_minor_units(money: Money, what: str, path: Path = ()) -> Money:
    """The money itself. Raises: Rejected where it has more digits than the currency's minor unit."""
    if money.amount % minor_unit(money.currency):
        raise Rejected(
            path,
            what=what,
            value=money.amount,
            reason=f"{money.currency} has amounts of {minor_unit(money.currency)}",
            reason_zh=f"{money.currency} 的最小单位为 {minor_unit(money.currency)}",
        )
    return money


def line_quote(
    currency: str, company: str, given: Decimal | None, found: Quote | RateMissing, path: Path = ()
) -> Quote:
    """The rate of a line: the one given, else the one found. Raises: RateMissing, Rejected."""
    if given is None:
        if isinstance(found, RateMissing):
            raise found
        return found
    positive(given, RATE, "rate", (*path, "rate"))
    if currency != company:
        return Quote(rate=given, kind=RateKind.GIVEN)
    if given != ONE:
        raise Rejected(
            (*path, "rate"), what="rate", value=given, reason=f"{currency} is the company's own currency",
            reason_zh=f"{currency} 为本位币",
        )  # fmt: skip
    return PAR


def reversible(entry: Entry, reversed_ids: Sequence[UUID]) -> Entry:
    """The voucher, if a hand may take it back: posted by hand or a cycle, not reversed yet and no reversal itself.

    Raises: AlreadyReversed, VoucherOfDocument.
    """
    if entry.id in reversed_ids or entry.reverses_id is not None:
        raise AlreadyReversed(number=entry.number)
    if entry.kind is not JournalKind.GENERAL or entry.source_kind not in REVERSIBLE_SOURCES:
        raise VoucherOfDocument(
            number=entry.number, source_kind=entry.source_kind or entry.kind.value,
            source_number=entry.source_number or "",
        )  # fmt: skip
    return entry
