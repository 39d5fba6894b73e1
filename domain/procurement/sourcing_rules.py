"""From a need to an order, pure: the flows of requisitions, requests and quotations, what may be ordered of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.errors import DomainError, NotFound, Rejected, WrongState
from domain.core.flow import Flow, Transition
from domain.core.money import EXACT, ZERO
from domain.procurement.quotations import QuotationStatus, RequestStatus
from domain.procurement.requisitions import RequisitionStatus

APPROVE: Final = "be approved"
REJECT: Final = "be rejected"
ORDER: Final = "be ordered"
COMPLETE: Final = "be completed"
REOPEN: Final = "be reopened"
ANSWER: Final = "be answered"
DECLINE: Final = "be declined"
AWARD: Final = "be awarded"
CANCEL: Final = "be cancelled"

REQUISITION_FLOW: Final = Flow(
    document="Purchase requisition",
    initial=RequisitionStatus.PENDING,
    transitions={
        APPROVE: Transition(frozenset({RequisitionStatus.PENDING}), RequisitionStatus.APPROVED),
        REJECT: Transition(frozenset({RequisitionStatus.PENDING}), RequisitionStatus.REJECTED),
        ORDER: Transition(frozenset({RequisitionStatus.APPROVED}), RequisitionStatus.APPROVED),
        COMPLETE: Transition(frozenset({RequisitionStatus.APPROVED}), RequisitionStatus.ORDERED),
        REOPEN: Transition(
            frozenset({RequisitionStatus.ORDERED, RequisitionStatus.APPROVED}), RequisitionStatus.APPROVED
        ),
    },
)
REQUEST_FLOW: Final = Flow(
    document="Request for quotation",
    initial=RequestStatus.OPEN,
    transitions={
        AWARD: Transition(frozenset({RequestStatus.OPEN}), RequestStatus.AWARDED),
        CANCEL: Transition(frozenset({RequestStatus.OPEN}), RequestStatus.CANCELLED),
    },
)
QUOTATION_FLOW: Final = Flow(
    document="Supplier quotation",
    initial=QuotationStatus.INVITED,
    transitions={
        ANSWER: Transition(frozenset({QuotationStatus.INVITED, QuotationStatus.SUBMITTED}), QuotationStatus.SUBMITTED),
        DECLINE: Transition(frozenset({QuotationStatus.INVITED, QuotationStatus.SUBMITTED}), QuotationStatus.DECLINED),
        AWARD: Transition(frozenset({QuotationStatus.SUBMITTED}), QuotationStatus.AWARDED),
    },
)


class TooLate(DomainError):
    """An answer comes after the last day for it."""

    code = "ANSWER_TOO_LATE"
    zh = "报价 {quotation} 的截止日为 {answer_by}，现已 {on}。"
    en = "Quotation {quotation} was to be answered by {answer_by}; it is {on}."


class QuotationExpired(DomainError):
    code = "QUOTATION_EXPIRED"
    zh = "报价 {quotation} 的有效期至 {valid_until}，{on} 已过期。"
    en = "Quotation {quotation} held until {valid_until} and has expired on {on}."


class AwardUnexplained(DomainError):
    """A dearer offer is taken and nobody says why."""

    code = "AWARD_UNEXPLAINED"
    zh = "第 {position} 行选择了 {price}，最低报价为 {best} {currency}；请说明原因。"
    en = "Line {position} is awarded at {price} where {best} {currency} was offered; say why."


class SupplierNotApproved(DomainError):
    """An item that stands on the approved supplier list is ordered from someone who does not, there and then."""

    code = "SUPPLIER_NOT_APPROVED"
    zh = "供应商 {supplier} 在 {on} 不在物料 {item} 的合格供应商名单中。"
    en = "Supplier {supplier} is not on the approved list of item {item} on {on}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who may deliver an item, to one site or to all, from a day on."""

    supplier_id: UUID
    site_id: UUID | None
    valid_from: date
    valid_to: date | None

    def holds(self, supplier_id: UUID, site_id: UUID | None, on: date) -> bool:
        """Whether the supplier may deliver to the site what is ordered on the day."""
        return (
            self.supplier_id == supplier_id
            and self.site_id in (None, site_id)
            and self.valid_from <= on
            and (self.valid_to is None or on <= self.valid_to)
        )


