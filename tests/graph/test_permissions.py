"""Permission on the read road: a field in all, some or no companies; rows two references away; what is withheld is
told.
"""

import asyncpg
import pytest

from domain.core.actors import Actor, Audience, Grants
from domain.master_data.companies import Site
from domain.master_data.items import Item
from domain.master_data.parties import Party
from domain.procurement.models import PurchaseOrder
from tests.factory import numbered
from tests.graph.conftest import Asker
from tests.graph.sample import ORDERS
from tests.graph.test_filters import lines, number

NS = range(1, ORDERS + 1)
Who = tuple[Actor, Grants]


def supplier(ask: Asker, *parties: int) -> Who:
    return ask.actor("supplier", audience=Audience.SUPPLIER, partners=frozenset(numbered(Party, n) for n in parties))


async def test_a_field_readable_in_some_companies_is_null_in_the_others_and_named(ask: Asker) -> None:
    # Prices in company 1 only: the warehouse role reads the orders of company 2 without them.
    who = ask.mixed({1: "buyer", 2: "warehouse"})
    query = "{ purchaseOrders(first: 100, orderBy: [{field: NUMBER}]) { nodes { number t: totalDue { currency } } } }"
    answer = await ask(query, who=who)
    assert answer["data"]["purchaseOrders"]["nodes"] == [
        {"number": number(n), "t": {"currency": "CNY" if n % 5 else "USD"} if n % 2 == 0 else None} for n in NS
    ]
    assert answer["extensions"]["withheld"] == [
        {
            "coordinate": "PurchaseOrder.totalDue",
            "path": ["purchaseOrders", "nodes", "t"],
            "requires": "procurement:COMMERCIAL",
        }
    ]


async def test_a_field_readable_in_no_company_is_null_for_all_and_named(ask: Asker) -> None:
    query = '{ purchaseOrder(number: "PO0002") { number tax { amount } lines { unitPrice { amount } } } }'
    answer = await ask(query, who=ask.actor("warehouse"))
    assert answer["data"] == {"purchaseOrder": {"number": "PO0002", "tax": None, "lines": [{"unitPrice": None}] * 2}}
    assert [(one["coordinate"], one["path"]) for one in answer["extensions"]["withheld"]] == [
        ("PurchaseOrder.tax", ["purchaseOrder", "tax"]),
        ("PurchaseOrderLine.unitPrice", ["purchaseOrder", "lines", "unitPrice"]),
    ]


async def test_nothing_is_withheld_from_who_may_read_it_all(ask: Asker) -> None:
    assert "extensions" not in await ask("{ purchaseOrders { nodes { totalDue { amount } } } }")


USES = [
    ("filter", '(filter: {{totalDue: {{amount: {{gt: "0"}}}}}}{0}) {{ totalCount }}'),
    ("filter", '(filter: {{not: {{or: [{{tax: {{isNull: true}}}}]}}}}{0}) {{ totalCount }}'),
    ("filter", '(filter: {{lines: {{some: {{unitPrice: {{amount: {{eq: "1"}}}}}}}}}}{0}) {{ totalCount }}'),
    ("aggregate", "(first: 1{0}) {{ aggregate {{ sum {{ totalDue {{ amount }} }} }} }}"),
    ("aggregate", "(first: 1{0}) {{ aggregate {{ max {{ tax {{ amount }} }} }} }}"),
]  # fmt: skip


@pytest.mark.parametrize(("use", "text"), USES)
async def test_a_field_not_readable_everywhere_decides_nothing_until_the_companies_are_narrowed(
    ask: Asker, use: str, text: str
) -> None:
    who = ask.mixed({1: "buyer", 2: "warehouse"})
    refusal = await ask.refusal(f"{{ purchaseOrders{text.format('')} }}", who=who)
    assert (refusal.code, refusal.values["use"]) == ("FIELD_NOT_READABLE", use)
    narrowed = f"query($c: [String!]) {{ purchaseOrders{text.format(', companies: $c')} }}"
    assert "errors" not in await ask(narrowed, {"c": ["SH"]}, who)
    assert (await ask.refusal(narrowed, {"c": ["SH", "TUT"]}, who)).code == "FIELD_NOT_READABLE"
    assert (await ask.refusal(narrowed, {"c": None}, who)).code == "FIELD_NOT_READABLE"


async def test_narrowed_figures_are_of_the_company_alone(ask: Asker) -> None:
    who = ask.mixed({1: "buyer", 2: "warehouse"})
    query = '{ purchaseOrders(companies: ["SH"]) { aggregate { count sum { freight { amount currency } } } } }'
    found = (await ask(query, who=who))["data"]["purchaseOrders"]["aggregate"]
    assert found == {
        "count": 15, "sum": {"freight": [{"amount": "18", "currency": "CNY"}, {"amount": "4.5", "currency": "USD"}]},
    }  # fmt: skip


