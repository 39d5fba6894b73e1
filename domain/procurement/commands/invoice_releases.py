"""Suppliers' invoices released for payment, by another person than made them."""

from collections.abc import Sequence
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.errors import DomainError, NotFound
from domain.core.work import Work
from domain.procurement.awaited import set_blocks
from domain.procurement.invoices import SupplierInvoice, SupplierInvoiceStatus
from domain.procurement.matching import INVOICE_FLOW, RELEASE, another_person, match_status, released


@command(action=Action.APPROVE, record=SupplierInvoice, zh="解除发票付款冻结")
class ReleaseSupplierInvoice:
    """Let an invoice be paid at its price; who registered or posted it may not. What is held for goods stays held."""

    supplier_invoice_id: UUID = argument(doc="The invoice.", zh="采购发票", reference="supplier_invoice")
    reason: str = argument(doc="Why its price is accepted.", zh="原因")
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


async def release_supplier_invoices(work: Work, commands: Sequence[ReleaseSupplierInvoice]) -> Results[SupplierInvoice]:
    """The invoices whose price is accepted: they may be paid but for what is held for goods.

    Raises per row: NotFound, StaleVersion, WrongState, SegregationOfDuties, NotBlocked, HeldForGoods. Emits:
    SupplierInvoiceReleased.
    """
    rows = await work.lock(SupplierInvoice, [one.supplier_invoice_id for one in commands])
    stale = await work.stale(SupplierInvoice, rows, {one.supplier_invoice_id: one.expected_version for one in commands})
    left: dict[UUID, list[str]] = {id_: row["payment_blocks"] for id_, row in rows.items()}
    changed: dict[UUID, dict[str, object]] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        id_ = one.supplier_invoice_id
        try:
            if id_ not in rows:
                raise NotFound(("supplierInvoice",), what="supplier invoice", key=str(id_))
            if id_ in stale:
                raise stale[id_]
            row = rows[id_]
            INVOICE_FLOW.advance(row["number"], SupplierInvoiceStatus(row["status"]), RELEASE)
            another_person(work.actor.id, row["created_by"], row["posted_by"])
            left[id_] = released(row["number"], left[id_])
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        changed[id_] = {
            "id": id_, "payment_blocks": left[id_], "match_status": match_status(left[id_], was_blocked=True),
            "reason": one.reason, "released_by": work.actor.id,
        }  # fmt: skip
        outcomes.append(id_)
    if changed:
        fields = ("payment_blocks", "match_status", "reason", "released_by")
        await work.update(SupplierInvoice, list(changed.values()), fields=fields)
        await set_blocks(work, {id_: left[id_] for id_ in changed})
        work.emit("SupplierInvoiceReleased", SupplierInvoice, list(changed))
    return Results(outcomes)
