"""Filters: every operator on every kind of field answers exactly the rows that a plain reading of the sample gives."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.procurement.models import PurchaseOrder
from tests.factory import numbered
from tests.graph.conftest import Asker
from tests.graph.sample import FIRST_DAY, ORDERS, STATUSES

DAYS = {n: FIRST_DAY + timedelta(days=7 * n) for n in range(1, ORDERS + 1)}


def lines(n: int) -> range:
    """The positions of the n-th order."""
    return range(1, 1 + n % 4)


def subtotal(n: int) -> Decimal:
    return sum(((n + p) * (Decimal(p) + Decimal(n) / 8) for p in lines(n)), Decimal(0))


def number(n: int) -> str:
    return f"PO{n:04}"


def graph_id(n: int) -> str:
    return f"PurchaseOrder-{1 + n % 2}-{numbered(PurchaseOrder, n)}"


CASES: list[tuple[str, Callable[[int], bool]]] = [
    ("{}", lambda n: True),
    ('{number: {eq: "PO0007"}}', lambda n: n == 7),
    ('{number: {ne: "PO0007"}}', lambda n: n != 7),
    ('{number: {in: ["PO0007", "PO0008", "none"]}}', lambda n: n in (7, 8)),
    ("{number: {in: []}}", lambda n: False),
    ('{number: {notIn: ["PO0007", "PO0008"]}}', lambda n: n not in (7, 8)),
    ("{number: {notIn: []}}", lambda n: True),
    ('{number: {lt: "PO0003"}}', lambda n: n < 3),
    ('{number: {lte: "PO0003"}}', lambda n: n <= 3),
    ('{number: {gt: "PO0028"}}', lambda n: n > 28),
    ('{number: {gte: "PO0028"}}', lambda n: n >= 28),
    ('{number: {between: {from: "PO0009", to: "PO0011"}}}', lambda n: 9 <= n <= 11),
    ('{number: {contains: "o001"}}', lambda n: 10 <= n <= 19),
    ('{number: {startsWith: "PO002"}}', lambda n: 20 <= n <= 29),
    ('{number: {startsWith: "po002"}}', lambda n: False),
    ("{number: {isNull: true}}", lambda n: False),
    ("{number: {isNull: false}}", lambda n: True),
    ("{reason: {isNull: true}}", lambda n: n % 2 == 1),
    ("{reason: {isNull: false}}", lambda n: n % 2 == 0),
    ('{reason: {ne: "reason 2"}}', lambda n: n % 2 == 0 and n != 2),
    ('{not: {reason: {eq: "reason 2"}}}', lambda n: n != 2),
    ('{not: {reason: {ne: "reason 2"}}}', lambda n: n % 2 == 1 or n == 2),
    ("{status: {eq: APPROVED}}", lambda n: STATUSES[n % 4] == "APPROVED"),
    ("{status: {ne: APPROVED}}", lambda n: STATUSES[n % 4] != "APPROVED"),
    ("{status: {in: [APPROVED, PENDING]}}", lambda n: STATUSES[n % 4] in ("APPROVED", "PENDING")),
    ("{status: {notIn: [APPROVED, PENDING]}}", lambda n: STATUSES[n % 4] not in ("APPROVED", "PENDING")),
    ("{status: {isNull: true}}", lambda n: False),
    ("{isHistorical: {eq: true}}", lambda n: True),
    ("{isHistorical: {eq: false}}", lambda n: False),
    ("{revision: {eq: 0}}", lambda n: True),
    ("{revision: {gt: 0}}", lambda n: False),
    ("{version: {between: {from: 1, to: 1}}}", lambda n: True),
    ('{orderedOn: {eq: "2026-01-08"}}', lambda n: n == 7),
    ('{orderedOn: {lt: "2026-01-08"}}', lambda n: n < 7),
    ('{orderedOn: {gte: "2026-01-08"}}', lambda n: n >= 7),
    ('{orderedOn: {between: {from: "2026-01-01", to: "2026-01-31"}}}', lambda n: f"{DAYS[n]:%Y%m}" == "202601"),
    ('{orderedOn: {in: ["2026-01-08", "2026-01-09"]}}', lambda n: n == 7),
    ('{recordedAt: {gt: "2000-01-01T00:00:00Z"}}', lambda n: True),
    ('{recordedAt: {lt: "2000-01-01T00:00:00+08:00"}}', lambda n: False),
    ('{totalDue: {amount: {gt: "100"}}}', lambda n: subtotal(n) + Decimal(n) / 4 + Decimal("1.5") > 100),
    ('{tax: {amount: {eq: "1.75"}}}', lambda n: n == 7),
    ('{tax: {amount: {in: ["1.75", "2.000"]}}}', lambda n: n in (7, 8)),
    ('{tax: {amount: {between: {from: "1.75", to: 2}}, currency: {eq: "CNY"}}}', lambda n: n == 8),
    ('{tax: {currency: {eq: "USD"}}}', lambda n: n % 5 == 0),
    ("{tax: {isNull: true}}", lambda n: False),
    ('{supplier: {code: {eq: "S003"}}}', lambda n: 1 + n % 5 == 3),
    ('{supplier: {country: {eq: "DE"}, code: {ne: "S002"}}}', lambda n: 1 + n % 5 == 4),
    ("{supplier: {isNull: true}}", lambda n: False),
    ("{supplier: {}}", lambda n: True),
    ('{company: {code: {eq: "TUT"}}}', lambda n: n % 2 == 1),
    ("{lines: {some: {}}}", lambda n: n % 4 > 0),
    ("{lines: {none: {}}}", lambda n: n % 4 == 0),
    ("{lines: {some: {position: {eq: 3}}}}", lambda n: n % 4 == 3),
    ("{lines: {none: {position: {eq: 3}}}}", lambda n: n % 4 != 3),
    ('{lines: {every: {orderedQuantity: {lte: "9"}}}}', lambda n: all(n + p <= 9 for p in lines(n))),
    ('{lines: {some: {item: {code: {eq: "I003"}}}}}', lambda n: any(1 + (n + p) % 8 == 3 for p in lines(n))),
    ("{lines: {some: {dueOn: {isNull: true}}}}", lambda n: n % 4 > 0 and n % 3 == 0),
    (
        "{lines: {some: {position: {eq: 1}}, none: {position: {eq: 2}}}}",
        lambda n: n % 4 == 1,
    ),
    ('{and: [{number: {gt: "PO0005"}}, {number: {lt: "PO0008"}}]}', lambda n: 5 < n < 8),
    ('{or: [{number: {eq: "PO0005"}}, {number: {eq: "PO0008"}}]}', lambda n: n in (5, 8)),
    ("{and: []}", lambda n: True),
    ("{or: []}", lambda n: False),
    ('{or: [{reason: {eq: "none"}}, {status: {eq: PENDING}}], not: {currency: {eq: "USD"}}}',
     lambda n: STATUSES[n % 4] == "PENDING" and n % 5 != 0),
    ('{not: {lines: {some: {dueOn: {gt: "2026-01-01"}}}}}',
     lambda n: not (n % 3 and n % 4 and (FIRST_DAY + timedelta(days=9 * n)).isoformat() > "2026-01-01")),
    ("{not: {isNull: true}}", lambda n: True),
    ("{status: null, number: null}", lambda n: True),
    (f'{{id: {{in: ["{graph_id(4)}", "{graph_id(5)}"]}}}}', lambda n: n in (4, 5)),
    (f'{{id: {{ne: "{graph_id(4)}"}}}}', lambda n: n != 4),
    ('{legacyKey: {system: {eq: "aw"}, key: {in: ["3", "4"]}}}', lambda n: n in (3, 4)),
    ('{legacyKey: {system: {eq: "other"}}}', lambda n: False),
    ("{legacyKey: {key: {isNull: false}}}", lambda n: n in (3, 4)),
    ("{not: {legacyKey: {}}}", lambda n: n not in (3, 4)),
]  # fmt: skip


@pytest.mark.parametrize(("given", "holds"), CASES, ids=[given for given, _ in CASES])
async def test_a_filter_answers_the_rows_that_meet_it(ask: Asker, given: str, holds: Callable[[int], bool]) -> None:
    query = (
        f"{{ purchaseOrders(first: 100, orderBy: [{{field: NUMBER}}], filter: {given}) {{ nodes {{ number }}"
        f" totalCount }} }}"
    )
    expected = [number(n) for n in range(1, ORDERS + 1) if holds(n)]
    found = (await ask(query))["data"]["purchaseOrders"]
    assert ([one["number"] for one in found["nodes"]], found["totalCount"]) == (expected, len(expected))


@pytest.mark.parametrize(
    ("type_", "given", "expected"),
    [
        ("StringFilter", {"in": ["PO0002", "PO0004"]}, ["PO0002", "PO0004"]),
        ("StringFilter", {"in": "PO0002"}, ["PO0002"]),
        ("StringFilter", {"contains": "09"}, ["PO0009"]),
        ("StringFilter", {"between": {"from": "PO0002", "to": "PO0003"}}, ["PO0002", "PO0003"]),
        ("StringFilter", None, [number(n) for n in range(1, ORDERS + 1)]),
    ],
)
async def test_a_filter_may_come_as_a_variable(ask: Asker, type_: str, given: Any, expected: list[str]) -> None:
    query = (
        f"query($v: {type_}) {{ purchaseOrders(orderBy: [{{field: NUMBER}}], filter: {{number: $v}}) {{ nodes {{"
        f" number }} }} }}"
    )
    answer = await ask(query, {"v": given})
    assert [one["number"] for one in answer["data"]["purchaseOrders"]["nodes"]] == expected


async def test_a_list_may_mix_variables_and_literals(ask: Asker) -> None:
    query = (
        "query($n: String!, $s: PurchaseOrderStatus!) { purchaseOrders(orderBy: [{field: NUMBER}],"
        ' filter: {number: {in: [$n, "PO0009", "PO0010"]}, status: {in: [$s, APPROVED]}}) { nodes { number } } }'
    )
    answer = await ask(query, {"n": "PO0001", "s": STATUSES[10 % 4]})
    expected = [n for n in (1, 9, 10) if STATUSES[n % 4] in ("APPROVED", STATUSES[10 % 4])]
    assert [one["number"] for one in answer["data"]["purchaseOrders"]["nodes"]] == [number(n) for n in expected]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('Quote " \\ back\tslash, 供应商', ["S003"]),
        ("QUOTE", []),
        ("Supplier 1", ["S001"]),
        ("' OR 1=1 --", []),
        ("%", []),
    ],
)
async def test_a_text_is_compared_as_it_is_whatever_it_holds(ask: Asker, text: str, found: list[str]) -> None:
    query = "query($t: String!) { parties(filter: {name: {eq: $t}}) { nodes { code } } }"
    assert [one["code"] for one in (await ask(query, {"t": text}))["data"]["parties"]["nodes"]] == found


async def test_contains_ignores_letter_case_and_finds_chinese(ask: Asker) -> None:
    query = "query($t: String!) { parties(filter: {name: {contains: $t}}) { nodes { code } } }"
    for text in ("应商", "QUOTE", "\t", "\\"):
        assert (await ask(query, {"t": text}))["data"]["parties"]["nodes"] == [{"code": "S003"}]


REFUSED = [
    ('{number: {eq: null}}', "filter.number.eq"),
    ("{number: {in: null}}", "filter.number.in"),
    ("{number: {between: null}}", "filter.number.between"),
    ('{id: {eq: "PurchaseOrder-1-none"}}', "filter.id.eq"),
    ('{id: {eq: "PurchaseOrder-99999-00000000-0000-0000-0000-000000000000"}}', "filter.id.eq"),
    ('{id: {eq: "Item-00000000-0000-0000-0000-000000000000"}}', "filter.id.eq"),
    ('{requestedBy: {eq: "no uuid"}}', "filter.requestedBy.eq"),
    ('{number: {eq: "a\\u0000b"}}', "filter.number.eq"),
    ('{legacyKey: {key: {in: ["a\\u0000b"]}}}', "filter.legacyKey.key.in"),
    ("{not: " * 8 + "{}" + "}" * 8, "filter" + ".not" * 8),
    ("{or: [" + "{number: {ne: \"x\"}} " * 101 + "]}", "filter.or"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "what"), REFUSED)
async def test_a_filter_that_cannot_be_is_refused_and_named(ask: Asker, given: str, what: str) -> None:
    refusal = await ask.refusal(f"{{ purchaseOrders(filter: {given}) {{ totalCount }} }}")
    assert (refusal.code, refusal.values["what"]) == ("BAD_USER_INPUT", what)


async def test_a_list_of_too_many_values_is_refused(ask: Asker) -> None:
    query = "query($v: [String!]) { purchaseOrders(filter: {number: {in: $v}}) { totalCount } }"
    assert (await ask(query, {"v": ["PO0001"] * 1_000}))["data"]["purchaseOrders"]["totalCount"] == 1
    refusal = await ask.refusal(query, {"v": ["PO0001"] * 1_001})
    assert (refusal.code, refusal.values["what"]) == ("BAD_USER_INPUT", "filter.number.in")


async def test_a_whole_number_beyond_a_small_column_finds_nothing(ask: Asker) -> None:
    query = "{ purchaseOrderLines(filter: {position: {gt: 2147483647}}) { totalCount } }"
    assert (await ask(query))["data"]["purchaseOrderLines"]["totalCount"] == 0


async def test_a_uuid_column_is_searched_as_text_and_compared_as_uuid(ask: Asker) -> None:
    query = (
        '{ purchaseOrders(filter: {requestedBy: {contains: "0000", ne: "00000000-0000-0000-0000-000000000000"}})'
        " { totalCount } }"
    )
    assert (await ask(query))["data"]["purchaseOrders"]["totalCount"] == 0
