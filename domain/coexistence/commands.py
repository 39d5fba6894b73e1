"""Bringing over what another system recorded: runs, rows, opening stock.

`ImportHistory` takes a row as it was: it applies no flow, posts nothing and refuses only what no record could hold.
It has its own action, IMPORT, so that nobody who may create documents may thereby write history.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain import finance, inventory
from domain.coexistence.imports import Finding, Ref, home_of, refs_of
from domain.coexistence.models import ImportIssue, ImportRun, ImportStatus, LegacyKey, SourceSystem
from domain.core.actors import Action
from domain.core.columns import TEXT_LENGTH_MAX
from domain.core.commands import Results, argument, command
from domain.core.errors import DomainError
from domain.core.records import Record
from domain.core.work import Work
from domain.inventory import OpeningStock
from domain.inventory.models import StockBalance

HISTORY_IMPORTED = "HistoryImported"

_key = LegacyKey.table
_wanted = func.unnest(bindparam("keys", type_=ARRAY(Text()))).table_valued("key").render_derived(name="wanted")
_RESOLVE = select(_key.c.key, _key.c.record_id).join_from(
    _wanted,
    _key,
    (_key.c.company_id == bindparam("company_id", type_=SmallInteger()))
    & (_key.c.source_system_id == bindparam("source_system_id", type_=Uuid()))
    & (_key.c.record_type == bindparam("record_type", type_=Text()))
    & (_key.c.key == _wanted.c.key),
)
_system = SourceSystem.table
_SYSTEM = select(_system.c.id).where(_system.c.code == bindparam("code", type_=Text()))


class ReferenceMissing(DomainError):
    """A row names a record that was not imported from its source."""

    code = "REFERENCE_MISSING"
    zh = "{record_type} {key} 未从源系统导入。"
    en = "{record_type} {key} was not imported from this source."


@command(action=Action.IMPORT, record=ImportRun, zh="开始导入")
class OpenImportRun:
    """Begin a run of an import, and know its source system from then on."""

    system: str = argument(doc="Code of the source system.", zh="系统代码")
    name: str = argument(doc="Name of the source system.", zh="系统名称")
    cut_over_on: date | None = argument(doc="Day on which open balances are taken over.", zh="切换日期")
    input_digest: str = argument(doc="SHA-256 over the files.", zh="输入摘要")
    is_dry_run: bool = argument(doc="Whether nothing is to be kept.", zh="是否试运行")


async def open_import_runs(work: Work, commands: Sequence[OpenImportRun]) -> Results[ImportRun]:
    """The ids of the runs, in order; the source system is made at its first run."""
    ids: list[UUID] = []
    for one in commands:
        known = await work.fetch(_SYSTEM, code=one.system)
        values = {"code": one.system, "name": one.name, "cut_over_on": one.cut_over_on}
        system_id = known[0]["id"] if known else (await work.insert(SourceSystem, [values]))[0]
        run = {
            "source_system_id": system_id,
            "status": ImportStatus.RUNNING.value,
            "is_dry_run": one.is_dry_run,
            "started_at": work.now,
            "input_digest": one.input_digest,
        }
        ids += await work.insert(ImportRun, [run])
    return Results(ids)


@command(action=Action.IMPORT, record=ImportRun, zh="结束导入")
class CloseImportRun:
    """Write down how a run ended, with its counts and findings."""

    run_id: UUID = argument(doc="The run.", zh="导入运行")
    status: ImportStatus = argument(doc="How it ended.", zh="状态")
    counts: Mapping[str, int] = argument(doc="Rows read, created, updated, unchanged, refused.", zh="计数")
    report: str = argument(doc="What it found, in words.", zh="报告")
    findings: tuple[Finding, ...] = argument(doc="What was refused or remarked on.", zh="问题")


async def close_import_runs(work: Work, commands: Sequence[CloseImportRun]) -> Results[ImportRun]:
    """The ids of the runs, in order, with their findings as issues."""
    for one in commands:
        values = {
            "id": one.run_id,
            "status": one.status.value,
            "finished_at": work.now,
            "report": one.report[:TEXT_LENGTH_MAX],
            **one.counts,
        }
        await work.update(ImportRun, [values], tuple(name for name in values if name != "id"))
        if one.findings:
            await work.insert(ImportIssue, [_issue(one.run_id, finding) for finding in one.findings], audited=False)
    return Results([one.run_id for one in commands])


def _issue(run_id: UUID, finding: Finding) -> dict[str, Any]:
    return {
        "import_run_id": run_id,
        "file": finding.file,
        "line": finding.line,
        "column_name": finding.column,
        "value": finding.value,
        "code": finding.code,
        "message": finding.message[:TEXT_LENGTH_MAX],
        "is_refusal": finding.is_refusal,
    }


@command(action=Action.IMPORT, record=LegacyKey, zh="导入历史记录")
class ImportHistory:
    """Bring one row of a legacy system over as it was: its state and quantities stay, nothing is posted.

    `key_id` and `record_id` are those known from an earlier run; a row without `record_id` is new. `values` is empty
    for a row that only adds a key to the record `record_id`.
    """

    source_system_id: UUID = argument(doc="The source system.", zh="源系统")
    source_table: str = argument(doc="Table of the row in the source.", zh="源表")
    record: type[Record] = argument(doc="The kind of record it becomes.", zh="记录类型")
    key: str = argument(doc="Primary key of the row in the source.", zh="主键")
    digest: int = argument(doc="Digest of the row.", zh="摘要")
    values: Mapping[str, Any] = argument(doc="Values of the record; references by their legacy keys.", zh="字段值")
    key_id: UUID | None = argument(doc="The legacy key, if the row was imported before.", zh="主键记录", default=None)
    record_id: UUID | None = argument(doc="The record, if it exists.", zh="记录", default=None)


async def import_history(work: Work, commands: Sequence[ImportHistory]) -> Results[LegacyKey]:
    """The ids of the records, in order. Emits: HistoryImported, for new records.

    Raises: ReferenceMissing for the first row that names a record which was not imported.
    """
    targets = await _targets(work, commands)
    rows = [_resolved(one, targets) for one in commands]
    record_ids = [one.record_id for one in commands]
    for record in dict.fromkeys(one.record for one in commands):
        new = [
            place for place, one in enumerate(commands) if one.record is record and one.record_id is None and one.values
        ]
        for place, id_ in zip(new, await work.insert(record, [rows[place] for place in new]), strict=True):
            record_ids[place] = id_
        if new:
            work.emit(HISTORY_IMPORTED, record, [id_ for place in new if (id_ := record_ids[place]) is not None])
        await _update(
            work, record, [(one, row) for one, row in zip(commands, rows, strict=True) if one.record is record]
        )
    ids = [id_ for id_ in record_ids if id_ is not None]
    await _write_keys(work, commands, ids)
    return Results(ids)


async def _update(work: Work, record: type[Record], rows: Sequence[tuple[ImportHistory, Mapping[str, Any]]]) -> None:
    """Records that were imported before take the row's new values."""
    changed = [{**row, "id": one.record_id} for one, row in rows if one.record_id and one.key_id and one.values]
    if changed:
        await work.update(record, changed, tuple(name for name in changed[0] if name != "id"))


