"""Commands on bulk exports: those of the account that asks, and those with which the runner tells its progress."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from domain.coexistence.attempts import CANCEL, FAIL, START, SUCCEED, Life
from domain.coexistence.exports.models import (
    DOCUMENT_LENGTH_MAX,
    VARIABLES_LENGTH_MAX,
    ExportRun,
    ExportStatus,
)
from domain.coexistence.ownership import TooMany, used_roles
from domain.core.actors import Action
from domain.core.columns import TEXT_LENGTH_MAX
from domain.core.commands import Results, Reveal, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, Rejected
from domain.core.flow import Flow, Transition
from domain.core.ids import new_id
from domain.core.models import AccessLogEntry
from domain.core.work import Work

WHAT = "Export run"
QUEUED = "ExportRunQueued"
PROGRESSED = "ExportRunProgressed"
FINISHED = "ExportRunFinished"

# Exports of one account that wait or run: the runner is there for all.
OPEN_MAX = 5
# An export that was interrupted so often will be again.
ATTEMPTS_MAX = 3
# How long a file is kept.
KEPT = timedelta(days=7)

EXPIRE = "expire"
_OPEN = frozenset({ExportStatus.QUEUED, ExportStatus.RUNNING})
EXPORT_FLOW = Flow(
    document=WHAT,
    initial=ExportStatus.QUEUED,
    transitions={
        # One that runs is begun again where its process died.
        START: Transition(_OPEN, ExportStatus.RUNNING),
        SUCCEED: Transition(frozenset({ExportStatus.RUNNING}), ExportStatus.SUCCEEDED),
        FAIL: Transition(_OPEN, ExportStatus.FAILED),
        CANCEL: Transition(_OPEN, ExportStatus.CANCELLED),
        EXPIRE: Transition(frozenset({ExportStatus.SUCCEEDED}), ExportStatus.EXPIRED),
    },
)

ADDRESS = Reveal(
    "downloadUrl", "Where the file can be had once the run has SUCCEEDED, for a day; whoever has it can read the file."
)
EXPORT = Life(ExportRun, EXPORT_FLOW, ExportStatus, ATTEMPTS_MAX, progressed=PROGRESSED, finished=FINISHED)


@command(action=Action.CREATE, record=ExportRun, zh="批量导出", reveals=(ADDRESS,), own=True)
class BulkExport:
    """Run a query to its end into a file of JSON lines, as you could see everything at one moment.

    Its root is one connection without a page; each node is a line, and the nodes of connections below it are lines of
    their own after it, with `__parentId`. Fields that you may not read are null, and named by the run.
    """

    document: str = argument(doc="The query: one connection, its nodes, and what is below them.", zh="查询文档")
    variables: str | None = argument(doc="Its variables, a JSON object as text.", zh="变量", default=None)


async def bulk_export(work: Work, commands: Sequence[BulkExport]) -> Results[ExportRun]:
    """The runs, QUEUED.

    Raises: Rejected, TooMany (per row). Emits: ExportRunQueued.
    """
    waiting = await EXPORT.open_count(work)
    outcomes: list[UUID | DomainError] = []
    rows: list[Mapping[str, Any]] = []
    for one in commands:
        refusal = _refused(one)
        if refusal is None and waiting + len(rows) >= OPEN_MAX:
            refusal = TooMany(what=WHAT, limit=OPEN_MAX)
        if refusal is not None:
            outcomes.append(refusal)
            continue
        rows.append(
            {
                "id": new_id(), "user_id": work.actor.id, "document": one.document, "variables": one.variables,
                "scopes": used_roles(work), "status": ExportStatus.QUEUED.value, "queued_at": work.now,
                "attempt_count": 0, "row_count": 0, "file_kib": 0, "withheld": [],
            }
        )  # fmt: skip
        outcomes.append(rows[-1]["id"])
    if rows:
        work.emit(QUEUED, ExportRun, await work.insert(ExportRun, rows))
    return Results(outcomes)


def _refused(one: BulkExport) -> DomainError | None:
    """Why the query cannot be kept, or None."""
    if not 0 < len(one.document) <= DOCUMENT_LENGTH_MAX:
        reason, reason_zh = f"it has 1 to {DOCUMENT_LENGTH_MAX} characters", f"长度须为 1 至 {DOCUMENT_LENGTH_MAX}"
        return Rejected(("document",), what="document", value=one.document[:40], reason=reason, reason_zh=reason_zh)
    given = one.variables
    if given is None:
        return None
    try:
        is_object = isinstance(orjson.loads(given), dict)
    except orjson.JSONDecodeError:
        is_object = False
    if not is_object or len(given) > VARIABLES_LENGTH_MAX:
        reason = f"it is no JSON object of at most {VARIABLES_LENGTH_MAX} characters"
        reason_zh = f"须为不超过 {VARIABLES_LENGTH_MAX} 个字符的 JSON 对象"
        return Rejected(("variables",), what="variables", value=given[:40], reason=reason, reason_zh=reason_zh)
    return None


@command(action=Action.CREATE, record=ExportRun, zh="签发导出地址", reveals=(ADDRESS,), own=True)
class SignBulkExport:
    """Have the address of the file told once more; only the account that asked for the export may."""

    export_run_id: UUID = argument(doc="The run.", zh="导出运行", reference="export_run")


async def sign_bulk_exports(work: Work, commands: Sequence[SignBulkExport]) -> Results[ExportRun]:
    """The runs, unchanged.

    Raises: NotFound, NotOwner (per row).
    """
    return await EXPORT.signed(work, commands)


@command(action=Action.CHANGE, record=ExportRun, zh="取消导出", own=True)
class CancelBulkExport:
    """End an export that waits or runs; nothing of it is kept. The owner may, and an administrator."""

    export_run_id: UUID = argument(doc="The run.", zh="导出运行", reference="export_run")


async def cancel_bulk_exports(work: Work, commands: Sequence[CancelBulkExport]) -> Results[ExportRun]:
    """The runs, CANCELLED.

    Raises: NotFound, NotOwner, WrongState (per row). Emits: ExportRunFinished.
    """
    return await EXPORT.cancelled(work, commands, FinishExport)


@command(action=Action.ADMINISTER, record=ExportRun, zh="开始导出")
class BeginExport:
    """Begin, or begin again after an interruption; sent by the runner."""

    export_run_id: UUID = argument(doc="The run.", zh="导出运行", reference="export_run")


async def begin_exports(work: Work, commands: Sequence[BeginExport]) -> Results[ExportRun]:
    """The runs, RUNNING from their first line; one that was interrupted too often has FAILED.

    Raises: NotFound, WrongState (per row). Emits: ExportRunProgressed.
    """
    return await EXPORT.begun(work, commands, {"row_count": 0, "file_kib": 0})


@command(action=Action.ADMINISTER, record=ExportRun, zh="记录导出进度")
class RecordExportProgress:
    """Write down how far an attempt is; sent by the runner."""

    export_run_id: UUID = argument(doc="The run.", zh="导出运行", reference="export_run")
    attempt: int = argument(doc="The attempt, from 1.", zh="尝试序号")
    row_count: int = argument(doc="Lines written.", zh="行数", unit="line")
    file_kib: int = argument(doc="Size of what was written.", zh="大小", unit="KiB")


async def record_export_progress(work: Work, commands: Sequence[RecordExportProgress]) -> Results[ExportRun]:
    """The runs with their counts.

    Raises: NotFound, WrongState for an attempt that is no longer the one that runs (per row). Emits:
    ExportRunProgressed.
    """

    def progressed(one: RecordExportProgress, row: Row) -> Mapping[str, Any]:
        EXPORT.check_attempt(row, one.attempt)
        return {"row_count": one.row_count, "file_kib": one.file_kib}

    return await EXPORT.changed(work, commands, progressed, ("row_count", "file_kib"), PROGRESSED)


@command(action=Action.ADMINISTER, record=ExportRun, zh="结束导出")
class FinishExport:
    """Write down how an attempt ended; sent by the runner. `file` is there when it succeeded, else `failure`."""

    export_run_id: UUID = argument(doc="The run.", zh="导出运行", reference="export_run")
    attempt: int = argument(doc="The attempt, from 1.", zh="尝试序号")
    row_count: int = argument(doc="Lines written.", zh="行数", unit="line", default=0)
    file_kib: int = argument(doc="Size of the file.", zh="大小", unit="KiB", default=0)
    digest: str | None = argument(doc="SHA-256 of the file.", zh="文件摘要", default=None)
    file: str | None = argument(doc="Name of the file in the store.", zh="文件", default=None)
    sight: str | None = argument(doc="Digest of what its owner could see.", zh="可见范围摘要", default=None)
    withheld: tuple[Mapping[str, Any], ...] = argument(doc="Fields that are null.", zh="隐去字段", default=())
    personal: tuple[str, ...] = argument(doc="Personal fields that it holds.", zh="个人字段", default=())
    reader: str = argument(doc="Name of the account, for the access log.", zh="读取人", default="")
    failure: str | None = argument(doc="Why it failed: a stable code.", zh="失败原因", default=None)
    failure_message: str | None = argument(doc="Why, in words.", zh="失败说明", default=None)


async def finish_exports(work: Work, commands: Sequence[FinishExport]) -> Results[ExportRun]:
    """The runs, SUCCEEDED or FAILED; where the file holds personal fields, the access log says so with it.

    Raises: NotFound, WrongState (per row). Emits: ExportRunFinished.
    """
    logged: list[Mapping[str, Any]] = []

    def finished(one: FinishExport, row: Row) -> Mapping[str, Any]:
        EXPORT.check_attempt(row, one.attempt)
        if one.personal and one.file is not None:
            logged.append(_access(row, one))
        return {
            "status": EXPORT.advanced(row, SUCCEED if one.file is not None else FAIL), "finished_at": work.now,
            "expires_at": work.now + KEPT if one.file is not None else None, "row_count": one.row_count,
            "file_kib": one.file_kib, "digest": one.digest, "file": one.file, "sight": one.sight,
            "withheld": list(one.withheld),
            "failure": one.failure if one.file is None else None,
            "failure_message": (one.failure_message or "")[:TEXT_LENGTH_MAX] or None,
        }  # fmt: skip

    fields = (
        "status", "finished_at", "expires_at", "row_count", "file_kib", "digest", "file", "sight", "withheld",
        "failure", "failure_message",
    )  # fmt: skip
    results = await EXPORT.changed(work, commands, finished, fields, FINISHED)
    await work.insert(AccessLogEntry, logged, audited=False)
    return results


def _access(row: Row, one: FinishExport) -> Mapping[str, Any]:
    """What the access log keeps of a file that holds personal values."""
    return {
        "id": new_id(), "actor_id": row["user_id"], "actor_name": one.reader,
        "document_hash": sha256(row["document"].encode()).hexdigest(), "coordinates": list(one.personal),
        "row_count": one.row_count,
    }  # fmt: skip


@command(action=Action.ADMINISTER, record=ExportRun, zh="清除导出文件")
class ExpireExport:
    """Write down that the file is gone; sent by the runner."""

    export_run_id: UUID = argument(doc="The run.", zh="导出运行", reference="export_run")


async def expire_exports(work: Work, commands: Sequence[ExpireExport]) -> Results[ExportRun]:
    """The runs, EXPIRED.

    Raises: NotFound, WrongState (per row). Emits: ExportRunFinished.
    """

    def expired(_: ExpireExport, row: Row) -> Mapping[str, Any]:
        return {"status": EXPORT.advanced(row, EXPIRE), "file": None}

    return await EXPORT.changed(work, commands, expired, ("status", "file"), FINISHED)


def address_ends_at(now: datetime) -> datetime:
    """Until when an address that is signed now is good."""
    return now + timedelta(days=1)
