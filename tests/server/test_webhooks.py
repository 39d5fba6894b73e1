"""Webhooks end to end: subscribed through the graph, sent by the background work, taken by a real receiver."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from domain.coexistence.webhooks import rules
from tests.conftest import run_apart
from tests.server.conftest import Serving, fill, raise_alerts, serving_at
from tests.server.receiver import Posted, Receiver, receiving, response

DOCUMENT = "query($id: ID!) { alert(id: $id) { message severity } }"
CREATE = """mutation($input: CreateWebhookSubscriptionInput!, $key: String) {
  createWebhookSubscription(input: $input, idempotencyKey: $key) {
    secret replayed userErrors { code message path }
    webhookSubscription { id name status event secretGeneration } } }"""
LOG = """{ webhookDeliveries(orderBy: {field: QUEUED_AT}) { nodes {
  messageId event status attemptCount responseCode failure responseExcerpt position replayOfId } } }"""
SUBSCRIPTIONS = "{ webhookSubscriptions { nodes { status suspensionReason } } }"
# The buyer's account may subscribe from now on.
INTEGRATES = """INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at)
SELECT gen_random_uuid(), id, 'integration', 0, now() - interval '1 hour' FROM user_account WHERE name = 'buyer'"""
ALLOWED = {"webhook_networks": "127.0.0.0/8", "webhook_plain_http": True}


@pytest.fixture
def hooked(fresh_database: str, tmp_path: Path) -> Any:
    """A server that may post to this machine."""
    run_apart(fill(fresh_database))
    with serving_at(fresh_database, tmp_path, **ALLOWED) as made:
        yield made


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


async def subscribed(serving: Serving, url: str, **more: Any) -> tuple[str, str]:
    """A new subscription of raised alerts: its id and secret."""
    given = {"name": "alerts", "event": "AlertRaised", "url": url, "document": DOCUMENT, **more}
    answer = await serving.ask(CREATE, input=given)
    payload = answer["data"]["createWebhookSubscription"]
    assert payload["userErrors"] == []
    await handler_begun(serving)
    return payload["webhookSubscription"]["id"], payload["secret"]


async def handler_begun(serving: Serving) -> None:
    """Return once the handler has its place: it begins with what happens from then on."""
    await until(
        serving, "SELECT count(*) FROM handler_position WHERE name = 'coexistence.queue_messages' AND company_id = 0", 1
    )


async def until(serving: Serving, question: str, expected: Any, seconds: float = 15) -> None:
    """Return once the database answers so."""
    raw = await asyncpg.connect(serving.database_url)
    try:
        async with asyncio.timeout(seconds):
            while await raw.fetchval(question) != expected:  # noqa: ASYNC110  # a database
                await asyncio.sleep(0.03)
    finally:
        await raw.close()


async def delivered(serving: Serving, count: int) -> None:
    """Return once so many messages are known to be delivered."""
    await until(serving, "SELECT count(*) FROM webhook_delivery WHERE status = 'DELIVERED'", count)


async def execute(serving: Serving, *statements: str) -> None:
    raw = await asyncpg.connect(serving.database_url)
    for statement in statements:
        await raw.execute(statement)
    await raw.close()


async def log_of(serving: Serving) -> list[dict[str, Any]]:
    return (await serving.ask(LOG))["data"]["webhookDeliveries"]["nodes"]


async def done(serving: Serving, field: str, who: str = "admin", **given: Any) -> Any:
    """The payload of a mutation on a subscription."""
    name = field[0].upper() + field[1:]
    payload = "{ userErrors { code } webhookSubscription { status } }"
    query = f"mutation($input: {name}Input!) {{ {field}(input: $input) {payload} }}"
    return (await serving.ask(query, who=who, input=given))["data"][field]


def verified(posted: Posted, secret: str) -> Any:
    """The body, its signature checked by another's implementation of Standard Webhooks."""
    return Webhook(secret).verify(posted.body, posted.headers)


