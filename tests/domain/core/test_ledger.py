from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.core.ids import new_id
from domain.core.ledger import Book, EmptyPosting, Posting, Unbalanced


@dataclass(frozen=True)
class Entry:
    """So much of one colour."""

    colour: str
    amount: Decimal


COLOURS = Book[Entry](
    name="colours",
    shares=lambda entry: ((entry.colour, entry.amount),),
    opposite=lambda entry: replace(entry, amount=-entry.amount),
)


def posting(*entries: tuple[str, str]) -> Posting[Entry]:
    return Posting(
        id=new_id(),
        occurred_on=date(2026, 5, 1),
        entries=tuple(Entry(name, Decimal(amount)) for name, amount in entries),
    )


def test_a_balanced_posting_passes_unchanged():
    balanced = posting(("red", "5"), ("red", "-2"), ("red", "-3"), ("blue", "0.1"), ("blue", "-0.1"))
    assert COLOURS.check(balanced) is balanced


def test_an_unbalanced_posting_is_refused_by_the_first_sum_that_is_left_over():
    with pytest.raises(Unbalanced) as refused:
        COLOURS.check(posting(("red", "5"), ("red", "-5"), ("blue", "1"), ("green", "-1")))
    assert refused.value.code == "UNBALANCED"
    assert refused.value.values == {"book": "colours", "group": "blue", "difference": Decimal(1)}


def test_a_posting_without_entries_is_refused():
    with pytest.raises(EmptyPosting):
        COLOURS.check(posting())


@given(st.lists(st.tuples(st.sampled_from("abc"), st.decimals(-(10**9), 10**9, places=6)), min_size=1, max_size=20))
def test_a_posting_and_its_reversal_sum_to_nothing(entries: list[tuple[str, Decimal]]):
    closed = [*entries, *((colour, -amount) for colour, amount in entries)]
    whole = replace(posting(("a", "0")), entries=tuple(Entry(colour, amount) for colour, amount in closed))
    original = new_id()
    back = COLOURS.reversal(whole, original, new_id(), date(2026, 6, 1))
    assert back.reverses_id == original
    assert back.occurred_on == date(2026, 6, 1)
    assert sum((entry.amount for entry in (*whole.entries, *back.entries)), Decimal(0)) == 0
    assert [-entry.amount for entry in back.entries] == [entry.amount for entry in whole.entries]
