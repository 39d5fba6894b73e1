"""docs/ says what happens: each page is run, in its order, against the demonstration."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, OperationType, parse
from standardwebhooks.webhooks import Webhook

from server.code_table import code_table
from tests.scenarios.documents import Example, asked, blocks_of, examples_of, exchanged, faults_of, pages, programs
from tests.server.conftest import Serving

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = list(pages(DOCS))
EXAMPLES = {page: examples_of(page.read_text()) for page in PAGES}
RUN = {"graphql", "http", "python", "typescript"}


def test_every_page_is_in_the_index_and_every_link_leads_somewhere() -> None:
    index = (DOCS / "README.md").read_text()
    for page in PAGES:
        assert page.name == "README.md" or f"({page.name})" in index
        text = page.read_text()
        linked = [part.partition(")")[0] for part in text.split("](")[1:]]
        assert [one for one in linked if not one.startswith("http") and not (DOCS / one).exists()] == [], page.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_is_of_a_kind_that_is_run(page: Path) -> None:
    text = page.read_text()
    assert 2 * len(blocks_of(text)) == sum(line.startswith("```") for line in text.splitlines())
    assert [one.block for one in EXAMPLES[page] if one.block.kind not in RUN] == []


def is_subscription(example: Example) -> bool:
    """Whether it would be answered by a stream, which the mobile client and the tests of streams hear."""
    operations = [one for one in parse(example.block.text).definitions if isinstance(one, OperationDefinitionNode)]
    return any(one.operation is OperationType.SUBSCRIPTION for one in operations)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
async def test_a_page_says_what_happens(demo_server: Serving, page: Path) -> None:
    known: dict[str, Any] = {}
    faults: list[str] = []
    for example in EXAMPLES[page]:
        found: list[str] = []
        if example.block.kind == "http":
            found = await exchanged(demo_server, example)
        elif example.block.kind == "graphql" and is_subscription(example):
            found = faults_of(example.block.text)
        elif example.block.kind == "graphql":
            found = await asked(demo_server, example, known)
        faults += [f"{page.name}:{example.block.line}: {one}" for one in found]
    assert faults == []


def test_the_error_codes_are_those_of_the_code() -> None:
    assert (DOCS / "error-codes.md").read_text() == code_table(), "run `make snapshots`"


def test_the_mobile_client_is_shown_as_it_is_run() -> None:
    shown = programs(examples_of((DOCS / "subscriptions.md").read_text()), "typescript")
    assert shown in (ROOT / "client_examples" / "mobile" / "src" / "alerts.ts").read_text()


# What a reader of the webhook page would do with its code, as a program of its own.
BELIEVES = """
import sys, json
given = json.load(sys.stdin)
for message in given["messages"]:
    try:
        verify(message["headers"], message["body"].encode(), given["secrets"], given["now"])
        print("genuine")
    except Forged as forged:
        print(forged)
"""


def test_the_webhook_code_believes_what_is_signed_and_nothing_else() -> None:
    secret, other = "whsec_" + "A" * 43 + "=", "whsec_" + "B" * 43 + "="
    at, body = datetime(2026, 11, 20, 8, tzinfo=UTC), '{"data": 1}'
    now = at.timestamp()

    def headers(signed_by: str, **more: str) -> dict[str, str]:
        signature = Webhook(signed_by).sign("msg_1", at, body)
        return {"webhook-id": "msg_1", "webhook-timestamp": str(int(now)), "webhook-signature": signature, **more}

    two = f"{headers(other)['webhook-signature']} {headers(secret)['webhook-signature']}"
    messages = [
        {"headers": headers(secret), "body": body},
        {"headers": headers(secret, **{"webhook-signature": two}), "body": body},
        {"headers": headers(secret), "body": body + " "},
        {"headers": headers(secret, **{"webhook-id": "msg_2"}), "body": body},
        {"headers": headers(secret, **{"webhook-timestamp": str(int(now) - 301)}), "body": body},
        {"headers": headers(other), "body": body},
        {"headers": {}, "body": body},
    ]
    program = programs(examples_of((DOCS / "webhooks.md").read_text()), "python") + BELIEVES
    given = json.dumps({"messages": messages, "secrets": [secret], "now": now})
    done = subprocess.run([sys.executable, "-c", program], input=given, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "genuine", "genuine", "no signature matches", "no signature matches", "sent too long ago, or not yet",
        "no signature matches", "headers are missing",
    ]  # fmt: skip
