"""A run over feeds: every row checked first, then written chunk by chunk; `imports` says why there are two passes."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.coexistence.commands import ImportHistory, OpenHistoricalStock, OpenImportRun
from domain.coexistence.imports import (
    VALUE_SHOWN_MAX,
    Feed,
    Finding,
    ImportReport,
    Mapped,
    Progress,
    Tally,
    chunks,
    digest_of,
    home_of,
    refs_of,
)
from domain.coexistence.models import LegacyKey
from domain.coexistence.runs import Importer, Run, running
from domain.core.actors import Action, Actor, Audience, Grants
from domain.core.database import Connection, Limits
from domain.core.perform import perform
from domain.core.records import GROUP
from domain.master_data.companies import Company

# A chunk of an import may take longer than a request ever may.
LIMITS = Limits(statement_ms=300_000, lock_ms=30_000, idle_in_transaction_ms=300_000)

IMPORTER_ID = UUID("00000000-0000-7000-8000-000000000001")
IMPORTER = "importer"

_key = LegacyKey.table
# Joined, not `= ANY`: a generic plan of that may read all keys of the source and compare each with the whole array.
_wanted = func.unnest(bindparam("keys", type_=ARRAY(Text()))).table_valued("key").render_derived(name="wanted")
_KNOWN = select(_key.c.key, _key.c.id, _key.c.record_id, _key.c.digest).join_from(
    _wanted,
    _key,
    (_key.c.company_id == bindparam("company_id", type_=SmallInteger()))
    & (_key.c.source_system_id == bindparam("source_system_id", type_=Uuid()))
    & (_key.c.record_type == bindparam("record_type", type_=Text()))
    & (_key.c.key == _wanted.c.key),
)
_company = Company.table
_COMPANY = select(_company.c.company_id).where(_company.c.code == bindparam("code", type_=Text()))
_NEXT_COMPANY = select(func.coalesce(func.max(_company.c.company_id), 0) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an earlier run made of a row."""

    key_id: UUID
    record_id: UUID
    digest: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A source: its name, the company it becomes, the feeds in the order that references need, and what else to say.

    `stock` is the feed of opening balances, written by its own command as of `cut_over_on`; `check` reads the source
    once more and yields remarks (sentences) and findings about it as a whole.
    """

    system: str
    name: str
    company_id: int
    input_digest: str
    cut_over_on: date
    feeds: Sequence[Feed]
    stock: Feed
    check: Callable[[], Iterator[str | Finding]]
    without_home: tuple[str, ...]
    folded: tuple[str, ...]


@dataclass(slots=True)
class Feeding:
    """A run at work on a plan; `keys` holds the source's keys seen so far, by record type."""

    run: Run
    plan: Plan
    keys: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    @property
    def report(self) -> ImportReport:
        """The run's report."""
        return self.run.report

    @property
    def connection(self) -> Connection:
        """The run's connection."""
        return self.run.by.connection

    def home(self, feed: Feed) -> int:
        """The company number of the feed's rows and keys."""
        return home_of(feed.record, self.plan.company_id)

    async def perform(self, company_id: int, commands: Sequence[Any]) -> None:
        """The commands are true, in one transaction. Raises: the first refusal, with nothing written."""
        by = self.run.by
        done = await perform(by.connection, by.actor, by.grants, company_id, commands)
        for refusal in done.refusals:
            raise refusal


def importer(connection: Connection, company_id: int) -> Importer:
    """The named actor of an import: it may import into the group and that company, and nothing else."""
    companies = frozenset({GROUP, company_id})
    grants = Grants(
        version=0,
        audience=Audience.STAFF,
        companies=(GROUP, company_id),
        tiers={},
        actions={("coexistence", Action.IMPORT): companies},
    )
    actor = Actor(id=IMPORTER_ID, name=IMPORTER, audience=Audience.STAFF, roles={}, client=IMPORTER)
    return Importer(connection, actor, grants)


async def company_number(connection: Connection, code: str) -> int:
    """The number of the company with that code, or the next free one."""
    known = await connection.fetchval(_COMPANY, code=code)
    return known if known is not None else await connection.fetchval(_NEXT_COMPANY)


