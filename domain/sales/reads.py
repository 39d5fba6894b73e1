"""What the commands of sales need to know, fetched set-wise: customers and their papers, prices, credit, orders."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.types import Uuid

from domain.core.actors import PARTNERS
from domain.core.database import CompanyReader, Row
from domain.core.errors import NotFound
from domain.core.money import ZERO, Money
from domain.core.work import Work
from domain.master_data.code_lists import CodeList, CodeValue
from domain.master_data.companies import Site
from domain.master_data.currencies import Currency
from domain.master_data.devices import CodeAssignment
from domain.master_data.items import Item, ItemPrice, KitComponent
from domain.master_data.parties import Address, Licence, Party, PartyRole, PartyRoleKind, PartyTerms
from domain.sales.models import (
    CustomerTerms,
    PriceCap,
    PriceList,
    PriceListKind,
    PriceListLine,
    ProductRegistration,
    QualificationRule,
    SalesOrder,
    SalesOrderLine,
    SalesOrderStatus,
)
from domain.sales.rules.kits import Component
from domain.sales.rules.orders import Order, OrderLine
from domain.sales.rules.prices import Cap, Offer
from domain.sales.rules.qualification import DateBasis, Jurisdiction, Permit, Registration

# Roles in which a party buys.
BUYING = (PartyRoleKind.CUSTOMER, PartyRoleKind.HOSPITAL, PartyRoleKind.DISTRIBUTOR)
# How an item's own list price is named as a price's source.
ITEM_LIST = "item price"

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))

_party, _role, _item, _currency, _address = Party.table, PartyRole.table, Item.table, Currency.table, Address.table
_CUSTOMERS = select(
    _party.c.id,
    _party.c.code,
    _party.c.country,
    _party.c.is_active,
    _party.c.archived_at,
    select(1)
    .where(_role.c.party_id == _party.c.id, _role.c.role == func.any(array([kind.value for kind in BUYING])))
    .exists()
    .label("buys"),
).where(_party.c.id == _ids)
_ITEMS = select(_item.c.id, _item.c.code, _item.c.name, _item.c.status, _item.c.archived_at).where(_item.c.id == _ids)
_CURRENCIES = select(_currency.c.code).where(
    _currency.c.code == func.any(bindparam("codes", type_=ARRAY(Text()))), _currency.c.archived_at.is_(None)
)
_ADDRESSES = select(_address.c.id, _address.c.party_id, _address.c.country, _address.c.region).where(
    _address.c.id == _ids, _address.c.archived_at.is_(None)
)
_customer_terms = CustomerTerms.table
_CUSTOMER_TERMS = select(_customer_terms).where(
    _customer_terms.c.company_id == _company_id, _customer_terms.c.customer_id == _ids
)
_site = Site.table
_SITES = select(_site.c.id).where(_site.c.company_id == _company_id, _site.c.id == _ids)

_list, _priced, _own_price, _cap = PriceList.table, PriceListLine.table, ItemPrice.table, PriceCap.table
_OFFERS = (
    select(
        _priced.c.id, _priced.c.item_id, _priced.c.unit_price, _priced.c.currency, _priced.c.quantity_min,
        func.greatest(_priced.c.valid_from, _list.c.valid_from).label("valid_from"),
        func.least(_priced.c.valid_to, _list.c.valid_to).label("valid_to"),
        _list.c.code, _list.c.kind, _list.c.customer_id,
    )
    .join_from(
        _priced, _list, (_list.c.company_id == _priced.c.company_id) & (_list.c.id == _priced.c.price_list_id)
    )
    .where(_priced.c.company_id == _company_id, _priced.c.item_id == _ids)
)  # fmt: skip
_OWN_PRICES = select(
    _own_price.c.id, _own_price.c.item_id, _own_price.c.list_price, _own_price.c.currency, _own_price.c.valid_from,
    _own_price.c.valid_to,
).where(_own_price.c.company_id == _company_id, _own_price.c.item_id == _ids)  # fmt: skip
_part = KitComponent.table
_COMPONENTS = (
    select(_part).where(_part.c.kit_id == _ids, _part.c.archived_at.is_(None)).order_by(_part.c.kit_id, _part.c.id)
)
_CAPS = select(_cap).where(_cap.c.company_id == _company_id, _cap.c.item_id == _ids)

_licence, _registration, _law = Licence.table, ProductRegistration.table, QualificationRule.table
_LICENCES = select(_licence).where(_licence.c.party_id == _ids, _licence.c.archived_at.is_(None))
_REGISTRATIONS = select(_registration).where(_registration.c.item_id == _ids, _registration.c.archived_at.is_(None))
_LAWS = select(_law).where(
    _law.c.country == func.any(bindparam("countries", type_=ARRAY(Text()))), _law.c.archived_at.is_(None)
)
_code, _value, _vocabulary = CodeAssignment.table, CodeValue.table, CodeList.table
_CODES = (
    select(_code.c.item_id, _vocabulary.c.code.label("catalogue"), _value.c.code)
    .join_from(_code, _value, _value.c.id == _code.c.code_value_id)
    .join(_vocabulary, _vocabulary.c.id == _value.c.list_id)
    .where(_code.c.item_id == _ids, _code.c.archived_at.is_(None))
)

_order, _line, _terms = SalesOrder.table, SalesOrderLine.table, PartyTerms.table
_LINES = (
    select(_line)
    .where(_line.c.company_id == _company_id, _line.c.sales_order_id == _ids)
    .order_by(_line.c.sales_order_id, _line.c.position)
)
_LIMITED = select(_terms.c.party_id).where(
    _terms.c.company_id == _company_id, _terms.c.party_id == _ids, _terms.c.credit_limit.is_not(None)
)
# What is confirmed and not invoiced yet, with its taxes, in proportion to the line.
_open_quantity = func.greatest(
    _line.c.ordered_quantity
    + _line.c.replaced_quantity
    - _line.c.cancelled_quantity
    - _line.c.returned_quantity
    - _line.c.invoiced_quantity,
    0,
)
_ORDERED = (
    select(
        _order.c.customer_id,
        _order.c.currency,
        func.round(
            func.sum((_line.c.line_total + _line.c.tax) * _open_quantity / _line.c.ordered_quantity),
            literal_column("6"),
        ).label("ordered"),
    )
    .join_from(_order, _line, (_line.c.company_id == _order.c.company_id) & (_line.c.sales_order_id == _order.c.id))
    .where(
        _order.c.company_id == _company_id,
        _order.c.customer_id == _ids,
        _order.c.status == func.any(array([SalesOrderStatus.CONFIRMED.value, SalesOrderStatus.SHIPPED.value])),
    )
    .group_by(_order.c.customer_id, _order.c.currency)
)
_HOLD_PARTIES = (
    select(_party.c.id).where(_party.c.id == _ids).order_by(_party.c.id).with_for_update(key_share=True)
)


def check_own(work: Work, customer_id: UUID, what: str) -> None:
    """Nothing; a partner knows its own orders only. Raises: NotFound."""
    if work.actor.audience in PARTNERS and customer_id not in work.actor.partners:
        raise NotFound((what,), what=what, key=str(customer_id))


async def terms_of(work: Work, customer_ids: Iterable[UUID]) -> dict[UUID, Row]:
    """On what terms the company takes the customers' orders; one without is absent."""
    return {row["customer_id"]: row for row in await work.fetch(_CUSTOMER_TERMS, ids=sorted(set(customer_ids)))}


