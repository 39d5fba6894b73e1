"""Webhooks and exports that partners own: rows of their own under their own grants, seen by nobody else's portal."""

from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

from domain.procurement.models import PurchaseOrder
from tests.conftest import run_apart
from tests.factory import numbered
from tests.server.conftest import Serving, fill, serving_at
from tests.server.receiver import Receiver
from tests.server.test_credentials import created
from tests.server.test_exports import download
from tests.server.test_webhooks import ALLOWED, handler_begun, receiver, until, verified

__all__ = ["receiver"]

# Two suppliers, each with the rows of one party: orders 5, 10, 15 ... are the first's, 1, 6, 11 ... the second's.
PARTNERS = """
WITH made AS (
  INSERT INTO user_account (id, name, display_name, audience, locale)
  VALUES (gen_random_uuid(), 'acme', 'Acme', 'SUPPLIER', 'en'), (gen_random_uuid(), 'beta', 'Beta', 'SUPPLIER', 'zh')
  RETURNING id, name
), held AS (
  INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at)
  SELECT gen_random_uuid(), id, 'supplier', 0, now() - interval '1 hour' FROM made
)
INSERT INTO partner_link (id, user_id, party_id)
SELECT gen_random_uuid(), made.id, party.id FROM made
JOIN party ON party.code = CASE made.name WHEN 'acme' THEN 'S001' ELSE 'S002' END
"""
HAPPENED = """
INSERT INTO outbox_event (company_id, id, event, record_type, record_ids, data, work_id)
SELECT company_id, gen_random_uuid(), 'PurchaseOrderApproved', 'purchase_order', ARRAY[id], '{}', gen_random_uuid()
FROM purchase_order WHERE id = ANY($1::uuid[])
"""
DOCUMENT = "query($id: ID!) { purchaseOrder(id: $id) { number totalDue { amount currency } } }"
CREATE = """mutation($input: CreateWebhookSubscriptionInput!) { createWebhookSubscription(input: $input) {
  secret userErrors { code message } webhookSubscription { id status url } } }"""
DELIVERIES = """{ webhookDeliveries(orderBy: {field: QUEUED_AT}) { totalCount nodes {
  messageId status recordId responseCode } } }"""
EXPORT = """mutation($input: BulkExportInput!) { bulkExport(input: $input) {
  downloadUrl userErrors { code } exportRun { id } } }"""


@pytest.fixture
def portal(fresh_database: str, tmp_path: Path) -> Any:
    """A server that may post to this machine, and two suppliers."""

    async def partners() -> None:
        await fill(fresh_database)
        raw = await asyncpg.connect(fresh_database)
        await raw.execute(PARTNERS)
        await raw.close()

    run_apart(partners())
    with serving_at(fresh_database, tmp_path, **ALLOWED) as made:
        yield made


async def happen(portal: Serving, *numbers: int) -> None:
    """The orders of these numbers are approved, one event each."""
    raw = await asyncpg.connect(portal.database_url)
    for number in numbers:
        await raw.execute(HAPPENED, [numbered(PurchaseOrder, number)])
    await raw.close()


def wanted(address: str, **more: str) -> dict[str, str]:
    return {"name": "orders", "event": "PurchaseOrderApproved", "url": address, "document": DOCUMENT, **more}


async def subscribed(portal: Serving, who: str, url: str) -> tuple[str, str]:
    """A subscription of a partner: its id and secret."""
    answer = await portal.ask(CREATE, who=who, input=wanted(url))
    made = answer["data"]["createWebhookSubscription"]
    assert (made["userErrors"], made["webhookSubscription"]["url"]) == ([], url)
    await handler_begun(portal)
    return made["webhookSubscription"]["id"], made["secret"]