async def test_a_message_is_the_stored_query_signed_as_standard_webhooks_says(
    hooked: Serving, receiver: Receiver
) -> None:
    subscription, secret = await subscribed(hooked, receiver.url)
    assert secret.startswith("whsec_")
    await raise_alerts(hooked.database_url, ["a"])
    [posted] = await receiver.taken(1)
    body = verified(posted, secret)
    assert body.pop("timestamp") and body == {
        "type": "AlertRaised", "position": 2, "data": {"alert": {"message": "cause a", "severity": "WARNING"}},
    }  # fmt: skip
    number = subscription.removeprefix("WebhookSubscription-").replace("-", "")
    assert posted.headers["webhook-id"] == f"msg_{number}_2_0"
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 43 + "=").verify(posted.body, posted.headers)
    await delivered(hooked, 1)
    assert await log_of(hooked) == [
        {
            "messageId": f"msg_{number}_2_0", "event": "AlertRaised", "status": "DELIVERED", "attemptCount": 1,
            "responseCode": 204, "failure": None, "responseExcerpt": None, "position": 2, "replayOfId": None,
        }
    ]  # fmt: skip


async def test_the_secret_is_told_once_and_stands_nowhere(hooked: Serving, receiver: Receiver) -> None:
    given = {"name": "n", "event": "AlertRaised", "url": receiver.url, "document": DOCUMENT}
    first = (await hooked.ask(CREATE, input=given, key="k"))["data"]["createWebhookSubscription"]
    again = (await hooked.ask(CREATE, input=given, key="k"))["data"]["createWebhookSubscription"]
    assert (first["replayed"], again["replayed"], again["secret"]) == (False, True, None)
    assert again["webhookSubscription"] == first["webhookSubscription"]
    raw = await asyncpg.connect(hooked.database_url)
    for table in ("webhook_subscription", "audit_entry", "outbox_event", "idempotency_key"):
        rows = await raw.fetch(f"SELECT t::text FROM {table} t")
        assert rows
        assert not any(first["secret"].removeprefix("whsec_")[:20] in row["t"] for row in rows)
    await raw.close()


async def test_messages_go_out_in_order_and_a_failure_holds_back_those_behind_it(
    hooked: Serving, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "PAUSES", (rules.timedelta(milliseconds=300),))
    failing = {"count": 2}

    def answer(posted: Posted) -> bytes:
        if b"cause b" in posted.body and failing["count"]:
            failing["count"] -= 1
            return response(500, b"not\x00now")
        return response(200, b"ok")

    receiver.answer = answer
    _, secret = await subscribed(hooked, receiver.url)
    await raise_alerts(hooked.database_url, ["a", "b", "c"])
    await raise_alerts(hooked.database_url, ["d"])
    posted = await receiver.taken(6)
    assert [verified(one, secret)["data"]["alert"]["message"][-1] for one in posted] == ["a", "b", "b", "b", "c", "d"]
    assert len({one.headers["webhook-id"] for one in posted}) == 4
    await delivered(hooked, 4)
    log = await log_of(hooked)
    assert [(row["status"], row["attemptCount"], row["responseExcerpt"]) for row in log] == [
        ("DELIVERED", 1, "ok"), ("DELIVERED", 3, "ok"), ("DELIVERED", 1, "ok"), ("DELIVERED", 1, "ok"),
    ]  # fmt: skip


