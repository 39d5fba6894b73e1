"""The graph over a small group, where each role is one person, with what a purchase begins with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from domain.core.actors import Audience
from domain.core.database import Database
from domain.core.records import GROUP
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from resolvers.write import WriteRoad
from schema.graph import MUTATIONS, visible
from tests.domain.books import AX, World, a_world
from tests.graph.conftest import VIEWS, Asker

ORDER = """mutation($input: CreatePurchaseOrderInput!) { createPurchaseOrder(input: $input) {
  purchaseOrder { id number } userErrors { code message } } }"""
APPROVE = """mutation($id: ID!) { approvePurchaseOrder(input: {company: {code: "AX"}, purchaseOrder: {id: $id}}) {
  userErrors { code } } }"""
RECEIVE = """mutation($id: ID!, $lines: [GoodsReceiptLineInput!]!, $key: String!) {
  receivePurchaseOrder(idempotencyKey: $key, input: {company: {code: "AX"}, purchaseOrder: {id: $id}, lines: $lines,
    receivedOn: "2026-05-20"}) { userErrors { code message } } }"""
REGISTER = """mutation($input: CreateSupplierInvoiceInput!) { createSupplierInvoice(input: $input) {
  supplierInvoice { id number status matchStatus paymentBlocks total { amount currency } journalEntry { number } }
  userErrors { code message path } } }"""


@dataclass
class Office:
    """The graph over a small group; each role is one person."""

    world: World
    asker: Asker

    async def __call__(self, document: str, role: str, **variables: Any) -> Any:
        answer = await self.asker(document, variables, self.asker.actor(role, companies=(AX,)))
        assert "errors" not in answer, answer
        return answer["data"]

    async def group(self, document: str, role: str, **variables: Any) -> Any:
        """The answer to someone who has the role in the group."""
        answer = await self.asker(document, variables, self.asker.actor(role, companies=(GROUP,)))
        assert "errors" not in answer, answer
        return answer["data"]

    async def supplier(self, document: str, party: str = "ACME", **variables: Any) -> Any:
        """The answer to a supplier who signs in."""
        partners = frozenset({self.world[party]})
        who = self.asker.actor("supplier", companies=(AX,), audience=Audience.SUPPLIER, partners=partners)
        return (await self.asker(document, variables, who))["data"]

    async def ordered(self, *lines: tuple[str, str, str], currency: str = "USD") -> str:
        """An approved order of (item, quantity, price) lines."""
        asked = [
            {"item": {"code": item}, "quantity": quantity, "unitPrice": {"amount": price, "currency": currency}}
            for item, quantity, price in lines
        ]
        given = {"company": {"code": "AX"}, "supplier": {"code": "ACME"}, "currency": currency, "lines": asked}
        made = (await self(ORDER, "buyer", input=given))["createPurchaseOrder"]
        assert made["userErrors"] == []
        assert (await self(APPROVE, "controller", id=made["purchaseOrder"]["id"]))["approvePurchaseOrder"] == {
            "userErrors": []
        }
        return made["purchaseOrder"]["id"]

    async def registered(self, order: str, *lines: tuple[int, str, str], **more: Any) -> dict[str, Any]:
        """A draft over (position, quantity, price) lines."""
        currency = more.get("currency", "USD")
        asked = [
            {"purchaseOrder": {"id": order}, "orderPosition": position, "quantity": quantity,
             "unitPrice": {"amount": price, "currency": currency}}
            for position, quantity, price in lines
        ]  # fmt: skip
        given = {"company": {"code": "AX"}, "supplier": {"code": "ACME"}, "supplierNumber": "A-1", "currency": "USD",
                 "invoicedOn": "2026-05-19", "lines": asked} | more  # fmt: skip
        return (await self(REGISTER, "accountant", input=given))["createSupplierInvoice"]


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Office]:
    """The office over a database of its own."""
    database = await Database.open(url, 4)
    road = ReadRoad(database)
    write = WriteRoad(database, road, tuple(MUTATIONS.values()))
    dispatcher = Dispatcher(lambda grants: visible(VIEWS[grants.audience]), read=road, write=write)
    try:
        yield Office(await a_world(database), Asker(road, dispatcher))
    finally:
        await database.close()
