"""The works as a client of our graph asks for them; each says what it asserts of the end state."""

import json
import random
import time
from datetime import date
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any

from bench.reports.data import ITEMS
from bench.works.data import PARTIES, RAW_LOT, USERS
from server.identity import issue_token
from server.signing import signing_key

SECRET = "a secret of this benchmark, long enough"
PORT = 8721
# The server closes a connection that says nothing for 5 s; the peer's turn may take longer.
IDLE_SECONDS_MAX = 3.0
M = "{ amount currency }"

SELL = """mutation($input: CreateSalesOrderInput!, $key: String) {
  createSalesOrder(idempotencyKey: $key, input: $input) {
    userErrors { code message } salesOrder { id status subtotal { amount } tax { amount } totalDue { amount } } } }"""
ALLOCATE = """mutation($order: ID!, $key: String) {
  allocateSalesOrder(idempotencyKey: $key, input: {salesOrder: {id: $order}}) {
    userErrors { code message } salesOrder { status } } }"""
BUY = """mutation($input: CreatePurchaseOrderInput!, $key: String) {
  createPurchaseOrder(idempotencyKey: $key, input: $input) {
    userErrors { code message } purchaseOrder { id number } } }"""
APPROVE = """mutation($order: ID!, $key: String) {
  approvePurchaseOrder(idempotencyKey: $key, input: {purchaseOrder: {id: $order}}) {
    userErrors { code message } purchaseOrder { status } } }"""
RECEIVE = """mutation($input: ReceivePurchaseOrderInput!, $key: String!) {
  receivePurchaseOrder(idempotencyKey: $key, input: $input) {
    userErrors { code message } purchaseOrder { status lines { receivedQuantity stockedQuantity } } } }"""
BILL = """mutation($input: CreateSupplierInvoiceInput!, $key: String) {
  createSupplierInvoice(idempotencyKey: $key, input: $input) {
    userErrors { code message } supplierInvoice { status total { amount } lines { position } } } }"""
INVOICE = """mutation($input: PostCustomerInvoiceInput!, $key: String!) {
  postCustomerInvoice(idempotencyKey: $key, input: $input) {
    userErrors { code message }
    customerInvoice { number total { amount } journalEntry { lines { amount { amount } } } } } }"""
ORDERS = """query($after: Cursor) { salesOrders(first: 50, after: $after, orderBy: [{field: NUMBER, direction: DESC}]) {
  nodes { number status orderedOn totalDue { amount currency } customer { code name }
    lines { orderedQuantity unitPrice { amount } lineTotal { amount } item { code name unit { code } } } }
  edges { cursor } } }"""
TRIAL = f"""query($from: Date!, $to: Date!) {{ trialBalance(from: $from, to: $to) {{
  nodes {{ code account {{ name }} opening {M} debit {M} credit {M} closing {M} }} }} }}"""
LEDGER = f"""query($from: Date!, $to: Date!) {{
  accountLedger(company: "ONE", account: "X001", from: $from, to: $to, first: 1000) {{
  nodes {{ occurredOn debit {M} credit {M} balance {M} entry {{ number description }} }} }} }}"""
ON_HAND = "query { stockOnHand(first: 1000) { nodes { item { code } quantity } } }"
BY_BIN = """query($after: Cursor) { stockOnHand(by: LOCATION, first: 3300, after: $after) {
  nodes { item { code } location { code } quantity } pageInfo { hasNextPage endCursor } } }"""


TRACE = """query($item: String!, $lot: String!, $way: TraceDirection!) {
  lotTrace(company: "ONE", item: $item, lot: $lot, direction: $way, first: 1200) {
    nodes { occurredOn quantity item { code } lot { number } move { kind sourceNumber } } } }"""


