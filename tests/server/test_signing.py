"""The key of our tokens changes: the new one is shown before it signs, tokens of the one before hold until they end."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import asyncpg
import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from server.administrators import rotate_key
from server.derived import is_signed, signed_address
from server.identity import Identity, issue_token
from server.settings import Settings
from server.signing import KeyRing, signing_key
from tests.server.conftest import SECRET as LIVE_SECRET
from tests.server.conftest import Serving, bearer, uncosted
from tests.server.test_identity import KEY, SECRET, World, world

__all__ = ["world"]

MINUTE, HOUR = 60, 3_600
NEXT = signing_key(SECRET, 2)

ROTATE = """
mutation ($input: RotateSigningKeyInput!) {
  rotateSigningKey(input: $input) { signingKey { generation } userErrors { code path } }
}
"""
LOG_IN = "{ viewer { name } }"


def shown(keys: KeyRing) -> list[str]:
    """The ids of the keys that are published."""
    return [one["kid"] for one in keys.published()["keys"]]


async def test_a_new_key_is_published_before_it_signs_and_old_tokens_hold_until_the_overlap_ends(
    world: World, fresh_database: str
) -> None:
    before = await world.bearer("mei", hours=3)
    told = await rotate_key(fresh_database, SECRET, 10, 2)
    await world.identity.refresh()
    keys = world.keys
    assert told[0].startswith(f"generation 2, key {NEXT.thumbprint()}, signs from ")
    assert (shown(keys), keys.current.thumbprint()) == ([NEXT.thumbprint(), KEY.thumbprint()], KEY.thumbprint())
    world.now += 11 * MINUTE
    assert keys.current.thumbprint() == NEXT.thumbprint()
    after = f"Bearer {issue_token(keys.current, 'mei', hours=24)}"
    assert [(await world.identity(one))[0].name for one in (before, after)] == ["mei", "mei"]
    world.now += 2 * HOUR
    assert await world.refused(before)
    assert (await world.identity(after))[0].name == "mei"
    assert shown(keys) == [NEXT.thumbprint()]


async def test_tokens_of_the_secret_before_are_taken_while_it_is_given_and_it_signs_nothing(world: World) -> None:
    before = await world.bearer("mei", hours=3)
    new = b"another secret, as long as secrets are here"
    both, alone = KeyRing(new, SECRET, clock=lambda: world.now), KeyRing(new, clock=lambda: world.now)
    assert both.current.thumbprint() == alone.current.thumbprint() == signing_key(new).thumbprint()
    assert shown(both) == [signing_key(new).thumbprint(), KEY.thumbprint()]
    known = both.verifying(KEY.thumbprint())
    assert known is not None and known[0].thumbprint() == KEY.thumbprint()
    after = f"Bearer {issue_token(both.current, 'mei', hours=1)}"
    world.identity = Identity(world.database, both, serves_demo=False)
    await world.identity.refresh()
    assert [(await world.identity(one))[0].name for one in (before, after)] == ["mei", "mei"]
    world.identity = Identity(world.database, alone, serves_demo=False)
    await world.identity.refresh()
    assert await world.refused(before)
    assert (await world.identity(after))[0].name == "mei"


def test_an_address_of_the_secret_before_is_good_while_it_is_given() -> None:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    path, _, query = signed_address(b"old", "/exports/x.jsonl", now + timedelta(hours=1)).partition("?")
    given = dict(parse_qsl(query))
    assert [is_signed(secrets, path, given, now) for secrets in ((b"new", b"old"), (b"old",), (b"new",))] == [
        True, True, False,
    ]  # fmt: skip
    assert not is_signed((b"new", b"old"), path, given, now + timedelta(hours=2))


def test_the_secret_before_is_read_as_the_secret_is(tmp_path: Path) -> None:
    (tmp_path / "before").write_text("x" * 40 + "\n")
    settings = Settings(secret="n" * 40, previous_secret_file=tmp_path / "before")
    assert settings.signing_secrets() == (b"n" * 40, b"x" * 40)
    assert Settings(secret="n" * 40, previous_secret="p" * 40).signing_secrets() == (b"n" * 40, b"p" * 40)
    assert Settings(secret="n" * 40).signing_secrets() == (b"n" * 40,)
    (tmp_path / "before").write_text("short")
    with pytest.raises(ValueError, match="holds 5 bytes"):
        settings.signing_secrets()


async def test_a_token_that_ends_within_the_overlap_ends_when_it_says(world: World, fresh_database: str) -> None:
    before = await world.bearer("mei", hours=1)
    await rotate_key(fresh_database, SECRET, 0, 8_760)
    await world.identity.refresh()
    assert (await world.identity(before))[0].name == "mei"
    world.now += HOUR + MINUTE
    assert await world.refused(before)


async def test_a_key_of_no_generation_and_a_token_that_names_none_stand_for_nobody(world: World) -> None:
    claims = jwt.decode(issue_token(KEY, "mei"), KEY, algorithms=["ES256"]).claims
    for header in ({"alg": "ES256"}, {"alg": "ES256", "kid": NEXT.thumbprint()}, {"alg": "ES256", "kid": ""}):
        assert await world.refused(f"Bearer {jwt.encode(header, claims, KEY)}")
    # Made with a key of ours that is not in use yet: it may be known to nobody, but it does not count either.
    assert await world.refused(f"Bearer {issue_token(NEXT, 'mei')}")


async def test_a_key_that_others_know_is_left_at_once(live: Serving) -> None:
    address = f"http://127.0.0.1:{live.port}/.well-known/jwks.json"
    known, stolen = signing_key(LIVE_SECRET.encode()), bearer("admin")
    given = {"announcedMinutes": 0, "overlapHours": 0}
    answer = await live.ask(ROTATE, input=given)
    assert answer["data"]["rotateSigningKey"] == {"signingKey": {"generation": 2}, "userErrors": []}
    async with httpx.AsyncClient(timeout=20) as client:
        refused = await client.post(live.url, json={"query": LOG_IN}, headers={"authorization": stolen})
        assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        fresh = f"Bearer {issue_token(signing_key(LIVE_SECRET.encode(), 2), 'admin')}"
        taken = await client.post(live.url, json={"query": LOG_IN}, headers={"authorization": fresh})
        assert uncosted(taken.json()) == {"data": {"viewer": {"name": "admin"}}}
        published = KeySet.import_key_set((await client.get(address)).json())
    assert known.thumbprint() not in {key.kid for key in published.keys}
    claims = jwt.decode(fresh.removeprefix("Bearer "), published, algorithms=["ES256"]).claims
    assert claims["sub"] == "admin"


async def test_a_rotation_outside_its_limits_or_by_others_changes_nothing(live: Serving) -> None:
    for given, path in (({"announcedMinutes": 1_441}, "announcedMinutes"), ({"overlapHours": -1}, "overlapHours")):
        (error,) = (await live.ask(ROTATE, input=given))["data"]["rotateSigningKey"]["userErrors"]
        assert (error["code"], error["path"][-1]) == ("INVALID_VALUE", path)
    answer = await live.ask(ROTATE, who="buyer", input={})
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    raw = await asyncpg.connect(live.database_url)
    try:
        assert await raw.fetchval("SELECT count(*) FROM signing_key") == 0
    finally:
        await raw.close()
