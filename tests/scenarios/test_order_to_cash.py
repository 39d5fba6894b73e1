"""A hospital's order as its people live it, over HTTP: licensed, allocated, shipped in two parts, paid, returned.

H0001, for whom `customer` signs in, orders 120 bone screws in Shanghai, to be usable for 180 days from 2026-11-22 on.
Stock holds L1 (50, to 2027-03-31), L2 (40, to 2027-06-30) and L3 (100, to 2027-12-31): L1 does not last. Each test
looks at the same finished story.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conftest import run_apart
from tests.scenarios.conftest import breaches
from tests.server.conftest import Serving, serving_at

COMPANY = {"company": {"code": "ANSER-SH"}}
ITEM, STORE = {"code": "SC-1508"}, {"code": "SHD-FG"}
PRICE = {"amount": "33.3333", "currency": "CNY"}
LOTS = (("L1", "50", "2027-03-31"), ("L2", "40", "2027-06-30"), ("L3", "100", "2027-12-31"))
ON_HAND = """{ stockBalances(companies: ["ANSER-SH"], filter: {item: {code: {eq: "SC-1508"}}, lot: {number: {in:
  ["L1", "L2", "L3"]}}}) { nodes { lot { number } status quantity availableQuantity } } }"""
MONEY = """{ journalLines(companies: ["ANSER-SH"], first: 100, filter: {account: {role: {in: [
  REVENUE, RECEIVABLE, TAX_OUTPUT, COST_OF_SALES, SCRAP]}}}) {
  nodes { amount { amount } account { role } journalEntry { sourceKind } } } }"""
LINES = """lines { position orderedQuantity allocatedQuantity pickedQuantity shippedQuantity returnedQuantity
  invoicedQuantity cancelledQuantity openQuantity }"""
# Asked by everyone in the same words.
PORTAL = """{ shipments { nodes { number status carrierName trackingNumber customer { code }
  lines { position quantity lotNumber expiresOn returnedQuantity item { code } }
  packages { sscc contents { quantity } } } }
  goodsReturns { nodes { number reason lines { quantity creditedQuantity } } } }"""


@dataclass
class Story:
    """The finished story: what each step answered, by its name."""

    serving: Serving
    order: str = ""
    shipments: list[str] = field(default_factory=list[str])
    answers: dict[str, Any] = field(default_factory=dict[str, Any])

    async def ask(self, step: str, document: str, who: str) -> Any:
        """The answer to a query, remembered under the step's name."""
        self.answers[step] = answer = (await self.serving.ask(document, who=who))["data"]
        return answer

    async def do(self, step: str, who: str, mutation: str, shown: str, **given: Any) -> Any:
        """The record that a mutation answered with; its refusals are remembered under the step's name too."""
        name = mutation[0].upper() + mutation[1:]
        document = (
            f"mutation($i: {name}Input!, $k: String!) {{ {mutation}(idempotencyKey: $k, input: $i) "
            f"{{ {shown} userErrors {{ code values }} }} }}"
        )
        answer = await self.serving.ask(document, who=who, i=given, k=step)
        assert "errors" not in answer, answer
        payload = answer["data"][mutation]
        self.answers[step] = payload
        return payload[shown.partition(" ")[0]]

    def refusal(self, step: str) -> tuple[str, dict[str, Any]]:
        """The one refusal of a step, with its values."""
        [error] = self.answers[step]["userErrors"]
        return error["code"], error["values"]


def an_order(customer: str = "H0001", quantity: str = "120") -> dict[str, Any]:
    return COMPANY | {
        "customer": {"code": customer}, "currency": "CNY", "orderedOn": "2026-11-20", "shipOn": "2026-11-21",
        "customerReference": "H-2026-117", "confirm": True, "taxCode": {"code": "VAT13"},
        "lines": [{
            "item": ITEM, "quantity": quantity, "unitPrice": PRICE, "dueOn": "2026-11-22", "lifeDaysMin": 180,
        }],
    }  # fmt: skip


