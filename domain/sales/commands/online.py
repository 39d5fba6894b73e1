"""Orders that customers place themselves: at the prices of the lists, on the terms that were agreed with them."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError
from domain.core.work import Work
from domain.master_data.measures import unit_argument
from domain.sales import reads
from domain.sales.commands.new_orders import CreateSalesOrder, SalesOrderLineInput, create_sales_orders
from domain.sales.models import SalesOrder
from domain.sales.rules.orders import NoOrdersOnline


@part
class PlacedLineInput:
    """One item that the customer wants."""

    item_id: UUID = argument(doc="What is wanted.", zh="物料", reference="item")
    quantity: Decimal = argument(doc="How much.", zh="数量", number="quantity")
    unit_id: UUID | None = unit_argument()
    due_on: date | None = argument(doc="Day it is wanted.", zh="要求到货日期", default=None)


@command(action=Action.CREATE, record=SalesOrder, zh="客户下单")
class PlaceSalesOrder:
    """Order at the prices of the lists; the order is a quote that the customer confirms (`ConfirmSalesOrder`)."""

    customer_id: UUID = argument(doc="Who buys: the customer itself.", zh="客户", reference="party")
    lines: tuple[PlacedLineInput, ...] = argument(doc="What is wanted, 1 to 1,000 lines.", zh="订单行")
    ship_to_id: UUID | None = argument(
        doc="Where the goods go: an address of the customer.", zh="送货地址", reference="address", default=None
    )
    customer_reference: str | None = argument(doc="The customer's own number.", zh="客户单号", default=None)


async def place_sales_orders(work: Work, commands: Sequence[PlaceSalesOrder]) -> Results[SalesOrder]:
    """The orders, QUOTED; a refusal stands at its own place.

    Raises per row: NotFound for another's orders, NoOrdersOnline, and what `create_sales_orders` refuses. Emits:
    SalesOrderCreated.
    """
    terms = await reads.terms_of(work, [one.customer_id for one in commands])
    planned: list[CreateSalesOrder | DomainError] = []
    for one in commands:
        try:
            reads.check_own(work, one.customer_id, "party")
            planned.append(_order(one, terms))
        except DomainError as refusal:
            planned.append(refusal)
    accepted = [one for one in planned if isinstance(one, CreateSalesOrder)]
    told = iter((await create_sales_orders(work, accepted)).outcomes if accepted else [])
    return Results([one if isinstance(one, DomainError) else next(told) for one in planned])


def _order(one: PlaceSalesOrder, terms: Mapping[UUID, Row]) -> CreateSalesOrder:
    """The order as the company makes it. Raises: NoOrdersOnline."""
    own = terms.get(one.customer_id)
    if own is None or not own["may_place_orders"]:
        raise NoOrdersOnline(("customer",))
    return CreateSalesOrder(
        customer_id=one.customer_id, currency=own["currency"], site_id=own["site_id"], ship_to_id=one.ship_to_id,
        customer_reference=one.customer_reference,
        lines=tuple(
            SalesOrderLineInput(item_id=line.item_id, quantity=line.quantity, unit_id=line.unit_id, due_on=line.due_on)
            for line in one.lines
        ),
    )  # fmt: skip
