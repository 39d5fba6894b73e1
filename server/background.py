"""The background work of one process: the sequencer, handlers and sweeps, what goes out and comes in, the archive."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from domain.core.sequencer import run_sequencer
from server.integration import run_integration
from server.jobs import Jobs, listeners, sweeps
from server.settings import Settings
from server.wal_archive import run_archive


def background_works(
    settings: Settings, stop: asyncio.Event, committed: asyncio.Event | None = None
) -> Mapping[str, Callable[[], Awaitable[None]]]:
    """Each by its name; each ends by itself when `stop` is set. `committed` is set after a commit of this process."""
    url, limits = settings.database_url, settings.limits
    assert url is not None, "the caller found the database"
    jobs = Jobs(url, listeners=listeners(), sweeps=sweeps(), limits=limits)
    head_file = settings.audit_head_file
    return {
        "sequencer": lambda: run_sequencer(url, stop, committed=committed, head_file=head_file, limits=limits),
        "jobs": lambda: jobs.run(stop),
        "integration": lambda: run_integration(settings, stop),
        "archive": lambda: run_archive(settings, stop),
    }