async def goods(story: Story) -> None:
    """Three lots of screws are bought, approved and received by three people."""
    line = {"item": ITEM, "quantity": "190", "unitPrice": {"amount": "12", "currency": "CNY"}}
    order = await story.do(
        "bought", "purchasing", "createPurchaseOrder", "purchaseOrder { number }",
        **COMPANY, supplier={"code": "G-SZ"}, currency="CNY", lines=[line],
    )  # fmt: skip
    own = {"purchaseOrder": {"number": order["number"]}} | COMPANY
    await story.do("approved", "controller", "approvePurchaseOrder", "purchaseOrder { status }", **own)
    received = [
        {"position": 1, "received": quantity, "lotNumber": lot, "expiresOn": expires, "location": STORE}
        for lot, quantity, expires in LOTS
    ]
    shown = "purchaseOrder { status }"
    await story.do(
        "received", "warehouse", "receivePurchaseOrder", shown, **own, lines=received, receivedOn="2026-11-20"
    )


async def tax(story: Story) -> None:
    """Goods are sold with 13 % of VAT."""
    await story.do(
        "tax", "controller", "createTaxCode", "taxCode { code }", **COMPANY, code="VAT13", name="VAT 13 %",
        rules=[{"name": "VAT", "percent": "13"}],
    )  # fmt: skip


async def papers(story: Story) -> None:
    """China asks for a licence; the hospital has none until the steward enters it."""
    law = {
        "country": "CN", "needsRegistration": False, "registrationBasis": "MADE", "needsLicence": True,
        "source": "State Council Decree No. 739, article 40", "validFrom": "2021-06-01",
    }  # fmt: skip
    await story.do("law", "admin", "createQualificationRule", "qualificationRule { id }", **law)
    listed = await story.do(
        "list", "admin", "createCodeList", "codeList { id }", code="NMPA-2017X", name="NMPA catalogue 2017"
    )
    value = await story.do(
        "value", "admin", "createCodeValue", "codeValue { id }",
        list={"id": listed["id"]}, code="13-01", name="Implants", validFrom="2018-08-01",
    )  # fmt: skip
    await story.do(
        "category", "admin", "createCodeAssignment", "codeAssignment { id }", item=ITEM, codeValue={"id": value["id"]}
    )
    await story.do("without a licence", "sales", "createSalesOrder", "salesOrder { number }", **an_order())
    licence = {
        "party": {"code": "H0001"}, "number": "SH-2026-1", "kind": "DEVICE_USE", "authority": "Shanghai MPA",
        "scopeCodes": ["13-01"], "validFrom": "2024-01-01", "validTo": "2027-01-31",
    }  # fmt: skip
    await story.do("licence", "admin", "createLicence", "licence { id }", **licence)
    other = licence | {"party": {"code": "H0002"}, "number": "SH-2026-2"}
    await story.do("other licence", "admin", "createLicence", "licence { id }", **other)


async def shipped(story: Story, step: str, order: str, *lines: dict[str, Any]) -> str:
    """A shipment of an order's lines that has left."""
    own = {"salesOrder": {"number": order}} | COMPANY
    picked = await story.do(
        f"{step} picked", "warehouse", "pickSalesOrder", "shipment { number lines { lotNumber quantity } }",
        **own, lines=list(lines),
    )  # fmt: skip
    leaving = {"shipment": {"number": picked["number"]}, "carrier": {"code": "C0001"}, "trackingNumber": f"T-{step}"}
    if step == "first":
        contents = [
            {"contents": [{"position": 1, "quantity": "40"}], "weightKg": "0.8"},
            {"contents": [{"position": 2, "quantity": "30"}], "weightKg": "0.6"},
        ]
        packed = {"shipment": {"number": picked["number"]}, "packages": contents} | COMPANY
        await story.do("packed", "warehouse", "packShipment", "shipment { status }", **packed)
    await story.do(
        f"{step} shipped", "warehouse", "shipShipment", f"shipment {{ status salesOrder {{ status {LINES} }} }}",
        **leaving, **COMPANY,
    )  # fmt: skip
    return picked["number"]


