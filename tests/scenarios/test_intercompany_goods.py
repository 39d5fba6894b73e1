"""HQ sells goods to DE, which sells some of them on: out of one stock and into the other at once, in two currencies.

Everything costs HQ 9 CNY and DE 10 EUR, on a day on which a euro is 1.5 CNY: HQ earns 6 CNY on each. DE has its goods
at FIFO, at moving average beside as many of its own at 8 EUR, at a standard cost of 8 EUR, and by lot.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import run_apart
from tests.scenarios.group import ThreeCompanies, three_companies
from tests.scenarios.test_consolidation import BALANCES, FIRST_HALF, RUN, mapped, steps
from tests.scenarios.test_intercompany import REVALUE, SETTLE, open_items

ITEMS = {"BYFIFO": "FIFO", "BYMEAN": "AVERAGE", "BYSTD": "STANDARD", "BYLOT": "LOT"}
SOLD = {"BYFIFO": "60", "BYMEAN": "40", "BYSTD": "50", "BYLOT": "30"}
ISSUED = {"BYFIFO": "20", "BYMEAN": "20", "BYSTD": "30", "BYLOT": "10"}
SELL = """mutation($input: SellGoodsBetweenCompaniesInput!, $key: String) {
  sellGoodsBetweenCompanies(input: $input, idempotencyKey: $key) { replayed userErrors { code path }
    intercompanyTrade { id number side total { amount currency } customerInvoice { total { amount } }
      goods { position item { code } lot { number } quantity net { amount currency } amount { amount currency }
        stockEntry { quantity value { amount } location { code } } } } } }"""
SIDES = """{ intercompanyTrades(companies: ["HQ", "DE"]) { nodes { number side
  goods { item { code } lot { number expiresOn supplierLot } quantity net { amount } amount { amount currency }
    stockEntry { quantity value { amount } location { code } } } } } }"""
STOCK = """query($item: String!) { stockBalances(companies: ["HQ", "DE"], filter: {item: {code: {eq: $item}},
  quantity: {ne: "0"}}) { nodes { location { code } lot { number } quantity } } }"""
TRANSFERS = """{ stockTransfers(companies: ["DE"]) { nodes { id number status lines { item { code } shippedQuantity
  receivedQuantity } } } }"""
MONEY = """query($company: String!) { journalLines(companies: [$company], first: 100, filter: {
  journalEntry: {sourceKind: {in: ["IntercompanyTrade", "CustomerInvoice"]}}}) {
  nodes { account { code } amount { amount } } } }"""
PROFITS = """query($run: String!) { stockProfitLines(companies: ["HQ"], filter: {
  consolidationRun: {number: {eq: $run}}}, orderBy: {field: HELD_ON}) { nodes { heldOn sellerCode holderCode
  item { code } tradeNumber lotNumber quantity remainingQuantity netAmount { amount } costAmount { amount } rate
  amount { amount currency } } } }"""
BY_ITEM = """query($run: String!) { stockProfitLines(companies: ["HQ"], filter: {
  consolidationRun: {number: {eq: $run}}}) { aggregate(groupBy: [HELD_ON]) { groups { key { heldOn } count
  sum { amount { amount currency } remainingQuantity } } } } }"""


async def did(group: ThreeCompanies, who: str, mutation: str, shown: str, **given: Any) -> Any:
    """The record that an accepted mutation answers with."""
    kind = mutation[0].upper() + mutation[1:]
    document = (
        f"mutation($input: {kind}Input!, $key: String!) {{ {mutation}(input: $input, idempotencyKey: $key) "
        f"{{ userErrors {{ code message }} {shown} }} }}"
    )
    payload = (await group.ask(document, who, input=given, key=str(uuid4())))[mutation]
    assert payload["userErrors"] == [], payload
    return payload[shown.partition(" ")[0]]


async def purchased(group: ThreeCompanies, company: str, price: str, lines: dict[str, str]) -> None:
    """Goods bought from outside, approved and received, each into the company's store on the second of June."""
    currency = {"HQ": "CNY", "DE": "EUR"}[company]
    own = {"company": {"code": company}}
    asked = [
        {"item": {"code": item}, "quantity": quantity, "unitPrice": {"amount": price, "currency": currency}}
        for item, quantity in lines.items()
    ]
    order = await did(
        group, "buyer", "createPurchaseOrder", "purchaseOrder { number }", **own, supplier={"code": "ACME"},
        currency=currency, orderedOn="2026-06-01", lines=asked,
    )  # fmt: skip
    named = own | {"purchaseOrder": {"number": order["number"]}}
    await did(group, "controller", "approvePurchaseOrder", "purchaseOrder { status }", **named)
    received = [
        {"position": place, "received": quantity, "location": {"code": "STORE"}}
        | ({"lotNumber": "L1", "expiresOn": "2028-06-30"} if item == "BYLOT" else {})
        for place, (item, quantity) in enumerate(lines.items(), start=1)
    ]
    shown = "purchaseOrder { status }"
    await did(group, "warehouse", "receivePurchaseOrder", shown, **named, lines=received, receivedOn="2026-06-02")


