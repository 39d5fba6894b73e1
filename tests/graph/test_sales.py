"""Selling through the graph: quoted at the price of a list, confirmed within credit, cancelled."""

from typing import Any

import pytest

from domain.core.actors import Audience
from domain.core.errors import Forbidden, Rejected
from domain.core.records import GROUP
from resolvers.operation import Invalid
from tests.domain.books import AX
from tests.graph.test_masters import done, refused
from tests.graph.test_write import Desk, Who, desk

__all__ = ["desk"]

ORDER = "number status subtotal { amount currency } tax { amount } totalDue { amount } version warnings"
LINES = "lines { position item { code } orderedQuantity unitPrice { amount } priceSource lineTotal { amount } }"


@pytest.fixture
async def sales(desk: Desk) -> Who:
    """A salesperson of AX; the hospital HOSP buys, and BOLT costs 2.50, from 100 on 2.00."""
    steward, clerk = desk.staff("group_admin", company=GROUP), desk.staff("sales", company=AX)
    await done(desk, steward, "createParty", "party", "id", code="HOSP", name="Hospital", country="DE")
    await done(desk, steward, "createPartyRole", "partyRole", "id", party={"code": "HOSP"}, role="HOSPITAL")
    company = {"company": {"code": "AX"}}
    given = company | {"code": "L1", "name": "List", "kind": "GENERAL", "currency": "USD", "validFrom": "2026-01-01"}
    await done(desk, clerk, "createPriceList", "priceList", "id", **given)
    for quantity, price in (("0", "2.50"), ("100", "2")):
        line = {"priceList": {"code": "L1"}, "item": {"code": "BOLT"}, "currency": "USD", "validFrom": "2026-01-01"}
        amount = {"quantityMin": quantity, "unitPrice": {"amount": price, "currency": "USD"}}
        await done(desk, clerk, "createPriceListLine", "priceListLine", "id", **company | line | amount)
    return clerk


def order(quantity: str = "10", **more: Any) -> dict[str, Any]:
    return {
        "company": {"code": "AX"}, "customer": {"code": "HOSP"}, "currency": "USD",
        "lines": [{"item": {"code": "BOLT"}, "quantity": quantity}],
    } | more  # fmt: skip


async def test_a_quote_takes_the_price_of_the_list_and_says_which(desk: Desk, sales: Who) -> None:
    made = await done(desk, sales, "createSalesOrder", "salesOrder", f"{ORDER} {LINES}", **order("100"))
    assert made == {
        "number": "SO-000001", "status": "QUOTED", "subtotal": {"amount": "200", "currency": "USD"},
        "tax": {"amount": "0"}, "totalDue": {"amount": "200"}, "version": 1, "warnings": [],
        "lines": [{
            "position": 1, "item": {"code": "BOLT"}, "orderedQuantity": "100", "unitPrice": {"amount": "2"},
            "priceSource": "L1 from 2026-01-01, from quantity 100", "lineTotal": {"amount": "200"},
        }],
    }  # fmt: skip


async def test_a_quote_is_confirmed_once_and_cancelled(desk: Desk, sales: Who) -> None:
    made = await done(desk, sales, "createSalesOrder", "salesOrder", "number", **order())
    own = {"salesOrder": {"number": made["number"]}}
    stale = own | {"expectedVersion": 7}
    assert await refused(desk, sales, "confirmSalesOrder", **stale) == [("STALE_VERSION", ["input"])]
    assert await done(desk, sales, "confirmSalesOrder", "salesOrder", "status version", **own) == {
        "status": "CONFIRMED", "version": 2,
    }  # fmt: skip
    assert await refused(desk, sales, "confirmSalesOrder", **own) == [("WRONG_STATE", ["input"])]
    cancelled = await done(desk, sales, "cancelSalesOrder", "salesOrder", "status lines { cancelledQuantity }", **own)
    assert cancelled == {"status": "CANCELLED", "lines": [{"cancelledQuantity": "10"}]}


