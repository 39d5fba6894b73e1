from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest

from domain.consolidation.models import ConsolidationLineKind, GroupRole, Translation
from domain.consolidation.rules import (
    ConsolidationIncomplete,
    Gaps,
    Group,
    Line,
    Mapped,
    Member,
    Moved,
    Span,
    Target,
    differences_of,
    elimination_of,
    minority_of,
    translation_of,
)
from domain.consolidation.stock_profits import SoldGoods, StockProfit, profit_of, taken_in, unrealised_of
from domain.core.errors import Rejected
from domain.core.ledger import Unbalanced
from domain.finance.models import AccountKind

JANUARY, MAY, JUNE = date(2026, 1, 1), date(2026, 5, 1), date(2026, 6, 1)
DECEMBER = date(2025, 12, 1)
RATES = {
    AccountKind.ASSET: Translation.CLOSING, AccountKind.LIABILITY: Translation.CLOSING,
    AccountKind.EQUITY: Translation.HISTORICAL, AccountKind.INCOME: Translation.AVERAGE,
    AccountKind.EXPENSE: Translation.AVERAGE,
}  # fmt: skip
KINDS = {
    "cash": AccountKind.ASSET, "owed": AccountKind.ASSET, "payables": AccountKind.LIABILITY,
    "capital": AccountKind.EQUITY, "retained": AccountKind.EQUITY, "sales": AccountKind.INCOME,
    "expense": AccountKind.EXPENSE,
}  # fmt: skip


def a_target(code: str, kind: AccountKind, **more: object) -> Target:
    return replace(Target(id=uuid5(NAMESPACE_OID, code), code=code, kind=kind, translation=RATES[kind]), **more)


TARGETS = {code: a_target(code, kind, is_eliminated=code != "cash") for code, kind in KINDS.items()}
ROLES = {role: a_target(role.value, AccountKind.EQUITY, role=role) for role in GroupRole}
MAPPING = {code: Mapped(target=target) for code, target in TARGETS.items()}
A_MEMBER = Member(
    id=UUID(int=1), code="DE", currency="EUR", percent=Decimal(100), closing=Decimal(2),
    averages=[(date(2025, 12, 31), Decimal(3)), (date(2026, 6, 30), Decimal("1.5"))],
)  # fmt: skip


def a_group(**more: object) -> Group:
    span = Span(starts_on=JANUARY, ends_on=date(2026, 6, 30)).checked()
    return replace(Group(roles=ROLES, span=span, currency="CNY", gaps=Gaps()), **more)


def moved(account: str, amount: str, month: date | None = None, carried: str = "0", **more: object) -> Moved:
    is_held = KINDS[account] in (AccountKind.ASSET, AccountKind.LIABILITY)
    made = Moved(
        account=account, kind=KINDS[account], amount=Decimal(amount), carried=Decimal(carried),
        month=None if is_held else month or JUNE,
    )  # fmt: skip
    return replace(made, **more)


