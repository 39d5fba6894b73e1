"""Prices, with literals: which rule binds, and why the others do not."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.core.money import Money
from domain.sales.models import PriceListKind, PriceOutcome
from domain.sales.rules.prices import (
    Asked,
    Cap,
    Offer,
    PriceCapExceeded,
    PriceMissing,
    discounted,
    explain,
    price_of,
    source_of,
    within_caps,
)

SCREW, OTHER, HOSPITAL, RIVAL = (UUID(int=n) for n in range(1, 5))
MAY = date(2026, 5, 1)


def offer(code: str, price: str, kind: PriceListKind = PriceListKind.GENERAL, **more: Any) -> Offer:
    """An offer of the screw, without an end, from quantity 0 on."""
    given: dict[str, Any] = {
        "id": UUID(int=9), "customer_id": None, "item_id": SCREW, "quantity_min": Decimal(0),
        "valid_from": date(2026, 1, 1), "valid_to": None, "currency": "CNY",
    } | more  # fmt: skip
    return Offer(list_code=code, kind=kind, price=Money(Decimal(price), given.pop("currency")), **given)


def asked(quantity: str = "1", **more: Any) -> Asked:
    """The hospital asks for screws in May."""
    given = {"territory": None, "on": MAY, "currency": "CNY"} | more
    return Asked(item_id=SCREW, item_code="SC-1", customer_id=HOSPITAL, quantity=Decimal(quantity), **given)


def test_a_contract_goes_before_a_tender_and_a_tender_before_the_list() -> None:
    general, item = offer("G", "10"), offer("item price", "12", PriceListKind.ITEM)
    tender = offer("T", "9", PriceListKind.TENDER)
    contract = offer("C", "11", PriceListKind.CONTRACT, customer_id=HOSPITAL)
    assert price_of(asked(), [item, general, tender, contract]).list_code == "C"
    assert price_of(asked(), [item, general, tender]).list_code == "T"
    assert price_of(asked(), [item, general]).list_code == "G"


def test_the_highest_tier_that_is_reached_binds() -> None:
    tiers = [offer("G", "10"), offer("G", "9", quantity_min=Decimal(100)), offer("G", "8", quantity_min=Decimal(500))]
    assert [price_of(asked(n), tiers).price.amount for n in ("99", "100", "499.5", "500")] == [10, 9, 9, 8]


def test_of_two_prices_the_later_one_binds() -> None:
    spring = offer("G", "11", valid_from=date(2026, 4, 1))
    assert price_of(asked(), [offer("G", "10"), spring]) == spring
    assert source_of(spring) == "G from 2026-04-01, from quantity 0"


def test_every_offer_that_loses_says_why() -> None:
    offers = [
        offer("G", "10"),
        offer("H", "10", valid_from=date(2025, 1, 1)),
        offer("C", "1", PriceListKind.CONTRACT, customer_id=RIVAL),
        offer("E", "1", currency="EUR"),
        offer("L", "1", valid_from=date(2026, 6, 1)),
        offer("P", "1", valid_to=date(2026, 4, 30)),
        offer("B", "1", quantity_min=Decimal(10)),
    ]
    assert [(one.offer.list_code, one.outcome) for one in explain(asked(), offers)] == [
        ("G", PriceOutcome.SETS_PRICE),
        ("H", PriceOutcome.GOES_BEHIND),
        ("C", PriceOutcome.OTHER_CUSTOMER),
        ("E", PriceOutcome.OTHER_CURRENCY),
        ("L", PriceOutcome.NOT_BEGUN),
        ("P", PriceOutcome.ENDED),
        ("B", PriceOutcome.BELOW_QUANTITY),
    ]


def test_no_offer_that_holds_is_a_refusal() -> None:
    with pytest.raises(PriceMissing) as refused:
        price_of(asked(), [offer("E", "1", currency="EUR"), offer("G", "1", item_id=OTHER)])
    assert refused.value.values == {"item": "SC-1", "day": "2026-05-01", "currency": "CNY"}


@pytest.mark.parametrize(
    ("price", "percent", "after"), [("10", "0", "10"), ("10", "15", "8.5"), ("0.0000000003", "50", "0.0000000002")]
)
def test_a_discount_is_taken_off_and_rounded_once_half_away_from_zero(price: str, percent: str, after: str) -> None:
    assert discounted(Decimal(price), Decimal(percent)) == Decimal(after)


def test_a_price_above_the_lowest_cap_in_force_is_refused() -> None:
    def cap(price: str, territory: str | None = None, **more: Any) -> Cap:
        days = {"valid_from": date(2026, 1, 1), "valid_to": None} | more
        amount = Money(Decimal(price), "CNY")
        return Cap(item_id=SCREW, territory=territory, source=f"tender {price}", price=amount, **days)

    caps = [cap("9"), cap("8", "Fujian"), cap("1", valid_to=date(2026, 4, 30))]
    within_caps(asked(), Decimal(9), caps)
    with pytest.raises(PriceCapExceeded) as refused:
        within_caps(asked(territory="Fujian"), Decimal(9), caps)
    assert (refused.value.values["cap"], refused.value.values["source"]) == (Decimal(8), "tender 8")