async def prepared(group: ThreeCompanies) -> None:
    """Masters, rates, and what was bought outside the group."""
    await mapped(group)
    await group.rate("EUR", "2026-01-02", spotRate="1.5")
    await group.rate("EUR", "2026-06-30", closingRate="2", averageRate="1.5")
    await group.rate("EUR", "2026-12-31", closingRate="2", averageRate="2")
    await group.rate("USD", "2026-06-30", closingRate="2", averageRate="2")
    await did(group, "admin", "createParty", "party { code }", code="ACME", name="ACME")
    await did(group, "admin", "createPartyRole", "partyRole { id }", party={"code": "ACME"}, role="SUPPLIER")
    for code, method in ITEMS.items():
        policy = {"lotPolicy": "LOT"} if method == "LOT" else {}
        await did(
            group, "admin", "createItem", "item { code }", code=code, name=code, kind="COMPONENT", unit={"code": "EA"},
            makeOrBuy="BUY", **policy,
        )  # fmt: skip
        for company in ("HQ", "DE"):
            await did(
                group, "controller", "setItemValuation", "itemValuation { method }", company={"code": company},
                item={"code": code}, method=method,
            )  # fmt: skip
    for company, code, kind in (("HQ", "STORE", "STORAGE"), ("DE", "STORE", "STORAGE"), ("DE", "ROAD", "TRANSIT")):
        await did(
            group, "admin", "createLocation", "location { code }", company={"code": company}, code=code, name=code,
            kind=kind,
        )  # fmt: skip
    await purchased(group, "HQ", "9", dict.fromkeys(ITEMS, "100"))
    await purchased(group, "DE", "8", {"BYMEAN": "40", "BYSTD": "50"})


def a_sale(**more: Any) -> dict[str, Any]:
    """The sale of every test."""
    lines = [
        {
            "item": {"code": item}, "location": {"code": "STORE"}, "quantity": quantity,
            "unitPrice": {"amount": "10", "currency": "EUR"}, "taxCode": {"code": "VAT13"}, "buyerTaxCode": "VAT13",
        }
        | ({"lotNumber": "L1"} if item == "BYLOT" else {})
        for item, quantity in SOLD.items()
    ]  # fmt: skip
    return {
        "company": {"code": "HQ"}, "buyer": {"code": "DE"}, "currency": "EUR", "tradedOn": "2026-06-10",
        "transit": "ROAD", "target": "STORE", "lines": lines,
    } | more  # fmt: skip


@pytest.fixture(scope="module")
def group(clone_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeCompanies]:
    """The group with its goods, before anyone traded."""
    with three_companies(clone_database(), tmp_path_factory.mktemp("group")) as made:
        run_apart(prepared(made))
        yield made


async def sold(group: ThreeCompanies) -> Any:
    """The sale; asked for again with the same key, it is the same."""
    payload = (await group.ask(SELL, input=a_sale(), key="sale"))["sellGoodsBetweenCompanies"]
    assert payload["userErrors"] == [], payload
    return payload


async def sold_on(group: ThreeCompanies) -> None:
    """DE received the goods and issued some of each, once."""
    await sold(group)
    [transfer] = (await group.ask(TRANSFERS))["stockTransfers"]["nodes"]
    if transfer["status"] == "RECEIVED":
        return
    await did(
        group, "warehouse", "receiveTransfer", "stockTransfer { status }", company={"code": "DE"},
        stockTransfer={"id": transfer["id"]}, receivedOn="2026-06-12",
    )  # fmt: skip
    lines = [
        {"item": {"code": item}, "location": {"code": "STORE"}, "quantity": quantity}
        | ({"lotNumber": "L1"} if item == "BYLOT" else {})
        for item, quantity in ISSUED.items()
    ]
    await did(
        group, "warehouse", "issueStock", "stockMove { id }", company={"code": "DE"}, purpose="SALES", lines=lines,
        issuedOn="2026-06-20",
    )  # fmt: skip
    await group.done(REVALUE, company={"code": "HQ"}, revaluedOn="2026-06-30")


