"""`skein backup | backups | restore | archive`: what the command line asks of backups, its refusals in one line."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from server.backup import back_up
from server.backup_manifest import BackupBroken
from server.backup_store import BackupStore, store_of
from server.preflight import Refused, ready
from server.progress import Report, shown_progress
from server.restore import Restored, Wanted, restore
from server.settings import Settings

T = TypeVar("T")

# No head of the audit chain was kept for a database that was just restored.
NO_HEAD = Path("/nonexistent/audit-head")


def instant(text: str) -> datetime:
    """An instant with its offset, such as 2026-05-20T09:00:00+08:00. Raises: Refused."""
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    raise Refused(f"{text} is no instant: write it with its offset, such as 2026-05-20T09:00:00+08:00 or ...Z")


def make_backup(settings: Settings, url: str, to: str | None, console: Console) -> list[str]:
    """Back up, then let go what is no longer needed; answers what was done, a line each."""
    store = store_of(settings, to)

    async def act(report: Report) -> list[str]:
        backup = await back_up(url, store, settings.data_dir / "backup-work", report)
        gone = await store.prune(settings.backup_keep_days)
        made = f"{backup.name}: {backup.size:,} bytes, every file checked, kept at {store.shown}"
        return [made, *(f"{name}: deleted, not needed for the last {settings.backup_keep_days} days" for name in gone)]

    return _run(act, console)


def list_backups(settings: Settings, of: str | None, console: Console, *, check: bool) -> tuple[list[str], int]:
    """A line for each backup and one for the log; and, where they are checked, how many are broken."""
    store = store_of(settings, of)

    async def act(report: Report) -> tuple[list[str], int]:
        lines: list[str] = []
        broken = 0
        backups = await store.backups()
        for place, one in enumerate(backups, 1):
            lines.append(f"{one.name}  ended {_shown(one.ended_at)}  {one.size:,} bytes  PostgreSQL {one.major}")
            if check:
                report("reading the backups", place, len(backups))
                breach = await store.breach(one)
                broken += breach is not None
                lines[-1] += f"  BROKEN: {breach}" if breach else "  as it was kept"
        return [*lines, await _reach(store)], broken

    return _run(act, console)


async def _reach(store: BackupStore) -> str:
    """Which instants can be restored."""
    backups, archive = await store.backups(), await store.archive()
    if not backups:
        return f"no backup at {store.shown}"
    if archive is None or archive.complete_until < backups[0].ended_at:
        return "the log is not archived: each backup restores the state at its end and no other"
    return f"any instant from {_shown(backups[0].ended_at)} to {_shown(archive.complete_until)} can be restored"


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def restore_backup(
    settings: Settings, of: str | None, wanted: Wanted, console: Console, tell: Callable[[str], None]
) -> tuple[Restored, int]:
    """Restore, and verify what was restored; answers how many breaches were found."""
    from server.upkeep import verify

    store = store_of(settings, of)
    breaches = 0

    async def check(url: str) -> None:
        nonlocal breaches
        try:
            await ready(url)
        except Refused as refused:
            tell(f"not verified: {refused}")
            return
        breaches = await verify(url, NO_HEAD, tell)

    return _run(lambda report: restore(store, wanted, report, check), console), breaches


def _run(act: Callable[[Report], Awaitable[T]], console: Console) -> T:
    async def run() -> T:
        with shown_progress(console) as report:
            return await act(report)

    try:
        return asyncio.run(run())
    except BackupBroken as broken:
        raise Refused(str(broken)) from broken
