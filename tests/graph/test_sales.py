"""Selling through the graph: quoted at the price of a list, confirmed within credit, cancelled."""

from typing import Any

import pytest

from domain.core.errors import Forbidden
from domain.core.records import GROUP
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
