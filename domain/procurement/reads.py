"""What the commands need to know, fetched set-wise: orders as the rules see them, and the masters they name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import PARTNERS
from domain.core.database import Row
from domain.core.errors import NotFound, Rejected
from domain.core.work import Work
from domain.inventory.models import Lot
from domain.master_data.companies import Site
from domain.master_data.currencies import Currency
from domain.master_data.items import Item
from domain.master_data.measures import price_of_line
from domain.master_data.parties import Party, PartyRole, PartyRoleKind
from domain.master_data.places import Location, LocationKind
from domain.people.employees import Employee
from domain.procurement.models import (
    PurchaseOrderLine,
    PurchaseOrderStatus,
    SupplierItem,
)
from domain.procurement.quotations import RequestForQuotationLine, SupplierQuotation, SupplierQuotationLine
from domain.procurement.requisitions import PurchaseRequisitionLine
from domain.procurement.rules import Order, OrderLine

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))

_item, _party, _role, _currency = Item.table, Party.table, PartyRole.table, Currency.table
_ITEMS = select(
    _item.c.id, _item.c.code, _item.c.kind, _item.c.status, _item.c.lot_policy, _item.c.shelf_life_days,
    _item.c.archived_at,
).where(_item.c.id == _ids)  # fmt: skip
_SUPPLIERS = select(
    _party.c.id,
    _party.c.code,
    _party.c.is_active,
    _party.c.archived_at,
    select(1)
    .where(_role.c.party_id == _party.c.id, _role.c.role == PartyRoleKind.SUPPLIER.value)
    .exists()
    .label("supplies"),
).where(_party.c.id == _ids)
_CURRENCIES = select(_currency.c.code).where(
    _currency.c.code == func.any(bindparam("codes", type_=ARRAY(Text()))), _currency.c.archived_at.is_(None)
)
_site, _employee = Site.table, Employee.table
_SITES = select(_site.c.id).where(_site.c.company_id == _company_id, _site.c.id == _ids)
_EMPLOYEES = select(_employee.c.id).where(_employee.c.company_id == _company_id, _employee.c.id == _ids)

_line = PurchaseOrderLine.table
_LINES = (
    select(_line)
    .where(_line.c.company_id == _company_id, _line.c.purchase_order_id == _ids)
    .order_by(_line.c.purchase_order_id, _line.c.position)
)
_need = PurchaseRequisitionLine.table
_NEEDS = (
    select(_need)
    .where(_need.c.company_id == _company_id, _need.c.purchase_requisition_id == _ids)
    .order_by(_need.c.purchase_requisition_id, _need.c.position)
)
_quotation, _quoted, _requested = SupplierQuotation.table, SupplierQuotationLine.table, RequestForQuotationLine.table
_QUOTATIONS = (
    select(_quotation.c.id)
    .where(_quotation.c.company_id == _company_id, _quotation.c.request_for_quotation_id == _ids)
    .order_by(_quotation.c.id)
)
_QUOTED = select(_quoted).where(_quoted.c.company_id == _company_id, _quoted.c.supplier_quotation_id == _ids)
_REQUESTED = select(_requested.c.id, _requested.c.requisition_line_id).where(
    _requested.c.company_id == _company_id, _requested.c.request_for_quotation_id == _ids
)
_terms = SupplierItem.table
_TERMS = select(_terms.c.supplier_id, _terms.c.item_id, _terms.c.over_receipt_percent).where(
    _terms.c.company_id == _company_id, _terms.c.supplier_id == _ids
)
_lot = Lot.table
_LOTS = select(_lot).where(
    _lot.c.company_id == _company_id, _lot.c.number == func.any(bindparam("numbers", type_=ARRAY(Text())))
)
_location = Location.table
_STORAGE = (
    select(_location.c.id, _location.c.site_id)
    .where(
        _location.c.company_id == _company_id,
        _location.c.kind == LocationKind.STORAGE.value,
        _location.c.is_active,
    )
    .order_by(_location.c.code)
)


async def items_by_id(work: Work, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Items with code, class, status, lot policy, shelf life; an unknown id is absent."""
    return {row["id"]: row for row in await work.fetch(_ITEMS, ids=sorted(set(ids)))}