async def test_goods_that_are_not_there_or_go_nowhere_are_refused_and_nothing_moves(group: ThreeCompanies):
    one = a_sale()["lines"][0]
    for more, code, path in (
        ({"lines": [one | {"quantity": "101"}]}, "INSUFFICIENT_STOCK", []),
        ({"transit": "STORE"}, "INVALID_VALUE", ["input", "transit"]),
        ({"target": "NOWHERE"}, "NOT_FOUND", ["input", "target"]),
        ({"lines": [one | {"buyerTaxCode": "VAT6"}]}, "SIDES_DIFFER", []),
        ({"lines": [one | {"unitPrice": {"amount": "10", "currency": "USD"}}]}, "CURRENCY_MISMATCH", []),
        ({"lines": []}, "INVALID_VALUE", ["input", "lines"]),
        ({"tradedOn": "2028-01-31"}, "PERIOD_CLOSED", []),
        ({"buyer": {"code": "HQ"}}, "INVALID_VALUE", ["input", "buyer"]),
    ):
        payload = await group.do(SELL, **a_sale(**more))
        assert [error["code"] for error in payload["userErrors"]] == [code], more
        if path:
            assert payload["userErrors"][0]["path"] == path
    for who in ("keeper", "warehouse"):
        seen = await group.serving.ask(SELL, who=who, input=a_sale(), key=f"by-{who}")
        assert [error["extensions"]["code"] for error in seen["errors"]] == ["FORBIDDEN"]
    assert (await group.ask(SIDES))["intercompanyTrades"]["nodes"] == []
    assert (await group.ask(STOCK, item="BYFIFO"))["stockBalances"]["nodes"] == [
        {"location": {"code": "STORE"}, "lot": None, "quantity": "100"}
    ]
    assert await open_items(group) == []
    assert await group.breaches() == []


async def test_one_event_takes_goods_out_of_one_stock_and_into_the_others_transit(group: ThreeCompanies):
    made, again = await sold(group), await sold(group)
    assert [made["replayed"], again["replayed"]] == [False, True]
    trade = made["intercompanyTrade"]
    assert (trade["side"], trade["total"]) == ("SELLER", {"amount": "2034", "currency": "EUR"})
    sides = {one["side"]: one["goods"] for one in (await group.ask(SIDES))["intercompanyTrades"]["nodes"]}
    told = {
        side: [
            (
                one["item"]["code"], one["quantity"], one["net"]["amount"], one["amount"]["amount"],
                one["stockEntry"]["quantity"], one["stockEntry"]["value"]["amount"],
                one["stockEntry"]["location"]["code"],
            )
            for one in goods
        ]
        for side, goods in sides.items()
    }  # fmt: skip
    assert told == {
        "SELLER": [
            ("BYFIFO", "60", "600", "900", "-60", "-540", "STORE"),
            ("BYMEAN", "40", "400", "600", "-40", "-360", "STORE"),
            ("BYSTD", "50", "500", "750", "-50", "-450", "STORE"),
            ("BYLOT", "30", "300", "450", "-30", "-270", "STORE"),
        ],
        "BUYER": [
            ("BYFIFO", "60", "600", "600", "60", "600", "ROAD"),
            ("BYMEAN", "40", "400", "400", "40", "400", "ROAD"),
            ("BYSTD", "50", "500", "500", "50", "400", "ROAD"),
            ("BYLOT", "30", "300", "300", "30", "300", "ROAD"),
        ],
    }
    assert sides["BUYER"][3]["lot"] == {"number": "L1", "expiresOn": "2028-06-30", "supplierLot": "L1"}
    sums: dict[str, dict[str, Decimal]] = {"HQ": {}, "DE": {}}
    for company, accounts in sums.items():
        for line in (await group.ask(MONEY, company=company))["journalLines"]["nodes"]:
            code = line["account"]["code"]
            accounts[code] = accounts.get(code, Decimal(0)) + Decimal(line["amount"]["amount"])
    assert sums == {
        "HQ": {"1405": -1620, "6401": 1620, "1122": 3051, "6001": -2700, "22210102": -351},
        "DE": {"1405": 1700, "640201": 100, "220202": 0, "2202": -2034, "22210101": 234},
    }
    assert await open_items(group) == [("CNY", "2034", "3051"), ("EUR", "-2034", "-2034")]
    assert await group.breaches() == []


