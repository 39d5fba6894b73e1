from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.core.errors import CurrencyMismatch, NotFound, Rejected, SegregationOfDuties, WrongState
from domain.core.ids import new_id
from domain.core.money import Money
from domain.procurement.models import PurchaseOrderStatus as Status
from domain.procurement.rules import (
    APPROVE,
    REJECT,
    HistoricalDocument,
    Order,
    OrderLine,
    OverReceipt,
    arrival,
    decide,
    expires_after_made,
    live,
    lot_of_item,
    order_totals,
    receive,
    status_after_receipt,
)

BEA, CARL = new_id(), new_id()


def an_order(**changes: object) -> Order:
    order = Order(
        id=new_id(), number="PO-7", status=Status.PENDING, supplier_id=new_id(), site_id=None, currency="USD",
        total_due=Decimal(1000), requested_by=BEA, is_historical=False, version=1,
    )  # fmt: skip
    return replace(order, **changes)  # pyright: ignore[reportArgumentType]  # named in each test


def a_line(**changes: object) -> OrderLine:
    line = OrderLine(
        id=new_id(), position=2, item_id=new_id(), ordered=Decimal(10), received=Decimal(0), rejected=Decimal(0),
        stocked=Decimal(0), returned=Decimal(0), rejected_returned=Decimal(0), to_replace=Decimal(0),
        cancelled=Decimal(0), invoiced=Decimal(0), unit_price=Decimal(5), over_receipt_percent=Decimal(0),
    )  # fmt: skip
    return replace(line, **changes)  # pyright: ignore[reportArgumentType]  # named in each test


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def test_an_order_is_due_its_lines_tax_and_freight_to_the_sixth_digit():
    totals = order_totals(
        "USD", [(Decimal(3), usd("1.33333333")), (Decimal("0.5"), usd("7"))], usd("0.6"), usd("1.2345")
    )
    assert totals.line_totals == (Decimal("4.000000"), Decimal("3.500000"))
    assert (totals.subtotal, totals.tax, totals.freight) == (Decimal("7.5"), Decimal("0.6"), Decimal("1.2345"))
    assert totals.total_due == Decimal("9.3345")


@pytest.mark.parametrize("quantity", ["0", "-1", "0.0000001", "NaN"])
def test_a_quantity_is_above_zero_and_within_scale(quantity: str):
    with pytest.raises(Rejected) as refused:
        order_totals("USD", [(Decimal(1), usd("1")), (Decimal(quantity), usd("1"))], None, None)
    assert refused.value.code == "INVALID_VALUE"
    assert refused.value.path == ("lines", 1, "quantity")


@pytest.mark.parametrize("price", ["-0.01", "0.00000000001"])
def test_a_price_is_not_negative_and_within_scale(price: str):
    with pytest.raises(Rejected) as refused:
        order_totals("USD", [(Decimal(1), usd(price))], None, None)
    assert refused.value.path == ("lines", 0, "unitPrice")


def test_every_amount_is_in_the_orders_currency():
    euro = Money(Decimal(1), "EUR")
    for lines, tax, freight, path in (
        ([(Decimal(1), euro)], None, None, ("lines", 0, "unitPrice")),
        ([(Decimal(1), usd("1"))], euro, None, ("tax",)),
        ([(Decimal(1), usd("1"))], None, euro, ("freight",)),
    ):
        with pytest.raises(CurrencyMismatch) as refused:
            order_totals("USD", lines, tax, freight)
        assert refused.value.path == path
        assert (refused.value.values["currency"], refused.value.values["expected"]) == ("EUR", "USD")


@pytest.mark.parametrize("count", [0, 1001])
def test_an_order_has_one_to_a_thousand_lines(count: int):
    with pytest.raises(Rejected) as refused:
        order_totals("USD", [(Decimal(1), usd("1"))] * count, None, None)
    assert refused.value.values["value"] == count


def test_a_total_beyond_the_column_is_refused():
    with pytest.raises(Rejected):
        order_totals("USD", [(Decimal("99999999999999"), usd("99999999999999"))], None, None)


