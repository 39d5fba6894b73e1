"""Queries against the sample group: what is answered, to the byte."""

from tests.graph.conftest import Asker


async def test_an_order_with_its_lines(ask: Asker) -> None:
    answer = await ask(
        '{ purchaseOrder(number: "PO0003", company: "TUT") { number orderedOn status totalDue { amount currency }'
        " supplier { code name } lines { position orderedQuantity unitPrice { amount } item { code } } } }"
    )
    assert answer == {}
