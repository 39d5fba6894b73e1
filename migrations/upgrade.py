"""Upgrades: alembic's scripts rendered to statements, run on one raw connection.

Alembic's own runner needs a synchronous driver, which the house has no other use for. Its offline mode renders the same
scripts to SQL, so a script must not read the database: what depends on data is an SQL statement, or a job after the
upgrade. Each revision is one transaction. An advisory lock lets one process upgrade at a time; a table lock that is not
had within seconds is given up and tried again, so that an upgrade never stands before the readers of a running system.
"""

import asyncio
from collections.abc import Callable
from functools import cache
from io import StringIO
from pathlib import Path

import asyncpg
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError

from domain.core.search import function_statements

# Any number that no other advisory lock of the house uses: "skein" read as a number in base 36.
UPGRADE_LOCK = 48_139_223

LOCK_SECONDS = 5
STATEMENT_SECONDS = 600
WAIT_FOR_OTHER_SECONDS = 120
ATTEMPTS_MAX = 10

Connection = asyncpg.Connection


class SchemaMismatch(Exception):
    """The database's schema is not the one this release works with; the message is one line for a person."""


class _Statements(StringIO):
    """Collects what alembic renders; it writes one whole statement at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[str] = []

    def write(self, text: str, /) -> int:
        if any(line and not line.startswith("--") for line in text.splitlines()):
            self.all.append(text.strip())
        return len(text)


@cache
def scripts() -> ScriptDirectory:
    """The history of revisions that this release knows."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def head() -> str:
    """The newest revision of this release."""
    revision = scripts().get_current_head()
    if revision is None:
        raise SchemaMismatch("this installation has no migrations; reinstall Skein")
    return revision


def revisions_after(revision: str | None) -> list[str]:
    """The revisions between `revision` (None: an empty database) and the head, oldest first.

    Raises: SchemaMismatch when this release does not know `revision`.
    """
    try:
        pending = scripts().iterate_revisions(head(), revision or "base")
        return [script.revision for script in pending][::-1]
    except RevisionError as unknown:
        raise SchemaMismatch(_newer(revision)) from unknown


def statements_of(revision: str) -> list[str]:
    """The statements that bring a database from the revision before to `revision`, the version table included."""
    script = scripts().get_revision(revision)
    before = script.down_revision if script is not None else None
    rendered = _Statements()
    environment = EnvironmentContext(
        Config(), scripts(), as_sql=True, starting_rev=before or "base", destination_rev=revision,
        fn=lambda rev, _: scripts()._upgrade_revs(revision, rev),
    )  # fmt: skip
    with environment:
        # By driver: PostgreSQL's default one would double each % of a text.
        environment.configure(url="postgresql+asyncpg://", output_buffer=rendered, transactional_ddl=False)
        environment.run_migrations()
    return rendered.all


async def current_revision(connection: Connection) -> str | None:
    """The revision the database is at; None for a database without our tables."""
    if await connection.fetchval("SELECT to_regclass('alembic_version') IS NULL"):
        return None
    return await connection.fetchval("SELECT version_num FROM alembic_version")


async def upgrade(connection: Connection, say: Callable[[str], None] = lambda _: None) -> list[str]:
    """Bring the database to the head; answers the revisions applied, none when it already was there.

    Raises: SchemaMismatch when the database is newer than this release; asyncpg.LockNotAvailableError when a running
    system kept a lock through every attempt.
    """
    await connection.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
    await connection.execute(f"SET lock_timeout = '{WAIT_FOR_OTHER_SECONDS}s'")
    await connection.execute(f"SELECT pg_advisory_lock({UPGRADE_LOCK})")
    try:
        await connection.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
        applied = revisions_after(await current_revision(connection))
        for revision in applied:
            say(f"migrating to {revision}")
            await _apply(connection, [*function_statements(), *statements_of(revision)])
        return applied
    finally:
        await connection.execute(f"SELECT pg_advisory_unlock({UPGRADE_LOCK})")


async def _apply(connection: Connection, statements: list[str]) -> None:
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            async with connection.transaction():
                for statement in statements:
                    await connection.execute(statement)
            return
        except asyncpg.LockNotAvailableError:
            if attempt == ATTEMPTS_MAX:
                raise
            await asyncio.sleep(attempt)


async def check_schema(connection: Connection) -> None:
    """Make sure that the database is at this release's head.

    Raises: SchemaMismatch with the sentence that says what to do.
    """
    revision = await current_revision(connection)
    if revision is None:
        raise SchemaMismatch("the database has no Skein schema; run `skein migrate`")
    if revisions_after(revision):
        raise SchemaMismatch(f"the schema is at {revision}, older than this release ({head()}); run `skein migrate`")


def _newer(revision: str | None) -> str:
    return f"the schema is at {revision}, newer than this release ({head()}); install the release that made it"
