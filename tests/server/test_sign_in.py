"""Signing in through the graph: those without credentials may do that and nothing else."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from domain.governance import SetPassword
from tests.server.conftest import Serving
from tests.server.test_revocation import administer, user

RIGHT = "correct horse battery"
LOG_IN = """
mutation ($name: String!, $password: String!) {
  logIn(input: {name: $name, password: $password, client: "web"}) {
    accessToken expiresAt userErrors { __typename code message path values }
  }
}
"""
CHANGE = """
mutation {
  changePassword(input: {password: "correct horse battery", newPassword: "another long sentence"}) {
    accessToken userErrors { code }
  }
}
"""
WHO = "{ viewer { name audience roles } }"
REFUSED = {
    "accessToken": None, "expiresAt": None,
    "userErrors": [{
        "__typename": "SignInRefused", "code": "SIGN_IN_REFUSED", "message": "Name or password are not right.",
        "path": ["input"], "values": {},
    }],
}  # fmt: skip


async def with_password(serving: Serving, name: str = "buyer") -> None:
    """Give the account its password."""
    await administer(serving.database_url, SetPassword(user_id=await user(serving, name), password=RIGHT))


async def log_in(serving: Serving, name: str = "buyer", password: str = RIGHT) -> Any:
    """The payload of an attempt without credentials."""
    answer = await serving.ask(LOG_IN, who=None, name=name, password=password)
    assert set(answer) == {"data"}, answer
    return answer["data"]["logIn"]


async def as_bearer(serving: Serving, token: str, query: str) -> Any:
    """The answer to whoever holds the token."""
    return (await serving.post({"query": query}, who=None, authorization=f"Bearer {token}")).json()


async def test_a_person_logs_in_works_renews_and_logs_out(live: Serving) -> None:
    await with_password(live)
    token = (await log_in(live))["accessToken"]
    told = await as_bearer(live, token, WHO)
    assert told["data"] == {"viewer": {"name": "buyer", "audience": "STAFF", "roles": ["buyer"]}}
    renewed = await as_bearer(live, token, "mutation { renewToken { accessToken signIn { id } userErrors { code } } }")
    second = renewed["data"]["renewToken"]["accessToken"]
    assert second != token and (await as_bearer(live, second, WHO))["data"]["viewer"]["name"] == "buyer"
    out = await as_bearer(live, second, "mutation { logOut(input: {}) { tokenRevocation { id } userErrors { code } } }")
    assert out["data"]["logOut"]["userErrors"] == []
    for gone in (token, second):
        answer = await as_bearer(live, gone, WHO)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


async def test_every_failure_has_one_answer(live: Serving) -> None:
    await with_password(live)
    assert await log_in(live, password="wrong wrong wrong") == REFUSED
    assert await log_in(live, name="nobody") == REFUSED
    assert await log_in(live, name="auditor") == REFUSED, "it has no password"
    for _ in range(4):
        await log_in(live, password="wrong wrong wrong")
    paused = (await log_in(live))["userErrors"][0]
    assert (paused["__typename"], paused["code"]) == ("SignInPaused", "SIGN_IN_PAUSED")
    assert 0 < paused["values"]["retryAfterSeconds"] <= 30


async def test_an_account_without_a_role_may_change_its_password_and_nothing_else(live: Serving) -> None:
    await with_password(live)
    raw = await asyncpg.connect(live.database_url)
    await raw.execute("UPDATE role_assignment SET valid_to_at = now()")
    await raw.execute("UPDATE policy_version SET version = version + 1")
    await raw.close()
    token = (await log_in(live))["accessToken"]
    answer = await as_bearer(live, token, CHANGE)
    newer = answer["data"]["changePassword"]["accessToken"]
    assert (await as_bearer(live, token, WHO))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (await as_bearer(live, newer, WHO))["data"]["viewer"] == {"name": "buyer", "audience": "STAFF", "roles": []}
    orders = await as_bearer(live, newer, "{ purchaseOrders { totalCount } }")
    assert orders["data"] == {"purchaseOrders": None}


@pytest.mark.parametrize("query, hidden", [
    ("{ items { totalCount } }", "Cannot query field 'items' on type 'Query'."),
    ("mutation { logOut(input: {}) { replayed } }", "Cannot query field 'logOut' on type 'Mutation'."),
    ("mutation { renewToken { accessToken } }", "Cannot query field 'renewToken' on type 'Mutation'."),
    ('mutation { logIn(input: {name: "a", password: "b"}) { signIn { id } } }',
     "Cannot query field 'signIn' on type 'LogInPayload'."),
    ('mutation { logIn(input: {name: "a", password: "b"}, idempotencyKey: "k") { expiresAt } }',
     "Unknown argument 'idempotencyKey' on field 'Mutation.logIn'."),
    ('mutation { logIn(input: {name: "a", password: "b"}) { userErrors { ... on InsufficientStock { code } } } }',
     "Unknown type 'InsufficientStock'."),
])  # fmt: skip
async def test_nothing_else_exists_without_credentials(serving: Serving, query: str, hidden: str) -> None:
    answer = await serving.ask(query, who=None)
    assert [error["message"] for error in answer["errors"]] == [hidden]


async def test_a_password_is_in_no_log(live: Serving, caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
    await with_password(live)
    with caplog.at_level(logging.DEBUG):
        token = (await log_in(live))["accessToken"]
        await live.post(b'{"query": "mutation { logIn(input: {name: 1, password: \\"' + RIGHT.encode() + b'\\"}) }"}')
    told = caplog.text + "".join(capfd.readouterr())
    assert RIGHT not in told and token not in told


async def test_a_flood_of_attempts_leaves_those_who_are_signed_in_alone(live: Serving) -> None:
    attempts = [asyncio.create_task(live.ask(LOG_IN, who=None, name=f"n{n}", password=RIGHT)) for n in range(40)]
    await asyncio.sleep(0)
    assert (await live.ask(WHO))["data"]["viewer"]["name"] == "admin"
    answers = [await attempt for attempt in attempts]
    codes = {code for answer in answers for code in _codes(answer)}
    assert codes <= {"SIGN_IN_REFUSED", "SIGN_IN_PAUSED", "OVERLOADED"}


def _codes(answer: Any) -> Iterator[str]:
    for error in answer.get("errors", ()):
        yield error["extensions"]["code"]
    for error in ((answer.get("data") or {}).get("logIn") or {}).get("userErrors", ()):
        yield error["code"]


async def test_the_address_of_an_attempt_over_a_socket_counts_too(live: Serving) -> None:
    async with live.socket(who=None) as socket:
        await socket.subscribe(LOG_IN, name="buyer", password=RIGHT)
        message = await socket.receive()
    assert message["payload"]["data"]["logIn"] == REFUSED
    raw = await asyncpg.connect(live.database_url)
    kinds = await raw.fetch("SELECT kind, subject, failures FROM sign_in_guard ORDER BY kind")
    await raw.close()
    assert [tuple(row) for row in kinds] == [("ACCOUNT", "buyer", 1), ("ADDRESS", "127.0.0.1", 1)]