def qualified(item: str, supplier: str, approvals: Sequence[Approval], holds: tuple[UUID, UUID | None, date]) -> None:
    """Nothing; raises SupplierNotApproved for an item that stands on the list when none of its approvals `holds` for
    the (supplier, site, day).
    """
    if approvals and not any(one.holds(*holds) for one in approvals):
        raise SupplierNotApproved(("item",), item=item, supplier=supplier, on=holds[2].isoformat())


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A line of a requisition: how much is needed, how much of it is on order."""

    id: UUID
    requisition: str
    status: RequisitionStatus
    position: int
    item_id: UUID
    quantity: Decimal
    ordered: Decimal
    account_id: UUID | None = None
    cost_centre_id: UUID | None = None
    needed_on: date | None = None


def ordered(need: Need | None, id_: UUID, item_id: UUID, quantity: Decimal) -> Decimal:
    """What is on order of a need once so much of it is ordered; it may be rounded up, but what is on order already is
    not ordered again. Raises: NotFound, WrongState, Rejected.
    """
    still_needed(need, id_, item_id)
    assert need is not None, "its absence was refused"
    return EXACT.add(need.ordered, quantity)


def still_needed(need: Need | None, id_: UUID, item_id: UUID | None) -> Decimal:
    """What is not on order of a need for an item. Raises: NotFound, WrongState, Rejected."""
    if need is None:
        raise NotFound(("requisitionLine",), what="purchase requisition line", key=str(id_))
    if need.status is not RequisitionStatus.APPROVED:
        raise WrongState(
            ("requisitionLine",), what=REQUISITION_FLOW.document, key=need.requisition, state=need.status.value,
            transition=ORDER,
        )  # fmt: skip
    key = f"{need.requisition}/{need.position}"
    if item_id is not None and need.item_id != item_id:
        raise Rejected(
            ("requisitionLine",), what="requisitionLine", value=key, reason="it asks for another item",
            reason_zh="该申请行的物料不同",
        )  # fmt: skip
    if need.ordered >= need.quantity:
        raise Rejected(
            ("requisitionLine",), what="requisitionLine", value=key, reason="all of it is on order",
            reason_zh="该申请行已全部订购",
        )  # fmt: skip
    return EXACT.subtract(need.quantity, need.ordered)


def status_of(number: str, status: RequisitionStatus, lines: Iterable[tuple[Decimal, Decimal]]) -> RequisitionStatus:
    """ORDERED once of each (needed, on order) line all is on order, APPROVED until then and again when it is not."""
    is_done = all(on_order >= needed for needed, on_order in lines)
    if is_done == (status is RequisitionStatus.ORDERED):
        return status
    return REQUISITION_FLOW.advance(number, status, COMPLETE if is_done else REOPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one supplier offers for one line: the price of a unit in its own currency and in the company's."""

    quotation_id: UUID
    quotation: str
    position: int
    quantity: Decimal
    price: Decimal | None
    company_price: Decimal | None


def may_answer(number: str, status: QuotationStatus, answer_by: date, on: date) -> QuotationStatus:
    """The state after an answer on a day. Raises: WrongState, TooLate."""
    state = QUOTATION_FLOW.advance(number, status, ANSWER)
    if on > answer_by:
        raise TooLate(quotation=number, answer_by=answer_by.isoformat(), on=on.isoformat())
    return state


def still_valid(number: str, valid_until: date | None, on: date) -> None:
    """Nothing; raises QuotationExpired for an offer that no longer holds."""
    if valid_until is not None and on > valid_until:
        raise QuotationExpired(quotation=number, valid_until=valid_until.isoformat(), on=on.isoformat())


def best_prices(offers: Iterable[Offer]) -> dict[int, Decimal]:
    """The lowest price in the company's currency that is offered for each line."""
    best: dict[int, Decimal] = {}
    for one in offers:
        if one.company_price is not None:
            best[one.position] = min(best.get(one.position, one.company_price), one.company_price)
    return best


def awarded(offers: Mapping[tuple[UUID, int], Offer], taken: Sequence[tuple[UUID, int]], because: str | None,
            currency: str) -> list[Offer]:  # fmt: skip
    """The offers that are taken. Raises: NotFound, Rejected for a line without a price or taken twice,
    AwardUnexplained where a dearer one is taken without a reason.
    """
    best = best_prices(offers.values())
    found: list[Offer] = []
    for place, key in enumerate(taken):
        offer = offers.get(key)
        if offer is None or offer.price is None or offer.company_price is None:
            raise NotFound(("awards", place), what="supplier quotation line", key=f"{key[0]}/{key[1]}")
        if key in taken[:place]:
            raise Rejected(
                ("awards", place), what="awards", value=f"{offer.quotation}/{offer.position}",
                reason="it is named twice", reason_zh="重复指定",
            )  # fmt: skip
        if offer.company_price > best[offer.position] and not because:
            raise AwardUnexplained(
                ("awards", place), position=offer.position, price=offer.company_price, best=best[offer.position],
                currency=currency,
            )  # fmt: skip
        found.append(offer)
    if not found:
        raise Rejected(("awards",), what="awards", value=ZERO, reason="nothing is awarded", reason_zh="未选定任何报价")
    return found