async def test_a_partner_s_key_subscribes_and_is_told_of_rows_of_its_own_alone(
    portal: Serving, receiver: Receiver
) -> None:
    _, key = await created(portal, "acme", scopes='["supplier"]', client='"portal"')
    body = {"query": CREATE, "variables": {"input": wanted(receiver.url)}}
    answer = (await portal.post(body, who=None, authorization=f"Bearer {key}")).json()
    made = answer["data"]["createWebhookSubscription"]
    assert made["userErrors"] == []
    await handler_begun(portal)
    await happen(portal, 1, 5, 6, 10)
    await until(portal, "SELECT count(*) FROM webhook_delivery WHERE status IN ('DELIVERED', 'NOT_VISIBLE')", 4)
    told = [verified(one, made["secret"])["data"]["purchaseOrder"] for one in receiver.posted]
    shown = [await portal.ask(f'{{ purchaseOrder(number: "{number}") {{ number totalDue {{ amount currency }} }} }}',
                              who="acme") for number in ("PO0005", "PO0010")]  # fmt: skip
    # Ids of these events are drawn at random, so that their order is any.
    assert sorted(told, key=lambda one: one["number"]) == [one["data"]["purchaseOrder"] for one in shown]
    log = (await portal.ask(DELIVERIES, who="acme"))["data"]["webhookDeliveries"]
    assert (log["totalCount"], [one["status"] for one in log["nodes"]]) == (2, ["DELIVERED"] * 2)
    assert (await portal.ask(DELIVERIES, who="beta"))["data"]["webhookDeliveries"]["totalCount"] == 0
    assert (await portal.ask(DELIVERIES))["data"]["webhookDeliveries"]["totalCount"] == 4


async def test_what_waits_for_a_partner_tells_nothing_of_rows_of_others(portal: Serving, receiver: Receiver) -> None:
    id_, _ = await subscribed(portal, "acme", receiver.url)
    pause = "mutation($id: ID!) { pauseWebhookSubscription(input: {subscription: {id: $id}}) { userErrors { code } } }"
    assert (await portal.ask(pause, who="acme", id=id_))["data"]["pauseWebhookSubscription"]["userErrors"] == []
    await happen(portal, 1, 5)
    await until(portal, "SELECT count(*) FROM webhook_delivery", 2)
    assert (await portal.ask(DELIVERIES, who="acme"))["data"]["webhookDeliveries"] == {"totalCount": 0, "nodes": []}
    counted = "{ webhookSubscriptions { nodes { deliveries { totalCount aggregate { count } } } } }"
    answer = (await portal.ask(counted, who="acme"))["data"]["webhookSubscriptions"]["nodes"]
    assert answer == [{"deliveries": {"totalCount": 0, "aggregate": {"count": 0}}}]
    raw = await asyncpg.connect(portal.database_url)
    messages = await raw.fetch("SELECT message_id, id FROM webhook_delivery ORDER BY position")
    await raw.close()
    for field in ("replayWebhookMessage", "abandonWebhookMessage"):
        given = "input: {subscription: {id: $id}, messageId: $message}"
        query = f"mutation($id: ID!, $message: String!) {{ {field}({given}) {{ userErrors {{ code }} }} }}"
        refused = await portal.ask(query, who="acme", id=id_, message=messages[0]["message_id"])
        assert refused["data"][field]["userErrors"] == [{"code": "NOT_FOUND"}]
    known = await portal.ask(f'{{ node(id: "WebhookDelivery-0-{messages[0]["id"]}") {{ id }} }}', who="acme")
    assert known["data"]["node"] is None


async def test_a_partner_decides_about_nothing_of_another(portal: Serving, receiver: Receiver) -> None:
    id_, _ = await subscribed(portal, "acme", receiver.url)
    await happen(portal, 5)
    await until(portal, "SELECT count(*) FROM webhook_delivery WHERE status = 'DELIVERED'", 1)
    assert (await portal.ask("{ webhookSubscriptions { nodes { id } } }", who="beta"))["data"] == {
        "webhookSubscriptions": {"nodes": []}
    }
    assert (await portal.ask("query($id: ID!) { node(id: $id) { id } }", who="beta", id=id_))["data"]["node"] is None
    for field, more in (
        ("changeWebhookSubscription", {"url": "https://beta.example/"}), ("rotateWebhookSecret", {}),
        ("pauseWebhookSubscription", {}), ("archiveWebhookSubscription", {}),
        ("replayWebhookRange", {"fromPosition": 1, "toPosition": 2}),
    ):  # fmt: skip
        name = field[0].upper() + field[1:]
        refused = await portal.ask(
            f"mutation($input: {name}Input!) {{ {field}(input: $input) {{ userErrors {{ code }} }} }}",
            who="beta", input={"subscription": {"id": id_}, **more},
        )  # fmt: skip
        assert refused["data"][field]["userErrors"] == [{"code": "NOT_FOUND"}]
    await until(portal, "SELECT count(*) FROM webhook_subscription WHERE status = 'ACTIVE' AND version = 1", 1)


