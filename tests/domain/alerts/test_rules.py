"""When a condition holds and when it is over, with literal values."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from domain.alerts.models import AlertStatus
from domain.alerts.rules import (
    ACKNOWLEDGE,
    ALERT_FLOW,
    RESOLVE,
    LotInStock,
    OpenReceipt,
    Rule,
    Stock,
    Verdict,
    above,
    below,
    expiry_verdict,
    fingerprint,
    lot_messages,
    plain,
    receipt_messages,
    receipt_verdict,
    stock_messages,
    stock_verdict,
)
from domain.core.errors import WrongState

ITEM, SITE, ORDER = UUID(int=1), UUID(int=2), UUID(int=3)
TODAY = date(2026, 5, 20)


def rule(threshold: str, hysteresis: str = "0", window_days: int = 365) -> Rule:
    """A rule of these numbers."""
    return Rule(
        id=UUID(int=9), code="R", severity="WARNING", owner_role="buyer", threshold=Decimal(threshold),
        hysteresis=Decimal(hysteresis), window_days=window_days,
    )  # fmt: skip


def stock(on_hand: str, reorder_point: str = "40") -> Stock:
    """An item of which so much is available."""
    return Stock(
        item_id=ITEM, site_id=None, item_code="BOLT", item_zh="螺栓（BOLT）", unit="EA",
        reorder_point=Decimal(reorder_point), on_hand=Decimal(on_hand),
    )  # fmt: skip


def receipt(due_on: date) -> OpenReceipt:
    """An order due on a day."""
    return OpenReceipt(
        order_id=ORDER, site_id=None, number="PO-7", supplier="Acme", supplier_zh="顶点公司", due_on=due_on,
        open_lines=2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("on_hand", "verdict"),
    [
        ("-1", Verdict.RAISE),
        ("0", Verdict.RAISE),
        ("39.999999", Verdict.RAISE),
        ("40", Verdict.HOLD),
        ("41.999999", Verdict.HOLD),
        ("42", Verdict.RESOLVE),
    ],
)
def test_stock_below_the_threshold_raises_and_must_recover_by_the_hysteresis(on_hand: str, verdict: Verdict) -> None:
    assert stock_verdict(stock(on_hand), rule("100", "5")) is verdict


@pytest.mark.parametrize(
    ("part", "verdict"),
    [
        ("100.01", Verdict.RAISE), ("100", Verdict.HOLD), ("95.01", Verdict.HOLD), ("95", Verdict.RESOLVE),
        ("-1", Verdict.RESOLVE),
    ],
)  # fmt: skip
def test_what_exceeds_a_whole_raises_and_must_fall_by_the_hysteresis(part: str, verdict: Verdict) -> None:
    assert above(Decimal(part), Decimal(100), rule("100", "5")) is verdict


def test_of_nothing_anything_is_too_much_and_nothing_is_not() -> None:
    assert above(Decimal("0.01"), Decimal(0), rule("100", "5")) is Verdict.RAISE
    assert above(Decimal(0), Decimal(0), rule("100", "5")) is Verdict.RESOLVE
    assert below(Decimal("-0.01"), Decimal(0), rule("0", "2")) is Verdict.RAISE


def test_an_item_without_a_reorder_point_is_never_low() -> None:
    assert stock_verdict(stock("-5", "0"), rule("100")) is Verdict.RESOLVE


@pytest.mark.parametrize(
    ("due_on", "verdict"),
    [
        (date(2026, 5, 21), Verdict.RESOLVE),
        (date(2026, 5, 18), Verdict.RESOLVE),
        (date(2026, 5, 17), Verdict.RAISE),
        (date(2026, 4, 20), Verdict.RAISE),
        (date(2026, 4, 19), Verdict.HOLD),
    ],
)
def test_goods_are_late_after_the_threshold_until_they_are_history(due_on: date, verdict: Verdict) -> None:
    assert receipt_verdict(receipt(due_on), rule("2", window_days=30), TODAY) is verdict


def test_a_cause_is_named_by_rule_item_and_site() -> None:
    site = replace(stock("0", "1"), site_id=SITE)
    assert fingerprint(rule("1"), stock("0").place) == f"R:{ITEM}:*"
    assert fingerprint(rule("1"), site.place) == f"R:{ITEM}:{SITE}"


def test_messages_name_the_thing_and_the_values_in_both_languages() -> None:
    assert stock_messages(stock("12.500000")) == (
        "BOLT: 12.5 EA available, reorder point 40 EA.",
        "螺栓（BOLT）：可用 12.5 EA，再订货点 40 EA。",
    )
    assert receipt_messages(receipt(date(2026, 5, 17)), TODAY) == (
        "PO-7 of Acme: 2 lines due 2026-05-17, 3 days late.",
        "顶点公司 的采购订单 PO-7：2 行应于 2026-05-17 到货，已逾期 3 天。",
    )


@pytest.mark.parametrize(("number", "text"), [("100", "100"), ("1E+3", "1000"), ("0.10", "0.1"), ("-3.000", "-3")])
def test_numbers_are_shown_without_zeros_and_exponents(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


def test_an_alert_is_taken_once_and_resolved_for_good() -> None:
    assert ALERT_FLOW.advance("1", AlertStatus.OPEN, ACKNOWLEDGE) is AlertStatus.ACKNOWLEDGED
    assert ALERT_FLOW.advance("1", AlertStatus.ACKNOWLEDGED, RESOLVE) is AlertStatus.RESOLVED
    for state, transition in (
        (AlertStatus.ACKNOWLEDGED, ACKNOWLEDGE),
        (AlertStatus.RESOLVED, ACKNOWLEDGE),
        (AlertStatus.RESOLVED, RESOLVE),
    ):
        with pytest.raises(WrongState):
            ALERT_FLOW.advance("1", state, transition)
    assert ALERT_FLOW.reachable() == frozenset(AlertStatus)


def lot(expires_on: date) -> LotInStock:
    """A lot in stock with a last day."""
    return LotInStock(
        lot_id=UUID(int=4), number="L-1", item_id=ITEM, item_code="STENT", item_zh="支架（STENT）", unit="EA",
        expires_on=expires_on, on_hand=Decimal(7),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days_left", "verdicts"),
    [
        (91, [Verdict.HOLD, Verdict.RESOLVE, Verdict.RESOLVE]),
        (96, [Verdict.RESOLVE, Verdict.RESOLVE, Verdict.RESOLVE]),
        (90, [Verdict.RAISE, Verdict.RESOLVE, Verdict.RESOLVE]),
        (61, [Verdict.RAISE, Verdict.HOLD, Verdict.RESOLVE]),
        (60, [Verdict.RESOLVE, Verdict.RAISE, Verdict.RESOLVE]),
        (30, [Verdict.RESOLVE, Verdict.RESOLVE, Verdict.RAISE]),
        (-1, [Verdict.RESOLVE, Verdict.RESOLVE, Verdict.RAISE]),
        (-366, [Verdict.HOLD, Verdict.HOLD, Verdict.HOLD]),
    ],
)
def test_a_lot_that_expires_is_told_by_the_strictest_rule(days_left: int, verdicts: list[Verdict]) -> None:
    rules = [rule(threshold, "5") for threshold in ("90", "60", "30")]
    expiring = lot(TODAY + timedelta(days=days_left))
    assert [expiry_verdict(expiring.expires_on, one, rules, TODAY) for one in rules] == verdicts


def test_the_message_of_a_lot_says_how_long_it_lasts() -> None:
    assert lot_messages(lot(date(2026, 5, 21)), TODAY) == (
        "Lot L-1 of STENT expires on 2026-05-21, 1 day left; 7 EA on hand.",
        "支架（STENT） 的批次 L-1 将于 2026-05-21 到期，剩余 1 天，现存 7 EA。",
    )
    assert lot_messages(lot(date(2026, 5, 19)), TODAY)[0] == "Lot L-1 of STENT expired on 2026-05-19; 7 EA on hand."
