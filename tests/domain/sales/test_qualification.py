"""Qualification, with literals; the first two tests are case C3 of the specification."""

from datetime import date
from typing import Any

import pytest

from domain.sales.models import DateBasis
from domain.sales.rules.qualification import (
    Jurisdiction,
    NotQualified,
    Papers,
    Permit,
    Registration,
    Sale,
    Stage,
    qualified,
)

EARLY, LATE = date(2020, 1, 1), date(2030, 12, 31)
CHINA = Jurisdiction(
    country="CN", needs_registration=True, basis=DateBasis.MADE, needs_licence=True, catalogue=None,
    valid_from=EARLY, valid_to=None,
)  # fmt: skip
REGISTERED = Registration(number="R1", country="CN", valid_from=EARLY, valid_to=LATE)


def permit(*codes: str, **more: Any) -> Permit:
    """A licence of the 2002 catalogue, valid everywhere to the end of 2026."""
    given: dict[str, Any] = {
        "number": "L1", "catalogue": "NMPA-2002", "territories": frozenset(), "valid_from": EARLY,
        "valid_to": date(2026, 12, 31),
    } | more  # fmt: skip
    return Permit(codes=frozenset(codes), **given)


def sale(code: str = "6846", catalogue: str = "NMPA-2002", **more: Any) -> Sale:
    """Ordered on 2026-12-20, to ship on 2027-01-05."""
    given: dict[str, Any] = {
        "item": "PUMP", "codes": frozenset({(catalogue, code)}), "customer": "H1", "country": "CN", "territory": None,
        "ordered_on": date(2026, 12, 20), "ship_on": date(2027, 1, 5),
    } | more  # fmt: skip
    return Sale(**given)


def papers(*permits: Permit, **more: Any) -> Papers:
    given = {"registrations": (REGISTERED,), "jurisdictions": (CHINA,)} | more
    return Papers(permits=permits, **given)


def refusal(given: Sale, own: Papers, stage: Stage, today: date) -> tuple[str, str]:
    """Which check failed, and on what date."""
    with pytest.raises(NotQualified) as refused:
        qualified(given, own, stage, today)
    return refused.value.values["check"], refused.value.values["day"]


def test_a_licence_that_ends_before_shipping_warns_at_the_order_and_blocks_the_pick() -> None:
    own = papers(permit("6846", "6877"))
    [warning] = qualified(sale(), own, Stage.ORDER, date(2026, 12, 20))
    assert "licence check fails on 2027-01-05: the last licence ended on 2026-12-31" in warning
    soon = sale(ship_on=date(2026, 12, 31))
    assert qualified(soon, own, Stage.PICK, date(2026, 12, 31)) == []
    assert refusal(soon, own, Stage.PICK, date(2027, 1, 1)) == ("licence", "2027-01-01")
    assert refusal(sale(), own, Stage.PICK, date(2026, 12, 31)) == ("licence", "2027-01-05")


def test_the_scope_must_hold_the_item_and_the_territory_the_destination() -> None:
    today = date(2026, 12, 20)
    assert refusal(sale("6815"), papers(permit("6846", "6877")), Stage.ORDER, today) == ("licence scope", "2026-12-20")
    in_guangdong = permit("6846", territories=frozenset({"Guangdong"}))
    assert refusal(sale(territory="Fujian"), papers(in_guangdong), Stage.ORDER, today) == ("territory", "2026-12-20")
    assert len(qualified(sale(territory="Guangdong"), papers(in_guangdong), Stage.ORDER, today)) == 1


def test_a_scope_counts_in_the_edition_that_is_in_force() -> None:
    since_2018 = Jurisdiction(
        country="CN", needs_registration=False, basis=DateBasis.MADE, needs_licence=True, catalogue="NMPA-2017",
        valid_from=date(2018, 8, 1), valid_to=None,
    )  # fmt: skip
    own = papers(permit("6846", valid_to=LATE), jurisdictions=(since_2018,))
    assert refusal(sale(), own, Stage.ORDER, date(2026, 12, 20))[0] == "licence scope"
    new = papers(permit("14", catalogue="NMPA-2017", valid_to=LATE), jurisdictions=(since_2018,))
    assert qualified(sale("14", "NMPA-2017"), new, Stage.ORDER, date(2026, 12, 20)) == []


def test_china_asks_for_the_registration_on_the_day_of_manufacture() -> None:
    ended = Registration(number="R0", country="CN", valid_from=EARLY, valid_to=date(2026, 6, 30))
    own = papers(permit("6846", valid_to=LATE), registrations=(ended,))
    made = sale(made_on=date(2026, 6, 30))
    assert qualified(made, own, Stage.SHIP, date(2027, 1, 5)) == []
    assert refusal(sale(made_on=date(2026, 7, 1)), own, Stage.SHIP, date(2027, 1, 5)) == ("registration", "2026-07-01")


def test_another_country_asks_on_the_day_of_shipping_or_not_at_all() -> None:
    germany = Jurisdiction(
        country="DE", needs_registration=True, basis=DateBasis.SHIPPED, needs_licence=False, catalogue=None,
        valid_from=EARLY, valid_to=None,
    )  # fmt: skip
    ended = Registration(number="R0", country="DE", valid_from=EARLY, valid_to=date(2026, 12, 31))
    own = Papers(permits=(), registrations=(ended,), jurisdictions=(germany,))
    assert len(qualified(sale(country="DE"), own, Stage.ORDER, date(2026, 12, 20))) == 1
    assert refusal(sale(country="DE"), own, Stage.SHIP, date(2027, 1, 5)) == ("registration", "2027-01-05")
    assert qualified(sale(country="US"), own, Stage.SHIP, date(2027, 1, 5)) == []
