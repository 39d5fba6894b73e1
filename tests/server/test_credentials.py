"""Keys and other issuers' tokens through the graph: made, used, and taken away under an open stream."""

import asyncio
import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.core.actors import Audience
from domain.governance import (
    CreateUser,
    DeactivateUser,
    GrantRole,
    LinkIdentity,
    RevokeApiKey,
    RevokeToken,
    UnlinkIdentity,
)
from tests.conftest import run_apart
from tests.server.conftest import Serving, fill, serving_at
from tests.server.test_issuers import AUDIENCE, ELLIPTIC, NAME, key_set, token
from tests.server.test_revocation import administer, found, user

WHO = "{ viewer { name kind client session { kind issuer } } }"
ALERTS = "subscription { alerts { cursor } }"


@pytest.fixture
def trusting(fresh_database: str, tmp_path: Path) -> Iterator[Serving]:
    """A server that trusts another issuer, whose subject is linked to the buyer."""
    run_apart(fill(fresh_database))
    (tmp_path / "keys.json").write_bytes(key_set(ELLIPTIC))
    issuer = {"issuer": NAME, "audience": AUDIENCE, "jwks": str(tmp_path / "keys.json")}
    (tmp_path / "issuers.json").write_text(json.dumps([issuer]))
    with serving_at(fresh_database, tmp_path, issuers_file=tmp_path / "issuers.json") as made:
        buyer = run_apart(user(made, "buyer"))
        run_apart(administer(fresh_database, LinkIdentity(user_id=buyer, issuer=NAME, subject="auth0|mei")))
        yield made


async def as_bearer(serving: Serving, credential: str, query: str = WHO) -> Any:
    """The answer to whoever holds the credential; the code of its error instead of data."""
    answer = (await serving.post({"query": query}, who=None, authorization=f"Bearer {credential}")).json()
    return answer["data"] if "errors" not in answer else answer["errors"][0]["extensions"]["code"]


async def created(serving: Serving, name: str, **more: str) -> tuple[str, str]:
    """(global id, text) of a key that the administrator makes in the graph."""
    extra = "".join(f", {argument}: {value}" for argument, value in more.items())
    answer = await serving.ask(
        f'mutation {{ createApiKey(input: {{user: {{name: "{name}"}}, label: "portal"{extra}}})'
        " { key apiKey { id prefix } userErrors { code } } }"
    )
    made = answer["data"]["createApiKey"]
    assert made["userErrors"] == []
    return made["apiKey"]["id"], made["key"]


