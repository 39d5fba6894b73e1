"""Bad input over HTTP: a coded error that names the thing, in the caller's language, and nothing written."""

from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pytest

import domain
from tests.server.conftest import Serving, serving_at, uncosted

GRAPHQL = "application/graphql-response+json"

CREATE = """mutation($input: CreatePurchaseOrderInput!, $key: String) {
  createPurchaseOrder(idempotencyKey: $key, input: $input) { userErrors { code message path } } }"""
RECEIVE = """mutation($input: ReceivePurchaseOrderInput!, $key: String!) {
  receivePurchaseOrder(idempotencyKey: $key, input: $input) { userErrors { code message path } } }"""
APPROVE = """mutation($input: ApprovePurchaseOrderInput!) {
  approvePurchaseOrder(input: $input) { userErrors { code message path } } }"""

# Of orders that the demonstration leaves open in Suzhou.
PENDING = """purchaseOrders(companies: ["ANSER-SZ"], first: 1, filter: {status: {eq: PENDING}}) {
  nodes { number version } }"""
AWAITED = """purchaseOrders(companies: ["ANSER-SZ"], first: 1, filter: {
  status: {eq: APPROVED}, lines: {none: {receivedQuantity: {gt: "0"}}}}) {
  nodes { number lines { orderedQuantity } } }"""


def line(**other: Any) -> dict[str, Any]:
    """A line of an order that nothing is wrong with, but for what is given."""
    price = {"amount": "12.5", "currency": "CNY"}
    return {"item": {"code": "RM-TI04"}, "quantity": "10", "unitPrice": price, **other}


def order(**other: Any) -> dict[str, Any]:
    """An order that nothing is wrong with, but for what is given."""
    given = {"company": {"code": "ANSER-SZ"}, "supplier": {"code": "S0001"}, "currency": "CNY", "lines": [line()]}
    return {**given, **other}


