"""The command line: `skein serve | work | migrate | import | rehearse | documents | verify | schema | policy | report |
token`, and `backup | backups | restore | archive`.

A refusal is one line on the error stream and exit code 2. What a command needs is imported inside it: `skein token`
should not pay for the graph. Progress goes to the error stream, answers to the output.
"""

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from server.preflight import Refused, database_server, ready
from server.settings import Settings

if TYPE_CHECKING:
    from server.imports import Importing

EXIT_FOUND = 1
EXIT_REFUSED = 2

console = Console(stderr=True)
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
documents = typer.Typer(no_args_is_help=True, help="The documents that client applications may run.")
app.add_typer(documents, name="documents")
imports = typer.Typer(no_args_is_help=True, help="Bring data of another system over; a second run changes nothing.")
app.add_typer(imports, name="import")

DryRun = Annotated[bool, typer.Option("--dry-run", help="Do the work, report it, and take it back.")]
BackupPlace = Annotated[str | None, typer.Option("--at", help="Folder or object store (SKEIN_BACKUP_URL).")]
Directory = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder of the source's files.")]


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


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The URL of a database that has this release's tables. Raises: Refused."""
    with database_server(settings, say) as url:
        asyncio.run(ready(url))
        yield url


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (SKEIN_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (SKEIN_PORT).")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve (SKEIN_WORKERS).")] = None,
    prepare: Annotated[bool, typer.Option("--prepare", help="Migrate; load the demo if there is no company.")] = False,
) -> None:
    """Serve the graph over HTTP and sockets, with the background work in the same process."""
    settings = load_settings(host=host, port=port, workers=workers)
    if settings.is_demonstration and not settings.is_local:
        raise Refused(
            f"demonstration credentials serve this machine only, not {settings.host}: "
            "set SKEIN_SECRET or SKEIN_SECRET_FILE"
        )
    from server.backup_store import store_of
    from server.identity import ISSUER
    from server.issuers import read_issuers
    from server.serve import check_address
    from server.serve import serve as serve_forever

    try:
        read_issuers(settings.issuers_file, ISSUER)
    except ValueError as reason:
        raise Refused(f"SKEIN_ISSUERS_FILE: {reason}") from reason
    if settings.backup_url is not None:
        store_of(settings)
    check_address(settings)
    with database_server(settings, say) as url:
        if prepare:
            _migrate(url)
            _load_demo_if_empty(url)
        asyncio.run(ready(url))
        serve_forever(settings.model_copy(update={"database_url": url}), say)


@app.command()
def work() -> None:
    """Do the background work alone, beside processes that serve with SKEIN_BACKGROUND=false."""
    from server.upkeep import work_until_stopped

    settings = load_settings()
    with database(settings) as url:
        say("working; Ctrl-C stops")
        asyncio.run(work_until_stopped(settings.model_copy(update={"database_url": url})))


@app.command()
def migrate() -> None:
    """Bring the database to this release: tables, guards, data dictionary, reference rows, policy baseline."""
    with database_server(load_settings(), say) as url:
        _migrate(url)


def _migrate(url: str) -> None:
    from server.upkeep import migrate as migrate_database

    changed = asyncio.run(migrate_database(url, say))
    say("; ".join(changed) if changed else "the database is up to date")


def _load_demo_if_empty(url: str) -> None:
    from server.imports import demo, run_import
    from server.upkeep import wants_demo

    if asyncio.run(wants_demo(url)):
        say("loading the demonstration group")
        report = asyncio.run(run_import(url, demo(), console))
        say(report.lines()[0])


@imports.command("adventureworks")
def import_adventureworks(directory: Directory, dry_run: DryRun = False) -> None:
    """A complete legacy ERP (Microsoft's sample manufacturer) as one company."""
    from server.imports import adventureworks

    _import(adventureworks(directory, dry_run=dry_run))


@imports.command("gudid")
def import_gudid(directory: Directory, dry_run: DryRun = False) -> None:
    """The FDA's device register: items with their identifiers and packages."""
    from server.imports import gudid

    _import(gudid(directory, dry_run=dry_run))


@imports.command("demo")
def import_demo() -> None:
    """A made-up medical-device group: three legal entities in two currencies, and users to look with."""
    from server.imports import demo

    _import(demo())


def _import(importing: "Importing") -> None:
    """Run an importer and print its report; a refused or failed run ends with exit code 1."""
    from domain.core.errors import Refusal
    from server.imports import run_import

    try:
        with database(load_settings()) as url:
            report = asyncio.run(run_import(url, importing, console))
    except Refusal as refusal:
        raise Refused(refusal.message()) from refusal
    print("\n".join(report.lines()))
    if report.refused:
        sys.exit(EXIT_FOUND)


