"""Why prices are what they are, read plainly: the rule itself, asked for each line, and its answer in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from hashlib import md5
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.core.money import Money
from domain.master_data.items import Item, ItemPrice
from domain.master_data.parties import Address, Party
from domain.master_data.units import ItemUnitConversion, UnitOfMeasure
from domain.sales.explaining import BINDS, BINDS_NOT, PLAIN, PriceRule
from domain.sales.models import (
    PriceCap,
    PriceList,
    PriceListKind,
    PriceListLine,
    PriceOutcome,
    SalesOrder,
    SalesOrderKit,
    SalesOrderLine,
)
from domain.sales.rules.prices import Asked, Cap, Offer, cap_outcome, explain, precedence
from tests.graph.wire import Row

if TYPE_CHECKING:
    from tests.graph.plain_reports import Book

ZERO = Decimal(0)
TENTH, MILLIONTH = Decimal(1).scaleb(-10), Decimal(1).scaleb(-6)
HOLDS = (PriceOutcome.SETS_PRICE, PriceOutcome.GOES_BEHIND)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a price is explained for."""

    position: int
    asked: Asked
    unit_id: UUID
    factor: Decimal
    given: Decimal | None = None
    charged: Decimal | None = None


def price_explanation(book: "Book") -> Iterable[Row]:
    asked = book.asked
    items = [row for row in book.of(Item) if row["code"] == asked["item"]]
    parties = [row for row in book.of(Party) if row["code"] == asked["customer"]]
    for item in items:
        for unit in book.of(UnitOfMeasure):
            named = unit["id"] == item["unit_id"] if asked["unit"] is None else unit["code"] == asked["unit"]
            factor = _factor(book, item, unit) if named else None
            if factor is None:
                continue
            quantity = (asked["quantity"] * factor).quantize(MILLIONTH, ROUND_HALF_UP)
            for party in parties:
                of = Asked(
                    item_id=item["id"], item_code=item["code"], customer_id=party["id"], quantity=quantity,
                    on=asked["on"], currency=asked["currency"], territory=asked["territory"],
                )  # fmt: skip
                wanted = Wanted(position=1, asked=of, unit_id=unit["id"], factor=factor)
                for company in {
                    row["company_id"] for kind in (PriceListLine, ItemPrice, PriceCap) for row in book.of(kind)
                }:
                    yield from _lines(book, company, wanted)


def order_prices(book: "Book") -> Iterable[Row]:
    items = {row["id"]: row for row in book.of(Item)}
    addresses = {row["id"]: row for row in book.of(Address)}
    for order in book.of(SalesOrder):
        if order["number"] != book.asked["order"]:
            continue
        sold = [row for row in book.of(SalesOrderLine) if row["sales_order_kit_id"] is None] + book.of(SalesOrderKit)
        for row in sold:
            if (row["company_id"], row["sales_order_id"]) != (order["company_id"], order["id"]) or row[
                "item_id"
            ] not in items:
                continue
            item, address = items[row["item_id"]], addresses.get(order["ship_to_id"])
            of = Asked(
                item_id=item["id"], item_code=item["code"], customer_id=order["customer_id"],
                quantity=row["ordered_quantity"], on=order["ordered_on"], currency=order["currency"],
                territory=address["region"] if address else None,
            )  # fmt: skip
            given = row["unit_price"] if row["price_source"] == "given by hand" else None
            yield from _lines(book, row["company_id"], Wanted(
                position=row["position"], asked=of, unit_id=item["unit_id"], factor=Decimal(1), given=given,
                charged=row["unit_price"],
            ))  # fmt: skip


def _factor(book: "Book", item: Row, unit: Row) -> Decimal | None:
    if unit["id"] == item["unit_id"]:
        return Decimal(1)
    for row in book.of(ItemUnitConversion):
        if (row["item_id"], row["unit_id"], row["archived_at"]) == (item["id"], unit["id"], None):
            return (row["factor"] / row["per"]).quantize(TENTH, ROUND_HALF_UP)
    for own in book.of(UnitOfMeasure):
        is_alike = own["id"] == item["unit_id"] and own["dimension"] == unit["dimension"]
        if is_alike and own["base_factor"] and unit["base_factor"]:
            return (unit["base_factor"] / own["base_factor"]).quantize(TENTH, ROUND_HALF_UP)
    return None