async def _write_keys(work: Work, commands: Sequence[ImportHistory], ids: Sequence[UUID]) -> None:
    new = [
        {
            "source_system_id": one.source_system_id,
            "record_type": one.record.table.name,
            "key": one.key,
            "record_id": id_,
            "source_table": one.source_table,
            "digest": one.digest,
        }
        for one, id_ in zip(commands, ids, strict=True)
        if one.key_id is None
    ]
    known = [
        {"id": one.key_id, "record_id": id_, "digest": one.digest}
        for one, id_ in zip(commands, ids, strict=True)
        if one.key_id is not None
    ]
    if new:
        await work.insert(LegacyKey, new, audited=False)
    if known:
        await work.update(LegacyKey, known, ("record_id", "digest"), audited=False)


async def _targets(work: Work, commands: Sequence[ImportHistory]) -> Mapping[tuple[str, str], UUID]:
    """The records that the rows name, by record type and legacy key."""
    return await resolve(work, commands[0].source_system_id, [ref for one in commands for ref in refs_of(one.values)])


async def resolve(work: Work, source_system_id: UUID, refs: Iterable[Ref]) -> Mapping[tuple[str, str], UUID]:
    """The records that the references name; group records are found in the group, others in the work's company."""
    keys: defaultdict[type[Record], set[str]] = defaultdict(set)
    for ref in refs:
        keys[ref.record].add(ref.key)
    found: dict[tuple[str, str], UUID] = {}
    for record, wanted in keys.items():
        rows = await work.fetch(
            _RESOLVE,
            company_id=home_of(record, work.company_id),
            source_system_id=source_system_id,
            record_type=record.table.name,
            keys=sorted(wanted),
        )
        found |= {(record.table.name, row["key"]): row["record_id"] for row in rows}
    return found