async def test_a_partner_s_key_is_made_used_rotated_and_revoked_in_the_graph(
    live: Serving, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    (acme,) = await administer(
        live.database_url, CreateUser(name="acme", display_name="Acme", audience=Audience.SUPPLIER)
    )
    await administer(live.database_url, GrantRole(user_id=acme, role="supplier", company_number=0))
    with caplog.at_level(logging.DEBUG):
        id_, first = await created(live, "acme", scopes='["supplier"]', client='"portal"')
        assert await as_bearer(live, first) == {"viewer": {
            "name": "acme", "kind": "CLIENT", "client": "portal", "session": {"kind": "KEY", "issuer": "skein"},
        }}  # fmt: skip
        answer = await live.ask(
            f'mutation {{ rotateApiKey(input: {{key: {{id: "{id_}"}}, overlapHours: 1}})'
            " { key apiKey { id expiresAt rotatedFrom { id expiresAt } } } }"
        )
        rotated = answer["data"]["rotateApiKey"]
        second, new = rotated["key"], rotated["apiKey"]
        assert new["expiresAt"] is None and new["rotatedFrom"]["expiresAt"] is not None
        assert (await as_bearer(live, first))["viewer"] == (await as_bearer(live, second))["viewer"]
        asked = f'{{ apiKeys(filter: {{id: {{eq: "{id_}"}}}}) {{ nodes {{ lastUsedAt scopes label }} }} }}'
        (row,) = (await live.ask(asked))["data"]["apiKeys"]["nodes"]
        assert row["lastUsedAt"] is not None and (row["scopes"], row["label"]) == (["supplier"], "portal")
        for gone in (id_, new["id"]):
            answer = await live.ask(f'mutation {{ revokeApiKey(input: {{key: {{id: "{gone}"}}}}) {{ replayed }} }}')
            assert answer["data"]["revokeApiKey"] == {"replayed": False}
        assert [await as_bearer(live, key) for key in (first, second)] == ["UNAUTHENTICATED"] * 2
    told = caplog.text + "".join(capfd.readouterr()) + await everything(live)
    assert not any(text.split("_", 2)[2] in told for text in (first, second))


async def everything(serving: Serving) -> str:
    """Every row of every table: audit, events and idempotency keys too."""
    raw = await asyncpg.connect(serving.database_url)
    try:
        tables = await raw.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        held = [await raw.fetchval(f"SELECT string_agg(t::text, ' ') FROM {one} t") for (one,) in tables]
        return " ".join(text or "" for text in held)
    finally:
        await raw.close()


async def test_a_key_s_scopes_limit_it_and_a_retry_does_not_tell_it_again(live: Serving) -> None:
    buyer = await user(live, "buyer")
    await administer(live.database_url, GrantRole(user_id=buyer, role="planner", company_number=0))
    _, text = await created(live, "buyer", scopes='["planner"]')
    can = '{ viewerCan(command: "createPurchaseOrder") { extent } viewer { roles } }'
    assert await as_bearer(live, text, can) == {"viewerCan": {"extent": "NONE"}, "viewer": {"roles": ["planner"]}}
    given = 'idempotencyKey: "k", input: {user: {name: "buyer"}, label: "x"}'
    once = f"mutation {{ createApiKey({given}) {{ key replayed apiKey {{ id }} }} }}"
    first, again = [(await live.ask(once))["data"]["createApiKey"] for _ in range(2)]
    assert first["key"].startswith("skein_") and not first["replayed"]
    assert (again["key"], again["replayed"], again["apiKey"]) == (None, True, first["apiKey"])


async def test_what_is_taken_away_ends_requests_at_once_and_streams_within_five_seconds(trusting: Serving) -> None:
    url, buyer = trusting.database_url, await user(trusting, "buyer")
    foreign, other = token(time.time()), token(time.time(), jti="11111111-1111-4111-8111-111111111111")
    assert (await as_bearer(trusting, foreign))["viewer"] == {
        "name": "buyer", "kind": "PERSON", "client": "portal", "session": {"kind": "TOKEN", "issuer": NAME},
    }  # fmt: skip
    key_id, key = await created(trusting, "buyer")
    identity = await found(url, "SELECT id FROM user_identity")
    await _ends(trusting, key, RevokeApiKey(key_id=UUID(key_id.partition("-")[2])))
    await _ends(trusting, other, RevokeToken(user_id=buyer, token_id=UUID("11111111-1111-4111-8111-111111111111")))
    assert (await as_bearer(trusting, foreign))["viewer"]["name"] == "buyer"
    await _ends(trusting, foreign, UnlinkIdentity(identity_id=identity))
    await administer(url, LinkIdentity(user_id=buyer, issuer=NAME, subject="auth0|mei"))
    await _ends(trusting, foreign, RevokeToken(user_id=buyer))
    _, key = await created(trusting, "buyer")
    await _ends(trusting, key, DeactivateUser(user_id=buyer))


async def _ends(serving: Serving, credential: str, taking: Any) -> None:
    """The command ends the credential: its open stream in time, its next request at once."""
    header = {"Authorization": f"Bearer {credential}"}
    async with serving.socket(who=None, init=False) as socket:
        await socket.send(type="connection_init", payload=header)
        assert await socket.receive() == {"type": "connection_ack"}
        await socket.subscribe(ALERTS)
        await administer(serving.database_url, taking)
        began = time.monotonic()
        refused = await as_bearer(serving, credential)
        assert await socket.closed_with() == 4403
        assert time.monotonic() - began < 5
    assert refused == "UNAUTHENTICATED", taking


async def test_a_key_is_good_to_its_end_and_its_prefix_alone_is_nothing(live: Serving) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=1.5)
    _, text = await created(live, "buyer", expiresAt=f'"{ends.isoformat()}"')
    assert (await as_bearer(live, text))["viewer"]["name"] == "buyer"
    start = "_".join(text.split("_", 2)[:2])
    assert [await as_bearer(live, one) for one in (start, f"{start}_{'x' * 43}")] == ["UNAUTHENTICATED"] * 2
    await asyncio.sleep((ends - datetime.now(UTC)).total_seconds() + 0.1)
    assert await as_bearer(live, text) == "UNAUTHENTICATED"
