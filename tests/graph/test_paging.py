"""Pages: walking them gives each row once, in every order, whichever way, whatever is written meanwhile."""

from base64 import b64encode
from typing import Any

import asyncpg
import pytest

from domain.master_data.parties import Party
from domain.procurement.models import PurchaseOrder
from tests.factory import insert, numbered, row
from tests.graph import sample
from tests.graph.conftest import Asker, asker
from tests.graph.sample import FIRST_DAY, ORDERS, STATUSES

ORDERED = {
    "NUMBER": lambda n: f"PO{n:04}",
    "STATUS": lambda n: STATUSES[n % 4],
    "ORDERED_ON": lambda n: n,
}
PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { number }"


def ordered(field: str | None, *, is_descending: bool = False) -> list[str]:
    """The numbers of all orders in an order; the sample's ids sort by n."""
    numbers = range(1, ORDERS + 1)
    ns = sorted(numbers, key=lambda n: (ORDERED[field](n), n) if field else (n,), reverse=is_descending)
    return [f"PO{n:04}" for n in ns]


async def walk(ask: Asker, size: int, order: str, *, is_backward: bool = False, more: str = "") -> list[str]:
    """The numbers of all pages, in the list's order."""
    size_name, place = ("last", "before") if is_backward else ("first", "after")
    query = (
        f"query($n: Int, $c: Cursor) {{ purchaseOrders({size_name}: $n, {place}: $c, orderBy: {order} {more}) {{"
        f" {PAGE} }} }}"
    )
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = (await ask(query, {"n": size, "c": cursor}))["data"]["purchaseOrders"]
        numbers = [one["number"] for one in page["nodes"]]
        assert len(numbers) <= size
        found = [*numbers, *found] if is_backward else [*found, *numbers]
        info = page["pageInfo"]
        assert info["hasPreviousPage" if not is_backward else "hasNextPage"] is (cursor is not None)
        if not info["hasPreviousPage" if is_backward else "hasNextPage"]:
            return found
        cursor = info["startCursor" if is_backward else "endCursor"]


@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize("is_backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", sorted(ORDERED))
async def test_walking_all_pages_gives_each_row_once(
    ask: Asker, field: str, direction: str, is_backward: bool, size: int
) -> None:
    order = f"[{{field: {field}, direction: {direction}}}]"
    expected = ordered(field, is_descending=direction == "DESC")
    assert await walk(ask, size, order, is_backward=is_backward) == expected


async def test_without_an_order_rows_come_by_id(ask: Asker) -> None:
    assert await walk(ask, 7, "[]") == ordered(None)


async def test_a_page_has_fifty_rows_unless_asked(ask: Asker) -> None:
    answer = await ask("{ purchaseOrderLines { nodes { __typename } pageInfo { hasNextPage } totalCount } }")
    page = answer["data"]["purchaseOrderLines"]
    total = sum(n % 4 for n in range(1, ORDERS + 1))
    assert (len(page["nodes"]), page["totalCount"], page["pageInfo"]["hasNextPage"]) == (
        min(50, total),
        total,
        total > 50,
    )


async def test_edges_carry_cursors_that_continue_the_list(ask: Asker) -> None:
    query = (
        "query($c: Cursor) { purchaseOrders(first: 3, after: $c, orderBy: [{field: STATUS, direction: DESC}]) {"
        " edges { cursor node { number } __typename } pageInfo { startCursor endCursor __typename } } }"
    )
    first = (await ask(query))["data"]["purchaseOrders"]
    cursors = [edge["cursor"] for edge in first["edges"]]
    assert first["pageInfo"] == {"startCursor": cursors[0], "endCursor": cursors[2], "__typename": "PageInfo"}
    second = (await ask(query, {"c": cursors[1]}))["data"]["purchaseOrders"]
    expected = ordered("STATUS", is_descending=True)
    assert [edge["node"]["number"] for edge in second["edges"]] == expected[2:5]
    assert {edge["__typename"] for edge in second["edges"]} == {"PurchaseOrderEdge"}


