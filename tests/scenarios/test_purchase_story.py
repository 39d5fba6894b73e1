"""A purchase as its people live it, over HTTP and a socket: ordered, approved, received in two parts, heard of.

RM-TI04 is below its reorder point in Suzhou: 4 kg of 10, at a standard cost of 396.00 CNY. The buyer orders it from
S0001, for whom `supplier` signs in. Each test looks at the same finished story.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import run_apart
from tests.scenarios.conftest import breaches
from tests.server.conftest import Serving, Socket, serving_at

CREATE = """mutation($lines: [PurchaseOrderLineInput!]!) {
  createPurchaseOrder(idempotencyKey: "story-order", input: {
    company: {code: "ANSER-SZ"}, supplier: {code: "S0001"}, currency: "CNY", orderedOn: "2026-11-19"
    freight: {amount: "20.5", currency: "CNY"}, lines: $lines
  }) { replayed userErrors { code } purchaseOrder { number status version totalDue { amount currency } } } }"""
APPROVE = """mutation($number: String!, $version: Int) {
  approvePurchaseOrder(idempotencyKey: "story-approval", input: {
    purchaseOrder: {number: $number}, company: {code: "ANSER-SZ"}, expectedVersion: $version
  }) { replayed userErrors { code } purchaseOrder { number status } } }"""
RECEIVE = """mutation($number: String!, $key: String!, $lines: [GoodsReceiptLineInput!]!) {
  receivePurchaseOrder(idempotencyKey: $key, input: {
    purchaseOrder: {number: $number}, company: {code: "ANSER-SZ"}, receivedOn: "2026-11-20", lines: $lines
  }) { replayed userErrors { code }
    purchaseOrder { status lines { position receivedQuantity rejectedQuantity stockedQuantity } } } }"""
ACKNOWLEDGE = """mutation($number: String!) {
  acknowledgeAlert(idempotencyKey: "story-alert", input: {company: {code: "ANSER-SZ"}, alert: {number: $number}}) {
    userErrors { code } alert { status } } }"""
LISTEN = """subscription($after: Cursor) {
  alerts(after: $after) { cursor kind alert { number status item { code } } } }"""
OPEN_ALERTS = """{ alerts(companies: ["ANSER-SZ"], first: 100, filter: {status: {ne: RESOLVED}}) {
  nodes { number kind item { code } } totalCount } }"""

STOCK = """{ stockBalances(companies: ["ANSER-SZ"], filter: {item: {code: {eq: "RM-TI04"}}}) { aggregate {
  count sum { quantity standardValue { amount currency } } } } }"""
VOUCHERS = """{ journalEntries(companies: ["ANSER-SZ"], last: 2) { nodes { occurredOn sourceKind lines {
  account { code } amount { amount currency } item { code } } } } }"""
GR_IR = """{ journalLines(companies: ["ANSER-SZ"], filter: {
  account: {code: {eq: "220202"}}, party: {code: {eq: "S0001"}}}) {
  aggregate { sum { amount { amount currency } } } } }"""
# Asked by everyone in the same words.
ONE_ORDER = """query($number: String!) { purchaseOrder(number: $number, company: "ANSER-SZ") {
  number status supplier { code } totalDue { amount currency }
  lines { item { code } receivedQuantity unitPrice { amount currency } } } }"""
ORDER_AND_STOCK = """query($number: String!) {
  viewer { name }
  purchaseOrder(number: $number, company: "ANSER-SZ") { number totalDue { amount } }
  stockBalances(companies: ["ANSER-SZ"], filter: {item: {code: {eq: "RM-TI04"}}, quantity: {eq: "7"}}) {
    nodes { quantity standardValue { amount } } } }"""

LINES = [
    {"item": {"code": "RM-TI04"}, "quantity": "12", "unitPrice": {"amount": "401.25", "currency": "CNY"}},
    {"item": {"code": "RM-TS20"}, "quantity": "6", "unitPrice": {"amount": "295", "currency": "CNY"}},
]  # fmt: skip


@dataclass
class Story:
    """The finished story: what each step answered, by its name, and what was heard."""

    serving: Serving
    number: str = ""
    answers: dict[str, Any] = field(default_factory=dict[str, Any])
    heard: list[tuple[str, str, str, str]] = field(default_factory=list[tuple[str, str, str, str]])
    cursors: list[str] = field(default_factory=list[str])

    async def ask(self, step: str, document: str, who: str | None, **variables: Any) -> Any:
        """The answer, remembered under the step's name."""
        self.answers[step] = answer = await self.serving.ask(document, who=who, **variables)
        return answer

    async def hear(self, socket: Socket, count: int) -> None:
        """The next events of the stream."""
        for _ in range(count):
            message = await socket.receive(30)
            assert message["type"] == "next", message
            event = message["payload"]["data"]["alerts"]
            alert = event["alert"]
            self.cursors.append(event["cursor"])
            self.heard.append((event["kind"], alert["number"], alert["status"], alert["item"]["code"]))


