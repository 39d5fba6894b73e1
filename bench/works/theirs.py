"""The works as a client of Tryton asks for them over JSON-RPC, with the end states of ours."""

import base64
import datetime as dt
import json
import random
from decimal import Decimal
from http.client import HTTPConnection, HTTPException
from typing import Any

from bench.works.tryton import BENCH, PASSWORD, PORT

# The longest work of one client takes it some ten seconds; who waits longer for one answer is refused.
ANSWER_SECONDS_MAX = 120.0

TODAY = dt.date.today()
GENERAL = "account.general_ledger"
AMOUNTS = ["account.code", "account.name", "start_debit", "start_credit", "debit", "credit", "end_balance"]
TRACE = ["product", "lot", "lot.number", "date", "quantity", "from_location", "to_location"]


class Theirs:
    """A client with one connection and one session, and the works by name."""

    name = "Tryton 8.2"

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.trips = self.bytes = 0
        self._connection = HTTPConnection("127.0.0.1", PORT, timeout=ANSWER_SECONDS_MAX)
        self._headers = {"content-type": "application/json"}
        self._context: dict[str, Any] = {}
        user, token, *_ = self._call("common.db.login", "admin", {"password": PASSWORD}, "en")
        session = base64.b64encode(f"admin:{user}:{token}".encode()).decode()
        self._headers["authorization"] = f"Session {session}"
        self._context = self._call("model.res.user.get_preferences", True, {})
        self._learn()

    def _call(self, method: str, *params: Any) -> Any:
        body = json.dumps({"id": 0, "method": method, "params": params}, default=_encoded).encode()
        try:
            self._connection.request("POST", f"/{BENCH}/rpc/", body, self._headers)
            answer = self._connection.getresponse().read()
        except (HTTPException, OSError):
            # Half asked, it can be asked nothing else; the next question opens it anew.
            self._connection.close()
            raise
        self.trips += 1
        self.bytes += len(answer)
        parsed = json.loads(answer)
        if isinstance(parsed, dict):
            assert not parsed.get("error"), str(parsed["error"])[:300]
            return parsed.get("result", parsed)
        return parsed

    def call(self, method: str, *params: Any, **context: Any) -> Any:
        """What a method answers, in the user's context and what is added to it."""
        return self._call(f"model.{method}", *params, {**self._context, **context})

    def _learn(self) -> None:
        """The keys of what the works name, read once."""

        def read(model: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
            return self.call(f"{model}.search_read", domain, 0, None, None, list(fields or ("id",)))

        self.parties = read("party.party", [["name", "like", "Party %"]], "addresses")
        self.products = [one["id"] for one in read("product.product", [["code", "like", "PR%"]])]
        self.unit = read("product.uom", [["name", "=", "Unit"]])[0]["id"]
        company = read("company.company", [], "currency")[0]
        self.own = {"company": company["id"], "currency": company["currency"]}
        self.tax = read("account.tax", [])[0]["id"]
        used = ["closed", "=", False]
        self.receivable = read("account.account", [["type.receivable", "=", True], used])[0]["id"]
        self.revenue = read("account.account", [["type.revenue", "=", True], used])[0]["id"]
        self.warehouse = read("stock.location", [["type", "=", "warehouse"]])[0]["id"]
        self.term = read("account.invoice.payment_term", [])[0]["id"]
        self.journal = read("account.journal", [["type", "=", "revenue"]])[0]["id"]
        self.year = read("account.fiscalyear", [])[0]["id"]
        self.supplier = read("stock.location", [["type", "=", "supplier"]])[0]["id"]
        self.input = read("stock.location", [["code", "=", "IN"]])[0]["id"]
        self.storage = read("stock.location", [["code", "=", "STO"]])[0]["id"]
        self.bins = [one["id"] for one in read("stock.location", [["code", "like", "B0%"]])]

    def fill(self, count: int) -> None:
        """So many orders to page through, as drafts: what is read of them is the same."""
        self.call("sale.sale.create", [
            {**document, "shipment_address": document["invoice_address"], "warehouse": self.warehouse,
             "sale_date": TODAY, "lines": self._lines(2.0, "12.5")}
            for document in (self._document() for _ in range(count))
        ])  # fmt: skip

    def _lines(self, quantity: float, price: str, **more: Any) -> list[Any]:
        """Ten distinct items."""
        return [["create", [
            {"type": "line", "product": one, "unit": self.unit, "quantity": quantity, "unit_price": Decimal(price),
             "taxes": [["add", [self.tax]]], **more}
            for one in self.chance.sample(self.products, 10)
        ]]]  # fmt: skip

    def _document(self) -> dict[str, Any]:
        party = self.chance.choice(self.parties)
        return {
            "party": party["id"], "invoice_address": party["addresses"][0], "payment_term": self.term, **self.own,
        }  # fmt: skip

    def w1(self) -> None:
        """An order of 250.00 + 50.00 = 300.00 is open, its delivery waits, its invoice is a draft."""
        document = self._document()
        given = {
            **document, "shipment_address": document["invoice_address"], "warehouse": self.warehouse,
            "sale_date": TODAY, "invoice_method": "order", "shipment_method": "order",
            "lines": self._lines(2.0, "12.5"),
        }  # fmt: skip
        [sale] = self.call("sale.sale.create", [given])
        self.call("sale.sale.quote", [sale])
        self.call("sale.sale.confirm", [sale])

    def w2(self) -> None:
        """An order is confirmed and received through the input zone; its invoice is a draft."""
        document = {**self._document(), "warehouse": self.warehouse, "purchase_date": TODAY, "invoice_method": "order"}
        [purchase] = self.call("purchase.purchase.create", [{**document, "lines": self._lines(4.0, "5")}])
        self.call("purchase.purchase.quote", [purchase])
        self.call("purchase.purchase.confirm", [purchase])
        [read] = self.call("purchase.purchase.read", [purchase], ["moves"])
        shipment = {
            "supplier": document["party"], "company": self.own["company"], "warehouse": self.warehouse,
            "warehouse_input": self.input, "warehouse_storage": self.storage, "effective_date": TODAY,
            "incoming_moves": [["add", list(read["moves"])]],
        }  # fmt: skip
        [received] = self.call("stock.shipment.in.create", [shipment])
        self.call("stock.shipment.in.receive", [received])
        self.call("stock.shipment.in.do", [received])

    def w3(self) -> None:
        """An invoice is posted."""
        lines = self._lines(3.0, "11", account=self.revenue, **self.own)
        given = {
            **self._document(), "type": "out", "account": self.receivable, "journal": self.journal,
            "invoice_date": TODAY, "lines": lines,
        }  # fmt: skip
        [invoice] = self.call("account.invoice.create", [given])
        self.call("account.invoice.post", [invoice])

    def w4(self) -> None:
        """50 orders with their 500 lines, from a random place."""
        fields = ["number", "state", "sale_date", "total_amount", "party.rec_name", "party.code", "lines"]
        orders = self.call("sale.sale.search_read", [], self.chance.randint(0, 80), 50, [["id", "DESC"]], fields)
        ids = [line for order in orders for line in order["lines"]]
        fields = ["quantity", "unit_price", "amount", "unit.symbol", "product.rec_name", "product.code"]
        assert (len(orders), len(self.call("sale.line.read", ids, fields))) == (50, 500)

    def w5_trial_balance(self) -> None:
        """Every account of the year."""
        context = {"fiscalyear": self.year, "company": self.own["company"], "posted": False}
        assert self.call(f"{GENERAL}.account.search_read", [], 0, None, None, AMOUNTS, **context)

    def w5_ledger(self) -> None:
        """The first 1,000 lines of an account of 20,000, with their running balance."""
        context = {"fiscalyear": self.year, "company": self.own["company"], "posted": False}
        fields = ["date", "debit", "credit", "balance", "description", "move"]
        domain = [["account", "=", self.receivable]]
        name = f"{GENERAL}.line.search_read"
        assert len(self.call(name, domain, 0, 1_000, None, fields, **context)) == 1_000

    def _on_hand(self, place: int, *, with_childs: bool) -> int:
        context = {"locations": [place], "stock_date_end": TODAY, "with_childs": with_childs}
        domain = [["code", "like", "PR%"]]
        return len(self.call("product.product.search_read", domain, 0, None, None, ["code", "quantity"], **context))

    def w6_items(self) -> None:
        """1,000 items."""
        assert self._on_hand(self.warehouse, with_childs=True) == 1_000

    def w6_bins(self) -> None:
        """10,000 pairs of item and bin, bin by bin."""
        assert sum(self._on_hand(one, with_childs=False) for one in self.bins) == 10_000

    def w8(self) -> None:
        """1,101 moves forward from a raw lot; the client walks, one level a call."""
        domain = [["lot.number", "=", "RAW-LOT-1"], ["from_location", "=", self.supplier]]
        fields = [*TRACE, "upward_traces"]
        seen: set[int] = set()
        front = self.call("stock.lot.trace.search_read", domain, 0, None, None, fields)
        while front:
            seen |= {one["id"] for one in front}
            following = sorted({id_ for one in front for id_ in one["upward_traces"]} - seen)
            front = self.call("stock.lot.trace.read", following, fields) if following else []
        assert len(seen) == 1_101, len(seen)


def _encoded(value: Any) -> dict[str, Any]:
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    if isinstance(value, dt.date):
        return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    raise TypeError(type(value))