def figures(lines: list[Line]) -> dict[str, str]:
    """What each group account comes to."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.target.code] += line.amount
    return {code: f"{amount.normalize():f}" for code, amount in sums.items()}


F43_FIRST = [moved("cash", "80"), moved("sales", "-100"), moved("expense", "20")]


def test_f43_income_at_the_average_leaves_an_adjustment_of_forty():
    """Case F43: cash 80, sales 100, expense 20; closing 2, average 1.5 -> 160, 150, 30; 40."""
    found = translation_of(a_group(), A_MEMBER, F43_FIRST, MAPPING)
    assert figures(found) == {"cash": "160", "sales": "-150", "expense": "30", "TRANSLATION_ADJUSTMENT": "-40"}


def test_f43_equity_at_the_rate_of_its_day_leaves_an_adjustment_of_twenty_five():
    """Case F43: cash 80, payables 30, capital 50; closing 2, historical 1.5 -> 160, 60, 75; 25."""
    ledger = [moved("cash", "80"), moved("payables", "-30"), moved("capital", "-50", carried="-75")]
    expected = {"cash": "160", "payables": "-60", "capital": "-75", "TRANSLATION_ADJUSTMENT": "-25"}
    assert figures(translation_of(a_group(), A_MEMBER, ledger, MAPPING)) == expected
    given = {**MAPPING, "capital": Mapped(target=TARGETS["capital"], historical=Decimal("1.5"))}
    other = [*ledger[:2], moved("capital", "-50", carried="-1")]
    assert figures(translation_of(a_group(), A_MEMBER, other, given)) == expected


def test_a_ledger_that_does_not_come_to_nothing_is_refused():
    with pytest.raises(Unbalanced) as caught:
        translation_of(a_group(), A_MEMBER, F43_FIRST[:2], MAPPING)
    assert caught.value.values["difference"] == -20


def test_everything_that_lacks_is_named_at_once():
    group, member = a_group(roles={}), replace(A_MEMBER, closing=None, averages=[])
    mapping = {code: one for code, one in MAPPING.items() if code != "expense"}
    assert translation_of(group, member, F43_FIRST, mapping) == []
    with pytest.raises(ConsolidationIncomplete) as caught:
        group.gaps.check()
    assert caught.value.values["gaps"].split("; ") == [
        "account expense of company DE has no group account",
        "there is no rate EUR/CNY AVERAGE 2026-06-30 for company DE",
        "there is no rate EUR/CNY CLOSING 2026-06-30 for company DE",
    ]


def test_each_month_takes_the_average_of_the_period_that_holds_it():
    monthly = [(date(2026, 5, 31), Decimal(1)), (date(2026, 6, 30), Decimal(2)), (date(2026, 7, 31), Decimal(9))]
    member = replace(A_MEMBER, averages=monthly)
    ledger = [moved("cash", "30"), moved("sales", "-10", MAY), moved("sales", "-20", JUNE)]
    found = translation_of(a_group(), member, ledger, MAPPING)
    sales = [(line.local, line.rate, line.amount) for line in found if line.target.code == "sales"]
    assert sales == [(-10, 1, -10), (-20, 2, -40)]
    given = translation_of(a_group(), replace(member, given=Decimal(4)), ledger, MAPPING)
    assert figures(given)["sales"] == "-120"


def test_a_closed_year_is_equity_at_the_average_of_its_own_end():
    closed = [
        moved("cash", "10"), moved("sales", "-10", DECEMBER, carried="-70"),
        moved("sales", "10", DECEMBER, carried="80", is_closing=True),
        moved("retained", "-10", DECEMBER, carried="-80", is_closing=True),
    ]  # fmt: skip
    found = translation_of(a_group(), A_MEMBER, closed, MAPPING)
    assert figures(found) == {"cash": "20", "retained": "-30", "TRANSLATION_ADJUSTMENT": "10"}
    late = translation_of(a_group(), A_MEMBER, [*closed, moved("cash", "1"), moved("sales", "-1", DECEMBER)], MAPPING)
    assert figures(late) == {
        "cash": "22", "retained": "-30", "RETAINED_EARNINGS": "-3", "TRANSLATION_ADJUSTMENT": "11",
    }  # fmt: skip


def test_what_was_earned_before_the_span_and_not_closed_is_equity_and_no_result():
    span = Span(starts_on=JUNE, ends_on=date(2026, 6, 30))
    member = replace(A_MEMBER, averages=[(date(2026, 5, 31), Decimal(1)), (date(2026, 6, 30), Decimal(2))])
    ledger = [moved("cash", "30"), moved("sales", "-10", MAY), moved("sales", "-20", JUNE)]
    found = translation_of(a_group(span=span), member, ledger, MAPPING)
    assert figures(found) == {
        "cash": "60", "RETAINED_EARNINGS": "-10", "sales": "-40", "TRANSLATION_ADJUSTMENT": "-10",
    }  # fmt: skip


def test_the_closing_of_the_span_itself_is_left_out():
    closing = [moved("sales", "100", is_closing=True), moved("expense", "-20", is_closing=True)]
    closing.append(moved("retained", "-80", is_closing=True))
    plain = translation_of(a_group(), A_MEMBER, F43_FIRST, MAPPING)
    assert translation_of(a_group(), A_MEMBER, [*F43_FIRST, *closing], MAPPING) == plain


def test_what_two_companies_hold_with_each_other_is_taken_off_and_the_rest_is_shown():
    other = replace(A_MEMBER, id=UUID(int=2), code="HQ", currency="CNY", closing=Decimal(1))
    ours = [moved("owed", "55", partner=A_MEMBER.id), moved("cash", "-9", partner=A_MEMBER.id)]
    theirs = [moved("payables", "-30", partner=other.id)]
    lines = [
        *elimination_of(a_group(), other, ours, MAPPING), *elimination_of(a_group(), A_MEMBER, theirs, MAPPING),
    ]  # fmt: skip
    lines += differences_of(a_group(), lines, {one.id: one for one in (other, A_MEMBER)})
    assert figures(lines) == {"owed": "-55", "payables": "60", "ELIMINATION_DIFFERENCE": "-5"}
    assert {line.kind for line in lines} == {ConsolidationLineKind.ELIMINATION}


def test_of_equity_only_the_share_of_the_group_is_taken_off():
    member = replace(A_MEMBER, percent=Decimal(80))
    [line] = elimination_of(a_group(), member, [moved("capital", "-50", carried="-75", partner=UUID(int=2))], MAPPING)
    assert line.amount == 60


def test_others_own_their_share_of_equity_adjustment_and_result():
    member = replace(A_MEMBER, percent=Decimal(80))
    found = minority_of(a_group(), member, translation_of(a_group(), member, F43_FIRST, MAPPING))
    assert figures(found) == {"MINORITY_RESULT": "24", "TRANSLATION_ADJUSTMENT": "8", "MINORITY_INTEREST": "-32"}
    assert minority_of(a_group(), A_MEMBER, translation_of(a_group(), A_MEMBER, F43_FIRST, MAPPING)) == []


def test_others_bear_their_share_of_a_loss_even_where_nothing_is_left_of_what_they_own():
    """IFRS 10.B94: cash 10, capital 50, expense 100 and debts 60 of a company of which others own a fifth."""
    member = replace(A_MEMBER, percent=Decimal(80))
    ledger = [
        moved("cash", "10"), moved("payables", "-60"), moved("capital", "-50", carried="-75"), moved("expense", "100"),
    ]  # fmt: skip
    translated = translation_of(a_group(), member, ledger, MAPPING)
    assert figures(translated) == {
        "cash": "20", "payables": "-120", "capital": "-75", "expense": "150", "TRANSLATION_ADJUSTMENT": "25",
    }  # fmt: skip
    found = minority_of(a_group(), member, translated)
    # 30 of the loss, against 15 of the capital: others owe the group's equity 20 more than they own of it.
    assert figures(found) == {
        "capital": "15", "MINORITY_RESULT": "-30", "TRANSLATION_ADJUSTMENT": "-5", "MINORITY_INTEREST": "20",
    }  # fmt: skip


def test_what_a_company_earned_before_it_came_to_the_group_is_no_result_of_the_group():
    """IFRS 10.B88: a member from 15 June on; what it earned in May is equity that it came with."""
    averages = [(date(2026, 5, 31), Decimal(1)), (date(2026, 6, 30), Decimal(2))]
    member, other = replace(A_MEMBER, averages=averages), replace(A_MEMBER, id=UUID(int=2), averages=averages)
    group = a_group(came={member.id: date(2026, 6, 15), other.id: date(2020, 1, 1)})
    ledger = [moved("cash", "30"), moved("sales", "-10", MAY), moved("sales", "-20", JUNE)]
    assert figures(translation_of(group, member, ledger, MAPPING)) == {
        "cash": "60", "RETAINED_EARNINGS": "-10", "sales": "-40", "TRANSLATION_ADJUSTMENT": "-10",
    }  # fmt: skip
    assert figures(translation_of(group, other, ledger, MAPPING))["sales"] == "-50"
    # What was sold between them in May was sold to, or by, a company outside the group.
    for one, with_ in ((member, other), (other, member)):
        dealt = [moved("sales", "-10", MAY, partner=with_.id), moved("sales", "-20", JUNE, partner=with_.id)]
        assert figures(elimination_of(group, one, dealt, MAPPING)) == {"sales": "40"}


def test_profit_in_the_stock_of_another_is_taken_off_the_result_and_the_stock():
    holder = replace(A_MEMBER, id=UUID(int=2), code="HQ")
    now = StockProfit(seller=A_MEMBER, holder=holder, held_on=date(2026, 6, 30), amount=Decimal(40))
    lines = unrealised_of(a_group(), [now])
    assert [(line.target.code, line.member.code, line.partner, line.amount) for line in lines] == [
        ("UNREALISED_PROFIT", "DE", holder.id, 40), ("STOCK", "HQ", A_MEMBER.id, -40),
    ]  # fmt: skip
    before = replace(now, held_on=date(2025, 12, 31), amount=Decimal(55))
    lines = unrealised_of(a_group(), [before, now])
    assert [(line.target.code, line.member.code, line.amount) for line in lines] == [
        ("UNREALISED_PROFIT", "DE", -15), ("RETAINED_EARNINGS", "DE", 55), ("STOCK", "HQ", -40),
    ]  # fmt: skip
    assert unrealised_of(a_group(), []) == []


def test_others_own_their_share_of_what_their_company_earned_on_goods_that_the_group_still_has():
    holder = replace(A_MEMBER, id=UUID(int=2), code="HQ")
    seller = replace(A_MEMBER, percent=Decimal(80))
    held = StockProfit(seller=seller, holder=holder, held_on=date(2026, 6, 30), amount=Decimal(40))
    expense = a_target("cost", AccountKind.EXPENSE)
    lines = unrealised_of(a_group(roles=ROLES | {GroupRole.UNREALISED_PROFIT: expense}), [held])
    own = minority_of(a_group(), seller, [line for line in lines if line.member.id == seller.id])
    assert [(line.target.code, line.amount) for line in own] == [("MINORITY_RESULT", -8), ("MINORITY_INTEREST", 8)]


def test_goods_hold_the_part_of_the_profit_that_the_standard_took_in_rounded_once():
    earned = taken_in(Decimal(750), Decimal(400), Decimal(500), "CNY")
    assert (earned, taken_in(Decimal(750), Decimal(500), Decimal(500), "CNY")) == (600, 750)
    goods = SoldGoods(
        item_id=UUID(int=9), trade_number="IC-1", traded_on=JUNE, layer_id=UUID(int=8), lot_number=None,
        quantity=Decimal(3), earned=Decimal(100), cost=Decimal(90), rate=Decimal("1.5"),
    )  # fmt: skip
    assert [profit_of(goods, Decimal(left), "CNY") for left in (1, 2, 3)] == [5, 10, 15]
    assert profit_of(replace(goods, rate=Decimal(1)), Decimal(1), "CNY") == Decimal("3.33")
    assert profit_of(replace(goods, cost=Decimal(110)), Decimal(1), "CNY") == -5


def test_a_span_that_breaks_a_month_is_refused():
    for starts_on, ends_on in ((date(2026, 1, 2), date(2026, 6, 30)), (JANUARY, date(2026, 6, 29)), (JUNE, JANUARY)):
        with pytest.raises(Rejected):
            Span(starts_on=starts_on, ends_on=ends_on).checked()