async def test_rows_between_two_cursors(ask: Asker) -> None:
    query = (
        "query($a: Cursor, $b: Cursor, $f: Int, $l: Int) { purchaseOrders(first: $f, last: $l, after: $a, before:"
        " $b) { edges { cursor node { number } } pageInfo { hasNextPage hasPreviousPage } } }"
    )
    edges = (await ask(query))["data"]["purchaseOrders"]["edges"]
    places = {"a": edges[3]["cursor"], "b": edges[9]["cursor"]}
    numbers = [edge["node"]["number"] for edge in edges[4:9]]
    for size, expected, more in (({"f": 2}, numbers[:2], "hasNextPage"), ({"l": 2}, numbers[-2:], "hasPreviousPage")):
        page = (await ask(query, {**places, **size}))["data"]["purchaseOrders"]
        assert [edge["node"]["number"] for edge in page["edges"]] == expected
        assert page["pageInfo"][more] is True


async def test_a_nested_connection_is_walked_for_each_parent(ask: Asker) -> None:
    query = (
        'query($c: Cursor) { party(code: "S002") { purchaseOrders(first: 2, after: $c, orderBy: [{field:'
        " NUMBER}]) { nodes { number } pageInfo { hasNextPage endCursor } totalCount } } }"
    )
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = (await ask(query, {"c": cursor}))["data"]["party"]["purchaseOrders"]
        found += [one["number"] for one in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    expected = [f"PO{n:04}" for n in range(1, ORDERS + 1) if n % 5 == 1]
    assert (found, page["totalCount"]) == (expected, len(expected))


async def test_nested_pages_of_many_parents_are_each_their_own(ask: Asker) -> None:
    query = (
        "{ parties(orderBy: [{field: CODE}]) { nodes { code purchaseOrders(last: 1, orderBy: [{field: NUMBER}]) {"
        " nodes { number } } } } }"
    )
    found = {
        one["code"]: [o["number"] for o in one["purchaseOrders"]["nodes"]]
        for one in (await ask(query))["data"]["parties"]["nodes"]
    }
    last = {f"S{1 + n % 5:03}": [f"PO{n:04}"] for n in range(1, ORDERS + 1)}
    assert found == {**last, "S006": []}


async def test_the_last_rows_come_in_the_lists_order(ask: Asker) -> None:
    answer = await ask(
        "{ purchaseOrders(last: 3, orderBy: [{field: NUMBER}]) { nodes { number } pageInfo { hasNextPage"
        " hasPreviousPage } } }"
    )
    assert answer["data"]["purchaseOrders"] == {
        "nodes": [{"number": "PO0028"}, {"number": "PO0029"}, {"number": "PO0030"}],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": True},
    }


async def test_an_empty_page_has_no_cursors(ask: Asker) -> None:
    answer = await ask(
        f'{{ purchaseOrders(filter: {{number: {{eq: "none"}}}}) {{ {PAGE} edges {{ cursor }} totalCount }} }}'
    )
    assert answer["data"]["purchaseOrders"] == {
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
        "nodes": [], "edges": [], "totalCount": 0,
    }  # fmt: skip


async def test_the_companies_argument_narrows_the_list(ask: Asker) -> None:
    assert await walk(ask, 7, "[]", more=', companies: ["TUT"]') == [f"PO{n:04}" for n in range(1, ORDERS + 1, 2)]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("first: 0", "PAGE_LIMIT"),
        ("first: -1", "PAGE_LIMIT"),
        ("first: 101", "PAGE_LIMIT"),
        ("last: 101", "PAGE_LIMIT"),
        ("first: 1, last: 1", "BAD_USER_INPUT"),
        ("orderBy: [{field: NUMBER}, {field: STATUS}]", "ORDER_NOT_SUPPORTED"),
        ('companies: ["XX"]', "NOT_FOUND"),
    ],
)
async def test_a_page_that_cannot_be_is_refused(ask: Asker, arguments: str, code: str) -> None:
    assert (await ask.refusal(f"{{ purchaseOrders({arguments}) {{ totalCount nodes {{ number }} }} }}")).code == code


