"""Orders that customers place and confirm themselves: at the prices of the lists, on agreed terms, their own alone."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Audience
from domain.core.ids import new_id
from domain.core.records import GROUP
from domain.core.work import Work
from domain.finance.commands import CreateTaxCode, TaxRuleInput
from domain.master_data.parties import Party, PartyRole, PartyRoleKind
from domain.sales.commands import ConfirmSalesOrder, PlacedLineInput, PlaceSalesOrder
from domain.sales.models import CustomerTerms
from tests.domain.alerts.test_money import listed
from tests.domain.books import AX, World, staff
from tests.domain.inventory.goods import done
from tests.domain.logistics.outbound import hospital, order, status


def desk(world: World, party: str = "HOSPITAL"):
    """Someone who signs in for a customer."""
    return replace(staff("desk"), audience=Audience.CUSTOMER, partners=frozenset({world[party]}))


async def agreed(world: World, *, online: bool = True) -> None:
    """The hospital's orders are in USD, taxed with 10 %."""
    await hospital(world)
    await listed(world, "GEAR", "100")
    rule = TaxRuleInput(name="VAT", percent=Decimal(10))
    [code] = await done(world, CreateTaxCode(code="V10", name="10 %", rules=(rule,)))
    terms = {"customer_id": world["HOSPITAL"], "currency": "USD", "tax_code_id": code, "may_place_orders": online}
    await world.works(AX, lambda work: work.insert(CustomerTerms, [terms]))


def wanted(world: World, party: str = "HOSPITAL", item: str = "GEAR") -> PlaceSalesOrder:
    line = PlacedLineInput(item_id=world[item], quantity=Decimal(2))
    return PlaceSalesOrder(customer_id=world[party], lines=(line,), customer_reference="H-1")


async def test_a_customer_orders_at_the_prices_of_the_lists_and_confirms(world: World) -> None:
    await agreed(world)
    placed = await world.act(desk(world), AX, wanted(world))
    [id_] = placed.ids
    [row] = await world.rows("SELECT status, currency, subtotal, tax, customer_reference FROM sales_order")
    assert tuple(row.values()) == ("QUOTED", "USD", Decimal(200), Decimal(20), "H-1")
    confirmed = await world.act(desk(world), AX, ConfirmSalesOrder(sales_order_id=id_))
    assert confirmed.committed
    assert await status(world, id_) == "CONFIRMED"
    # What sales enters for it is taxed alike.
    [other] = await done(world, order(world, ("GEAR", "1", "90")))
    [row] = await world.rows("SELECT tax FROM sales_order WHERE id = $1", other)
    assert row["tax"] == Decimal(9)
    assert await world.findings() == []


async def test_a_customer_orders_for_itself_alone_and_confirms_its_own(world: World) -> None:
    await agreed(world)

    async def another(work: Work) -> list[UUID]:
        [id_] = await work.insert(Party, [{"code": "CLINIC", "name": "Clinic"}])
        await work.insert(PartyRole, [{"party_id": id_, "role": PartyRoleKind.CUSTOMER}])
        return [id_]

    [world.ids["CLINIC"]] = await world.works(GROUP, another)
    refused = await world.refusal(desk(world, "CLINIC"), AX, wanted(world))
    assert (refused.code, refused.path) == ("NOT_FOUND", ("party",))
    [id_] = (await world.act(desk(world), AX, wanted(world))).ids
    foreign = await world.refusal(desk(world, "CLINIC"), AX, ConfirmSalesOrder(sales_order_id=id_))
    unknown = await world.refusal(desk(world, "CLINIC"), AX, ConfirmSalesOrder(sales_order_id=new_id()))
    assert (foreign.code, unknown.code, foreign.path) == ("NOT_FOUND", "NOT_FOUND", unknown.path)


async def test_where_it_was_not_agreed_or_no_list_has_a_price_nothing_is_ordered(world: World) -> None:
    await agreed(world, online=False)
    assert (await world.refusal(desk(world), AX, wanted(world))).code == "NO_ORDERS_ONLINE"
    await world.rows("UPDATE customer_terms SET may_place_orders = true")
    refused = await world.refusal(desk(world), AX, wanted(world, item="BOLT"))
    assert (refused.code, refused.path) == ("PRICE_MISSING", ("lines", 0))
