"""A token or key stands for its account while both are good, and for nobody the moment one is not."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from joserfc import jwt

from authz.tables import load_baseline
from domain.core.actors import Action, Audience, CredentialKind
from domain.core.columns import Tier
from domain.core.database import Connection, Database
from domain.governance.keys import new_api_key
from server.identity import ANONYMOUS, Identity, Unauthenticated, issue_token
from server.signing import KeyRing, signing_key

SECRET = b"a secret of this test, long enough"
KEY = signing_key(SECRET)
MEI = UUID(int=21)
PARTY = UUID(int=77)


class World:
    """A database with the baseline, two companies and one buyer, and the identity over it."""

    def __init__(self, database: Database, raw: asyncpg.Connection) -> None:
        self.database = database
        self.raw = raw
        self.now = datetime.now(UTC).timestamp()
        self.keys = KeyRing(SECRET, clock=lambda: self.now)
        self.identity = Identity(database, self.keys, serves_demo=True, clock=lambda: self.now)

    async def user(self, name: str, audience: Audience = Audience.STAFF, **more: Any) -> UUID:
        """A new account."""
        values = {"id": uuid4(), "name": name, "display_name": name.title(), "audience": audience.value, "locale": "en"}
        columns = {**values, **more}
        places = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
        await self.raw.execute(f"INSERT INTO user_account ({', '.join(columns)}) VALUES ({places})", *columns.values())
        return columns["id"]

    async def role(self, user: UUID, role: str, company: int, until: datetime | None = None) -> None:
        """A role assignment, and the version raised as its command would."""
        await self.raw.execute(
            "INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at, valid_to_at) "
            "VALUES (gen_random_uuid(), $1, $2, $3, now() - interval '1 hour', $4)",
            user, role, company, until,
        )  # fmt: skip
        await self.moved()

    async def moved(self) -> None:
        """The policy version, raised."""
        await self.raw.execute("UPDATE policy_version SET version = version + 1")

    async def bearer(self, name: str, **more: Any) -> str:
        """The header of a token for the user."""
        return f"Bearer {issue_token(KEY, name, **more)}"

    async def refused(self, header: str) -> bool:
        """Whether the header stands for nobody."""
        with pytest.raises(Unauthenticated) as caught:
            await self.identity(header)
        return caught.value.code == "UNAUTHENTICATED" and caught.value.values == {}


async def populate(raw: asyncpg.Connection) -> None:
    """Companies 1 and 2, the shipped policy, and the buyer Mei in company 1."""
    await load_baseline(Connection(raw))
    await raw.execute(
        "INSERT INTO company (id, company_id, code, name, currency, country) VALUES "
        "(gen_random_uuid(), 1, 'DE', 'Skein GmbH', 'EUR', 'DE'), (gen_random_uuid(), 2, 'CN', '医疗', 'CNY', 'CN')"
    )
    await raw.execute(
        "INSERT INTO user_account (id, name, display_name, audience, locale) VALUES ($1, 'mei', 'Mei', 'STAFF', 'zh')",
        MEI,
    )
    await raw.execute(
        "INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at)"
        " VALUES (gen_random_uuid(), $1, 'buyer', 1, now() - interval '1 hour')",
        MEI,
    )


@pytest.fixture
async def world(fresh_database: str, fresh_connection: asyncpg.Connection) -> AsyncIterator[World]:
    """A populated database of the test's own, and the identity over it."""
    await populate(fresh_connection)
    database = await Database.open(fresh_database, 3)
    made = World(database, fresh_connection)
    await made.identity.refresh()
    yield made
    await database.close()


async def test_a_token_stands_for_its_account_with_the_roles_it_holds(world: World) -> None:
    actor, grants = await world.identity(await world.bearer("mei", client="web"))
    assert (actor.id, actor.name, actor.audience, actor.locale, actor.client) == (
        MEI,
        "mei",
        Audience.STAFF,
        "zh",
        "web",
    )
    assert actor.roles == {1: frozenset({"buyer"})}
    assert grants.companies == (1,)
    assert grants.readable("procurement", Tier.COMMERCIAL, "PurchaseOrder.totalDue") == {1}
    assert grants.may("procurement", Action.CREATE, "CreatePurchaseOrder") == {1}


async def test_without_credentials_the_caller_is_anonymous_and_may_nothing(world: World) -> None:
    actor, grants = await world.identity(None)
    assert actor is ANONYMOUS
    assert (grants.companies, grants.tiers, grants.actions, grants.audience) == ((), {}, {}, Audience.ANONYMOUS)


@pytest.mark.parametrize("header", [
    "", "Bearer", "Bearer ", "Bearer x", "Basic bWVpOm1laQ==", "Bearer a.b.c", "Bearer ....", "bearer null",
    "Bearer skein_", "Bearer skein_0123456789ab_wrong", "Bearer " + "x" * 9_000, "Bearer é", "Bearer \x00",
])  # fmt: skip
async def test_what_is_no_credential_is_refused(world: World, header: str) -> None:
    assert await world.refused(header)


