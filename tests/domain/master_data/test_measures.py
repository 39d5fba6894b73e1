"""What is said in one unit is kept in another: exactly, by ratios, or not at all."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.core.errors import DomainError
from domain.core.money import UnitPrice
from domain.master_data.measures import Measures, exact_price, in_unit
from domain.master_data.units import Dimension


def values(**row: Any) -> Any:
    """A row as the database answers it."""
    return row


D = Decimal
PIECE, BOX, CARTON, KG, LB, HOUR = (UUID(int=number) for number in range(1, 7))
GLOVES, POWDER, SETS = (UUID(int=number) for number in range(11, 14))


def unit(id_: UUID, code: str, dimension: Dimension, base: str | None = None, digits: int = 6) -> Any:
    return values(id=id_, code=code, dimension=dimension, base_factor=D(base) if base else None, digits=digits)


MEASURES = Measures(
    items={
        GLOVES: values(id=GLOVES, code="GLOVES", unit_id=PIECE),
        POWDER: values(id=POWDER, code="POWDER", unit_id=KG),
        SETS: values(id=SETS, code="SETS", unit_id=BOX),
    },
    units={
        PIECE: unit(PIECE, "EA", Dimension.COUNT, digits=0),
        BOX: unit(BOX, "BOX", Dimension.PACKAGE),
        CARTON: unit(CARTON, "CT", Dimension.PACKAGE, digits=1),
        KG: unit(KG, "KG", Dimension.MASS, "1"),
        LB: unit(LB, "LB", Dimension.MASS, "0.45359237"),
        HOUR: unit(HOUR, "H", Dimension.TIME, "3600"),
    },
    factors={
        (GLOVES, BOX): values(factor=D(12), per=D(1)),
        (GLOVES, CARTON): values(factor=D(144), per=D(1)),
        # One piece of a set is the twelfth part of its box.
        (SETS, PIECE): values(factor=D(1), per=D(12)),
        # Powder has its own idea of a pound.
        (POWDER, BOX): values(factor=D("2.5"), per=D(1)),
    },
)  # fmt: skip


def refused(item: UUID, unit_id: UUID, quantity: str) -> tuple[str, str]:
    with pytest.raises(DomainError) as refusal:
        MEASURES.measured(item, unit_id, D(quantity))
    return refusal.value.code, refusal.value.message()


def test_what_is_said_is_kept_beside_what_it_is_in_the_items_own_unit():
    boxes = MEASURES.measured(GLOVES, BOX, D(10))
    assert (boxes.quantity, boxes.unit_id, boxes.unit_quantity) == (D(120), BOX, D(10))
    assert (boxes.price(D(100)).of(D(120)), boxes.price(D(100)).of(D(60))) == (D(1000), D(500))
    assert boxes.own_price(D(100)) == D("8.3333333333")
    assert boxes.said(D(100)) == {"unit_id": BOX, "unit_quantity": D(10), "price_in_unit": D(100)}
    assert MEASURES.measured(GLOVES, CARTON, D("0.5")).quantity == D(72)


def test_a_factor_of_the_item_goes_before_that_of_the_dimension_and_both_are_ratios():
    assert MEASURES.measured(POWDER, LB, D(100)).quantity == D("45.359237")
    assert MEASURES.measured(POWDER, BOX, D(3)).quantity == D("7.5")
    twelve = MEASURES.measured(SETS, PIECE, D(36))
    assert (twelve.quantity, twelve.own_price(D("8.5")), twelve.said_price(D(102))) == (D(3), D(102), D("8.5"))


def test_the_own_unit_by_name_is_as_no_unit_at_all():
    for unit_id in (None, PIECE):
        own = MEASURES.measured(GLOVES, unit_id, D(5))
        assert (own.quantity, own.unit_id, own.price(D("8.3"))) == (D(5), None, UnitPrice(D("8.3")))
        assert own.said(D("8.3")) == {"unit_id": None, "unit_quantity": None, "price_in_unit": None}


def test_a_quantity_that_is_none_of_the_items_own_unit_is_refused_and_not_rounded():
    code, message = refused(GLOVES, BOX, "0.3")
    assert (code, message) == (
        "UNIT_QUANTITY_INEXACT", "0.3 BOX of GLOVES is no quantity of EA with at most 0 digits after the point."
    )  # fmt: skip
    assert refused(SETS, PIECE, "5")[0] == "UNIT_QUANTITY_INEXACT"
    assert refused(POWDER, LB, "1.000001")[0] == "UNIT_QUANTITY_INEXACT"
    assert refused(GLOVES, BOX, "99999999999999")[0] == "UNIT_QUANTITY_INEXACT"


def test_a_unit_without_a_way_to_the_own_is_refused_by_the_names_of_all_three():
    assert refused(GLOVES, HOUR, "1") == ("NO_UNIT_CONVERSION", "Nothing says how many EA of GLOVES one H is.")
    assert refused(GLOVES, UUID(int=99), "1")[0] == "NOT_FOUND"


def test_a_quantity_has_no_more_digits_than_its_unit_takes():
    code, message = refused(GLOVES, CARTON, "0.25")
    assert (code, message) == (
        "INVALID_VALUE", "Quantity 0.25 is refused: a quantity in CT has at most 1 digits after the point."
    )  # fmt: skip
    assert refused(GLOVES, BOX, "-1")[0] == "INVALID_VALUE"


def test_equal_ratios_are_equal_prices_whatever_they_are_told_in():
    of_order = exact_price(D("8.3333333333"), D(120), D(10), D(100))
    of_invoice = exact_price(D("8.3333333333"), D(5), D("2.5"), D("16.6666666667"))
    assert of_order.of(D(5)) == UnitPrice(D(50), D(6)).of(D(5)) != of_invoice.of(D(5))
    assert in_unit(D(60), MEASURES.measured(GLOVES, BOX, D(1)).ratio) == D(5)
    assert in_unit(D(5), MEASURES.measured(GLOVES, BOX, D(1)).ratio) is None
