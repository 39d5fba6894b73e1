"""The command line, run as the processes an operator starts."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
START_SECONDS_MAX = 90


def environment(data: Path, **settings: str) -> dict[str, str]:
    """The environment of the machine without its own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SKEIN_")}
    return {**kept, "SKEIN_DATA_DIR": str(data), "PYTHONPATH": str(ROOT), **settings}


def skein(*arguments: str, data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "server.cli", *arguments],
        cwd=ROOT, env=environment(data, **settings), capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "line"),
    [
        (
            "postgresql://127.0.0.1:1/erp",
            "no PostgreSQL answers at 127.0.0.1:1/erp: Connect call failed ('127.0.0.1', 1); see SKEIN_DATABASE_URL",
        ),
        (
            "mysql://ann:secret@db/erp",
            "SKEIN_DATABASE_URL does not work: invalid DSN: scheme is expected to be either "
            '"postgresql" or "postgres", got \'mysql\'',
        ),
        (
            "postgresql://ann:sec/ret@db/erp",
            "SKEIN_DATABASE_URL is not of the form postgresql://user:password@host:5432/database",
        ),
    ],
)
def test_a_wrong_database_url_is_one_line_and_exit_code_2(url: str, line: str, tmp_path: Path) -> None:
    done = skein("migrate", data=tmp_path, SKEIN_DATABASE_URL=url)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"skein: {line}\n")


def test_a_database_that_does_not_exist_is_one_line(database_url: str, tmp_path: Path) -> None:
    wrong = re.sub(r"/skein_\w+", "/absent", database_url)
    done = skein("migrate", data=tmp_path, SKEIN_DATABASE_URL=wrong)
    where = "the local socket/absent" if "?host=" in wrong else wrong.rpartition("@")[2]
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"skein: there is no database at {where}; create it or mend SKEIN_DATABASE_URL\n"


