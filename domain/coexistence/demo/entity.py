"""What belongs to one legal entity, as feeds: places, people and pay, costs, terms, bills of material, work orders."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from domain.coexistence.demo.catalogue import Good, goods
from domain.coexistence.demo.masters import FILE, Rows, feed, ref
from domain.coexistence.demo.partners import Partner, partners, suppliers
from domain.coexistence.demo.world import (
    BASE_PAY,
    BOOKS_FROM,
    CUT_OVER_ON,
    DEPARTMENTS,
    GIVEN_DE,
    GIVEN_ZH,
    SHANGHAI,
    SURNAMES_DE,
    SURNAMES_ZH,
    TODAY,
    Entity,
    random_of,
)
from domain.coexistence.imports import Feed, Finding, Mapped
from domain.inventory.models import StockBalance
from domain.manufacturing.bills import BillOfMaterial, BillOfMaterialLine
from domain.master_data.calendars import WorkCalendar
from domain.master_data.companies import Site
from domain.master_data.items import Item, ItemCost, ItemPlanning, ItemPrice
from domain.master_data.parties import Party, PartyTerms
from domain.master_data.places import Location
from domain.master_data.units import UnitOfMeasure
from domain.people.employees import Department, Employee, EmployeeAssignment, EmployeePayRate
from domain.procurement.approvals import ApprovalLimit
from domain.procurement.models import SupplierItem

# Units of the entity's currency for one yuan.
YUAN_IN = {"CNY": Decimal(1), "EUR": Decimal("0.132")}
CENT = Decimal("0.01")
LIMITS = {"CNY": "20000000", "EUR": "2500000", "USD": "2500000"}
# Every so many goods one is short: its stock is below the reorder point and nothing more was received of it.
SHORT_EVERY = 13


def entity_feeds(entity: Entity) -> tuple[Feed, ...]:
    """Everything of the entity but stock, orders and production."""
    return (
        feed("sites", Site, _sites(entity)),
        feed("locations", Location, _locations(entity)),
        feed("departments", Department, _departments()),
        feed("employees", Employee, _employees(entity)),
        feed("pay", EmployeePayRate, _pay(entity)),
        feed("assignments", EmployeeAssignment, _assignments(entity)),
        feed("costs", ItemCost, _costs(entity)),
        feed("prices", ItemPrice, _prices(entity)),
        feed("planning", ItemPlanning, _planning(entity)),
        feed("terms", PartyTerms, _terms(entity)),
        feed("offers", SupplierItem, _offers(entity)),
        feed("limits", ApprovalLimit, _limits()),
        feed("bills", BillOfMaterial, _bills(entity)),
        feed("bill_lines", BillOfMaterialLine, _bill_lines(entity)),
    )


@cache
def held(entity: Entity) -> tuple[Good, ...]:
    """What the entity holds in stock: the trading company what is sold, a plant its materials and what it makes."""
    if entity is SHANGHAI:
        return tuple(good for good in goods() if good.is_device)
    own = [good for good in goods() if good.maker == entity.code]
    used = {code for good in own for code, _ in good.parts}
    return tuple(good for good in goods() if good in own or good.code in used or good.category == "CS")


@cache
def bought(entity: Entity) -> tuple[tuple[Good, Partner, Decimal], ...]:
    """(good, supplier, price in the supplier's currency) that the entity may buy: what a supplier in reach offers."""
    offers: list[tuple[Good, Partner, Decimal]] = []
    for good in held(entity):
        for supplier in suppliers():
            near = (supplier.country == "CN") == (entity.country == "CN")
            is_self = supplier.code == f"G-{entity.code[-2:]}"
            if is_self or good.maker == entity.code or not (near or good.category == "IN"):
                continue
            if good.code.startswith(supplier.supplies):
                share = Decimal(random_of(f"price:{good.code}:{supplier.code}").randint(92, 118)) / 100
                offers.append((good, supplier, (good.cost * YUAN_IN[supplier.currency] * share).quantize(CENT)))
    return tuple(offers)


def cost_in(good: Good, currency: str) -> Decimal:
    """Standard cost of a good in a currency of the group."""
    return (good.cost * YUAN_IN[currency]).quantize(Decimal("0.0001"))


def is_short(good: Good) -> bool:
    """Whether the demonstration keeps the good below its reorder point."""
    return goods().index(good) % SHORT_EVERY == 0


def reorder_point(good: Good) -> Decimal:
    """Stock below which the good is ordered again."""
    return Decimal(10 * (1 + goods().index(good) % 9) * (5 if good.cost < 50 else 1))


def _sites(entity: Entity) -> Rows:
    for place in entity.places:
        calendar = ref(WorkCalendar, entity.calendar)
        values = {"code": place.code, "name": place.name, "name_zh": place.name_zh, "calendar_id": calendar}
        yield place.code, {**values, "is_active": True}


def _locations(entity: Entity) -> Rows:
    for place in entity.places:
        for code, name, name_zh, kind in place.stores:
            values = {"code": code, "name": f"{place.name}, {name.lower()}", "name_zh": f"{place.name_zh}{name_zh}"}
            yield code, {**values, "kind": kind, "site_id": ref(Site, place.code), "is_active": True}


def _departments() -> Rows:
    for code, (name, name_zh, _) in DEPARTMENTS.items():
        yield code, {"code": code, "name": name, "name_zh": name_zh, "group_name": "Operations"}


@cache
def staff(entity: Entity) -> tuple[tuple[str, str, str, Decimal], ...]:
    """(number, department, job title, share of the base pay) of each employee."""
    random = random_of(f"staff:{entity.code}")
    codes = ["MGT", "FIN", "PUR", "QAR", "LOG", "SAL"]
    made: list[tuple[str, str, str, Decimal]] = []
    for number in range(entity.employees):
        department = codes[number] if number < len(codes) else random.choice(["PRO"] * 6 + codes[1:])
        title, share = random.choice(DEPARTMENTS[department][2])
        made.append((f"{entity.code[-2:]}{number + 1:04d}", department, title, Decimal(share)))
    return tuple(made)


def _employees(entity: Entity) -> Rows:
    for number, department, title, _ in staff(entity):
        random = random_of(f"person:{number}")
        if entity.country == "CN":
            (surname, surname_zh), (given, given_zh) = random.choice(SURNAMES_ZH), random.choice(GIVEN_ZH)
            name, name_zh = f"{given} {surname}", f"{surname_zh}{given_zh}"
        else:
            name, name_zh = f"{random.choice(GIVEN_DE)} {random.choice(SURNAMES_DE)}", None
        site = entity.places[-1] if department in ("MGT", "FIN", "SAL") else entity.places[0]
        yield number, {
            "number": number, "job_title": title, "hired_on": _hired_on(number), "is_current": True,
            "is_salaried": department != "PRO", "site_id": ref(Site, site.code), "organisation_level": 2,
            "login": f"{number.lower()}@anser.example", "name": name, "name_zh": name_zh,
            "birth_date": date(1966, 1, 1) + timedelta(days=random.randint(0, 13_000)),
            "gender": random.choice(["FEMALE", "MALE"]), "email": f"{number.lower()}@anser.example",
            "vacation_hours": Decimal(random.randint(0, 160)),
        }  # fmt: skip


def _hired_on(number: str) -> date:
    return date(2015, 1, 5) + timedelta(days=random_of(f"hired:{number}").randint(0, 3_600))


def _pay(entity: Entity) -> Rows:
    """The pay at hire and a rise every other year since."""
    base = Decimal(BASE_PAY[entity.currency])
    for number, department, _, share in staff(entity):
        hired = _hired_on(number)
        for step, year in enumerate(range(hired.year, TODAY.year + 1, 2)):
            rate = (base * share * (100 + 4 * step) / 100).quantize(CENT)
            starts = hired if step == 0 else date(year, 1, 1)
            frequency = "BIWEEKLY" if department == "PRO" else "MONTHLY"
            values = {"employee_id": ref(Employee, number), "valid_from": starts, "rate": rate}
            yield f"{number}:{starts}", {**values, "frequency": frequency}


def _assignments(entity: Entity) -> Rows:
    for place, (number, department, _, _) in enumerate(staff(entity)):
        shift = ("Early", "Late")[place % 2] if department == "PRO" else "Day"
        values = {"employee_id": ref(Employee, number), "department_id": ref(Department, department), "shift": shift}
        yield number, {**values, "valid_from": _hired_on(number)}


def _costs(entity: Entity) -> Rows:
    for good in held(entity):
        cost = cost_in(good, entity.currency)
        yield good.code, {"item_id": ref(Item, good.code), "standard_cost": cost, "valid_from": BOOKS_FROM}


def _prices(entity: Entity) -> Rows:
    for good in held(entity):
        if good.is_device:
            price = (cost_in(good, entity.currency) * Decimal("2.6")).quantize(CENT)
            values = {"item_id": ref(Item, good.code), "currency": entity.currency, "list_price": price}
            yield good.code, {**values, "valid_from": BOOKS_FROM}


def _planning(entity: Entity) -> Rows:
    for good in held(entity):
        point = reorder_point(good)
        values = {"item_id": ref(Item, good.code), "reorder_point": point, "safety_stock": point / 2}
        yield good.code, {**values, "lead_days": 14 if good.maker else 28}


def _terms(entity: Entity) -> Rows:
    for place, partner in enumerate(partners()):
        if partner.currency == entity.currency:
            limit = Decimal(100_000 * (1 + place % 10)) if partner.is_distributor_like else None
            values = {"party_id": ref(Party, partner.code), "currency": partner.currency, "payment_terms": "N30"}
            yield partner.code, {**values, "credit_limit": limit}


def _offers(entity: Entity) -> Rows:
    for good, supplier, price in bought(entity):
        yield f"{good.code}:{supplier.code}", {
            "item_id": ref(Item, good.code), "supplier_id": ref(Party, supplier.code), "lead_days": 28,
            "order_quantity_min": Decimal(10), "unit": good.unit, "currency": supplier.currency,
            "standard_price": price,
        }  # fmt: skip


def _limits() -> Rows:
    for currency, amount in LIMITS.items():
        yield currency, {"role": "controller", "currency": currency, "amount": Decimal(amount)}


def _bills(entity: Entity) -> Rows:
    for good in goods():
        if good.maker == entity.code:
            yield good.code, {"code": good.code, "item_id": ref(Item, good.code), "is_historical": False}


def _bill_lines(entity: Entity) -> Rows:
    units = {good.code: good.unit for good in goods()}
    for good in goods():
        for code, quantity in good.parts if good.maker == entity.code else ():
            yield f"{good.code}:{code}", {
                "bill_id": ref(BillOfMaterial, good.code), "component_id": ref(Item, code),
                "quantity": Decimal(quantity), "unit_id": ref(UnitOfMeasure, units[code]), "level": 1,
                "valid_from": BOOKS_FROM,
            }  # fmt: skip


def opening_stock(entity: Entity) -> Feed:
    """What the entity held at cut-over: each good in the store where it belongs, too little of what is short."""

    def rows() -> Iterator[Mapped | Finding]:
        for line, good in enumerate(held(entity), 1):
            store, share = store_of(entity, good), Decimal("0.4") if is_short(good) else Decimal(2)
            quantity = (reorder_point(good) * share).quantize(Decimal(1))
            yield Mapped(
                f"{good.code}:{store}",
                line,
                {
                    "item": ref(Item, good.code), "location": ref(Location, store), "storage_bin": f"A-{line:03d}",
                    "quantity": quantity, "unit_cost": cost_in(good, entity.currency),
                },
            )  # fmt: skip

    return Feed(file=FILE, source_table="stock", record=StockBalance, rows=rows)


def store_of(entity: Entity, good: Good) -> str:
    """The code of the store where the entity keeps a good."""
    kind = "FG" if good.is_device else "RM"
    return next(code for place in entity.places for code, *_ in place.stores if code.endswith(kind))


__all__ = ["CUT_OVER_ON", "bought", "entity_feeds", "held", "is_short", "opening_stock", "reorder_point", "store_of"]
