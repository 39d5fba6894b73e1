"""Persisted documents: which a client may run by name, and which clients may run nothing else.

A client application is who its credential says (the token's `client`, the key's application), never a header; whoever
names none that is registered counts as `default`, so that a made-up name opens nothing. The register is held in memory
and looked at again when its version moves: a persisted request costs a look-up more than one that sends its text.

A document is named by `documentId` (its id in the manifest, or sha256:<hash>), or by its hash in
`extensions.persistedQuery`, as Apollo's automatic persisted queries do. Where an application may register by hash, such
a text is kept in this process for a while: it is a cache by that protocol, and a miss only costs the client its text.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from authz.audiences import visible_to
from authz.grants import system_actor
from authz.policy import Policy
from authz.tables import load_policy
from domain.core.actors import Actor, Audience, Grants
from domain.core.database import Connection, Database
from domain.core.errors import DomainError, NotFound, Rejected, RequestError
from domain.governance import DeployDocuments, RegisterApplication
from domain.governance.documents import manifest_refused
from domain.governance.manifests import ManifestDocument, ManifestInvalid, read_manifest
from domain.governance.models import DEFAULT_CLIENT, DOCUMENT_ID_LENGTH_MAX
from resolvers.limits import Limits
from resolvers.operation import faults_of
from resolvers.request import GraphRequest, MalformedRequest
from resolvers.write import Companion
from schema.graph import visible
from server.console import Console, console

POLL_SECONDS = 1.0

# What applications registered by hash, kept in a process: beyond it the one used longest ago goes.
KEPT_BYTES_MAX = 16_777_216

# Documents of one mutation; a larger manifest is the command line's, which blocks nobody.
CHECKED_MAX = 1_000

HASH = re.compile(r"[0-9a-f]{64}")
HASH_MARK = "sha256:"
PROTOCOL_VERSION = 1

VERSION = "SELECT version FROM document_version"
APPLICATIONS = "SELECT id, name, trusted_only, may_register FROM client_application WHERE archived_at IS NULL"
DOCUMENTS = "SELECT application_id, document_id, digest, body FROM registered_document WHERE is_active"
AUDIENCE = "SELECT audience FROM client_application WHERE id = $1"
NAMED = "SELECT id FROM client_application WHERE name = $1"

DEPLOYER = system_actor("documents", UUID("00000000-0000-7000-8000-646f63730000"))


class DocumentNotAllowed(RequestError):
    """The client may only run the documents that it registered."""

    code = "DOCUMENT_NOT_ALLOWED"
    zh = "此客户端只能运行已登记的文档。"
    en = "This client may only run the documents that it registered."


class PersistedQueryNotFound(RequestError):
    """Nothing is registered under the id or hash; the message is the one that Apollo's clients look for."""

    code = "PERSISTED_QUERY_NOT_FOUND"
    zh = "PersistedQueryNotFound"
    en = "PersistedQueryNotFound"


def persisted_id(query: Any, document_id: Any, persisted: Any) -> str:
    """What a request calls its document: the given id, or the hash as `sha256:...`.

    A hash may come with its text, an id may not (GraphQL over HTTP, appendix A). Raises: MalformedRequest.
    """
    if persisted is None:
        if query is not None:
            raise _malformed("documentId and query are both given", "documentId 与 query 不能同时给出")
        if not isinstance(document_id, str) or not 0 < len(document_id) <= DOCUMENT_ID_LENGTH_MAX:
            raise _malformed("documentId is no text of a fitting length", "documentId 无效")
        return document_id
    members = cast(dict[str, Any], persisted) if isinstance(persisted, dict) else {}
    given = members.get("sha256Hash")
    is_hash = isinstance(given, str) and HASH.fullmatch(given) is not None
    if document_id is not None or members.get("version") != PROTOCOL_VERSION or not is_hash:
        raise _malformed("persistedQuery is not of version 1 with a sha256Hash", "persistedQuery 无效")
    if query is not None and (not isinstance(query, str) or _digest(query) != given):
        raise _malformed("the hash is not the query's", "哈希与 query 不符")
    return f"{HASH_MARK}{given}"


def _malformed(reason: str, reason_zh: str) -> MalformedRequest:
    return MalformedRequest(reason=reason, reason_zh=reason_zh)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True, kw_only=True)
class _Application:
    """One application with its active documents, by id and by hash."""

    name: str
    trusted_only: bool
    may_register: bool
    by_id: dict[str, str] = field(default_factory=dict[str, str])
    by_digest: dict[str, str] = field(default_factory=dict[str, str])


