"""Reports are read like records: one statement, one permission, pages, figures, and a way down to the entries."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from domain.core.database import Database
from domain.core.numbering import ranges_of
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from schema.graph import visible
from tests.domain.books import AX, BX, World, a_world
from tests.domain.inventory.goods import issue
from tests.graph.conftest import VIEWS, Asker, NoWriteRoad

SPAN = 'from: "2026-02-01", to: "2026-02-28"'
MONEY = "{ amount currency }"


class Desk(Asker):
    """The graph over a small group with stock received in three months."""

    world: World


async def received(world: World, quantity: str, on: date, company: int = AX) -> None:
    order = await world.approved(company, ("GEAR", quantity, "150"))
    performed = await world.act(world.buyer, company, world.receipt(order, (1, quantity, "0"), received_on=on))
    assert performed.committed, performed.refusals


@pytest.fixture
async def desk(fresh_database: str) -> AsyncIterator[Desk]:
    database = await Database.open(fresh_database, 4)
    road = ReadRoad(database)
    dispatcher = Dispatcher(lambda grants: visible(VIEWS[grants.audience]), read=road, write=NoWriteRoad())
    made = Desk(road, dispatcher)
    made.world = world = await a_world(database)
    for month, quantity in ((1, "1"), (2, "2"), (2, "4"), (3, "8")):
        await received(world, quantity, date(2026, month, 10 + int(quantity)))
    await received(world, "1", date(2026, 2, 3), BX)
    yield made
    await ranges_of(database).close()
    await database.close()


def money(amount: str, currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


async def test_a_trial_balance_opens_moves_and_closes_and_adds_up_to_nothing(desk: Desk) -> None:
    answer = await desk(
        f"{{ trialBalance({SPAN}, companies: [\"AX\"]) {{ nodes {{ code account {{ role }} kind opening {MONEY} "
        f"debit {MONEY} credit {MONEY} closing {MONEY} }} totalCount "
        f"aggregate(groupBy: [KIND]) {{ sum {{ closing {MONEY} debit {MONEY} credit {MONEY} }} "
        f"groups {{ key {{ kind }} sum {{ closing {MONEY} }} }} }} }} }}"
    )  # fmt: skip
    lines = answer["data"]["trialBalance"]
    assert [
        (one["code"], one["account"]["role"], one["kind"], *(one[name]["amount"] for name in FIGURES))
        for one in lines["nodes"]
    ] == [
        ("1405", "STOCK", "ASSET", "100", "600", "0", "700"),
        ("220202", "GR_IR", "LIABILITY", "-150", "0", "900", "-1050"),
        ("640201", "PURCHASE_PRICE_VARIANCE", "EXPENSE", "50", "300", "0", "350"),
    ]
    assert lines["totalCount"] == 3
    assert lines["aggregate"]["sum"] == {"closing": [money("0")], "debit": [money("900")], "credit": [money("900")]}
    assert [(one["key"]["kind"], one["sum"]["closing"]) for one in lines["aggregate"]["groups"]] == [
        ("ASSET", [money("700")]), ("EXPENSE", [money("350")]), ("LIABILITY", [money("-1050")]),
    ]  # fmt: skip


FIGURES = ("opening", "debit", "credit", "closing")


async def test_the_companies_of_a_group_stand_side_by_side_and_no_figure_adds_two_currencies(desk: Desk) -> None:
    answer = await desk(
        f"{{ trialBalance({SPAN}, filter: {{ account: {{ role: {{ eq: STOCK }} }} }}) {{ nodes {{ company {{ code }} "
        f"closing {MONEY} }} aggregate {{ sum {{ closing {MONEY} }} }} }} }}"
    )
    lines = answer["data"]["trialBalance"]
    assert sorted((one["company"]["code"], *one["closing"].values()) for one in lines["nodes"]) == [
        ("AX", "700", "USD"), ("BX", "90.13", "EUR"),
    ]  # fmt: skip
    assert lines["aggregate"]["sum"]["closing"] == [money("90.13", "EUR"), money("700")]


LEDGER = """
query($first: Int, $after: Cursor, $last: Int, $before: Cursor, $from: Date!) {
  accountLedger(company: "AX", account: "1405", from: $from, to: "2026-03-31", first: $first, after: $after,
                last: $last, before: $before) {
    nodes {
      occurredOn debit { amount } balance { amount } entry { number sourceKind lines { position account { role } } }
    }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount
  }
}
"""


async def test_a_ledger_carries_its_balance_from_page_to_page_both_ways(desk: Desk) -> None:
    whole = (await desk(LEDGER, {"from": "2026-02-01"}))["data"]["accountLedger"]
    assert [(one["occurredOn"], one["debit"]["amount"], one["balance"]["amount"]) for one in whole["nodes"]] == [
        ("2026-02-12", "200", "300"), ("2026-02-14", "400", "700"), ("2026-03-18", "800", "1500"),
    ]  # fmt: skip
    forward, cursor = [], None
    for _ in range(3):
        page = (await desk(LEDGER, {"from": "2026-02-01", "first": 1, "after": cursor}))["data"]["accountLedger"]
        assert page["totalCount"] == 3
        forward += page["nodes"]
        cursor = page["pageInfo"]["endCursor"]
    assert forward == whole["nodes"]
    backward, cursor = [], None
    for _ in range(3):
        page = (await desk(LEDGER, {"from": "2026-02-01", "last": 1, "before": cursor}))["data"]["accountLedger"]
        backward = page["nodes"] + backward
        cursor = page["pageInfo"]["startCursor"]
    assert backward == whole["nodes"]


async def test_a_cursor_from_outside_of_the_span_moves_no_balance(desk: Desk) -> None:
    """A client may keep a cursor and ask for another span."""
    page = (await desk(LEDGER, {"from": "2026-01-01", "first": 1}))["data"]["accountLedger"]
    cursor = page["pageInfo"]["endCursor"]
    later = (await desk(LEDGER, {"from": "2026-02-14", "after": cursor}))["data"]["accountLedger"]
    assert [one["balance"]["amount"] for one in later["nodes"]] == ["700", "1500"]
    whole = (await desk(LEDGER, {"from": "2026-02-14"}))["data"]["accountLedger"]
    assert later["nodes"] == whole["nodes"]


async def test_a_line_leads_to_its_voucher_and_what_caused_it(desk: Desk) -> None:
    [line] = (await desk(LEDGER, {"from": "2026-03-01"}))["data"]["accountLedger"]["nodes"]
    assert line["entry"]["sourceKind"] == "GoodsReceipt"
    assert [one["account"]["role"] for one in line["entry"]["lines"]] == ["STOCK", "GR_IR", "PURCHASE_PRICE_VARIANCE"]


async def test_a_report_is_one_statement_beside_other_roots_and_planned_once(desk: Desk) -> None:
    query = (
        "query($from: Date!, $to: Date!) { items(first: 1) { nodes { code } } viewer { name } "
        'trialBalance(from: $from, to: $to, companies: ["AX"]) { nodes { code debit { amount } } '
        "aggregate { count } } stockOnHand { nodes { item { code } quantity } } }"
    )
    answers = [await desk(query, {"from": f"2026-0{month}-01", "to": f"2026-0{month}-28"}) for month in (1, 2, 3)]
    assert [answer["data"]["trialBalance"]["nodes"][0]["debit"]["amount"] for answer in answers] == [
        "100",
        "600",
        "800",
    ]
    assert sorted(one["quantity"] for one in answers[0]["data"]["stockOnHand"]["nodes"]) == ["1", "15"]
    assert list(answers[0]["data"]) == ["items", "viewer", "trialBalance", "stockOnHand"]
    assert desk.road.plans.renders == 1


async def test_what_a_reader_may_not_see_of_a_report_is_withheld_like_a_field(desk: Desk) -> None:
    buyer = desk.actor("buyer")
    answer = await desk(f"{{ trialBalance({SPAN}) {{ totalCount }} stockValuation(on: \"2026-03-31\") "
                        f"{{ nodes {{ code quantity value {MONEY} }} }} }}", who=buyer)  # fmt: skip
    assert answer["data"]["trialBalance"] is None
    shown = [(one["quantity"], one["value"]) for one in answer["data"]["stockValuation"]["nodes"]]
    assert sorted(shown) == [("1", None), ("15", None)]
    withheld = [(one["coordinate"], one["requires"]) for one in answer["extensions"]["withheld"]]
    assert withheld == [
        ("Query.trialBalance", "finance:INTERNAL"), ("StockValuationLine.value", "inventory:CONFIDENTIAL"),
    ]  # fmt: skip
    for use in ('filter: { value: { amount: { gt: "1" } } }',):
        refusal = await desk.refusal(f'{{ stockValuation(on: "2026-03-31", {use}) {{ totalCount }} }}', who=buyer)
        assert (refusal.code, refusal.values) == (
            "FIELD_NOT_READABLE", {"coordinate": "StockValuationLine.value", "use": "filter"},
        )  # fmt: skip


async def test_a_guarded_figure_that_is_readable_in_some_companies_is_shown_in_those(desk: Desk) -> None:
    mixed = desk.mixed({AX: "controller", BX: "warehouse"})
    answer = await desk(f'{{ stockValuation(on: "2026-03-31") {{ nodes {{ company {{ code }} value {MONEY} }} }} }}',
                        who=mixed)  # fmt: skip
    shown = {one["company"]["code"]: one["value"] for one in answer["data"]["stockValuation"]["nodes"]}
    assert shown == {"AX": money("1500"), "BX": None}


async def test_stock_in_money_opens_gains_loses_and_closes_over_any_span(desk: Desk) -> None:
    """At a standard cost of 100: 3 before the 13th, 4 more on the 14th; 2 gone in March, 8 more after."""
    gone = await desk.world.act(desk.world.chief, AX, issue(desk.world, "GEAR", "2", on=date(2026, 3, 2)))
    assert not gone.refusals
    shown = f"opening openingValue {MONEY} gained {MONEY} lost {MONEY} closing closingValue {MONEY}"
    query = f"""query($from: Date!, $to: Date!) {{ stockValueMovements(from: $from, to: $to, companies: ["AX"]) {{
      nodes {{ {shown} }} aggregate {{ sum {{ closingValue {MONEY} }} }} }} }}"""
    spans = {
        ("2026-02-13", "2026-03-10"): ("3", "300", "400", "200", "5", "500"),
        ("2026-01-01", "2026-03-31"): ("0", "0", "1500", "200", "13", "1300"),
        ("2026-03-03", "2026-03-03"): ("5", "500", "0", "0", "5", "500"),
    }
    for (from_, to), expected in spans.items():
        found = (await desk(query, {"from": from_, "to": to}))["data"]["stockValueMovements"]
        [line] = found["nodes"]
        values = (line["openingValue"], line["gained"], line["lost"], line["closingValue"])
        opening, gained, lost, closing = (one["amount"] for one in values)
        assert (line["opening"], opening, gained, lost, line["closing"], closing) == expected
        assert found["aggregate"]["sum"]["closingValue"] == [line["closingValue"]]
    plain = (
        f'{{ stockValueMovements(from: "2026-03-03", to: "2026-03-03", companies: ["AX"]) {{ nodes {{ {shown} }} }} }}'
    )
    warehouse = await desk(plain, who=desk.actor("warehouse"))
    assert warehouse["data"]["stockValueMovements"]["nodes"] == [
        {"opening": "5", "openingValue": None, "gained": None, "lost": None, "closing": "5", "closingValue": None}
    ]
    refusal = await desk.refusal('{ stockValueMovements(from: "2026-03-03", to: "2026-03-02") { totalCount } }')
    assert (refusal.code, refusal.values["what"]) == ("BAD_USER_INPUT", "to")


async def test_an_account_that_a_report_is_made_of_needs_the_grant_of_its_own_module(desk: Desk) -> None:
    """The tie-out stands in inventory and shows what an account of finance holds: it takes both grants."""
    both = await desk(f'{{ stockTieOut(on: "2026-03-31") {{ nodes {{ company {{ code }} layers {MONEY} balance {MONEY} '
                      f'difference {MONEY} }} }} }}', who=desk.actor("controller"))  # fmt: skip
    nodes = both["data"]["stockTieOut"]["nodes"]
    tied = [tuple(one[name]["amount"] for name in ("layers", "balance", "difference")) for one in nodes]
    assert sorted(tied) == [("1500", "1500", "0"), ("90.13", "90.13", "0")]
    none = await desk('{ stockTieOut(on: "2026-03-31") { totalCount } }', who=desk.actor("warehouse"))
    assert none["data"]["stockTieOut"] is None
    assert none["extensions"]["withheld"][0]["requires"] == "finance:INTERNAL"


async def test_staff_of_a_site_count_the_goods_of_that_site_alone(desk: Desk) -> None:
    here = desk.actor("warehouse", sites=frozenset({desk.world["MAIN1"]}))
    query = '{ stockOnHand(on: "2026-02-13") { nodes { company { code } item { code } quantity } } }'
    everywhere = (await desk(query, who=desk.actor("warehouse")))["data"]["stockOnHand"]["nodes"]
    own = (await desk(query, who=here))["data"]["stockOnHand"]["nodes"]
    assert sorted((one["company"]["code"], one["quantity"]) for one in everywhere) == [("AX", "3"), ("BX", "1")]
    assert [(one["company"]["code"], one["quantity"]) for one in own] == [("AX", "3")]


async def test_stock_is_counted_back_to_a_day_at_every_grain(desk: Desk) -> None:
    shown: dict[str, Any] = {}
    for view in ("ITEM", "LOCATION", "LOT"):
        answer = await desk(
            f'{{ stockOnHand(on: "2026-02-12", by: {view}, companies: ["AX"]) '
            "{ nodes { place location { code } status quantity available consigned } } }"
        )
        shown[view] = [tuple(one.values()) for one in answer["data"]["stockOnHand"]["nodes"]]
    assert shown == {
        "ITEM": [("GEAR", None, None, "3", "3", "0")],
        "LOCATION": [("GEAR STORES", {"code": "STORES"}, None, "3", "3", "0")],
        "LOT": [("GEAR STORES", {"code": "STORES"}, "RELEASED", "3", "3", "0")],
    }
    moved = await desk(f'{{ stockMovements({SPAN}, companies: ["AX"]) {{ nodes {{ opening received issued transferred '
                       "closing } } }")  # fmt: skip
    assert [tuple(one.values()) for one in moved["data"]["stockMovements"]["nodes"]] == [("1", "6", "0", "0", "7")]


async def test_a_report_of_what_was_known_leaves_out_what_was_recorded_later(desk: Desk) -> None:
    [mark] = await desk.world.rows("SELECT clock_timestamp() AS at")
    at = mark["at"].isoformat()
    await received(desk.world, "16", date(2026, 2, 20))
    query = (
        "query($at: DateTime) { trialBalance(from: \"2026-02-01\", to: \"2026-02-28\", asKnownAt: $at, "
        "companies: [\"AX\"], filter: { code: { eq: \"1405\" } }) { nodes { debit { amount } closing { amount } } } "
        "accountLedger(company: \"AX\", account: \"1405\", from: \"2026-02-15\", to: \"2026-03-31\", asKnownAt: $at) "
        "{ nodes { balance { amount } } } stockOnHand(on: \"2026-02-28\", asKnownAt: $at, companies: [\"AX\"]) "
        "{ nodes { quantity } } }"
    )  # fmt: skip
    then, now = [await desk(query, {"at": when}) for when in (at, None)]

    def figures(answer: Any) -> list[str]:
        data = answer["data"]
        [balance] = data["trialBalance"]["nodes"]
        ledger = [one["balance"]["amount"] for one in data["accountLedger"]["nodes"]]
        return [
            balance["debit"]["amount"], balance["closing"]["amount"], *ledger,
            data["stockOnHand"]["nodes"][0]["quantity"],
        ]  # fmt: skip

    assert figures(then) == ["600", "700", "1500", "7"]
    assert figures(now) == ["2200", "2300", "2300", "3100", "23"]


@pytest.mark.parametrize(
    ("query", "code", "values"),
    [
        ('{ trialBalance(from: "2026-02-02", to: "2026-02-01") { totalCount } }', "BAD_USER_INPUT",
         {"what": "to", "value": "2026-02-01"}),
        ('{ accountLedger(company: "NONE", account: "1405", from: "2026-02-02", to: "2026-02-01") { totalCount } }',
         "NOT_FOUND", {"what": "company"}),
        ("{ stockOnHand(first: 5001) { nodes { place } } }", "PAGE_LIMIT", {"what": "first", "limit": 5000}),
        ('{ stockOnHand(first: 5000) { nodes { item { code } location { code } } } }', "COST_LIMIT", {"limit": 10000}),
    ],
)  # fmt: skip
async def test_what_no_report_can_serve_is_refused(desk: Desk, query: str, code: str, values: dict[str, Any]) -> None:
    refusal = await desk.refusal(query)
    assert refusal.code == code
    assert {name: refusal.values[name] for name in values} == values


async def test_no_id_names_a_line_of_a_report(desk: Desk) -> None:
    id_ = f"TrialBalanceLine-1-{desk.world['GEAR']}"
    assert (await desk.refusal(f'{{ node(id: "{id_}") {{ id }} }}')).code == "BAD_USER_INPUT"
    [(code, _)] = await desk.invalid(f"{{ trialBalance({SPAN}) {{ nodes {{ id }} }} }}")
    assert code == "GRAPHQL_VALIDATION_FAILED"