@app.command()
def rehearse(
    company: Annotated[str, typer.Argument(help="Code of a company that was brought over, such as ADVENTUREWORKS.")],
    into: Annotated[str | None, typer.Option(help="Code of the second company; else that code and -REHEARSAL.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Perform the historical purchases of a company as live business in a second one, and see whether it ties out."""
    from server.imports import rehearsal

    _import(rehearsal(company, into=into, dry_run=dry_run))


@documents.command("import")
def import_documents(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The manifest that the build wrote.")],
    client: Annotated[str, typer.Option(help="Name of the client application.")],
    deployment: Annotated[str | None, typer.Option(help="Version that brings them; else a hash of the file.")] = None,
    audience: Annotated[str | None, typer.Option(help="Register an unknown application, for this audience.")] = None,
) -> None:
    """Register a manifest of graphql-codegen, Relay or Apollo: each document must run in the application's schema."""
    import hashlib

    from domain.core.actors import Audience
    from domain.core.errors import Refusal
    from domain.governance.manifests import ManifestInvalid
    from server.documents import deploy_documents

    if audience is not None and audience.upper() not in Audience.__members__:
        raise Refused(f"there is no audience {audience}: it is one of {', '.join(Audience)}")
    content = file.read_bytes()
    version = deployment or hashlib.sha256(content).hexdigest()[:12]
    try:
        with database(load_settings()) as url:
            given = Audience(audience.upper()) if audience is not None else None
            count = asyncio.run(deploy_documents(url, client, content.decode(), (version, given)))
    except UnicodeDecodeError as fault:
        raise Refused(f"{file} is not UTF-8") from fault
    except ManifestInvalid as fault:
        raise Refused(f"{file}: {fault}") from fault
    except Refusal as refusal:
        raise Refused(refusal.message()) from refusal
    print(f"{count} documents of {client} are registered as {version}")


@app.command()
def verify() -> None:
    """Recompute every invariant from the rows; the first breach of each is named, exit code 1."""
    from server.upkeep import verify as verify_database

    settings = load_settings()
    with database(settings) as url:
        head_file = settings.model_copy(update={"database_url": url}).audit_head_file
        breaches = asyncio.run(verify_database(url, head_file, print))
    if breaches:
        sys.exit(EXIT_FOUND)


@app.command()
def backup(at: BackupPlace = None) -> None:
    """Copy the whole database while it is in use, check every file, let go what is too old (SKEIN_BACKUP_KEEP_DAYS)."""
    from server.backup_command import make_backup

    settings = load_settings()
    with database_server(settings, say) as url:
        print("\n".join(make_backup(settings, url, at, console)))


@app.command()
def backups(
    at: BackupPlace = None,
    check: Annotated[
        bool, typer.Option("--check", help="Read every file again; exit code 1 if one is broken.")
    ] = False,
) -> None:
    """List the backups, and between which instants any can be restored."""
    from server.backup_command import list_backups

    lines, broken = list_backups(load_settings(), at, console, check=check)
    print("\n".join(lines))
    if broken:
        sys.exit(EXIT_FOUND)


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="The data folder to make; empty, or not there yet.")],
    until: Annotated[str | None, typer.Option(help="Instant with its offset: 2026-05-20T09:00:00Z.")] = None,
    name: Annotated[str | None, typer.Option("--backup", help="Name of the backup; else the best one.")] = None,
    at: BackupPlace = None,
) -> None:
    """Make a data folder hold the database as it was, and verify it; exit code 1 if a breach is found."""
    from server.backup_command import instant, restore_backup
    from server.restore import Wanted

    wanted = Wanted(folder, instant(until) if until else None, name)
    done, breaches = restore_backup(load_settings(), at, wanted, console, print)
    last = f"; the last commit was at {done.last_commit}" if done.last_commit else ""
    print(f"restored {done.backup.name} and {done.segments} segments of log into {folder}{last}")
    if breaches:
        sys.exit(EXIT_FOUND)


@app.command()
def archive() -> None:
    """Keep the log as it is written, alone; `serve` and `work` do so too where SKEIN_BACKUP_URL is set."""
    from server.backup_store import store_of
    from server.upkeep import archive_until_stopped

    settings = load_settings()
    store = store_of(settings)
    with database_server(settings, say) as url:
        say(f"keeping the log at {store.shown}; Ctrl-C stops")
        asyncio.run(archive_until_stopped(settings.model_copy(update={"database_url": url})))


