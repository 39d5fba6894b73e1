"""uvicorn around the graph: one process, or several below a supervisor that share one listening socket."""

import gc
import os
import resource
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from server.preflight import Refused
from server.settings import Settings
from server.socket_protocol import ListeningSocket

# Requests and streams still open when the process is told to stop have this long to end.
GRACE_SECONDS = 5

# Twice uvicorn's default: a burst of portals that reconnect after a restart waits instead of being refused.
BACKLOG = 4_096

# A peer that acknowledges nothing for so long is cut off by the kernel, with what still waits for it there.
UNACKNOWLEDGED_MS_MAX = 60_000

# Ten thousand listeners, the database's connections, and what reconnects before the old sockets are closed.
OPEN_FILES = 65_536

# A worker that is still importing the graph on a busy machine answers no ping; uvicorn would end it after 5 s.
START_SECONDS_MAX = 60

# One frame of a socket, in bytes: a document and its variables, as over HTTP.
FRAME_BYTES_MAX = 1_048_576


class AnnouncingServer(uvicorn.Server):
    """Says where it listens once it does."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self.announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.announce()


def check_address(settings: Settings) -> None:
    """Make sure, before minutes are spent on a database, that the address can be taken. Raises: Refused."""
    _listen(settings).close()


def application() -> Any:
    """The ASGI application of a worker process; its settings come from the environment it inherits."""
    from server.asgi import create_app

    return create_app(Settings(), composed=settle)


def settle() -> None:
    """Take what the process has made so far, a million objects, out of what the collector of cycles looks at.

    It stays to the end. With it a full collection takes half a second, in which nobody is answered, and comes only when
    as much again has been left: thousands of listeners that went away would wait for it.
    """
    gc.collect()
    gc.freeze()


def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until told to stop by SIGINT or SIGTERM.

    Raises: Refused when the address cannot be taken.
    """
    _raise_open_files()
    listening = _listen(settings)
    host, port = listening.getsockname()[:2]
    where = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def announce() -> None:
        say(f"the graph answers at {where}/graphql, with GraphiQL in a browser; Ctrl-C stops")

    try:
        if settings.workers == 1:
            from server.asgi import create_app

            AnnouncingServer(uvicorn_config(settings, create_app(settings, composed=settle)), announce).run([listening])
        else:
            _hand_down(settings)
            config = uvicorn_config(settings, "server.serve:application")
            announce()
            Multiprocess(config, [listening]).run()
    except KeyboardInterrupt:
        say("stopped")
    finally:
        listening.close()


def uvicorn_config(settings: Settings, served: Any) -> uvicorn.Config:
    # Sockets are not compressed: it takes some 300 KiB a socket, and hides from us when a listener falls behind.
    return uvicorn.Config(
        served, factory=isinstance(served, str), workers=settings.workers, loop="uvloop", http="httptools",
        ws=ListeningSocket, ws_max_size=FRAME_BYTES_MAX, ws_ping_interval=None, ws_per_message_deflate=False,
        lifespan="on", access_log=False, server_header=False,
        log_level="warning" if settings.log_level == "info" else settings.log_level,
        timeout_graceful_shutdown=GRACE_SECONDS, backlog=BACKLOG,
        timeout_worker_healthcheck=START_SECONDS_MAX,
    )  # fmt: skip


def _raise_open_files() -> None:
    """Let the process hold as many sockets as it may: shells often allow 1,024 and let it be raised."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # What is accepted inherits it. Without it a closed connection lives on while its peer takes nothing.
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS_MAX)
        return listening
    except OSError as reason:
        number = reason.errno or 0
        why = os.strerror(number) if number > 0 else reason.strerror
        raise Refused(
            f"cannot listen on {settings.host} port {settings.port}: {why}; set SKEIN_HOST or SKEIN_PORT"
        ) from reason


def _hand_down(settings: Settings) -> None:
    """Put what was set, found out or given on the command line into the environment of the worker processes."""
    for name, value in settings.model_dump(exclude_none=True).items():
        os.environ[f"SKEIN_{name.upper()}"] = str(value)
