"""What an operator may set: names, defaults, refusals, and the key that is made when none is given."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from server.preflight import Refused, check_version, shown
from server.settings import Settings


@pytest.fixture(autouse=True)
def _only_our_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The settings of whoever runs the tests do not count."""
    for name in [name for name in os.environ if name.startswith("SKEIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SKEIN_DATA_DIR", str(tmp_path / "data"))


def test_without_any_setting_this_machine_is_served_on_port_8000() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 8000, None)
    assert settings.is_local
    assert settings.is_demonstration


def test_the_port_comes_from_skein_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKEIN_PORT", "9001")
    assert Settings().port == 9001


def test_a_port_that_is_no_number_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKEIN_PORT", "http")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert [error["loc"] for error in refused.value.errors()] == [("port",)]


@pytest.mark.parametrize(
    ("host", "is_local"),
    [("127.0.0.1", True), ("127.0.0.2", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("192.0.2.7", False), ("example.org", False)],
)  # fmt: skip
def test_only_a_loopback_address_is_local(host: str, is_local: bool) -> None:
    assert Settings(host=host).is_local is is_local


def test_the_made_secret_is_private_and_stays_the_same() -> None:
    settings = Settings()
    first = settings.signing_secret()
    assert len(first) >= 32
    assert Settings().signing_secret() == first
    assert (settings.data_dir / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in settings.data_dir.iterdir()] == ["secret"]


def test_a_given_secret_is_used_and_makes_no_file() -> None:
    settings = Settings(secret="s" * 32)
    assert settings.signing_secret() == b"s" * 32
    assert not settings.is_demonstration
    assert not settings.data_dir.exists()


def test_a_secret_file_that_is_too_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("short\n")
    with pytest.raises(ValueError, match="holds 5 bytes; a secret needs 32"):
        Settings(secret_file=path).signing_secret()
    path.write_text("k" * 40 + "\n")
    assert Settings(secret_file=path).signing_secret() == b"k" * 40


def test_two_databases_keep_the_audit_head_in_two_files_whatever_the_user() -> None:
    one = Settings(database_url="postgresql://ann:secret@db/one").audit_head_file
    same = Settings(database_url="postgresql://bob@db/one").audit_head_file
    other = Settings(database_url="postgresql://ann:secret@db/two").audit_head_file
    assert one == same
    assert one != other


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("postgresql://ann:secret@db.example:5433/erp?sslmode=require", "db.example:5433/erp"),
        ("postgresql://postgres@/skein?host=/run/sockets", "the local socket/skein"),
        ("postgresql://[broken", "the given address"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, text: str) -> None:
    assert shown(url) == text


def test_postgresql_16_is_new_enough_and_15_is_not() -> None:
    check_version(16, 0)
    with pytest.raises(Refused, match=r"PostgreSQL 15\.9 is too old: Skein needs 16 or newer"):
        check_version(15, 9)