async def test_an_order_beyond_the_credit_limit_is_refused_and_a_quote_is_not(desk: Desk, sales: Who) -> None:
    steward = desk.staff("group_admin", company=AX)
    limit = {"party": {"code": "HOSP"}, "currency": "USD", "creditLimit": {"amount": "40", "currency": "USD"}}
    await done(desk, steward, "createPartyTerms", "partyTerms", "id", company={"code": "AX"}, **limit)
    first = await done(desk, sales, "createSalesOrder", "salesOrder", "status", **order(confirm=True))
    assert first == {"status": "CONFIRMED"}
    assert await refused(desk, sales, "createSalesOrder", **order(confirm=True)) == [("CREDIT_EXCEEDED", ["input"])]
    quote = await done(desk, sales, "createSalesOrder", "salesOrder", "number", **order())
    own = {"salesOrder": {"number": quote["number"]}}
    assert await refused(desk, sales, "confirmSalesOrder", **own) == [("CREDIT_EXCEEDED", ["input"])]


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"customer": {"code": "ACME"}}, "INVALID_VALUE", ["input", "customer"]),
        ({"currency": "XXQ"}, "NOT_FOUND", ["input", "currency"]),
        ({"currency": "EUR"}, "PRICE_MISSING", ["input", "lines", "0"]),
        ({"lines": []}, "INVALID_VALUE", ["input", "lines"]),
        (
            {"lines": [{"item": {"code": "BOLT"}, "quantity": "-1"}]}, "INVALID_VALUE",
            ["input", "lines", "0", "quantity"],
        ),
        (
            {"lines": [{"item": {"code": "BOLT"}, "quantity": "1", "discountPercent": "101"}]}, "INVALID_VALUE",
            ["input", "lines", "0", "discountPercent"],
        ),
    ],
)  # fmt: skip
async def test_an_order_that_breaks_a_rule_names_it_and_writes_nothing(
    desk: Desk, sales: Who, change: dict[str, Any], code: str, path: list[str]
) -> None:
    assert await refused(desk, sales, "createSalesOrder", **order(**change)) == [(code, path)]


async def test_a_device_that_may_not_be_sold_there_is_refused_by_check_and_day(desk: Desk, sales: Who) -> None:
    steward = desk.staff("group_admin", company=GROUP)
    law = {
        "country": "DE", "needsRegistration": True, "registrationBasis": "SHIPPED", "needsLicence": False,
        "source": "Regulation (EU) 2017/745, article 5", "validFrom": "2021-05-26",
    }  # fmt: skip
    await done(desk, steward, "createQualificationRule", "qualificationRule", "id", **law)
    assert await refused(desk, sales, "createSalesOrder", **order()) == [("NOT_QUALIFIED", ["input", "lines", "0"])]
    registration = {
        "number": "DE-1", "item": {"code": "BOLT"}, "country": "DE", "authority": "BfArM", "validFrom": "2026-01-01",
        "validTo": "2026-05-31",
    }  # fmt: skip
    await done(desk, steward, "createProductRegistration", "productRegistration", "id", **registration)
    late = order(orderedOn="2026-05-20", shipOn="2026-06-15")
    made = await done(desk, sales, "createSalesOrder", "salesOrder", "warnings", **late)
    assert ["the registration check fails on 2026-06-15" in one for one in made["warnings"]] == [True]


async def test_who_sells_nothing_may_not_order(desk: Desk, sales: Who) -> None:
    with pytest.raises(Forbidden):
        await done(desk, desk.staff("buyer", company=AX), "createSalesOrder", "salesOrder", "id", **order())
    assert await desk.count("sales_order") == 0


EXPLANATION = """query($unit: String, $quantity: Decimal!, $territory: String) {
  priceExplanation(companies: ["AX"], customer: "HOSP", item: "BOLT", quantity: $quantity, currency: "USD",
    on: "2026-06-01", unit: $unit, territory: $territory) { nodes {
    rule source outcome reason reasonZh quantity unitPrice { amount } priceInUnit { amount } validFrom } } }"""


