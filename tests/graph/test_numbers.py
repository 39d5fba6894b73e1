"""Numbers over the wire: texts in both directions, exact to the last digit, and nothing that is not one."""

import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.scalars import parse_decimal
from tests.graph.conftest import Asker
from tests.graph.test_write import Desk, desk
from tests.graph.wire import plain

__all__ = ["desk"]

REFUSED: tuple[Any, ...] = (
    "NaN", "nan", "sNaN", "Infinity", "-Infinity", "inf", "1e3", "1E-2", "1e", "+1", ".5", "1.", "01", "-", "", " 1",
    "1 ", "1_000", "1,5", "1 000", "0x10", "\u0663", "1\u0663", "1.\u0663", "\uff11", "1.12345678901",
    "1234567890123456789", "--1", "1.2.3", 2.5, True, [], {},
)  # fmt: skip
FILTER = "query($x: Decimal) { purchaseOrders(first: 1, filter: {totalDue: {amount: {eq: $x}}}) { totalCount } }"
LINES = 50
LAST_OF_LINES = """
mutation($input: CreatePurchaseOrderInput!) {
  createPurchaseOrder(input: $input) {
    purchaseOrder { lines { position orderedQuantity unitPrice { amount currency } } } userErrors { code path }
  }
}
"""


@given(st.decimals(min_value="-999999999999999999", max_value="999999999999999999", places=10))
def test_every_exact_number_is_read_as_it_is_written(number: Decimal) -> None:
    text = plain(number)
    assert parse_decimal(text) == number
    assert plain(parse_decimal(text)) == text


@given(st.text(max_size=30) | st.text(alphabet="0123456789.-eE+_ \u0663\uff11", max_size=12))
def test_no_other_text_is_read_as_a_number(text: str) -> None:
    """Whatever is read is digits with one point at most, so that it is written back digit by digit."""
    try:
        number = parse_decimal(text)
    except GraphQLError as refused:
        assert refused.extensions == {"code": "BAD_USER_INPUT"}
        return
    assert f"{number:f}" == text


@pytest.mark.parametrize("value", REFUSED, ids=repr)
async def test_what_is_no_exact_number_is_refused_in_a_variable_and_in_the_document(ask: Asker, value: Any) -> None:
    faults = await ask.invalid(FILTER, {"x": value})
    assert [code for code, _ in faults] == ["BAD_USER_INPUT"]
    written = {True: "true"}.get(value) if isinstance(value, bool) else None
    literal = written or (f'"{value}"' if isinstance(value, str) else str(value))
    document = FILTER.replace("($x: Decimal)", "").replace("$x", literal)
    assert {code for code, _ in await ask.invalid(document)} == {"GRAPHQL_VALIDATION_FAILED"}


def numbers(answer: Any) -> Iterator[Any]:
    """Every JSON number of an answer."""
    if isinstance(answer, dict):
        for one in answer.values():
            yield from numbers(one)
    elif isinstance(answer, list):
        for one in answer:
            yield from numbers(one)
    elif isinstance(answer, int | float) and not isinstance(answer, bool):
        yield answer


async def test_no_amount_quantity_or_total_is_a_json_number(ask: Asker) -> None:
    query = """{
      purchaseOrders { nodes { totalDue { amount } lines { orderedQuantity unitPrice { amount } lineTotal { amount } } }
        aggregate(groupBy: [STATUS]) { sum { totalDue { amount } } avg { totalDue { amount } }
          groups { max { totalDue { amount } } } } }
      stockBalances { nodes { quantity standardUnitCost { amount } } aggregate { sum { quantity } avg { quantity } } }
    }"""
    assert list(numbers(await ask(query))) == []


QUANTITIES = st.decimals(min_value="0.000001", max_value="999999", places=6)
PRICES = st.decimals(min_value="0", max_value="9999", places=10)


@pytest.mark.parametrize("orders", [2, pytest.param(20, marks=pytest.mark.soak)])
async def test_quantities_and_prices_come_back_from_the_database_digit_by_digit(
    desk: Desk, orders: int, record_property: Callable[[str, object], None]
) -> None:
    drawn: list[list[tuple[Decimal, Decimal]]] = []
    lines = st.lists(st.tuples(QUANTITIES, PRICES), min_size=LINES, max_size=LINES)

    @settings(max_examples=orders, derandomize="CI" in os.environ)
    @given(lines)
    def draw(one: list[tuple[Decimal, Decimal]]) -> None:
        drawn.append(one)

    draw()
    for one in drawn[:orders]:
        sent = [(plain(quantity), plain(price)) for quantity, price in one]
        given_lines = [
            {"item": {"code": "BOLT"}, "quantity": quantity, "unitPrice": {"amount": price, "currency": "USD"}}
            for quantity, price in sent
        ]
        order = {"supplier": {"code": "ACME"}, "currency": "USD", "company": {"code": "AX"}, "lines": given_lines}
        payload = (await desk(LAST_OF_LINES, desk.staff("buyer"), input=order))["data"]["createPurchaseOrder"]
        assert payload["userErrors"] == []
        shown = payload["purchaseOrder"]["lines"]
        assert [(line["orderedQuantity"], line["unitPrice"]["amount"]) for line in shown] == sent
    count = len(drawn[:orders]) * LINES * 2
    record_property(
        "figure", f"{count} quantities and prices, 0 of them changed by a digit; {len(REFUSED)} forms refused"
    )
