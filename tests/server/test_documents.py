"""A persisted document runs by its id or hash, over every transport; a locked client runs nothing else."""

import asyncio
import json
from collections.abc import Iterator
from hashlib import md5, sha256
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import asyncpg
import httpx
import pytest

from domain.core.actors import Actor, Audience
from domain.core.database import Database
from domain.core.errors import NotFound, Rejected
from domain.governance import RegisterApplication
from domain.governance.manifests import ManifestInvalid
from resolvers.request import GraphRequest
from server.documents import KEPT_BYTES_MAX, Documents, PersistedQueryNotFound, deploy_documents
from server.identity import issue_token
from server.signing import signing_key
from tests.conftest import run_apart
from tests.server.conftest import SECRET, Serving, fill, serving_at
from tests.server.test_revocation import administer

WHO = "query Who { viewer { name client } }"
ORDERS = "query Orders($first: Int) { purchaseOrders(first: $first) { totalCount } }"
ALERTS = "subscription Alerts { alerts { cursor } }"
EXPORT = """mutation Export($document: String!) {
  bulkExport(input: {document: $document}) { exportRun { status } userErrors { code } } }"""
CHANGE = "mutation Change { logOut(input: {}) { userErrors { code } } }"
MANIFEST = {md5(text.encode()).hexdigest(): text for text in (WHO, ORDERS, ALERTS, CHANGE, EXPORT)}


def name_of(text: str) -> str:
    """The id under which the manifest holds a document."""
    return md5(text.encode()).hexdigest()


def digest_of(text: str) -> str:
    """SHA-256 of a text in hex."""
    return sha256(text.encode()).hexdigest()


def hashed(text: str, *, with_text: bool = False) -> dict[str, Any]:
    """The body of a request by hash, as Apollo's clients send it."""
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": sha256(text.encode()).hexdigest()}}
    return {"extensions": persisted, **({"query": text} if with_text else {})}


def header(client: str, user: str = "buyer") -> str:
    """The credential of a user, the buyer unless named, in an application."""
    return f"Bearer {issue_token(signing_key(SECRET.encode()), user, client=client)}"


class Deployed:
    """A server with a locked application, an open one and one that may register."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving

    async def ask(self, client: str, **body: Any) -> Any:
        """The data that the application is answered, or the code of its refusal."""
        answer = (await self.serving.post(body, who=None, authorization=header(client))).json()
        return answer["data"] if "errors" not in answer else answer["errors"][0]["extensions"]["code"]

    async def get(self, client: str, **query: str) -> httpx.Response:
        """The response to a GET."""
        async with httpx.AsyncClient(timeout=20) as http:
            return await http.get(f"{self.serving.url}?{urlencode(query)}", headers={
                "authorization": header(client), "accept": "application/json",
            })  # fmt: skip


@pytest.fixture(scope="session")
def deployed(clone_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The server, the manifest deployed for the locked and the open application through the graph."""
    url = clone_database()
    run_apart(fill(url))
    run_apart(administer(
        url,
        RegisterApplication(name="locked", audience=Audience.STAFF, trusted_only=True),
        RegisterApplication(name="open", audience=Audience.STAFF),
        RegisterApplication(name="automatic", audience=Audience.STAFF, may_register=True),
    ))  # fmt: skip
    with serving_at(url, tmp_path_factory.mktemp("deployed"), background=False) as serving:
        made = Deployed(serving)
        for client in ("locked", "open"):
            run_apart(deploy(serving, client, MANIFEST))
        run_apart(asyncio.sleep(1.5))
        yield made


async def deploy(serving: Serving, client: str, manifest: Any) -> Any:
    """What the administrator is answered who deploys a manifest."""
    mutation = """mutation ($client: String!, $manifest: String!) {
      deployDocuments(input: {application: {name: $client}, deployment: "1", manifest: $manifest}) {
        clientApplication { name documents { totalCount } } userErrors { code path values }
      } }"""
    answer = await serving.ask(mutation, client=client, manifest=json.dumps(manifest))
    return answer["data"]["deployDocuments"]


