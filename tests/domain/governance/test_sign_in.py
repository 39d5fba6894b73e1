"""Whoever gives the right password is let in; whoever does not is counted, told nothing, and soon has to wait."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher

from authz.grants import compile_grants, system_actor
from authz.policy import baseline
from authz.tables import load_account
from domain.core.actors import Actor, Audience, CredentialKind, Session
from domain.core.handling import Handling
from domain.core.perform import Performed, perform
from domain.core.tokens import NewToken
from domain.governance import ChangePassword, CreateUser, DeactivateUser, LogIn, LogOut, RenewToken, SetPassword
from domain.governance.sign_in import GUARDS_KEPT, SWEEPS
from tests.domain.governance.conftest import Office

RIGHT, OTHER = "correct horse battery", "another long sentence"
STRANGER = Actor(id=UUID(int=0), name="anonymous", audience=Audience.ANONYMOUS, roles={})
TABLES = ("sign_in", "token_revocation", "audit_entry", "outbox_event", "sign_in_guard")


@dataclass
class Issuer:
    """Remembers what it was asked to sign."""

    serves_demo: bool = True
    made: list[NewToken] = field(default_factory=list[NewToken])

    def issue(self, new: NewToken) -> str:
        """A text that stands for the token."""
        self.made.append(new)
        return f"token {len(self.made)}"


class Door:
    """Mei's account, and those who try it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.issuer = Issuer()
        self.now = datetime(2026, 5, 4, 12, tzinfo=UTC)

    async def perform(self, actor: Actor, command: Any, address: str | None = "192.0.2.7") -> Performed:
        """What becomes of a command."""
        grants = compile_grants(baseline(), actor, (1, 2))
        return await perform(
            self.office.connection, actor, grants, 0, [command],
            issuer=self.issuer, address=address, clock=lambda: self.now,
        )  # fmt: skip

    async def log_in(self, password: str = RIGHT, name: str = "mei", **more: Any) -> Performed:
        """What becomes of an attempt."""
        return await self.perform(STRANGER, LogIn(name=name, password=password), **more)

    async def code(self, password: str = RIGHT, name: str = "mei", **more: Any) -> str:
        """The code of a refused attempt; admitted when it was not."""
        performed = await self.log_in(password, name, **more)
        return performed.refusals[0].code if performed.refusals else "admitted"

    async def rows(self) -> dict[str, int]:
        """How many rows there are of all that a sign-in writes."""
        return {table: await self.office.count(table) for table in TABLES}

    async def mei(self) -> Actor:
        """Mei, signed in just now."""
        performed = await self.log_in()
        account = await load_account(self.office.connection, "mei")
        assert account is not None
        session = Session(id=performed.ids[0], kind=CredentialKind.TOKEN, issuer="skein")
        return account.actor("web", session=session)


@pytest.fixture
async def door(office: Office) -> AsyncIterator[Door]:
    """Mei's account has a password; it holds no role."""
    made = Door(office)
    await made.perform(office.admin, SetPassword(user_id=await office.user("mei"), password=RIGHT))
    yield made


async def test_the_right_password_gets_a_token_that_goes_back_to_the_sign_in(door: Door) -> None:
    performed = await door.perform(STRANGER, LogIn(name="mei", password=RIGHT, client="web"))
    (id_,) = performed.ids
    assert performed.revealed == {id_: {"accessToken": "token 1", "expiresAt": door.now + timedelta(minutes=60)}}
    assert door.issuer.made == [NewToken(
        user_name="mei", client="web", sign_in_id=id_, signed_in_at=door.now,
        expires_at=door.now + timedelta(minutes=60),
    )]  # fmt: skip
    row = await door.office.raw.fetchrow("SELECT * FROM sign_in")
    assert (row["id"], row["client"], row["address"]) == (id_, "web", "192.0.2.7")
    assert row["expires_at"] == door.now + timedelta(hours=12)
    assert await door.office.raw.fetchval("SELECT event FROM outbox_event ORDER BY id DESC LIMIT 1") == "SignedIn"


async def test_wrong_name_wrong_password_and_closed_account_have_one_answer(door: Door) -> None:
    closed = await door.office.user("lin")
    await door.perform(door.office.admin, SetPassword(user_id=closed, password=RIGHT))
    await door.office.done(DeactivateUser(user_id=closed))
    await door.office.user("without")
    answers = [
        await door.log_in(password, name)
        for name, password in (("mei", OTHER), ("nobody", RIGHT), ("lin", RIGHT), ("without", RIGHT), ("x" * 90, RIGHT))
    ]
    told = {(one.code, one.message("en"), str(one.values), one.path) for answer in answers for one in answer.refusals}
    assert told == {("SIGN_IN_REFUSED", "Name or password are not right.", "{}", ())}
    assert (door.issuer.made, [answer.revealed for answer in answers]) == ([], [{}] * 5)