async def settled(story: Story) -> dict[str, str]:
    """The number of the open alert of each short item, once the first sweep is over and nothing moves."""
    seen = -1
    for _ in range(60):
        alerts = (await story.serving.ask(OPEN_ALERTS, who="buyer"))["data"]["alerts"]
        if alerts["totalCount"] == seen:
            short = [one for one in alerts["nodes"] if one["kind"] == "BELOW_REORDER_POINT"]
            return {one["item"]["code"]: one["number"] for one in short}
        seen = alerts["totalCount"] or -1
        await asyncio.sleep(2)
    raise AssertionError("the alerts keep moving")


async def lived(story: Story) -> None:
    """Live the story from the first order to the last event."""
    alert_of = await settled(story)
    order = (await story.ask("created", CREATE, "buyer", lines=LINES))["data"]["createPurchaseOrder"]["purchaseOrder"]
    story.number = number = order["number"]
    await story.ask("created again", CREATE, "buyer", lines=LINES)
    for who in ("buyer", "warehouse", "auditor", "supplier", None):
        await story.ask(f"approved by {who}", APPROVE, who, number=number)
    early = [{"position": 1, "received": "1"}]
    await story.ask("received too early", RECEIVE, "warehouse", number=number, key="story-early", lines=early)
    await story.ask("approved", APPROVE, "controller", number=number, version=order["version"])
    await story.ask("stock before", STOCK, "controller")
    await story.ask("GR/IR before", GR_IR, "controller")
    async with story.serving.socket("buyer") as socket:
        await socket.subscribe(LISTEN)
        await socket.subscribe("{ viewer { name } }", id_="2")
        assert (await socket.receive())["id"] == "2"
        assert await socket.receive() == {"type": "complete", "id": "2"}
        await story.ask("acknowledged", ACKNOWLEDGE, "buyer", number=alert_of["RM-TI04"])
        await story.hear(socket, 1)
        socket.connection.transport.abort()
    first = [{"position": 1, "received": "5", "rejected": "1"}]
    await story.ask("first receipt", RECEIVE, "warehouse", number=number, key="story-1", lines=first)
    second = [{"position": 1, "received": "7"}, {"position": 2, "received": "6"}]
    await story.ask("second receipt", RECEIVE, "warehouse", number=number, key="story-2", lines=second)
    await story.ask("second receipt again", RECEIVE, "warehouse", number=number, key="story-2", lines=second)
    await story.ask("received too much", RECEIVE, "warehouse", number=number, key="story-3", lines=early)
    async with story.serving.socket("buyer") as socket:
        await socket.subscribe(LISTEN, after=story.cursors[-1])
        await story.hear(socket, 1)
        gloves = ACKNOWLEDGE.replace("story-alert", "story-gloves")
        await story.serving.ask(gloves, who="buyer", number=alert_of["CS-GLV1"])
        await story.hear(socket, 1)
    async with story.serving.socket("buyer") as socket:
        await socket.subscribe(LISTEN, after=story.cursors[0])
        await story.hear(socket, 2)
    for step, document in (("stock after", STOCK), ("GR/IR after", GR_IR), ("vouchers", VOUCHERS)):
        await story.ask(step, document, "controller")


