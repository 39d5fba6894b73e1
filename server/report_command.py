"""`skein report`: a report read as a user and written as a file."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from authz.grants import compile_grants
from authz.tables import load_account
from domain.core.actors import Actor, Grants
from resolvers.catalog import camel
from resolvers.operation import Invalid
from server.preflight import Refused
from server.report_files import ReportAsked, Sheet, read_sheet
from server.report_print import pdf
from server.report_sheet import workbook
from server.roads import Roads, open_roads
from server.settings import Settings

FORMS = {"xlsx": workbook, "pdf": pdf}
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which file, for whom."""

    name: str
    company: str
    user: str
    form: str
    language: str
    output: Path | None


async def write_report(settings: Settings, wanted: Wanted, arguments: Mapping[str, str]) -> Path:
    """The path of the file that was written. Raises: Refused, and what the graph refuses."""
    if wanted.form not in FORMS or wanted.language not in LANGUAGES:
        raise Refused(f"--format is {' or '.join(FORMS)}, --language {' or '.join(LANGUAGES)}")
    sheet = await sheet_for(settings, wanted, arguments)
    path = wanted.output or Path(f"{wanted.name}-{wanted.company}.{wanted.form}")
    path.write_bytes(FORMS[wanted.form](sheet))
    return path


async def sheet_for(settings: Settings, wanted: Wanted, arguments: Mapping[str, str]) -> Sheet:
    """The report as the user sees it. Raises: Refused, and what the graph refuses."""
    async with AsyncExitStack() as stack:
        roads = await open_roads(settings, 1, stack)
        reader = await _reader(roads, wanted)
        root = camel(wanted.name.replace("-", "_"))
        asked = ReportAsked(root, wanted.company, arguments, wanted.language, datetime.now(UTC))
        try:
            return await read_sheet(roads.dispatcher, reader, asked)
        except Invalid as invalid:
            raise Refused("; ".join(one.message(wanted.language) for one in invalid.refusals)) from invalid


async def _reader(roads: Roads, wanted: Wanted) -> tuple[Actor, Grants]:
    async with roads.database.acquire() as connection:
        account = await load_account(connection, wanted.user)
    if account is None or not account.is_active:
        raise Refused(f"there is no active user {wanted.user}")
    actor = account.actor("report")
    return actor, compile_grants(roads.identity.policy, actor, roads.identity.companies)