async def priced(desk: Desk, sales: Who) -> None:
    """Beside the list: a contract of the hospital and one of another, and a cap in one region."""
    company = {"company": {"code": "AX"}}
    for code, customer, price in (("C1", "HOSP", "1.90"), ("C2", "ACME", "0.10")):
        given = {"code": code, "name": code, "kind": "CONTRACT", "currency": "USD", "validFrom": "2026-05-01"}
        await done(desk, sales, "createPriceList", "priceList", "id", customer={"code": customer}, **company, **given)
        line = {"priceList": {"code": code}, "item": {"code": "BOLT"}, "currency": "USD", "validFrom": "2026-05-01"}
        amount = {"quantityMin": "20", "unitPrice": {"amount": price, "currency": "USD"}}
        await done(desk, sales, "createPriceListLine", "priceListLine", "id", **company | line | amount)
    cap = {"item": {"code": "BOLT"}, "territory": "Tuttlingen", "source": "Tender 7", "validFrom": "2026-01-01"}
    limit = {"currency": "USD", "unitPrice": {"amount": "1.80", "currency": "USD"}}
    await done(desk, sales, "createPriceCap", "priceCap", "id", **company, **cap, **limit)


async def test_a_price_is_explained_by_every_rule_that_was_considered(desk: Desk, sales: Who) -> None:
    await priced(desk, sales)
    given = {"quantity": "10", "territory": "Tuttlingen"}
    rows = (await desk(EXPLANATION, sales, **given))["data"]["priceExplanation"]["nodes"]
    shown = [(row["rule"], row["source"], row["unitPrice"]["amount"], row["outcome"], row["reason"]) for row in rows]
    assert shown == [
        ("GENERAL", "L1", "2.5", "SETS_PRICE", "the general list holds, for want of a contract or tender"),
        ("CONTRACT", "C1", "1.9", "BELOW_QUANTITY", "it holds from quantity 20 on"),
        ("CONTRACT", "C2", "0.1", "OTHER_CUSTOMER", "it is a contract with another customer"),
        ("GENERAL", "L1", "2", "BELOW_QUANTITY", "it holds from quantity 100 on"),
        ("CAP", "Tender 7", "1.8", "ABOVE_CAP", "the price is above the cap and an order is refused"),
    ]  # fmt: skip
    assert rows[1]["reasonZh"] == "起订数量为20"
    # In boxes of 50 the contract's quantity is reached; another region has no cap.
    steward = desk.staff("group_admin", company=GROUP)
    await done(desk, steward, "createUnitOfMeasure", "unitOfMeasure", "id", code="BX", name="Box", dimension="PACKAGE")
    box = {"item": {"code": "BOLT"}, "unit": {"code": "BX"}, "factor": "50"}
    await done(desk, steward, "createItemUnitConversion", "itemUnitConversion", "id", **box)
    rows = (await desk(EXPLANATION, sales, quantity="1", unit="BX"))["data"]["priceExplanation"]["nodes"]
    assert [(row["source"], row["outcome"], row["quantity"], row["priceInUnit"]["amount"]) for row in rows] == [
        ("C1", "SETS_PRICE", "50", "95"), ("L1", "GOES_BEHIND", "50", "125"), ("C2", "OTHER_CUSTOMER", "50", "5"),
        ("L1", "BELOW_QUANTITY", "50", "100"), ("Tender 7", "OTHER_TERRITORY", "50", "90"),
    ]  # fmt: skip
    assert (rows[0]["reasonZh"], rows[1]["reason"]) == ("客户合同价优先于其他价目表", "C1 goes before it")
    with pytest.raises(Rejected):
        await desk(EXPLANATION, sales, quantity="0")
    assert (await desk(EXPLANATION, sales, quantity="1", unit="KG"))["data"]["priceExplanation"]["nodes"] == []


ORDER_PRICES = """query($n: String!) { orderPrices(companies: ["AX"], order: $n) { nodes {
  position rule source outcome reason pricedOn unitPrice { amount } } } }"""


