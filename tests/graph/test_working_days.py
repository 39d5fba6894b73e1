"""Terms of payment and sites that know working days, through the graph: what is due moves, what was said is kept."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.graph.office import APPROVE, Office, opened

AX = {"company": {"code": "AX"}}
USD = {"currency": "USD"}
CHARGE = """mutation($i: PostCustomerInvoiceInput!, $k: String!) { postCustomerInvoice(input: $i, idempotencyKey: $k) {
  userErrors { code } } }"""


@pytest.fixture
async def office(fresh_database: str) -> AsyncIterator[Office]:
    async with opened(fresh_database) as made:
        yield made


async def done(ask: Any, role: str, mutation: str, shown: str, **given: Any) -> Any:
    """What a mutation answers with, refusals beside it."""
    name = mutation[0].upper() + mutation[1:]
    key = ', idempotencyKey: "k"' if mutation.startswith("post") else ""
    document = f"mutation($i: {name}Input!) {{ {mutation}(input: $i{key}) {{ {shown} userErrors {{ code path }} }} }}"
    return (await ask(document, role, i=given))[mutation]


async def a_week(office: Office) -> None:
    """A calendar of Monday to Friday in which Friday 5 June 2026 is off and Saturday the 6th is not."""
    calendar = {"code": "US", "name": "Weekdays", "timeZone": "America/New_York"}
    await done(office.group, "group_admin", "createWorkCalendar", "workCalendar { id }", **calendar)
    of = {"calendar": {"code": "US"}}
    for day in range(1, 6):
        shift = of | {"name": "Day", "weekday": day, "startsMinute": 480, "endsMinute": 960}
        await done(office.group, "group_admin", "createWorkCalendarShift", "workCalendarShift { id }", **shift)
    for day, kind in (("2026-06-05", "HOLIDAY"), ("2026-06-06", "MAKE_UP")):
        exception = of | {"fallsOn": day, "kind": kind, "reason": "Inventory"}
        told = await done(
            office.group, "group_admin", "createWorkCalendarException", "workCalendarException { id }", **exception
        )
        assert told["userErrors"] == []


async def test_what_an_invoice_owes_falls_due_on_a_working_day_of_its_terms(office: Office) -> None:
    """16 days after Wednesday 20 May is Friday 5 June, which is off: Saturday made up for it, Thursday before it."""
    await a_week(office)
    for code, move in (("NEXT", {}), ("PREV", {"dayMove": "PREVIOUS"}), ("ANY", None)):
        terms = AX | {"code": code, "name": code, "instalments": [{"days": 16}]}
        terms |= {} if move is None else {"calendar": {"code": "US"}} | move
        shown = "paymentTerms { code dayMove calendar { code } }"
        told = await done(office, "controller", "createPaymentTerms", shown, **terms)
        assert told == {"userErrors": [], "paymentTerms": {
            "code": code, "dayMove": None if move is None else move.get("dayMove", "NEXT"),
            "calendar": None if move is None else {"code": "US"}}}  # fmt: skip
    price = {"unitPrice": {"amount": "10", "currency": "USD"}, "description": "Service"}
    for code in ("NEXT", "PREV", "ANY"):
        bill = AX | USD | {"customer": {"code": "HOSPITAL"}, "lines": [price], "paymentTerms": {"code": code},
                           "invoicedOn": "2026-05-20"}  # fmt: skip
        assert (await office(CHARGE, "accountant", i=bill, k=code))["postCustomerInvoice"] == {"userErrors": []}
    due = await office("{ openItems(orderBy: {field: SOURCE_NUMBER}) { nodes { dueOn } } }", "accountant")
    assert [one["dueOn"] for one in due["openItems"]["nodes"]] == ["2026-06-06", "2026-06-04", "2026-06-05"]
    terms = AX | {"code": "NONE", "name": "None", "instalments": [{"days": 1}], "dayMove": "NEXT"}
    refused = await done(office, "controller", "createPaymentTerms", "paymentTerms { code }", **terms)
    assert refused["userErrors"] == [{"code": "INVALID_VALUE", "path": ["input", "calendar"]}]
    assert await office.world.findings() == []


async def test_goods_arrive_and_leave_while_their_site_works(office: Office) -> None:
    """Due on the holiday they are due on the Saturday made up for it; a promise of Sunday 7 June is one of Monday."""
    await a_week(office)
    site = AX | {"site": {"code": "MAIN"}, "calendar": {"code": "US"}, "dayMove": "NEXT"}
    told = await done(office, "group_admin", "changeSite", "site { dayMove calendar { code } }", **site)
    assert told == {"userErrors": [], "site": {"dayMove": "NEXT", "calendar": {"code": "US"}}}
    line = {"item": {"code": "GEAR"}, "quantity": "1", "unitPrice": {"amount": "9", "currency": "USD"}}
    bought = AX | USD | {"supplier": {"code": "ACME"}, "site": {"code": "MAIN"},
                         "lines": [line | {"dueOn": "2026-06-05"}, line | {"dueOn": "2026-06-04"}, line]}  # fmt: skip
    shown = "purchaseOrder { id number lines { dueOn } }"
    order = (await done(office, "buyer", "createPurchaseOrder", shown, **bought))["purchaseOrder"]
    assert [one["dueOn"] for one in order["lines"]] == ["2026-06-06", "2026-06-04", None]
    assert (await office(APPROVE, "controller", id=order["id"]))["approvePurchaseOrder"] == {"userErrors": []}
    said = AX | {"purchaseOrder": {"id": order["id"]}, "lines": [
        {"position": 1, "quantity": "1", "promisedOn": "2026-06-07"}]}  # fmt: skip
    shown = "purchaseOrderConfirmation { lines { promisedOn purchaseOrderLine { promisedOn } } }"
    told = await done(office, "buyer", "confirmPurchaseOrder", shown, **said)
    assert told == {"userErrors": [], "purchaseOrderConfirmation": {"lines": [
        {"promisedOn": "2026-06-07", "purchaseOrderLine": {"promisedOn": "2026-06-08"}}]}}  # fmt: skip
    await office.world.rows(
        "INSERT INTO party_role (id, party_id, role) SELECT gen_random_uuid(), id, 'HOSPITAL' FROM party "
        "WHERE code = 'HOSPITAL' RETURNING id"
    )
    sold = AX | USD | {"customer": {"code": "HOSPITAL"}, "site": {"code": "MAIN"}, "shipOn": "2026-06-13",
                       "lines": [line]}  # fmt: skip
    told = await done(office, "sales", "createSalesOrder", "salesOrder { shipOn }", **sold)
    assert told == {"userErrors": [], "salesOrder": {"shipOn": "2026-06-15"}}
    assert await office.world.findings() == []