async def test_a_message_dies_when_its_day_is_over_and_the_next_ones_turn_comes(
    hooked: Serving, receiver: Receiver
) -> None:
    receiver.answer = lambda posted: response(503, b"away") if b"cause a" in posted.body else response(200)
    subscription, _ = await subscribed(hooked, receiver.url)
    await raise_alerts(hooked.database_url, ["a", "b"])
    await until(hooked, "SELECT count(*) FROM webhook_delivery WHERE attempt_count = 1 AND status = 'PENDING'", 1)
    assert len(receiver.posted) == 1
    await execute(
        hooked,
        "UPDATE webhook_delivery SET queued_at = queued_at - interval '24 hours', next_attempt_at = now()"
        " WHERE attempt_count = 1",
    )
    await delivered(hooked, 1)
    dead, taken = await log_of(hooked)
    assert (dead["status"], dead["attemptCount"], dead["failure"], dead["responseExcerpt"]) == (
        "DEAD", 2, "HTTP_STATUS", "away",
    )  # fmt: skip
    assert taken["status"] == "DELIVERED"
    await until(hooked, "SELECT count(*) FROM outbox_event WHERE event = 'WebhookDeliveryDied'", 1)
    # The owner has it sent again, under the same id.
    receiver.answer = lambda _: response(200)
    given = {"subscription": {"id": subscription}, "messageId": dead["messageId"]}
    assert (await done(hooked, "replayWebhookMessage", **given))["userErrors"] == []
    again = (await receiver.taken(4))[-1]
    assert again.headers["webhook-id"] == dead["messageId"]
    await delivered(hooked, 2)


async def test_during_a_rotation_both_secrets_verify_and_afterwards_only_the_new_one(
    hooked: Serving, receiver: Receiver
) -> None:
    subscription, old = await subscribed(hooked, receiver.url)
    rotate = """mutation($input: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $input) {
      secret userErrors { code } webhookSubscription { secretGeneration } } }"""
    answer = (await hooked.ask(rotate, input={"subscription": {"id": subscription}}))["data"]["rotateWebhookSecret"]
    new = answer["secret"]
    assert new != old
    assert answer["webhookSubscription"] == {"secretGeneration": 2}
    await raise_alerts(hooked.database_url, ["a"])
    [posted] = await receiver.taken(1)
    assert verified(posted, old) == verified(posted, new)
    assert posted.headers["webhook-signature"].count("v1,") == 2
    await execute(hooked, "UPDATE webhook_subscription SET previous_secret_until_at = now()")
    await raise_alerts(hooked.database_url, ["b"])
    posted = (await receiver.taken(2))[1]
    assert verified(posted, new)
    with pytest.raises(WebhookVerificationError):
        verified(posted, old)


async def test_a_range_is_sent_again_also_what_was_never_queued(hooked: Serving, receiver: Receiver) -> None:
    subscription, secret = await subscribed(hooked, receiver.url)
    await execute(
        hooked,
        "UPDATE webhook_subscription SET status = 'SUSPENDED', suspension_reason = 'RECEIVER_GONE'",
    )
    await raise_alerts(hooked.database_url, ["a", "b"])
    await until(hooked, "SELECT max(position) FROM handler_position WHERE name = 'coexistence.queue_messages'", 2)
    assert await log_of(hooked) == []
    assert (await done(hooked, "resumeWebhookSubscription", subscription={"id": subscription}))["userErrors"] == []
    await raise_alerts(hooked.database_url, ["c"])
    await receiver.taken(1)
    await delivered(hooked, 1)
    given = {"subscription": {"id": subscription}, "fromPosition": 1, "toPosition": 10}
    assert (await done(hooked, "replayWebhookRange", **given))["userErrors"] == []
    posted = await receiver.taken(4)
    assert [verified(one, secret)["data"]["alert"]["message"][-1] for one in posted] == ["c", "a", "b", "c"]
    assert posted[0].headers["webhook-id"] == posted[3].headers["webhook-id"]
    await delivered(hooked, 4)
    refused = await done(hooked, "replayWebhookRange", **{**given, "fromPosition": 0})
    assert refused["userErrors"] == [{"code": "INVALID_VALUE"}]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE user_account SET is_active = false WHERE name = 'admin'", "OWNER_INACTIVE"),
        ("UPDATE role_assignment SET valid_to_at = now() WHERE role = 'group_admin'", "NOT_PERMITTED"),
        (
            "UPDATE policy_rule SET archived_at = now() WHERE role IN ('STAFF', 'group_admin') AND target = 'alerts'",
            "NOT_PERMITTED",
        ),
    ],
)
async def test_a_revoked_owner_is_told_nothing_more(
    hooked: Serving, receiver: Receiver, change: str, reason: str
) -> None:
    await subscribed(hooked, receiver.url)
    await execute(hooked, change, "UPDATE policy_version SET version = version + 1")
    await raise_alerts(hooked.database_url, ["a"])
    await until(hooked, "SELECT suspension_reason FROM webhook_subscription", reason)
    assert receiver.posted == []
    raw = await asyncpg.connect(hooked.database_url)
    assert await raw.fetchval("SELECT status || attempt_count FROM webhook_delivery") == "PENDING0"
    await raw.close()