async def delivered(story: Story) -> None:
    """The order is confirmed, allocated by expiry, shipped in two parts, and arrives; another hospital's too."""
    made = await story.do("ordered", "sales", "createSalesOrder", "salesOrder { number status }", **an_order())
    story.order = made["number"]
    own = {"salesOrder": {"number": story.order}} | COMPANY
    await story.do("allocated", "sales", "allocateSalesOrder", f"salesOrder {{ {LINES} }}", **own)
    await story.do("numbering", "admin", "createPackageNumbering", "packageNumbering { id }", **COMPANY,
                   gs1Prefix="6901234")  # fmt: skip
    late = own | {"pickedOn": "2027-02-01"}
    await story.do("picked too late", "warehouse", "pickSalesOrder", "shipment { number }", **late)
    story.shipments.append(await shipped(story, "first", story.order, {"position": 1, "quantity": "70"}))
    story.shipments.append(await shipped(story, "second", story.order))
    proof = {"shipment": {"number": story.shipments[0]}, "proofOfDelivery": "signed note 881"} | COMPANY
    await story.do("delivered", "warehouse", "recordDelivery", "shipment { status proofOfDelivery }", **proof)
    other = await story.do(
        "other order", "sales", "createSalesOrder", "salesOrder { number }", **an_order("H0002", "20")
    )
    await story.do("other allocated", "sales", "allocateSalesOrder", "salesOrder { status }",
                   salesOrder={"number": other["number"]}, **COMPANY)  # fmt: skip
    story.shipments.append(await shipped(story, "other", other["number"]))


async def settled(story: Story) -> None:
    """Both shipments are charged on one invoice and paid; ten screws come back and are credited."""
    await story.ask("money before", MONEY, "controller")
    asked = COMPANY | {"shipments": [{"shipment": {"number": number}} for number in story.shipments[:2]]}
    invoice = await story.do(
        "invoiced", "accountant", "invoiceShipments",
        "customerInvoice { id number net { amount } tax { amount } total { amount } customerReference "
        "lines { quantity net { amount } } }", **asked,
    )  # fmt: skip
    await story.do("invoiced again", "accountant", "invoiceShipments", "customerInvoice { number }", **asked)
    items = await story.ask(
        "open", f'{{ openItems(companies: ["ANSER-SH"], filter: {{sourceNumber: {{eq: "{invoice["number"]}"}}}}) {{ '
        "nodes { id openTransactionAmount { amount } } } }", "accountant",
    )  # fmt: skip
    [item] = items["openItems"]["nodes"]
    total = invoice["total"] | {"currency": "CNY"}
    await story.do(
        "paid", "accountant", "recordPayment", "payment { number }", **COMPANY, direction="IN",
        party={"code": "H0001"}, amount=total, matches=[{"openItem": {"id": item["id"]}, "amount": total}],
    )  # fmt: skip
    back = {
        "shipment": {"number": story.shipments[0]}, "location": STORE, "reason": "Wrong length",
        "lines": [{"position": 1, "quantity": "10"}],
    }  # fmt: skip
    returned = await story.do(
        "returned", "warehouse", "receiveCustomerReturn", "goodsReturn { number }", **COMPANY, **back
    )
    own = COMPANY | {"goodsReturn": {"number": returned["number"]}}
    await story.do(
        "credited", "controller", "creditReturn",
        "goodsReturn { lines { creditedQuantity } credits { nodes { creditNote { kind total { amount } "
        "credits { number } } } } }", **own,
    )  # fmt: skip
    decision = own | {"lines": [{"position": 1, "restock": "6", "scrap": "4"}]}
    await story.do(
        "decided", "quality", "decideReturn",
        "goodsReturn { lines { restockedQuantity scrappedQuantity undecidedQuantity } }", **decision,
    )  # fmt: skip
    await story.ask("money after", MONEY, "controller")
    await story.ask("stock", ON_HAND, "warehouse")
    await story.ask(
        "order", f'{{ salesOrder(number: "{story.order}", company: "ANSER-SH") {{ status {LINES} }} }}', "sales"
    )


async def lived(story: Story) -> None:
    """Live the story from the goods to the credit note."""
    await goods(story)
    await tax(story)
    await papers(story)
    await delivered(story)
    await settled(story)


@pytest.fixture(scope="module")
def story(copy_demonstration: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story, lived once."""
    with serving_at(copy_demonstration(), tmp_path_factory.mktemp("cash")) as serving:
        made = Story(serving)
        run_apart(lived(made))
        yield made


def test_show(story: Story) -> None:
    import json
    print(json.dumps(story.answers, indent=1, ensure_ascii=False))


async def test_the_books_are_whole(story: Story) -> None:
    assert await breaches(story.serving.database_url) == []