@app.command()
def schema(
    audience: Annotated[
        str | None, typer.Option(help="ANONYMOUS, SUPPLIER, CUSTOMER or STAFF: what that audience sees, as shipped.")
    ] = None,
) -> None:
    """Print the graph as GraphQL SDL."""
    from graphql import print_schema

    from authz.audiences import views
    from authz.policy import baseline
    from domain.core.actors import Audience
    from schema.graph import SDL, visible

    if audience is None:
        print(SDL, end="")
    elif audience.upper() in Audience.__members__:
        print(print_schema(visible(views(baseline())[Audience(audience.upper())])))
    else:
        raise Refused(f"there is no audience {audience}: it is one of {', '.join(Audience)}")


@app.command()
def policy() -> None:
    """Print who may what: the lines that hold in the database now, as in policy.csv."""
    from server.upkeep import policy_lines

    with database(load_settings()) as url:
        print("\n".join(asyncio.run(policy_lines(url))))


@app.command()
def token(
    user: Annotated[str, typer.Option(help="Name of the user account.")],
    hours: Annotated[float, typer.Option(min=0.01, max=8_760, help="How long the token is good.")] = 12,
    client: Annotated[str, typer.Option(help="Name of the application that will use it.")] = "default",
) -> None:
    """Print a bearer token for a user."""
    from server.identity import issue_token
    from server.upkeep import current_key, has_account

    settings = load_settings()
    secret = signing_secret(settings)
    with database(settings) as url:
        if not asyncio.run(has_account(url, user)):
            raise Refused(f"there is no active user {user}")
        key = asyncio.run(current_key(url, secret))
    print(issue_token(key, user, client=client, hours=hours))


@app.command()
def rotate_signing_key(
    announced_minutes: Annotated[
        int, typer.Option(min=0, max=1_440, help="How long the new key is published before it signs.")
    ] = 10,
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=8_760, help="How long from then on tokens of the key before are taken.")
    ] = 8_760,
) -> None:
    """Sign bearer tokens with a new key; with both spans 0 every token that was issued is refused at once."""
    from server.administrators import rotate_key

    settings = load_settings()
    secret = signing_secret(settings)
    with database(settings) as url:
        print("\n".join(asyncio.run(rotate_key(url, secret, announced_minutes, overlap_hours))))


@app.command()
def admin(user: Annotated[str, typer.Option(help="Name of the user account.")] = "admin") -> None:
    """Make an account that administers the group, or give it a new password, asked for here or read from stdin."""
    from domain.core.errors import Refusal
    from server.administrators import make_administrator

    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    with database(load_settings()) as url:
        try:
            done = asyncio.run(make_administrator(url, user, password))
        except Refusal as refusal:
            raise Refused(refusal.message()) from refusal
    print("\n".join(done))


@app.command()
def report(
    *,
    name: Annotated[str, typer.Argument(help="The report, as the graph names it: trial-balance, account-ledger ...")],
    company: Annotated[str, typer.Option(help="Code of the company.")],
    user: Annotated[str, typer.Option(help="Name of the user account as which the graph is read.")],
    given: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE: any argument of the report, such as by=LOCATION.")
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", help="First day of the span.")] = None,
    to: Annotated[str | None, typer.Option(help="Last day of the span.")] = None,
    on: Annotated[str | None, typer.Option(help="The day, for a report of one day.")] = None,
    form: Annotated[str, typer.Option("--format", help="xlsx or pdf.")] = "xlsx",
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    output: Annotated[Path | None, typer.Option(help="The file; named after the report unless given.")] = None,
) -> None:
    """Write a report as an Excel or PDF file, with what the user may see of it."""
    from domain.core.errors import Refusal
    from server.report_command import Wanted, write_report

    wanted = Wanted(name=name, company=company, user=user, form=form, language=language, output=output)
    usual = {"from": from_, "to": to, "on": on}
    try:
        arguments = dict(one.split("=", 1) for one in given or ())
    except ValueError:
        raise Refused("--set takes NAME=VALUE") from None
    arguments |= {key: value for key, value in usual.items() if value is not None}
    settings = load_settings()
    with database(settings) as url:
        try:
            path = asyncio.run(write_report(settings.model_copy(update={"database_url": url}), wanted, arguments))
        except Refusal as refusal:
            raise Refused(refusal.message(language)) from refusal
    print(path)


def signing_secret(settings: Settings) -> bytes:
    """The key that signs tokens. Raises: Refused when the secret file is no use."""
    try:
        return settings.signing_secret()
    except (OSError, ValueError) as reason:
        raise Refused(f"SKEIN_SECRET_FILE: {reason}") from reason


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