@pytest.mark.parametrize("client", ["locked", "open"])
async def test_a_document_runs_by_its_id_and_by_its_hash(deployed: Deployed, client: str) -> None:
    digest = sha256(WHO.encode()).hexdigest()
    for body in ({"documentId": name_of(WHO)}, {"documentId": f"sha256:{digest}"}, hashed(WHO), {"query": WHO}):
        assert await deployed.ask(client, **body) == {"viewer": {"name": "buyer", "client": client}}, body
    count = await deployed.ask(client, documentId=name_of(ORDERS), variables={"first": 1})
    assert count == await deployed.ask("open", query=ORDERS, variables={"first": 1})
    got = await deployed.get(client, documentId=name_of(WHO))
    assert got.json()["data"] == {"viewer": {"name": "buyer", "client": client}}
    assert (await deployed.get(client, documentId=name_of(CHANGE))).status_code == 405


async def test_a_locked_client_has_nothing_else_run_for_it(deployed: Deployed) -> None:
    other = "{ purchaseOrders { nodes { number } } }"

    async def exported(client: str, document: str) -> Any:
        body = {"query": EXPORT, "variables": {"document": document}}
        response = await deployed.serving.post(body, who=None, authorization=header(client, "admin"))
        return response.json()

    [refused] = (await exported("locked", other))["errors"]
    assert refused["extensions"]["code"] == "DOCUMENT_NOT_ALLOWED"
    taken = (await exported("open", other))["data"]["bulkExport"]
    assert taken == {"exportRun": {"status": "QUEUED"}, "userErrors": []}
    raw = await asyncpg.connect(deployed.serving.database_url)
    assert [row["document"] for row in await raw.fetch("SELECT document FROM export_run")] == [other]
    await raw.close()


async def test_a_locked_client_runs_nothing_else_over_any_transport(deployed: Deployed) -> None:
    other = "{ viewer { name } }"
    for body in ({"query": other}, {"documentId": "x"}, hashed(other), hashed(other, with_text=True),
                 {"query": "{ __schema { types { name } } }"}, {"query": f"{WHO} "}):  # fmt: skip
        assert await deployed.ask("locked", **body) == "DOCUMENT_NOT_ALLOWED", body
    got = await deployed.get("locked", query=other)
    assert got.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_ALLOWED"
    stream = await deployed.serving.post(
        {"query": "subscription { alerts { kind } }"}, who=None, authorization=header("locked"),
        accept="text/event-stream",
    )  # fmt: skip
    assert "DOCUMENT_NOT_ALLOWED" in stream.text
    async with deployed.serving.socket(who=None, init=False) as socket:
        await socket.send(type="connection_init", payload={"Authorization": header("locked")})
        await socket.receive()
        await socket.subscribe(other)
        message = await socket.receive()
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "DOCUMENT_NOT_ALLOWED")
        await socket.send(id="2", type="subscribe", payload={"documentId": name_of(WHO)})
        assert (await socket.receive())["payload"]["data"]["viewer"]["client"] == "locked"
        await socket.send(id="3", type="subscribe", payload={"documentId": name_of(ALERTS)})
        await socket.send(id="4", type="subscribe", payload={"documentId": name_of(WHO)})
        assert (await socket.receive())["type"] == "complete", "of the query before; the stream stays open"


async def test_no_header_names_an_application(deployed: Deployed) -> None:
    answer = await deployed.serving.post(
        {"query": "{ viewer { name } }"}, who=None, authorization=header("locked"),
        apollographql_client_name="open", client="open", x_client="open",
    )  # fmt: skip
    assert answer.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_ALLOWED"


async def test_what_is_registered_for_one_application_is_not_for_another(deployed: Deployed) -> None:
    for client in ("automatic", "unknown"):
        assert await deployed.ask(client, documentId=name_of(WHO)) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_hash_registers_only_where_that_is_allowed(deployed: Deployed) -> None:
    expected = {"automatic": {"viewer": {"locale": "en"}}, "open": "PERSISTED_QUERY_NOT_FOUND"}
    text = "{ viewer { locale } }"
    for client, after in expected.items():
        assert await deployed.ask(client, **hashed(text)) == "PERSISTED_QUERY_NOT_FOUND"
        assert await deployed.ask(client, **hashed(text, with_text=True)) == {"viewer": {"locale": "en"}}
        assert await deployed.ask(client, **hashed(text)) == after
    answer = await deployed.serving.post(hashed("{ nothing }"), who=None, authorization=header("open"))
    assert answer.json()["errors"][0]["message"] == "PersistedQueryNotFound"


