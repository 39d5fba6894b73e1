"""What is taken away is gone at the next request: a role, a rule, a token, an account."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from authz.grants import compile_grants, system_actor
from authz.tables import load_companies, load_policy
from domain.core.accounts import Effect
from domain.core.database import Database
from domain.core.perform import perform
from domain.governance import AddPolicyRule, DeactivateUser, RemovePolicyRule, RevokeRole, RevokeToken
from tests.server.conftest import Serving, bearer

ADMINISTRATOR = system_actor("administrator", UUID(int=900))
TOTAL = '{ purchaseOrder(number: "PO0003", company: "TUT") { number totalDue { amount } } }'


async def administer(url: str, *commands: Any) -> list[UUID]:
    """Perform commands as the administrator, as another process would."""
    database = await Database.open(url, 2)
    try:
        async with database.acquire() as connection:
            grants = compile_grants(await load_policy(connection), ADMINISTRATOR, await load_companies(connection))
        performed = await perform(database, ADMINISTRATOR, grants, 0, commands)
        assert performed.refusals == []
        return performed.ids
    finally:
        await database.close()


async def found(url: str, sql: str, *args: Any) -> UUID:
    """The one value of a query."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql, *args)
    finally:
        await connection.close()


async def user(serving: Serving, name: str) -> UUID:
    """The id of an account."""
    return await found(serving.database_url, "SELECT id FROM user_account WHERE name = $1", name)


async def seen(serving: Serving, who: str) -> Any:
    """The order that the buyer may read while nothing was taken away."""
    return (await serving.ask(TOTAL, who=who))["data"]["purchaseOrder"]


async def test_a_revoked_role_is_gone_at_the_next_read(live: Serving) -> None:
    before = await seen(live, "buyer")
    assert before["number"] == "PO0003" and before["totalDue"] is not None
    sql = "SELECT a.id FROM role_assignment a JOIN user_account u ON u.id = a.user_id WHERE u.name = 'buyer'"
    await administer(live.database_url, RevokeRole(assignment_id=await found(live.database_url, sql)))
    answer = await live.ask(TOTAL, who="buyer")
    assert answer["data"] == {"purchaseOrder": None}
    assert (await live.ask("{ viewer { name roles companies } }", who="buyer"))["data"]["viewer"] == {
        "name": "buyer", "roles": [], "companies": [],
    }  # fmt: skip


async def test_a_rule_that_is_removed_or_added_counts_at_the_next_read(live: Serving) -> None:
    assert (await seen(live, "buyer"))["totalDue"] is not None
    denial = AddPolicyRule(role="buyer", target="PurchaseOrder.totalDue", tier="*", action="READ", effect=Effect.DENY)
    (rule,) = await administer(live.database_url, denial)
    assert await seen(live, "buyer") == {"number": "PO0003", "totalDue": None}
    assert (await seen(live, "auditor"))["totalDue"] is not None
    await administer(live.database_url, RemovePolicyRule(rule_id=rule))
    assert (await seen(live, "buyer"))["totalDue"] is not None


@pytest.mark.parametrize("command", [RevokeToken, DeactivateUser])
async def test_a_revoked_token_or_account_is_refused_at_the_next_request(live: Serving, command: Any) -> None:
    header = bearer("buyer")
    body = {"query": TOTAL}
    assert (await live.post(body, who=None, authorization=header)).status_code == 200
    await administer(live.database_url, command(user_id=await user(live, "buyer")))
    refused = await live.post(body, who=None, authorization=header)
    assert refused.status_code == 401
    assert [error["extensions"]["code"] for error in refused.json()["errors"]] == ["UNAUTHENTICATED"]
    assert refused.headers["www-authenticate"] == "Bearer"
