"""Failures cost nothing at first, then a pause that doubles up to its longest."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.governance.attempts import ACCOUNT_FREE, WINDOW, Attempts, after_failure, neighbourhood, pause_left
from domain.governance.passwords import HASHER, NOBODY, weakness

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def after(failures: int) -> Attempts:
    """What is known after so many failures, a second apart; the last at noon."""
    known = Attempts()
    for place in range(failures):
        known = after_failure(known, NOON - timedelta(seconds=failures - 1 - place), ACCOUNT_FREE)
    return known


@pytest.mark.parametrize("failures, seconds", [
    (1, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 900), (60, 900),
])  # fmt: skip
def test_the_pause_doubles(failures: int, seconds: int) -> None:
    assert pause_left(after(failures), NOON) == seconds


def test_a_pause_ends() -> None:
    known = after(5)
    assert pause_left(known, NOON + timedelta(seconds=29.5)) == 1
    assert pause_left(known, NOON + timedelta(seconds=30)) == 0


def test_a_failure_long_after_the_last_begins_a_new_row() -> None:
    assert after_failure(after(60), NOON + WINDOW, ACCOUNT_FREE).failures == 61
    assert after_failure(after(60), NOON + WINDOW + timedelta(seconds=1), ACCOUNT_FREE) == Attempts(
        1, NOON + WINDOW + timedelta(seconds=1), None
    )


@pytest.mark.parametrize("address, one", [
    ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:192.0.2.7", "192.0.2.7"),
    ("::1", "::/64"), ("testclient", "testclient"), ("x" * 80, "x" * 64),
])  # fmt: skip
def test_a_party_is_counted_once_however_many_addresses_it_has(address: str, one: str) -> None:
    assert neighbourhood(address) == one


@pytest.mark.parametrize("password, reason", [
    ("short", "use 12 to 256 characters"), ("x" * 257, "use 12 to 256 characters"),
    ("abababababab", "use at least 5 different characters"), ("I am Mei, hello", "it holds the name of the account"),
])  # fmt: skip
def test_a_weak_password_is_told_why(password: str, reason: str) -> None:
    weak = weakness(password, "mei")
    assert weak is not None and weak[0] == reason


def test_a_long_sentence_will_do() -> None:
    assert weakness("长城脚下的青石板路很长很长", "mei") is None


def test_the_check_for_nobody_costs_what_the_others_cost() -> None:
    assert HASHER.check_needs_rehash(NOBODY) is False
