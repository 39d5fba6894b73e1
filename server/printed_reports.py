"""Reports as files at an address: read as the account that asked, when the file is fetched.

As with documents: a report that may no longer be seen, an owner who lost a role, an address that ended, all answer as a
path that is not there.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any, Final
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response

from domain.coexistence.printed_reports import PrintReport, ReportForm
from domain.coexistence.printing import KEPT, DocumentLanguage, PrintingUnavailable
from domain.core.actors import Actor, Grants
from domain.core.database import Connection, Database
from domain.core.errors import NotFound, Refusal, Rejected
from resolvers.operation import Dispatcher, Invalid
from schema.graph import REPORT_ROOTS
from server.derived import is_signed, signed_address
from server.printing import COMPANY, SET_AT_ONCE, reader_of
from server.report_files import ReportAsked, Sheet, read_sheet
from server.report_print import pdf
from server.report_sheet import workbook
from server.roads import Roads

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


class ReportCompanion:
    """What a report as a file needs beside the domain: it can be made for who asks, and the address is told."""

    def __init__(self, database: Database, dispatcher: Dispatcher, secret: bytes) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._secret = secret

    async def check(self, command: Any, actor: Actor, grants: Grants) -> None:
        """Make sure that the file can be made.

        Raises: NotFound, Rejected, PrintingUnavailable, and what the graph refuses of the report.
        """
        assert isinstance(command, PrintReport)
        if any(find_spec(name) is None for name in NEEDED[command.form]):
            raise PrintingUnavailable()
        async with self._database.acquire() as connection:
            company = await connection.fetchval(COMPANY, command.issuer_id)
        given = {one.name: one.value for one in command.arguments}
        asked = ReportAsked(command.report, company, given, command.language.lower(), datetime.now(UTC))
        await _sheet(self._dispatcher, (actor, grants), asked)

    async def reveal(self, connection: Connection, record_id: UUID) -> str:
        """The address of the file, good for a day."""
        return signed_address(self._secret, f"/reports/{record_id}", datetime.now(UTC) + KEPT)


class PrintedReports:
    """Answers GET and HEAD of /reports/{id}; `missing` makes the answer to a path that is not there."""

    def __init__(self, roads: Roads, secrets: Sequence[bytes], missing: Callable[[Request], Response]) -> None:
        self._roads = roads
        self._secrets = secrets
        self._missing = missing
        self._turn = asyncio.Semaphore(SET_AT_ONCE)

    async def __call__(self, request: Request) -> Response:
        """The report as its owner sees it now."""
        if not is_signed(self._secrets, request.url.path, dict(request.query_params), datetime.now(UTC)):
            return self._missing(request)
        async with self._roads.database.acquire() as connection:
            row = await connection.fetchrow(ASKED, request.path_params["report_id"])
        reader = await reader_of(self._roads, row)
        if row is None or reader is None:
            return self._missing(request)
        form, language = ReportForm(row["form"]), DocumentLanguage(row["language"])
        arguments: Mapping[str, str] = orjson.loads(row["arguments"])
        asked = ReportAsked(row["report"], row["company_code"], arguments, language.lower(), datetime.now(UTC))
        try:
            sheet = await _sheet(self._roads.unlimited, reader, asked)
        except Refusal:
            return self._missing(request)
        write, media_type = FORMS[form]
        async with self._turn:
            body = await asyncio.to_thread(write, sheet)
        named = f"{row['report']}-{row['company_code']}.{form.lower()}"
        headers = {
            "cache-control": "private, no-store", "x-content-type-options": "nosniff",
            "content-disposition": f'attachment; filename="{named}"',
        }  # fmt: skip
        return Response(body, headers=headers, media_type=media_type)