@pytest.fixture(scope="module")
def story(copy_purchases: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story, lived once."""
    with serving_at(copy_purchases(), tmp_path_factory.mktemp("story")) as serving:
        made = Story(serving)
        run_apart(lived(made))
        yield made


def order_of(answer: Any, field_name: str) -> Any:
    """The order in a payload that refused nothing."""
    payload = answer["data"][field_name]
    assert payload["userErrors"] == []
    return payload["purchaseOrder"]


def test_the_buyer_orders_and_a_retry_orders_nothing_more(story: Story) -> None:
    total = {"amount": "6605.5", "currency": "CNY"}
    made = {"number": "PO-001801", "status": "PENDING", "version": 1, "totalDue": total}
    assert order_of(story.answers["created"], "createPurchaseOrder") == made
    assert story.answers["created again"]["data"]["createPurchaseOrder"] == {
        "replayed": True, "userErrors": [], "purchaseOrder": made
    }  # fmt: skip


# What is hidden answers like what is unknown.
UNKNOWN_MUTATION = "Cannot query field 'approvePurchaseOrder' on type 'Mutation'."


@pytest.mark.parametrize(
    ("who", "message", "code"),
    [
        ("buyer", "您无权执行批准采购订单。", "FORBIDDEN"),
        ("warehouse", "您无权执行批准采购订单。", "FORBIDDEN"),
        ("auditor", "You may not do this: approve purchase order.", "FORBIDDEN"),
        ("supplier", f"文档无效：{UNKNOWN_MUTATION}", "GRAPHQL_VALIDATION_FAILED"),
        # Without credentials not even the scalars of the document's variables are there.
        (None, "Unknown type 'Int'.", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_only_the_controller_approves(story: Story, who: str | None, message: str, code: str) -> None:
    error, *_ = story.answers[f"approved by {who}"]["errors"]
    assert (error["message"], error["extensions"]["code"]) == (message, code)
    assert order_of(story.answers["approved"], "approvePurchaseOrder") == {"number": story.number, "status": "APPROVED"}


def test_nothing_is_received_before_approval_or_after_completion(story: Story) -> None:
    for step in ("received too early", "received too much"):
        payload = story.answers[step]["data"]["receivePurchaseOrder"]
        assert payload == {"replayed": False, "userErrors": [{"code": "WRONG_STATE"}], "purchaseOrder": None}


def test_goods_arrive_in_two_parts_with_a_rejection(story: Story) -> None:
    def lines(*counted: tuple[str, str, str]) -> list[dict[str, Any]]:
        names = ("receivedQuantity", "rejectedQuantity", "stockedQuantity")
        return [{"position": n, **dict(zip(names, one, strict=True))} for n, one in enumerate(counted, 1)]

    first, second = lines(("5", "1", "4"), ("0", "0", "0")), lines(("12", "1", "11"), ("6", "0", "6"))
    assert order_of(story.answers["first receipt"], "receivePurchaseOrder") == {"status": "APPROVED", "lines": first}
    assert order_of(story.answers["second receipt"], "receivePurchaseOrder") == {"status": "COMPLETE", "lines": second}
    again = story.answers["second receipt again"]["data"]["receivePurchaseOrder"]
    assert again == {"replayed": True, "userErrors": [], "purchaseOrder": {"status": "COMPLETE", "lines": second}}


def test_stock_grows_by_what_was_stocked_at_standard_cost(story: Story) -> None:
    def held(step: str) -> tuple[str, list[dict[str, str]]]:
        found = story.answers[step]["data"]["stockBalances"]["aggregate"]["sum"]
        return found["quantity"], found["standardValue"]

    assert held("stock before") == ("4", [{"amount": "1584", "currency": "CNY"}])
    # 11 kg to stock; 1 kg rejected is held without value, the supplier's.
    assert held("stock after") == ("16", [{"amount": "5940", "currency": "CNY"}])


def test_money_posts_with_the_goods(story: Story) -> None:
    def line(account: str, amount: str, item: str) -> tuple[str, dict[str, str], str]:
        return account, {"amount": amount, "currency": "CNY"}, item

    vouchers = story.answers["vouchers"]["data"]["journalEntries"]["nodes"]
    assert [(one["occurredOn"], one["sourceKind"]) for one in vouchers] == [("2026-11-20", "GoodsReceipt")] * 2
    found = [
        sorted(
            ((part["account"]["code"], part["amount"], part["item"]["code"]) for part in one["lines"]),
            key=lambda part: (part[0], part[2]),
        )
        for one in vouchers
    ]
    titanium = "RM-TI04"
    assert found == [
        [line("1405", "1584", titanium), line("220202", "-1605", titanium), line("640201", "21", titanium)],
        [
            line("1405", "2772", titanium), line("1405", "1770", "RM-TS20"), line("220202", "-2808.75", titanium),
            line("220202", "-1770", "RM-TS20"), line("640201", "36.75", titanium),
        ],
    ]  # fmt: skip
    before, after = (
        Decimal(story.answers[step]["data"]["journalLines"]["aggregate"]["sum"]["amount"][0]["amount"])
        for step in ("GR/IR before", "GR/IR after")
    )
    assert after - before == Decimal("-6183.75")


def test_the_alert_is_heard_of_across_a_cut_without_a_gap_or_a_repeat(story: Story) -> None:
    acknowledged, resolved, gloves, *repeated = story.heard
    assert (acknowledged[0], acknowledged[2:]) == ("ACKNOWLEDGED", ("ACKNOWLEDGED", "RM-TI04"))
    assert (resolved[0], resolved[2:]) == ("RESOLVED", ("RESOLVED", "RM-TI04"))
    assert (gloves[0], gloves[2:]) == ("ACKNOWLEDGED", ("ACKNOWLEDGED", "CS-GLV1"))
    assert repeated == [resolved, gloves]
    assert story.cursors[1:3] == story.cursors[3:5]
    assert len(set(story.cursors[:3])) == 3


ORDER = {
    "number": "PO-001801", "status": "COMPLETE", "supplier": {"code": "S0001"},
    "totalDue": {"amount": "6605.5", "currency": "CNY"},
    "lines": [
        {"item": {"code": "RM-TI04"}, "receivedQuantity": "12", "unitPrice": {"amount": "401.25", "currency": "CNY"}},
        {"item": {"code": "RM-TS20"}, "receivedQuantity": "6", "unitPrice": {"amount": "295", "currency": "CNY"}},
    ],
}  # fmt: skip
WITHOUT_PRICES = ORDER | {"totalDue": None, "lines": [one | {"unitPrice": None} for one in ORDER["lines"]]}
PRICES_WITHHELD = [
    {
        "coordinate": "PurchaseOrder.totalDue", "path": ["purchaseOrder", "totalDue"],
        "requires": "procurement:COMMERCIAL",
    },
    {
        "coordinate": "PurchaseOrderLine.unitPrice", "path": ["purchaseOrder", "lines", "unitPrice"],
        "requires": "procurement:COMMERCIAL",
    },
]  # fmt: skip


NO_ORDERS = {"coordinate": "Query.purchaseOrder", "path": ["purchaseOrder"], "requires": "procurement:INTERNAL"}


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("buyer", {"data": {"purchaseOrder": ORDER}}),
        ("controller", {"data": {"purchaseOrder": ORDER}}),
        ("auditor", {"data": {"purchaseOrder": ORDER}}),
        ("supplier", {"data": {"purchaseOrder": ORDER}}),
        ("warehouse", {"extensions": {"withheld": PRICES_WITHHELD}, "data": {"purchaseOrder": WITHOUT_PRICES}}),
        # Buys for other companies: there is no such order for them.
        ("purchasing", {"data": {"purchaseOrder": None}}),
        ("hr", {"extensions": {"withheld": [NO_ORDERS]}, "data": {"purchaseOrder": None}}),
        (None, {"errors": ["Cannot query field 'purchaseOrder' on type 'Query'."]}),
        ("customer", {"errors": ["Cannot query field 'purchaseOrder' on type 'Query'."]}),
    ],
)
async def test_one_document_gives_each_what_the_policy_says(story: Story, who: str | None, answer: Any) -> None:
    found = await story.serving.ask(ONE_ORDER, who=who, number=story.number)
    if "errors" in found:
        found["errors"] = [one["message"] for one in found["errors"]]
    assert found == answer


async def test_stock_value_is_the_auditors_not_the_buyers_and_unknown_to_partners(story: Story) -> None:
    async def asked(who: str | None) -> Any:
        found = await story.serving.ask(ORDER_AND_STOCK, who=who, number=story.number)
        return [one["message"] for one in found["errors"]] if "errors" in found else found

    order = {"number": story.number, "totalDue": {"amount": "6605.5"}}
    withheld = {
        "coordinate": "StockBalance.standardValue", "path": ["stockBalances", "nodes", "standardValue"],
        "requires": "inventory:CONFIDENTIAL",
    }  # fmt: skip
    assert await asked("auditor") == {"data": {
        "viewer": {"name": "auditor"}, "purchaseOrder": order,
        "stockBalances": {"nodes": [{"quantity": "7", "standardValue": {"amount": "2772"}}]},
    }}  # fmt: skip
    assert await asked("buyer") == {"extensions": {"withheld": [withheld]}, "data": {
        "viewer": {"name": "buyer"}, "purchaseOrder": order,
        "stockBalances": {"nodes": [{"quantity": "7", "standardValue": None}]},
    }}  # fmt: skip
    unknown = "Cannot query field '{}' on type 'Query'."
    assert await asked("supplier") == ["文档无效：" + unknown.format("stockBalances")]
    assert await asked(None) == [unknown.format("purchaseOrder"), unknown.format("stockBalances")]


async def test_the_supplier_sees_its_own_orders_and_nothing_of_others(story: Story) -> None:
    document = """{
      purchaseOrders { totalCount } own: purchaseOrders(filter: {supplier: {code: {eq: "S0001"}}}) { totalCount }
      parties { nodes { code } } other: purchaseOrder(number: "PO-000002", company: "ANSER-SZ") { number }
      supplierItems { nodes { supplier { code } item { code } } } bankAccounts { totalCount }
    }"""
    materials = ["RM-TI04", "RM-TI06", "RM-TI08", "RM-TI10", "RM-TS20"]
    assert (await story.serving.ask(document, who="supplier")) == {"data": {
        "purchaseOrders": {"totalCount": 108}, "own": {"totalCount": 108}, "parties": {"nodes": [{"code": "S0001"}]},
        "other": None, "bankAccounts": {"totalCount": 0},
        "supplierItems": {"nodes": [{"supplier": {"code": "S0001"}, "item": {"code": code}} for code in materials]},
    }}  # fmt: skip
    assert (await story.serving.ask(document, who="auditor"))["data"]["purchaseOrders"] == {"totalCount": 3_801}


async def test_the_auditor_reads_all_but_people(story: Story) -> None:
    document = '{ employees(first: 1, companies: ["ANSER-SZ"]) { nodes { number name payRates { rate { amount } } } } }'
    found = await story.serving.ask(document, who="auditor")
    assert found["data"]["employees"]["nodes"] == [
        {"number": "SZ0001", "name": None, "payRates": [{"rate": None}, {"rate": None}]}
    ]
    assert [one["coordinate"] for one in found["extensions"]["withheld"]] == ["Employee.name", "EmployeePayRate.rate"]
    document = "query { __schema { mutationType { fields { name } } } }"
    everything = (await story.serving.ask(document, who="auditor"))["data"]["__schema"]["mutationType"]["fields"]
    assert {"createPurchaseOrder", "receivePurchaseOrder", "acknowledgeAlert"} <= {one["name"] for one in everything}
    [error] = (await story.serving.ask(ACKNOWLEDGE, who="auditor", number="AL-000002"))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_anonymous_knows_the_viewer_and_nothing_else(story: Story) -> None:
    assert await story.serving.ask("{ viewer { name audience roles companies } }", who=None) == {
        "data": {"viewer": {"name": "anonymous", "audience": "ANONYMOUS", "roles": [], "companies": []}}
    }
    [error] = (await story.serving.ask("{ companies { totalCount } }", who=None))["errors"]
    assert error["message"] == "Cannot query field 'companies' on type 'Query'."


async def test_two_companies_and_two_currencies_are_never_added_up(story: Story) -> None:
    document = """{ purchaseOrders(companies: ["ANSER-SZ", "ANSER-TT"]) { aggregate(groupBy: [STATUS]) {
      count sum { totalDue { amount currency } }
      groups { key { status } count sum { totalDue { amount currency } } } } } }"""

    def sums(cny: str, eur: str) -> dict[str, Any]:
        return {"totalDue": [{"amount": cny, "currency": "CNY"}, {"amount": eur, "currency": "EUR"}]}

    groups = [
        ("APPROVED", 105, sums("3083025.19", "136382.16")), ("COMPLETE", 2679, sums("88892724.2", "4190521.2")),
        ("PENDING", 33, sums("899799.7", "59163.6")), ("REJECTED", 84, sums("3485357.98", "106180.08")),
    ]  # fmt: skip
    assert (await story.serving.ask(document, who="controller"))["data"]["purchaseOrders"]["aggregate"] == {
        "count": 2901, "sum": sums("96360907.07", "4492247.04"),
        "groups": [{"key": {"status": status}, "count": count, "sum": sum_} for status, count, sum_ in groups],
    }  # fmt: skip
    [error] = (await story.serving.ask(document, who="buyer"))["errors"]
    assert (error["message"], error["extensions"]["code"]) == ("找不到公司 'ANSER-TT'。", "NOT_FOUND")


async def test_the_books_are_whole(story: Story) -> None:
    assert await breaches(story.serving.database_url) == []