async def run_plan(by: Importer, plan: Plan, *, dry_run: bool, progress: Progress) -> ImportReport:
    """The report of one run; a dry run checks and counts, and writes nothing but the run itself.

    Raises: ImportRunning, UnreadableFile. A row that is refused does not raise: it stands in the report.
    """
    opened = OpenImportRun(
        system=plan.system,
        name=plan.name,
        cut_over_on=plan.cut_over_on,
        input_digest=plan.input_digest,
        is_dry_run=dry_run,
    )
    async with running(by, opened, progress) as run:
        run.report.without_home, run.report.folded = plan.without_home, plan.folded
        feeding = Feeding(run, plan)
        await _check(feeding)
        if not run.report.refused and not dry_run:
            await _write(feeding)
    return run.report


async def _check(feeding: Feeding) -> None:
    """The first pass: findings and tallies of every feed, as if it had been written; nothing is."""
    plan, report = feeding.plan, feeding.report
    for feed in (*plan.feeds, plan.stock):
        tally = feeding.run.tally(feed.source_table, feed.record)
        for chunk in chunks(_sound_rows(feeding, feed, tally)):
            await _compare(feeding, feed, tally, chunk)
            feeding.run.progress(f"check {feed.source_table} -> {feed.record_type}", tally.read, 0)
    for said in plan.check():
        if isinstance(said, Finding):
            report.add(said)
        else:
            report.remarks.append(said)


def _sound_rows(feeding: Feeding, feed: Feed, tally: Tally) -> Iterator[Mapped]:
    """The rows that are fit to be imported as far as the source alone can say; the others become findings."""
    keys = feeding.keys.setdefault(feed.record_type, set())
    codes: set[str] = set()
    for row in feed.rows():
        tally.read += 1
        if isinstance(row, Finding):
            _refuse(feeding, tally, row)
            continue
        code = _code(feed, row)
        finding = _unsound(feeding, feed, row, keys)
        if finding is None and code in codes:
            finding = _code_taken(feed, row, "occurs before")
        if finding is not None:
            _refuse(feeding, tally, finding)
            continue
        keys.add(row.key)
        if code is not None:
            codes.add(code)
        yield row


def _code(feed: Feed, row: Mapped) -> Any:
    """The row's business key, if its record has one."""
    return None if feed.record.spec.key is None else row.values.get(feed.record.spec.key)


def _unsound(feeding: Feeding, feed: Feed, row: Mapped, keys: set[str]) -> Finding | None:
    """What is wrong with a row's key or references, if anything."""
    if row.key in keys:
        message = "its key occurs before"
        return Finding(file=feed.file, line=row.line, value=row.key, code="DUPLICATE_KEY", message=message)
    for ref in refs_of(row.values):
        if ref.key not in feeding.keys.get(ref.record_type, ()):
            return Finding(
                file=feed.file,
                line=row.line,
                column=ref.column,
                value=ref.key[:VALUE_SHOWN_MAX],
                code="REFERENCE_MISSING",
                message=f"names no {ref.record_type} of the source",
            )
    return None


def _code_taken(feed: Feed, row: Mapped, message: str) -> Finding:
    """The finding for a business key that is taken."""
    column, code = feed.record.spec.key, _code(feed, row)
    return Finding(file=feed.file, line=row.line, column=column, value=code, code="CODE_TAKEN", message=message)


def _refuse(feeding: Feeding, tally: Tally, finding: Finding) -> None:
    tally.refused += 1
    feeding.report.add(finding)


async def _compare(feeding: Feeding, feed: Feed, tally: Tally, rows: Sequence[Mapped]) -> None:
    """Count what writing the rows would do."""
    known = await _known(feeding, feed, rows)
    existing = await _existing(feeding, feed, [row for row in rows if row.key not in known])
    for row in rows:
        before = known.get(row.key)
        if before is not None and before.digest == digest_of(row.values):
            tally.unchanged += 1
        elif before is not None and feed is feeding.plan.stock:
            _refuse(feeding, tally, _stock_open(feed, row))
        elif before is not None:
            tally.updated += 1
        elif _code(feed, row) not in existing:
            tally.created += 1
        elif feed.adopts:
            tally.unchanged += 1
        else:
            message = f"a {feed.record_type} that did not come from this source has it already"
            _refuse(feeding, tally, _code_taken(feed, row, message))


