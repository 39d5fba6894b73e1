"""New orders: quoted, or confirmed at once; what is named is checked, priced, taxed and qualified line by line.

A kit becomes the lines of its components, which share its price; the kit itself stands beside them as what was sold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.money import EXACT, ZERO, Money, total
from domain.core.numbering import Series
from domain.core.quantity import QUANTITY, RATE, in_scale
from domain.core.together import Together
from domain.core.work import Work
from domain.finance import masters as finance_masters
from domain.finance.rules.invoices import Line, Priced, price
from domain.finance.rules.journals import line_count
from domain.finance.rules.taxes import in_force
from domain.master_data.day_rules import day_rules_of_sites
from domain.master_data.items import ItemStatus
from domain.master_data.measures import Measured, Measures, measures_of, unit_argument
from domain.master_data.working_days import DayRule
from domain.sales import reads
from domain.sales.credit import credit_book
from domain.sales.models import SalesOrder, SalesOrderKit, SalesOrderLine, SalesOrderStatus
from domain.sales.qualifying import papers_of
from domain.sales.rules.kits import Alone, Component, unit_prices, weights_of
from domain.sales.rules.prices import (
    HUNDRED,
    Asked,
    Cap,
    Offer,
    discounted,
    offer_of,
    price_of,
    source_of,
    within_caps,
)
from domain.sales.rules.qualification import Sale, Stage, qualified

ORDER_NUMBERS = Series("sales_order", prefix="SO-")
# How a price that no list gave is named as its source.
BY_HAND = "given by hand"


@part
class SalesOrderLineInput:
    """One item to be sold."""

    item_id: UUID = argument(doc="What is sold.", zh="物料", reference="item")
    quantity: Decimal = argument(doc="How much.", zh="数量", number="quantity")
    unit_id: UUID | None = unit_argument()
    unit_price: Money | None = argument(
        doc="Net price of one of the unit, in the order's currency; that of the price lists unless given.", zh="单价",
        default=None,
    )  # fmt: skip
    discount_percent: Decimal | None = argument(
        doc="Taken off the price of the lists, 0 to 100.", zh="折扣", unit="%", number="rate", default=None
    )
    tax_code_id: UUID | None = argument(
        doc="Its tax treatment; that of the order unless given.", zh="税码", reference="tax_code", default=None
    )
    due_on: date | None = argument(doc="Day the customer wants it.", zh="要求到货日期", default=None)
    life_days_min: int | None = argument(
        doc="Days of life that a lot must have left at delivery.", zh="最短剩余效期", unit="day", default=None
    )
    is_assembled: bool = argument(
        doc="Whether a kit is taken from stock as one; otherwise its components are.", zh="整套出库", default=False
    )


@command(action=Action.CREATE, record=SalesOrder, zh="创建销售订单")
class CreateSalesOrder:
    """Quote a customer goods at prices of the lists or given; with `confirm` the customer has said yes already."""

    customer_id: UUID = argument(doc="Who buys.", zh="客户", reference="party")
    currency: str = argument(doc="Currency of every price (ISO 4217).", zh="币种")
    lines: tuple[SalesOrderLineInput, ...] = argument(doc="What is sold, 1 to 1,000 lines.", zh="订单行")
    ordered_on: date | None = argument(doc="Day of the order; today unless given.", zh="订单日期", default=None)
    ship_on: date | None = argument(doc="Day the goods are to leave.", zh="计划发货日期", default=None)
    quoted_until: date | None = argument(
        doc="Last day the quote can be confirmed; no end unless given.", zh="报价有效期", default=None
    )
    ship_to_id: UUID | None = argument(
        doc="Where the goods go: an address of the customer.", zh="送货地址", reference="address", default=None
    )
    site_id: UUID | None = argument(doc="The site that ships.", zh="发货地点", reference="site", default=None)
    tax_code_id: UUID | None = argument(
        doc="Tax treatment of lines that name none; that agreed with the customer unless given.", zh="税码",
        reference="tax_code", default=None,
    )  # fmt: skip
    customer_reference: str | None = argument(doc="The customer's own number.", zh="客户单号", default=None)
    confirm: bool = argument(doc="Whether it is confirmed in the same act.", zh="立即确认", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a batch of new orders names, fetched once."""

    customers: Mapping[UUID, Row]
    items: Mapping[UUID, Row]
    currencies: frozenset[str]
    addresses: Mapping[UUID, Row]
    sites: frozenset[UUID]
    treatments: Mapping[UUID, finance_masters.TaxTreatment]
    terms: Mapping[UUID, Row]
    components: Mapping[UUID, Sequence[Component]]
    offers: Mapping[UUID, Sequence[Offer]]
    caps: Mapping[UUID, Sequence[Cap]]
    archive: reads.Archive
    measures: Measures
    day_rules: Mapping[UUID, DayRule]

    def leaves_on(self, one: CreateSalesOrder, on: date) -> date | None:
        """The day the goods leave, one on which their site works where it says so. Raises: NoWorkingDay."""
        rule = self.day_rules.get(one.site_id) if one.site_id is not None else None
        return one.ship_on if one.ship_on is None or rule is None else rule.moved(one.ship_on, on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price of one own unit and of one of the unit that was said, who set it, and what the lists say of the own, if
    any has the item.
    """

    unit: Decimal
    said: Decimal
    source: str
    of_lists: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """A kit that is sold; `place` is that of its input among the lines."""

    id: UUID
    place: int
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """One line of the order: an item by itself, or a component of a kit in its quantity for one kit."""

    place: int
    item_id: UUID
    measured: Measured
    price: Price
    kit: Kit | None = None
    per_kit: Decimal | None = None
    tax_code_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An order, every rule checked, that lacks only its number."""

    id: UUID
    asked: CreateSalesOrder
    ordered_on: date
    sold: tuple[Sold, ...]
    priced: Priced
    warnings: tuple[str, ...]


async def create_sales_orders(work: Work, commands: Sequence[CreateSalesOrder]) -> Results[SalesOrder]:
    """The orders, QUOTED, or CONFIRMED where asked; a refusal stands at its own place.

    Raises per row: NotFound, Rejected, CurrencyMismatch, PriceMissing, PriceCapExceeded, KitShareMissing, NotQualified,
    TaxNotInForce, CreditExceeded. Emits: SalesOrderCreated, SalesOrderConfirmed.
    """
    known = await _known(work, commands)
    drafts = [_draft_or_refusal(one, known, work.now.date()) for one in commands]
    drafts = await _within_credit(work, drafts)
    accepted = [draft for draft in drafts if isinstance(draft, Draft)]
    if accepted:
        numbers = await work.number(ORDER_NUMBERS, len(accepted))
        rows = [_order_row(work, draft, number) for draft, number in zip(accepted, numbers, strict=True)]
        await work.insert(SalesOrder, rows)
        kits = [row for draft in accepted for row in _kit_rows(draft)]
        if kits:
            await work.insert(SalesOrderKit, kits)
        await work.insert(SalesOrderLine, [row for draft in accepted for row in _line_rows(draft)])
        work.emit("SalesOrderCreated", SalesOrder, [draft.id for draft in accepted])
        agreed = [draft.id for draft in accepted if draft.asked.confirm]
        if agreed:
            work.emit("SalesOrderConfirmed", SalesOrder, agreed)
    return Results([draft.id if isinstance(draft, Draft) else draft for draft in drafts])


async def _known(work: Work, commands: Sequence[CreateSalesOrder]) -> Known:
    lines = [line for one in commands for line in one.lines]
    named = {line.item_id for line in lines}
    buyers = [one.customer_id for one in commands]
    first = Together(work)
    kits = first.of(reads.components_of(first.work, named))
    parties = first.of(reads.customers_by_id(first.work, buyers))
    places = first.of(reads.addresses_by_id(first.work, [one.ship_to_id for one in commands]))
    agreed = first.of(reads.terms_of(first.work, buyers))
    currencies = first.of(reads.known_currencies(first.work, [one.currency for one in commands]))
    rules = first.of(day_rules_of_sites(first.work, [one.site_id for one in commands]))
    sites = first.of(reads.known_sites(first.work, [one.site_id for one in commands]))
    await first.answered()
    components, customers, addresses, terms = kits.value, parties.value, places.value, agreed.value
    items = named | {one.item_id for parts in components.values() for one in parts}
    codes = [line.tax_code_id for line in lines] + [one.tax_code_id for one in commands]
    codes += [row["tax_code_id"] for row in terms.values()]
    countries = {row["country"] for row in (*customers.values(), *addresses.values()) if row["country"]}
    then = Together(work)
    rows = then.of(reads.items_by_id(then.work, items))
    treatments = then.of(finance_masters.tax_treatments(then.work, codes))
    offers = then.of(reads.offers_of(then.work, items))
    caps = then.of(reads.caps_of(then.work, items))
    measures = then.of(measures_of(then.work, [(line.item_id, line.unit_id) for line in lines]))
    archive = then.of(reads.archive_of(then.work, customers, items, countries))
    await then.answered()
    return Known(
        customers=customers,
        items=rows.value,
        currencies=currencies.value,
        addresses=addresses,
        sites=sites.value,
        treatments=treatments.value,
        terms=terms,
        components=components,
        offers=offers.value,
        caps=caps.value,
        archive=archive.value,
        measures=measures.value,
        day_rules=rules.value,
    )


def _draft_or_refusal(one: CreateSalesOrder, known: Known, today: date) -> Draft | DomainError:
    try:
        on = one.ordered_on or today
        return _draft(replace(one, ship_on=known.leaves_on(one, on)), known, on, today)
    except DomainError as refusal:
        return refusal


def _draft(one: CreateSalesOrder, known: Known, on: date, today: date) -> Draft:
    _check_head(one, known)
    line_count(len(one.lines))
    sold: list[Sold] = []
    lines: list[Line] = []
    warnings: list[str] = []
    for place, line in enumerate(one.lines):
        try:
            code = _tax_code(one, line, known)
            own = [replace(part_, tax_code_id=code) for part_ in _sold(one, place, known, on)]
            for part_ in own:
                lines.append(_taxed(part_, known, on))
                warnings += _warnings(one, part_.item_id, known, (on, today))
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
        sold += own
    line_count(len(sold))
    return Draft(
        id=new_id(), asked=one, ordered_on=on, sold=tuple(sold), priced=price(lines, one.currency),
        warnings=tuple(dict.fromkeys(warnings)),
    )  # fmt: skip


def _check_head(one: CreateSalesOrder, known: Known) -> None:
    customer = known.customers.get(one.customer_id)
    if customer is None:
        raise NotFound(("customer",), what="party", key=str(one.customer_id))
    if not customer["buys"] or not customer["is_active"] or customer["archived_at"] is not None:
        reason, reason_zh = "it is no active customer", "不是有效客户"
        raise Rejected(("customer",), what="customer", value=customer["code"], reason=reason, reason_zh=reason_zh)
    if one.currency not in known.currencies:
        raise NotFound(("currency",), what="currency", key=one.currency)
    if one.site_id is not None and one.site_id not in known.sites:
        raise NotFound(("site",), what="site", key=str(one.site_id))
    if one.ship_to_id is not None:
        address = known.addresses.get(one.ship_to_id)
        if address is None:
            raise NotFound(("shipTo",), what="address", key=str(one.ship_to_id))
        if address["party_id"] != one.customer_id:
            reason, reason_zh = "it is no address of the customer", "不是该客户的地址"
            raise Rejected(("shipTo",), what="shipTo", value=str(one.ship_to_id), reason=reason, reason_zh=reason_zh)


def _sold(one: CreateSalesOrder, place: int, known: Known, on: date) -> list[Sold]:
    """What one line of the command becomes: itself, or the components of its kit, each with its share of the price.

    Raises: PriceMissing, PriceCapExceeded, KitShareMissing, Rejected, NotFound.
    """
    line = one.lines[place]
    _item(line.item_id, known)
    measured = known.measures.measured(line.item_id, line.unit_id, line.quantity)
    own = _price(one, line, measured, known, on)
    parts = [] if line.is_assembled else [part_ for part_ in known.components.get(line.item_id, ()) if part_.holds(on)]
    if not parts:
        return [Sold(place=place, item_id=line.item_id, measured=measured, price=own)]
    if measured.unit_id is not None:
        reason, reason_zh = "a kit that is taken apart is sold in its own unit", "拆分出库的套件须按其本身单位销售"
        raise Rejected(("unit",), what="unit", value=str(line.unit_id), reason=reason, reason_zh=reason_zh)
    kit = Kit(id=new_id(), place=place, price=own)
    for part_ in parts:
        _item(part_.item_id, known)
    quantities = [_of_kits(line.quantity, part_) for part_ in parts]
    asked = [_asked(one, part_.item_id, quantity, known, on) for part_, quantity in zip(parts, quantities, strict=True)]
    alone = {each.item_id: _alone(each, known) for each in asked}
    code: str = known.items[line.item_id]["code"]
    shares = [ZERO] * len(parts)
    if own.unit:
        shares = unit_prices(own.unit, parts, weights_of(code, parts, alone, one.currency), one.currency)
    sold: list[Sold] = []
    for part_, each, share in zip(parts, asked, shares, strict=True):
        within_caps(each, share, known.caps.get(part_.item_id, ()))
        shared = Price(unit=share, said=share, source=f"share of {code}", of_lists=None)
        sold.append(
            Sold(
                place=place, item_id=part_.item_id, measured=Measured(quantity=each.quantity), price=shared, kit=kit,
                per_kit=part_.quantity,
            )
        )  # fmt: skip
    return sold


def _alone(asked: Asked, known: Known) -> Alone:
    offer = offer_of(asked, known.offers.get(asked.item_id, ()))
    return Alone(code=asked.item_code, price=None if offer is None else offer.price.amount)


def _of_kits(kits: Decimal, part_: Component) -> Decimal:
    """How much of a component so many kits hold. Raises: Rejected beyond the digits of a quantity."""
    return in_scale(EXACT.multiply(kits, part_.quantity), QUANTITY, "quantity", ("quantity",))


def _asked(one: CreateSalesOrder, item_id: UUID, quantity: Decimal, known: Known, on: date) -> Asked:
    """What a price is asked for."""
    return Asked(
        item_id=item_id, item_code=known.items[item_id]["code"], customer_id=one.customer_id, quantity=quantity, on=on,
        currency=one.currency, territory=_destination(one, known)[1],
    )  # fmt: skip


def _item(item_id: UUID, known: Known) -> Row:
    item = known.items.get(item_id)
    if item is None:
        raise NotFound(("item",), what="item", key=str(item_id))
    if item["archived_at"] is not None or item["status"] in (ItemStatus.DRAFT, ItemStatus.RETIRED):
        reason, reason_zh = "it is not in use", "物料未启用"
        raise Rejected(("item",), what="item", value=item["code"], reason=reason, reason_zh=reason_zh)
    return item


def _price(one: CreateSalesOrder, line: SalesOrderLineInput, measured: Measured, known: Known, on: date) -> Price:
    """The price of one unit and the rule that set it; lists, tiers and caps are about the item's own unit.

    Raises: PriceMissing, PriceCapExceeded, Rejected.
    """
    asked = _asked(one, line.item_id, measured.quantity, known, on)
    offers = known.offers.get(line.item_id, ())
    offer = offer_of(asked, offers)
    if line.unit_price is None:
        offer = price_of(asked, offers)
        unit_price, source = measured.said_price(offer.price.amount), source_of(offer)
    else:
        given = line.unit_price.in_currency(one.currency, "Price")
        unit_price, source = in_scale(given.amount, RATE, "unitPrice", ("unitPrice",)), BY_HAND
        if unit_price < ZERO:
            reason, reason_zh = "it must not be negative", "不能为负数"
            raise Rejected(("unitPrice",), what="unitPrice", value=unit_price, reason=reason, reason_zh=reason_zh)
    percent = line.discount_percent or ZERO
    if not ZERO <= percent <= HUNDRED:
        reason, reason_zh = "it is a share of the price, 0 to 100", "折扣须在 0 至 100 之间"
        raise Rejected(("discountPercent",), what="discountPercent", value=percent, reason=reason, reason_zh=reason_zh)
    said = discounted(unit_price, percent)
    own = measured.own_price(said)
    within_caps(asked, own, known.caps.get(line.item_id, ()))
    return Price(unit=own, said=said, source=source, of_lists=None if offer is None else offer.price.amount)


def _taxed(sold: Sold, known: Known, on: date) -> Line:
    code = sold.tax_code_id
    said = sold.measured.price(sold.price.said)
    plain = Line(quantity=sold.measured.quantity, unit_price=said.amount, per=said.per)
    if code is None:
        return plain
    treatment = known.treatments.get(code)
    if treatment is None:
        raise NotFound(("taxCode",), what="tax code", key=str(code))
    taxes = in_force(treatment.rules, on, treatment.code)
    return replace(plain, code=code, taxes=taxes, includes_tax=treatment.includes_tax)


def _tax_code(one: CreateSalesOrder, line: SalesOrderLineInput, known: Known) -> UUID | None:
    """The tax treatment of a line: its own, the order's, or that agreed with the customer."""
    agreed = known.terms.get(one.customer_id)
    return line.tax_code_id or one.tax_code_id or (agreed["tax_code_id"] if agreed is not None else None)


def _destination(one: CreateSalesOrder, known: Known) -> tuple[str | None, str | None]:
    """(country, territory) that the goods go to: the address, or where the customer is registered."""
    if one.ship_to_id is not None:
        address = known.addresses[one.ship_to_id]
        return address["country"], address["region"]
    return known.customers[one.customer_id]["country"], None


def _warnings(one: CreateSalesOrder, item_id: UUID, known: Known, days: tuple[date, date]) -> Sequence[str]:
    """What qualification lets pass; raises NotQualified. `days`: of the order, and today."""
    on, today = days
    country, territory = _destination(one, known)
    if country is None:
        return ()
    sale = Sale(
        item=known.items[item_id]["code"], codes=known.archive.codes.get(item_id, frozenset()),
        customer=known.customers[one.customer_id]["code"], country=country, territory=territory, ordered_on=on,
        ship_on=one.ship_on or on,
    )  # fmt: skip
    stage = Stage.ORDER if one.confirm else Stage.QUOTE
    return qualified(sale, papers_of(known.archive, one.customer_id, item_id), stage, today)


async def _within_credit(work: Work, drafts: Sequence[Draft | DomainError]) -> list[Draft | DomainError]:
    """The drafts, those that are to be confirmed held against the credit of their customers, one after the other."""
    agreed = [draft for draft in drafts if isinstance(draft, Draft) and draft.asked.confirm]
    if not agreed:
        return list(drafts)
    customers = {draft.asked.customer_id for draft in agreed}
    credit = await credit_book(work, customers, {draft.asked.currency for draft in agreed}, work.now.date())
    checked: list[Draft | DomainError] = []
    for draft in drafts:
        if isinstance(draft, Draft) and draft.asked.confirm:
            try:
                credit.spend(draft.asked.customer_id, Money(draft.priced.total, draft.asked.currency))
            except DomainError as refusal:
                checked.append(refusal)
                continue
        checked.append(draft)
    return checked


def _order_row(work: Work, draft: Draft, number: str) -> dict[str, Any]:
    one = draft.asked
    is_confirmed = one.confirm
    return {
        "id": draft.id, "number": number, "customer_id": one.customer_id, "ship_to_id": one.ship_to_id,
        "site_id": one.site_id, "customer_reference": one.customer_reference, "ordered_on": draft.ordered_on,
        "status": SalesOrderStatus.CONFIRMED if is_confirmed else SalesOrderStatus.QUOTED,
        "ship_on": one.ship_on, "quoted_until": one.quoted_until, "currency": one.currency,
        "subtotal": draft.priced.net, "tax": draft.priced.tax, "total_due": draft.priced.total,
        "warnings": list(draft.warnings), "created_by": work.actor.id,
        "confirmed_on": work.now.date() if is_confirmed else None,
        "confirmed_by": work.actor.id if is_confirmed else None,
    }  # fmt: skip


def _kit_rows(draft: Draft) -> list[dict[str, Any]]:
    """The kits of the order, each with what its components come to."""
    rows: list[dict[str, Any]] = []
    for kit in {one.kit.id: one.kit for one in draft.sold if one.kit}.values():
        line = draft.asked.lines[kit.place]
        own = [number for number, one in enumerate(draft.sold) if one.kit and one.kit.id == kit.id]
        amounts = [draft.priced.lines[number] for number in own]
        rows.append({
            "id": kit.id, "sales_order_id": draft.id, "position": own[0] + 1, "item_id": line.item_id,
            "ordered_quantity": line.quantity, "unit_price": kit.price.unit, "price_source": kit.price.source,
            "list_price": kit.price.of_lists, "discount_percent": line.discount_percent or ZERO,
            "line_total": total([one.net for one in amounts]), "tax": total([one.tax for one in amounts]),
        })  # fmt: skip
    return rows


def _line_rows(draft: Draft) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number, (one, amounts) in enumerate(zip(draft.sold, draft.priced.lines, strict=True), start=1):
        line = draft.asked.lines[one.place]
        rows.append({
            "sales_order_id": draft.id, "position": number, "item_id": one.item_id,
            "ordered_quantity": one.measured.quantity, **one.measured.said(one.price.said),
            "unit_price": one.price.unit, "price_source": one.price.source, "list_price": one.price.of_lists,
            "discount_percent": (line.discount_percent or ZERO) if one.kit is None else ZERO,
            "tax_code_id": one.tax_code_id, "line_total": amounts.net, "tax": amounts.tax,
            "due_on": line.due_on, "life_days_min": line.life_days_min,
            "sales_order_kit_id": one.kit.id if one.kit else None, "quantity_per_kit": one.per_kit,
        })  # fmt: skip
    return rows