async def test_a_record_the_owner_may_not_see_is_passed_over_and_a_field_is_withheld(
    hooked: Serving, receiver: Receiver
) -> None:
    await execute(
        hooked,
        INTEGRATES,
        "UPDATE role_assignment SET company_number = 2 WHERE role = 'buyer'",
        "UPDATE policy_rule SET role = 'buyer' WHERE role = 'STAFF' AND target = 'alerts'",
        "UPDATE policy_version SET version = version + 1",
    )
    document = "query($id: ID!) { alert(id: $id) { message item { code costs(first: 1) { nodes { id } } } } }"
    given = {"name": "n", "event": "AlertRaised", "url": receiver.url, "document": document}
    answer = await hooked.ask(CREATE, who="buyer", input=given)
    assert answer["data"]["createWebhookSubscription"]["userErrors"] == []
    await handler_begun(hooked)
    await raise_alerts(hooked.database_url, ["of one"], company_id=1)
    await raise_alerts(hooked.database_url, ["of two"], company_id=2)
    [posted] = await receiver.taken(1)
    assert posted.json["data"] == {"alert": {"message": "cause of two", "item": None}}
    await until(hooked, "SELECT count(*) FROM webhook_delivery WHERE status = 'NOT_VISIBLE'", 1)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"event": "Nothing"}, "INVALID_VALUE"),
        ({"url": "https://user:secret@example.com/"}, "INVALID_VALUE"),
        ({"url": "ftp://example.com/"}, "INVALID_VALUE"),
        ({"url": "https://10.0.0.1/"}, "INVALID_VALUE"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "INVALID_VALUE"),
        ({"url": "https://169.254.169.254/latest/meta-data"}, "INVALID_VALUE"),
        ({"name": " "}, "INVALID_VALUE"),
        *(
            ({"document": document}, "DOCUMENT_REFUSED")
            for document in (
                "{",
                "{ viewer { name } }",
                "query($id: ID!) { alert(id: $id) { nothing } }",
                "query($id: ID!) { purchaseOrder(id: $id) { number } }",
                "query($id: ID!, $n: Int!) { alert(id: $id) { item { costs(first: $n) { nodes { id } } } } }",
                "mutation($id: ID!) { resolveAlert(input: {alert: {id: $id}}) { replayed } }",
                "subscription { alerts { cursor } }",
            )
        ),
    ],
)
async def test_a_subscription_that_could_not_be_served_is_refused_at_once(
    refusing: Serving, more: dict[str, Any], code: str
) -> None:
    given = {"name": "n", "event": "AlertRaised", "url": "https://example.com/", "document": DOCUMENT, **more}
    payload = (await refusing.ask(CREATE, input=given))["data"]["createWebhookSubscription"]
    assert [error["code"] for error in payload["userErrors"]] == [code]
    assert (payload["secret"], payload["webhookSubscription"]) == (None, None)
    await until(refusing, "SELECT count(*) FROM webhook_subscription", 0)


