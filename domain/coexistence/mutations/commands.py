"""Commands on bulk mutations: those of the account that asks, and those with which the runner tells its progress."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.types import Uuid

from domain.coexistence.attempts import CANCEL, FAIL, START, SUCCEED, Life
from domain.coexistence.mutations.models import BulkUpload, MutationRun, MutationStatus, UploadStatus
from domain.coexistence.ownership import TooMany, check_owner, used_roles
from domain.core.actors import Action
from domain.core.columns import NAME_LENGTH_MAX, TEXT_LENGTH_MAX
from domain.core.commands import Results, Reveal, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, WrongState
from domain.core.flow import Flow, Transition
from domain.core.ids import new_id
from domain.core.perform import BatchPolicy
from domain.core.work import Work

UPLOAD, RUN = "Bulk upload", "Mutation run"
QUEUED = "MutationRunQueued"
PROGRESSED = "MutationRunProgressed"
FINISHED = "MutationRunFinished"
RECEIVED = "BulkUploadReceived"

# Runs of one account that wait or go on, and uploads that wait for their file.
OPEN_MAX = 5
UPLOADS_MAX = 20
ATTEMPTS_MAX = 5
KEPT = timedelta(days=7)

_OPEN = frozenset({MutationStatus.QUEUED, MutationStatus.RUNNING})
MUTATION_FLOW = Flow(
    document=RUN,
    initial=MutationStatus.QUEUED,
    transitions={
        START: Transition(_OPEN, MutationStatus.RUNNING),
        SUCCEED: Transition(frozenset({MutationStatus.RUNNING}), MutationStatus.SUCCEEDED),
        FAIL: Transition(_OPEN, MutationStatus.FAILED),
        # Only before it begins: lines that are done cannot be taken back.
        CANCEL: Transition(frozenset({MutationStatus.QUEUED}), MutationStatus.CANCELLED),
    },
)

UPLOAD_ADDRESS = Reveal("uploadUrl", "Where the file is posted, once and within an hour, as it is.")
RESULT_ADDRESS = Reveal("resultUrl", "Where the result can be had once the run has ended, for a day: a line a line.")

MUTATION = Life(
    MutationRun, MUTATION_FLOW, MutationStatus, ATTEMPTS_MAX, progressed=PROGRESSED, finished=FINISHED
)  # fmt: skip

_upload = BulkUpload.table
_user = bindparam("user_id", type_=Uuid())
_UNSENT = (
    select(func.count())
    .select_from(_upload)
    .where(_upload.c.user_id == _user, _upload.c.status == UploadStatus.OPEN.value)
)


@command(action=Action.CREATE, record=BulkUpload, zh="创建批量上传", reveals=(UPLOAD_ADDRESS,))
class CreateBulkUpload:
    """Have an address to which a file of JSON lines can be posted, for bulk mutations of your own."""

    name: str = argument(doc="What the file is.", zh="名称")


async def create_bulk_uploads(work: Work, commands: Sequence[CreateBulkUpload]) -> Results[BulkUpload]:
    """The uploads, OPEN.

    Raises: TooMany (per row).
    """
    unsent = (await work.fetch(_UNSENT, user_id=work.actor.id))[0][0]
    free = max(UPLOADS_MAX - unsent, 0)
    rows = [
        {
            "id": new_id(), "user_id": work.actor.id, "name": one.name[:NAME_LENGTH_MAX],
            "status": UploadStatus.OPEN.value, "opened_at": work.now,
            "expires_at": work.now + KEPT, "file_kib": 0,
        }
        for one in commands[:free]
    ]  # fmt: skip
    outcomes: list[UUID | DomainError] = list(await work.insert(BulkUpload, rows))
    return Results([*outcomes, *(TooMany(what=UPLOAD, limit=UPLOADS_MAX) for _ in commands[free:])])


@command(action=Action.ADMINISTER, record=BulkUpload, zh="接收批量上传")
class ReceiveBulkUpload:
    """Write down that the file is there; sent by whoever received it."""

    bulk_upload_id: UUID = argument(doc="The upload.", zh="批量上传", reference="bulk_upload")
    file_kib: int = argument(doc="Size of the file.", zh="大小", unit="KiB")
    digest: str = argument(doc="SHA-256 of the file.", zh="文件摘要")
    file: str = argument(doc="Name of the file in the store.", zh="文件")


async def receive_bulk_uploads(work: Work, commands: Sequence[ReceiveBulkUpload]) -> Results[BulkUpload]:
    """The uploads, RECEIVED.

    Raises: NotFound, WrongState (per row). Emits: BulkUploadReceived.
    """
    rows = await work.lock(BulkUpload, [one.bulk_upload_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    received: dict[UUID, Mapping[str, Any]] = {}
    for one in commands:
        id_ = one.bulk_upload_id
        row = rows.get(id_)
        if row is None:
            outcomes.append(NotFound(what=UPLOAD, key=str(id_)))
        elif row["status"] != UploadStatus.OPEN or id_ in received:
            outcomes.append(WrongState(what=UPLOAD, key=str(id_), state=row["status"], transition="be received"))
        else:
            received[id_] = {
                "id": id_, "status": UploadStatus.RECEIVED.value, "received_at": work.now, "file_kib": one.file_kib,
                "digest": one.digest, "file": one.file,
            }  # fmt: skip
            outcomes.append(id_)
    if received:
        fields = ("status", "received_at", "file_kib", "digest", "file")
        await work.update(BulkUpload, list(received.values()), fields=fields)
        work.emit(RECEIVED, BulkUpload, list(received))
    return Results(outcomes)


@command(action=Action.CREATE, record=MutationRun, zh="批量变更", reveals=(RESULT_ADDRESS,))
class BulkMutation:
    """Perform a mutation with each line of a file that you uploaded: `{"input": {...}}`, as its arguments would be.

    REJECT_ROW leaves out what is refused; REJECT_ALL does all or nothing, of at most 10,000 lines; DRY_RUN tries each
    line and writes nothing, so lines do not see each other.
    """

    mutation: str = argument(doc="The mutation field, such as createPurchaseOrder.", zh="变更")
    upload_id: UUID = argument(doc="The file of lines.", zh="上传文件", reference="bulk_upload")
    policy: BatchPolicy = argument(
        doc="What a refused line means for the others.", zh="策略", default=BatchPolicy.REJECT_ALL
    )


async def bulk_mutation(work: Work, commands: Sequence[BulkMutation]) -> Results[MutationRun]:
    """The runs, QUEUED.

    Raises: NotFound, NotOwner, WrongState for a file that is not there, TooMany (per row). Emits: MutationRunQueued.
    """
    waiting = await MUTATION.open_count(work)
    uploads = await work.lock(BulkUpload, [one.upload_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    rows: list[Mapping[str, Any]] = []
    for one in commands:
        try:
            upload = uploads.get(one.upload_id)
            if upload is None:
                raise NotFound(("upload",), what=UPLOAD, key=str(one.upload_id))
            check_owner(work, upload, UPLOAD)
            if upload["status"] != UploadStatus.RECEIVED:
                raise WrongState(
                    ("upload",), what=UPLOAD, key=str(one.upload_id), state=upload["status"], transition="be used"
                )
            if waiting + len(rows) >= OPEN_MAX:
                raise TooMany(what=RUN, limit=OPEN_MAX)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        rows.append(
            {
                "id": new_id(), "user_id": work.actor.id, "upload_id": one.upload_id, "mutation": one.mutation,
                "policy": one.policy.value, "scopes": used_roles(work), "status": MutationStatus.QUEUED.value,
                "queued_at": work.now, "attempt_count": 0, "line_count": 0, "accepted_count": 0, "refused_count": 0,
            }
        )  # fmt: skip
        outcomes.append(rows[-1]["id"])
    if rows:
        work.emit(QUEUED, MutationRun, await work.insert(MutationRun, rows))
    return Results(outcomes)


@command(action=Action.CREATE, record=MutationRun, zh="签发结果地址", reveals=(RESULT_ADDRESS,))
class SignBulkMutation:
    """Have the address of the result told once more; only the account that asked for the run may."""

    mutation_run_id: UUID = argument(doc="The run.", zh="批量变更运行", reference="mutation_run")


async def sign_bulk_mutations(work: Work, commands: Sequence[SignBulkMutation]) -> Results[MutationRun]:
    """The runs, unchanged.

    Raises: NotFound, NotOwner (per row).
    """
    return await MUTATION.signed(work, commands)


@command(action=Action.CHANGE, record=MutationRun, zh="取消批量变更")
class CancelBulkMutation:
    """End a run that has not begun. The owner may, and an administrator."""

    mutation_run_id: UUID = argument(doc="The run.", zh="批量变更运行", reference="mutation_run")


async def cancel_bulk_mutations(work: Work, commands: Sequence[CancelBulkMutation]) -> Results[MutationRun]:
    """The runs, CANCELLED.

    Raises: NotFound, NotOwner, WrongState (per row). Emits: MutationRunFinished.
    """
    return await MUTATION.cancelled(work, commands, FinishMutationRun)


@command(action=Action.ADMINISTER, record=MutationRun, zh="开始批量变更")
class BeginMutationRun:
    """Begin, or go on after an interruption; sent by the runner."""

    mutation_run_id: UUID = argument(doc="The run.", zh="批量变更运行", reference="mutation_run")


async def begin_mutation_runs(work: Work, commands: Sequence[BeginMutationRun]) -> Results[MutationRun]:
    """The runs, RUNNING; one that was interrupted too often has FAILED.

    Raises: NotFound, WrongState (per row). Emits: MutationRunProgressed.
    """
    return await MUTATION.begun(work, commands, {})


@command(action=Action.ADMINISTER, record=MutationRun, zh="记录批量变更进度")
class RecordMutationProgress:
    """Write down how far an attempt is; sent by the runner."""

    mutation_run_id: UUID = argument(doc="The run.", zh="批量变更运行", reference="mutation_run")
    attempt: int = argument(doc="The attempt, from 1.", zh="尝试序号")
    accepted_count: int = argument(doc="Lines accepted.", zh="接受数", unit="line")
    refused_count: int = argument(doc="Lines refused.", zh="拒绝数", unit="line")


async def record_mutation_progress(work: Work, commands: Sequence[RecordMutationProgress]) -> Results[MutationRun]:
    """The runs with their counts.

    Raises: NotFound, WrongState for an attempt that is no longer the one that runs (per row). Emits:
    MutationRunProgressed.
    """

    def progressed(one: RecordMutationProgress, row: Row) -> Mapping[str, Any]:
        MUTATION.check_attempt(row, one.attempt)
        return _counts(one)

    fields = ("line_count", "accepted_count", "refused_count")
    return await MUTATION.changed(work, commands, progressed, fields, PROGRESSED)


@command(action=Action.ADMINISTER, record=MutationRun, zh="结束批量变更")
class FinishMutationRun:
    """Write down how an attempt ended; sent by the runner. A run that failed may have a result, too."""

    mutation_run_id: UUID = argument(doc="The run.", zh="批量变更运行", reference="mutation_run")
    attempt: int = argument(doc="The attempt, from 1.", zh="尝试序号")
    accepted_count: int = argument(doc="Lines accepted.", zh="接受数", unit="line", default=0)
    refused_count: int = argument(doc="Lines refused.", zh="拒绝数", unit="line", default=0)
    digest: str | None = argument(doc="SHA-256 of the result.", zh="结果摘要", default=None)
    file: str | None = argument(doc="Name of the result in the store.", zh="结果文件", default=None)
    failure: str | None = argument(doc="Why it failed: a stable code.", zh="失败原因", default=None)
    failure_message: str | None = argument(doc="Why, in words.", zh="失败说明", default=None)


async def finish_mutation_runs(work: Work, commands: Sequence[FinishMutationRun]) -> Results[MutationRun]:
    """The runs, SUCCEEDED or FAILED.

    Raises: NotFound, WrongState (per row). Emits: MutationRunFinished.
    """

    def finished(one: FinishMutationRun, row: Row) -> Mapping[str, Any]:
        MUTATION.check_attempt(row, one.attempt)
        return {
            **_counts(one), "status": MUTATION.advanced(row, SUCCEED if one.failure is None else FAIL),
            "finished_at": work.now, "expires_at": work.now + KEPT, "digest": one.digest, "file": one.file,
            "failure": one.failure, "failure_message": (one.failure_message or "")[:TEXT_LENGTH_MAX] or None,
        }  # fmt: skip

    fields = (
        "line_count", "accepted_count", "refused_count", "status", "finished_at", "expires_at", "digest", "file",
        "failure", "failure_message",
    )  # fmt: skip
    return await MUTATION.changed(work, commands, finished, fields, FINISHED)


@command(action=Action.ADMINISTER, record=MutationRun, zh="清除批量变更文件")
class ExpireMutationRun:
    """Write down that the result is gone; sent by the runner."""

    mutation_run_id: UUID = argument(doc="The run.", zh="批量变更运行", reference="mutation_run")


async def expire_mutation_runs(work: Work, commands: Sequence[ExpireMutationRun]) -> Results[MutationRun]:
    """The runs without a result.

    Raises: NotFound (per row). Emits: MutationRunFinished.
    """
    return await MUTATION.changed(work, commands, lambda _, __: {"file": None}, ("file",), FINISHED)


@command(action=Action.ADMINISTER, record=BulkUpload, zh="清除批量上传")
class ExpireBulkUpload:
    """Write down that an uploaded file is gone; sent by the runner."""

    bulk_upload_id: UUID = argument(doc="The upload.", zh="批量上传", reference="bulk_upload")


async def expire_bulk_uploads(work: Work, commands: Sequence[ExpireBulkUpload]) -> Results[BulkUpload]:
    """The uploads, EXPIRED."""
    ids = list({one.bulk_upload_id: None for one in commands})
    await work.update(
        BulkUpload,
        [{"id": id_, "status": UploadStatus.EXPIRED.value, "file": None} for id_ in ids],
        fields=("status", "file"),
    )
    return Results([one.bulk_upload_id for one in commands])


def _counts(one: RecordMutationProgress | FinishMutationRun) -> Mapping[str, int]:
    return {
        "line_count": one.accepted_count + one.refused_count, "accepted_count": one.accepted_count,
        "refused_count": one.refused_count,
    }  # fmt: skip
