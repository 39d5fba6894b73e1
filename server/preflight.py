"""What must hold before a process begins: the database answers, is new enough, and has this release's tables.

Everything that an operator can get wrong ends as one line that names the thing and says what to do.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import urlsplit

import asyncpg

from migrations.upgrade import SchemaMismatch, check_schema
from server.embedded import Embedded, EmbeddedError
from server.settings import Settings

POSTGRESQL_MAJOR_MIN = 16
CONNECT_SECONDS_MAX = 10
DATABASE = "skein"

Connection = asyncpg.Connection


class Refused(Exception):
    """The process cannot begin; the message is one line for a person."""


@contextmanager
def database_server(settings: Settings, say: Callable[[str], None]) -> Iterator[str]:
    """The URL of the database, for as long as the block runs: the given one, or the embedded server's.

    Raises: Refused.
    """
    if settings.database_url is not None:
        yield settings.database_url
        return
    server = Embedded(settings.data_dir, say=say)
    try:
        server.start()
    except EmbeddedError as reason:
        raise Refused(str(reason)) from reason
    try:
        asyncio.run(_make_database(server))
        yield server.url(DATABASE)
    finally:
        server.stop()


@asynccontextmanager
async def reached(url: str) -> AsyncIterator[Connection]:
    """A connection to a PostgreSQL that is new enough.

    Raises: Refused.
    """
    connection = await _connect(url)
    try:
        version = connection.get_server_version()
        check_version(version.major, version.minor)
        yield connection
    finally:
        await connection.close()


def check_version(major: int, minor: int) -> None:
    """Make sure that the server is new enough. Raises: Refused."""
    if major < POSTGRESQL_MAJOR_MIN:
        raise Refused(f"PostgreSQL {major}.{minor} is too old: Skein needs {POSTGRESQL_MAJOR_MIN} or newer")


async def ready(url: str) -> None:
    """Make sure that a process of this release may serve the database.

    Raises: Refused.
    """
    async with reached(url) as connection:
        try:
            await check_schema(connection)
        except SchemaMismatch as mismatch:
            raise Refused(str(mismatch)) from mismatch


async def _make_database(server: Embedded) -> None:
    """Make the embedded server's database unless it is there."""
    maintenance = await _connect(server.url("postgres"))
    try:
        if not await maintenance.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", DATABASE):
            await maintenance.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await maintenance.close()


def shown(url: str) -> str:
    """The URL as it may be printed: without its password and its parameters."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or "the local socket"
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the given address"
    return f"{host}{port}{parts.path}"


async def _connect(url: str) -> Connection:
    try:
        return await asyncpg.connect(url, timeout=CONNECT_SECONDS_MAX, server_settings={"timezone": "UTC"})
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError) as reason:
        raise Refused(f"the database at {shown(url)} refuses the user or password of SKEIN_DATABASE_URL") from reason
    except asyncpg.InvalidCatalogNameError as reason:
        raise Refused(f"there is no database at {shown(url)}; create it or mend SKEIN_DATABASE_URL") from reason
    except TimeoutError as reason:
        raise Refused(f"no PostgreSQL answers at {shown(url)} within {CONNECT_SECONDS_MAX} s") from reason
    except OSError as reason:
        why = reason.strerror or reason
        raise Refused(f"no PostgreSQL answers at {shown(url)}: {why}; see SKEIN_DATABASE_URL") from reason
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as reason:
        raise Refused(f"SKEIN_DATABASE_URL does not work: {' '.join(str(reason).split())}") from reason
    except ValueError as reason:
        # The parser quotes what it could not read, which may be part of a password.
        raise Refused("SKEIN_DATABASE_URL is not of the form postgresql://user:password@host:5432/database") from reason
