"""Writing a migration: `make migration NAME="add lot expiry"`, or `make initial-migration` to make the first one
anew as long as nothing was released.

A throw-away database is brought to the head and compared with the records; the difference becomes the next script.
Indexes, columns, keys and comments are found by the comparison, changed CHECK constraints are not: the house test that
compares both schemas tells when one was forgotten.
"""

import argparse
import asyncio
import re
import tempfile
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import migrations
from migrations.upgrade import upgrade
from server.embedded import VOLATILE, Embedded

SCRIPTS = Path(migrations.__file__).parent


def write(message: str, number: str, connection: Connection) -> None:
    """Write the script that brings `connection`'s schema to that of the records."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    slug = re.sub(r"\W+", "_", message.lower()).strip("_")
    config.set_main_option("file_template", f"{number}_{slug}")
    config.attributes["connection"] = connection
    command.revision(config, message=message, autogenerate=True, rev_id=number)
    for path in SCRIPTS.glob(f"versions/{number}_*.py"):
        lines = path.read_text().splitlines()
        path.write_text("\n".join(line for line in lines if not line.strip().startswith("# ###")) + "\n")


async def author(message: str, number: str, url: str) -> None:
    """Bring the database to the head, then write revision `number`."""
    if number != "0001":
        raw = await asyncpg.connect(url)
        await upgrade(raw)
        await raw.close()
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: write(message, number, sync))
    await engine.dispose()


def main() -> None:
    """Parse the command line and write the script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("message", nargs="?", default="every table of the first release")
    parser.add_argument("--initial", action="store_true", help="make 0001 anew; only before it was released")
    arguments = parser.parse_args()
    versions = SCRIPTS / "versions"
    if arguments.initial:
        for path in versions.glob("*.py"):
            path.unlink()
    number = f"{1 + len(list(versions.glob('*.py'))):04}"
    with (
        tempfile.TemporaryDirectory(prefix="skein-author-") as folder,
        Embedded(Path(folder), settings=VOLATILE, say=print) as server,
    ):
        asyncio.run(author(arguments.message, number, server.url("postgres")))


if __name__ == "__main__":
    main()
