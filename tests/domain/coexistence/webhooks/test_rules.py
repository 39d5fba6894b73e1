"""When a message is tried again, and which addresses may be subscribed: with literals."""

from datetime import datetime

import pytest

from domain.coexistence.webhooks.models import DeliveryStatus
from domain.coexistence.webhooks.rules import message_id, next_attempt_at, status_after, url_problem


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def test_pauses_grow_and_the_last_attempt_is_made_as_the_day_ends() -> None:
    queued = moment = at("2026-03-02T08:00:00")
    attempts = [moment]
    while (following := next_attempt_at(queued, moment, len(attempts), 0)) is not None:
        attempts.append(moment := following)
    assert [str(moment - queued) for moment in attempts] == [
        "0:00:00", "0:00:05", "0:00:35", "0:02:35", "0:12:35", "0:42:35", "1:42:35", "3:42:35", "7:42:35", "11:42:35",
        "15:42:35", "19:42:35", "23:42:35", "1 day, 0:00:00",
    ]  # fmt: skip


def test_a_pause_is_shortened_by_its_random_part() -> None:
    queued = at("2026-03-02T08:00:00")
    assert next_attempt_at(queued, queued, 1, 200) == at("2026-03-02T08:00:04")


def test_a_message_that_waited_longer_than_a_day_is_tried_once() -> None:
    queued, attempted = at("2026-03-02T08:00:00"), at("2026-03-04T08:00:00")
    assert next_attempt_at(queued, attempted, 1, 0) is None


@pytest.mark.parametrize(
    ("code", "due_at", "status"),
    [
        (200, None, DeliveryStatus.DELIVERED),
        (299, None, DeliveryStatus.DELIVERED),
        (302, at("2026-03-02T08:00:05"), DeliveryStatus.PENDING),
        (None, at("2026-03-02T08:00:05"), DeliveryStatus.PENDING),
        (500, None, DeliveryStatus.DEAD),
        (None, None, DeliveryStatus.DEAD),
    ],
)
def test_only_a_success_delivers(code: int | None, due_at: datetime | None, status: DeliveryStatus) -> None:
    assert status_after(code, due_at) is status


@pytest.mark.parametrize(
    "url",
    ["", "x", "https://", "https:///path", "https://h:0/", "https://h:99999/", "https://h/#f", "https://[::1/",
     "https://u@h/", "https://h/a b", "https://münchen.de/", "javascript:alert(1)", "https://h/" + "x" * 2_000],
)  # fmt: skip
def test_an_address_that_no_message_can_be_posted_to_is_refused(url: str) -> None:
    assert url_problem(url) is not None


@pytest.mark.parametrize("url", ["https://h/", "http://h:8080/a?b=c", "https://[2606:4700::1]/"])
def test_other_addresses_are_taken(url: str) -> None:
    assert url_problem(url) is None


def test_a_message_has_the_same_id_whenever_it_is_made() -> None:
    assert message_id("ab", 7, 3) == "msg_ab_7_3"