@pytest.mark.parametrize("body", [
    {"documentId": "a", "query": WHO}, {"documentId": ""}, {"documentId": 7}, {"documentId": "x" * 201},
    {"documentId": "a", **hashed(WHO)}, {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "0" * 64}}},
    {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0"}}}, {"extensions": {"persistedQuery": 1}},
    {**hashed(WHO), "query": ORDERS}, {**hashed(WHO), "query": 7}, {},
])  # fmt: skip
async def test_a_request_that_names_its_document_wrongly_is_malformed(deployed: Deployed, body: Any) -> None:
    assert await deployed.ask("open", **body) == "BAD_REQUEST"


@pytest.mark.parametrize("manifest, reason", [
    ({"a": "{ nothing }"}, "a: Cannot query field 'nothing' on type 'Query'."),
    ({"a": "{"}, "a: Syntax Error: Expected Name, found <EOF>."),
    ({"a": "{ a: viewer { " + "".join(f"n{n}: name " for n in range(60)) + "} }"}, "a: The document uses more than 50"),
    ({}, "it holds no document"),
])  # fmt: skip
async def test_a_document_that_would_not_run_is_not_registered(deployed: Deployed, manifest: Any, reason: str) -> None:
    payload = await deploy(deployed.serving, "open", manifest)
    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == ("INVALID_VALUE", ["input", "manifest"])
    assert error["values"]["reason"].startswith(reason)
    again = await deploy(deployed.serving, "open", MANIFEST)
    assert again["clientApplication"] == {"name": "open", "documents": {"totalCount": len(MANIFEST)}}


async def test_a_document_is_found_without_the_database(deployed: Deployed) -> None:
    database = await Database.open(deployed.serving.database_url, 2)
    documents = Documents(database)
    await documents.refresh()
    await database.close()
    request = GraphRequest(query="", document_id=name_of(WHO))
    documents.resolve(request, Actor(id=UUID(int=1), name="x", audience=Audience.STAFF, roles={}, client="open"))
    assert request.query == WHO


async def test_what_registers_by_hash_is_kept_within_a_limit(deployed: Deployed) -> None:
    database = await Database.open(deployed.serving.database_url, 2)
    documents = Documents(database)
    await documents.refresh()
    await database.close()
    actor = Actor(id=UUID(int=1), name="x", audience=Audience.STAFF, roles={}, client="automatic")
    texts = [f"{{ viewer {{ name }} }} # {n}" + "x" * 1_000_000 for n in range(KEPT_BYTES_MAX // 1_000_000 + 2)]
    for text in texts:
        documents.resolve(GraphRequest(query=text, document_id=f"sha256:{digest_of(text)}"), actor)
    documents.resolve(last := GraphRequest(query="", document_id=f"sha256:{digest_of(texts[-1])}"), actor)
    assert last.query == texts[-1]
    with pytest.raises(PersistedQueryNotFound):
        documents.resolve(GraphRequest(query="", document_id=f"sha256:{digest_of(texts[0])}"), actor)


async def test_what_the_command_line_deploys_is_checked_like_a_mutation_s(deployed: Deployed) -> None:
    url, good = deployed.serving.database_url, json.dumps(MANIFEST)
    with pytest.raises(NotFound):
        await deploy_documents(url, "shop", good, ("1", None))
    assert await deploy_documents(url, "shop", good, ("1", Audience.STAFF)) == len(MANIFEST)
    with pytest.raises(Rejected) as caught:
        await deploy_documents(url, "shop", json.dumps({"a": "{ nothing }"}), ("2", None))
    assert caught.value.values["reason"] == "a: Cannot query field 'nothing' on type 'Query'."
    with pytest.raises(ManifestInvalid):
        await deploy_documents(url, "shop", "{}", ("2", None))


async def test_a_partner_s_application_is_checked_against_a_partner_s_schema(deployed: Deployed) -> None:
    await administer(deployed.serving.database_url, RegisterApplication(name="portal", audience=Audience.CUSTOMER))
    payload = await deploy(deployed.serving, "portal", {"a": ORDERS})
    assert payload["userErrors"][0]["values"]["reason"] == ("a: Cannot query field 'purchaseOrders' on type 'Query'.")