async def test_a_failure_is_counted_for_name_and_address_in_the_audit_and_as_an_event(door: Door) -> None:
    before = await door.rows()
    assert (await door.log_in(OTHER)).committed
    rows = await door.office.raw.fetch("SELECT kind, subject, failures, failed_at FROM sign_in_guard ORDER BY kind")
    assert [tuple(row) for row in rows] == [
        ("ACCOUNT", "mei", 1, door.now), ("ADDRESS", "192.0.2.7", 1, door.now),
    ]  # fmt: skip
    after = await door.rows()
    assert {table: after[table] - before[table] for table in TABLES} == {
        "sign_in": 0, "token_revocation": 0, "audit_entry": 2, "outbox_event": 1, "sign_in_guard": 1,
    }  # fmt: skip
    entry = await door.office.raw.fetchrow("SELECT * FROM audit_entry ORDER BY id DESC LIMIT 1")
    assert (entry["command"], entry["actor_name"], entry["record_type"]) == ("LogIn", "anonymous", "sign_in_guard")


async def test_after_five_failures_nothing_is_looked_at_until_the_pause_ends(door: Door) -> None:
    assert [await door.code(OTHER) for _ in range(5)] == ["SIGN_IN_REFUSED"] * 5
    before = await door.rows()
    performed = await door.log_in()
    assert [(one.code, one.values) for one in performed.refusals] == [("SIGN_IN_PAUSED", {"retry_after_seconds": 30})]
    assert (await door.rows(), performed.committed) == (before, False)
    door.now += timedelta(seconds=30)
    assert await door.code() == "admitted"
    assert await door.office.raw.fetchval("SELECT failures FROM sign_in_guard WHERE kind = 'ACCOUNT'") == 0
    assert await door.office.raw.fetchval("SELECT failures FROM sign_in_guard WHERE kind = 'ADDRESS'") == 5


async def test_a_name_that_nobody_has_is_paused_like_any_other(door: Door) -> None:
    assert [await door.code(OTHER, "nobody") for _ in range(6)] == ["SIGN_IN_REFUSED"] * 5 + ["SIGN_IN_PAUSED"]


async def test_one_address_that_tries_many_names_is_paused(door: Door) -> None:
    assert {await door.code(OTHER, f"name{place}") for place in range(30)} == {"SIGN_IN_REFUSED"}
    assert await door.code() == "SIGN_IN_PAUSED"
    assert await door.code(address="192.0.2.8") == "admitted"


async def test_a_demo_account_signs_in_only_where_this_machine_alone_connects(door: Door) -> None:
    (demo,) = await door.office.done(
        CreateUser(name="demo", display_name="Demo", audience=Audience.STAFF, is_demo=True)
    )
    assert await door.code(name="demo") == "SIGN_IN_REFUSED", "it has no password"
    await door.perform(door.office.admin, SetPassword(user_id=demo, password=RIGHT))
    assert await door.code(name="demo") == "admitted"
    door.issuer.serves_demo = False
    assert await door.code(name="demo") == "SIGN_IN_REFUSED"


async def test_a_password_is_in_no_table_but_as_its_hash(door: Door) -> None:
    await door.log_in()
    await door.log_in(OTHER)
    held = await door.office.raw.fetchval("SELECT hash FROM user_password")
    assert held.startswith("$argon2id$")
    tables = [
        row["tablename"]
        for row in await door.office.raw.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    ]
    for table in tables:
        text = await door.office.raw.fetchval(
            f'SELECT string_agg(t::text, E"\\n") FROM "{table}" t'.replace('"\\n"', "'\\n'")
        )
        assert RIGHT not in (text or "") and OTHER not in (text or ""), table
        assert table == "user_password" or held not in (text or ""), table
    assert RIGHT not in repr(LogIn(name="mei", password=RIGHT))


async def test_a_hash_of_older_parameters_is_made_anew_when_its_password_is_given(door: Door) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(RIGHT)
    await door.office.raw.execute("UPDATE user_password SET hash = $1", old)
    assert await door.code() == "admitted"
    assert "$m=19456,t=2,p=1$" in await door.office.raw.fetchval("SELECT hash FROM user_password")
    assert await door.code() == "admitted"