async def test_a_partner_cannot_name_what_is_not_for_it(portal: Serving, receiver: Receiver) -> None:
    said: set[str] = set()
    for more, code in (
        ({"url": "https://10.1.2.3/"}, "INVALID_VALUE"),
        ({"url": "https://[::1]/"}, "INVALID_VALUE"),
        ({"document": "query($id: ID!) { employee(id: $id) { name } }"}, "DOCUMENT_REFUSED"),
        ({"document": "query($id: ID!) { purchaseOrder(id: $id) { orderedBy { name } } }"}, "DOCUMENT_REFUSED"),
        # What the audience does not know is as what there is not.
        ({"event": "AlertRaised"}, "INVALID_VALUE"),
        ({"event": "StockMovePosted"}, "INVALID_VALUE"),
        ({"event": "NothingAtAll"}, "INVALID_VALUE"),
    ):
        answer = await portal.ask(CREATE, who="acme", input=wanted(receiver.url, **more))
        [error] = answer["data"]["createWebhookSubscription"]["userErrors"]
        assert error["code"] == code, (more, error)
        if "event" in more:
            said.add(error["message"].replace(more["event"], "..."))
    assert len(said) == 1
    await until(portal, "SELECT count(*) FROM webhook_subscription", 0)


async def test_a_partner_has_as_many_subscriptions_as_its_tier_says(portal: Serving, receiver: Receiver) -> None:
    raw = await asyncpg.connect(portal.database_url)
    await raw.execute(
        "INSERT INTO client_tier (id, code, name, name_zh, tokens, depth, aliases, root_fields, mutations, directives,"
        " cost, bucket, restore_rate, webhooks)"
        " VALUES (gen_random_uuid(), 'PARTNER', 'p', 'p', 5000, 12, 50, 20, 5, 20, 10000, 50000, 1000, 2)"
    )
    await raw.close()
    for code in (None, None, "LIMIT_REACHED"):
        answer = await portal.ask(CREATE, who="beta", input=wanted(receiver.url))
        errors = answer["data"]["createWebhookSubscription"]["userErrors"]
        assert [one["code"] for one in errors] == ([] if code is None else [code])
    assert errors[0]["message"] == "网络钩子订阅最多 2 个。"


async def test_a_partner_exports_rows_of_its_own_alone_and_loses_the_file_with_its_link(portal: Serving) -> None:
    answer = await portal.ask(
        EXPORT, who="acme", input={"document": "{ purchaseOrders { nodes { number totalDue { amount } } } }"}
    )
    made = answer["data"]["bulkExport"]
    assert made["userErrors"] == []
    run = made["exportRun"]["id"]
    await until(portal, "SELECT count(*) FROM export_run WHERE status = 'SUCCEEDED'", 1)
    lines = [orjson.loads(one) for one in (await download(portal, made["downloadUrl"])).content.splitlines()]
    shown = await portal.ask("{ purchaseOrders { nodes { number totalDue { amount } } } }", who="acme")
    assert lines == shown["data"]["purchaseOrders"]["nodes"]
    assert sorted(one["number"] for one in lines) == [f"PO{n:04}" for n in range(5, 31, 5)]
    assert (await portal.ask("query($id: ID!) { node(id: $id) { id } }", who="beta", id=run))["data"]["node"] is None
    refused = await portal.ask(
        "mutation($id: ID!) { signBulkExport(input: {exportRun: {id: $id}}) { downloadUrl userErrors { code } } }",
        who="beta", id=run,
    )  # fmt: skip
    assert refused["data"]["signBulkExport"] == {"downloadUrl": None, "userErrors": [{"code": "NOT_FOUND"}]}
    raw = await asyncpg.connect(portal.database_url)
    await raw.execute("UPDATE partner_link SET archived_at = now()")
    await raw.close()
    assert (await download(portal, made["downloadUrl"])).status_code == 404