def _offers(book: "Book", company: int) -> Iterator[Offer]:
    lists = {(row["company_id"], row["id"]): row for row in book.of(PriceList)}
    for row in book.of(PriceListLine):
        of = lists.get((row["company_id"], row["price_list_id"]))
        if row["company_id"] == company and of is not None:
            ends = [day for day in (row["valid_to"], of["valid_to"]) if day is not None]
            yield Offer(
                id=row["id"], list_code=of["code"], kind=PriceListKind(of["kind"]), customer_id=of["customer_id"],
                item_id=row["item_id"], price=Money(row["unit_price"], row["currency"]),
                quantity_min=row["quantity_min"], valid_from=max(row["valid_from"], of["valid_from"]),
                valid_to=min(ends, default=None),
            )  # fmt: skip
    for row in book.of(ItemPrice):
        if row["company_id"] == company:
            yield Offer(
                id=row["id"], list_code="item price", kind=PriceListKind.ITEM, customer_id=None,
                item_id=row["item_id"], price=Money(row["list_price"], row["currency"]), quantity_min=ZERO,
                valid_from=row["valid_from"], valid_to=row["valid_to"],
            )  # fmt: skip


def _lines(book: "Book", company: int, wanted: Wanted) -> Iterator[Row]:
    """The rules in their order: what holds, what does not, the caps."""
    lists = {(row["company_id"], row["code"]): row["id"] for row in book.of(PriceList)}
    asked = wanted.asked
    considered = explain(asked, sorted(_offers(book, company), key=lambda one: (precedence(one), one.id)))
    found: list[dict[str, Any]] = []
    if wanted.given is not None:
        found.append({
            "rule": PriceRule.BY_HAND, "source": "given by hand", "quantity_min": ZERO, "unit_price": wanted.given,
            "currency": asked.currency, "outcome": PriceOutcome.SETS_PRICE,
        })  # fmt: skip
    for one in considered:
        is_behind = bool(found) and one.outcome in HOLDS
        found.append({
            "rule": PriceRule(one.offer.kind), "source": one.offer.list_code, "unit_price": one.offer.price.amount,
            "price_list_id": lists.get((company, one.offer.list_code)), "quantity_min": one.offer.quantity_min,
            "currency": one.offer.price.currency, "valid_from": one.offer.valid_from, "valid_to": one.offer.valid_to,
            "outcome": PriceOutcome.GOES_BEHIND if is_behind else one.outcome,
        })  # fmt: skip
    winner = found[0]["unit_price"] if found and found[0]["outcome"] is PriceOutcome.SETS_PRICE else None
    caps = [row for row in book.of(PriceCap) if (row["company_id"], row["item_id"]) == (company, asked.item_id)]
    for row in sorted(caps, key=lambda one: (-one["valid_from"].toordinal(), one["source"], one["id"])):
        cap = Cap(
            item_id=row["item_id"], territory=row["territory"], source=row["source"],
            price=Money(row["unit_price"], row["currency"]), valid_from=row["valid_from"], valid_to=row["valid_to"],
        )  # fmt: skip
        price = wanted.charged if wanted.charged is not None else winner
        found.append({
            "rule": PriceRule.CAP, "source": row["source"], "quantity_min": ZERO, "unit_price": row["unit_price"],
            "currency": row["currency"], "valid_from": row["valid_from"], "valid_to": row["valid_to"],
            "territory": row["territory"], "outcome": cap_outcome(asked, price, cap),
        })  # fmt: skip
    for number, one in enumerate(found, start=1):
        yield _line(company, wanted, number, {**one, "first": found[0]["source"]})


def _line(company: int, wanted: Wanted, number: int, one: dict[str, Any]) -> Row:
    asked, key = wanted.asked, f"{company}|{wanted.position}|{number}"
    return {
        "company_id": company, "id": UUID(md5(key.encode(), usedforsecurity=False).hexdigest()),
        "place": f"{wanted.position:04d} {number:04d}", "position": wanted.position,
        "customer_id": asked.customer_id, "item_id": asked.item_id, "quantity": asked.quantity,
        "unit_id": wanted.unit_id, "unit_factor": wanted.factor, "priced_on": asked.on, "rule": str(one["rule"]),
        "source": one["source"], "price_list_id": one.get("price_list_id"), "quantity_min": one["quantity_min"],
        "currency": one["currency"], "unit_price": one["unit_price"],
        "price_in_unit": (one["unit_price"] * wanted.factor).quantize(TENTH, ROUND_HALF_UP),
        "valid_from": one.get("valid_from"), "valid_to": one.get("valid_to"), "outcome": str(one["outcome"]),
        "reason": _reason(one, 0), "reason_zh": _reason(one, 1),
    }  # fmt: skip


def _reason(one: dict[str, Any], place: int) -> str:
    outcome: PriceOutcome = one["outcome"]
    if outcome is PriceOutcome.SETS_PRICE:
        return BINDS[one["rule"]][place]
    if outcome in PLAIN:
        return PLAIN[outcome][place]
    before, name, behind = BINDS_NOT[outcome][place]
    value = one[name]
    return f"{before}{f'{value.normalize():f}' if isinstance(value, Decimal) else value}{behind}"