async def test_a_token_signed_by_another_installation_is_refused(world: World) -> None:
    stranger = signing_key(b"another secret of another place!!")
    assert await world.refused(f"Bearer {issue_token(stranger, 'mei')}")


def encoded(content: bytes) -> str:
    """Base64 as tokens write it."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


HS256 = encoded(b'{"alg": "HS256"}')
NONE = encoded(b'{"alg": "none"}')


async def test_a_token_without_signature_or_with_a_borrowed_algorithm_is_refused(world: World) -> None:
    token = issue_token(KEY, "mei")
    body = token.split(".")[1]
    signed = f"{HS256}.{body}"
    mac = hmac.digest(KEY.as_pem(private=False), signed.encode(), "sha256")
    assert await world.refused(f"Bearer {NONE}.{body}.")
    assert await world.refused(f"Bearer {signed}.{encoded(mac)}")
    assert await world.refused(f"Bearer {token[:-4]}AAAA")


@pytest.mark.parametrize("missing", ["iss", "sub", "iat", "exp", "jti"])
async def test_a_token_that_leaves_out_a_claim_is_refused(world: World, missing: str) -> None:
    claims = jwt.decode(issue_token(KEY, "mei"), KEY, algorithms=["ES256"]).claims
    del claims[missing]
    assert await world.refused(f"Bearer {jwt.encode({'alg': 'ES256'}, claims, KEY)}")


async def test_a_token_ends(world: World) -> None:
    header = await world.bearer("mei", hours=1)
    assert (await world.identity(header))[0].name == "mei"
    world.now += 3_599
    assert (await world.identity(header))[0].name == "mei"
    world.now += 10
    assert await world.refused(header)


async def test_a_caller_is_recognised_once(world: World) -> None:
    header = await world.bearer("mei")
    first = await world.identity(header)
    await world.raw.execute("UPDATE user_account SET locale = 'en' WHERE name = 'mei'")
    assert (await world.identity(header))[0] is first[0]


async def test_a_revoked_role_is_gone_at_the_next_refresh(world: World) -> None:
    header = await world.bearer("mei")
    assert (await world.identity(header))[1].companies == (1,)
    await world.raw.execute("UPDATE role_assignment SET valid_to_at = now() WHERE user_id = $1", MEI)
    await world.moved()
    version = await world.identity.refresh()
    _, grants = await world.identity(header)
    assert (grants.companies, grants.version) == ((), version)


async def test_a_rule_that_is_removed_counts_from_the_next_refresh(world: World) -> None:
    header = await world.bearer("mei")
    await world.identity(header)
    await world.raw.execute("UPDATE policy_rule SET archived_at = now() WHERE role = 'buyer' AND tier = 'COMMERCIAL'")
    await world.moved()
    await world.identity.refresh()
    _, grants = await world.identity(header)
    assert grants.readable("procurement", Tier.COMMERCIAL, "PurchaseOrder.totalDue") == frozenset()


async def test_a_refresh_without_a_change_keeps_what_is_known(world: World) -> None:
    header = await world.bearer("mei")
    actor, grants = await world.identity(header)
    policy = world.identity.policy
    await world.identity.refresh()
    assert world.identity.policy is policy
    assert (await world.identity(header)) == (actor, grants)


async def test_a_new_company_is_known_at_the_next_refresh(world: World) -> None:
    user = await world.user("anna")
    await world.role(user, "auditor", 0)
    await world.identity.refresh()
    header = await world.bearer("anna")
    assert (await world.identity(header))[1].companies == (1, 2)
    await world.raw.execute(
        "INSERT INTO company (id, company_id, code, name, currency, country) "
        "VALUES (gen_random_uuid(), 3, 'US', 'Skein Inc', 'USD', 'US')"
    )
    await world.identity.refresh()
    assert (await world.identity(header))[1].companies == (1, 2, 3)


async def test_one_revoked_token_is_refused_and_another_of_the_user_is_not(world: World) -> None:
    revoked, kept = await world.bearer("mei"), await world.bearer("mei")
    token_id = jwt.decode(revoked.removeprefix("Bearer "), KEY, algorithms=["ES256"]).claims["jti"]
    await world.identity(revoked)
    await world.raw.execute(
        "INSERT INTO token_revocation (id, user_id, token_id, revoked_at) VALUES (gen_random_uuid(), $1, $2, now())",
        MEI, UUID(token_id),
    )  # fmt: skip
    await world.moved()
    await world.identity.refresh()
    assert await world.refused(revoked)
    assert (await world.identity(kept))[0].id == MEI


async def test_every_token_issued_before_a_revocation_is_refused_and_a_later_one_is_not(world: World) -> None:
    early = await world.bearer("mei")
    await world.raw.execute(
        "INSERT INTO token_revocation (id, user_id, revoked_at) VALUES (gen_random_uuid(), $1, clock_timestamp())", MEI
    )
    await world.moved()
    await world.identity.refresh()
    assert await world.refused(early)
    assert (await world.identity(await world.bearer("mei")))[0].id == MEI


async def test_an_account_that_is_switched_off_is_refused(world: World) -> None:
    header = await world.bearer("mei")
    await world.identity(header)
    await world.raw.execute("UPDATE user_account SET is_active = false WHERE id = $1", MEI)
    await world.moved()
    await world.identity.refresh()
    assert await world.refused(header)


async def test_a_token_for_nobody_is_refused(world: World) -> None:
    assert await world.refused(await world.bearer("nobody"))


async def test_an_assignment_ends_by_itself(world: World) -> None:
    await world.role(MEI, "auditor", 2, until=datetime.now(UTC) + timedelta(seconds=1.5))
    await world.identity.refresh()
    header = await world.bearer("mei")
    assert (await world.identity(header))[1].companies == (1, 2)
    await world.raw.execute("SELECT pg_sleep(1.6)")
    world.now += 1.6
    assert (await world.identity(header))[1].companies == (1,)


async def test_a_demo_account_counts_only_where_this_machine_alone_connects(world: World) -> None:
    user = await world.user("admin", is_demo=True)
    await world.role(user, "group_admin", 0)
    header = await world.bearer("admin")
    await world.identity.refresh()
    assert (await world.identity(header))[0].name == "admin"
    world.identity = Identity(world.database, KeyRing(SECRET), serves_demo=False)
    await world.identity.refresh()
    assert await world.refused(header)


async def test_a_supplier_sees_its_parties_and_nothing_of_a_staff_role(world: World) -> None:
    user = await world.user("acme", Audience.SUPPLIER)
    await world.raw.execute(
        "INSERT INTO partner_link (id, user_id, party_id) VALUES ($1, $2, $3)", uuid4(), user, PARTY
    )
    await world.role(user, "supplier", 0)
    await world.role(user, "controller", 0)
    await world.identity.refresh()
    actor, grants = await world.identity(await world.bearer("acme"))
    assert actor.partners == {PARTY}
    assert grants.readable("procurement", Tier.COMMERCIAL, "PurchaseOrder.totalDue") == {0, 1, 2}
    assert grants.readable("inventory", Tier.CONFIDENTIAL, "StockBalance.standardValue") == frozenset()


async def api_key(world: World, **more: Any) -> str:
    """The header of a new key of Mei's."""
    made = new_api_key()
    values = {"scopes": [], "expires_at": None, "revoked_at": None, **more}
    await world.raw.execute(
        "INSERT INTO api_key (id, user_id, prefix, client, label, digest, scopes, expires_at, revoked_at) "
        "VALUES (gen_random_uuid(), $1, $2, 'portal', 'test', $3, $4, $5, $6)",
        MEI, made.prefix, made.digest, values["scopes"], values["expires_at"], values["revoked_at"],
    )  # fmt: skip
    return f"Bearer {made.text}"