async def test_a_personal_field_neither_orders_nor_groups_nor_filters_for_others(ask: Asker) -> None:
    for text in (
        '(filter: {birthDate: {gt: "1980-01-01"}}) { totalCount }',
        "{ aggregate(groupBy: [GENDER]) { groups { count } } }",
    ):
        refusal = await ask.refusal(f"{{ employees{text} }}")
        assert refusal.code == "FIELD_NOT_READABLE"


@pytest.mark.parametrize("code", ["TUT", "XX"])
async def test_a_company_one_may_not_see_is_named_like_one_that_is_not_there(ask: Asker, code: str) -> None:
    who = ask.actor("buyer", companies=(1,))
    refusal = await ask.refusal(f'{{ purchaseOrders(companies: ["{code}"]) {{ totalCount }} }}', who=who)
    assert (refusal.code, refusal.message().replace(code, "?")) == ("NOT_FOUND", "There is no company '?'.")


async def test_a_reader_of_one_company_sees_its_rows_alone_by_every_way(ask: Asker) -> None:
    who = ask.actor("buyer", companies=(1,))
    query = f"""{{ purchaseOrders(first: 100) {{ totalCount nodes {{ company {{ code }} }} }}
      companies {{ nodes {{ code }} }} other: purchaseOrder(number: "PO0001") {{ number }}
      node(id: "PurchaseOrder-2-{numbered(PurchaseOrder, 1)}") {{ id }}
      party(code: "S002") {{ purchaseOrders {{ totalCount }} }} }}"""
    assert (await ask(query, who=who))["data"] == {
        "purchaseOrders": {"totalCount": 15, "nodes": [{"company": {"code": "SH"}}] * 15},
        "companies": {"nodes": [{"code": "SH"}]}, "other": None, "node": None,
        "party": {"purchaseOrders": {"totalCount": len([n for n in NS if n % 5 == 1 and n % 2 == 0])}},
    }  # fmt: skip


async def test_a_supplier_sees_its_own_orders_and_lines_and_nothing_else(ask: Asker) -> None:
    who = supplier(ask, 2)
    own = [n for n in NS if 1 + n % 5 == 2]
    query = """{ purchaseOrders(first: 100, orderBy: [{field: NUMBER}]) {
        totalCount nodes { number totalDue { currency } supplier { code } lines { position } } }
      purchaseOrderLines { totalCount aggregate { count sum { orderedQuantity } } } parties { nodes { code } }
      purchaseOrder(number: "PO0002") { number } }"""
    found = (await ask(query, who=who))["data"]
    assert [one["number"] for one in found["purchaseOrders"]["nodes"]] == [number(n) for n in own]
    assert [len(one["lines"]) for one in found["purchaseOrders"]["nodes"]] == [n % 4 for n in own]
    assert {one["supplier"]["code"] for one in found["purchaseOrders"]["nodes"]} == {"S002"}
    quantity = sum(n + p for n in own for p in lines(n))
    count = sum(n % 4 for n in own)
    assert found["purchaseOrderLines"] == {
        "totalCount": count,
        "aggregate": {"count": count, "sum": {"orderedQuantity": str(quantity)}},
    }
    assert (found["parties"], found["purchaseOrder"]) == ({"nodes": [{"code": "S002"}]}, None)


async def test_a_suppliers_filter_reaches_no_row_of_another(ask: Asker) -> None:
    query = '{ items(filter: {purchaseOrderLines: {some: {purchaseOrder: {number: {eq: "PO0002"}}}}}) { totalCount } }'
    everyone = len({1 + (2 + p) % 8 for p in lines(2)})
    assert (await ask(query))["data"]["items"]["totalCount"] == everyone
    assert (await ask(query, who=supplier(ask, 2)))["data"]["items"]["totalCount"] == 0
    assert (await ask(query, who=supplier(ask, 3)))["data"]["items"]["totalCount"] == everyone


async def test_a_partner_without_a_party_sees_no_documents(ask: Asker) -> None:
    answer = await ask("{ purchaseOrders { totalCount } companies { nodes { code } } }", who=supplier(ask))
    assert answer["data"] == {"purchaseOrders": None, "companies": {"nodes": [{"code": "SH"}, {"code": "TUT"}]}}
    assert [one["coordinate"] for one in answer["extensions"]["withheld"]] == ["Query.purchaseOrders"]


async def test_staff_of_one_site_see_the_rows_of_that_site(ask: Asker) -> None:
    who = ask.actor("warehouse", sites=frozenset({numbered(Site, 2)}))
    query = (
        "{ purchaseOrders { totalCount } stockBalances { totalCount nodes { company { code } location { site {"
        " code } } } } sites { nodes { code } } }"
    )
    found = (await ask(query, who=who))["data"]
    assert found["purchaseOrders"]["totalCount"] == ORDERS // 2
    assert found["stockBalances"]["nodes"] == [{"company": {"code": "TUT"}, "location": {"site": {"code": "P2"}}}] * 15
    assert found["sites"] == {"nodes": [{"code": "P2"}]}


