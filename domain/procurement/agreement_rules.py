"""What may be called off an agreement, pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.errors import CurrencyMismatch, DomainError, NotFound, Rejected, SegregationOfDuties, WrongState
from domain.core.flow import Flow, Transition
from domain.core.money import EXACT, Money
from domain.procurement.agreements import AgreementStatus

APPROVE: Final = "be approved"
CLOSE: Final = "be closed"
CALL: Final = "be called off"

AGREEMENT_FLOW: Final = Flow(
    document="Purchase agreement",
    initial=AgreementStatus.PENDING,
    transitions={
        APPROVE: Transition(frozenset({AgreementStatus.PENDING}), AgreementStatus.ACTIVE),
        CALL: Transition(frozenset({AgreementStatus.ACTIVE}), AgreementStatus.ACTIVE),
        CLOSE: Transition(frozenset({AgreementStatus.PENDING, AgreementStatus.ACTIVE}), AgreementStatus.CLOSED),
    },
)


class AgreementExceeded(DomainError):
    """More is called off than was agreed."""

    code = "AGREEMENT_EXCEEDED"
    zh = "协议 {agreement} 剩余 {remaining}，本次调用 {quantity}。"
    en = "Agreement {agreement} has {remaining} left; {quantity} are called off."


class OutsideAgreement(DomainError):
    """An order on a day for which the agreement does not hold."""

    code = "OUTSIDE_AGREEMENT"
    zh = "协议 {agreement} 有效期为 {valid_from} 至 {valid_to}，订单日期 {on} 不在其内。"
    en = "Agreement {agreement} holds from {valid_from} to {valid_to}; the order is of {on}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """A line of an agreement, with what was called off it."""

    id: UUID
    agreement: str
    status: AgreementStatus
    supplier_id: UUID
    position: int
    item_id: UUID
    currency: str
    unit_price: Decimal
    valid_from: date
    valid_to: date
    agreed: Decimal
    called: Decimal
    unit_id: UUID | None = None
    unit_quantity: Decimal | None = None
    price_in_unit: Decimal | None = None

    @property
    def key(self) -> str:
        """How people know the line."""
        return f"{self.agreement}/{self.position}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What an order calls off: of which line, from whom, in which currency, on which day."""

    agreed_id: UUID
    supplier_id: UUID
    item_id: UUID
    quantity: Decimal
    currency: str
    on: date
    price: Money | None


def call_off(agreed: Agreed | None, call: Call) -> Decimal:
    """What is called off the line then. Raises: NotFound, WrongState, Rejected, CurrencyMismatch, OutsideAgreement,
    AgreementExceeded.
    """
    path = ("agreementLine",)
    if agreed is None or agreed.supplier_id != call.supplier_id:
        raise NotFound(path, what="purchase agreement line", key=str(call.agreed_id))
    if agreed.status is not AgreementStatus.ACTIVE:
        raise WrongState(
            path, what=AGREEMENT_FLOW.document, key=agreed.agreement, state=agreed.status.value, transition=CALL
        )
    if agreed.item_id != call.item_id:
        raise Rejected(
            path, what="agreementLine", value=agreed.key, reason="it is about another item",
            reason_zh="该协议行的物料不同",
        )  # fmt: skip
    if agreed.currency != call.currency:
        raise CurrencyMismatch(path, what="purchase order", currency=call.currency, expected=agreed.currency)
    if call.price is not None and (call.price.currency, call.price.amount) != (agreed.currency, agreed.unit_price):
        raise Rejected(
            ("unitPrice",), what="unitPrice", value=call.price.amount, reason=f"agreement {agreed.key} has its own",
            reason_zh=f"协议 {agreed.key} 已约定单价",
        )  # fmt: skip
    if not agreed.valid_from <= call.on <= agreed.valid_to:
        raise OutsideAgreement(
            path, agreement=agreed.key, valid_from=agreed.valid_from.isoformat(),
            valid_to=agreed.valid_to.isoformat(), on=call.on.isoformat(),
        )  # fmt: skip
    called = EXACT.add(agreed.called, call.quantity)
    if called > agreed.agreed:
        remaining = EXACT.subtract(agreed.agreed, agreed.called)
        raise AgreementExceeded(("quantity",), agreement=agreed.key, remaining=remaining, quantity=call.quantity)
    return called


def another_approves(created_by: UUID, by: UUID) -> None:
    """Nothing; raises SegregationOfDuties for who made the agreement."""
    if created_by == by:
        raise SegregationOfDuties(duty="ApprovePurchaseAgreement", conflicting="CreatePurchaseAgreement")