@pytest.fixture(scope="module")
def refusing(clone_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server as it is shipped: webhooks go to public addresses over https only."""
    url = clone_database()
    run_apart(fill(url))
    with serving_at(url, tmp_path_factory.mktemp("refusing"), background=False) as made:
        yield made


async def test_only_the_owner_decides_and_only_those_who_may_subscribe(hooked: Serving, receiver: Receiver) -> None:
    subscription, _ = await subscribed(hooked, receiver.url)
    given = {"name": "n", "event": "AlertRaised", "url": receiver.url, "document": DOCUMENT}
    answer = await hooked.ask(CREATE, who="buyer", input=given)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    await execute(
        hooked,
        INTEGRATES,
        "UPDATE policy_version SET version = version + 1",
    )
    await asyncio.sleep(1.2)
    own = {"subscription": {"id": subscription}}
    for field, more in (
        ("changeWebhookSubscription", {"url": "http://127.0.0.1:1/"}), ("pauseWebhookSubscription", {}),
        ("archiveWebhookSubscription", {}), ("replayWebhookRange", {"fromPosition": 1, "toPosition": 2}),
    ):  # fmt: skip
        assert (await done(hooked, field, who="buyer", **own, **more))["userErrors"] == [{"code": "NOT_OWNER"}]
    rotate = """mutation($input: RotateWebhookSecretInput!) {
      rotateWebhookSecret(input: $input) { secret userErrors { code } } }"""
    refused = await hooked.ask(rotate, who="buyer", input=own)
    assert refused["data"]["rotateWebhookSecret"] == {"secret": None, "userErrors": [{"code": "NOT_OWNER"}]}
    await until(hooked, "SELECT status || secret_generation FROM webhook_subscription", "ACTIVE1")


async def test_what_happens_during_a_pause_waits_and_a_message_can_be_given_up(
    hooked: Serving, receiver: Receiver
) -> None:
    subscription, _ = await subscribed(hooked, receiver.url)
    own = {"subscription": {"id": subscription}}
    assert (await done(hooked, "pauseWebhookSubscription", **own))["webhookSubscription"] == {"status": "PAUSED"}
    assert (await done(hooked, "pauseWebhookSubscription", **own))["userErrors"] == [{"code": "WRONG_STATE"}]
    await raise_alerts(hooked.database_url, ["a", "b"])
    await until(hooked, "SELECT count(*) FROM webhook_delivery WHERE status = 'PENDING'", 2)
    first = (await log_of(hooked))[0]["messageId"]
    assert (await done(hooked, "abandonWebhookMessage", **own, messageId=first))["userErrors"] == []
    assert (await done(hooked, "abandonWebhookMessage", **own, messageId=first))["userErrors"] == [
        {"code": "WRONG_STATE"}
    ]
    assert (await done(hooked, "abandonWebhookMessage", **own, messageId="x"))["userErrors"] == [{"code": "NOT_FOUND"}]
    assert receiver.posted == []
    assert (await done(hooked, "resumeWebhookSubscription", **own))["userErrors"] == []
    [posted] = await receiver.taken(1)
    assert posted.json["data"]["alert"]["message"] == "cause b"
    given_up = (await log_of(hooked))[0]
    assert (given_up["status"], given_up["failure"]) == ("DEAD", "ABANDONED")


async def test_a_redirect_is_a_failure_and_a_receiver_that_is_gone_ends_the_sending(
    hooked: Serving, receiver: Receiver
) -> None:
    async with receiving() as elsewhere:
        receiver.answer = lambda _: response(307, location=elsewhere.url)
        await subscribed(hooked, receiver.url)
        await raise_alerts(hooked.database_url, ["a"])
        await receiver.taken(1)
        await until(hooked, "SELECT response_code FROM webhook_delivery", 307)
        assert elsewhere.posted == []
    receiver.answer = lambda _: response(410)
    await execute(hooked, "UPDATE webhook_delivery SET next_attempt_at = now()")
    await until(hooked, "SELECT suspension_reason FROM webhook_subscription", "RECEIVER_GONE")
    answer = await hooked.ask(SUBSCRIPTIONS)
    assert answer["data"]["webhookSubscriptions"]["nodes"] == [
        {"status": "SUSPENDED", "suspensionReason": "RECEIVER_GONE"}
    ]
