"""Commands on client applications and the documents they may run.

Whether a document runs at all is checked before these are performed, by who knows the graph: the mutation and the
command line both do (`server.documents`); a document that the graph has outgrown is refused when it is asked for.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from domain.core.actors import Action, Audience
from domain.core.commands import Results, argument, command
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.work import Work
from domain.governance.manifests import ManifestDocument, ManifestInvalid, read_manifest
from domain.governance.models import (
    DEPLOYMENT_LENGTH_MAX,
    DOCUMENT_VERSION_ID,
    ClientApplication,
    DocumentVersion,
    RegisteredDocument,
)

NAME_LENGTH_MAX = 64

# Documents of one application; every process holds the active ones in memory.
DOCUMENTS_PER_APPLICATION_MAX = 20_000

_document = RegisteredDocument.table
_FIRST_VERSION = insert(DocumentVersion.table).values(id=DOCUMENT_VERSION_ID).on_conflict_do_nothing()
_OF_APPLICATION = select(
    _document.c.id, _document.c.document_id, _document.c.digest, _document.c.deployment, _document.c.is_active
).where(_document.c.application_id == bindparam("application_id", type_=Uuid()))


async def _hold_documents(work: Work) -> None:
    """Lock the register, before anything else: whoever changes it next waits for this work to end."""
    await work.fetch(_FIRST_VERSION)
    await work.lock(DocumentVersion, [DOCUMENT_VERSION_ID])


async def _raise_version(work: Work) -> None:
    """Every process reads the register anew from the commit on."""
    await work.update(DocumentVersion, [{"id": DOCUMENT_VERSION_ID}], fields=(), audited=False)


@command(action=Action.ADMINISTER, record=ClientApplication, zh="登记客户端应用")
class RegisterApplication:
    """Make an application known, so that its documents can be registered and its requests limited to them."""

    name: str = argument(doc="Name, as its tokens and API keys carry it.", zh="名称")
    audience: Audience = argument(doc="Whose visible schema its documents are checked against.", zh="受众")
    trusted_only: bool = argument(
        doc="Whether it may run registered documents alone.", zh="仅限登记文档", default=False
    )
    may_register: bool = argument(doc="Whether its documents may register by hash.", zh="可自动登记", default=False)


async def register_application(work: Work, commands: Sequence[RegisterApplication]) -> Results[ClientApplication]:
    """The applications, known from the commit on.

    Raises: Rejected (per row), AlreadyExists. Emits: ApplicationRegistered.
    """
    await _hold_documents(work)
    outcomes: list[UUID | DomainError] = []
    rows: list[Mapping[str, Any]] = []
    for one in commands:
        if not one.name.strip() or len(one.name) > NAME_LENGTH_MAX:
            outcomes.append(_length("name", one.name, NAME_LENGTH_MAX))
            continue
        rows.append(
            {
                "id": new_id(), "name": one.name, "audience": one.audience.value, "trusted_only": one.trusted_only,
                "may_register": one.may_register,
            }
        )  # fmt: skip
        outcomes.append(rows[-1]["id"])
    if rows:
        work.emit("ApplicationRegistered", ClientApplication, await work.insert(ClientApplication, rows))
        await _raise_version(work)
    return Results(outcomes)


@command(action=Action.ADMINISTER, record=ClientApplication, zh="变更客户端应用")
class ChangeApplication:
    """Limit an application to its registered documents, or no longer."""

    application_id: UUID = argument(doc="The application.", zh="应用", reference="client_application")
    trusted_only: bool | None = argument(doc="As it is unless given.", zh="仅限登记文档", default=None)
    may_register: bool | None = argument(doc="As it is unless given.", zh="可自动登记", default=None)


async def change_application(work: Work, commands: Sequence[ChangeApplication]) -> Results[ClientApplication]:
    """The applications, changed.

    Raises: NotFound (per row). Emits: ApplicationChanged.
    """
    await _hold_documents(work)
    rows = await work.lock(ClientApplication, [one.application_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    changed: dict[UUID, Mapping[str, Any]] = {}
    for one in commands:
        row = changed.get(one.application_id) or rows.get(one.application_id)
        if row is None:
            outcomes.append(NotFound(("application",), what="application", key=str(one.application_id)))
            continue
        changed[one.application_id] = {
            "id": one.application_id,
            "trusted_only": row["trusted_only"] if one.trusted_only is None else one.trusted_only,
            "may_register": row["may_register"] if one.may_register is None else one.may_register,
        }
        outcomes.append(one.application_id)
    if changed:
        await work.update(ClientApplication, list(changed.values()), fields=("trusted_only", "may_register"))
        work.emit("ApplicationChanged", ClientApplication, list(changed))
        await _raise_version(work)
    return Results(outcomes)


@command(action=Action.ADMINISTER, record=ClientApplication, zh="部署文档")
class DeployDocuments:
    """Register the documents of a version of an application, all or none. What it brought before stays runnable.

    The manifest is that of graphql-codegen ({hash: text}), Relay ({id: text}) or Apollo (format, version, operations).
    """

    application_id: UUID = argument(doc="Whose documents.", zh="应用", reference="client_application")
    manifest: str = argument(doc="The manifest's text, as the build wrote it.", zh="清单")
    deployment: str = argument(doc="The version of the application that brings them.", zh="部署版本")


async def deploy_documents(work: Work, commands: Sequence[DeployDocuments]) -> Results[ClientApplication]:
    """The applications, their documents runnable from the commit on.

    Raises: NotFound, Rejected (per row). Emits: DocumentsDeployed.
    """
    await _hold_documents(work)
    rows = await work.lock(ClientApplication, [one.application_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        if one.application_id not in rows:
            outcomes.append(NotFound(("application",), what="application", key=str(one.application_id)))
            continue
        outcomes.append(await _deploy(work, one))
    if any(isinstance(outcome, UUID) for outcome in outcomes):
        await _raise_version(work)
    return Results(outcomes)


async def _deploy(work: Work, one: DeployDocuments) -> UUID | DomainError:
    """The application, or why its documents cannot be registered."""
    if not one.deployment.strip() or len(one.deployment) > DEPLOYMENT_LENGTH_MAX:
        return _length("deployment", one.deployment, DEPLOYMENT_LENGTH_MAX)
    try:
        documents = read_manifest(one.manifest)
    except ManifestInvalid as fault:
        return manifest_refused(fault)
    known = {row["document_id"]: row for row in await work.fetch(_OF_APPLICATION, application_id=one.application_id)}
    for document in documents:
        if document.id in known and known[document.id]["digest"] != document.digest:
            reason, reason_zh = "the id stands for another text already", "此标识已对应其他内容"
            value = document.id[:80]
            return Rejected(("manifest",), what="manifest", value=value, reason=reason, reason_zh=reason_zh)
    new = [document for document in documents if document.id not in known]
    if len(known) + len(new) > DOCUMENTS_PER_APPLICATION_MAX:
        reason = f"an application has at most {DOCUMENTS_PER_APPLICATION_MAX} documents"
        reason_zh = f"每个应用最多 {DOCUMENTS_PER_APPLICATION_MAX} 个文档"
        value = len(known) + len(new)
        return Rejected(("manifest",), what="manifest", value=value, reason=reason, reason_zh=reason_zh)
    await work.insert(RegisteredDocument, [_row(one, document) for document in new])
    again = [known[document.id] for document in documents if document.id in known]
    moved = [
        {"id": row["id"], "deployment": one.deployment, "is_active": True}
        for row in again
        if row["deployment"] != one.deployment or not row["is_active"]
    ]
    if moved:
        await work.update(RegisteredDocument, moved, fields=("deployment", "is_active"))
    work.emit("DocumentsDeployed", ClientApplication, [one.application_id])
    return one.application_id


def _row(one: DeployDocuments, document: ManifestDocument) -> Mapping[str, Any]:
    return {
        "application_id": one.application_id, "document_id": document.id, "digest": document.digest,
        "body": document.text, "deployment": one.deployment, "is_active": True,
    }  # fmt: skip


def manifest_refused(fault: ManifestInvalid) -> Rejected:
    """The refusal of a text that is no manifest."""
    return Rejected(("manifest",), what="manifest", value="", reason=str(fault), reason_zh=f"清单无效（{fault}）")


@command(action=Action.ADMINISTER, record=ClientApplication, zh="停用部署")
class RetireDeployment:
    """Let the documents that a version of an application was the last to bring no longer run."""

    application_id: UUID = argument(doc="Whose documents.", zh="应用", reference="client_application")
    deployment: str = argument(doc="The version that is used no more.", zh="部署版本")


async def retire_deployment(work: Work, commands: Sequence[RetireDeployment]) -> Results[ClientApplication]:
    """The applications, the documents of the version switched off.

    Raises: NotFound (per row). Emits: DocumentsRetired.
    """
    await _hold_documents(work)
    rows = await work.lock(ClientApplication, [one.application_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    ended: dict[UUID, Mapping[str, Any]] = {}
    for one in commands:
        known = await work.fetch(_OF_APPLICATION, application_id=one.application_id)
        live = [row["id"] for row in known if row["is_active"] and row["deployment"] == one.deployment]
        if one.application_id not in rows:
            outcomes.append(NotFound(("application",), what="application", key=str(one.application_id)))
        elif not live:
            outcomes.append(NotFound(("deployment",), what="deployment", key=one.deployment[:80]))
        else:
            ended |= {id_: {"id": id_, "is_active": False} for id_ in live}
            work.emit("DocumentsRetired", ClientApplication, [one.application_id])
            outcomes.append(one.application_id)
    if ended:
        await work.update(RegisteredDocument, list(ended.values()), fields=("is_active",))
        await _raise_version(work)
    return Results(outcomes)


def _length(what: str, value: str, most: int) -> Rejected:
    reason, reason_zh = f"it has 1 to {most} characters", f"长度须为 1 至 {most} 个字符"
    return Rejected((what,), what=what, value=value[:40], reason=reason, reason_zh=reason_zh)
