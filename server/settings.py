"""What an operator may set, from environment variables that begin with `SKEIN_`.

Secrets come from the environment or from a file, never from the database. Without a secret of its own an installation
makes one in its data folder; it then counts as a demonstration and serves this machine only.
"""

import hashlib
import os
import secrets
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from domain.core.database import Limits

# HMAC-SHA256 keys shorter than the digest weaken it (RFC 7518, 3.2).
SECRET_BYTES = 32


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(env_prefix="SKEIN_", env_ignore_empty=True, frozen=True)

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="Port to listen on; 0 lets the system choose.")
    workers: int = Field(default=1, ge=1, le=64, description="Processes that serve requests.")
    database_url: str | None = Field(default=None, description="PostgreSQL 16 or newer; else the embedded one.")
    data_dir: Path = Field(default=Path(".skein"), description="Embedded database, log, generated secret.")
    secret: str | None = Field(default=None, min_length=SECRET_BYTES, description="Key that signs bearer tokens.")
    secret_file: Path | None = Field(default=None, description="File that holds the key; read unless `secret` is set.")
    previous_secret: str | None = Field(
        default=None, min_length=SECRET_BYTES, description="The secret before, while what it signed still counts."
    )
    previous_secret_file: Path | None = Field(default=None, description="File that holds it.")
    issuers_file: Path | None = Field(default=None, description="JSON list of other issuers whose tokens count.")
    pool_size: int = Field(default=10, ge=2, le=500, description="Connections of one process that serve requests.")
    statement_seconds: int = Field(default=30, ge=1, le=3_600, description="A longer statement is cancelled.")
    lock_seconds: int = Field(default=5, ge=1, le=60, description="A lock is awaited no longer.")
    allowed_origins: str = Field(default="", description="Origins of foreign pages that may ask, separated by commas.")
    background: bool = Field(default=True, description="Whether a serving process does the background work too.")
    webhook_networks: str = Field(
        default="", description="Networks that webhooks may reach though they are not public, separated by commas."
    )
    webhook_plain_http: bool = Field(default=False, description="Whether webhooks may be posted over http.")
    storage_url: str | None = Field(
        default=None, description="Object store of exports and uploads (s3://..., az://...); else a folder of data_dir."
    )
    backup_url: str | None = Field(
        default=None, description="Where backups and the log are kept: a folder or object store (s3://..., az://...)."
    )
    backup_keep_days: int = Field(
        default=14, ge=1, le=3_650, description="Any instant of so many days back can be restored; what is older goes."
    )
    metrics_token: str | None = Field(
        default=None, min_length=16, description="Whoever shows it may read /metrics; without it only this machine."
    )
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$", description="What the server logs.")

    @field_validator("webhook_networks")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        for part in text.split(","):
            if part.strip():
                ip_network(part.strip())
        return text

    @property
    def origins(self) -> frozenset[str]:
        """The allowed origins, each once."""
        return frozenset(origin.strip() for origin in self.allowed_origins.split(",") if origin.strip())

    @property
    def is_demonstration(self) -> bool:
        """Whether the process signs with a generated secret, known to whoever can read the data folder."""
        return self.secret is None and self.secret_file is None

    @property
    def limits(self) -> "Limits":
        """The time-outs of every session."""
        # Imported late: the command line reads settings before it knows whether it needs the domain at all.
        from domain.core.database import Limits

        return Limits(statement_ms=self.statement_seconds * 1_000, lock_ms=self.lock_seconds * 1_000)

    @property
    def audit_head_file(self) -> Path:
        """Where the head of the audit chain is kept outside the database, for `verify`; a file a database."""
        address = (self.database_url or "").partition("//")[2].rpartition("@")[2]
        return self.data_dir / f"audit-head-{hashlib.sha256(address.encode()).hexdigest()[:12]}.json"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the process."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def signing_secret(self) -> bytes:
        """The key that signs bearer tokens, made on first use where none was given.

        Raises: ValueError when the given file holds less than `SECRET_BYTES` bytes.
        """
        if self.secret is not None:
            return self.secret.encode()
        if self.secret_file is not None:
            return _read(self.secret_file)
        made = self.data_dir / "secret"
        if not made.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            _write_once(made, secrets.token_urlsafe(SECRET_BYTES).encode())
        return made.read_bytes()

    def signing_secrets(self) -> tuple[bytes, ...]:
        """The secret that signs, and behind it the one before, where what that one signed still counts.

        Raises: ValueError when a given file holds less than `SECRET_BYTES` bytes.
        """
        if self.previous_secret is not None:
            return self.signing_secret(), self.previous_secret.encode()
        if self.previous_secret_file is not None:
            return self.signing_secret(), _read(self.previous_secret_file)
        return (self.signing_secret(),)


def _read(path: Path) -> bytes:
    """The secret in a file. Raises: ValueError."""
    given = path.read_bytes().strip()
    if len(given) < SECRET_BYTES:
        raise ValueError(f"{path} holds {len(given)} bytes; a secret needs {SECRET_BYTES}")
    return given


def _write_once(path: Path, content: bytes) -> None:
    """Write a private file in one step; of two processes that try at once, the first one's content stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
