"""Agreements with suppliers: made by one person, approved by another, closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.money import Money
from domain.core.numbering import Series
from domain.core.work import Work
from domain.master_data.measures import Measured, Measures, measures_of, unit_argument
from domain.procurement import reads
from domain.procurement.agreement_rules import AGREEMENT_FLOW, APPROVE, CLOSE, another_approves
from domain.procurement.agreements import AgreementStatus, PurchaseAgreement, PurchaseAgreementLine
from domain.procurement.commands.orders import check_item
from domain.procurement.rules import order_totals

AGREEMENT_NUMBERS = Series("purchase_agreement", prefix="PA-")


@part
class AgreementLineInput:
    """So much of one item at one price."""

    item_id: UUID = argument(doc="What is agreed.", zh="物料", reference="item")
    quantity: Decimal = argument(doc="How much in all.", zh="协议数量", number="quantity")
    unit_price: Money = argument(doc="Net price of one of the unit, in the agreement's currency.", zh="单价")
    unit_id: UUID | None = unit_argument()


@command(action=Action.CREATE, record=PurchaseAgreement, zh="创建采购框架协议")
class CreatePurchaseAgreement:
    """Agree prices and quantities with a supplier for some days; it waits for approval."""

    supplier_id: UUID = argument(doc="Who delivers.", zh="供应商", reference="party")
    currency: str = argument(doc="Currency of every price (ISO 4217).", zh="币种")
    valid_from: date = argument(doc="First day of an order.", zh="生效日期")
    valid_to: date = argument(doc="Last day of an order.", zh="失效日期")
    lines: tuple[AgreementLineInput, ...] = argument(doc="What is agreed.", zh="协议行")


@command(action=Action.APPROVE, record=PurchaseAgreement, zh="批准采购框架协议")
class ApprovePurchaseAgreement:
    """Let an agreement be called off; only another person than made it may."""

    purchase_agreement_id: UUID = argument(doc="The agreement.", zh="协议", reference="purchase_agreement")
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


@command(action=Action.CHANGE, record=PurchaseAgreement, zh="关闭采购框架协议")
class ClosePurchaseAgreement:
    """Call nothing more off an agreement; what was called off stays."""

    purchase_agreement_id: UUID = argument(doc="The agreement.", zh="协议", reference="purchase_agreement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Masters:
    """The masters that a batch names, fetched once."""

    items: Mapping[UUID, Row]
    suppliers: Mapping[UUID, Row]
    currencies: frozenset[str]
    measures: Measures

    def measured(self, line: AgreementLineInput) -> Measured:
        """How much a line is. Raises: what `Measures.measured` refuses."""
        return self.measures.measured(line.item_id, line.unit_id, line.quantity)


async def create_purchase_agreements(
    work: Work, commands: Sequence[CreatePurchaseAgreement]
) -> Results[PurchaseAgreement]:
    """The agreements, PENDING; a refusal stands in its own place.

    Raises per row: NotFound, Rejected, CurrencyMismatch. Emits: PurchaseAgreementCreated.
    """
    masters = Masters(
        items=await reads.items_by_id(work, [line.item_id for one in commands for line in one.lines]),
        suppliers=await reads.suppliers_by_id(work, [one.supplier_id for one in commands]),
        currencies=frozenset(await reads.known_currencies(work, [one.currency for one in commands])),
        measures=await measures_of(work, [(line.item_id, line.unit_id) for one in commands for line in one.lines]),
    )
    outcomes: list[UUID | DomainError] = []
    accepted: list[tuple[UUID, CreatePurchaseAgreement]] = []
    for one in commands:
        try:
            _check(one, masters)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        accepted.append((new_id(), one))
        outcomes.append(accepted[-1][0])
    if accepted:
        numbers = await work.number(AGREEMENT_NUMBERS, len(accepted))
        rows = [
            {
                "id": id_, "number": number, "supplier_id": one.supplier_id, "status": AGREEMENT_FLOW.initial,
                "currency": one.currency, "valid_from": one.valid_from, "valid_to": one.valid_to,
                "created_by": work.actor.id,
            }
            for number, (id_, one) in zip(numbers, accepted, strict=True)
        ]  # fmt: skip
        await work.insert(PurchaseAgreement, rows)
        lines = [
            {
                "purchase_agreement_id": id_, "position": place, "item_id": line.item_id,
                "agreed_quantity": masters.measured(line).quantity,
                "unit_price": masters.measured(line).own_price(line.unit_price.amount),
                **masters.measured(line).said(line.unit_price.amount),
            }
            for id_, one in accepted
            for place, line in enumerate(one.lines, start=1)
        ]  # fmt: skip
        await work.insert(PurchaseAgreementLine, lines)
        work.emit("PurchaseAgreementCreated", PurchaseAgreement, [id_ for id_, _ in accepted])
    return Results(outcomes)


def _check(one: CreatePurchaseAgreement, masters: Masters) -> None:
    """Nothing. Raises: NotFound, Rejected, CurrencyMismatch."""
    if one.currency not in masters.currencies:
        raise NotFound(("currency",), what="currency", key=one.currency)
    reads.check_supplier(one.supplier_id, masters.suppliers.get(one.supplier_id))
    if one.valid_to < one.valid_from:
        raise Rejected(("validTo",), what="validTo", value=one.valid_to.isoformat(),
                       reason=f"it is before {one.valid_from}", reason_zh=f"早于 {one.valid_from}")  # fmt: skip
    order_totals(one.currency, [(line.quantity, line.unit_price) for line in one.lines], None, None)
    for place, line in enumerate(one.lines):
        check_item(line.item_id, masters.items.get(line.item_id), place)
        try:
            masters.measured(line)
        except DomainError as refusal:
            raise refusal.at("lines", place) from None


async def approve_purchase_agreements(
    work: Work, commands: Sequence[ApprovePurchaseAgreement]
) -> Results[PurchaseAgreement]:
    """The agreements, ACTIVE by another person than made them; a refusal stands in its own place.

    Raises per row: NotFound, StaleVersion, WrongState, SegregationOfDuties. Emits: PurchaseAgreementApproved.
    """
    expected = {one.purchase_agreement_id: one.expected_version for one in commands}
    return await _moved(work, [one.purchase_agreement_id for one in commands], APPROVE, expected)


async def close_purchase_agreements(
    work: Work, commands: Sequence[ClosePurchaseAgreement]
) -> Results[PurchaseAgreement]:
    """The agreements, CLOSED; a refusal stands in its own place. Raises per row: NotFound, WrongState. Emits:
    PurchaseAgreementClosed.
    """
    return await _moved(work, [one.purchase_agreement_id for one in commands], CLOSE, {})


async def _moved(
    work: Work, ids: Sequence[UUID], transition: str, expected: Mapping[UUID, int | None]
) -> Results[PurchaseAgreement]:
    """The agreements after a transition of their flow."""
    rows = await work.lock(PurchaseAgreement, ids)
    stale = await work.stale(PurchaseAgreement, rows, expected)
    changed: dict[UUID, dict[str, object]] = {}
    outcomes: list[UUID | DomainError] = []
    for id_ in ids:
        try:
            if id_ not in rows:
                raise NotFound(("purchaseAgreement",), what="purchase agreement", key=str(id_))
            if id_ in stale:
                raise stale[id_]
            row = rows[id_]
            state = AgreementStatus(str(changed[id_]["status"]) if id_ in changed else row["status"])
            status = AGREEMENT_FLOW.advance(row["number"], state, transition)
            approved_by = row["approved_by"]
            if transition == APPROVE:
                another_approves(row["created_by"], work.actor.id)
                approved_by = work.actor.id
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        changed[id_] = {"id": id_, "status": status, "approved_by": approved_by}
        outcomes.append(id_)
    if changed:
        await work.update(PurchaseAgreement, list(changed.values()), fields=("status", "approved_by"))
        event = "PurchaseAgreementApproved" if transition == APPROVE else "PurchaseAgreementClosed"
        work.emit(event, PurchaseAgreement, list(changed))
    return Results(outcomes)