class Documents:
    """The register as this process holds it; `refresh` before the first use."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._version: int | None = 0
        self._applications: Mapping[str, _Application] = {}
        self._kept: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._kept_bytes = 0

    def resolve(self, request: GraphRequest, actor: Actor) -> None:
        """Give the request its text; refuse one that its client may not run.

        Raises: DocumentNotAllowed, PersistedQueryNotFound.
        """
        application = self._application_of(actor)
        if request.document_id is not None:
            self._find(request, application)
        else:
            self._allow(request.query, application)

    def check(self, text: str, actor: Actor) -> None:
        """Refuse a document that is to run later in the actor's name and that its client may not run now.

        Raises: DocumentNotAllowed.
        """
        self._allow(text, self._application_of(actor))

    def _application_of(self, actor: Actor) -> _Application | None:
        return self._applications.get(actor.client) or self._applications.get(DEFAULT_CLIENT)

    def _allow(self, text: str, application: _Application | None) -> None:
        if application is not None and application.trusted_only and _digest(text) not in application.by_digest:
            raise DocumentNotAllowed()

    def _find(self, request: GraphRequest, application: _Application | None) -> None:
        name = request.document_id or ""
        digest = name.removeprefix(HASH_MARK) if name.startswith(HASH_MARK) else None
        text = None
        if application is not None:
            text = application.by_id.get(name) or (application.by_digest.get(digest) if digest else None)
        if text is None and application is not None and application.trusted_only:
            raise DocumentNotAllowed()
        if text is None and digest is not None and application is not None and application.may_register:
            text = self._registered(application.name, digest, request.query)
        if text is None and not request.query:
            raise PersistedQueryNotFound()
        request.query = text or request.query

    def _registered(self, application: str, digest: str, text: str) -> str | None:
        """The text that was sent with the hash, now or before."""
        key = (application, digest)
        known = self._kept.get(key)
        if known is not None:
            self._kept.move_to_end(key)
            return known
        if not text:
            return None
        self._kept[key] = text
        self._kept_bytes += len(text)
        while self._kept_bytes > KEPT_BYTES_MAX:
            _, gone = self._kept.popitem(last=False)
            self._kept_bytes -= len(gone)
        return text

    async def refresh(self) -> None:
        """Take over what the tables say now, if anything moved."""
        async with self._database.acquire() as connection:
            version = await connection.fetchval(VERSION)
            if version == self._version:
                return
            rows = await connection.fetch(APPLICATIONS)
            documents = await connection.fetch(DOCUMENTS)
        made = {
            row["id"]: _Application(
                name=row["name"], trusted_only=row["trusted_only"], may_register=row["may_register"]
            )
            for row in rows
        }
        for row in documents:
            if row["application_id"] in made:
                application = made[row["application_id"]]
                application.by_id[row["document_id"]] = row["body"]
                application.by_digest[row["digest"]] = row["body"]
        # The version was read first: a change meanwhile is found at the next look.
        self._applications = {application.name: application for application in made.values()}
        self._version = version
        self._kept.clear()
        self._kept_bytes = 0

    async def watch(self) -> None:
        """Keep up until cancelled."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self.refresh()


# --- deploying --------------------------------------------------------------------------------------------------------


def manifest_faults(documents: Sequence[ManifestDocument], policy: Policy, audience: Audience) -> DomainError | None:
    """Why the documents cannot be registered for an audience: the first that does not run, and what it lacks."""
    schema = visible(visible_to(policy, audience))
    for document in documents:
        faults = faults_of(document.text, schema, Limits())
        if faults:
            reason = f"{document.id[:80]}: {faults[0]}"
            value = document.id[:80]
            return Rejected(
                ("manifest",), what="manifest", value=value, reason=reason, reason_zh=f"文档无效（{reason}）"
            )
    return None


class Registered:
    """Goes before the companion of a command that takes a document to run later, such as an export: a client that may
    run registered documents alone cannot have another one run for it.
    """

    def __init__(self, documents: Documents, companion: Companion) -> None:
        self._documents = documents
        self._companion = companion
        self.reveal = companion.reveal

    async def check(self, command: Any, actor: Actor, grants: Grants) -> None:
        """Raises: DocumentNotAllowed, and what the companion raises."""
        if getattr(command, "document", None) is not None:
            self._documents.check(command.document, actor)
        await self._companion.check(command, actor, grants)


class DeployCompanion:
    """What deploying documents needs beside the domain: the graph they must run in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def check(self, command: Any, actor: Actor, grants: Grants) -> None:
        """Make sure that every document of the manifest runs. Raises: Rejected, NotFound."""
        assert isinstance(command, DeployDocuments)
        try:
            documents = read_manifest(command.manifest)
        except ManifestInvalid as fault:
            raise manifest_refused(fault) from fault
        if len(documents) > CHECKED_MAX:
            raise manifest_refused(ManifestInvalid(f"a mutation takes {CHECKED_MAX} documents; use the command line"))
        async with self._database.acquire() as connection:
            audience = await connection.fetchval(AUDIENCE, command.application_id)
            policy = await load_policy(connection)
        if audience is None:
            raise NotFound(("application",), what="application", key=str(command.application_id))
        # In a thread: some milliseconds a document.
        fault = await asyncio.to_thread(manifest_faults, documents, policy, Audience(audience))
        if fault is not None:
            raise fault

    async def reveal(self, connection: Connection, record_id: UUID) -> str:
        """Nothing is revealed."""
        raise AssertionError("deploying documents reveals nothing")


async def deploy_documents(url: str, client: str, manifest: str, how: tuple[str, Audience | None]) -> int:
    """What `deploy` answers, in the database of that URL."""
    async with console(url, DEPLOYER) as deployer:
        return await deploy(deployer, client, manifest, how)


async def deploy(deployer: Console, client: str, manifest: str, how: tuple[str, Audience | None]) -> int:
    """The number of documents deployed for the application; `how` is the version, and an unknown one's audience.

    Raises: NotFound, Rejected, ManifestInvalid.
    """
    deployment, audience = how
    application = await deployer.connection.fetchval(NAMED, client)
    if application is None and audience is not None:
        application = await deployer.perform(RegisterApplication(name=client, audience=audience))
    if application is None:
        raise NotFound(what="application", key=client)
    documents = read_manifest(manifest)
    seen_by = Audience(await deployer.connection.fetchval(AUDIENCE, application))
    fault = manifest_faults(documents, deployer.policy, seen_by)
    if fault is not None:
        raise fault
    await deployer.perform(DeployDocuments(application_id=application, manifest=manifest, deployment=deployment))
    return len(documents)