def test_wrong_settings_are_named_in_one_line(tmp_path: Path) -> None:
    done = skein("serve", data=tmp_path, SKEIN_PORT="http", SKEIN_POOL_SIZE="0")
    assert done.returncode == 2
    assert done.stderr == (
        "skein: SKEIN_PORT: Input should be a valid integer, unable to parse string as an integer; "
        "SKEIN_POOL_SIZE: Input should be greater than or equal to 2\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_demonstration_credentials_refuse_another_address(tmp_path: Path) -> None:
    done = skein("serve", "--host", "0.0.0.0", data=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "skein: demonstration credentials serve this machine only, not 0.0.0.0: set SKEIN_SECRET or SKEIN_SECRET_FILE\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder whose embedded database was migrated."""
    data = tmp_path_factory.mktemp("installation")
    done = skein("migrate", data=data)
    assert done.returncode == 0, done.stderr
    assert "migrating to 0001" in done.stderr
    yield data


def test_a_second_migration_changes_nothing_and_says_so(installation: Path) -> None:
    done = skein("migrate", data=installation)
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "starting the embedded PostgreSQL", "the database is up to date", "stopping the embedded PostgreSQL",
    ]  # fmt: skip


def test_a_token_for_nobody_is_refused(installation: Path) -> None:
    done = skein("token", "--user", "nobody", data=installation)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == "skein: there is no active user nobody"


def test_the_first_administrator_is_made_and_given_a_new_password(installation: Path) -> None:
    def admin(user: str, password: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "server.cli", "admin", "--user", user], input=password + "\n", cwd=ROOT,
            env=environment(installation), capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip

    weak = admin("ann", "short")
    assert (weak.returncode, weak.stdout) == (2, "")
    assert "password" in weak.stderr.lower()
    first = admin("ann", "a long way to the sea")
    # Nothing of the first attempt stands.
    assert (first.returncode, first.stdout.splitlines()) == (
        0,
        [
            "account ann created", "ann is group_admin of the group and every company",
            "the password of ann is set; whoever was signed in with it is not any more",
        ],
    )  # fmt: skip
    again = admin("ann", "another way to the sea")
    assert again.stdout.splitlines() == ["the password of ann is set; whoever was signed in with it is not any more"]
    refused = admin("no name!", "a long way to the sea")
    assert refused.returncode == 2


def test_an_empty_database_is_not_served(installation: Path, tmp_path: Path) -> None:
    done = skein("serve", data=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "skein: the database has no Skein schema; run `skein migrate`"


def test_a_backup_is_made_listed_checked_and_restored(installation: Path, tmp_path: Path) -> None:
    kept = {"SKEIN_BACKUP_URL": str(tmp_path / "kept")}
    made = skein("backup", data=installation, **kept)
    assert made.returncode == 0, made.stderr
    name, _, rest = made.stdout.partition(":")
    assert re.fullmatch(rf" [\d,]+ bytes, every file checked, kept at {tmp_path}/kept\n", rest)
    listed = skein("backups", "--check", data=installation, **kept)
    assert listed.returncode == 0
    [line, reach] = listed.stdout.splitlines()
    assert line.startswith(f"{name}  ended ")
    assert line.endswith("PostgreSQL 18  as it was kept")
    assert reach == "the log is not archived: each backup restores the state at its end and no other"
    restored = skein("restore", str(tmp_path / "new"), data=installation, **kept)
    assert restored.returncode == 0, restored.stderr
    assert " 0 breaches: " in restored.stdout
    assert restored.stdout.splitlines()[-1].startswith(f"restored {name} and 0 segments of log into {tmp_path}/new")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["postgres", "postgres.log"]
    again = skein("restore", str(tmp_path / "new"), data=installation, **kept)
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == f"skein: {tmp_path}/new is not empty: a database is restored into a folder of its own\n"


def test_what_a_backup_misses_is_one_line(installation: Path, database_url: str, tmp_path: Path) -> None:
    nowhere = skein("backups", data=tmp_path)
    assert (nowhere.returncode, nowhere.stdout) == (2, "")
    assert nowhere.stderr == (
        "skein: no place for backups is set: SKEIN_BACKUP_URL is a folder or object store (s3://..., az://...)\n"
    )
    vague = skein(
        "restore", str(tmp_path / "new"), "--until", "2026-05-20T09:00:00", "--at", str(tmp_path), data=tmp_path
    )
    assert vague.stderr == (
        "skein: 2026-05-20T09:00:00 is no instant: write it with its offset, "
        "such as 2026-05-20T09:00:00+08:00 or ...Z\n"
    )
    silent = skein("backup", "--at", str(tmp_path / "kept"), data=tmp_path, SKEIN_DATABASE_URL=database_url)
    assert (silent.returncode, silent.stdout) == (2, "")
    assert silent.stderr == (
        "skein: the server writes too little log to be copied: set wal_level = replica and max_wal_senders = 10\n"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_answers_and_stops_cleanly(installation: Path, number: signal.Signals) -> None:
    serving = subprocess.Popen(
        [sys.executable, "-m", "server.cli", "serve", "--port", "0"],
        cwd=ROOT, env=environment(installation), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert serving.stderr is not None
    with serving.stderr as said:
        assert said.readline() == "starting the embedded PostgreSQL\n"
        announced = re.search(r"http://127\.0\.0\.1:(\d+)/graphql", said.readline())
        assert announced is not None
        assert ask(announced.group(0), "{ __typename viewer { name } }") == {
            "__typename": "Query",
            "viewer": {"name": "anonymous"},
        }
        serving.send_signal(number)
        rest = said.read()
    assert serving.wait(START_SECONDS_MAX) == (0 if number is signal.SIGINT else 128 + signal.SIGTERM)
    assert rest.splitlines()[-1] == "stopping the embedded PostgreSQL"
    assert not (installation / "postgres" / "postmaster.pid").exists()


def ask(url: str, query: str) -> object:
    """The data that the graph answers an anonymous caller."""
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["data"]


def test_a_port_that_is_taken_is_one_line(installation: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = skein("serve", "--port", str(port), data=installation)
    assert done.returncode == 2
    # Nothing was started or loaded before the refusal.
    assert done.stderr == (
        f"skein: cannot listen on 127.0.0.1 port {port}: Address already in use; set SKEIN_HOST or SKEIN_PORT\n"
    )