async def test_what_is_out_of_scope_is_null_and_no_group_of_its_own(ask: Asker) -> None:
    # Staff of one site: the orders of that site name suppliers of all, the lots and places of others are not told.
    who = ask.actor("warehouse", sites=frozenset({numbered(Site, 2)}))
    query = "{ purchaseOrders { aggregate(groupBy: [SITE]) { groupCount groups { key { site { code } } count } } } }"
    found = (await ask(query, who=who))["data"]["purchaseOrders"]["aggregate"]
    assert found == {"groupCount": 1, "groups": [{"key": {"site": {"code": "P2"}}, "count": ORDERS // 2}]}


HIDDEN = f"Employee-1-{numbered(Item, 1)}"
UNKNOWN = f"Nothing-1-{numbered(Item, 1)}"


@pytest.mark.parametrize(
    "query",
    [
        "query($i: ID!) { node(id: $i) { id } }",
        "query($i: ID!) { nodes(ids: [$i]) { id } }",
        "query($i: ID!) { purchaseOrders(filter: {id: {eq: $i}}) { totalCount } }",
        "query($i: ID!) { item(id: $i) { code } }",
    ],
)
async def test_an_id_of_a_hidden_type_is_refused_like_one_of_none(ask: Asker, query: str) -> None:
    who = supplier(ask, 2)
    messages = [(await ask.refusal(query, {"i": one}, who)).message().replace(one, "?") for one in (HIDDEN, UNKNOWN)]
    assert messages[0] == messages[1]


@pytest.mark.parametrize(
    ("hidden", "unknown"),
    [
        ("{ employees { totalCount } }", "{ employeez { totalCount } }"),
        ("{ purchaseOrders { nodes { requestedBy } } }", "{ purchaseOrders { nodes { requestedBz } } }"),
        (
            '{ purchaseOrders(filter: {requestedBy: {eq: "1"}}) { totalCount } }',
            '{ purchaseOrders(filter: {requestedBz: {eq: "1"}}) { totalCount } }',
        ),
        (
            "{ purchaseOrders { aggregate(groupBy: [REQUESTED_BY]) { count } } }",
            "{ purchaseOrders { aggregate(groupBy: [REQUESTED_BZ]) { count } } }",
        ),
        ('{ __type(name: "Employee") { name } }', '{ __type(name: "Employez") { name } }'),
    ],
)
async def test_a_hidden_name_is_answered_like_an_unknown_one(ask: Asker, hidden: str, unknown: str) -> None:
    who = supplier(ask, 2)
    if "__type" in hidden:
        assert await ask.text(hidden, who=who) == await ask.text(unknown, who=who) == b'{"data":{"__type":null}}'
        return
    found = await ask.invalid(hidden, who=who)
    wanted = await ask.invalid(unknown, who=who)
    names = (("employees", "employeez"), ("requestedBy", "requestedBz"), ("REQUESTED_BY", "REQUESTED_BZ"))
    for one, other in names:
        found = [(code, text.replace(one, other)) for code, text in found]
    assert found == wanted and found[0][0] == "GRAPHQL_VALIDATION_FAILED"


async def _entries(url: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(
            "SELECT actor_name, coordinates, row_count FROM access_log_entry ORDER BY recorded_at, id"
        )
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("query", "coordinates"),
    [
        ("{ employees(first: 2) { nodes { number name birthDate } } }", ["Employee.name", "Employee.birthDate"]),
        ('{ employees(filter: {birthDate: {gt: "1900-01-01"}}) { totalCount } }', ["Employee.birthDate"]),
        ("{ employees { aggregate(groupBy: [GENDER]) { groups { count } } } }", ["Employee.gender"]),
        ("{ employeePayRates { aggregate { max { validFrom } } } }", ["EmployeePayRate.validFrom"]),
        ("{ employees { nodes { number jobTitle } } }", None),
    ],
)
async def test_a_read_that_touches_personal_fields_is_recorded_once(
    ask: Asker, sample_url: str, query: str, coordinates: list[str] | None
) -> None:
    before = await _entries(sample_url)
    await ask(query, who=ask.actor("hr"))
    written = (await _entries(sample_url))[len(before) :]
    assert [(one["actor_name"], one["coordinates"]) for one in written] == (
        [("hr", coordinates)] if coordinates else []
    )


async def test_a_withheld_personal_field_is_no_read(ask: Asker, sample_url: str) -> None:
    before = await _entries(sample_url)
    answer = await ask("{ employees { nodes { name } } }")
    assert {one["name"] for one in answer["data"]["employees"]["nodes"]} == {None}
    assert await _entries(sample_url) == before