async def test_the_prices_of_a_quote_are_explained_for_its_day_and_what_was_given_by_hand(
    desk: Desk, sales: Who
) -> None:
    await priced(desk, sales)
    by_hand = {"item": {"code": "BOLT"}, "quantity": "20", "unitPrice": {"amount": "1.50", "currency": "USD"}}
    lines = [{"item": {"code": "BOLT"}, "quantity": "20"}, by_hand]
    made = await done(
        desk, sales, "createSalesOrder", "salesOrder", "number", **order(lines=lines, orderedOn="2026-04-30")
    )
    rows = (await desk(ORDER_PRICES, sales, n=made["number"]))["data"]["orderPrices"]["nodes"]
    shown = [(row["position"], row["rule"], row["source"], row["outcome"], row["unitPrice"]["amount"]) for row in rows]
    assert shown == [
        (1, "GENERAL", "L1", "SETS_PRICE", "2.5"), (1, "CONTRACT", "C1", "NOT_BEGUN", "1.9"),
        (1, "CONTRACT", "C2", "OTHER_CUSTOMER", "0.1"), (1, "GENERAL", "L1", "BELOW_QUANTITY", "2"),
        (1, "CAP", "Tender 7", "OTHER_TERRITORY", "1.8"),
        (2, "BY_HAND", "given by hand", "SETS_PRICE", "1.5"), (2, "GENERAL", "L1", "GOES_BEHIND", "2.5"),
        (2, "CONTRACT", "C1", "NOT_BEGUN", "1.9"), (2, "CONTRACT", "C2", "OTHER_CUSTOMER", "0.1"),
        (2, "GENERAL", "L1", "BELOW_QUANTITY", "2"), (2, "CAP", "Tender 7", "OTHER_TERRITORY", "1.8"),
    ]  # fmt: skip
    assert {row["pricedOn"] for row in rows} == {"2026-04-30"}
    assert rows[6]["reason"] == "given by hand goes before it"


async def test_a_customer_is_told_the_rule_of_its_own_price_and_of_no_other(desk: Desk, sales: Who) -> None:
    await priced(desk, sales)
    [party] = await desk.world.rows("SELECT id FROM party WHERE code = 'HOSP'")
    customer = desk.asker.actor("customer", audience=Audience.CUSTOMER, partners=(party["id"],), companies=(AX,))
    await done(desk, sales, "createSalesOrder", "salesOrder", "number", **order("20", orderedOn="2026-06-01"))
    shown = (
        "{ salesOrders { nodes { lines { priceSource unitPrice { amount } listPrice { amount } discountPercent } } } }"
    )
    assert (await desk(shown, customer))["data"]["salesOrders"]["nodes"] == [{"lines": [{
        "priceSource": "C1 from 2026-05-01, from quantity 20", "unitPrice": {"amount": "1.9"},
        "listPrice": {"amount": "1.9"}, "discountPercent": "0",
    }]}]  # fmt: skip
    lists = "{ priceLists { nodes { code } } }"
    assert (await desk(lists, customer))["data"]["priceLists"]["nodes"] == [{"code": "C1"}]
    # The rules that were considered, others' among them, do not exist for a partner.
    for query in (EXPLANATION, ORDER_PRICES):
        with pytest.raises(Invalid, match="Cannot query field"):
            await desk(query, customer, quantity="20", n="SO-000001")


async def test_who_may_not_see_prices_is_told_which_rule_bound_and_not_at_what(desk: Desk, sales: Who) -> None:
    await priced(desk, sales)
    answer = await desk(EXPLANATION, desk.staff("buyer", company=AX), quantity="20")
    first = answer["data"]["priceExplanation"]["nodes"][0]
    assert (first["source"], first["outcome"], first["unitPrice"], first["reason"]) == ("C1", "SETS_PRICE", None, None)
    withheld = {one["coordinate"]: one["requires"] for one in answer["extensions"]["withheld"]}
    assert withheld["PriceExplanationLine.unitPrice"] == "sales:COMMERCIAL"
