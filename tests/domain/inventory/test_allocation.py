from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.inventory.allocation import Candidate, Need, first_expired_first_out, lasts, taken_from
from domain.inventory.models import LotStatus
from domain.inventory.rules import StockKey

ITEM, PLACE = UUID(int=1), UUID(int=2)
DELIVERY = date(2026, 11, 22)


def lot(number: int, expires_on: date | None, available: str, status: LotStatus = LotStatus.RELEASED) -> Candidate:
    return Candidate(
        key=StockKey(ITEM, PLACE, UUID(int=number)), available=Decimal(available), lot_number=f"L{number}",
        lot_status=status, expires_on=expires_on,
    )  # fmt: skip


def given(candidates: list[Candidate], quantity: str, days: int = 0) -> list[tuple[int, Decimal]]:
    need = Need(quantity=Decimal(quantity), delivery_on=DELIVERY, remaining_days_min=days)
    return [(key.lot_id.int, part) for key, part in first_expired_first_out(candidates, need) if key.lot_id]


def test_c2_the_earliest_expiry_that_leaves_the_customers_remaining_life():
    """Need 120 with 180 days: L1 too short, L2 40, L4 in quarantine, so L2 40 + L3 80 (case C2)."""
    lots = [
        lot(1, date(2027, 3, 31), "50"),
        lot(2, date(2027, 6, 30), "40"),
        lot(3, date(2027, 12, 31), "100"),
        lot(4, date(2027, 9, 30), "60", LotStatus.QUARANTINE),
    ]
    assert given(lots, "120", 180) == [(2, Decimal(40)), (3, Decimal(80))]


def test_the_last_day_that_is_needed_is_the_day_of_delivery_and_the_days_after():
    need = Need(quantity=Decimal(1), delivery_on=date(2026, 1, 1), remaining_days_min=31)
    assert lasts(lot(1, date(2026, 2, 1), "1"), need)
    assert not lasts(lot(1, date(2026, 1, 31), "1"), need)
    assert lasts(lot(1, None, "1"), need)


def test_goods_without_a_last_day_go_last_and_equal_days_by_lot():
    day = date(2027, 1, 1)
    assert given([lot(3, None, "5"), lot(2, day, "5"), lot(1, day, "5")], "12") == [
        (1, Decimal(5)), (2, Decimal(5)), (3, Decimal(2)),
    ]  # fmt: skip


def test_what_is_short_is_given_as_far_as_it_goes():
    assert given([lot(1, None, "5"), lot(2, None, "0")], "7") == [(1, Decimal(5))]


def test_allocations_give_in_their_order():
    held = [(Decimal(5), Decimal(4)), (Decimal(3), Decimal(0)), (Decimal(2), Decimal(0))]
    assert taken_from(held, Decimal("2.5")) == [Decimal(1), Decimal("1.5"), Decimal(0)]