def test_the_one_who_asked_neither_approves_nor_rejects():
    for transition in (APPROVE, REJECT):
        with pytest.raises(SegregationOfDuties):
            decide(an_order(), transition, BEA)
    assert decide(an_order(), APPROVE, CARL) is Status.APPROVED
    assert decide(an_order(), REJECT, CARL) is Status.REJECTED
    with pytest.raises(WrongState):
        decide(an_order(status=Status.COMPLETE), APPROVE, CARL)


def test_a_document_of_another_system_moves_no_more():
    with pytest.raises(HistoricalDocument):
        live(an_order(is_historical=True), new_id())
    with pytest.raises(NotFound):
        live(None, new_id())


def test_what_is_not_rejected_is_stocked():
    arriving = arrival(a_line(), Decimal(10), Decimal(3), None)
    assert arriving.stocked == Decimal(7)
    after = receive(an_order(), a_line(received=Decimal(0)), arriving)
    assert (after.received, after.rejected, after.stocked) == (Decimal(10), Decimal(3), Decimal(7))


def test_what_is_not_stocked_is_rejected():
    inferred = arrival(a_line(), Decimal(10), None, Decimal(8))
    assert (inferred.rejected, inferred.stocked) == (Decimal(2), Decimal(8))
    assert arrival(a_line(), Decimal(10), None, None).stocked == Decimal(10)
    with pytest.raises(Rejected):
        arrival(a_line(), Decimal(10), None, Decimal(11))


@pytest.mark.parametrize(
    ("received", "rejected", "stocked", "what"),
    [
        ("0", "0", None, "received"),
        ("-1", "0", None, "received"),
        ("5", "-1", None, "rejected"),
        ("5", "6", None, "rejected"),
        ("5", "1", "5", "stocked"),
    ],
)
def test_quantities_that_cannot_be_are_refused(received: str, rejected: str, stocked: str | None, what: str):
    with pytest.raises(Rejected) as refused:
        arrival(a_line(), Decimal(received), Decimal(rejected), None if stocked is None else Decimal(stocked))
    assert refused.value.values["what"] == what


def test_over_receipt_names_the_line_and_the_values():
    with pytest.raises(OverReceipt) as refused:
        receive(an_order(), a_line(received=Decimal(8)), arrival(a_line(), Decimal(3), Decimal(0), None))
    assert refused.value.code == "OVER_RECEIPT"
    assert refused.value.values == {
        "order": "PO-7", "position": 2, "ordered": Decimal(10), "received": Decimal(8), "arriving": Decimal(3),
        "allowed": Decimal(10),
    }  # fmt: skip


def test_over_receipt_within_the_tolerance_is_taken():
    tolerant = a_line(over_receipt_percent=Decimal("2.5"))
    assert receive(an_order(), tolerant, arrival(tolerant, Decimal("10.25"), Decimal(0), None)).received == Decimal(
        "10.25"
    )
    with pytest.raises(OverReceipt):
        receive(an_order(), tolerant, arrival(tolerant, Decimal("10.250001"), Decimal(0), None))


def test_an_order_is_complete_once_every_line_is():
    approved = an_order(status=Status.APPROVED)
    full, part = a_line(received=Decimal(10)), a_line(received=Decimal("9.999999"))
    assert status_after_receipt(approved, [full, full]) is Status.COMPLETE
    assert status_after_receipt(approved, [full, part]) is Status.APPROVED


def test_a_lot_is_of_one_item_and_expires_after_it_was_made():
    item = new_id()
    lot_of_item("L-1", item, item)
    expires_after_made("L-1", date(2026, 1, 1), date(2026, 1, 1))
    expires_after_made("L-1", None, date(2026, 1, 1))
    with pytest.raises(Rejected):
        lot_of_item("L-1", item, new_id())
    with pytest.raises(Rejected):
        expires_after_made("L-1", date(2026, 1, 2), date(2026, 1, 1))
