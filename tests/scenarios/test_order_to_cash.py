"""A hospital's order as its people live it, over HTTP: licensed, allocated, shipped in two parts, paid, returned.

H0001, for whom `customer` signs in, orders 120 bone screws in Shanghai, to be usable for 180 days from 2026-11-22 on.
Stock holds L1 (50, to 2027-03-31), L2 (40, to 2027-06-30) and L3 (100, to 2027-12-31): L1 does not last, and goes to a
shelf of ours at the hospital, where 12 of it are used. Each test looks at the same finished story.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx
import pypdfium2
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
SHELF = """{ stockBalances(companies: ["ANSER-SH"], filter: {location: {code: {eq: "H1-SHELF"}}}) {
  nodes { lot { number } quantity } } }"""
# Asked by everyone in the same words.
PORTAL = """{ shipments { nodes { number status carrierName trackingNumber customer { code }
  lines { position quantity lotNumber expiresOn returnedQuantity item { code } }
  packages { sscc contents { quantity } } tracking(orderBy: {field: OCCURRED_AT}) { nodes { kind place } } } }
  goodsReturns { nodes { number reason lines { quantity creditedQuantity } } } }"""


@dataclass
class Story:
    """The finished story: what each step answered, by its name."""

    serving: Serving
    order: str = ""
    shipments: list[str] = field(default_factory=list[str])
    answers: dict[str, Any] = field(default_factory=dict[str, Any])
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])

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
    own = {"shipment": {"number": story.shipments[0]}} | COMPANY
    told = [
        {"kind": "COLLECTED", "occurredAt": "2026-11-20T08:00:00Z", "place": "Shanghai"},
        {"kind": "OUT_FOR_DELIVERY", "occurredAt": "2026-11-21T07:30:00Z", "place": "Hangzhou"},
    ]
    await story.do("tracked", "warehouse", "recordTracking", "shipment { status }", **own, events=told)
    proof = own | {"proofOfDelivery": "signed note 881"}
    await story.do("delivered", "warehouse", "recordDelivery", "shipment { status proofOfDelivery }", **proof)
    other = await story.do(
        "other order", "sales", "createSalesOrder", "salesOrder { number }", **an_order("H0002", "20")
    )
    await story.do("other allocated", "sales", "allocateSalesOrder", "salesOrder { status }",
                   salesOrder={"number": other["number"]}, **COMPANY)  # fmt: skip
    story.shipments.append(await shipped(story, "other", other["number"]))


async def settled(story: Story) -> None:
    """Both shipments are charged on one invoice and paid; ten screws come back and are credited."""
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
        "goodsReturn { lines { creditedQuantity } credits { nodes { creditNote { number kind total { amount } "
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


async def consigned(story: Story) -> None:
    """Screws of the lot that lasts least go to a shelf at the hospital; 12 are used, which the hospital reports."""
    shelf = COMPANY | {"code": "H1-SHELF", "name": "Shelf at H0001", "kind": "CONSIGNMENT"}
    await story.do("no customer", "admin", "createLocation", "location { code }", **shelf)
    await story.do("shelf", "admin", "createLocation", "location { code }", **shelf, customer={"code": "H0001"})
    own = COMPANY | {"consignment": {"code": "H1-SHELF"}}
    filled = [{"item": ITEM, "location": STORE, "quantity": "30", "lotNumber": "L1"}]
    await story.do("filled", "warehouse", "fillConsignment", "stockMove { kind }", **own, lines=filled)
    used = {
        "currency": "CNY", "reportReference": "OR-2026-55", "taxCode": {"code": "VAT13"},
        "lines": [{"item": ITEM, "quantity": "12", "unitPrice": PRICE}],
    }  # fmt: skip
    shown = "shipment { number status proofOfDelivery salesOrder { status } lines { lotNumber quantity } }"
    report = await story.do("used", "sales", "reportConsumption", shown, **own, **used)
    story.shipments.append(report["number"])
    charged = f'shipment(number: "{report["number"]}", company: "ANSER-SH")'
    await story.ask(
        "report charged", f"{{ {charged} {{ lines {{ charges {{ nodes {{ customerInvoice "
        "{ net { amount } tax { amount } } } } } } }", "accountant",
    )  # fmt: skip
    await story.ask("shelf stock", SHELF, "warehouse")


async def printed(story: Story) -> None:
    """The company's letterhead is entered; the papers of the order are taken, by us and by the hospital."""
    head = {
        "address": "88 Zhangjiang Road, Shanghai", "addressZh": "上海市浦东新区张江路88号", "phone": "+86 21 5555 0100",
        "bankName": "Bank of Communications", "bankAccount": "310066000018170012345", "bankCode": "COMMCNSHXXX",
    }  # fmt: skip
    await story.do("letterhead", "admin", "createLetterhead", "letterhead { phone }", **COMPANY, **head)
    number = story.answers["invoiced"]["customerInvoice"]["number"]
    credit = story.answers["credited"]["goodsReturn"]["credits"]["nodes"][0]["creditNote"]
    for step, who, kind, named, language in (
        ("order for the hospital", "customer", "SALES_ORDER", story.order, None),
        ("order in English", "sales", "SALES_ORDER", story.order, "EN"),
        ("note for the hospital", "customer", "SHIPMENT", story.shipments[0], None),
        ("note for the driver", "warehouse", "SHIPMENT", story.shipments[0], "EN"),
        ("invoice for the hospital", "customer", "CUSTOMER_INVOICE", number, None),
        ("invoice in English", "accountant", "CUSTOMER_INVOICE", number, "EN"),
        ("credit note", "customer", "CUSTOMER_INVOICE", credit["number"], "EN"),
        ("another's note", "customer", "SHIPMENT", story.shipments[2], None),
        ("no such note", "customer", "SHIPMENT", "SH-999999", None),
        ("an invoice without its amounts", "warehouse", "CUSTOMER_INVOICE", number, None),
        ("a note for a supplier", "supplier", "SHIPMENT", story.shipments[0], None),
    ):
        given = {"kind": kind, "issuer": COMPANY["company"], "number": named, "language": language}
        await story.do(step, who, "printDocument", "downloadUrl", **given)
        address = story.answers[step]["downloadUrl"]
        if address is not None:
            async with httpx.AsyncClient() as client:
                found = await client.get(f"http://127.0.0.1:{story.serving.port}{address}")
            assert (found.status_code, found.headers["content-type"]) == (200, "application/pdf")
            story.files[step] = found.content


