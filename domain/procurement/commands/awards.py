"""What suppliers offered is compared, and the best of it ordered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound
from domain.core.money import Money, product, to_scale
from domain.core.quantity import RATE
from domain.core.work import Work
from domain.finance.journal import company_currency
from domain.procurement import reads
from domain.procurement.commands.orders import (
    CreatePurchaseOrder,
    PurchaseOrderLineInput,
    create_purchase_orders,
)
from domain.procurement.quotations import (
    QuotationStatus,
    RequestForQuotation,
    RequestStatus,
    SupplierQuotation,
    SupplierQuotationLine,
)
from domain.procurement.sourcing_rules import (
    AWARD,
    CANCEL,
    QUOTATION_FLOW,
    REQUEST_FLOW,
    Offer,
    awarded,
    still_valid,
)


@part
class AwardInput:
    """One line of one quotation that is taken."""

    supplier_quotation_id: UUID = argument(doc="The quotation.", zh="报价单", reference="supplier_quotation")
    position: int = argument(doc="The line's place on it.", zh="行号")


@command(action=Action.CREATE, record=RequestForQuotation, zh="定标")
class AwardQuotations:
    """Take offers of a request: an order for each supplier follows and waits for approval; the others have lost."""

    request_for_quotation_id: UUID = argument(doc="The request.", zh="询价单", reference="request_for_quotation")
    awards: tuple[AwardInput, ...] = argument(doc="What is taken; a line may be taken once.", zh="定标行")
    reason: str | None = argument(doc="Why; needed where a dearer offer is taken.", zh="定价原因", default=None)


@command(action=Action.CHANGE, record=RequestForQuotation, zh="取消询价")
class CancelRequestForQuotation:
    """Want no offers any more; what suppliers answered is kept."""

    request_for_quotation_id: UUID = argument(doc="The request.", zh="询价单", reference="request_for_quotation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What requests hold, fetched once: their quotations and the lines of these."""

    requests: Mapping[UUID, Row]
    quotations: Mapping[UUID, Row]
    lines: Mapping[UUID, Mapping[int, Row]]
    needs: Mapping[UUID, UUID | None]
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The offers of a request that are taken, and the orders that follow by quotation."""

    asked: AwardQuotations
    offers: tuple[Offer, ...]
    orders: Mapping[UUID, CreatePurchaseOrder]


async def award_quotations(work: Work, commands: Sequence[AwardQuotations]) -> Results[RequestForQuotation]:
    """The requests, AWARDED, with an order for each supplier that is taken; a refusal stands in its own place.

    Raises per row: NotFound, WrongState, Rejected, AwardUnexplained, QuotationExpired, and what an order is refused
    for. Emits: QuotationsAwarded, PurchaseOrderCreated.
    """
    known = await _known(work, [one.request_for_quotation_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    done: set[UUID] = set()
    for one in commands:
        try:
            taken = _taken(one, known, done, work.now.date())
            # Each request is one decision of a person; the orders of one request stand or fall together.
            made = await create_purchase_orders(work, list(taken.orders.values()))
            for refusal in made.refusals:
                raise refusal
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        await _write(work, taken, dict(zip(taken.orders, made.ids, strict=True)), known)
        done.add(one.request_for_quotation_id)
        outcomes.append(one.request_for_quotation_id)
    if done:
        work.emit("QuotationsAwarded", RequestForQuotation, sorted(done))
    return Results(outcomes)


async def _known(work: Work, ids: Sequence[UUID]) -> Known:
    requests = await work.lock(RequestForQuotation, ids)
    found = await reads.quotations_of(work, requests)
    quotations = await work.lock(SupplierQuotation, found)
    return Known(
        requests=requests,
        quotations=quotations,
        lines=await reads.quotation_lines_of(work, quotations),
        needs=await reads.needs_of_requests(work, requests),
        currency=await company_currency(work),
    )


def _taken(one: AwardQuotations, known: Known, done: set[UUID], today: date) -> Taken:
    """What is taken of the request. Raises: NotFound, WrongState, Rejected, AwardUnexplained, QuotationExpired."""
    request = known.requests.get(one.request_for_quotation_id)
    if request is None:
        raise NotFound(("requestForQuotation",), what="request for quotation", key=str(one.request_for_quotation_id))
    state = RequestStatus.AWARDED if request["id"] in done else RequestStatus(request["status"])
    REQUEST_FLOW.advance(request["number"], state, AWARD)
    quotations = {id_: row for id_, row in known.quotations.items() if row["request_for_quotation_id"] == request["id"]}
    offers = {
        (id_, position): _offer(row, line)
        for id_, row in quotations.items()
        for position, line in known.lines.get(id_, {}).items()
    }
    keys = [(award.supplier_quotation_id, award.position) for award in one.awards]
    taken = awarded(offers, keys, one.reason, known.currency)
    lines: defaultdict[UUID, list[PurchaseOrderLineInput]] = defaultdict(list)
    for offer in taken:
        row = quotations[offer.quotation_id]
        QUOTATION_FLOW.advance(row["number"], QuotationStatus(row["status"]), AWARD)
        still_valid(row["number"], row["valid_until"], today)
        line = known.lines[offer.quotation_id][offer.position]
        assert offer.price is not None, "an offer without a price is not taken"
        lines[offer.quotation_id].append(
            PurchaseOrderLineInput(
                item_id=line["item_id"], quantity=line["quantity"], unit_price=Money(offer.price, row["currency"]),
                due_on=line["delivery_on"] or line["needed_on"],
                requisition_line_id=known.needs[line["request_for_quotation_line_id"]],
            )
        )  # fmt: skip
    orders = {
        id_: CreatePurchaseOrder(
            supplier_id=quotations[id_]["supplier_id"], currency=quotations[id_]["currency"], lines=tuple(own),
            site_id=request["site_id"],
        )
        for id_, own in lines.items()
    }  # fmt: skip
    return Taken(asked=one, offers=tuple(taken), orders=orders)


def _offer(row: Row, line: Row) -> Offer:
    """What a supplier offers for a line; a price counts in the company's currency as on the day of the answer."""
    price, rate = line["unit_price"], row["rate"]
    own: Decimal | None = None
    if row["status"] != QuotationStatus.SUBMITTED or price is None:
        price = None
    else:
        own = to_scale(product(price, rate), RATE.after_point)
    return Offer(
        quotation_id=row["id"], quotation=row["number"], position=line["position"], quantity=line["quantity"],
        price=price, company_price=own,
    )  # fmt: skip