async def test_a_changed_password_ends_every_token_and_answers_a_new_one(door: Door) -> None:
    mei = await door.mei()
    version = await door.office.version()
    performed = await door.perform(mei, ChangePassword(password=RIGHT, new_password=OTHER))
    assert performed.revealed[performed.ids[0]]["accessToken"] == "token 2"
    account = await load_account(door.office.connection, "mei")
    assert account is not None and account.revoked_at == door.now
    assert await door.office.version() == version + 1
    assert (await door.code(), await door.code(OTHER)) == ("SIGN_IN_REFUSED", "admitted")


@pytest.mark.parametrize("password, new, code", [
    (OTHER, "a third long sentence", "SIGN_IN_REFUSED"), (RIGHT, "short", "INVALID_VALUE"),
])  # fmt: skip
async def test_a_password_is_not_changed_by_whoever_does_not_know_it_nor_to_a_weak_one(
    door: Door, password: str, new: str, code: str
) -> None:
    mei = await door.mei()
    held = await door.office.raw.fetchval("SELECT hash FROM user_password")
    performed = await door.perform(mei, ChangePassword(password=password, new_password=new))
    assert [one.code for one in performed.refusals] == [code]
    assert "short" not in str(performed.refusals[0].values)
    assert await door.office.raw.fetchval("SELECT hash FROM user_password") == held
    assert await door.office.count("token_revocation") == 1, "the first password's own"


async def test_a_set_password_ends_a_pause(door: Door) -> None:
    for _ in range(5):
        await door.log_in(OTHER)
    assert await door.code() == "SIGN_IN_PAUSED"
    user = await door.office.raw.fetchval("SELECT id FROM user_account WHERE name = 'mei'")
    await door.perform(door.office.admin, SetPassword(user_id=user, password=OTHER))
    assert await door.code(OTHER) == "admitted"


async def test_a_token_is_renewed_until_its_sign_in_ends(door: Door) -> None:
    mei = await door.mei()
    door.now += timedelta(hours=11, minutes=30)
    performed = await door.perform(mei, RenewToken())
    assert performed.revealed[performed.ids[0]]["expiresAt"] == door.now + timedelta(minutes=30)
    door.now += timedelta(minutes=30)
    assert [one.code for one in (await door.perform(mei, RenewToken())).refusals] == ["NO_SIGN_IN"]


async def test_no_one_renews_another_s_sign_in_or_one_that_never_was(door: Door) -> None:
    mei = await door.mei()
    other = replace(mei, id=UUID(int=5))
    made = await door.perform(replace(mei, session=None), RenewToken())
    assert [one.code for one in (await door.perform(other, RenewToken())).refusals + made.refusals] == [
        "NO_SIGN_IN"
    ] * 2
    assert len(door.issuer.made) == 1


async def test_logging_out_ends_one_sign_in_or_everything(door: Door) -> None:
    mei = await door.mei()
    version = await door.office.version()
    await door.perform(mei, LogOut())
    account = await load_account(door.office.connection, "mei")
    assert mei.session is not None and account is not None and account.revoked_tokens == {mei.session.id}
    assert await door.office.version() == version + 1
    await door.perform(mei, LogOut(everywhere=True))
    account = await load_account(door.office.connection, "mei")
    assert account is not None and account.revoked_at == door.now


async def test_an_api_key_does_not_log_out(door: Door) -> None:
    mei = await door.mei()
    assert mei.session is not None
    key = replace(mei, session=replace(mei.session, kind=CredentialKind.KEY))
    before = await door.rows()
    assert [one.code for one in (await door.perform(key, LogOut())).refusals] == ["NO_SIGN_IN"]
    assert await door.rows() == before


async def test_failures_of_long_ago_are_forgotten_and_those_of_late_are_not(door: Door) -> None:
    assert await door.code(OTHER, "early") == "SIGN_IN_REFUSED"
    door.now += timedelta(days=20)
    assert await door.code(OTHER, "late", address="192.0.2.8") == "SIGN_IN_REFUSED"
    door.now += GUARDS_KEPT - timedelta(days=20) + timedelta(seconds=1)
    system = system_actor("jobs", UUID(int=9))
    handling = Handling(
        connection=door.office.connection, actor=system, grants=compile_grants(baseline(), system, (1, 2)),
        company_id=1, now=door.now,
    )  # fmt: skip
    await SWEEPS[0].run(handling)
    kept = await door.office.raw.fetch("SELECT subject FROM sign_in_guard WHERE failures > 0 ORDER BY subject")
    assert [row["subject"] for row in kept] == ["192.0.2.8", "late"]
    failed = "SELECT count(*) FROM outbox_event WHERE event = 'SignInFailed'"
    assert await door.office.raw.fetchval(failed) == 2
