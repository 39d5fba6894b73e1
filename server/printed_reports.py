"""Reports as files at an address: read as the account that asked, when the file is fetched.

As with documents: a report that may no longer be seen, an owner who lost a role, an address that ended, all answer as a
path that is not there.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from typing import Any, Final

import orjson

from domain.coexistence.printed_reports import PrintReport, ReportForm
from domain.coexistence.printing import DocumentLanguage, PrintingUnavailable
from domain.core.actors import Actor, Grants
from domain.core.database import Row
from domain.core.errors import FieldNotReadable, InvalidInput, NotFound, Rejected
from resolvers.operation import Dispatcher, Invalid
from schema.graph import REPORT_ROOTS
from server.report_files import ReportAsked, Sheet, read_sheet
from server.report_print import pdf
from server.report_sheet import workbook
from server.signed_files import File, FileCompanion, SignedFiles

ASKED = """
SELECT p.report, c.code AS company_code, p.form, p.language, p.arguments, p.scopes, u.name
FROM printed_report p JOIN user_account u ON u.id = p.user_id JOIN company c ON c.id = p.issuer_id
WHERE p.id = $1 AND p.expires_at > now()
"""
FORMS: Final[Mapping[ReportForm, tuple[Callable[[Sheet], bytes], str]]] = {
    ReportForm.XLSX: (workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ReportForm.PDF: (pdf, "application/pdf"),
}
# What each form needs of the extra `documents`.
NEEDED: Final[Mapping[ReportForm, tuple[str, ...]]] = {
    ReportForm.XLSX: ("xlsxwriter",), ReportForm.PDF: ("typst", "pylopdf_fonts_zh_cn")
}  # fmt: skip


async def _sheet(dispatcher: Dispatcher, reader: tuple[Actor, Grants], asked: ReportAsked) -> Sheet:
    """The report as its reader sees it.

    Raises: NotFound for a report that is not in the reader's graph, as for one that does not exist; Rejected for
    arguments that it does not take; what the graph refuses.
    """
    queries = dispatcher.schema_for(reader[1]).query_type
    if queries is None or asked.root not in queries.fields.keys() & REPORT_ROOTS.keys():
        raise NotFound(("report",), what="report", key=asked.root)
    try:
        return await read_sheet(dispatcher, reader, asked)
    except Invalid as invalid:
        [first, *_] = invalid.refusals
        given = ", ".join(f"{name}: {value}" for name, value in asked.arguments.items())
        raise Rejected(
            ("arguments",), what="arguments", value=given or "()", reason=first.message("en"),
            reason_zh=first.message("zh"),
        ) from invalid  # fmt: skip


class ReportCompanion(FileCompanion):
    """What a report as a file needs beside the domain: it can be made for who asks."""

    address = "/reports/{}"

    async def check(self, command: Any, actor: Actor, grants: Grants) -> None:
        """Make sure that the file can be made.

        Raises: NotFound, Rejected, PrintingUnavailable, and what the graph refuses of the report.
        """
        assert isinstance(command, PrintReport)
        if any(find_spec(name) is None for name in NEEDED[command.form]):
            raise PrintingUnavailable()
        given = {one.name: one.value for one in command.arguments}
        company = await self.company(command.issuer_id)
        asked = ReportAsked(command.report, company, given, command.language.lower(), datetime.now(UTC))
        await _sheet(self.dispatcher, (actor, grants), asked)


class PrintedReports(SignedFiles):
    """Reports as workbooks and pages."""

    asked = ASKED

    async def file(self, row: Row, reader: tuple[Actor, Grants]) -> File | None:
        """The report as its owner sees it now."""
        form, language = ReportForm(row["form"]), DocumentLanguage(row["language"])
        arguments: Mapping[str, str] = orjson.loads(row["arguments"])
        asked = ReportAsked(row["report"], row["company_code"], arguments, language.lower(), datetime.now(UTC))
        try:
            sheet = await _sheet(self.roads.unlimited, reader, asked)
        except (FieldNotReadable, InvalidInput, NotFound, Rejected):
            return None
        write, media_type = FORMS[form]
        shown = f'attachment; filename="{row["report"]}-{row["company_code"]}.{form.lower()}"'
        return File(partial(write, sheet), media_type, shown)