async def lived(story: Story) -> None:
    """Live the story from the goods to the credit note, and on paper."""
    await goods(story)
    await tax(story)
    await papers(story)
    await delivered(story)
    await settled(story)
    await consigned(story)
    await printed(story)


@pytest.fixture(scope="module")
def story(copy_purchases: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story, lived once."""
    with serving_at(copy_purchases(), tmp_path_factory.mktemp("cash")) as serving:
        made = Story(serving)
        run_apart(lived(made))
        yield made


def lines_of(order: Any) -> str:
    """Ordered, allocated, picked, shipped, returned, invoiced, cancelled, open of the one line of an order."""
    [line] = order["lines"]
    names = ("ordered", "allocated", "picked", "shipped", "returned", "invoiced", "cancelled", "open")
    return " ".join(line[f"{name}Quantity"] for name in names)


def test_a_hospital_without_a_licence_is_sold_nothing(story: Story) -> None:
    code, values = story.refusal("without a licence")
    assert (code, values["check"], values["day"]) == ("NOT_QUALIFIED", "licence", "2026-11-20")
    assert story.answers["without a licence"]["salesOrder"] is None
    code, values = story.refusal("picked too late")
    assert (code, values["check"], values["day"]) == ("NOT_QUALIFIED", "licence", "2027-02-01")


def test_what_expires_first_and_lasts_goes_out_in_two_parts(story: Story) -> None:
    assert lines_of(story.answers["allocated"]["salesOrder"]) == "120 120 0 0 0 0 0 0"
    first, second = (story.answers[f"{step} picked"]["shipment"]["lines"] for step in ("first", "second"))
    assert first == [{"lotNumber": "L2", "quantity": "40"}, {"lotNumber": "L3", "quantity": "30"}]
    assert second == [{"lotNumber": "L3", "quantity": "50"}]
    orders = [story.answers[f"{step} shipped"]["shipment"]["salesOrder"] for step in ("first", "second")]
    assert [(order["status"], lines_of(order)) for order in orders] == [
        ("CONFIRMED", "120 50 0 70 0 0 0 0"), ("SHIPPED", "120 0 0 120 0 0 0 0"),
    ]  # fmt: skip
    assert story.answers["delivered"]["shipment"] == {"status": "DELIVERED", "proofOfDelivery": "signed note 881"}


def test_both_parts_are_charged_once_and_paid(story: Story) -> None:
    invoice = story.answers["invoiced"]["customerInvoice"]
    amounts = [invoice[name]["amount"] for name in ("net", "tax", "total")]
    assert (amounts, invoice["customerReference"]) == (["4000", "520", "4520"], "H-2026-117")
    assert invoice["lines"] == [{"quantity": "120", "net": {"amount": "4000"}}]
    assert story.refusal("invoiced again")[0] == "NOTHING_TO_INVOICE"
    assert story.answers["paid"]["userErrors"] == []


def test_what_comes_back_is_credited_and_used_again_or_scrapped(story: Story) -> None:
    returned = story.answers["credited"]["goodsReturn"]
    [credit] = returned["credits"]["nodes"]
    assert credit["creditNote"] == {
        "number": "CRN-000001", "kind": "CREDIT_NOTE", "total": {"amount": "-376.66"},
        "credits": {"number": "INV-000001"},
    }  # fmt: skip
    assert returned["lines"] == [{"creditedQuantity": "10"}]
    decided = {"restockedQuantity": "6", "scrappedQuantity": "4", "undecidedQuantity": "0"}
    assert story.answers["decided"]["goodsReturn"]["lines"] == [decided]
    order = story.answers["order"]["salesOrder"]
    assert (order["status"], lines_of(order)) == ("COMPLETE", "120 0 0 120 10 110 0 0")
    held = {
        (one["lot"]["number"], one["status"]): one["quantity"]
        for one in story.answers["stock"]["stockBalances"]["nodes"]
    }
    assert held == {
        ("L1", "RELEASED"): "50", ("L2", "RELEASED"): "6", ("L3", "RELEASED"): "0", ("L2", "QUARANTINE"): "0"
    }  # fmt: skip


def test_goods_and_money_post_together(story: Story) -> None:
    """Screws cost 26 each; 120 + 20 leave, 10 come back, 4 of them are scrapped; 10 of 120 at 33.3333 are credited."""
    found: dict[tuple[str, str | None], Decimal] = {}
    for line in story.answers["money after"]["journalLines"]["nodes"]:
        key = line["account"]["role"], line["journalEntry"]["sourceKind"]
        found[key] = found.get(key, Decimal(0)) + Decimal(line["amount"]["amount"])
    assert found == {
        ("COST_OF_SALES", "Shipment"): Decimal(140 * 26), ("COST_OF_SALES", "GoodsReturn"): Decimal(-260),
        ("SCRAP", "GoodsReturn"): Decimal(104), ("RECEIVABLE", "Payment"): Decimal(-4520),
        ("RECEIVABLE", "CustomerInvoice"): Decimal("4143.34"), ("REVENUE", "CustomerInvoice"): Decimal("-3666.67"),
        ("TAX_OUTPUT", "CustomerInvoice"): Decimal("-476.67"),
    }  # fmt: skip


def test_what_is_used_of_a_consignment_is_issued_and_charged_in_one_act(story: Story) -> None:
    assert story.refusal("no customer")[0] == "INVALID_VALUE"
    assert story.answers["filled"]["stockMove"] == {"kind": "TRANSFER"}
    shipment = story.answers["used"]["shipment"]
    assert (shipment["status"], shipment["proofOfDelivery"], shipment["salesOrder"]["status"]) == (
        "DELIVERED", "OR-2026-55", "COMPLETE"
    )  # fmt: skip
    [line] = shipment["lines"]
    assert (line["lotNumber"], line["quantity"]) == ("L1", "12")
    [charged] = story.answers["report charged"]["shipment"]["lines"]
    assert charged["charges"]["nodes"] == [{"customerInvoice": {"net": {"amount": "400"}, "tax": {"amount": "52"}}}]
    left = {"lot": {"number": "L1"}, "quantity": "18"}
    assert story.answers["shelf stock"]["stockBalances"]["nodes"] == [left]


async def test_the_hospital_sees_its_own_shipments_and_what_is_public_of_them(story: Story) -> None:
    seen = (await story.serving.ask(PORTAL, who="customer"))["data"]
    first, second, report = seen["shipments"]["nodes"]
    assert [one["number"] for one in (first, second, report)] == [story.shipments[place] for place in (0, 1, 3)]
    assert {one["customer"]["code"] for one in (first, second, report)} == {"H0001"}
    assert (first["status"], first["carrierName"], first["trackingNumber"]) == (
        "DELIVERED", "Feiyan Cold Chain", "T-first"
    )  # fmt: skip
    assert first["lines"][0] == {
        "position": 1, "quantity": "40", "lotNumber": "L2", "expiresOn": "2027-06-30", "returnedQuantity": "10",
        "item": {"code": "SC-1508"},
    }  # fmt: skip
    assert first["packages"] == [
        {"sscc": "069012340000000016", "contents": [{"quantity": "40"}]},
        {"sscc": "069012340000000023", "contents": [{"quantity": "30"}]},
    ]
    assert [tuple(one.values()) for one in first["tracking"]["nodes"]] == [
        ("COLLECTED", "Shanghai"), ("OUT_FOR_DELIVERY", "Hangzhou")
    ]  # fmt: skip
    [returned] = seen["goodsReturns"]["nodes"]
    assert returned["lines"] == [{"quantity": "10", "creditedQuantity": "10"}]
    everything = (await story.serving.ask("{ shipments { totalCount } }", who="auditor"))["data"]
    assert everything == {"shipments": {"totalCount": 4}}


@pytest.mark.parametrize(
    ("field", "parent"),
    [("location { code }", "ShipmentLine"), ("lot { number }", "ShipmentLine"), ("stockEntry { id }", "ShipmentLine")],
)
async def test_what_is_ours_alone_does_not_exist_for_the_hospital(story: Story, field: str, parent: str) -> None:
    [error] = (await story.serving.ask(f"{{ shipmentLines {{ nodes {{ {field} }} }} }}", who="customer"))["errors"]
    assert f"Cannot query field '{field.partition(' ')[0]}' on type '{parent}'." in error["message"]


async def test_another_hospitals_shipment_and_the_commands_are_unknown_to_it(story: Story) -> None:
    document = f'{{ shipment(number: "{story.shipments[2]}", company: "ANSER-SH") {{ number }} }}'
    assert await story.serving.ask(document, who="customer") == {"data": {"shipment": None}}
    ship = 'mutation { shipShipment(idempotencyKey: "x", input: {shipment: {number: "SH-000003"}}) { replayed } }'
    [error] = (await story.serving.ask(ship, who="customer"))["errors"]
    assert error["message"].endswith("Cannot query field 'shipShipment' on type 'Mutation'.")


@pytest.mark.parametrize(
    ("who", "mutation"),
    [
        ("sales", "shipShipment"),
        ("warehouse", "invoiceShipments"),
        ("warehouse", "creditReturn"),
        ("buyer", "shipShipment"),
    ],
)
async def test_each_step_is_done_by_those_whose_step_it_is(story: Story, who: str, mutation: str) -> None:
    inputs = {
        "shipShipment": f'{{shipment: {{number: "{story.shipments[0]}"}}, company: {{code: "ANSER-SH"}}}}',
        "invoiceShipments": '{shipments: [], company: {code: "ANSER-SH"}}',
        "creditReturn": '{goodsReturn: {number: "RT-000001"}, company: {code: "ANSER-SH"}}',
    }
    document = f'mutation {{ {mutation}(idempotencyKey: "n", input: {inputs[mutation]}) {{ replayed }} }}'
    [error] = (await story.serving.ask(document, who=who))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_the_books_are_whole(story: Story) -> None:
    assert await breaches(story.serving.database_url) == []


def text_of(story: Story, step: str) -> str:
    """What stands on a printed document, its lines joined."""
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(story.files[step])]
    return " ".join("".join(pages).replace("\u200b", "").split())


def test_the_papers_of_an_order_say_what_the_ledgers_say_in_the_language_of_who_gets_them(story: Story) -> None:
    invoice, order = text_of(story, "invoice for the hospital"), text_of(story, "order for the hospital")
    figures = ("4,000.00 CNY", "520.00 CNY", "4,520.00 CNY", "33.3333", "13 %", "310066000018170012345")
    assert [shown for shown in ("销售发票", *figures) if shown not in invoice] == []
    assert "订单确认书" in order and "H-2026-117" in order and "4,520.00 CNY" in order
    assert "Order confirmation" in text_of(story, "order in English")
    english = text_of(story, "invoice in English")
    assert "Invoice" in english and "Due on" in english and "88 Zhangjiang Road, Shanghai" in english
    credit = text_of(story, "credit note")
    assert "Credit note" in credit and "-376.66 CNY" in credit and "Credits invoice INV-000001" in credit


def test_a_delivery_note_names_lots_days_packages_and_devices(story: Story) -> None:
    for step, words in (
        ("note for the hospital", ("送货单", "signed note 881")), ("note for the driver", ("Delivery note", "T-first")),
    ):  # fmt: skip
        shown = text_of(story, step)
        for wanted in (*words, "L2", "L3", "(10)L2", "(00) 0690123400"):
            assert wanted in shown, (step, wanted)


def test_what_a_reader_may_not_see_is_no_document(story: Story) -> None:
    """Another's note answers as one that does not exist, also to whom shipments do not exist at all."""
    for step in ("another's note", "no such note", "a note for a supplier"):
        code, values = story.refusal(step)
        assert (code, values["what"], story.answers[step]["downloadUrl"]) == ("NOT_FOUND", "SHIPMENT", None)
    assert story.refusal("an invoice without its amounts")[0] == "NOT_FOUND"
    assert set(story.files) == {
        "order for the hospital", "order in English", "note for the hospital", "note for the driver",
        "invoice for the hospital", "invoice in English", "credit note",
    }  # fmt: skip