async def suppliers_by_id(work: Work, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Parties with code, activity and whether they are suppliers; an unknown id is absent."""
    return {row["id"]: row for row in await work.fetch(_SUPPLIERS, ids=sorted(set(ids)))}


def check_supplier(id_: UUID, supplier: Row | None) -> None:
    """Nothing. Raises: NotFound, Rejected for a party that is no supplier or not active."""
    if supplier is None:
        raise NotFound(("supplier",), what="supplier", key=str(id_))
    if not supplier["supplies"]:
        raise Rejected(
            ("supplier",),
            what="supplier",
            value=supplier["code"],
            reason="the party does not have the role of supplier",
            reason_zh="该往来单位没有供应商角色",
        )
    if not supplier["is_active"] or supplier["archived_at"] is not None:
        raise Rejected(
            ("supplier",), what="supplier", value=supplier["code"], reason="it is not active", reason_zh="已停用"
        )


async def known_currencies(work: Work, codes: Iterable[str]) -> set[str]:
    """Those of the codes that are currencies."""
    return {row["code"] for row in await work.fetch(_CURRENCIES, codes=sorted(set(codes)))}


async def known_sites(work: Work, ids: Iterable[UUID]) -> set[UUID]:
    """Those of the ids that are sites of the company."""
    return {row["id"] for row in await work.fetch(_SITES, ids=sorted(set(ids)))}


async def known_employees(work: Work, ids: Iterable[UUID]) -> set[UUID]:
    """Those of the ids that are employees of the company."""
    return {row["id"] for row in await work.fetch(_EMPLOYEES, ids=sorted(set(ids)))}


async def lines_of(work: Work, order_ids: Iterable[UUID]) -> Mapping[UUID, list[OrderLine]]:
    """The lines of each order in their order; the order's own lock guards them."""
    lines: defaultdict[UUID, list[OrderLine]] = defaultdict(list)
    for row in await work.fetch(_LINES, ids=sorted(set(order_ids))):
        lines[row["purchase_order_id"]].append(_order_line(row))
    return lines


async def requisition_lines_of(work: Work, ids: Iterable[UUID]) -> Mapping[UUID, list[Row]]:
    """The lines of each requisition in their order; the requisition's own lock guards them."""
    lines: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in await work.fetch(_NEEDS, ids=sorted(set(ids))):
        lines[row["purchase_requisition_id"]].append(row)
    return lines


async def quotations_of(work: Work, request_ids: Iterable[UUID]) -> list[UUID]:
    """The quotations of the requests."""
    return [row["id"] for row in await work.fetch(_QUOTATIONS, ids=sorted(set(request_ids)))]


async def quotation_lines_of(work: Work, ids: Iterable[UUID]) -> Mapping[UUID, dict[int, Row]]:
    """The lines of each quotation by position; the quotation's own lock guards them."""
    lines: defaultdict[UUID, dict[int, Row]] = defaultdict(dict)
    for row in await work.fetch(_QUOTED, ids=sorted(set(ids))):
        lines[row["supplier_quotation_id"]][row["position"]] = row
    return lines


async def needs_of_requests(work: Work, ids: Iterable[UUID]) -> dict[UUID, UUID | None]:
    """By line of the requests the requisition line that it is for, if any."""
    return {row["id"]: row["requisition_line_id"] for row in await work.fetch(_REQUESTED, ids=sorted(set(ids)))}


async def tolerances(work: Work, supplier_ids: Iterable[UUID]) -> dict[tuple[UUID, UUID], Decimal]:
    """By supplier and item, how much more than ordered may be delivered, in percent."""
    rows = await work.fetch(_TERMS, ids=sorted(set(supplier_ids)))
    return {(row["supplier_id"], row["item_id"]): row["over_receipt_percent"] for row in rows}


async def lots_by_number(work: Work, numbers: Iterable[str]) -> dict[str, Row]:
    """The company's lots by number; an unknown number is absent."""
    asked = sorted(set(numbers))
    return {row["number"]: row for row in await work.fetch(_LOTS, numbers=asked)} if asked else {}


async def storage_by_site(work: Work) -> dict[UUID | None, UUID]:
    """The first storage location of each site by code, and under None the first of the company."""
    first: dict[UUID | None, UUID] = {}
    for row in await work.fetch(_STORAGE):
        first.setdefault(row["site_id"], row["id"])
        first.setdefault(None, row["id"])
    return first


def check_own(work: Work, order: Order) -> None:
    """Nothing; a partner knows its own orders only. Raises: NotFound."""
    if work.actor.audience in PARTNERS and order.supplier_id not in work.actor.partners:
        raise NotFound(("purchaseOrder",), what="purchase order", key=str(order.id))


def order_of(row: Row) -> Order:
    """The order as the rules see it."""
    return Order(
        id=row["id"],
        number=row["number"],
        status=PurchaseOrderStatus(row["status"]),
        supplier_id=row["supplier_id"],
        site_id=row["site_id"],
        currency=row["currency"],
        total_due=row["total_due"],
        requested_by=row["requested_by"],
        is_historical=row["is_historical"],
        version=row["version"],
        is_direct=row["deliver_to"] is not None,
    )


def _order_line(row: Row) -> OrderLine:
    return OrderLine(
        id=row["id"],
        position=row["position"],
        item_id=row["item_id"],
        ordered=row["ordered_quantity"],
        received=row["received_quantity"],
        rejected=row["rejected_quantity"],
        stocked=row["stocked_quantity"],
        returned=row["returned_quantity"],
        rejected_returned=row["rejected_returned_quantity"],
        to_replace=row["to_replace_quantity"],
        cancelled=row["cancelled_quantity"],
        invoiced=row["invoiced_quantity"],
        unit_price=row["unit_price"],
        said=None if row["unit_id"] is None else price_of_line(row, "ordered_quantity"),
        over_receipt_percent=row["over_receipt_percent"],
        requisition_line_id=row["requisition_line_id"],
        agreement_line_id=row["agreement_line_id"],
        account_id=row["account_id"],
        cost_centre_id=row["cost_centre_id"],
        due_on=row["due_on"],
    )