class Ours:
    """A client with one connection, and the works by name."""

    name = "Skein"

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.seed = seed
        self.trips = self.bytes = self.keys = 0
        self._connection = HTTPConnection("127.0.0.1", PORT, timeout=120)
        signing = signing_key(SECRET.encode())
        self._bearers = {who: f"Bearer {issue_token(signing, who)}" for who in USERS}
        self._asked_at = 0.0
        self.cursors: list[str] = []

    def ask(self, query: str, who: str = "maker", **variables: Any) -> Any:
        """The data of one answer. Raises: AssertionError for whatever was refused."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"content-type": "application/json", "authorization": self._bearers[who]}
        if time.monotonic() - self._asked_at > IDLE_SECONDS_MAX:
            self._connection.close()
        self._asked_at = time.monotonic()
        try:
            self._connection.request("POST", "/graphql", body, headers)
            answer = self._connection.getresponse().read()
        except OSError:
            # Not there yet; the next question opens the connection anew.
            self._connection.close()
            raise
        self.trips += 1
        self.bytes += len(answer)
        parsed = json.loads(answer)
        assert not parsed.get("errors"), parsed["errors"]
        for payload in parsed["data"].values():
            assert not payload.get("userErrors"), payload["userErrors"]
        return parsed["data"]

    def fill(self, count: int) -> None:
        """So many orders to page through."""
        for _ in range(count):
            self.w1()

    def key(self) -> str:
        """A new idempotency key."""
        self.keys += 1
        return f"{self.seed}-{self.keys}"

    def lines(self, quantity: str, price: str, **more: Any) -> list[dict[str, Any]]:
        """Ten distinct items."""
        items = self.chance.sample(range(1, ITEMS + 1), 10)
        return [{"item": {"code": f"I{n:05}"}, "quantity": quantity, **_price(price), **more} for n in items]

    def party(self) -> dict[str, str]:
        return {"code": f"P{self.chance.randrange(PARTIES):04}"}

    def w1(self) -> None:
        """An order of 250.00 + 50.00 = 300.00 is open, and stock is promised to its 10 lines."""
        given = {"company": _ONE, "customer": self.party(), "currency": "EUR", "confirm": True, **_TAXED}
        made = self.ask(SELL, input={**given, "lines": self.lines("2", "12.50")}, key=self.key())
        order = made["createSalesOrder"]["salesOrder"]
        amounts = [Decimal(order[name]["amount"]) for name in ("subtotal", "tax", "totalDue")]
        assert (order["status"], amounts) == ("CONFIRMED", [250, 50, 300]), order
        self.ask(ALLOCATE, "keeper", order=order["id"], key=self.key())

    def w2(self) -> None:
        """An order is confirmed, 4 of each of 10 items stand in the books, the invoice is a draft of 10 lines."""
        given = {"company": _ONE, "supplier": self.party(), "currency": "EUR"}
        made = self.ask(BUY, input={**given, "lines": self.lines("4", "5.00")}, key=self.key())
        order = made["createPurchaseOrder"]["purchaseOrder"]["id"]
        self.ask(APPROVE, "checker", order=order, key=self.key())
        received = [{"position": position, "received": "4"} for position in range(1, 11)]
        done = self.ask(RECEIVE, "keeper", input={"purchaseOrder": {"id": order}, "lines": received}, key=self.key())
        found = done["receivePurchaseOrder"]["purchaseOrder"]
        assert found["status"] == "COMPLETE", found
        assert [line["stockedQuantity"] for line in found["lines"]] == ["4"] * 10, found
        bill = {
            "supplierNumber": self.key(), "invoicedOn": date.today().isoformat(), "lines": [
                {"purchaseOrder": {"id": order}, "orderPosition": position, "quantity": "4", **_price("5.00")}
                for position in range(1, 11)
            ],
        }  # fmt: skip
        made = self.ask(BILL, "clerk", input={**given, **bill}, key=self.key())
        draft = made["createSupplierInvoice"]["supplierInvoice"]
        assert (draft["status"], len(draft["lines"])) == ("DRAFT", 10), draft

    def w3(self) -> str:
        """An invoice is posted, its entry of 12 lines balanced at 396.00; its number."""
        given = {"company": _ONE, "customer": self.party(), "currency": "EUR"}
        made = self.ask(INVOICE, "clerk", input={**given, "lines": self.lines("3", "11.00", **_TAXED)}, key=self.key())
        invoice = made["postCustomerInvoice"]["customerInvoice"]
        amounts = [Decimal(line["amount"]["amount"]) for line in invoice["journalEntry"]["lines"]]
        debit, credit = (sum(one for one in amounts if (one > 0) == is_debit) for is_debit in (True, False))
        assert (Decimal(invoice["total"]["amount"]), debit, credit) == (396, 396, -396), invoice
        return invoice["number"]

    def w4(self) -> None:
        """50 orders with their 500 lines, from a random place."""
        if not self.cursors:
            for after in (None, "last"):
                edges = self.ask(ORDERS, after=self.cursors[-1] if after else None)["salesOrders"]["edges"]
                self.cursors += [edge["cursor"] for edge in edges]
        orders = self.ask(ORDERS, after=self.chance.choice(self.cursors[:80]))["salesOrders"]["nodes"]
        assert (len(orders), sum(len(order["lines"]) for order in orders)) == (50, 500)

    def w5_trial_balance(self) -> None:
        """Every account of the year."""
        assert len(self.ask(TRIAL, **_YEAR)["trialBalance"]["nodes"]) >= 100

    def w5_ledger(self) -> None:
        """The first 1,000 lines of an account of 20,000, with their running balance."""
        assert len(self.ask(LEDGER, **_YEAR)["accountLedger"]["nodes"]) == 1_000

    def w6_items(self) -> None:
        """1,000 items."""
        assert len(self.ask(ON_HAND)["stockOnHand"]["nodes"]) == 1_000

    def w6_bins(self) -> None:
        """10,000 pairs of item and bin, in pages."""
        count, after = 0, None
        while True:
            page = self.ask(BY_BIN, after=after)["stockOnHand"]
            count += len(page["nodes"])
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        assert count >= 10_000, count

    def w8(self) -> None:
        """1,101 moves forward from a raw lot."""
        assert len(self._trace("T-RAW", RAW_LOT, "FORWARD")) == 1_101

    def w8_back(self) -> None:
        """12 moves back from a finished lot to the receipt of the raw lot in it."""
        kinds = [one["move"]["kind"] for one in self._trace("T-FINISHED", "FINISHED-1", "BACK")]
        assert (len(kinds), kinds[0]) == (12, "RECEIPT"), kinds

    def _trace(self, item: str, lot: str, way: str) -> list[Any]:
        return self.ask(TRACE, "keeper", item=item, lot=lot, way=way)["lotTrace"]["nodes"]


_ONE = {"code": "ONE"}
_TAXED = {"taxCode": {"code": "T20"}}
_YEAR = {"from": "2026-01-01", "to": "2026-12-31"}


def _price(amount: str) -> dict[str, Any]:
    return {"unitPrice": {"amount": amount, "currency": "EUR"}}