async def test_the_buyer_receives_in_parts_what_is_in_transit(group: ThreeCompanies):
    await sold(group)
    [transfer] = (await group.ask(TRANSFERS))["stockTransfers"]["nodes"]
    assert (transfer["status"], [line["shippedQuantity"] for line in transfer["lines"]]) == (
        "IN_TRANSIT", ["60", "40", "50", "30"],
    )  # fmt: skip
    part = await did(
        group, "warehouse", "receiveTransfer", "stockTransfer { status }", company={"code": "DE"},
        stockTransfer={"id": transfer["id"]}, lines=[{"position": 1, "quantity": "25"}], receivedOn="2026-06-11",
    )  # fmt: skip
    assert part["status"] == "IN_TRANSIT"
    assert {
        one["location"]["code"]: one["quantity"]
        for one in (await group.ask(STOCK, item="BYFIFO"))["stockBalances"]["nodes"]
        if one["quantity"] != "40"
    } == {"ROAD": "35", "STORE": "25"}
    assert await group.breaches() == []


async def test_profit_in_the_buyers_stock_is_found_by_layer_and_the_group_is_left_with_what_it_cost(
    group: ThreeCompanies,
):
    await sold_on(group)
    run = (await group.done(RUN, **FIRST_HALF))["consolidationRun"]
    found = (await group.ask(PROFITS, run=run["number"]))["stockProfitLines"]["nodes"]
    assert sorted(
        (
            one["item"]["code"], one["remainingQuantity"], one["quantity"], one["netAmount"]["amount"],
            one["costAmount"]["amount"], one["rate"], one["amount"]["amount"],
        )
        for one in found
    ) == [
        ("BYFIFO", "40", "60", "900", "540", "1", "240"),
        ("BYLOT", "20", "30", "450", "270", "1", "120"),
        # Half of the 60 that are left are of the group.
        ("BYMEAN", "30", "40", "600", "360", "1", "180"),
        # 8 of 10 EUR went to stock: 600 of 750 CNY, which cost 450; 35 of the 70 left are of the group.
        ("BYSTD", "35", "50", "600", "450", "1", "105"),
    ]  # fmt: skip
    assert {(one["sellerCode"], one["holderCode"], one["heldOn"]) for one in found} == {("HQ", "DE", "2026-06-30")}
    figures = {code: rest for code, *rest in steps(await group.ask(BALANCES, run=run["number"]))}
    # Translated, adjusted, eliminated, minority, and what it comes to.
    assert figures["6001"] == ["-2700", "0", "2700", "0", "0"]
    assert figures["6401"] == ["2700", "0", "-2700", "0", "0"]
    assert figures["640299"] == ["0", "0", "0", "0", "645"]
    # What DE issued had cost the group 795: 20 and 10 at 9, 10 at 9 beside 10 of DE's at 12, 15 at 9 beside 15 at 12.
    assert sum(Decimal(figures[code][4]) for code in ("6401", "640201", "640299")) == 795
    assert figures["1405"] == ["5380", "0", "0", "0", "4735"]
    assert [figures[code][4] for code in ("1122", "2202")] == ["0", "0"]
    assert "4302" not in figures
    assert await group.breaches() == []


async def test_profit_is_earned_in_the_span_in_which_the_goods_are_sold_on(group: ThreeCompanies):
    await sold_on(group)
    await did(
        group, "warehouse", "issueStock", "stockMove { id }", company={"code": "DE"}, purpose="SALES",
        issuedOn="2026-07-10",
        lines=[{"item": {"code": "BYFIFO"}, "location": {"code": "STORE"}, "quantity": "40"}],
    )  # fmt: skip
    second = FIRST_HALF | {"startsOn": "2026-07-01", "endsOn": "2026-12-31"}
    await group.done(REVALUE, company={"code": "HQ"}, revaluedOn="2026-12-31")
    run = (await group.done(RUN, **second))["consolidationRun"]
    groups = (await group.ask(BY_ITEM, run=run["number"]))["stockProfitLines"]["aggregate"]["groups"]
    assert {
        one["key"]["heldOn"]: (one["count"], one["sum"]["amount"], one["sum"]["remainingQuantity"]) for one in groups
    } == {
        "2026-06-30": (4, [{"amount": "645", "currency": "CNY"}], "125"),
        "2026-12-31": (3, [{"amount": "405", "currency": "CNY"}], "85"),
    }
    figures = {code: rest[4] for code, *rest in steps(await group.ask(BALANCES, run=run["number"]))}
    # 40 x 10 EUR at 2 less the profit of 240 that is earned now.
    assert (figures["6401"], figures["640299"]) == ("800", "-240")
    assert await group.breaches() == []


async def test_goods_are_settled_like_any_trade(group: ThreeCompanies):
    trade = (await sold(group))["intercompanyTrade"]
    await group.done(SETTLE, intercompanyTrade={"id": trade["id"]}, paidOn="2026-12-31")
    assert await open_items(group) == []
    assert await group.breaches() == []
