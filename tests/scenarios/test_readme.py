"""README.md says what happens: its questions give its answers, its other documents are valid."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.documents import examples_of, faults_of
from tests.server.conftest import Serving

README = (Path(__file__).parents[2] / "README.md").read_text()

EXAMPLES = examples_of(README)


def blocks() -> list[tuple[str | None, str, Any]]:
    """(user, document, answer) of each document; the answer is None where README.md shows none."""
    return [
        (one.block.user, one.block.text, json.loads(one.answer) if one.answer else None)
        for one in EXAMPLES
        if one.block.kind == "graphql"
    ]


ANSWERED = [(user, document, answer) for user, document, answer in blocks() if answer is not None]


def test_every_document_is_found() -> None:
    assert len(blocks()) == README.count("```graphql")
    assert [user for user, _, _ in ANSWERED] == ["buyer", "buyer", "controller", "buyer", "buyer"]


@pytest.mark.parametrize(("user", "document", "answer"), ANSWERED, ids=range(1, len(ANSWERED) + 1))
async def test_a_question_gives_the_answer_that_stands_below_it(
    demo_server: Serving, user: str, document: str, answer: Any
) -> None:
    assert await demo_server.ask(document, who=user) == answer


@pytest.mark.parametrize("document", [document for _, document, _ in blocks()])
def test_every_document_is_valid(document: str) -> None:
    assert faults_of(document) == []


async def test_the_change_that_is_shown_is_made(demo_server: Serving) -> None:
    [document] = [document for _, document, _ in blocks() if "createPurchaseOrder" in document]
    first = (await demo_server.ask(document, who="buyer"))["data"]["createPurchaseOrder"]
    order = first["purchaseOrder"]
    assert first == {
        "replayed": False, "userErrors": [],
        "purchaseOrder": {
            "id": order["id"], "number": "PO-001801", "status": "PENDING",
            "totalDue": {"amount": "125", "currency": "CNY"},
        },
    }  # fmt: skip
    again = (await demo_server.ask(document, who="buyer"))["data"]["createPurchaseOrder"]
    assert again == {"replayed": True, "userErrors": [], "purchaseOrder": order}


async def test_the_webhook_that_is_shown_is_subscribed(demo_server: Serving) -> None:
    [document] = [document for _, document, _ in blocks() if "createWebhookSubscription" in document]
    payload = (await demo_server.ask(document, who="admin"))["data"]["createWebhookSubscription"]
    assert payload["secret"].startswith("whsec_")
    assert (payload["userErrors"], payload["webhookSubscription"]["status"]) == ([], "ACTIVE")