async def test_an_api_key_acts_as_its_user_and_remembers_its_use(world: World) -> None:
    header = await api_key(world)
    actor, grants = await world.identity(header)
    assert (actor.id, actor.client, grants.companies) == (MEI, "portal", (1,))
    assert actor.session is not None and actor.session.kind is CredentialKind.KEY
    assert await world.raw.fetchval("SELECT last_used_at IS NOT NULL FROM api_key") is True


async def test_an_api_key_is_kept_as_its_digest_alone(world: World) -> None:
    header = await api_key(world)
    text = header.removeprefix("Bearer ")
    row = await world.raw.fetchrow("SELECT * FROM api_key")
    assert row["digest"] == hashlib.sha256(text.encode()).digest()
    assert text not in {str(value) for value in row.values()}


async def test_an_api_key_may_use_only_the_roles_it_names(world: World) -> None:
    await world.role(MEI, "auditor", 2)
    await world.identity.refresh()
    actor, grants = await world.identity(await api_key(world, scopes=["auditor"]))
    assert (actor.roles, grants.companies) == ({2: frozenset({"auditor"})}, (2,))


async def test_an_api_key_that_ended_or_was_revoked_is_refused(world: World) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    assert await world.refused(await api_key(world, expires_at=past))
    assert await world.refused(await api_key(world, revoked_at=past))


async def test_an_api_key_with_one_wrong_character_is_refused(world: World) -> None:
    header = await api_key(world)
    assert await world.refused(header[:-1] + ("A" if header[-1] != "A" else "B"))


async def test_a_signing_key_follows_from_the_secret_alone() -> None:
    secret = b"0123456789abcdef0123456789abcdef"
    assert signing_key(secret).as_dict(private=True) == signing_key(secret).as_dict(private=True)
    assert signing_key(secret).as_dict(private=True) != KEY.as_dict(private=True)
    assert signing_key(secret).as_dict(private=False)["crv"] == "P-256"
