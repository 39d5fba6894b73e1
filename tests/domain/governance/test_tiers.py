"""What clients may ask is changed by command, within what a bucket can keep."""

from typing import Any
from uuid import UUID

import pytest

from domain.core.client_tiers import ClientTier
from domain.governance import AssignKeyTier, AssignUserTier, ChangeClientTier, CreateApiKey
from tests.domain.governance.conftest import Office
from tests.factory import insert, row

LIMITS = {
    "tokens": 5_000, "depth": 12, "aliases": 50, "root_fields": 20, "mutations": 5, "directives": 20, "cost": 10_000,
    "bucket": 20_000, "restore_rate": 100,
}  # fmt: skip


async def tier(office: Office) -> UUID:
    """A tier with these limits."""
    made = row(ClientTier, 1, **LIMITS)
    await insert(office.raw, ClientTier, [made])
    return made["id"]


async def limits(office: Office) -> dict[str, int]:
    """The limits of the one tier."""
    return dict(await office.raw.fetchrow(f"SELECT {', '.join(LIMITS)} FROM client_tier"))


async def test_what_is_not_given_stays(office: Office) -> None:
    await office.done(ChangeClientTier(tier_id=await tier(office), depth=9, bucket=30_000))
    assert await limits(office) == {**LIMITS, "depth": 9, "bucket": 30_000}


async def test_two_changes_of_one_tier_both_hold(office: Office) -> None:
    id_ = await tier(office)
    await office.done(ChangeClientTier(tier_id=id_, depth=9), ChangeClientTier(tier_id=id_, tokens=9))
    assert await limits(office) == {**LIMITS, "depth": 9, "tokens": 9}


@pytest.mark.parametrize("given, what", [
    ({"depth": 0}, "depth"),
    ({"tokens": -1}, "tokens"),
    ({"restore_rate": 1_000_001}, "restore_rate"),
    ({"aliases": 2**31}, "aliases"),
    ({"bucket": 9_999}, "bucket"),
    ({"cost": 20_001}, "bucket"),
])  # fmt: skip
async def test_limits_that_no_bucket_can_keep_are_refused(office: Office, given: dict[str, int], what: str) -> None:
    ((code, values),) = await office.refused(ChangeClientTier(tier_id=await tier(office), **given))
    assert (code, values["what"]) == ("INVALID_VALUE", what)
    assert await limits(office) == LIMITS


async def test_an_account_and_a_key_are_given_a_tier_and_lose_it_again(office: Office) -> None:
    id_, user = await tier(office), await office.user("mei")
    [key] = await office.done(CreateApiKey(user_id=user, label="portal"))
    await office.done(AssignUserTier(user_id=user, tier_id=id_))
    await office.done(AssignKeyTier(key_id=key, tier_id=id_))
    sql = "SELECT u.client_tier_id, k.client_tier_id FROM user_account u JOIN api_key k ON k.user_id = u.id"
    assert tuple(await office.raw.fetchrow(sql)) == (id_, id_)
    await office.done(AssignUserTier(user_id=user), AssignUserTier(user_id=user))
    await office.done(AssignKeyTier(key_id=key))
    assert tuple(await office.raw.fetchrow(sql)) == (None, None)


async def test_tiers_accounts_and_keys_that_are_not_there_are_refused(office: Office) -> None:
    id_, user, nobody = await tier(office), await office.user("mei"), UUID(int=5)
    commands: list[Any] = [
        AssignUserTier(user_id=nobody, tier_id=id_),
        AssignKeyTier(key_id=nobody, tier_id=id_),
        AssignUserTier(user_id=user, tier_id=nobody),
        ChangeClientTier(tier_id=nobody),
    ]
    found = [(await office.refused(one))[0] for one in commands]
    assert [(code, values["what"]) for code, values in found] == [
        ("NOT_FOUND", "user_account"), ("NOT_FOUND", "api_key"), ("NOT_FOUND", "client_tier"),
        ("NOT_FOUND", "client_tier"),
    ]  # fmt: skip
