"""The command line: `skein serve | work | migrate | import | verify | schema | policy | token`.

A refusal is one line on the error stream and exit code 2. What a command needs is imported inside it: `skein token`
should not pay for the graph. Progress goes to the error stream, answers to the output.
"""

import asyncio
import signal
import sys
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from server.preflight import Refused, database_server, ready
from server.settings import Settings

EXIT_REFUSED = 2

console = Console(stderr=True)
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


def say(line: str) -> None:
    """Print one line of progress."""
    console.print(line, highlight=False, markup=False, soft_wrap=True)


def load_settings(**given: Any) -> Settings:
    """The settings of the environment, with what the command line gives.

    Raises: Refused, naming each variable that is wrong.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as invalid:
        lines = [f"SKEIN_{str(error['loc'][0]).upper()}: {error['msg']}" for error in invalid.errors()]
        raise Refused("; ".join(lines)) from invalid


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (SKEIN_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (SKEIN_PORT).")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve (SKEIN_WORKERS).")] = None,
    prepare: Annotated[bool, typer.Option("--prepare", help="Migrate; load the demo if there is no company.")] = False,
) -> None:
    """Serve the graph over HTTP and sockets, with the background work in the same process."""
    from server.serve import serve as serve_forever

    settings = load_settings(host=host, port=port, workers=workers)
    if settings.is_demonstration and not settings.is_local:
        raise Refused(
            f"demonstration credentials serve this machine only, not {settings.host}: "
            "set SKEIN_SECRET or SKEIN_SECRET_FILE"
        )
    with database_server(settings, say) as url:
        if prepare:
            asyncio.run(_prepare(url))
        asyncio.run(ready(url))
        serve_forever(settings.model_copy(update={"database_url": url}), say)


@app.command()
def migrate() -> None:
    """Bring the database to this release: tables, guards, data dictionary, reference rows, policy baseline."""
    with database_server(load_settings(), say) as url:
        asyncio.run(_migrate(url))


async def _migrate(url: str) -> None:
    """Migrate and say what changed."""
    from server.migrate import migrate as migrate_database

    changed = await migrate_database(url, say)
    say("; ".join(changed) if changed else "the database is up to date")


async def _prepare(url: str) -> None:
    """Make a database that can be looked at: migrated, and with the demonstration group if it had no company."""
    await _migrate(url)


def main() -> None:
    """Run the command line; what an operator got wrong is one line and exit code 2."""
    # `kill` ends a process like Ctrl-C does: through every `finally`, so that the embedded database stops too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        app()
    except Refused as refused:
        console.print(f"skein: {refused}", highlight=False, markup=False, soft_wrap=True)
        sys.exit(EXIT_REFUSED)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
