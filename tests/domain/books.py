"""A small group for tests of the two books: two companies, two currencies, items, a supplier, places to put goods.

AX keeps its books in USD, BX in EUR. Every item has a standard cost in AX; BOLT has none in BX, where its first price
becomes its cost. The year is 2026, all periods open.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import domain
from domain.core.actors import Actor, Audience, Grants
from domain.core.commands import Results
from domain.core.database import Connection, Database
from domain.core.ids import new_id
from domain.core.money import Money
from domain.core.perform import Performed, perform
from domain.core.records import GROUP
from domain.core.verify import Finding, verify
from domain.core.work import Work
from domain.finance import found_books
from domain.master_data.companies import Company, Site
from domain.master_data.currencies import Currency, CurrencyRate
from domain.master_data.items import Item, ItemCost, ItemStatus, ItemType, LotPolicy, MakeOrBuy
from domain.master_data.parties import Party, PartyRole, PartyRoleKind
from domain.master_data.places import Location, LocationKind
from domain.master_data.units import Dimension, ItemUnitConversion, UnitOfMeasure
from domain.procurement.commands import (
    ApprovePurchaseOrder,
    CreatePurchaseOrder,
    GoodsReceiptLineInput,
    PurchaseOrderLineInput,
    ReceivePurchaseOrder,
    RejectPurchaseOrder,
)

AX, BX = 1, 2
CURRENCY_OF = {AX: "USD", BX: "EUR"}
# Pieces in a box, of every item.
BOX_OF = 7
TODAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 20, 9, tzinfo=UTC)
COMMANDS = (CreatePurchaseOrder, ApprovePurchaseOrder, RejectPurchaseOrder, ReceivePurchaseOrder)


def clock() -> datetime:
    """The instant of every command of these tests."""
    return NOW


def staff(name: str, **roles: int) -> Actor:
    """A person with roles by company number, such as buyer=AX."""
    held = {company: frozenset(role for role, of in roles.items() if of == company) for company in (AX, BX)}
    return Actor(id=new_id(), name=name, audience=Audience.STAFF, roles=held)


def full_grants() -> Grants:
    """Every command of the register, in both companies."""
    everywhere = frozenset({GROUP, AX, BX})
    commands = {command.__name__: everywhere for command in domain.COMMANDS}
    return Grants(version=1, audience=Audience.STAFF, companies=(AX, BX), tiers={}, commands=commands)


@dataclass(eq=False)
class World:
    """The ids of what stands in the database, and the people who act."""

    database: Database
    ids: dict[str, UUID] = field(default_factory=dict)
    buyer: Actor = field(default_factory=lambda: staff("bea", buyer=AX))
    chief: Actor = field(default_factory=lambda: staff("carl", controller=AX))
    grants: Grants = field(default_factory=full_grants)

    def __getitem__(self, code: str) -> UUID:
        return self.ids[code]

    async def act(self, actor: Actor, company: int, *commands: Any, **terms: Any) -> Performed:
        """Perform commands on the tests' day; postings get a key of their own."""
        terms.setdefault("idempotency_key", str(new_id()))
        return await perform(self.database, actor, self.grants, company, commands, clock=clock, **terms)

    async def refusal(self, actor: Actor, company: int, command: Any) -> Any:
        """The refusal of a command that must be refused and leave nothing behind."""
        before = await self.state()
        performed = await self.act(actor, company, command)
        assert not performed.committed
        assert await self.state() == before
        [refusal] = performed.refusals
        return refusal

    async def rows(self, sql: str, *args: Any) -> list[dict[str, Any]]:
        """What a query answers."""
        async with self.database.acquire() as connection:
            return [dict(row) for row in await connection.fetch(sql, *args)]

    async def state(self) -> dict[str, int]:
        """How many rows stand in every table that a command could write, and the sum of their versions."""
        tables = [name for name in sorted(domain.RECORDS) if name not in ("number_series", "audit_seal")]
        async with self.database.acquire() as connection:
            return {name: await connection.fetchval(f'SELECT count(*) FROM "{name}"') for name in tables}

    async def findings(self) -> list[Finding]:
        """The breaches that `verify` finds."""
        async with self.database.acquire() as connection:
            return [found async for found in verify(connection, domain.VERIFIERS) if found.is_breach]

    async def ordered(self, company: int = AX, *lines: tuple[str, str, str], **more: Any) -> UUID:
        """A pending order of (item, quantity, price) lines by the buyer."""
        performed = await self.act(self.buyer, company, self.order(company, *lines, **more))
        assert performed.committed, performed.refusals
        return performed.ids[0]

    async def approved(self, company: int = AX, *lines: tuple[str, str, str], **more: Any) -> UUID:
        """An order that the chief has approved."""
        order = await self.ordered(company, *lines, **more)
        performed = await self.act(self.chief, company, ApprovePurchaseOrder(purchase_order_id=order))
        assert performed.committed, performed.refusals
        return order

    def order(self, company: int = AX, *lines: tuple[str, str, str], **more: Any) -> CreatePurchaseOrder:
        """The command that orders (item, quantity, price) lines in the company's currency unless told otherwise."""
        currency = more.pop("currency", CURRENCY_OF[company])
        return CreatePurchaseOrder(
            supplier_id=more.pop("supplier_id", self["ACME"]),
            currency=currency,
            lines=tuple(
                PurchaseOrderLineInput(
                    item_id=self[item], quantity=Decimal(quantity), unit_price=Money(Decimal(price), currency)
                )
                for item, quantity, price in lines or (("BOLT", "10", "2.50"),)
            ),
            **more,
        )

    def receipt(self, order: UUID, *lines: tuple[int, str, str], **more: Any) -> ReceivePurchaseOrder:
        """The command that receives (position, received, rejected) lines."""
        return ReceivePurchaseOrder(
            purchase_order_id=order,
            lines=tuple(
                GoodsReceiptLineInput(position=position, received=Decimal(received), rejected=Decimal(rejected))
                for position, received, rejected in lines
            ),
            **more,
        )

    async def works(self, company: int, act: Callable[[Work], Any], command: str = "Setup") -> Any:
        """What `act` answers, run in one committed work of the company."""
        async with self.database.acquire() as connection, connection.raw.transaction():
            work = a_work(connection, self.chief, self.grants, company, command)
            answer = await act(work)
            await work.finish()
            return answer