def _stock_open(feed: Feed, row: Mapped) -> Finding:
    message = "its stock was opened with another quantity or cost; a count corrects it"
    return Finding(file=feed.file, line=row.line, value=row.key, code="STOCK_ALREADY_OPEN", message=message)


async def _known(feeding: Feeding, feed: Feed, rows: Sequence[Mapped]) -> dict[str, Known]:
    """What earlier runs made of the rows, by key."""
    found = await feeding.connection.fetch(
        _KNOWN,
        company_id=feeding.home(feed),
        source_system_id=feeding.run.system_id,
        record_type=feed.record_type,
        keys=[row.key for row in rows],
    )
    return {row["key"]: Known(key_id=row["id"], record_id=row["record_id"], digest=row["digest"]) for row in found}


async def _existing(feeding: Feeding, feed: Feed, rows: Sequence[Mapped]) -> dict[str, UUID]:
    """Records that have the business keys of the rows already, by that key."""
    name, table = feed.record.spec.key, feed.record.table
    if name is None or not rows or feed.aliases:
        return {}
    statement = select(table.c[name], table.c.id).join_from(_wanted, table, table.c[name] == _wanted.c.key)
    if feeding.home(feed) != GROUP:
        statement = statement.where(table.c.company_id == feeding.home(feed))
    found = await feeding.connection.fetch(statement, keys=[row.values[name] for row in rows])
    return {row[0]: row[1] for row in found}


async def _write(feeding: Feeding) -> None:
    """The second pass: every feed whose rows are not all there already."""
    plan = feeding.plan
    for feed, tally in zip((*plan.feeds, plan.stock), feeding.report.tallies, strict=True):
        if tally.unchanged == tally.read and not feed.adopts:
            continue
        write: Callable[[Feeding, Feed, Sequence[Mapped]], Awaitable[None]]
        write = _open_stock if feed is plan.stock else _write_rows
        done = 0
        for chunk in chunks(row for row in feed.rows() if isinstance(row, Mapped)):
            await write(feeding, feed, chunk)
            done += len(chunk)
            feeding.run.progress(f"import {feed.source_table} -> {feed.record_type}", done, tally.read)


async def _write_rows(feeding: Feeding, feed: Feed, rows: Sequence[Mapped]) -> None:
    """One chunk, one transaction: new and changed rows."""
    known = await _known(feeding, feed, rows)
    existing = await _existing(feeding, feed, [row for row in rows if row.key not in known])
    named = await _alias_targets(feeding, feed, rows)
    commands: list[ImportHistory] = []
    for row in rows:
        digest, before = digest_of(row.values), known.get(row.key)
        if before is not None and before.digest == digest:
            continue
        held = named[row.key] if feed.aliases else before.record_id if before else existing.get(_code(feed, row))
        commands.append(
            ImportHistory(
                source_system_id=feeding.run.system_id,
                source_table=feed.source_table,
                record=feed.record,
                key=row.key,
                digest=digest,
                values={} if feed.aliases else row.values,
                key_id=before.key_id if before else None,
                record_id=held,
            )
        )
    if commands:
        await feeding.perform(feeding.home(feed), commands)


async def _alias_targets(feeding: Feeding, feed: Feed, rows: Sequence[Mapped]) -> dict[str, UUID]:
    """For rows that only add a key: the records they add it to, by the row's own key."""
    if not feed.aliases:
        return {}
    wanted = {row.key: ref.key for row in rows for ref in refs_of(row.values)}
    found = await _known(feeding, feed, [Mapped(key, 0, {}) for key in set(wanted.values())])
    return {key: found[target].record_id for key, target in wanted.items()}


async def _open_stock(feeding: Feeding, feed: Feed, rows: Sequence[Mapped]) -> None:
    """One chunk of opening balances, one transaction."""
    known = await _known(feeding, feed, rows)
    commands = [
        OpenHistoricalStock(
            source_system_id=feeding.run.system_id,
            source_table=feed.source_table,
            key=row.key,
            digest=digest_of(row.values),
            cut_over_on=feeding.plan.cut_over_on,
            **row.values,
        )
        for row in rows
        if row.key not in known
    ]
    if commands:
        await feeding.perform(feeding.plan.company_id, commands)
