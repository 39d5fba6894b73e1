"""What was turned over with suppliers under rebate agreements."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from domain.core.work import Work
from domain.finance import turnover_of
from domain.procurement.invoices import SupplierInvoice, SupplierInvoiceLine, SupplierInvoiceStatus

_BOUGHT = turnover_of(
    SupplierInvoice, SupplierInvoiceLine, party="supplier_id", day="invoiced_on", document="supplier_invoice_id"
).where(SupplierInvoice.table.c.status == SupplierInvoiceStatus.POSTED.value)


async def bought(
    work: Work, agreements: Sequence[UUID], documents: Sequence[UUID]
) -> Mapping[tuple[UUID, UUID | None], Decimal]:
    """What suppliers charged under agreements, credit notes taken off; drafts do not count."""
    rows = await work.fetch(_BOUGHT, ids=agreements, documents=documents)
    return {(row["agreement_id"], row["document_id"]): row["turnover"] for row in rows}