@pytest.mark.parametrize("size", [0, 101, -5])
async def test_a_page_size_in_a_variable_has_the_same_limits(ask: Asker, size: int) -> None:
    refusal = await ask.refusal("query($n: Int) { purchaseOrders(first: $n) { nodes { number } } }", {"n": size})
    assert (refusal.code, refusal.values["value"]) == ("PAGE_LIMIT", size)


ID = numbered(PurchaseOrder, 3)
FORGED = [
    "x",
    "====",
    "MQ==",
    f"1|PurchaseOrder|ordered_on|A|{ID}|2026-13-01",
    f"1|PurchaseOrder|ordered_on|A|{ID}|",
    f"1|PurchaseOrder|ordered_on|A|no-id|{FIRST_DAY}",
    f"1|PurchaseOrder|ordered_on|A|{str(ID).upper()}A|{FIRST_DAY}",
    f"1|PurchaseOrder|ordered_on|D|{ID}|{FIRST_DAY}",
    f"1|PurchaseOrder|number|A|{ID}|{FIRST_DAY}",
    f"2|PurchaseOrder|ordered_on|A|{ID}|{FIRST_DAY}",
    f"1|Party|ordered_on|A|{ID}|{FIRST_DAY}",
    "1|PurchaseOrder|ordered_on|A|",
]


@pytest.mark.parametrize("text", FORGED)
async def test_a_cursor_of_another_list_or_hand_is_refused(ask: Asker, text: str) -> None:
    cursor = text if "|" not in text else b64encode(text.encode()).decode()
    query = "query($c: Cursor) { purchaseOrders(after: $c, orderBy: [{field: ORDERED_ON}]) { nodes { number } } }"
    refusal = await ask.refusal(query, {"c": cursor})
    assert (refusal.code, refusal.values["what"]) == ("BAD_USER_INPUT", "after")


async def test_a_text_cursor_cannot_carry_what_no_text_holds(ask: Asker) -> None:
    cursor = b64encode(f"1|PurchaseOrder|number|A|{ID}|a\0b".encode()).decode()
    query = "query($c: Cursor) { purchaseOrders(after: $c, orderBy: [{field: NUMBER}]) { nodes { number } } }"
    assert (await ask.refusal(query, {"c": cursor})).code == "BAD_USER_INPUT"


async def test_a_forged_cursor_moves_only_within_the_readers_own_rows(ask: Asker) -> None:
    cursor = b64encode(f"1|PurchaseOrder|ordered_on|A|{ID}|0001-01-01".encode()).decode()
    query = (
        "query($c: Cursor) { purchaseOrders(after: $c, orderBy: [{field: ORDERED_ON}]) { nodes { company { code } } } }"
    )
    answer = await ask(query, {"c": cursor}, ask.actor("buyer", companies=(2,)))
    assert answer["data"]["purchaseOrders"]["nodes"] == [{"company": {"code": "TUT"}}] * (ORDERS // 2)


async def test_rows_written_between_pages_neither_repeat_nor_hide_others(fresh_database: str) -> None:
    connection = await asyncpg.connect(fresh_database)
    try:
        await sample.load(connection)
        async with asker(fresh_database) as ask:
            query = (
                f"query($c: Cursor) {{ purchaseOrders(first: 4, after: $c, orderBy: [{{field: ORDERED_ON}}]) {{"
                f" {PAGE} }} }}"
            )
            found: list[str] = []
            cursor: str | None = None
            written = 100
            while True:
                page: dict[str, Any] = (await ask(query, {"c": cursor}))["data"]["purchaseOrders"]
                found += [one["number"] for one in page["nodes"]]
                cursor = page["pageInfo"]["endCursor"]
                if not page["pageInfo"]["hasNextPage"]:
                    break
                # One before the place already reached, in each company.
                for company in (1, 2):
                    written += 1
                    early = row(
                        PurchaseOrder,
                        written,
                        company_id=company,
                        number=f"NEW{written}",
                        supplier_id=numbered(Party, 1),
                        ordered_on=FIRST_DAY,
                        is_historical=True,
                    )
                    await insert(connection, PurchaseOrder, [early])
            assert found == ordered("ORDERED_ON")
    finally:
        await connection.close()
