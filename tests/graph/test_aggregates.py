"""Figures over lists: exact, one currency at a time, grouped by every kind of key."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from domain.master_data.companies import Company
from domain.master_data.parties import Party
from domain.master_data.places import Location
from tests.factory import numbered
from tests.graph.conftest import Asker
from tests.graph.sample import CURRENCIES, FIRST_DAY, ORDERS, STATUSES
from tests.graph.test_filters import DAYS, lines, subtotal

NS = range(1, ORDERS + 1)


def currency(n: int) -> str:
    return CURRENCIES[1 + n % 2] if n % 5 else "USD"


def tax(n: int) -> Decimal:
    return Decimal(n) / 4


def plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(values: dict[str, Decimal]) -> list[dict[str, str]]:
    return [{"amount": plain(values[one]), "currency": one} for one in sorted(values)]


def by_currency(ns: Any, value: Any) -> dict[str, list[Decimal]]:
    found: dict[str, list[Decimal]] = defaultdict(list)
    for n in ns:
        found[currency(n)].append(value(n))
    return found


def average(values: list[Decimal]) -> Decimal:
    return (sum(values, Decimal(0)) / len(values)).quantize(Decimal("1e-10"), rounding=ROUND_HALF_UP)


async def figures(ask: Asker, selection: str, arguments: str = "", root: str = "purchaseOrders") -> Any:
    answer = await ask(f"{{ {root}{arguments} {{ aggregate {selection} }} }}")
    return answer["data"][root]["aggregate"]


async def test_money_is_summed_one_currency_at_a_time(ask: Asker) -> None:
    found = await figures(ask, "{ count sum { tax { amount currency } subtotal { currency amount __typename } } }")
    assert found["count"] == ORDERS
    assert found["sum"]["tax"] == money({one: sum(values) for one, values in by_currency(NS, tax).items()})  # type: ignore[arg-type]  # never empty
    sums = {one: sum(values, Decimal(0)) for one, values in by_currency(NS, subtotal).items()}
    assert found["sum"]["subtotal"] == [{**one, "__typename": "Money"} for one in money(sums)]
    assert [list(one) for one in found["sum"]["subtotal"]] == [["currency", "amount", "__typename"]] * 3


async def test_averages_and_bounds_of_money_are_by_currency_too(ask: Asker) -> None:
    money_fields = "{ tax { amount currency } }"
    found = await figures(ask, f"{{ avg {money_fields} min {money_fields} max {money_fields} }}")
    values = by_currency(NS, tax)
    assert found["avg"]["tax"] == money({one: average(many) for one, many in values.items()})
    assert found["min"]["tax"] == money({one: min(many) for one, many in values.items()})
    assert found["max"]["tax"] == money({one: max(many) for one, many in values.items()})


async def test_numbers_and_days_have_sums_averages_and_bounds(ask: Asker) -> None:
    found = await figures(
        ask, (
            "{ sum { orderedQuantity position } avg { orderedQuantity position } min { orderedQuantity dueOn }"
            " max { position dueOn } }"
        ),
        root="purchaseOrderLines",
    )  # fmt: skip
    quantities = [Decimal(n + p) for n in NS for p in lines(n)]
    positions = [Decimal(p) for n in NS for p in lines(n)]
    due = [FIRST_DAY.toordinal() + 9 * n for n in NS if n % 3 and n % 4]
    assert found["sum"] == {"orderedQuantity": plain(sum(quantities)), "position": plain(sum(positions))}  # type: ignore[arg-type]  # never empty
    assert found["avg"] == {"orderedQuantity": plain(average(quantities)), "position": plain(average(positions))}
    assert found["min"] == {"orderedQuantity": "2", "dueOn": FIRST_DAY.fromordinal(min(due)).isoformat()}
    assert found["max"] == {"position": 3, "dueOn": FIRST_DAY.fromordinal(max(due)).isoformat()}


async def test_an_average_is_rounded_half_away_from_zero_at_its_tenth_decimal(ask: Asker) -> None:
    given = '(filter: {position: {eq: 3}, orderedQuantity: {lt: "17"}})'
    found = await figures(ask, "{ avg { orderedQuantity unitPrice { amount } } }", given, "purchaseOrderLines")
    ns = [n for n in NS if n % 4 == 3 and n + 3 < 17]
    assert found["avg"]["orderedQuantity"] == plain(average([Decimal(n + 3) for n in ns]))
    prices = by_currency(ns, lambda n: 3 + Decimal(n) / 8)
    assert found["avg"]["unitPrice"] == [{"amount": plain(average(prices[one]))} for one in sorted(prices)]


async def test_over_no_rows_there_is_nothing_but_a_count(ask: Asker) -> None:
    found = await figures(
        ask, (
            "{ count groupCount sum { tax { amount } revision } avg { tax { amount } } min { orderedOn } groups {"
            " count } }"
        ),
        '(filter: {number: {eq: "none"}})',
    )  # fmt: skip
    assert found == {
        "count": 0,
        "groupCount": 1,
        "sum": {"tax": [], "revision": None},
        "avg": {"tax": []},
        "min": {"orderedOn": None},
        "groups": [{"count": 0}],
    }
    answer = await ask(
        '{ purchaseOrders(filter: {number: {eq: "none"}}) { aggregate(groupBy: [STATUS]) { groupCount groups'
        " { count } } } }"
    )
    assert answer["data"]["purchaseOrders"]["aggregate"] == {"groupCount": 0, "groups": []}


async def groups(
    ask: Asker, by: str, key: str, *, root: str = "purchaseOrders", figure: str = "count", first: str = ""
) -> Any:
    answer = await ask(
        f"{{ {root} {{ aggregate(groupBy: [{by}]) {{ groupCount groups{first} {{ key {{ {key} }} {figure} }} }} }} }}"
    )
    found = answer["data"][root]["aggregate"]
    return found["groupCount"], found["groups"]


def counted(key: Any) -> dict[Any, int]:
    found: dict[Any, int] = defaultdict(int)
    for n in NS:
        found[key(n)] += 1
    return found


async def test_groups_by_an_enum_come_in_the_order_of_its_values(ask: Asker) -> None:
    count, found = await groups(ask, "STATUS", "status", figure="count sum { tax { amount currency } }")
    assert count == 4
    expected = []
    for status, number in sorted(counted(lambda n: STATUSES[n % 4]).items()):
        sums = by_currency([n for n in NS if STATUSES[n % 4] == status], tax)
        totals = money({one: sum(values, Decimal(0)) for one, values in sums.items()})
        expected.append({"key": {"status": status}, "count": number, "sum": {"tax": totals}})
    assert found == expected


async def test_groups_by_a_reference_show_its_id_code_and_name(ask: Asker) -> None:
    _, found = await groups(ask, "SUPPLIER", "supplier { id code name __typename }")
    numbers = counted(lambda n: 1 + n % 5)
    assert found == [
        {
            "key": {"supplier": {
                "id": f"Party-{numbered(Party, n)}", "code": f"S{n:03}",
                "name": 'Quote " \\ back\tslash, 供应商' if n == 3 else f"Supplier {n}", "__typename": "ReferenceKey",
            }},
            "count": numbers[n],
        }
        for n in sorted(numbers)
    ]  # fmt: skip


async def test_groups_by_company_and_by_records_of_two_companies(ask: Asker) -> None:
    _, found = await groups(ask, "COMPANY", "company { id code name }")
    assert found == [
        {
            "key": {"company": {"id": f"Company-{numbered(Company, c)}", "code": code, "name": name}},
            "count": ORDERS // 2,
        }
        for c, code, name in ((1, "SH", "Shanghai Devices"), (2, "TUT", "Tuttlingen Instruments"))
    ]
    _, found = await groups(ask, "LOCATION", "location { id code }", root="stockBalances")
    # The same codes exist in both companies: two groups each, never one.
    assert found == [
        {"key": {"location": {"id": f"Location-{c}-{numbered(Location, 10 * c + n)}", "code": f"L{n}"}}, "count": 5}
        for n in range(3) for c in (1, 2)
    ]  # fmt: skip


async def test_groups_by_year_month_and_day(ask: Asker) -> None:
    _, found = await groups(ask, "ORDERED_ON_YEAR", "orderedOnYear orderedOnMonth status")
    expected = counted(lambda n: DAYS[n].year)
    assert found == [
        {"key": {"orderedOnYear": year, "orderedOnMonth": None, "status": None}, "count": expected[year]}
        for year in sorted(expected)
    ]
    _, found = await groups(ask, "ORDERED_ON_MONTH", "orderedOnMonth")
    expected = counted(lambda n: f"{DAYS[n]:%Y-%m}")
    assert found == [{"key": {"orderedOnMonth": month}, "count": expected[month]} for month in sorted(expected)]
    count, found = await groups(ask, "ORDERED_ON", "orderedOn", first="(first: 2)")
    assert (count, found) == (ORDERS, [{"key": {"orderedOn": DAYS[n].isoformat()}, "count": 1} for n in (1, 2)])


async def test_groups_by_several_keys_come_in_their_order_and_missing_values_last(ask: Asker) -> None:
    _, found = await groups(ask, "REASON, STATUS, REASON", "reason status __typename", first="(first: 1000)")
    keys = sorted(
        {(f"reason {n}" if n % 2 == 0 else None, STATUSES[n % 4]) for n in NS},
        key=lambda k: (k[0] is None, k[0] or "", k[1]),
    )
    assert [one["key"] for one in found] == [
        {"reason": reason, "status": status, "__typename": "PurchaseOrderGroupKey"} for reason, status in keys
    ]


async def test_a_truth_value_is_a_key(ask: Asker) -> None:
    assert (await groups(ask, "IS_HISTORICAL", "isHistorical"))[1] == [{"key": {"isHistorical": True}, "count": ORDERS}]


async def test_a_nested_aggregate_counts_the_rows_of_its_parent(ask: Asker) -> None:
    answer = await ask(
        "{ parties(orderBy: [{field: CODE}]) { nodes { code purchaseOrders { aggregate { count sum { tax {"
        " amount currency } } } } } } }"
    )
    for number, one in enumerate(answer["data"]["parties"]["nodes"], start=1):
        own = [n for n in NS if 1 + n % 5 == number]
        sums = {code: sum(values, Decimal(0)) for code, values in by_currency(own, tax).items()}
        assert one["purchaseOrders"]["aggregate"] == {"count": len(own), "sum": {"tax": money(sums)}}


async def test_figures_follow_the_filter_and_not_the_page(ask: Asker) -> None:
    answer = await ask(
        "{ purchaseOrders(first: 1, filter: {status: {eq: PENDING}}) { nodes { number } totalCount"
        " a: aggregate { count }"
        " b: aggregate(groupBy: [STATUS]) { all: groups { n: count } } } }"
    )
    pending = counted(lambda n: STATUSES[n % 4])["PENDING"]
    found = answer["data"]["purchaseOrders"]
    assert (len(found["nodes"]), found["totalCount"], found["a"], found["b"]) == (
        1,
        pending,
        {"count": pending},
        {"all": [{"n": pending}]},
    )


@pytest.mark.parametrize("first", [0, 1001])
async def test_a_page_of_groups_has_limits(ask: Asker, first: int) -> None:
    query = "query($n: Int) { purchaseOrders { aggregate(groupBy: [STATUS]) { groups(first: $n) { count } } } }"
    assert (await ask.refusal(query, {"n": first})).code == "PAGE_LIMIT"