@pytest.fixture(scope="module")
def shop(copy_purchases: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The demonstration without background work, so that only requests could write."""
    with serving_at(copy_purchases(), tmp_path_factory.mktemp("shop"), background=False) as serving:
        yield serving


async def counted(url: str) -> dict[str, int]:
    """Rows of every table; a number drawn for nothing leaves a gap, no row."""
    connection = await asyncpg.connect(url)
    query = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in sorted(domain.RECORDS))
    rows = await connection.fetch(query)
    await connection.close()
    # What is counted of every request is no trace of what it asked for.
    return {table: count for table, count in rows if table not in ("number_series", "client_bucket")}


async def asked(shop: Serving, body: Any, who: str | None = "buyer") -> tuple[int, Any]:
    """(status, body) of a request after which every table has as many rows as before."""
    before = await counted(shop.database_url)
    response = await shop.post(body, who=who, accept=GRAPHQL)
    assert await counted(shop.database_url) == before
    return response.status_code, uncosted(response.json())


async def first(shop: Serving, query: str, who: str = "controller") -> Any:
    [node] = (await shop.ask(f"{{ {query} }}", who=who))["data"]["purchaseOrders"]["nodes"]
    return node


def op(query: str, **variables: Any) -> dict[str, Any]:
    return {"query": query, "variables": variables}


async def refusal(shop: Serving, body: Any, who: str) -> tuple[str, str, str]:
    """(code, path, message) of the one refusal of a command."""
    status, answer = await asked(shop, body, who)
    assert status == 200, answer
    [payload] = answer["data"].values()
    [found] = payload["userErrors"]
    return found["code"], ".".join(found["path"]), found["message"]


async def fault(shop: Serving, body: Any, who: str | None = "buyer") -> tuple[int, str, str]:
    """(status, code, message) of the first error of a request that has no data."""
    status, answer = await asked(shop, body, who)
    assert "data" not in answer
    assert len(answer["errors"][0]["extensions"]["traceId"]) == 32
    return status, answer["errors"][0]["extensions"]["code"], answer["errors"][0]["message"]


def priced(amount: str, currency: str) -> dict[str, Any]:
    return order(lines=[line(unitPrice={"amount": amount, "currency": currency})])


@pytest.mark.parametrize(
    ("given", "code", "path", "zh", "en"),
    [
        (
            order(supplier={"code": "NOPE"}), "NOT_FOUND", "input.supplier", "找不到往来单位 NOPE。",
            "There is no party NOPE.",
        ),
        (
            order(supplier={"code": "H0001"}), "INVALID_VALUE", "input.supplier",
            "供应商的值 H0001 不被接受：该往来单位没有供应商角色。",
            "Supplier H0001 is refused: the party does not have the role of supplier.",
        ),
        (order(currency="XXZ"), "NOT_FOUND", "input.currency", "找不到币种 XXZ。", "There is no currency XXZ."),
        (
            priced("1", "USD"), "CURRENCY_MISMATCH", "input.lines.0.unitPrice", "单价使用 USD，应为 CNY。",
            "Unit price is in USD, expected CNY.",
        ),
        (
            priced("-0.50", "CNY"), "INVALID_VALUE", "input.lines.0.unitPrice", "单价的值 -0.5 不被接受：不能为负数。",
            "Unit price -0.5 is refused: it must not be negative.",
        ),
        (
            order(lines=[line(), line(quantity="-1")]), "INVALID_VALUE", "input.lines.1.quantity",
            "数量的值 -1 不被接受：必须大于零。", "Quantity -1 is refused: it must be above zero.",
        ),
        (
            order(lines=[]), "INVALID_VALUE", "input.lines", "订单行的值 0 不被接受：单据须有 1 至 1000 行。",
            "Lines 0 is refused: a document has 1 to 1000 lines.",
        ),
    ],
)  # fmt: skip
async def test_an_order_that_breaks_a_rule_is_refused_by_name(
    shop: Serving, given: dict[str, Any], code: str, path: str, zh: str, en: str
) -> None:
    assert await refusal(shop, op(CREATE, input=given, key="bad"), "buyer") == (code, path, zh)
    theirs = {**given, "company": {"code": "ANSER-SH"}}
    assert await refusal(shop, op(CREATE, input=theirs, key="bad"), "purchasing") == (code, path, en)


async def test_a_company_that_one_may_not_act_for_is_unknown_like_one_that_is_not_there(shop: Serving) -> None:
    for code in ("ANSER-TT", "NOPE"):
        found = await refusal(shop, op(CREATE, input=order(company={"code": code})), "buyer")
        assert found == ("NOT_FOUND", "input.company", f"找不到公司 {code}。")
        document = f'{{ purchaseOrders(companies: ["{code}"]) {{ totalCount }} }}'
        assert await fault(shop, op(document)) == (400, "NOT_FOUND", f"找不到公司 '{code}'。")


NUMBER = 'write it as a string of digits such as "12.50", at most 10 decimals.'


@pytest.mark.parametrize("given", ["NaN", "Infinity", "1e3", "", "1,5", "0x10"])
async def test_what_is_no_decimal_is_refused(shop: Serving, given: str) -> None:
    place = "Variable '$input' has invalid value at .lines[0].quantity"
    found = await fault(shop, op(CREATE, input=order(lines=[line(quantity=given)])))
    assert found == (400, "BAD_USER_INPUT", f"变量无效：{place}: '{given}' is not a valid Decimal: {NUMBER}")


async def test_excess_scale_is_refused_and_never_rounded(shop: Serving) -> None:
    found = await fault(shop, op(CREATE, input=order(lines=[line(quantity="1.1234567")])))
    message = "input.lines.0.quantity 的值 1.1234567 无效：小数点前最多 14 位，后最多 6 位。"
    assert found == (400, "BAD_USER_INPUT", message)


@pytest.mark.parametrize(
    ("document", "code", "message"),
    [
        (
            '{ purchaseOrders(after: "zzz") { nodes { number } } }', "BAD_USER_INPUT",
            "'zzz' is not valid for after: it is no cursor of PurchaseOrder in this order.",
        ),
        (
            "{ purchaseOrders(first: 1000) { nodes { number } } }", "PAGE_LIMIT",
            "first is 1000; a page has 1 to 100 rows.",
        ),
        (
            '{ purchaseOrder(number: "PO-000001", id: "x") { number } }', "BAD_USER_INPUT",
            "number, id is not valid for purchase order: give exactly one key.",
        ),
        (
            "{ purchaseOrder { number } }", "BAD_USER_INPUT",
            "nothing is not valid for purchase order: give exactly one key.",
        ),
        (
            '{ node(id: "rubbish") { id } }', "BAD_USER_INPUT",
            "'rubbish' is not valid for id: it is no global id of this kind.",
        ),
        (
            "{ purchaseOrders { totalCountt } }", "GRAPHQL_VALIDATION_FAILED",
            "Cannot query field 'totalCountt' on type 'PurchaseOrderConnection'.",
        ),
        ("{ purchaseOrders", "GRAPHQL_PARSE_FAILED", "Syntax Error: Expected Name, found <EOF>."),
    ],
)  # fmt: skip
async def test_a_read_that_is_wrong_names_what(shop: Serving, document: str, code: str, message: str) -> None:
    assert await fault(shop, op(document), "controller") == (400, code, message)


@pytest.mark.parametrize(
    ("body", "status", "code", "message"),
    [
        (b"{", 400, "BAD_REQUEST", "The request cannot be read: the body is not JSON."),
        (b"[]", 400, "BAD_REQUEST", "The request cannot be read: the body is not a JSON object."),
        (b" " * 10_000_000, 413, "PAYLOAD_TOO_LARGE", "The request is larger than 1048576 bytes."),
    ],
    ids=["brace", "list", "10 MB"],
)
async def test_a_body_that_is_no_request_is_refused(
    shop: Serving, body: bytes, status: int, code: str, message: str
) -> None:
    assert await fault(shop, body) == (status, code, message)


def receipt(number: str, **received: Any) -> dict[str, Any]:
    """A receipt of the first line in Suzhou, on a day whose period is open."""
    lines = [{"position": 1, "received": "1", **received}]
    return {
        "company": {"code": "ANSER-SZ"}, "purchaseOrder": {"number": number}, "receivedOn": "2026-11-20", "lines": lines
    }  # fmt: skip


async def test_a_receipt_that_breaks_a_rule_is_refused_by_name(shop: Serving) -> None:
    order_ = await first(shop, AWAITED)
    number, ordered = order_["number"], order_["lines"][0]["orderedQuantity"]

    async def refused(given: dict[str, Any]) -> tuple[str, str, str]:
        return await refusal(shop, op(RECEIVE, input=given, key="bad receipt"), "warehouse")

    assert await refused(receipt(number, received="1000000")) == (
        "OVER_RECEIPT", "input.lines.0",
        f"采购订单 {number} 第 1 行：订购 {ordered}，已收 0，本次 1000000，超过允许的 {ordered}。",
    )  # fmt: skip
    assert await refused(receipt(number, position=99)) == (
        "NOT_FOUND", "input.lines.0.position", f"找不到采购订单行 {number}/99。"
    )  # fmt: skip
    assert await refused(receipt(number, received="1.50", rejected="2")) == (
        "INVALID_VALUE", "input.lines.0.rejected", "拒收数量的值 2 不被接受：仅收到 1.5。"
    )  # fmt: skip
    assert await refused(receipt(number, location={"code": "NOPE"})) == (
        "NOT_FOUND", "input.lines.0.location", "找不到库位 NOPE。"
    )  # fmt: skip
    code, _, message = await refused({**receipt(number), "receivedOn": "2031-01-01"})
    assert (code, message) == ("PERIOD_CLOSED", "STOCK 账 2031-01-01 所在期间状态为 MISSING，不能过账。")


async def test_a_stale_version_and_a_wrong_state_are_refused(shop: Serving) -> None:
    pending = await first(shop, PENDING)
    number, version = pending["number"], pending["version"]
    given = {"company": {"code": "ANSER-SZ"}, "purchaseOrder": {"number": number}, "expectedVersion": version + 6}
    assert await refusal(shop, op(APPROVE, input=given), "controller") == (
        "STALE_VERSION", "input", f"Purchase order {number} is at version {version}; you expected {version + 6}."
    )  # fmt: skip
    assert await refusal(shop, op(RECEIVE, input=receipt(number), key="early"), "warehouse") == (
        "WRONG_STATE", "input", f"采购订单 {number} 处于状态 PENDING，不能收货。"
    )  # fmt: skip


async def test_a_key_that_was_used_for_another_input_is_refused(shop: Serving) -> None:
    made = await shop.ask(CREATE, who="buyer", input=order(), key="used")
    assert made["data"]["createPurchaseOrder"]["userErrors"] == []
    another = op(CREATE, input=order(lines=[line(quantity="11")]), key="used")
    assert await fault(shop, another) == (400, "IDEMPOTENCY_KEY_REUSED", "幂等键 used 已用于不同的请求内容。")


async def test_a_key_that_several_companies_have_asks_for_the_company(shop: Serving) -> None:
    assert await fault(shop, op(APPROVE, input={"purchaseOrder": {"number": "PO-000001"}}), "controller") == (
        400, "AMBIGUOUS_KEY", "The key of input.purchaseOrder exists in several companies; name one with company."
    )  # fmt: skip
