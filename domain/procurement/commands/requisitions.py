"""Requisitions: asked for by one person, approved or rejected by another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound
from domain.core.ids import new_id
from domain.core.money import Money
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance.journal import company_currency
from domain.master_data.measures import Measured, Measures, measures_of, unit_argument
from domain.procurement import reads
from domain.procurement.approval_rules import Asked, another_asked, voice_for
from domain.procurement.approvals import limit_book, types_of, voices_of
from domain.procurement.commands.orders import check_item
from domain.procurement.expenses import Chargeable, Charged, chargeable
from domain.procurement.requisitions import PurchaseRequisition, PurchaseRequisitionLine, RequisitionStatus
from domain.procurement.rules import Totals, order_totals
from domain.procurement.sourcing_rules import APPROVE, REJECT, REQUISITION_FLOW

REQUISITION_NUMBERS = Series("purchase_requisition", prefix="PR-")


@part
class RequisitionLineInput:
    """One item that is needed."""

    item_id: UUID = argument(doc="What is needed.", zh="物料", reference="item")
    quantity: Decimal = argument(doc="How much.", zh="数量", number="quantity")
    expected_price: Money = argument(
        doc="What one of the unit is expected to cost, in the company's currency.", zh="预计单价"
    )
    unit_id: UUID | None = unit_argument()
    needed_on: date | None = argument(doc="Day by which it is needed.", zh="需求日期", default=None)
    account_id: UUID | None = argument(
        doc="The cost it counts as, where it is not goods for stock.", zh="费用科目", reference="account", default=None
    )
    cost_centre_id: UUID | None = argument(
        doc="The cost centre that bears it.", zh="成本中心", reference="cost_centre", default=None
    )


@command(action=Action.CREATE, record=PurchaseRequisition, zh="创建采购申请")
class CreatePurchaseRequisition:
    """Ask the company to buy something; the requisition waits for approval."""

    purpose: str = argument(doc="What the goods are needed for.", zh="用途")
    lines: tuple[RequisitionLineInput, ...] = argument(doc="What is needed.", zh="申请行")
    site_id: UUID | None = argument(doc="The site that needs them.", zh="需求地点", reference="site", default=None)
    requested_on: date | None = argument(doc="Day of the requisition; today unless given.", zh="申请日期", default=None)


@command(action=Action.APPROVE, record=PurchaseRequisition, zh="批准采购申请")
class ApprovePurchaseRequisition:
    """Let a requisition be ordered; only another person than asked for it may."""

    purchase_requisition_id: UUID = argument(doc="The requisition.", zh="采购申请", reference="purchase_requisition")
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


@command(action=Action.APPROVE, record=PurchaseRequisition, zh="拒绝采购申请")
class RejectPurchaseRequisition:
    """Refuse a requisition; it is kept and moves no more."""

    purchase_requisition_id: UUID = argument(doc="The requisition.", zh="采购申请", reference="purchase_requisition")
    reason: str = argument(doc="Why it is refused.", zh="拒绝原因")
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Masters:
    """The masters that a batch names, fetched once."""

    items: Mapping[UUID, Row]
    sites: frozenset[UUID]
    currency: str
    chargeable: Chargeable
    measures: Measures

    def measured(self, line: RequisitionLineInput) -> Measured:
        """How much a line is. Raises: what `Measures.measured` refuses."""
        return self.measures.measured(line.item_id, line.unit_id, line.quantity)


async def create_purchase_requisitions(
    work: Work, commands: Sequence[CreatePurchaseRequisition]
) -> Results[PurchaseRequisition]:
    """The requisitions, PENDING; a refusal stands in its own place.

    Raises per row: NotFound, Rejected, CurrencyMismatch. Emits: PurchaseRequisitionCreated.
    """
    masters = Masters(
        items=await reads.items_by_id(work, [line.item_id for one in commands for line in one.lines]),
        sites=frozenset(await reads.known_sites(work, [one.site_id for one in commands if one.site_id])),
        currency=await company_currency(work),
        chargeable=await chargeable(work, [_charged(line) for one in commands for line in one.lines]),
        measures=await measures_of(work, [(line.item_id, line.unit_id) for one in commands for line in one.lines]),
    )
    checked = [_checked(one, masters) for one in commands]
    accepted = [
        (new_id(), one, totals) for one, totals in zip(commands, checked, strict=True) if isinstance(totals, Totals)
    ]
    if accepted:
        numbers = await work.number(REQUISITION_NUMBERS, len(accepted))
        rows = [
            {
                "id": id_, "number": number, "site_id": one.site_id, "status": REQUISITION_FLOW.initial,
                "requested_on": one.requested_on or work.now.date(), "purpose": one.purpose,
                "total": totals.subtotal, "requested_by": work.actor.id,
            }
            for number, (id_, one, totals) in zip(numbers, accepted, strict=True)
        ]  # fmt: skip
        await work.insert(PurchaseRequisition, rows)
        lines = [
            {
                "purchase_requisition_id": id_, "position": place, "item_id": line.item_id,
                "quantity": masters.measured(line).quantity, "needed_on": line.needed_on,
                "expected_price": masters.measured(line).own_price(line.expected_price.amount),
                **masters.measured(line).said(line.expected_price.amount),
                "account_id": line.account_id, "cost_centre_id": line.cost_centre_id,
            }
            for id_, one, _ in accepted
            for place, line in enumerate(one.lines, start=1)
        ]  # fmt: skip
        await work.insert(PurchaseRequisitionLine, lines)
        work.emit("PurchaseRequisitionCreated", PurchaseRequisition, [id_ for id_, _, _ in accepted])
    made = iter(id_ for id_, _, _ in accepted)
    return Results([next(made) if isinstance(totals, Totals) else totals for totals in checked])


def _charged(line: RequisitionLineInput) -> Charged:
    return Charged(account_id=line.account_id, cost_centre_id=line.cost_centre_id)


def _checked(one: CreatePurchaseRequisition, masters: Masters) -> Totals | DomainError:
    """What the requisition is expected to cost, or the first reason to refuse it."""
    try:
        if one.site_id is not None and one.site_id not in masters.sites:
            raise NotFound(("site",), what="site", key=str(one.site_id))
        totals = order_totals(
            masters.currency, [(line.quantity, line.expected_price) for line in one.lines], None, None,
            price="expectedPrice",
        )  # fmt: skip
        for place, line in enumerate(one.lines):
            check_item(line.item_id, masters.items.get(line.item_id), place)
            try:
                masters.measured(line)
                masters.chargeable.check(_charged(line))
            except DomainError as refusal:
                raise refusal.at("lines", place) from None
    except DomainError as refusal:
        return refusal
    return totals


async def approve_purchase_requisitions(
    work: Work, commands: Sequence[ApprovePurchaseRequisition]
) -> Results[PurchaseRequisition]:
    """The requisitions, APPROVED by another person than asked for them, within the limits of the approver.

    Raises per row: NotFound, StaleVersion, WrongState, SegregationOfDuties, ApprovalLimitExceeded, RateMissing. Emits:
    PurchaseRequisitionApproved.
    """
    return await _decided(work, commands, APPROVE, "PurchaseRequisitionApproved")


async def reject_purchase_requisitions(
    work: Work, commands: Sequence[RejectPurchaseRequisition]
) -> Results[PurchaseRequisition]:
    """The requisitions, REJECTED by another person than asked for them.

    Raises per row: NotFound, StaleVersion, WrongState, SegregationOfDuties. Emits: PurchaseRequisitionRejected.
    """
    return await _decided(work, commands, REJECT, "PurchaseRequisitionRejected")


async def _decided(
    work: Work,
    commands: Sequence[ApprovePurchaseRequisition | RejectPurchaseRequisition],
    transition: str,
    event: str,
) -> Results[PurchaseRequisition]:
    """The requisitions as they were decided; a refusal stands in its own place."""
    rows = await work.lock(PurchaseRequisition, [one.purchase_requisition_id for one in commands])
    expected = {one.purchase_requisition_id: one.expected_version for one in commands}
    stale = await work.stale(PurchaseRequisition, rows, expected)
    asked, voices = await _asked(work, rows), await voices_of(work)
    limits = await limit_book(work, asked.values())
    changed: dict[UUID, dict[str, object]] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        id_ = one.purchase_requisition_id
        try:
            if id_ not in rows:
                raise NotFound(("purchaseRequisition",), what="purchase requisition", key=str(id_))
            if id_ in stale:
                raise stale[id_]
            state = RequisitionStatus(str(changed[id_]["status"]) if id_ in changed else rows[id_]["status"])
            status = REQUISITION_FLOW.advance(rows[id_]["number"], state, transition)
            another_asked(asked[id_], work.actor.id, "ApprovePurchaseRequisition", "CreatePurchaseRequisition")
            what, own = limits.measure(asked[id_]) if transition == APPROVE else (asked[id_], None)
            voice = voice_for(what, own, voices)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        changed[id_] = {
            "id": id_, "status": status, "approved_by": work.actor.id, "approved_for": voice.user_id,
            "approved_on": work.now.date(),
            "reason": one.reason if isinstance(one, RejectPurchaseRequisition) else None,
        }  # fmt: skip
        outcomes.append(id_)
    if changed:
        fields = ("status", "approved_by", "approved_for", "approved_on", "reason")
        await work.update(PurchaseRequisition, list(changed.values()), fields=fields)
        work.emit(event, PurchaseRequisition, list(changed))
    return Results(outcomes)


async def _asked(work: Work, rows: Mapping[UUID, Row]) -> dict[UUID, Asked]:
    """What an approver is asked of each requisition."""
    currency, lines = await company_currency(work), await reads.requisition_lines_of(work, rows)
    types = await types_of(work, [line["item_id"] for own in lines.values() for line in own])
    return {
        id_: Asked(
            what=REQUISITION_FLOW.document, number=row["number"], total=row["total"], currency=currency,
            item_types=frozenset(types[line["item_id"]] for line in lines.get(id_, ())),
            asked_by=frozenset({row["requested_by"]}),
        )
        for id_, row in rows.items()
    }  # fmt: skip