def a_work(connection: Connection, actor: Actor, grants: Grants, company: int, command: str = "Setup") -> Work:
    """A work on a connection that is already in a transaction."""
    return Work(connection=connection, actor=actor, grants=grants, company_id=company, command=command, now=NOW)


async def a_world(database: Database, currency_of: Mapping[int, str] = CURRENCY_OF) -> World:
    """The group, written and founded; in other currencies where they are given."""
    world = World(database)
    await world.works(GROUP, lambda work: _masters(world, work, currency_of))
    for company in (AX, BX):
        await world.works(company, lambda work: _company(world, work))
    return world


async def _masters(world: World, work: Work, currency_of: Mapping[int, str]) -> None:
    await work.insert(
        Currency,
        [
            {"code": code, "name": code, "minor_unit": digits}
            for code, digits in (("USD", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3))
        ],
    )
    await work.insert(
        CurrencyRate,
        [
            {"base_currency": "EUR", "quote_currency": quote, "valid_on": date(2026, 1, 2), "source": "ECB",
             "spot_rate": Decimal(rate)}
            for quote, rate in (("USD", "1.10"), ("JPY", "160"), ("KWD", "0.33"))
        ],
    )  # fmt: skip
    await work.insert(
        Company,
        [
            {"company_id": AX, "code": "AX", "name": "Ax Inc", "currency": currency_of[AX], "country": "US"},
            {"company_id": BX, "code": "BX", "name": "Bx GmbH", "currency": currency_of[BX], "country": "DE"},
        ],
    )
    [unit, box] = await work.insert(
        UnitOfMeasure,
        [
            {"code": "EA", "name": "each", "dimension": Dimension.OTHER},
            {"code": "BOX", "name": "box", "dimension": Dimension.PACKAGE},
        ],
    )
    world.ids["BOX"] = box
    items = {"BOLT": LotPolicy.NONE, "GEAR": LotPolicy.NONE, "STENT": LotPolicy.LOT}
    made = await work.insert(
        Item,
        [
            {"code": code, "name": code.title(), "kind": ItemType.COMPONENT, "status": ItemStatus.ACTIVE,
             "unit_id": unit, "make_or_buy": MakeOrBuy.BUY, "lot_policy": policy, "storage_class": "AMBIENT",
             "device_class": "NOT_A_DEVICE", "is_sold": False}
            for code, policy in items.items()
        ],
    )  # fmt: skip
    world.ids.update(zip(items, made, strict=True))
    boxes = [{"item_id": world[code], "unit_id": box, "factor": Decimal(BOX_OF), "per": Decimal(1)} for code in items]
    await work.insert(ItemUnitConversion, boxes)
    parties = ("ACME", "HOSPITAL")
    made = await work.insert(Party, [{"code": code, "name": code.title()} for code in parties])
    world.ids.update(zip(parties, made, strict=True))
    await work.insert(PartyRole, [{"party_id": world["ACME"], "role": PartyRoleKind.SUPPLIER}])


async def _company(world: World, work: Work) -> None:
    await found_books(work, date(2026, 1, 1), date(2026, 12, 31))
    [site] = await work.insert(Site, [{"code": "MAIN", "name": "Main"}])
    [stores] = await work.insert(
        Location, [{"code": "STORES", "name": "Stores", "kind": LocationKind.STORAGE, "site_id": site}]
    )
    world.ids[f"MAIN{work.company_id}"], world.ids[f"STORES{work.company_id}"] = site, stores
    costs = {"BOLT": "2", "GEAR": "100", "STENT": "12.3456"} if work.company_id == AX else {"GEAR": "90.125"}
    await work.insert(
        ItemCost,
        [
            {"item_id": world[code], "standard_cost": Decimal(cost), "valid_from": date(2026, 1, 1)}
            for code, cost in costs.items()
        ],
    )


__all__ = ["AX", "BX", "NOW", "TODAY", "Results", "World", "a_work", "a_world"]
