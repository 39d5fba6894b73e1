"""Client applications, and the documents that each may run: what is known of a frontend before it asks.

A document is registered under the id that its build made for it, whatever that is; what it says is its text. The rows
are read by every process into memory and looked at again when `document_version` moves.
"""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from domain.core.actors import Audience
from domain.core.columns import Tier, code_column, column, enum_column, reference, text_column
from domain.core.records import NOBODY, GroupRecord, Scope

STAFF_ONLY = Scope(partner=NOBODY)

# The application of everyone whose credential names none that is registered.
DEFAULT_CLIENT = "default"

DOCUMENT_ID_LENGTH_MAX = 200
DOCUMENT_LENGTH_MAX = 100_000
DEPLOYMENT_LENGTH_MAX = 100

# The id of the one row of `document_version`.
DOCUMENT_VERSION_ID = UUID("00000000-0000-7000-8000-000000000002")


class ClientApplication(GroupRecord, scope=STAFF_ONLY, zh="客户端应用", key="name"):
    """A frontend, portal or program, by the name that its credential carries."""

    __tablename__ = "client_application"

    name: Mapped[str] = code_column(
        doc="Name, as tokens (client) and API keys carry it; `default` stands for every other.", zh="名称",
        tier=Tier.INTERNAL,
    )  # fmt: skip
    audience: Mapped[Audience] = enum_column(
        Audience, doc="Whose visible schema its documents are checked against.", zh="受众"
    )
    trusted_only: Mapped[bool] = column(
        doc="Whether it may run its registered documents alone.", zh="仅限登记文档", server_default=text("false")
    )
    may_register: Mapped[bool] = column(
        doc="Whether a document it sends with its hash is kept for a while and then runs by the hash alone.",
        zh="可自动登记", server_default=text("false"),
    )  # fmt: skip


class RegisteredDocument(GroupRecord, scope=STAFF_ONLY, zh="登记文档"):
    """A document that an application may run by its id."""

    __tablename__ = "registered_document"
    __table_args__ = (
        Index(
            "uq_registered_document_application_id_document_id", "application_id", "document_id", unique=True
        ),
    )  # fmt: skip

    application_id: Mapped[UUID] = reference(
        "client_application", doc="Whose document.", zh="应用", many="documents", tier=Tier.CONFIDENTIAL
    )
    document_id: Mapped[str] = code_column(
        doc="What the application calls it: the id of its manifest.", zh="文档标识", tier=Tier.CONFIDENTIAL,
        length_max=DOCUMENT_ID_LENGTH_MAX,
    )  # fmt: skip
    digest: Mapped[str] = code_column(doc="SHA-256 of its text in hex.", zh="摘要", tier=Tier.CONFIDENTIAL)
    body: Mapped[str] = text_column(doc="Its text.", zh="内容", tier=Tier.CONFIDENTIAL, length_max=DOCUMENT_LENGTH_MAX)
    deployment: Mapped[str] = text_column(
        doc="The version of the application that last brought it.", zh="部署版本", tier=Tier.CONFIDENTIAL,
        length_max=DEPLOYMENT_LENGTH_MAX,
    )  # fmt: skip
    is_active: Mapped[bool] = column(
        doc="Whether it may be run.", zh="启用", tier=Tier.CONFIDENTIAL, server_default=text("true")
    )


class DocumentVersion(GroupRecord, scope=STAFF_ONLY, zh="文档版本", exposed=False):
    """One row, whose `version` every change of applications and documents raises."""

    __tablename__ = "document_version"
    __table_args__ = (CheckConstraint(f"id = '{DOCUMENT_VERSION_ID}'", name="one_row"),)


RECORDS = (ClientApplication, RegisteredDocument, DocumentVersion)
