"""Other issuers whose tokens count: each with its keys (JWKS), its audience and its algorithms, all pinned.

They are settings of the operator (`SKEIN_ISSUERS_FILE`), not rows: whoever may add an issuer may be anyone, and that
must not be in reach of an account, not even of one that administers accounts. Whom a subject stands for is a row: a
linked identity, made by an audited command.

Keys are kept in memory. They are asked for again when they are old, and once when a token names a key that is not among
them, as after a rotation; never more often than `REFETCH_SECONDS`, whatever strangers send. While the issuer does not
answer the keys that are known still count, up to `STALE_SECONDS`.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeGuard
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc import jws, jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, RSAKey
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from server.outbound import Outbound, Targets, Unreachable, parse_networks

log = structlog.get_logger("identity")

# Keys older than this are asked for again at the next token; so long may a withdrawn key still count.
FRESH_SECONDS = 300.0
# A token that names an unknown key makes us ask at most this often.
REFETCH_SECONDS = 10.0
# Keys count this long while their issuer does not answer.
STALE_SECONDS = 86_400.0
JWKS_BYTES_MAX = 262_144
KEYS_MAX = 64
# Requests wait for it.
LOAD_SECONDS = 5.0
RSA_BITS_MIN = 2_048
# As long as an idempotency key's client may be.
CLIENT_LENGTH_MAX = 200

ANY_TARGET = Targets(parse_networks("0.0.0.0/0, ::/0"), plain_http=True)

Algorithm = Literal["ES256", "RS256"]
Key = ECKey | RSAKey


class TrustedIssuer(BaseModel):
    """One issuer as its operator describes it. `jwks` is an https URL or the path of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(min_length=1, max_length=400)
    audience: str = Field(min_length=1, max_length=400)
    jwks: str = Field(min_length=1, max_length=2_000)
    algorithms: tuple[Algorithm, ...] = Field(default=("ES256", "RS256"), min_length=1)
    # The clocks of two organisations; RFC 7519 allows a few minutes at most.
    skew_seconds: int = Field(default=60, ge=0, le=300)
    allow_private: bool = Field(default=False, description="Whether the URL may be http or at an address of this net.")

    @property
    def is_remote(self) -> bool:
        """Whether the keys are at a URL."""
        return "://" in self.jwks

    @model_validator(mode="after")
    def _only_https(self) -> "TrustedIssuer":
        if self.is_remote and not self.allow_private and not self.jwks.startswith("https://"):
            raise ValueError("the address of the keys begins with https://")
        return self


def read_issuers(file: Path | None, own: str) -> tuple[TrustedIssuer, ...]:
    """The issuers that a JSON file lists; none without a file.

    Raises: ValueError in one line for an operator.
    """
    if file is None:
        return ()
    try:
        issuers = TypeAdapter(tuple[TrustedIssuer, ...]).validate_json(file.read_bytes())
    except OSError as reason:
        raise ValueError(f"{file}: {reason.strerror}") from reason
    except ValidationError as invalid:
        lines = [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in invalid.errors()]
        raise ValueError(f"{file}: {'; '.join(lines)}") from invalid
    names = [one.issuer for one in issuers]
    if own in names or len(set(names)) < len(names):
        raise ValueError(f"{file}: each issuer is named once, and none is {own}")
    return issuers


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """What a token says once its signature and its claims hold; instants are seconds of the epoch.

    `ids` are what a revocation may name: the token, and the sign-in that it goes back to; the last of them names the
    session. After `until` the token is looked at anew.
    """

    issuer: str
    subject: str
    ids: tuple[UUID, ...]
    issued_at: float
    expires_at: float
    until: float
    client: str
    signed_in_at: float | None = None


class NotAccepted(Exception):
    """The token does not count here."""


def issuer_of(token: str) -> str:
    """The issuer that an unverified token names: it only tells whose keys to try. Raises: NotAccepted."""
    try:
        claims = json.loads(jws.extract_compact(token.encode()).payload)
    except (JoseError, ValueError, RecursionError) as malformed:
        raise NotAccepted("the token cannot be read") from malformed
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    if not isinstance(issuer, str):
        raise NotAccepted("the token names no issuer")
    return issuer


class Issuers:
    """The trusted issuers with the keys that are known of them."""

    def __init__(self, trusted: Iterable[TrustedIssuer], *, clock: Callable[[], float] = time.time) -> None:
        self._sources = {one.issuer: _Keys(one, clock) for one in trusted}
        self._clock = clock

    async def facts(self, issuer: str, token: str) -> TokenFacts:
        """What the token says. Raises: NotAccepted."""
        source = self._sources.get(issuer)
        if source is None:
            raise NotAccepted("no such issuer is trusted")
        trusted = source.trusted
        header = _header(token)
        if header.get("alg") not in trusted.algorithms:
            raise NotAccepted("the algorithm is not one of the issuer's")
        key = await source.key(header.get("kid"), header["alg"])
        registry = jwt.JWTClaimsRegistry(
            now=self._clock,  # type: ignore[arg-type]  # it compares numbers; ours has fractions
            leeway=trusted.skew_seconds,
            iss={"essential": True, "value": trusted.issuer}, aud={"essential": True, "value": trusted.audience},
            sub={"essential": True}, iat={"essential": True}, exp={"essential": True},
        )  # fmt: skip
        try:
            claims = jwt.decode(token, key, algorithms=list(trusted.algorithms)).claims
            registry.validate(claims)
        except (JoseError, ValueError) as invalid:
            raise NotAccepted(type(invalid).__name__) from invalid
        # A key that its issuer withdraws stops counting with the next look at the keys.
        until = min(claims["exp"] + trusted.skew_seconds, self._clock() + FRESH_SECONDS)
        return TokenFacts(
            issuer=trusted.issuer, subject=claims["sub"], ids=(_token_id(trusted.issuer, claims, token),),
            issued_at=claims["iat"], expires_at=claims["exp"], until=until, client=_client(claims),
            signed_in_at=_instant(claims.get("auth_time")),
        )  # fmt: skip


