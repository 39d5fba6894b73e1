"""The ordinary way: ORM rows, a DataLoader a relation, and Casbin asked for each field."""

import os
from collections import defaultdict
from datetime import date
from typing import Any

import casbin
import orjson
import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache
from strawberry.schema.config import StrawberryConfig

from authz.policy import baseline
from bench.reads.contenders.asgi import CONNECTIONS, Answer, Endpoint
from bench.reads.contenders.executor import Condition, Order, PurchaseOrderFilter
from domain.master_data.items import Item as ItemRecord
from domain.master_data.parties import Party as PartyRecord
from domain.procurement.models import PurchaseOrder as OrderRecord
from domain.procurement.models import PurchaseOrderLine as LineRecord

MODEL = """
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.act == p.act
"""


class Guard(SchemaExtension):
    """Asks Casbin before each field of a record is resolved."""

    async def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
        if info.parent_type.name != "Query" and not ENFORCER.enforce(
            "auditor", f"{info.parent_type.name}.{info.field_name}", "READ"
        ):
            raise PermissionError(info.field_name)
        value = _next(root, info, *args, **kwargs)
        return await value if hasattr(value, "__await__") else value


def _enforcer() -> casbin.Enforcer:
    model = casbin.Model()
    model.load_model_from_text(MODEL)
    enforcer = casbin.Enforcer(model)
    fields = {
        "PurchaseOrder": "number orderedOn status totalDue supplier lines",
        "PurchaseOrderLine": "position orderedQuantity unitPrice item",
        "Party": "code name",
        "Item": "code name",
        "Money": "amount currency",
        "PurchaseOrderConnection": "nodes",
    }
    for type_, names in fields.items():
        enforcer.add_policies([["auditor", f"{type_}.{name}", "READ"] for name in names.split()])
    return enforcer


ENFORCER = _enforcer()


@strawberry.type
class Money:
    amount: str
    currency: str


@strawberry.type
class Party:
    code: str
    name: str


@strawberry.type
class Item:
    code: str
    name: str


@strawberry.type
class PurchaseOrderLine:
    position: int
    row: strawberry.Private[Any]
    currency: strawberry.Private[str]

    @strawberry.field
    def orderedQuantity(self) -> str:
        return f"{self.row.ordered_quantity.normalize():f}"

    @strawberry.field
    def unitPrice(self) -> Money:
        return Money(amount=f"{self.row.unit_price.normalize():f}", currency=self.currency)

    @strawberry.field
    async def item(self, info: strawberry.Info) -> Item:
        found = await info.context["items"].load(self.row.item_id)
        return Item(code=found.code, name=found.name)


@strawberry.type
class PurchaseOrder:
    number: str
    status: str
    row: strawberry.Private[Any]

    @strawberry.field
    def orderedOn(self) -> str:
        return self.row.ordered_on.isoformat()

    @strawberry.field
    def totalDue(self) -> Money:
        return Money(amount=f"{self.row.total_due.normalize():f}", currency=self.row.currency)

    @strawberry.field
    async def supplier(self, info: strawberry.Info) -> Party:
        found = await info.context["parties"].load(self.row.supplier_id)
        return Party(code=found.code, name=found.name)

    @strawberry.field
    async def lines(self, info: strawberry.Info) -> list[PurchaseOrderLine]:
        rows = await info.context["lines"].load(self.row.id)
        return [PurchaseOrderLine(position=row.position, row=row, currency=self.row.currency) for row in rows]


@strawberry.type
class PurchaseOrderConnection:
    nodes: list[PurchaseOrder]


def _shown(row: Any) -> PurchaseOrder:
    return PurchaseOrder(number=row.number, status=row.status, row=row)


@strawberry.type
class Query:
    @strawberry.field
    async def purchaseOrder(self, info: strawberry.Info, id: strawberry.ID) -> PurchaseOrder | None:
        query = select(OrderRecord).where(
            OrderRecord.company_id == 1, OrderRecord.id == str(id).removeprefix("PurchaseOrder-1-")
        )
        found = (await info.context["session"].scalars(query)).one_or_none()
        return None if found is None else _shown(found)

    @strawberry.field
    async def purchaseOrders(
        self, info: strawberry.Info, first: int, orderBy: Order, filter: PurchaseOrderFilter
    ) -> PurchaseOrderConnection:
        condition: Condition | None = filter.orderedOn
        assert condition is not None and isinstance(condition.gte, date)
        query = (
            select(OrderRecord)
            .where(OrderRecord.company_id == 1, OrderRecord.ordered_on >= condition.gte)
            .order_by(OrderRecord.ordered_on, OrderRecord.id)
            .limit(first)
        )
        return PurchaseOrderConnection(nodes=[_shown(row) for row in await info.context["session"].scalars(query)])


def _loaders(session: Any) -> dict[str, Any]:
    async def by_id(record: Any, keys: list[Any]) -> list[Any]:
        found = {row.id: row for row in await session.scalars(select(record).where(record.id.in_(keys)))}
        return [found[key] for key in keys]

    async def lines(keys: list[Any]) -> list[list[Any]]:
        query = (
            select(LineRecord)
            .where(LineRecord.company_id == 1, LineRecord.purchase_order_id.in_(keys))
            .order_by(LineRecord.position)
        )
        found: defaultdict[Any, list[Any]] = defaultdict(list)
        for row in await session.scalars(query):
            found[row.purchase_order_id].append(row)
        return [found[key] for key in keys]

    return {
        "session": session,
        "items": DataLoader(lambda keys: by_id(ItemRecord, keys)),
        "parties": DataLoader(lambda keys: by_id(PartyRecord, keys)),
        "lines": DataLoader(lines),
    }


async def start() -> Answer:
    """The handler over an ORM session a request."""
    assert baseline().lines, "the shipped policy is what the planned read is held to; here each field is one rule"
    url = os.environ["BENCH_DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://", 1)
    sessions = async_sessionmaker(create_async_engine(url, pool_size=CONNECTIONS))
    extensions = [ParserCache(maxsize=100), ValidationCache(maxsize=100), Guard]
    schema = strawberry.Schema(Query, config=StrawberryConfig(auto_camel_case=False), extensions=extensions)

    async def answer(body: dict[str, Any]) -> bytes:
        query = body["query"].replace("{field: ORDERED_ON}", '{field: "ORDERED_ON"}')
        async with sessions() as session:
            result = await schema.execute(
                query,
                variable_values=body["variables"],
                operation_name=body["operationName"],
                context_value=_loaders(session),
            )
        return orjson.dumps(
            {"data": result.data, **({"errors": [str(one) for one in result.errors]} if result.errors else {})}
        )

    return answer


app = Endpoint(start)
