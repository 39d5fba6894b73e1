"""Whether orders that stand may go on: their lines held against the papers of customer and item, at each stage.

The rules are `rules.qualification`; here is what they are asked about.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from domain.core.database import Row
from domain.core.work import Work
from domain.sales import reads
from domain.sales.rules.qualification import Papers, Sale, Stage, qualified


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationBook:
    """What the orders of a batch are held against."""

    customers: Mapping[UUID, Row]
    items: Mapping[UUID, Row]
    addresses: Mapping[UUID, Row]
    archive: reads.Archive


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is about to happen to a line: at which stage, today, on which day, with goods made on which day.

    `on` is the day the goods leave; that of the order's plan unless given.
    """

    stage: Stage
    today: date
    on: date | None = None
    made_on: date | None = None


async def qualification_book(
    work: Work, orders: Sequence[Row], lines: Mapping[UUID, Sequence[Row]]
) -> QualificationBook:
    """The papers that the orders, with the rows of their lines, are held against."""
    customers = await reads.customers_by_id(work, [row["customer_id"] for row in orders])
    addresses = await reads.addresses_by_id(work, [row["ship_to_id"] for row in orders])
    items = {line["item_id"] for rows in lines.values() for line in rows}
    countries = {row["country"] for row in (*customers.values(), *addresses.values()) if row["country"]}
    return QualificationBook(
        customers=customers,
        items=await reads.items_by_id(work, items),
        addresses=addresses,
        archive=await reads.archive_of(work, customers, items, countries),
    )


def papers_of(archive: reads.Archive, customer_id: UUID, item_id: UUID) -> Papers:
    """What a customer and an item have to show."""
    return Papers(
        permits=archive.permits.get(customer_id, ()),
        registrations=archive.registrations.get(item_id, ()),
        jurisdictions=archive.jurisdictions,
    )


async def customer_book(work: Work, customer_ids: Iterable[UUID], item_ids: Iterable[UUID]) -> QualificationBook:
    """The papers that goods of these items at these customers are held against, whatever their orders."""
    items = sorted(set(item_ids))
    customers = await reads.customers_by_id(work, customer_ids)
    countries = {row["country"] for row in customers.values() if row["country"]}
    return QualificationBook(
        customers=customers,
        items=await reads.items_by_id(work, items),
        addresses={},
        archive=await reads.archive_of(work, customers, items, countries),
    )


def qualified_goods(book: QualificationBook, customer_id: UUID, item_id: UUID, act: Act) -> Sequence[str]:
    """The warnings of goods that may go to where a customer is registered. Raises: NotQualified."""
    day = act.on or act.today
    order = {"customer_id": customer_id, "ship_to_id": None, "ordered_on": day, "ship_on": day}
    return qualified_line(book, order, item_id, act)


def qualified_line(book: QualificationBook, order: Row | Mapping[str, Any], item_id: UUID, act: Act) -> Sequence[str]:
    """The warnings of a line that may go on. Raises: NotQualified."""
    address = book.addresses.get(order["ship_to_id"]) if order["ship_to_id"] else None
    country = address["country"] if address else book.customers[order["customer_id"]]["country"]
    if country is None:
        return ()
    sale = Sale(
        item=book.items[item_id]["code"], codes=book.archive.codes.get(item_id, frozenset()),
        customer=book.customers[order["customer_id"]]["code"], country=country,
        territory=address["region"] if address else None, ordered_on=order["ordered_on"],
        ship_on=act.on or order["ship_on"] or order["ordered_on"], made_on=act.made_on,
    )  # fmt: skip
    return qualified(sale, papers_of(book.archive, order["customer_id"], item_id), act.stage, act.today)