class _Keys:
    """The public keys of one issuer, by key id."""

    def __init__(self, trusted: TrustedIssuer, clock: Callable[[], float]) -> None:
        self.trusted = trusted
        self._clock = clock
        self._keys: Mapping[str | None, Key] = {}
        self._loaded_at = self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def key(self, key_id: Any, algorithm: str) -> Key:
        """The key that a token names. Raises: NotAccepted."""
        if key_id is not None and not isinstance(key_id, str):
            raise NotAccepted("the key id is no text")
        if self._clock() - self._loaded_at > FRESH_SECONDS or self._found(key_id) is None:
            await self._ask_again(key_id)
        key = self._found(key_id)
        if key is None or self._clock() - self._loaded_at > STALE_SECONDS:
            raise NotAccepted("the issuer has no such key")
        if (algorithm == "ES256") is not isinstance(key, ECKey):
            raise NotAccepted("the key is of another kind than the algorithm")
        return key

    def _found(self, key_id: str | None) -> Key | None:
        """The key of that id; the only key when the token names none."""
        if key_id is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(key_id) if key_id is not None else None

    async def _ask_again(self, key_id: str | None) -> None:
        """Load the keys anew, unless that was done a moment ago; those who wait meanwhile share the answer."""
        async with self._asking:
            now = self._clock()
            is_fresh = now - self._loaded_at <= FRESH_SECONDS and self._found(key_id) is not None
            if is_fresh or now - self._asked_at < REFETCH_SECONDS:
                return
            self._asked_at = now
            try:
                self._keys = public_keys(await self._load())
            except (OSError, ValueError, JoseError, Unreachable) as fault:
                log.warning("issuer_keys_unavailable", issuer=self.trusted.issuer, reason=str(fault)[:200])
                return
            self._loaded_at = now

    async def _load(self) -> bytes:
        """The text of the key set. Raises: Unreachable, OSError."""
        trusted = self.trusted
        if not trusted.is_remote:
            return await asyncio.to_thread(Path(trusted.jwks).read_bytes)
        outbound = Outbound(ANY_TARGET if trusted.allow_private else Targets(), seconds=LOAD_SECONDS)
        try:
            return await outbound.get(trusted.jwks, JWKS_BYTES_MAX)
        finally:
            await outbound.close()


def public_keys(text: bytes) -> Mapping[str | None, Key]:
    """The signing keys of a key set by id: P-256, and RSA of enough bits. What is for anything else is passed over.

    Raises: ValueError when it is no key set.
    """
    decoded = json.loads(text)
    listed = decoded.get("keys") if isinstance(decoded, dict) else None
    if not isinstance(listed, list):
        raise ValueError("it is no key set")
    keys: dict[str | None, Key] = {}
    for data in listed[:KEYS_MAX]:
        if isinstance(data, dict) and data.get("use", "sig") == "sig" and data.get("kty") in ("EC", "RSA"):
            try:
                # A weak key is warned of before it can be looked at.
                key = JWKRegistry.import_key(_public_part(data))
            except (JoseError, SecurityWarning, ValueError, KeyError, TypeError):
                continue
            if is_strong(key):
                keys[data.get("kid")] = key
    return keys


def _public_part(data: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a key that are everyone's to know; a private one that was published by mistake is not kept."""
    return {name: data[name] for name in ("kty", "crv", "x", "y", "n", "e", "kid", "alg", "use") if name in data}


def is_strong(key: Any) -> TypeGuard[Key]:
    """Whether the key is of a kind and size that counts here."""
    if isinstance(key, ECKey):
        return key.curve_name == "P-256"
    if not isinstance(key, RSAKey):
        return False
    number = key.public_key
    return isinstance(number, RSAPublicKey) and number.key_size >= RSA_BITS_MIN


def _header(token: str) -> Mapping[str, Any]:
    try:
        return jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError) as malformed:
        raise NotAccepted("the token cannot be read") from malformed


def _token_id(issuer: str, claims: Mapping[str, Any], token: str) -> UUID:
    """What a revocation of the token names: its `jti` if that is an id, else one made of issuer and `jti` or text."""
    given = claims.get("jti")
    if isinstance(given, str):
        try:
            return UUID(given)
        except ValueError:
            token = given
    return uuid5(NAMESPACE_URL, f"{issuer}\n{token}")


def _client(claims: Mapping[str, Any]) -> str:
    """The application that asked for the token (RFC 9068, 2.2; OpenID Connect Core, 2)."""
    given = claims.get("client_id", claims.get("azp"))
    return given[:CLIENT_LENGTH_MAX] if isinstance(given, str) and given else "default"


def _instant(given: Any) -> float | None:
    return float(given) if isinstance(given, int | float) and not isinstance(given, bool) else None