def _resolved(one: ImportHistory, targets: Mapping[tuple[str, str], UUID]) -> dict[str, Any]:
    """The row's values with ids in place of references. Raises: ReferenceMissing."""
    values: dict[str, Any] = {}
    for name, value in one.values.items():
        if isinstance(value, Ref):
            values[name] = _target(targets, value)
        else:
            values[name] = value
    return values


@command(action=Action.IMPORT, record=StockBalance, zh="导入期初库存")
class OpenHistoricalStock:
    """Hold what a legacy system held of one item at one location when it was left: one balanced opening posting."""

    source_system_id: UUID = argument(doc="The source system.", zh="源系统")
    source_table: str = argument(doc="Table of the row in the source.", zh="源表")
    key: str = argument(doc="Primary key of the row in the source.", zh="主键")
    digest: int = argument(doc="Digest of the row.", zh="摘要")
    item: Ref = argument(doc="The item, by its legacy key.", zh="物料")
    location: Ref = argument(doc="The location, by its legacy key.", zh="库位")
    storage_bin: str | None = argument(doc="Shelf and bin.", zh="货架储位")
    quantity: Decimal = argument(doc="On hand.", zh="数量", number="quantity")
    unit_cost: Decimal = argument(doc="Standard cost of one unit.", zh="标准单位成本", number="money")
    cut_over_on: date = argument(doc="The day the opening counts from.", zh="切换日期")


async def open_historical_stock(work: Work, commands: Sequence[OpenHistoricalStock]) -> Results[StockBalance]:
    """The ids of the balances, in order. Posts: stock against opening balances, one posting a row.

    The company gets the starting chart and periods of the cut-over year and of this one, where it has none yet.
    Raises: ReferenceMissing, StockAlreadyOpen.
    """
    first = commands[0]
    for year in sorted({first.cut_over_on.year, work.now.year}):
        await finance.found_books(work, date(year, 1, 1), date(year, 12, 31))
    targets = await resolve(work, first.source_system_id, [ref for one in commands for ref in (one.item, one.location)])
    rows = [
        OpeningStock(
            item_id=_target(targets, one.item),
            location_id=_target(targets, one.location),
            quantity=one.quantity,
            unit_cost=one.unit_cost,
            storage_bin=one.storage_bin,
        )
        for one in commands
    ]
    ids = await inventory.open_stock(work, rows, first.cut_over_on)
    await work.insert(LegacyKey, [_stock_key(one, id_) for one, id_ in zip(commands, ids, strict=True)], audited=False)
    return Results(ids)


def _target(targets: Mapping[tuple[str, str], UUID], ref: Ref) -> UUID:
    target = targets.get((ref.record_type, ref.key))
    if target is None:
        raise ReferenceMissing(record_type=ref.record_type, key=ref.key)
    return target


def _stock_key(one: OpenHistoricalStock, balance_id: UUID) -> dict[str, Any]:
    return {
        "source_system_id": one.source_system_id,
        "record_type": StockBalance.table.name,
        "key": one.key,
        "record_id": balance_id,
        "source_table": one.source_table,
        "digest": one.digest,
    }