async def customers_by_id(work: Work, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Parties with code, country, activity and whether they buy; an unknown id is absent."""
    return {row["id"]: row for row in await work.fetch(_CUSTOMERS, ids=sorted(set(ids)))}


async def items_by_id(work: Work, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Items with code, name and status; an unknown id is absent."""
    return {row["id"]: row for row in await work.fetch(_ITEMS, ids=sorted(set(ids)))}


async def known_currencies(work: Work, codes: Iterable[str]) -> frozenset[str]:
    """Those of the codes that are currencies."""
    return frozenset(row["code"] for row in await work.fetch(_CURRENCIES, codes=sorted(set(codes))))


async def addresses_by_id(work: Work, ids: Iterable[UUID | None]) -> dict[UUID, Row]:
    """Addresses with party, country and region; an unknown id is absent."""
    asked = sorted({id_ for id_ in ids if id_ is not None})
    return {row["id"]: row for row in await work.fetch(_ADDRESSES, ids=asked)} if asked else {}


async def known_sites(work: Work, ids: Iterable[UUID | None]) -> frozenset[UUID]:
    """Those of the ids that are sites of the company."""
    asked = sorted({id_ for id_ in ids if id_ is not None})
    return frozenset(row["id"] for row in await work.fetch(_SITES, ids=asked)) if asked else frozenset()


async def offers_of(work: Work, item_ids: Iterable[UUID]) -> dict[UUID, list[Offer]]:
    """Every offer of each item, whatever its days: lists, and the item's own list price behind them."""
    asked = sorted(set(item_ids))
    offers: defaultdict[UUID, list[Offer]] = defaultdict(list)
    for row in await work.fetch(_OFFERS, ids=asked):
        offers[row["item_id"]].append(
            Offer(
                id=row["id"], list_code=row["code"], kind=PriceListKind(row["kind"]), customer_id=row["customer_id"],
                item_id=row["item_id"], price=Money(row["unit_price"], row["currency"]),
                quantity_min=row["quantity_min"], valid_from=row["valid_from"], valid_to=row["valid_to"],
            )
        )  # fmt: skip
    for row in await work.fetch(_OWN_PRICES, ids=asked):
        offers[row["item_id"]].append(
            Offer(
                id=row["id"], list_code=ITEM_LIST, kind=PriceListKind.ITEM, customer_id=None, item_id=row["item_id"],
                price=Money(row["list_price"], row["currency"]), quantity_min=ZERO, valid_from=row["valid_from"],
                valid_to=row["valid_to"],
            )
        )  # fmt: skip
    return offers


async def components_of(work: Work, item_ids: Iterable[UUID]) -> dict[UUID, list[Component]]:
    """What each of the items that are kits holds, whatever its days; an item that is no kit is absent."""
    components: defaultdict[UUID, list[Component]] = defaultdict(list)
    for row in await work.fetch(_COMPONENTS, ids=sorted(set(item_ids))):
        components[row["kit_id"]].append(
            Component(
                item_id=row["component_id"], quantity=row["quantity"], weight=row["revenue_weight"],
                valid_from=row["valid_from"], valid_to=row["valid_to"],
            )
        )  # fmt: skip
    return components


async def caps_of(work: Work, item_ids: Iterable[UUID]) -> dict[UUID, list[Cap]]:
    """The caps on the price of each item, whatever their days."""
    caps: defaultdict[UUID, list[Cap]] = defaultdict(list)
    for row in await work.fetch(_CAPS, ids=sorted(set(item_ids))):
        caps[row["item_id"]].append(
            Cap(
                item_id=row["item_id"], territory=row["territory"], source=row["source"],
                price=Money(row["unit_price"], row["currency"]), valid_from=row["valid_from"],
                valid_to=row["valid_to"],
            )
        )  # fmt: skip
    return caps


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The papers of customers and items: licences by party, registrations and codes by item, and what countries ask."""

    permits: Mapping[UUID, Sequence[Permit]]
    registrations: Mapping[UUID, Sequence[Registration]]
    codes: Mapping[UUID, frozenset[tuple[str, str]]]
    jurisdictions: Sequence[Jurisdiction]


async def archive_of(
    work: Work, party_ids: Iterable[UUID], item_ids: Iterable[UUID], countries: Iterable[str]
) -> Archive:
    """The papers that sales of these items to these customers in these countries are held against."""
    items = sorted(set(item_ids))
    permits: defaultdict[UUID, list[Permit]] = defaultdict(list)
    for row in await work.fetch(_LICENCES, ids=sorted(set(party_ids))):
        permits[row["party_id"]].append(_permit(row))
    registrations: defaultdict[UUID, list[Registration]] = defaultdict(list)
    for row in await work.fetch(_REGISTRATIONS, ids=items):
        registrations[row["item_id"]].append(
            Registration(
                number=row["number"], country=row["country"], valid_from=row["valid_from"], valid_to=row["valid_to"]
            )
        )
    codes: defaultdict[UUID, set[tuple[str, str]]] = defaultdict(set)
    for row in await work.fetch(_CODES, ids=items):
        codes[row["item_id"]].add((row["catalogue"], row["code"]))
    laws = await work.fetch(_LAWS, countries=sorted(set(countries)))
    return Archive(
        permits=permits,
        registrations=registrations,
        codes={item: frozenset(found) for item, found in codes.items()},
        jurisdictions=[_jurisdiction(row) for row in laws],
    )


def _permit(row: Row) -> Permit:
    territories = (row["territory"] or "").split(",")
    return Permit(
        number=row["number"],
        catalogue=row["scope_catalogue"],
        codes=frozenset(row["scope_codes"]),
        territories=frozenset(place.strip() for place in territories if place.strip()),
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


def _jurisdiction(row: Row) -> Jurisdiction:
    return Jurisdiction(
        country=row["country"],
        needs_registration=row["needs_registration"],
        basis=DateBasis(row["registration_basis"]),
        needs_licence=row["needs_licence"],
        catalogue=row["scope_catalogue"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


async def hold_limited(work: Work, customer_ids: Iterable[UUID]) -> list[UUID]:
    """Those of the customers who have a credit limit, held until the work ends."""
    limited = sorted({row["party_id"] for row in await work.fetch(_LIMITED, ids=sorted(set(customer_ids)))})
    if limited:
        await work.fetch(_HOLD_PARTIES, ids=limited)
    return limited


async def ordered_by(reader: CompanyReader, customer_ids: Sequence[UUID]) -> list[tuple[UUID, Money]]:
    """What each customer has ordered and was not invoiced yet, with its taxes, a sum a currency."""
    rows = await reader.fetch(_ORDERED, ids=list(customer_ids))
    return [(row["customer_id"], Money(row["ordered"], row["currency"])) for row in rows]


async def lines_of(work: Work, order_ids: Iterable[UUID]) -> Mapping[UUID, list[Row]]:
    """The line rows of each order in their order; the order's own lock guards them."""
    lines: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in await work.fetch(_LINES, ids=sorted(set(order_ids))):
        lines[row["sales_order_id"]].append(row)
    return lines


def order_of(row: Row) -> Order:
    """The order as the rules see it."""
    return Order(
        id=row["id"], number=row["number"], status=SalesOrderStatus(row["status"]), quoted_until=row["quoted_until"]
    )


def line_of(row: Row) -> OrderLine:
    """The line as the rules see it."""
    return OrderLine(
        id=row["id"], position=row["position"], item_id=row["item_id"], ordered=row["ordered_quantity"],
        allocated=row["allocated_quantity"], picked=row["picked_quantity"], shipped=row["shipped_quantity"],
        returned=row["returned_quantity"], replaced=row["replaced_quantity"], cancelled=row["cancelled_quantity"],
        invoiced=row["invoiced_quantity"], kit_id=row["sales_order_kit_id"], per_kit=row["quantity_per_kit"],
        direct=row["direct_quantity"],
    )  # fmt: skip
