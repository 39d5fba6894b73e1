"""A key is shown once, limited as asked, rotated with an overlap, and revoked for good."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.core.actors import Audience
from domain.core.perform import perform
from domain.governance import CreateApiKey, RevokeApiKey, RotateApiKey
from tests.domain.governance.conftest import Office

FUTURE = datetime(2099, 1, 1, tzinfo=UTC)


async def test_a_created_key_is_shown_once_and_kept_as_its_digest(office: Office) -> None:
    user = await office.user("mei")
    performed = await office.perform(
        CreateApiKey(user_id=user, label="portal", scopes=("buyer",), expires_at=FUTURE, client="web")
    )
    text = performed.revealed[performed.ids[0]]["key"]
    row = await office.raw.fetchrow("SELECT * FROM api_key")
    assert row["digest"] == hashlib.sha256(text.encode()).digest()
    assert text.startswith(f"skein_{row['prefix']}_") and len(text) == 62
    assert (row["client"], row["scopes"], row["expires_at"]) == ("web", ["buyer"], FUTURE)


async def test_two_keys_of_one_batch_are_two(office: Office) -> None:
    user = await office.user("mei")
    performed = await office.perform(*(CreateApiKey(user_id=user, label="portal") for _ in range(2)))
    assert len({performed.revealed[id_]["key"] for id_ in performed.ids}) == 2
    rows = await office.raw.fetch("SELECT prefix, client FROM api_key")
    assert [row["client"] for row in rows] == [f"key:{row['prefix']}" for row in rows]


async def test_a_key_is_in_no_table(office: Office) -> None:
    user = await office.user("mei")
    performed = await office.perform(CreateApiKey(user_id=user, label="portal"))
    rotated = await office.perform(RotateApiKey(key_id=performed.ids[0]))
    texts = [one.revealed[one.ids[0]]["key"] for one in (performed, rotated)]
    for (table,) in await office.raw.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        held = await office.raw.fetchval(f"SELECT string_agg(t::text, ' ') FROM {table} t") or ""
        assert not any(text.split("_", 2)[2] in held for text in texts), table


@pytest.mark.parametrize("more, what", [
    ({"label": " "}, "label"), ({"label": "x" * 201}, "label"), ({"client": ""}, "client"),
    ({"client": "x" * 65}, "client"), ({"scopes": ("emperor",)}, "scopes"),
    ({"scopes": ("buyer", "supplier")}, "scopes"),
    ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "expiresAt"),
])  # fmt: skip
async def test_a_key_that_cannot_be_is_refused(office: Office, more: dict[str, Any], what: str) -> None:
    user = await office.user("mei")
    ((code, values),) = await office.refused(CreateApiKey(**{"user_id": user, "label": "portal", **more}))
    assert (code, values["what"]) == ("INVALID_VALUE", what)
    assert await office.count("api_key") == 0


async def test_a_partner_s_key_takes_a_partner_s_role_and_nobody_has_none(office: Office) -> None:
    user = await office.user("acme", Audience.SUPPLIER)
    await office.done(CreateApiKey(user_id=user, label="portal", scopes=("supplier",)))
    ((code, _),) = await office.refused(CreateApiKey(user_id=UUID(int=9), label="portal"))
    assert code == "NOT_FOUND"


async def test_a_rotated_key_ends_after_the_overlap_and_hands_everything_on(office: Office) -> None:
    user, version = await office.user("mei"), await office.version()
    (old,) = await office.done(
        CreateApiKey(user_id=user, label="portal", scopes=("buyer",), expires_at=FUTURE, client="web")
    )
    now = datetime(2026, 5, 4, 12, tzinfo=UTC)
    performed = await perform(
        office.connection, office.admin, office.grants, 0, [RotateApiKey(key_id=old, overlap_hours=2)],
        clock=lambda: now,
    )  # fmt: skip
    rows = {row["id"]: row for row in await office.raw.fetch("SELECT * FROM api_key")}
    new = rows[performed.ids[0]]
    assert rows[old]["expires_at"] == now + timedelta(hours=2)
    assert (new["rotated_from_id"], new["expires_at"], new["client"], new["label"], new["scopes"], new["user_id"]) == (
        old, FUTURE, "web", "portal", ["buyer"], user,
    )  # fmt: skip
    assert new["digest"] == hashlib.sha256(performed.revealed[new["id"]]["key"].encode()).digest()
    assert await office.version() == version + 1


async def test_a_key_that_ended_is_not_rotated_nor_one_with_a_long_overlap(office: Office) -> None:
    user = await office.user("mei")
    (key,) = await office.done(CreateApiKey(user_id=user, label="portal"))
    for hours in (-1, 169):
        ((code, values),) = await office.refused(RotateApiKey(key_id=key, overlap_hours=hours))
        assert (code, values["what"]) == ("INVALID_VALUE", "overlapHours")
    await office.raw.execute("UPDATE api_key SET expires_at = now() - interval '1 second'")
    ((code, values),) = await office.refused(RotateApiKey(key_id=key))
    assert (code, values["state"]) == ("WRONG_STATE", "EXPIRED")


async def test_a_key_is_revoked_once(office: Office) -> None:
    user = await office.user("mei")
    (key,) = await office.done(CreateApiKey(user_id=user, label="portal"))
    version = await office.version()
    await office.done(RevokeApiKey(key_id=key))
    assert await office.raw.fetchval("SELECT revoked_at IS NOT NULL FROM api_key") is True
    assert await office.version() == version + 1
    for again in (RevokeApiKey(key_id=key), RotateApiKey(key_id=key)):
        ((code, values),) = await office.refused(again)
        assert (code, values["state"]) == ("WRONG_STATE", "REVOKED")
