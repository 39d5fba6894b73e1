from datetime import date
from decimal import Decimal
from uuid import NAMESPACE_OID, UUID, uuid5

from domain.consolidation.origins import Step, left_of_trades

HQ, DE, US = 1, 2, 3


def named(name: str) -> UUID:
    return uuid5(NAMESPACE_OID, name)


def step(company: int, movement: str, quantity: str, **more: object) -> Step:
    """A movement on the layer of the item's only pool; `day` orders it."""
    follows, line = (more.get(name) for name in ("follows", "line"))
    return Step(
        company_id=company, movement_id=named(movement), pool_id=named("pool"),
        layer_id=named(str(more.get("layer", "pool"))), quantity=Decimal(quantity),
        moved_on=date(2026, 6, int(str(more.get("day", 1)))), order=str(more.get("order", movement)),
        follows=named(str(follows)) if follows else None, line=named(str(line)) if line else None,
    )  # fmt: skip


def left(*steps: Step) -> dict[int, dict[str, str]]:
    """What is left by company and line, the names of lines told."""
    names = {named(name): name for name in ("first", "second")}
    found = left_of_trades(steps)
    return {
        company: {names[line]: str(part) for line, part in parts.items()} for company, parts in found.items() if parts
    }


def test_a_layer_that_one_trade_opened_holds_what_is_left_of_it():
    assert left(
        step(DE, "in", "60", layer="in", line="first"),
        step(DE, "own", "40", layer="own"),
        step(DE, "out", "-20", layer="in", day=2),
    ) == {DE: {"first": "40.000000"}}


def test_what_leaves_a_mixture_takes_the_same_part_of_all():
    assert left(
        step(DE, "own", "40"), step(DE, "in", "40", line="first", order="p"), step(DE, "out", "-20", day=2),
        step(DE, "more", "30", line="second", day=3), step(DE, "gone", "-30", day=4),
    ) == {DE: {"first": "20.000000", "second": "20.000000"}}  # fmt: skip


def test_a_third_of_a_third_is_rounded_once_and_all_of_it_is_nothing_left():
    mixed = (step(DE, "in", "1", line="first"), step(DE, "own", "2", order="p"), step(DE, "out", "-1", day=2))
    assert left(*mixed) == {DE: {"first": "0.666667"}}
    assert left(*mixed, step(DE, "rest", "-2", day=3)) == {}


def test_goods_that_change_places_or_come_back_take_along_what_they_are():
    bought = step(DE, "in", "10", layer="in", line="first")
    moved = (
        step(DE, "leaves", "-4", layer="in", day=2),
        step(DE, "comes", "4", layer="comes", day=2, follows="leaves", order="m"),
    )
    assert left(bought, *moved) == {DE: {"first": "10.000000"}}
    sold = step(DE, "sold", "-4", layer="comes", day=3)
    assert left(bought, *moved, sold) == {DE: {"first": "6.000000"}}
    back = step(DE, "back", "3", layer="back", day=4, follows="sold")
    assert left(bought, *moved, sold, back) == {DE: {"first": "9.000000"}}


def test_goods_sold_on_within_the_group_hold_the_profit_of_both_sellers_and_none_where_nobody_has_them():
    first = step(DE, "in", "10", layer="in", line="first")
    on = (
        step(DE, "sold", "-4", layer="in", day=2),
        step(US, "came", "4", layer="came", line="second", follows="sold", day=2, order="t"),
    )
    assert left(first, *on) == {DE: {"first": "6.000000"}, US: {"first": "4.000000", "second": "4.000000"}}
    assert left(first, *on, step(US, "out", "-4", layer="came", day=3)) == {DE: {"first": "6.000000"}}


def test_goods_that_cover_what_was_missing_are_gone_already():
    assert left(
        step(DE, "short", "-3"), step(DE, "in", "10", line="first", day=2), step(DE, "out", "-2", day=3)
    ) == {DE: {"first": "5.000000"}}  # fmt: skip


def test_a_step_counts_from_the_day_on_which_what_it_follows_counts():
    assert left(
        step(US, "came", "4", layer="came", follows="sold", day=1),
        step(DE, "in", "10", layer="in", line="first", day=1),
        step(DE, "sold", "-4", layer="in", day=5, order="a"),
    ) == {DE: {"first": "6.000000"}, US: {"first": "4.000000"}}
