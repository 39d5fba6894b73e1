"""What an operator asks of a database: bring it up to date, prove it, and tell what holds in it."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from joserfc.jwk import ECKey

from authz.tables import load_account, load_baseline, load_companies, load_policy, load_rotations
from domain import VERIFIERS
from domain.core.database import connect
from domain.core.verify import head_agrees
from domain.core.verify import verify as findings_of
from migrations.synchronise import synchronise
from migrations.upgrade import SchemaMismatch, upgrade
from server.background import background_works
from server.leading import surviving
from server.logs import configure_logs
from server.preflight import Refused, reached
from server.settings import Settings
from server.signing import KeyRing
from server.wal_archive import run_archive

DEMO_UNFINISHED = """
SELECT EXISTS (
    SELECT FROM legacy_key k JOIN source_system s ON s.id = k.source_system_id AND s.code = 'demo'
    JOIN company c ON c.id = k.record_id
    WHERE k.record_type = 'company'
      AND NOT EXISTS (SELECT FROM purchase_order o WHERE o.company_id = c.company_id)
)
"""


async def migrate(url: str, say: Callable[[str], None]) -> list[str]:
    """Upgrade the tables, then what follows from the code; answers what changed, nothing on a second run.

    Raises: Refused.
    """
    async with reached(url) as raw:
        try:
            applied = await upgrade(raw, say)
        except SchemaMismatch as mismatch:
            raise Refused(str(mismatch)) from mismatch
        changed = await synchronise(raw)
    connection = await connect(url)
    try:
        changed["policy"] = await load_baseline(connection)
    finally:
        await connection.close()
    schema = [f"schema at {applied[-1]}"] if applied else []
    return schema + [f"{table}: {rows} rows" for table, rows in changed.items() if rows]


async def work_until_stopped(settings: Settings) -> None:
    """Do the background work until SIGINT or SIGTERM; what is under way is finished first."""
    stop = _told_to_stop(settings)
    await asyncio.gather(*(surviving(name, work, stop) for name, work in background_works(settings, stop).items()))


async def archive_until_stopped(settings: Settings) -> None:
    """Keep the log until SIGINT or SIGTERM; what came by then is kept first."""
    await run_archive(settings, _told_to_stop(settings))


def _told_to_stop(settings: Settings) -> asyncio.Event:
    """An event that SIGINT and SIGTERM set."""
    configure_logs(settings.log_level)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def verify(url: str, head_file: Path, tell: Callable[[str], None]) -> int:
    """The number of breaches found, each told as one line, with what else a reader must know."""
    breaches = 0
    checks = dict(VERIFIERS)
    if await asyncio.to_thread(head_file.exists):
        checks["audit head"] = head_agrees(head_file)
    connection = await connect(url)
    try:
        async for finding in findings_of(connection, checks):
            breaches += finding.is_breach
            tell(f"{'BREACH' if finding.is_breach else 'note'}  {finding.check}: {finding.subject}: {finding.message}")
    finally:
        await connection.close()
    tell(f"{len(checks)} checks, {breaches} breaches: {', '.join(checks)}")
    return breaches


async def current_key(url: str, secret: bytes) -> ECKey:
    """The key with which the installation of this secret signs tokens now."""
    connection = await connect(url)
    try:
        keys = KeyRing(secret)
        keys.take(await load_rotations(connection))
        return keys.current
    finally:
        await connection.close()


async def wants_demo(url: str) -> bool:
    """Whether the database is empty, or a load of the demonstration group ended before its last step.

    That step writes the purchase orders, an entity's in one transaction.
    """
    connection = await connect(url)
    try:
        return not await load_companies(connection) or await connection.fetchval(DEMO_UNFINISHED)
    finally:
        await connection.close()


async def has_account(url: str, name: str) -> bool:
    """Whether there is an active account of that name."""
    connection = await connect(url)
    try:
        account = await load_account(connection, name)
        return account is not None and account.is_active
    finally:
        await connection.close()


async def policy_lines(url: str) -> list[str]:
    """The lines of the policy that hold now, in the form of `policy.csv`.

    Raises: Refused when the tables hold a policy that means nothing.
    """
    connection = await connect(url)
    try:
        policy = await load_policy(connection)
    except ValueError as invalid:
        raise Refused(f"the policy in the database is not valid: {invalid}") from invalid
    finally:
        await connection.close()
    lines = [f"p, {one.role}, {one.target}, {one.tier}, {one.action}, {one.effect}" for one in policy.lines]
    return [f"# version {policy.version}", *(f"g, {role}, {parent}" for role, parent in policy.inherits), *lines]
