"""Reports as files: who asked for which, with what arguments and in which form, and until when it can be had.

As with documents nothing of a file is kept: it is made when it is fetched, of what the account that asked may see then.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Mapped

from domain.coexistence.ownership import used_roles
from domain.coexistence.printing import KEPT, DocumentLanguage
from domain.core.actors import Action
from domain.core.columns import (
    CODE_LENGTH_MAX,
    Tier,
    code_column,
    enum_column,
    instant_column,
    reference,
    text_column,
    texts_column,
)
from domain.core.commands import Results, Reveal, argument, command, part
from domain.core.errors import DomainError, Rejected
from domain.core.ids import new_id
from domain.core.records import GroupRecord, Scope
from domain.core.work import Work

ARGUMENTS_MAX = 20
VALUE_LENGTH_MAX = 100
ARGUMENTS_LENGTH_MAX = ARGUMENTS_MAX * (CODE_LENGTH_MAX + VALUE_LENGTH_MAX)


class ReportForm(StrEnum):
    """As what a report is written."""

    XLSX = "XLSX"
    PDF = "PDF"


class PrintedReport(GroupRecord, scope=Scope(owner="user_id"), zh="报表文件", retention="90 days"):
    """One report that an account asked for, as a file at a signed address."""

    __tablename__ = "printed_report"

    user_id: Mapped[UUID] = reference(
        "user_account", doc="Who asked; the file shows what this account may see.", zh="打印人",
        many="printed_reports", tier=Tier.INTERNAL,
    )  # fmt: skip
    report: Mapped[str] = code_column(doc="The report, as the graph names it.", zh="报表", tier=Tier.INTERNAL)
    issuer_id: Mapped[UUID] = reference(
        "company", doc="The company that is reported on.", zh="报告公司", many="printed_reports", tier=Tier.INTERNAL
    )
    form: Mapped[ReportForm] = enum_column(ReportForm, doc="As what it is written.", zh="文件格式")
    language: Mapped[DocumentLanguage] = enum_column(DocumentLanguage, doc="In which language.", zh="语言")
    arguments: Mapped[str] = text_column(
        doc="What it was asked with: a JSON object of texts.", zh="参数", tier=Tier.INTERNAL,
        length_max=ARGUMENTS_LENGTH_MAX,
    )  # fmt: skip
    scopes: Mapped[list[str]] = texts_column(
        doc="The roles that were used to ask for it: no others count for it.", zh="角色范围", tier=Tier.CONFIDENTIAL
    )
    asked_at: Mapped[datetime] = instant_column(doc="When it was asked for.", zh="打印时间", order=True)
    expires_at: Mapped[datetime] = instant_column(doc="Until when the address is good.", zh="到期时间")


FILE = Reveal(
    "downloadUrl", "Where the file can be had, for a day; whoever has the address can read it as you can now."
)


@part
class ReportArgumentInput:
    """One argument of the report."""

    name: str = argument(doc="Its name in the graph: from, to, on, by ...", zh="名称")
    value: str = argument(doc="Its value, as text.", zh="值")


@command(action=Action.CREATE, record=PrintedReport, zh="打印报表", reveals=(FILE,))
class PrintReport:
    """Have a report of one company as a file: the lines that you see of it in the graph, with headings and totals.

    A report that you may not see answers as one that does not exist; what of it is withheld from you is named below the
    table.
    """

    report: str = argument(doc="The report, as the graph names it: trialBalance, stockMovement ...", zh="报表")
    issuer_id: UUID = argument(doc="The company that is reported on.", zh="报告公司", reference="company")
    form: ReportForm = argument(doc="As what it is written.", zh="文件格式")
    language: DocumentLanguage = argument(
        doc="In which language; Chinese unless given.", zh="语言", default=DocumentLanguage.ZH
    )
    arguments: tuple[ReportArgumentInput, ...] = argument(
        doc="What it is asked with, each argument once.", zh="参数", default=()
    )


async def print_reports(work: Work, commands: Sequence[PrintReport]) -> Results[PrintedReport]:
    """The files that were asked for; that each can be made was made sure of before.

    Raises: Rejected (per row).
    """
    outcomes: list[UUID | DomainError] = []
    rows: list[dict[str, Any]] = []
    for one in commands:
        refusal = _refused(one)
        if refusal is not None:
            outcomes.append(refusal)
            continue
        given = {argument_.name: argument_.value for argument_ in one.arguments}
        rows.append(
            {
                "id": new_id(), "user_id": work.actor.id, "report": one.report, "issuer_id": one.issuer_id,
                "form": one.form.value, "language": one.language.value, "arguments": orjson.dumps(given).decode(),
                "scopes": used_roles(work), "asked_at": work.now, "expires_at": work.now + KEPT,
            }
        )  # fmt: skip
        outcomes.append(rows[-1]["id"])
    if rows:
        await work.insert(PrintedReport, rows)
    return Results(outcomes)


def _refused(one: PrintReport) -> DomainError | None:
    """Why the arguments cannot be kept, or None."""
    names = [given.name for given in one.arguments]
    if len(names) > ARGUMENTS_MAX or len(set(names)) < len(names):
        reason, reason_zh = (
            f"each is given once, at most {ARGUMENTS_MAX}",
            f"每个参数只能给一次，最多 {ARGUMENTS_MAX} 个",
        )
        return Rejected(("arguments",), what="arguments", value=str(len(names)), reason=reason, reason_zh=reason_zh)
    for place, given in enumerate(one.arguments):
        if len(given.name) > CODE_LENGTH_MAX or len(given.value) > VALUE_LENGTH_MAX:
            reason, reason_zh = f"at most {VALUE_LENGTH_MAX} characters", f"最多 {VALUE_LENGTH_MAX} 个字符"
            path = ("arguments", place, "value")
            return Rejected(path, what="value", value=given.value[:40], reason=reason, reason_zh=reason_zh)
    return None