async def _write(work: Work, taken: Taken, orders: Mapping[UUID, UUID], known: Known) -> None:
    """The request, its quotations and their lines as they were decided."""
    request_id = taken.asked.request_for_quotation_id
    await work.update(
        RequestForQuotation,
        [{"id": request_id, "status": RequestStatus.AWARDED, "awarded_by": work.actor.id,
          "award_reason": taken.asked.reason}],
        fields=("status", "awarded_by", "award_reason"),
    )  # fmt: skip
    decided = [
        {"id": id_, "status": QuotationStatus.AWARDED if id_ in orders else QuotationStatus.LOST}
        for id_, row in known.quotations.items()
        if row["request_for_quotation_id"] == request_id and row["status"] != QuotationStatus.DECLINED
    ]
    await work.update(SupplierQuotation, decided, fields=("status",))
    lines = [
        {
            "id": known.lines[offer.quotation_id][offer.position]["id"], "awarded_quantity": offer.quantity,
            "purchase_order_id": orders[offer.quotation_id],
        }
        for offer in taken.offers
    ]  # fmt: skip
    await work.update(SupplierQuotationLine, lines, fields=("awarded_quantity", "purchase_order_id"))


async def cancel_requests_for_quotation(
    work: Work, commands: Sequence[CancelRequestForQuotation]
) -> Results[RequestForQuotation]:
    """The requests, CANCELLED; who was asked has lost. Raises per row: NotFound, WrongState. Emits:
    QuotationRequestCancelled.
    """
    known = await _known(work, [one.request_for_quotation_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    done: dict[UUID, dict[str, object]] = {}
    for one in commands:
        id_ = one.request_for_quotation_id
        try:
            if id_ not in known.requests:
                raise NotFound(("requestForQuotation",), what="request for quotation", key=str(id_))
            row = known.requests[id_]
            state = RequestStatus.CANCELLED if id_ in done else RequestStatus(row["status"])
            done[id_] = {"id": id_, "status": REQUEST_FLOW.advance(row["number"], state, CANCEL)}
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        outcomes.append(id_)
    if done:
        await work.update(RequestForQuotation, list(done.values()), fields=("status",))
        lost = [
            {"id": id_, "status": QuotationStatus.LOST}
            for id_, row in known.quotations.items()
            if row["request_for_quotation_id"] in done and row["status"] != QuotationStatus.DECLINED
        ]
        await work.update(SupplierQuotation, lost, fields=("status",))
        work.emit("QuotationRequestCancelled", RequestForQuotation, list(done))
    return Results(outcomes)
