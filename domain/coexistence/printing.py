"""Documents of one record on paper: who asked for which, in which language, and until when it can be had.

Nothing of a document is kept: the file is made when it is fetched, of what the account that asked may see then. The
record is what the signed address leads to, and says who took which document out of the house.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped

from domain.coexistence.ownership import used_roles
from domain.core.actors import Action
from domain.core.columns import (
    CODE_LENGTH_MAX,
    Tier,
    code_column,
    enum_column,
    instant_column,
    reference,
    texts_column,
)
from domain.core.commands import Results, Reveal, argument, command
from domain.core.errors import DomainError, Rejected
from domain.core.ids import new_id
from domain.core.records import GroupRecord, Scope
from domain.core.work import Work

# How long an address is good: long enough to send it on to the colleague who signs.
KEPT = timedelta(days=1)


class PrintingUnavailable(DomainError):
    """This installation has nothing to set type with."""

    code = "PRINTING_UNAVAILABLE"
    zh = "此服务器未安装单据打印组件。"
    en = "This server was installed without what prints documents."


class DocumentKind(StrEnum):
    """Which record is printed. A sales order is a quotation until it is confirmed, then an order confirmation; an
    invoice that takes back is a credit note; a supplier's quotation is printed as the request for it.
    """

    SALES_ORDER = "SALES_ORDER"
    SHIPMENT = "SHIPMENT"
    CUSTOMER_INVOICE = "CUSTOMER_INVOICE"
    DUNNING_NOTICE = "DUNNING_NOTICE"
    PURCHASE_ORDER = "PURCHASE_ORDER"
    SUPPLIER_QUOTATION = "SUPPLIER_QUOTATION"
    PAYMENT = "PAYMENT"


class DocumentLanguage(StrEnum):
    """In which language a document is printed."""

    ZH = "ZH"
    EN = "EN"


class PrintedDocument(GroupRecord, scope=Scope(owner="user_id"), zh="单据打印", retention="90 days"):
    """One document that an account asked for, as a file at a signed address."""

    __tablename__ = "printed_document"

    user_id: Mapped[UUID] = reference(
        "user_account", doc="Who asked; the file shows what this account may see.", zh="打印人",
        many="printed_documents", tier=Tier.INTERNAL,
    )  # fmt: skip
    kind: Mapped[DocumentKind] = enum_column(DocumentKind, doc="What was printed.", zh="单据类型")
    issuer_id: Mapped[UUID] = reference(
        "company", doc="The company whose document it is.", zh="开具公司", many="printed_documents", tier=Tier.INTERNAL
    )
    number: Mapped[str] = code_column(doc="Number of the document.", zh="单据编号", tier=Tier.INTERNAL)
    language: Mapped[DocumentLanguage | None] = enum_column(
        DocumentLanguage, doc="The language that was asked for; that of the party's country unless given.", zh="语言"
    )
    scopes: Mapped[list[str]] = texts_column(
        doc="The roles that were used to ask for it: no others count for it.", zh="角色范围", tier=Tier.CONFIDENTIAL
    )
    asked_at: Mapped[datetime] = instant_column(doc="When it was asked for.", zh="打印时间", order=True)
    expires_at: Mapped[datetime] = instant_column(doc="Until when the address is good.", zh="到期时间")


ADDRESS = Reveal(
    "downloadUrl", "Where the PDF can be had, for a day; whoever has the address can read it as you can now."
)


@command(action=Action.CREATE, record=PrintedDocument, zh="打印单据", reveals=(ADDRESS,))
class PrintDocument:
    """Have a document as a PDF: what you may see of the record, in the language of its party.

    A record that you may not see answers as one that does not exist.
    """

    kind: DocumentKind = argument(doc="What is printed.", zh="单据类型")
    issuer_id: UUID = argument(doc="The company whose document it is.", zh="开具公司", reference="company")
    number: str = argument(doc="Number of the document.", zh="单据编号")
    language: DocumentLanguage | None = argument(
        doc="In which language; Chinese for a party in China, else English, unless given.", zh="语言", default=None
    )


async def print_documents(work: Work, commands: Sequence[PrintDocument]) -> Results[PrintedDocument]:
    """The documents that were asked for; that each can be seen was made sure of before.

    Raises: Rejected (per row).
    """
    outcomes: list[UUID | DomainError] = []
    rows: list[dict[str, Any]] = []
    for one in commands:
        if not one.number or len(one.number) > CODE_LENGTH_MAX:
            reason, reason_zh = "no document has such a number", "没有此编号的单据"
            outcomes.append(
                Rejected(("number",), what="number", value=one.number[:40], reason=reason, reason_zh=reason_zh)
            )
            continue
        rows.append(
            {
                "id": new_id(), "user_id": work.actor.id, "kind": one.kind.value, "issuer_id": one.issuer_id,
                "number": one.number, "language": one.language.value if one.language else None,
                "scopes": used_roles(work), "asked_at": work.now, "expires_at": work.now + KEPT,
            }
        )  # fmt: skip
        outcomes.append(rows[-1]["id"])
    if rows:
        await work.insert(PrintedDocument, rows)
    return Results(outcomes)
